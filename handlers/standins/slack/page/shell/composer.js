// The message field: plain text, and slash commands completed from the manifest.

import { post } from "../base/api.js";
import { channelLabel, directory } from "../base/directory.js";
import { freshId, h, icon, toast } from "../base/dom.js";
import { t } from "../base/words.js";

const MOST_LINES = 8;
const drafts = new Map(); // "person channel" → what was begun there

export function composer(channel, user) {
  const made = new Composer(channel, `${user} ${channel.id}`);
  return made.root;
}

class Composer {
  constructor(channel, draft) {
    this.channel = channel;
    this.draft = draft;
    this.at = -1;
    this.found = [];
    this.silenced = null; // the text for which Escape hid the list
    const listId = freshId("commands");
    const label = t("composer", { name: channelLabel(channel) });
    this.list = h("div", { id: listId, class: "completions", role: "listbox", "aria-label": t("commands"), hidden: true });
    this.field = h("textarea", {
      id: "composer", rows: 1, role: "combobox", "aria-label": label, placeholder: label, "aria-autocomplete": "list", "aria-controls": listId, "aria-expanded": "false",
      "aria-describedby": "composer-hint", autocomplete: "off", value: drafts.get(draft) ?? "",
      oninput: () => this.change(), onkeydown: (event) => this.onKey(event), onblur: () => this.hide(), onfocus: () => this.change(),
    });
    this.button = h("button", { type: "button", class: "send", "aria-label": t("send"), onclick: () => this.send() }, icon("send"));
    this.list.addEventListener("mousedown", (event) => event.preventDefault());
    this.root = h("div", { class: "composer" }, this.list,
      h("div", { class: "composer-box" }, this.field, this.button),
      h("div", { class: "composer-hint", id: "composer-hint" }, t("composerHint")));
    this.ready();
  }

  change() {
    drafts.set(this.draft, this.field.value);
    this.ready();
    this.complete();
  }

  ready() {
    const full = this.field.value.trim() !== "";
    this.button.disabled = !full;
    this.field.rows = Math.min(MOST_LINES, this.field.value.split("\n").length);
  }

  complete() {
    const text = this.field.value;
    const begun = /^\/\S*$/.test(text) && text !== this.silenced;
    this.found = begun ? directory.commands.filter((one) => one.command.startsWith(text.toLowerCase())) : [];
    if (!this.found.length) return this.hide();
    this.nodes = this.found.map((one, n) => h("div", { id: freshId("command"), role: "option", class: "completion", "data-command": one.command, "aria-selected": "false", onclick: () => this.take(n), onmousemove: () => this.point(n) },
      h("span", { class: "completion-name" }, h("strong", {}, one.command), one.usage_hint ? h("span", { class: "quiet" }, ` ${one.usage_hint}`) : null),
      h("span", { class: "completion-words" }, one.description)));
    this.list.replaceChildren(...this.nodes);
    this.list.hidden = false;
    this.field.setAttribute("aria-expanded", "true");
    this.point(0);
    return undefined;
  }

  point(n) {
    this.at = n;
    this.nodes.forEach((node, k) => node.setAttribute("aria-selected", String(k === n)));
    this.nodes[n].scrollIntoView({ block: "nearest" });
    this.field.setAttribute("aria-activedescendant", this.nodes[n].id);
  }

  hide() {
    this.list.hidden = true;
    this.at = -1;
    this.field.setAttribute("aria-expanded", "false");
    this.field.removeAttribute("aria-activedescendant");
  }

  take(n) {
    this.write(`${this.found[n].command} `);
    this.field.focus();
    this.hide();
  }

  write(text) {
    this.field.value = text;
    drafts.set(this.draft, text);
    this.ready();
  }

  onKey(event) {
    if (event.isComposing) return;
    const open = !this.list.hidden;
    const last = this.found.length - 1;
    const whole = open && this.found[this.at].command === this.field.value;
    if (open && event.key === "ArrowDown") this.point(this.at >= last ? 0 : this.at + 1);
    else if (open && event.key === "ArrowUp") this.point(this.at <= 0 ? last : this.at - 1);
    else if (open && event.key === "Tab" && !event.shiftKey) this.take(this.at);
    else if (open && event.key === "Enter" && !whole) this.take(this.at);
    else if (open && event.key === "Escape") {
      this.silenced = this.field.value;
      this.hide();
    } else if (event.key === "Enter" && !event.shiftKey) this.send();
    else return;
    event.preventDefault();
  }

  /** Posts what is written. It comes back into the field when the server can't be reached. */
  async send() {
    const text = this.field.value.trim();
    if (!text) return;
    this.write("");
    this.hide();
    try {
      await post(text.startsWith("/") ? "command" : "say", { channel: this.channel.id, text });
    } catch {
      if (!this.field.value) this.write(text);
      toast(t("trouble"));
    }
  }
}
