// The message field: plain text, and slash commands completed from the manifest.

import { post } from "../base/api.js";
import { channelLabel, directory } from "../base/directory.js";
import { announce, freshId, h, icon, toast } from "../base/dom.js";
import { t } from "../base/words.js";

const MOST_LINES = 8;
const drafts = new Map(); // "person channel" → unsent text

export function composer(channel, user) {
  return new Composer(channel, `${user} ${channel.id}`).root;
}

class Composer {
  constructor(channel, draftKey) {
    this.channel = channel;
    this.draftKey = draftKey;
    this.active = -1;
    this.matches = [];
    this.silenced = null; // the text whose list was hidden with Escape
    const listId = freshId("commands");
    const label = t("composer", { name: channelLabel(channel) });
    this.list = h("div", { id: listId, class: "completions", role: "listbox", tabindex: "0", "aria-label": t("commands"), hidden: true });
    this.field = h("textarea", {
      id: "composer", rows: 1, "aria-label": label, placeholder: label, "aria-autocomplete": "list", "aria-controls": listId, "aria-haspopup": "listbox",
      "aria-describedby": "composer-hint", autocomplete: "off", value: drafts.get(draftKey) ?? "",
      oninput: () => this.change(), onkeydown: (event) => this.onKey(event), onblur: () => this.hide(), onfocus: () => this.change(),
    });
    this.button = h("button", { type: "button", class: "send", "aria-label": t("send"), onclick: () => this.send() }, icon("send"));
    this.list.addEventListener("mousedown", (event) => event.preventDefault());
    this.root = h("div", { class: "composer" }, this.list,
      h("div", { class: "composer-box" }, this.field, this.button),
      h("div", { class: "composer-hint", id: "composer-hint" }, t("composerHint")));
    this.refresh();
  }

  change() {
    drafts.set(this.draftKey, this.field.value);
    this.refresh();
    this.complete();
  }

  refresh() {
    const sendable = this.field.value.trim() !== "";
    this.button.disabled = !sendable;
    this.field.rows = Math.min(MOST_LINES, this.field.value.split("\n").length);
  }

  complete() {
    const text = this.field.value;
    const isCommand = /^\/\S*$/.test(text) && text !== this.silenced;
    this.matches = isCommand ? directory.commands.filter(({ command }) => command.startsWith(text.toLowerCase())) : [];
    if (!this.matches.length) return this.hide();
    this.nodes = this.matches.map((match, n) => h("div", { id: freshId("command"), role: "option", class: "completion", "data-command": match.command, "aria-selected": "false", onclick: () => this.accept(n), onmousemove: () => this.setActive(n) },
      h("span", { class: "completion-name" }, h("strong", {}, match.command), match.usage_hint ? h("span", { class: "quiet" }, ` ${match.usage_hint}`) : null),
      h("span", { class: "completion-words" }, match.description)));
    this.list.replaceChildren(...this.nodes);
    this.list.hidden = false;
    announce(t("commandsShown"));
    this.setActive(0);
    return undefined;
  }

  setActive(n) {
    this.active = n;
    this.nodes.forEach((node, k) => node.setAttribute("aria-selected", String(k === n)));
    this.nodes[n].scrollIntoView({ block: "nearest" });
    this.field.setAttribute("aria-activedescendant", this.nodes[n].id);
  }

  hide() {
    this.list.hidden = true;
    this.active = -1;
    this.field.removeAttribute("aria-activedescendant");
  }

  accept(n) {
    this.write(`${this.matches[n].command} `);
    this.field.focus();
    this.hide();
  }

  write(text) {
    this.field.value = text;
    drafts.set(this.draftKey, text);
    this.refresh();
  }

  onKey(event) {
    if (event.isComposing) return;
    const open = !this.list.hidden;
    const last = this.matches.length - 1;
    const typedInFull = open && this.matches[this.active].command === this.field.value;
    if (open && event.key === "ArrowDown") this.setActive(this.active >= last ? 0 : this.active + 1);
    else if (open && event.key === "ArrowUp") this.setActive(this.active <= 0 ? last : this.active - 1);
    else if (open && event.key === "Tab" && !event.shiftKey) this.accept(this.active);
    else if (open && event.key === "Enter" && !typedInFull) this.accept(this.active);
    else if (open && event.key === "Escape") {
      this.silenced = this.field.value;
      this.hide();
    } else if (event.key === "Enter" && !event.shiftKey) this.send();
    else return;
    event.preventDefault();
  }

  /** Sends the text. Puts it back into the field when the server can't be reached. */
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
