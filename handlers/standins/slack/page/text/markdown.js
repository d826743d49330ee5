// The `markdown` block: the subset of standard Markdown that messages need.

import { h, link } from "../base/dom.js";

const SPANS = /(`+)(.+?)\1|\*\*(.+?)\*\*|__(.+?)__|~~(.+?)~~|\*([^\s*](?:.*?[^\s*])?)\*|\b_([^_]+)_\b|!?\[([^\]]*)\]\(([^)\s]+)\)|<(https?:[^>\s]+)>|\\([\\`*_{}[\]()#+.!~|>-])/;

export function markdown(text) {
  const rest = (text ?? "").replaceAll("\r", "").split("\n");
  const nodes = [];
  while (rest.length) {
    const node = fence(rest) ?? heading(rest) ?? rule(rest) ?? quote(rest) ?? table(rest) ?? list(rest) ?? paragraph(rest);
    if (node) nodes.push(node);
  }
  return nodes;
}

function fence(rest) {
  if (!rest[0].startsWith("```")) return null;
  rest.shift();
  const code = [];
  while (rest.length && !rest[0].startsWith("```")) code.push(rest.shift());
  rest.shift();
  return h("pre", {}, h("code", {}, code.join("\n")));
}

function heading(rest) {
  const match = /^(#{1,6})\s+(.*)$/.exec(rest[0]);
  if (!match) return null;
  rest.shift();
  return h(`h${Math.min(match[1].length + 2, 6)}`, {}, spans(match[2]));
}

function rule(rest) {
  if (!/^(-{3,}|\*{3,}|_{3,})\s*$/.test(rest[0])) return null;
  rest.shift();
  return h("hr");
}

function quote(rest) {
  const lines = [];
  while (rest.length && rest[0].startsWith(">")) lines.push(rest.shift().replace(/^> ?/, ""));
  return lines.length ? h("blockquote", {}, markdown(lines.join("\n"))) : null;
}

function table(rest) {
  if (!rest[0].includes("|") || !/^\s*\|?\s*:?-+:?\s*(\|\s*:?-+:?\s*)*\|?\s*$/.test(rest[1] ?? "") || !rest[1].includes("|")) return null;
  const head = cells(rest.shift());
  rest.shift();
  const body = h("tbody");
  while (rest.length && rest[0].includes("|")) {
    body.append(h("tr", {}, cells(rest.shift()).map((cell) => h("td", {}, spans(cell)))));
  }
  const top = h("thead", {}, h("tr", {}, head.map((cell) => h("th", { scope: "col" }, spans(cell)))));
  return h("div", { class: "table-scroll", tabindex: "0" }, h("table", { class: "table" }, top, body));
}

function cells(line) {
  return line.trim().replace(/^\||\|$/g, "").split("|").map((cell) => cell.trim());
}

function list(rest) {
  const first = /^\s*(?:[-*+]|(\d+)[.)])\s+/.exec(rest[0]);
  if (!first) return null;
  const numbered = first[1] !== undefined;
  const pattern = numbered ? /^(\s*)\d+[.)]\s+(?:\[([ xX])\]\s+)?(.*)$/ : /^(\s*)[-*+]\s+(?:\[([ xX])\]\s+)?(.*)$/;
  const node = h(numbered ? "ol" : "ul", { start: numbered && first[1] !== "1" ? first[1] : null });
  for (let match = pattern.exec(rest[0]); match; match = rest.length ? pattern.exec(rest[0]) : null) {
    rest.shift();
    const box = match[2] === undefined ? null : h("span", {}, match[2] === " " ? "☐ " : "☑ ");
    node.append(h("li", { class: match[1].length > 1 ? "deeper" : null }, box, spans(match[3])));
  }
  return node;
}

function paragraph(rest) {
  if (!rest[0].trim()) return void rest.shift();
  const lines = [];
  const starts = /^(```|#{1,6}\s|>|\s*([-*+]|\d+[.)])\s)/;
  do lines.push(rest.shift());
  while (rest.length && rest[0].trim() && !starts.test(rest[0]));
  return h("p", {}, lines.flatMap((line, n) => (n ? [h("br"), ...spans(line)] : spans(line))));
}

function spans(text) {
  const match = SPANS.exec(text);
  if (!match) return [text];
  const [, , code, bold, bolder, strike, italic, slanted, label, url, bare, literal] = match;
  return [text.slice(0, match.index), span(), ...spans(text.slice(match.index + match[0].length))];

  function span() {
    if (code !== undefined) return h("code", {}, code);
    if (bold ?? bolder) return h("strong", {}, spans(bold ?? bolder));
    if (strike) return h("s", {}, spans(strike));
    if (italic ?? slanted) return h("em", {}, spans(italic ?? slanted));
    if (url !== undefined) return link(url, spans(label));
    if (bare) return link(bare, bare);
    return literal;
  }
}
