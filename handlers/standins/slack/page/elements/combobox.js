// One field for every kind of menu: type to narrow, arrows to move, Enter to choose. One or several values.

import { freshId, h } from "../base/dom.js";
import { openBeside } from "./popup.js";
import { t } from "../base/words.js";

const TYPING_PAUSE = 200; // milliseconds

/**
 * `source(query)`: groups [{label?, options: [{text, value, description?}]}], or a promise of them.
 * `read()`: the chosen options; `write(options)`: takes the new ones. `attributes` go on the input.
 */
export function combobox({ attributes, source, read, write, multiple = false, most = Infinity, clearable = true, leastQuery = 0, placeholder }) {
  const listId = freshId("list");
  const list = h("div", { id: listId, role: "listbox", class: "menu options", popover: "manual", "aria-multiselectable": multiple ? "true" : null, "aria-label": placeholder });
  const input = h("input", { type: "text", role: "combobox", autocomplete: "off", spellcheck: "false", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": listId, ...attributes });
  const chips = h("span", { class: "chips" });
  const root = h("div", { class: multiple ? "combo multiple" : "combo" }, chips, input, list);
  const box = new Combobox({ root, input, list, chips, source, read, write, multiple, most, clearable, leastQuery, placeholder });
  box.show();
  return root;
}

class Combobox {
  constructor(parts) {
    Object.assign(this, parts, { hide: null, asked: 0, at: -1, items: [], typed: false });
    this.input.addEventListener("click", () => this.open(""));
    this.input.addEventListener("focus", () => this.input.select());
    this.input.addEventListener("input", () => {
      this.typed = true;
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.open(this.input.value), this.leastQuery || this.hide === null ? TYPING_PAUSE : 0);
    });
    this.input.addEventListener("blur", () => this.leave());
    this.input.addEventListener("keydown", (event) => this.onKey(event));
    // The field keeps the focus while the list is used.
    this.list.addEventListener("pointerdown", (event) => event.target.closest("[role=option]") && event.preventDefault());
    this.list.addEventListener("mousedown", (event) => event.preventDefault());
    this.root.addEventListener("click", (event) => event.target === this.root && this.input.focus());
  }

  /** The chosen values, as the field shows them. */
  show() {
    const chosen = this.read();
    if (this.multiple) this.chips.replaceChildren(...chosen.map((option) => this.chip(option)));
    else this.input.value = chosen[0]?.text ?? "";
    this.input.placeholder = this.multiple && chosen.length ? "" : this.placeholder ?? t("choose");
    this.typed = false;
  }

  async open(query) {
    if (!this.hide) {
      this.hide = openBeside(this.root, this.list, { width: "anchor" });
      this.input.setAttribute("aria-expanded", "true");
    }
    this.asked += 1;
    const asked = this.asked;
    if (query.trim().length < this.leastQuery) return this.say(t(this.leastQuery === 1 ? "typeAny" : "typeMore", { n: this.leastQuery }));
    const answer = this.source(query.trim());
    if (answer instanceof Promise) this.say(t("loading"));
    try {
      const groups = await answer;
      if (asked === this.asked && this.hide) this.fill(groups);
    } catch {
      if (asked === this.asked) this.say(t("trouble"));
    }
    return undefined;
  }

  say(text) {
    this.items = [];
    this.point(-1);
    this.list.replaceChildren(h("div", { class: "menu-note", role: "status" }, text));
  }

  fill(groups) {
    this.items = [];
    const nodes = groups.filter((group) => group.options.length).map((group) => {
      const options = group.options.map((option) => this.item(option));
      if (!group.label) return options;
      return h("div", { role: "group", "aria-label": group.label }, h("div", { class: "menu-label", "aria-hidden": "true" }, group.label), options);
    });
    if (!this.items.length) return this.say(t("noResults"));
    this.list.replaceChildren(...nodes.flat());
    const chosen = this.items.findIndex(({ node }) => node.getAttribute("aria-selected") === "true");
    this.point(this.multiple || chosen < 0 || this.typed ? 0 : chosen);
    return undefined;
  }

  item(option) {
    const chosen = this.read().some((one) => one.value === option.value);
    const node = h("div", { id: freshId("option"), role: "option", class: "menu-item", "aria-selected": String(chosen), "data-value": option.value, onclick: () => this.choose(option) },
      h("span", {}, option.text), option.description ? h("small", {}, option.description) : null);
    this.items.push({ option, node });
    return node;
  }

  point(at) {
    this.items[this.at]?.node.classList.remove("at");
    this.at = at;
    const node = this.items[at]?.node;
    node?.classList.add("at");
    node?.scrollIntoView({ block: "nearest" });
    if (node) this.input.setAttribute("aria-activedescendant", node.id);
    else this.input.removeAttribute("aria-activedescendant");
  }

  choose(option) {
    const chosen = this.read();
    const without = chosen.filter((one) => one.value !== option.value);
    if (!this.multiple) {
      this.write([option]);
      this.close();
    } else if (without.length < chosen.length || chosen.length < this.most) {
      this.write(without.length < chosen.length ? without : [...chosen, option]);
      this.input.value = "";
    }
    this.show();
    if (this.multiple) this.open("");
  }

  chip(option) {
    const remove = () => {
      this.write(this.read().filter((one) => one.value !== option.value));
      this.show();
      this.input.focus();
    };
    return h("span", { class: "chip" }, option.text, h("button", { type: "button", "aria-label": t("removeName", { name: option.text }), onclick: remove }, "×"));
  }

  onKey(event) {
    const open = this.hide !== null;
    const last = this.items.length - 1;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      if (!open) this.open("");
      else this.point(event.key === "ArrowDown" ? (this.at >= last ? 0 : this.at + 1) : (this.at <= 0 ? last : this.at - 1));
    } else if (event.key === "Enter") {
      if (open && this.at >= 0) this.choose(this.items[this.at].option);
      else if (!open) this.open("");
    } else if (event.key === "Escape" && open) {
      this.close();
      this.show();
    } else if (event.key === "Backspace" && this.multiple && !this.input.value && this.read().length) {
      this.write(this.read().slice(0, -1));
      this.show();
    } else return;
    event.preventDefault();
    event.stopPropagation();
  }

  leave() {
    const emptied = this.typed && !this.multiple && this.clearable && this.input.value === "" && this.read().length;
    if (emptied) this.write([]);
    this.close();
    if (this.multiple) this.input.value = "";
    this.show();
  }

  close() {
    clearTimeout(this.timer);
    this.asked += 1;
    this.hide?.();
    this.hide = null;
    this.input.setAttribute("aria-expanded", "false");
    this.point(-1);
  }
}
