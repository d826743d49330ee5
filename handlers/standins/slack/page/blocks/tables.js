// The `table` block, and the `data_table` block with its pages and its sorting.

import { h } from "../base/dom.js";
import { broken, mrkdwn } from "../text/mrkdwn.js";
import { richText } from "../text/richtext.js";
import { number, t } from "../base/words.js";

const PAGE_SIZE = 5; // Slack's own default

export function table(block) {
  const settings = block.column_settings ?? [];
  const [head, ...rows] = block.rows ?? [];
  const look = (n) => [settings[n]?.align === "right" && "end", settings[n]?.align === "center" && "middle", settings[n]?.is_wrapped && "wraps"].filter(Boolean).join(" ") || null;
  const made = h("table", { class: "table" },
    h("thead", {}, h("tr", {}, (head ?? []).map((cell, n) => h("th", { scope: "col", class: look(n) }, content(cell))))),
    h("tbody", {}, rows.map((row) => h("tr", {}, row.map((cell, n) => h("td", { class: look(n) }, content(cell)))))));
  return h("div", { class: "table-scroll", tabindex: "0", role: "group", "aria-label": words(head) }, made);
}

export function dataTable(block) {
  const [head = [], ...rows] = block.rows ?? [];
  const size = block.page_size ?? PAGE_SIZE;
  const state = { page: 0, column: null, down: false };
  const made = h("div", { class: "data-table" });
  const show = (focusOn) => {
    const pages = Math.max(1, Math.ceil(rows.length / size));
    const shown = sorted(rows, state).slice(state.page * size, (state.page + 1) * size);
    const change = (more, what) => {
      Object.assign(state, more);
      show(what);
    };
    made.replaceChildren(
      h("div", { class: "table-scroll" }, h("table", { class: "table" },
        h("caption", {}, block.caption),
        h("thead", {}, h("tr", {}, head.map((cell, n) => sortable(cell, n, { ...state, figures: rows[0]?.[n]?.type === "raw_number" }, change)))),
        h("tbody", {}, shown.map((row) => line(row, block.row_header_column_index ?? 0))))),
      pages > 1 ? pager(block.caption, state.page, pages, change) : "");
    if (focusOn) made.querySelector(`[data-part="${focusOn}"]`)?.focus();
  };
  show();
  return made;
}

function sortable(cell, n, state, change) {
  const name = words([cell]);
  const here = state.column === n;
  const sort = () => change({ column: n, down: here && !state.down, page: 0 }, `sort-${n}`);
  const button = h("button", { type: "button", class: "sort", "data-part": `sort-${n}`, title: t("sortBy", { name }), onclick: sort }, name, h("span", { "aria-hidden": "true" }, here ? (state.down ? " ↓" : " ↑") : ""));
  return h("th", { scope: "col", class: state.figures ? "end" : null, "aria-sort": here ? (state.down ? "descending" : "ascending") : null }, button);
}

function line(row, header) {
  return h("tr", {}, row.map((cell, n) => {
    const look = { class: cell.type === "raw_number" ? "end" : null };
    return n === header ? h("th", { scope: "row", ...look }, content(cell)) : h("td", look, content(cell));
  }));
}

function pager(caption, page, pages, change) {
  const turn = (name, to) => h("button", { type: "button", class: "button small", "data-part": name, "aria-disabled": to < 0 || to >= pages ? "true" : null, onclick: () => to >= 0 && to < pages && change({ page: to }, name) }, t(name));
  return h("nav", { class: "pager", "aria-label": t("pages", { name: caption }) }, turn("previous", page - 1), h("span", { role: "status" }, t("page", { n: number(page + 1), all: number(pages) })), turn("next", page + 1));
}

function sorted(rows, { column, down }) {
  if (column === null) return rows;
  const key = (row) => (row[column]?.type === "raw_number" ? row[column].value : words([row[column]]));
  const compare = (a, b) => (typeof a === "number" && typeof b === "number" ? a - b : String(a).localeCompare(String(b), document.documentElement.lang, { numeric: true }));
  return rows.toSorted((a, b) => compare(key(a), key(b)) * (down ? -1 : 1));
}

function content(cell) {
  if (cell.type === "rich_text") return richText(cell);
  if (cell.type === "raw_number") return cell.text ?? number(cell.value);
  return cell.type === "mrkdwn" ? mrkdwn(cell.text, cell) : broken(String(cell.text ?? ""));
}

function words(row) {
  return (row ?? []).map((cell) => h("span", {}, content(cell)).textContent).join(", ");
}
