// The `rich_text` block: what people write with Slack's own editor, and what task cards hold.

import { slackDate } from "./dates.js";
import { author, channelNamed } from "../base/directory.js";
import { h, link } from "../base/dom.js";
import { broken, mention } from "./mrkdwn.js";

const BLOCKS = {
  rich_text_section: (one) => h("div", { class: "rich-section" }, one.elements.map(element)),
  rich_text_quote: (one) => h("blockquote", {}, one.elements.map(element)),
  rich_text_preformatted: (one) => h("pre", {}, h("code", {}, one.elements.map((part) => part.text ?? part.url ?? ""))),
  rich_text_list: list,
};

const ELEMENTS = {
  text: (one) => broken(one.text ?? ""),
  link: (one) => link(one.url, one.text || one.url),
  user: (one) => mention(`@${author(one.user_id).name}`),
  usergroup: (one) => mention(`@${one.usergroup_id}`),
  channel: (one) => mention(`#${channelNamed(one.channel_id).name}`),
  broadcast: (one) => mention(`@${one.range}`),
  emoji: (one) => (one.unicode ? String.fromCodePoint(...one.unicode.split("-").map((code) => parseInt(code, 16))) : `:${one.name}:`),
  date: (one) => slackDate(one.timestamp, one.format ?? "{date}", one.fallback ?? ""),
  color: (one) => h("code", {}, one.value),
};

const STYLES = { bold: "strong", italic: "em", strike: "s", code: "code", underline: "u" };

export function richText(block) {
  return h("div", { class: "rich" }, (block.elements ?? []).map((one) => BLOCKS[one.type]?.(one)));
}

function list(one) {
  const made = h(one.style === "ordered" ? "ol" : "ul", { start: one.offset ? one.offset + 1 : null });
  if (one.indent) made.classList.add(`indent-${Math.min(one.indent, 4)}`);
  made.append(...one.elements.map((item) => h("li", {}, item.elements.map(element))));
  return made;
}

function element(one) {
  const inner = [ELEMENTS[one.type]?.(one)].flat();
  const styles = Object.keys(STYLES).filter((name) => one.style?.[name]);
  return styles.reduce((nodes, name) => [h(STYLES[name], {}, nodes)], inner);
}
