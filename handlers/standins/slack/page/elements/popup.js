// Popups anchored to an element, menus, and the confirmation dialog.

import { focusable, freshId, h } from "../base/dom.js";
import { textOf } from "../text/mrkdwn.js";
import { t } from "../base/words.js";

const GAP = 4; // pixels between the anchor and the popup
const LEAST_HEIGHT = 120;

/** Shows `box` (popover="manual") below `anchor`, or above if there is more room. Returns a function that hides it. */
export function openBeside(anchor, box, { width } = {}) {
  const position = () => {
    const rect = anchor.getBoundingClientRect();
    const below = innerHeight - rect.bottom - GAP * 3;
    const above = rect.top - GAP * 3;
    const up = below < Math.min(box.scrollHeight, 280) && above > below;
    box.style.maxHeight = `${Math.max(LEAST_HEIGHT, Math.min(320, up ? above : below))}px`;
    if (width === "anchor") box.style.width = `${Math.max(rect.width, 220)}px`;
    box.style.left = `${Math.max(GAP, Math.min(rect.left, innerWidth - box.offsetWidth - GAP * 2))}px`;
    box.style.top = up ? `${rect.top - box.offsetHeight - GAP}px` : `${rect.bottom + GAP}px`;
  };
  box.showPopover();
  position();
  addEventListener("scroll", position, true);
  addEventListener("resize", position);
  const observer = new ResizeObserver(position);
  observer.observe(box);
  return () => {
    removeEventListener("scroll", position, true);
    removeEventListener("resize", position);
    observer.disconnect();
    if (box.isConnected && box.matches(":popover-open")) box.hidePopover();
  };
}

/** Makes `button` open a menu, and returns the menu. `items()`: [{label, description?, danger?, choose, url?}]. */
export function menuFor(button, items) {
  const id = freshId("menu");
  const menu = h("div", { id, role: "menu", class: "menu", popover: "manual", "aria-label": button.getAttribute("aria-label") });
  button.setAttribute("aria-haspopup", "menu");
  button.setAttribute("aria-expanded", "false");
  let hide = null;
  const close = (refocus) => {
    if (!hide) return;
    hide();
    hide = null;
    button.setAttribute("aria-expanded", "false");
    document.removeEventListener("pointerdown", outside, true);
    if (refocus) button.focus();
  };
  const outside = (event) => !menu.contains(event.target) && !button.contains(event.target) && close(false);
  const open = () => {
    menu.replaceChildren(...items().map((item) => menuItem(item, close)));
    hide = openBeside(button, menu);
    button.setAttribute("aria-expanded", "true");
    document.addEventListener("pointerdown", outside, true);
    menu.firstElementChild?.focus();
  };
  button.addEventListener("click", () => (hide ? close(true) : open()));
  menu.addEventListener("keydown", (event) => onMenuKey(event, menu, close));
  menu.addEventListener("focusout", (event) => !menu.contains(event.relatedTarget) && event.relatedTarget !== button && close(false));
  return menu;
}

/** Shows a confirmation dialog, if there is a `confirm` object. Resolves to whether to continue. */
export function confirmed(object) {
  if (!object) return Promise.resolve(true);
  return new Promise((resolve) => {
    const titleId = freshId("confirm");
    const end = (answer) => {
      dialog.close();
      dialog.remove();
      resolve(answer);
    };
    const style = object.style === "danger" ? "danger" : "primary";
    const yes = h("button", { type: "button", class: `button ${style}`, "data-confirm": "yes", onclick: () => end(true) }, object.confirm ? textOf(object.confirm) : t("yes"));
    const no = h("button", { type: "button", class: "button", "data-confirm": "no", onclick: () => end(false) }, object.deny ? textOf(object.deny) : t("cancel"));
    const dialog = h("dialog", { class: "dialog confirm", "aria-labelledby": titleId },
      h("h2", { id: titleId }, textOf(object.title)), h("div", { class: "dialog-body" }, textOf(object.text)), h("div", { class: "dialog-foot" }, no, yes));
    dialog.addEventListener("keydown", (event) => trapKeys(event, dialog, () => end(false)));
    dialog.addEventListener("cancel", (event) => {
      event.preventDefault();
      end(false);
    });
    (document.querySelector("dialog[open]") ?? document.body).append(dialog);
    dialog.showModal();
    yes.focus();
  });
}

/** Keeps Tab within the dialog and calls `onEscape` on Escape. */
export function trapKeys(event, dialog, onEscape) {
  if (event.key === "Escape" && !event.defaultPrevented) {
    event.preventDefault();
    event.stopPropagation();
    onEscape();
  }
  if (event.key !== "Tab") return;
  event.stopPropagation();
  const elements = focusable(dialog);
  const [first, last] = [elements[0], elements.at(-1)];
  const leaving = event.shiftKey ? document.activeElement === first || document.activeElement === dialog : document.activeElement === last;
  if (!leaving) return;
  event.preventDefault();
  (event.shiftKey ? last : first)?.focus();
}

function menuItem(item, close) {
  const content = [h("span", {}, item.label), item.description ? h("small", {}, item.description) : null];
  const choose = () => {
    close(true);
    item.choose?.();
  };
  const attributes = { role: "menuitem", tabindex: "-1", class: item.danger ? "menu-item danger" : "menu-item", "data-value": item.value, onclick: choose };
  return item.url ? h("a", { ...attributes, href: item.url, target: "_blank", rel: "noopener noreferrer" }, content) : h("button", { type: "button", ...attributes }, content);
}

function onMenuKey(event, menu, close) {
  const items = [...menu.children];
  const index = items.indexOf(document.activeElement);
  const next = { ArrowDown: (index + 1) % items.length, ArrowUp: (index - 1 + items.length) % items.length, Home: 0, End: items.length - 1 }[event.key];
  if (next !== undefined) items[next].focus();
  else if (event.key === "Escape" || event.key === "Tab") close(true);
  else return;
  event.preventDefault();
  event.stopPropagation();
}
