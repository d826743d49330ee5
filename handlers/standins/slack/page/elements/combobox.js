// A combobox for every kind of select: type to filter, arrow keys to move, Enter to choose; one value or several.

import { freshId, h } from "../base/dom.js";
import { openBeside } from "./popup.js";
import { t } from "../base/words.js";

const TYPING_PAUSE = 200; // milliseconds

/**
 * `source(query)`: groups [{label?, options: [{text, value, description?}]}], or a promise of them.
 * `read()`: the selected options; `write(options)`: selects others. `attributes`: of the input.
 */
export function combobox({ attributes, source, read, write, multiple = false, most = Infinity, clearable = true, minQueryLength = 0, placeholder }) {
  const listId = freshId("list");
  const list = h("div", { id: listId, role: "listbox", class: "menu options", popover: "manual", "aria-multiselectable": multiple ? "true" : null, "aria-label": placeholder });
  const input = h("input", { type: "text", role: "combobox", autocomplete: "off", spellcheck: "false", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": listId, ...attributes });
  const chips = h("span", { class: "chips" });
  const root = h("div", { class: multiple ? "combo multiple" : "combo" }, chips, input, list);
  const box = new Combobox({ root, input, list, chips, source, read, write, multiple, most, clearable, minQueryLength, placeholder });
  box.show();
  return root;
}

class Combobox {
  constructor(parts) {
    Object.assign(this, parts, { hide: null, request: 0, active: -1, items: [], typed: false });
    this.input.addEventListener("click", () => this.open(""));
    this.input.addEventListener("focus", () => this.input.select());
    this.input.addEventListener("input", () => {
      this.typed = true;
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.open(this.input.value), this.minQueryLength || this.hide === null ? TYPING_PAUSE : 0);
    });
    this.input.addEventListener("blur", () => this.onBlur());
    this.input.addEventListener("keydown", (event) => this.onKey(event));
    // Keeps the focus in the field while the list is used.
    this.list.addEventListener("pointerdown", (event) => event.target.closest("[role=option]") && event.preventDefault());
    this.list.addEventListener("mousedown", (event) => event.preventDefault());
    this.root.addEventListener("click", (event) => event.target === this.root && this.input.focus());
  }

  /** Shows the selected options in the field. */
  show() {
    const selected = this.read();
    if (this.multiple) this.chips.replaceChildren(...selected.map((option) => this.chip(option)));
    else this.input.value = selected[0]?.text ?? "";
    this.input.placeholder = this.multiple && selected.length ? "" : this.placeholder ?? t("choose");
    this.typed = false;
  }

  async open(query) {
    if (!this.hide) {
      this.hide = openBeside(this.root, this.list, { width: "anchor" });
      this.input.setAttribute("aria-expanded", "true");
    }
    this.request += 1;
    const request = this.request;
    if (query.trim().length < this.minQueryLength) return this.showNote(t(this.minQueryLength === 1 ? "typeAny" : "typeMore", { n: this.minQueryLength }));
    const answer = this.source(query.trim());
    if (answer instanceof Promise) this.showNote(t("loading"));
    try {
      const groups = await answer;
      if (request === this.request && this.hide) this.showGroups(groups);
    } catch {
      if (request === this.request) this.showNote(t("trouble"));
    }
    return undefined;
  }

  showNote(text) {
    this.items = [];
    this.setActive(-1);
    this.list.replaceChildren(h("div", { class: "menu-note", role: "status" }, text));
  }

  showGroups(groups) {
    this.items = [];
    const nodes = groups.filter((group) => group.options.length).map((group) => {
      const options = group.options.map((option) => this.item(option));
      if (!group.label) return options;
      return h("div", { role: "group", "aria-label": group.label }, h("div", { class: "menu-label", "aria-hidden": "true" }, group.label), options);
    });
    if (!this.items.length) return this.showNote(t("noResults"));
    this.list.replaceChildren(...nodes.flat());
    const selected = this.items.findIndex(({ node }) => node.getAttribute("aria-selected") === "true");
    this.setActive(this.multiple || selected < 0 || this.typed ? 0 : selected);
    return undefined;
  }

  item(option) {
    const selected = this.read().some(({ value }) => value === option.value);
    const node = h("div", { id: freshId("option"), role: "option", class: "menu-item", "aria-selected": String(selected), "data-value": option.value, onclick: () => this.choose(option) },
      h("span", {}, option.text), option.description ? h("small", {}, option.description) : null);
    this.items.push({ option, node });
    return node;
  }

  setActive(index) {
    this.items[this.active]?.node.classList.remove("at");
    this.active = index;
    const node = this.items[index]?.node;
    node?.classList.add("at");
    node?.scrollIntoView({ block: "nearest" });
    if (node) this.input.setAttribute("aria-activedescendant", node.id);
    else this.input.removeAttribute("aria-activedescendant");
  }

  choose(option) {
    const selected = this.read();
    const others = selected.filter(({ value }) => value !== option.value);
    if (!this.multiple) {
      this.write([option]);
      this.close();
    } else if (others.length < selected.length || selected.length < this.most) {
      this.write(others.length < selected.length ? others : [...selected, option]);
      this.input.value = "";
    }
    this.show();
    if (this.multiple) this.open("");
  }

  chip(option) {
    const remove = () => {
      this.write(this.read().filter(({ value }) => value !== option.value));
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
      else this.setActive(event.key === "ArrowDown" ? (this.active >= last ? 0 : this.active + 1) : (this.active <= 0 ? last : this.active - 1));
    } else if (event.key === "Enter") {
      if (open && this.active >= 0) this.choose(this.items[this.active].option);
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

  onBlur() {
    const cleared = this.typed && !this.multiple && this.clearable && this.input.value === "" && this.read().length;
    if (cleared) this.write([]);
    this.close();
    if (this.multiple) this.input.value = "";
    this.show();
  }

  close() {
    clearTimeout(this.timer);
    this.request += 1;
    this.hide?.();
    this.hide = null;
    this.input.setAttribute("aria-expanded", "false");
    this.setActive(-1);
  }
}
