// The messages of one channel, sorted by time and updated in place.

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

const NEAR = 80; // pixels from the end within which the list follows new messages
const TOGETHER = 5 * 60; // seconds within which an author's messages share one heading

export class Messages {
  constructor(channelId, { onDismiss }) {
    this.channelId = channelId;
    this.onDismiss = onDismiss;
    this.nodes = new Map(); // ts → MessageNode
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
    return this.nodes.has(ts);
  }

  /** Adds or updates a message. `mine`: scrolls to it; `quiet`: doesn't offer to scroll to it. */
  put(message, { mine = false, quiet = false } = {}) {
    const existing = this.nodes.get(message.ts);
    if (existing) existing.update(message);
    else this.add(message);
    this.group();
    if (mine || this.following) this.toEnd();
    else if (!existing && !quiet) this.pill.hidden = false;
  }

  add(message) {
    const node = new MessageNode(message, this.channelId, () => this.dismiss(message));
    this.nodes.set(message.ts, node);
    const next = this.ordered().find((other) => Number(other.message.ts) > Number(message.ts));
    this.list.insertBefore(node.root, next?.root ?? null);
  }

  remove(ts) {
    this.nodes.get(ts)?.root.remove();
    this.nodes.delete(ts);
    this.group();
  }

  /** Removes the messages that no longer exist. */
  keepOnly(timestamps) {
    for (const ts of [...this.nodes.keys()]) if (!timestamps.has(ts)) this.remove(ts);
  }

  dismiss(message) {
    this.remove(message.ts);
    this.onDismiss(message);
    document.getElementById("composer")?.focus();
  }

  toEnd() {
    this.following = true;
    this.pill.hidden = true;
    this.scroller.scrollTop = this.scroller.scrollHeight;
  }

  ordered() {
    return [...this.nodes.values()].sort((a, b) => Number(a.message.ts) - Number(b.message.ts));
  }

  /** Sets day dividers, and one heading for consecutive messages of an author. */
  group() {
    let previous = null;
    for (const node of this.ordered()) {
      const day = dayKey(node.moment);
      node.setDay(previous && dayKey(previous.moment) === day ? null : dayName(node.moment));
      node.root.classList.toggle("follows", follows(node, previous));
      previous = node;
    }
    this.empty.hidden = this.nodes.size > 0;
  }
}

function follows(node, previous) {
  if (!previous || node.root.dataset.day || node.message.ephemeral || previous.message.ephemeral) return false;
  return previous.message.user === node.message.user && Number(node.message.ts) - Number(previous.message.ts) < TOGETHER;
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
    const textOnly = !message.blocks?.length;
    if (textOnly && (this.shownText !== message.text)) this.text.replaceChildren(...mrkdwn(message.text ?? ""));
    if (!textOnly) this.text.replaceChildren();
    this.shownText = textOnly ? message.text : null;
    this.blocks.update(message.blocks ?? []);
    if (JSON.stringify(message.files) !== this.shownFiles) this.files.replaceChildren(...(message.files ?? []).map(fileCard).filter(Boolean));
    this.shownFiles = JSON.stringify(message.files);
    this.edited.textContent = message.edited ? t("edited") : "";
    this.message = message;
  }

  setDay(name) {
    if (name) this.root.dataset.day = name;
    else delete this.root.dataset.day;
  }

  build(dismiss) {
    const { message } = this;
    const writer = author(message.user);
    const heading = h("div", { class: "by" }, h("span", { class: "name" }, writer.name), writer.isBot ? h("span", { class: "badge" }, t("app")) : null,
      h("time", { datetime: this.moment.toISOString(), title: fullDate(this.moment) }, clock(this.moment)));
    const note = message.ephemeral
      ? h("div", { class: "only-you" }, icon("eye"), h("span", {}, t("onlyYou")), h("span", { "aria-hidden": "true" }, "·"), h("button", { type: "button", class: "as-link", "data-dismiss": message.ts, onclick: dismiss }, t("dismiss")))
      : null;
    const main = h("div", { class: "main" }, note, heading, h("div", { class: "body" }, this.text, this.blocks.root, this.files, this.edited));
    return h("li", { class: message.ephemeral ? "message ephemeral" : "message", "data-ts": message.ts, "data-user": message.user, "data-ephemeral": message.ephemeral ? "true" : null },
      avatar(writer), main, message.ephemeral ? null : toolbar(this));
  }
}

export function avatar(writer) {
  const { letters, colour } = initials(writer.name);
  return h("div", { class: `avatar ${writer.isBot ? "bot" : `back-${colour}`}`, "aria-hidden": "true" }, writer.isBot ? icon("check") : letters);
}

function toolbar(node) {
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
