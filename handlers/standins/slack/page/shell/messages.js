// The messages of one channel: new ones at their place in time, changed ones in place.

import { post } from "../base/api.js";
import { BlockList } from "../blocks/blocks.js";
import { Container } from "../elements/container.js";
import { clock, dayKey, dayName, fullDate } from "../text/dates.js";
import { author, channelLabel, channelNamed, directory, initials } from "../base/directory.js";
import { h, icon, toast } from "../base/dom.js";
import { fileCard } from "../elements/files.js";
import { mrkdwn } from "../text/mrkdwn.js";
import { menuFor } from "../elements/popup.js";
import { t } from "../base/words.js";

const NEAR = 80; // pixels from the end at which the list follows what is new
const TOGETHER = 5 * 60; // seconds within which one author's messages stand under one name

export class Messages {
  constructor(channelId, { onDismiss }) {
    this.channelId = channelId;
    this.onDismiss = onDismiss;
    this.shown = new Map(); // ts → MessageNode
    this.list = h("ol", { class: "messages" });
    this.empty = h("p", { class: "empty" }, t("empty"));
    this.pill = h("button", { type: "button", class: "pill", hidden: true, onclick: () => this.toEnd() }, t("newMessages"), icon("down"));
    this.scroller = h("div", { class: "scroller", tabindex: "0", role: "region", "aria-label": t("messageList", { name: channelLabel(channelNamed(channelId)) }) }, this.empty, this.list);
    this.root = h("div", { class: "message-pane" }, this.scroller, this.pill);
    this.following = true;
    this.scroller.addEventListener("scroll", () => {
      this.following = this.scroller.scrollHeight - this.scroller.scrollTop - this.scroller.clientHeight < NEAR;
      if (this.following) this.pill.hidden = true;
    });
    const observer = new ResizeObserver(() => this.following && this.toEnd());
    observer.observe(this.list);
    observer.observe(this.scroller);
  }

  has(ts) {
    return this.shown.has(ts);
  }

  /** Shows a new message, or the new state of one that is shown. `mine`: the person waits for it. */
  put(message, { mine = false, quiet = false } = {}) {
    const old = this.shown.get(message.ts);
    if (old) old.update(message);
    else this.add(message);
    this.group();
    if (mine || this.following) this.toEnd();
    else if (!old && !quiet) this.pill.hidden = false;
  }

  add(message) {
    const node = new MessageNode(message, this.channelId, () => this.dismiss(message));
    this.shown.set(message.ts, node);
    const after = this.ordered().find((one) => Number(one.message.ts) > Number(message.ts));
    this.list.insertBefore(node.root, after?.root ?? null);
  }

  drop(ts) {
    this.shown.get(ts)?.root.remove();
    this.shown.delete(ts);
    this.group();
  }

  /** Lets go of the messages that are no more. */
  keepOnly(timestamps) {
    for (const ts of [...this.shown.keys()]) if (!timestamps.has(ts)) this.drop(ts);
  }

  dismiss(message) {
    this.drop(message.ts);
    this.onDismiss(message);
    document.getElementById("composer")?.focus();
  }

  toEnd() {
    this.following = true;
    this.pill.hidden = true;
    this.scroller.scrollTop = this.scroller.scrollHeight;
  }

  ordered() {
    return [...this.shown.values()].sort((a, b) => Number(a.message.ts) - Number(b.message.ts));
  }

  /** Day rules, and one name over an author's messages that follow each other. */
  group() {
    let before = null;
    for (const node of this.ordered()) {
      const day = dayKey(node.moment);
      node.setDay(before && dayKey(before.moment) === day ? null : dayName(node.moment));
      node.root.classList.toggle("follows", follows(node, before));
      before = node;
    }
    this.empty.hidden = this.shown.size > 0;
  }
}

function follows(node, before) {
  if (!before || node.root.dataset.day || node.message.ephemeral || before.message.ephemeral) return false;
  return before.message.user === node.message.user && Number(node.message.ts) - Number(before.message.ts) < TOGETHER;
}

class MessageNode {
  constructor(message, channelId, dismiss) {
    this.message = message;
    this.channelId = channelId;
    this.moment = new Date(Number(message.ts) * 1000);
    this.blocks = new BlockList(new Container({ channel: channelId, ts: message.ts }, channelId));
    this.text = h("div", { class: "text" });
    this.files = h("div", { class: "file-cards" });
    this.edited = h("span", { class: "edited" });
    this.root = this.build(dismiss);
    this.update(message);
  }

  update(message) {
    const plain = !message.blocks?.length;
    if (plain && (this.written !== message.text)) this.text.replaceChildren(...mrkdwn(message.text ?? ""));
    if (!plain) this.text.replaceChildren();
    this.written = plain ? message.text : null;
    this.blocks.update(message.blocks ?? []);
    if (JSON.stringify(message.files) !== this.filesShown) this.files.replaceChildren(...(message.files ?? []).map(fileCard).filter(Boolean));
    this.filesShown = JSON.stringify(message.files);
    this.edited.textContent = message.edited ? t("edited") : "";
    this.message = message;
  }

  setDay(name) {
    if (name) this.root.dataset.day = name;
    else delete this.root.dataset.day;
  }

  build(dismiss) {
    const { message } = this;
    const who = author(message.user);
    const by = h("div", { class: "by" }, h("span", { class: "name" }, who.name), who.isBot ? h("span", { class: "badge" }, t("app")) : null,
      h("time", { datetime: this.moment.toISOString(), title: fullDate(this.moment) }, clock(this.moment)));
    const note = message.ephemeral
      ? h("div", { class: "only-you" }, icon("eye"), h("span", {}, t("onlyYou")), h("span", { "aria-hidden": "true" }, "·"), h("button", { type: "button", class: "as-link", "data-dismiss": message.ts, onclick: dismiss }, t("dismiss")))
      : null;
    const main = h("div", { class: "main" }, note, by, h("div", { class: "body" }, this.text, this.blocks.root, this.files, this.edited));
    return h("li", { class: message.ephemeral ? "message ephemeral" : "message", "data-ts": message.ts, "data-user": message.user, "data-ephemeral": message.ephemeral ? "true" : null },
      avatar(who), main, message.ephemeral ? null : tools(this));
  }
}

export function avatar(who) {
  const { letters, colour } = initials(who.name);
  return h("div", { class: `avatar ${who.isBot ? "bot" : `back-${colour}`}`, "aria-hidden": "true" }, who.isBot ? icon("check") : letters);
}

function tools(node) {
  if (!directory.shortcuts.length) return null;
  const button = h("button", { type: "button", class: "button square small", "aria-label": t("moreActions") }, icon("more"));
  const run = async (shortcut) => {
    try {
      await post("shortcut", { callback_id: shortcut.callback_id, channel: node.channelId, ts: node.message.ts });
    } catch {
      toast(t("trouble"));
    }
  };
  const items = () => directory.shortcuts.map((shortcut) => ({ label: shortcut.name, value: shortcut.callback_id, description: directory.bot?.name, choose: () => run(shortcut) }));
  return h("div", { class: "tools" }, button, menuFor(button, items));
}
