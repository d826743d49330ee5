// Block Kit's blocks to nodes, and a list of blocks that changes in place: what stayed the same keeps its node.

import { chart } from "./charts.js";
import { identified } from "../elements/container.js";
import { freshId, h, icon, link } from "../base/dom.js";
import { ELEMENTS, GROUPS } from "../elements/elements.js";
import { fileCard } from "../elements/files.js";
import { image } from "../elements/images.js";
import { markdown } from "../text/markdown.js";
import { textOf } from "../text/mrkdwn.js";
import { placeOf } from "../elements/binding.js";
import { richText } from "../text/richtext.js";
import { dataTable, table } from "./tables.js";
import { t } from "../base/words.js";

export class BlockList {
  constructor(container) {
    this.container = container;
    this.root = h("div", { class: "blocks" });
    this.shown = new Map(); // block's JSON → its node
  }

  /** Shows these blocks. Nodes of equal blocks stay, so do the focus and what was typed. */
  update(blocks) {
    const wanted = identified(blocks);
    this.container.keep(wanted);
    const focus = rememberFocus(this.root);
    const old = this.shown;
    this.shown = new Map();
    const nodes = wanted.map((block, n) => {
      const key = `${n > 0 && this.shown.has(JSON.stringify(block)) ? n : ""}${JSON.stringify(block)}`;
      const node = old.get(key) ?? rendered(block, this.container);
      this.shown.set(key, node);
      return node;
    });
    arrange(this.root, nodes);
    restoreFocus(this.root, focus);
  }
}

const BLOCKS = {
  header: (one) => h("h3", { class: "header" }, textOf(one.text)),
  section,
  context: (one) => h("div", { class: "context" }, one.elements.map((part) => (part.type === "image" ? image(part) : h("span", {}, textOf(part))))),
  actions: (one, container) => h("div", { class: "actions" }, one.elements.map((element) => elementNode(element, one, container))),
  divider: () => h("hr"),
  image: imageBlock,
  input,
  rich_text: richText,
  markdown: (one) => h("div", { class: "rich" }, markdown(one.text)),
  table,
  data_table: dataTable,
  data_visualization: chart,
  alert,
  card,
  carousel: (one, container) => h("div", { class: "carousel", tabindex: "0", role: "group" }, (one.elements ?? []).map((each) => card(each, container))),
  task_card: task,
  plan,
  file: (one) => (one.file?.url ? fileCard(one.file) : h("div", { class: "context" }, icon("file"), one.file?.name ?? one.external_id ?? "")),
};

function rendered(block, container) {
  const make = BLOCKS[block.type];
  const node = make ? make(block, container) : unsupported(block.type);
  return h("div", { class: `block block-${block.type}`, "data-block-id": block.block_id, "data-block-type": block.type }, node);
}

function unsupported(type) {
  return h("div", { class: "unsupported", role: "note" }, icon("alert"), t("unsupported", { type }));
}

function elementNode(element, block, container, more) {
  const make = ELEMENTS[element.type];
  return make ? make(element, placeOf(element, block, container, more)) : unsupported(element.type);
}

function section(block, container) {
  const textId = freshId("text");
  const words = block.text ? h("div", { class: "text", id: textId }, textOf(block.text)) : null;
  const fields = block.fields ? h("div", { class: "fields" }, block.fields.map((field) => h("div", {}, textOf(field)))) : null;
  const accessory = block.accessory ? h("div", { class: "accessory" }, elementNode(block.accessory, block, container, { labelledBy: words && textId })) : null;
  const below = block.accessory && ["checkboxes", "radio_buttons"].includes(block.accessory.type);
  return h("div", { class: below ? "section stacked" : "section" }, h("div", { class: "section-words" }, words, fields), accessory);
}

function input(block, container) {
  const fieldId = freshId("field");
  const hintId = freshId("hint");
  const errorId = freshId("error");
  const group = GROUPS.has(block.element.type);
  const label = [textOf(block.label), block.optional ? h("span", { class: "optional" }, ` ${t("optional")}`) : null];
  const describedBy = [block.hint && hintId, errorId].filter(Boolean).join(" ");
  const place = { fieldId, labelledBy: group ? `${fieldId}-label` : null, describedBy, required: !block.optional, dispatches: block.dispatch_action === true };
  return h("div", { class: "input" },
    group ? h("div", { class: "label", id: `${fieldId}-label` }, label) : h("label", { class: "label", for: fieldId }, label),
    elementNode(block.element, block, container, place),
    block.hint ? h("div", { class: "hint", id: hintId }, textOf(block.hint)) : null,
    h("div", { class: "error", id: errorId, "data-error": true }));
}

function imageBlock(block) {
  return h("figure", { class: "picture" }, block.title ? h("figcaption", {}, textOf(block.title)) : null, image(block));
}

function alert(block) {
  const level = ["info", "warning", "error", "success"].includes(block.level) ? block.level : "default";
  const sign = { success: "check", info: "info", default: "info" }[level] ?? "alert";
  return h("div", { class: `alert ${level}`, role: level === "error" ? "alert" : "status" }, icon(sign), h("div", {}, textOf(block.text)));
}

function card(block, container) {
  const top = block.icon || block.title || block.subtitle
    ? h("div", { class: "card-top" }, block.icon ? image(block.icon) : null,
      h("div", {}, block.title ? h("strong", {}, textOf(block.title)) : null, block.subtitle ? h("div", { class: "quiet" }, textOf(block.subtitle)) : null))
    : null;
  const buttons = block.actions?.length ? h("div", { class: "actions" }, block.actions.map((element) => elementNode(element, block, container))) : null;
  return h("div", { class: "card" }, block.hero_image ? image(block.hero_image) : null, top, block.body ? h("div", {}, textOf(block.body)) : null, buttons);
}

function task(block) {
  const status = ["pending", "in_progress", "complete", "error"].includes(block.status) ? block.status : "pending";
  const said = t(status === "error" ? "failed" : status);
  const sign = h("span", { class: `task-sign ${status}`, role: "img", "aria-label": said }, status === "complete" ? icon("check") : status === "error" ? icon("alert") : null);
  return h("div", { class: "task", "data-status": status }, sign,
    h("div", { class: "task-words" }, h("strong", {}, textOf(block.title)), block.details ? richText(block.details) : null, block.output ? richText(block.output) : null,
      block.sources?.length ? h("ul", { class: "sources" }, block.sources.map((source) => h("li", {}, link(source.url, source.text ?? source.url)))) : null));
}

function plan(block) {
  return h("div", { class: "plan" }, h("strong", { class: "plan-title" }, textOf(block.title)), (block.tasks ?? []).map((one) => task(one)));
}

/** Puts the nodes in order, moving none that stands right already. */
function arrange(root, nodes) {
  for (const child of [...root.children]) if (!nodes.includes(child)) child.remove();
  let next = root.firstElementChild;
  for (const node of nodes) {
    if (node === next) next = next.nextElementSibling;
    else root.insertBefore(node, next);
  }
}

function rememberFocus(root) {
  const active = document.activeElement;
  if (!active || !root.contains(active)) return null;
  const action = active.closest("[data-action-id]")?.dataset.actionId;
  const [start, end] = typeof active.selectionStart === "number" ? [active.selectionStart, active.selectionEnd] : [];
  return { active, block: active.closest("[data-block-id]")?.dataset.blockId, action, part: active.dataset.part, start, end };
}

function restoreFocus(root, focus) {
  if (!focus || root.contains(focus.active)) return;
  const same = [...root.querySelectorAll("[data-action-id]")].filter((one) => one.dataset.actionId === focus.action);
  const found = same.find((one) => one.closest("[data-block-id]")?.dataset.blockId === focus.block) ?? (focus.part ? null : same[0]);
  const part = found && focus.part && found.dataset.part !== focus.part ? [...found.querySelectorAll("[data-part]")].find((one) => one.dataset.part === focus.part) : found;
  part?.focus({ preventScroll: true });
  if (part && focus.start !== undefined && typeof part.selectionStart === "number") part.setSelectionRange(focus.start, focus.end);
}
