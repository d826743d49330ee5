// The `rich_text` block: text from Slack's editor, and the contents of task cards.

import { slackDate } from "./dates.js";
import { author, channelNamed } from "../base/directory.js";
import { h, link } from "../base/dom.js";
import { mention, withBreaks } from "./mrkdwn.js";

const BLOCKS = {
  rich_text_section: (section) => h("div", { class: "rich-section" }, section.elements.map(element)),
  rich_text_quote: (section) => h("blockquote", {}, section.elements.map(element)),
  rich_text_preformatted: (section) => h("pre", {}, h("code", {}, section.elements.map((part) => part.text ?? part.url ?? ""))),
  rich_text_list: list,
};

const ELEMENTS = {
  text: (part) => withBreaks(part.text ?? ""),
  link: (part) => link(part.url, part.text || part.url),
  user: (part) => mention(`@${author(part.user_id).name}`),
  usergroup: (part) => mention(`@${part.usergroup_id}`),
  channel: (part) => mention(`#${channelNamed(part.channel_id).name}`),
  broadcast: (part) => mention(`@${part.range}`),
  emoji: (part) => (part.unicode ? String.fromCodePoint(...part.unicode.split("-").map((code) => parseInt(code, 16))) : `:${part.name}:`),
  date: (part) => slackDate(part.timestamp, part.format ?? "{date}", part.fallback ?? ""),
  color: (part) => h("code", {}, part.value),
};

const STYLES = { bold: "strong", italic: "em", strike: "s", code: "code", underline: "u" };

export function richText(block) {
  return h("div", { class: "rich" }, (block.elements ?? []).map((section) => BLOCKS[section.type]?.(section)));
}

function list(section) {
  const node = h(section.style === "ordered" ? "ol" : "ul", { start: section.offset ? section.offset + 1 : null });
  if (section.indent) node.classList.add(`indent-${Math.min(section.indent, 4)}`);
  node.append(...section.elements.map((item) => h("li", {}, item.elements.map(element))));
  return node;
}

function element(part) {
  const inner = [ELEMENTS[part.type]?.(part)].flat();
  const styles = Object.keys(STYLES).filter((name) => part.style?.[name]);
  return styles.reduce((nodes, name) => [h(STYLES[name], {}, nodes)], inner);
}
