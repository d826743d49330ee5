// The `table` block, and the `data_table` block with paging and sorting.

import { h } from "../base/dom.js";
import { mrkdwn, withBreaks } from "../text/mrkdwn.js";
import { richText } from "../text/richtext.js";
import { number, t } from "../base/words.js";

const PAGE_SIZE = 5; // Slack's own default

export function table(block) {
  const settings = block.column_settings ?? [];
  const [head, ...rows] = block.rows ?? [];
  const cellClass = (n) => [settings[n]?.align === "right" && "end", settings[n]?.align === "center" && "middle", settings[n]?.is_wrapped && "wraps"].filter(Boolean).join(" ") || null;
  const node = h("table", { class: "table" },
    h("thead", {}, h("tr", {}, (head ?? []).map((cell, n) => h("th", { scope: "col", class: cellClass(n) }, content(cell))))),
    h("tbody", {}, rows.map((row) => h("tr", {}, row.map((cell, n) => h("td", { class: cellClass(n) }, content(cell)))))));
  return h("div", { class: "table-scroll", tabindex: "0", role: "group", "aria-label": plainText(head) }, node);
}

export function dataTable(block) {
  const [head = [], ...rows] = block.rows ?? [];
  const size = block.page_size ?? PAGE_SIZE;
  const state = { page: 0, column: null, down: false };
  const root = h("div", { class: "data-table" });
  const show = (focusedPart) => {
    const pages = Math.max(1, Math.ceil(rows.length / size));
    const pageRows = sorted(rows, state).slice(state.page * size, (state.page + 1) * size);
    const change = (changes, part) => {
      Object.assign(state, changes);
      show(part);
    };
    root.replaceChildren(
      h("div", { class: "table-scroll" }, h("table", { class: "table" },
        h("caption", {}, block.caption),
        h("thead", {}, h("tr", {}, head.map((cell, n) => sortable(cell, n, { ...state, figures: rows[0]?.[n]?.type === "raw_number" }, change)))),
        h("tbody", {}, pageRows.map((row) => line(row, block.row_header_column_index ?? 0))))),
      pages > 1 ? pager(block.caption, state.page, pages, change) : "");
    if (focusedPart) root.querySelector(`[data-part="${focusedPart}"]`)?.focus();
  };
  show();
  return root;
}

function sortable(cell, n, state, change) {
  const name = plainText([cell]);
  const active = state.column === n;
  const sort = () => change({ column: n, down: active && !state.down, page: 0 }, `sort-${n}`);
  const button = h("button", { type: "button", class: "sort", "data-part": `sort-${n}`, title: t("sortBy", { name }), onclick: sort }, name, h("span", { "aria-hidden": "true" }, active ? (state.down ? " ↓" : " ↑") : ""));
  return h("th", { scope: "col", class: state.figures ? "end" : null, "aria-sort": active ? (state.down ? "descending" : "ascending") : null }, button);
}

function line(row, header) {
  return h("tr", {}, row.map((cell, n) => {
    const attributes = { class: cell.type === "raw_number" ? "end" : null };
    return n === header ? h("th", { scope: "row", ...attributes }, content(cell)) : h("td", attributes, content(cell));
  }));
}

function pager(caption, page, pages, change) {
  const turnButton = (name, to) => h("button", { type: "button", class: "button small", "data-part": name, "aria-disabled": to < 0 || to >= pages ? "true" : null, onclick: () => to >= 0 && to < pages && change({ page: to }, name) }, t(name));
  return h("nav", { class: "pager", "aria-label": t("pages", { name: caption }) }, turnButton("previous", page - 1), h("span", { role: "status" }, t("page", { n: number(page + 1), all: number(pages) })), turnButton("next", page + 1));
}

function sorted(rows, { column, down }) {
  if (column === null) return rows;
  const key = (row) => (row[column]?.type === "raw_number" ? row[column].value : plainText([row[column]]));
  const compare = (a, b) => (typeof a === "number" && typeof b === "number" ? a - b : String(a).localeCompare(String(b), document.documentElement.lang, { numeric: true }));
  return rows.toSorted((a, b) => compare(key(a), key(b)) * (down ? -1 : 1));
}

function content(cell) {
  if (cell.type === "rich_text") return richText(cell);
  if (cell.type === "raw_number") return cell.text ?? number(cell.value);
  return cell.type === "mrkdwn" ? mrkdwn(cell.text, cell) : withBreaks(String(cell.text ?? ""));
}

function plainText(row) {
  return (row ?? []).map((cell) => h("span", {}, content(cell)).textContent).join(", ");
}
