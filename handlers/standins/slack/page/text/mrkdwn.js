// Parses Slack's mrkdwn into nodes: code blocks, then quotes and lists, then the formatting within a line.

import { slackDate } from "./dates.js";
import { author, channelNamed } from "../base/directory.js";
import { h, link } from "../base/dom.js";

const ENTITIES = { "&amp;": "&", "&lt;": "<", "&gt;": ">" };
const STYLES = { "*": "strong", _: "em", "~": "s" };
// A formatting character opens after a boundary and closes before one. A zero-width space is none: bots use it to escape.
const BEFORE = /^$|[\s(){}[\]"'«»“”‘’,.;:!?*_~/|\u2013\u2014-]$/;
const AFTER = /^$|^[\s(){}[\]"'«»“”‘’,.;:!?*_~/|\u2013\u2014-]/;
const LIST = /^(\s*)(?:([•◦▪-])|(\d+)\.)\s+(.*)$/;

/** The nodes of a mrkdwn text. `verbatim`: bare URLs don't become links. */
export function mrkdwn(text, { verbatim = false } = {}) {
  const nodes = [];
  (text ?? "").split(/```/).forEach((part, n, parts) => {
    const closed = n % 2 === 1 && n < parts.length - 1;
    if (closed) nodes.push(h("pre", {}, h("code", {}, plain(part.replace(/^\n/, "").replace(/\n$/, "")))));
    else nodes.push(...lines(n % 2 === 1 ? "```" + part : trimmed(part, n), verbatim));
  });
  return nodes;
}

/** A text object, `plain_text` or `mrkdwn`, as nodes. */
export function textOf(object) {
  if (!object) return [];
  if (typeof object === "string") return withBreaks(object);
  return object.type === "mrkdwn" ? mrkdwn(object.text, object) : withBreaks(object.text ?? "");
}

/** mrkdwn as plain text, for screen readers. */
export function plainText(text) {
  return h("div", {}, ...mrkdwn(text)).textContent;
}

/** A text with its line breaks. */
export function withBreaks(text) {
  return text.split("\n").flatMap((line, n) => (n ? [h("br"), line] : [line]));
}

function trimmed(part, n) {
  return n ? part.replace(/^\n/, "") : part;
}

function lines(text, verbatim) {
  const nodes = [];
  const rest = text.split("\n");
  let afterText = false; // whether the previous line is text, so that a break is needed
  while (rest.length) {
    const block = quote(rest, verbatim) ?? list(rest, verbatim);
    if (block) {
      nodes.push(block);
      afterText = false;
      continue;
    }
    if (afterText) nodes.push(h("br"));
    const line = rest.shift();
    nodes.push(...inline(line, verbatim));
    afterText = true;
  }
  return nodes;
}

function quote(rest, verbatim) {
  const quoted = [];
  while (rest.length && /^(>|&gt;)/.test(rest[0])) quoted.push(rest.shift().replace(/^(>|&gt;) ?/, ""));
  return quoted.length ? h("blockquote", {}, lines(quoted.join("\n"), verbatim)) : null;
}

function list(rest, verbatim) {
  const first = LIST.exec(rest[0]);
  if (!first) return null;
  const numbered = Boolean(first[3]);
  const node = h(numbered ? "ol" : "ul", { start: numbered && first[3] !== "1" ? first[3] : null });
  for (let item = first; item && Boolean(item[3]) === numbered; item = rest.length && LIST.exec(rest[0])) {
    rest.shift();
    node.append(h("li", { class: item[1].length > 1 ? "deeper" : null }, inline(item[4], verbatim)));
  }
  return node;
}

/** Formatting within a line: code, `<…>`, and bold, italic and strike, which nest. */
function inline(text, verbatim) {
  const nodes = [];
  let from = 0;
  for (let at = 0; at < text.length; at += 1) {
    const span = match(text, at, from, verbatim);
    if (!span) continue;
    nodes.push(...bare(text.slice(from, at), verbatim), span.node);
    from = span.end;
    at = from - 1;
  }
  nodes.push(...bare(text.slice(from), verbatim));
  return nodes;
}

function match(text, at, from, verbatim) {
  const character = text[at];
  if (character === "<") return angle(text, at);
  if (character !== "`" && !STYLES[character]) return null;
  if (!BEFORE.test(text.slice(0, at)) || /[\s\u200b]/.test(text[at + 1] ?? " ")) return null;
  for (let end = text.indexOf(character, at + 2); end > 0; end = text.indexOf(character, end + 1)) {
    const inner = text.slice(at + 1, end);
    if (/[\s\u200b]$/.test(inner) || !AFTER.test(text.slice(end + 1))) continue;
    const node = character === "`" ? h("code", {}, plain(inner)) : h(STYLES[character], {}, inline(inner, verbatim));
    return { node, end: end + 1 };
  }
  return null;
}

function angle(text, at) {
  const close = text.indexOf(">", at);
  if (close < 0) return null;
  const [target, ...labels] = text.slice(at + 1, close).split("|");
  const node = reference(target, labels.join("|"));
  return node && { node, end: close + 1 };
}

function reference(target, label) {
  if (/^@[UW]/.test(target)) return mention(`@${author(target.slice(1)).name}`);
  if (/^#[CG]/.test(target)) return mention(`#${plain(label) || channelNamed(target.slice(1)).name}`);
  if (target.startsWith("!date^")) return dated(target, label);
  if (target.startsWith("!subteam^")) return mention(plain(label) || `@${target.slice("!subteam^".length)}`);
  if (/^!(here|channel|everyone)$/.test(target)) return mention(`@${target.slice(1)}`);
  if (/^(https?:|mailto:|tel:)/.test(target)) return link(plain(target), plain(label) || plain(target).replace(/^mailto:/, ""));
  return null;
}

export function mention(name) {
  return h("span", { class: "mention" }, name);
}

function dated(target, label) {
  const [, seconds, format, url] = target.split("^");
  const formatted = slackDate(seconds, plain(format ?? ""), plain(label));
  const time = h("time", { datetime: isoOf(seconds) }, formatted);
  return url ? link(plain(url), time) : time;
}

function isoOf(seconds) {
  const moment = new Date(Number(seconds) * 1000);
  return Number.isNaN(moment.getTime()) ? null : moment.toISOString();
}

function bare(text, verbatim) {
  if (!text) return [];
  if (verbatim) return [plain(text)];
  return text.split(/(https?:\/\/[^\s<>]*[^\s<>.,;:!?)"'»])/).map((part, n) => (n % 2 ? link(plain(part), plain(part)) : plain(part)));
}

function plain(text) {
  return text.replace(/&(amp|lt|gt);/g, (entity) => ENTITIES[entity]);
}
