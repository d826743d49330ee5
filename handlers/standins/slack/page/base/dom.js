// Nodes are built, never parsed from HTML: text from outside can't become markup.

const SVG = "http://www.w3.org/2000/svg";
let lastId = 0;

/** Creates an element. `on*` are listeners, the rest attributes; false, null and undefined are left out. */
export function h(tag, attributes = {}, ...children) {
  return fill(document.createElement(tag), attributes, children);
}

export function svg(tag, attributes = {}, ...children) {
  return fill(document.createElementNS(SVG, tag), attributes, children);
}

export function freshId(prefix) {
  lastId += 1;
  return `${prefix}-${lastId}`;
}

/** Announces a text to screen readers, after a delay, so that only the last of several is read. */
export function announce(text, delay = 300) {
  clearTimeout(announce.timer);
  announce.timer = setTimeout(() => {
    document.getElementById("announcer").textContent = text;
  }, delay);
}

export function toast(text) {
  const container = document.getElementById("toasts");
  const note = h("div", { class: "toast" }, text);
  container.append(note);
  setTimeout(() => note.remove(), 6000);
}

/** The elements inside that Tab reaches, in order. Every button of a radio group counts. */
export function focusable(root) {
  const candidates = root.querySelectorAll("a[href], button, input, select, textarea, summary, [tabindex='0']");
  return [...candidates].filter((element) => !element.disabled && element.tabIndex >= 0 && element.getClientRects().length > 0);
}

/** Whether a URL has this page's origin. */
export function isSameOrigin(url) {
  try {
    return new URL(url, location.href).origin === location.origin;
  } catch {
    return false;
  }
}

/** A link's URL if its scheme is allowed, else null: no `javascript:`, no `data:`. */
export function safeHref(url) {
  try {
    const { protocol, href } = new URL(url, location.href);
    return ["http:", "https:", "mailto:", "tel:"].includes(protocol) ? href : null;
  } catch {
    return null;
  }
}

export function link(url, ...children) {
  const href = safeHref(url);
  if (!href) return h("span", {}, ...children);
  return h("a", { href, target: "_blank", rel: "noopener noreferrer" }, ...children);
}

/** An icon, drawn on a 20 by 20 grid and hidden from screen readers. */
export function icon(name) {
  const path = svg("path", { d: ICONS[name] });
  return svg("svg", { class: `icon icon-${name}`, viewBox: "0 0 20 20", "aria-hidden": "true" }, path);
}

const ICONS = {
  close: "M5 5l10 10M15 5L5 15",
  back: "M12 4l-6 6 6 6",
  more: "M4 10h.01M10 10h.01M16 10h.01",
  down: "M5 8l5 5 5-5",
  send: "M3 10l14-6-4 13-3-6z",
  menu: "M3 5h14M3 10h14M3 15h14",
  eye: "M2 10c3-6 13-6 16 0-3 6-13 6-16 0zM10 8a2 2 0 100 4 2 2 0 000-4z",
  check: "M4 10l4 4 8-9",
  file: "M5 2h7l4 4v12H5zM12 2v4h4",
  download: "M10 3v9M6 9l4 4 4-4M4 16h12",
  alert: "M10 3l8 14H2zM10 8v4M10 14.5h.01",
  info: "M10 2a8 8 0 100 16 8 8 0 000-16zM10 9v5M10 6.2h.01",
};

function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === false || value === null || value === undefined) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "value") element.value = value;
    else if (name === "checked") element.checked = value;
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}
