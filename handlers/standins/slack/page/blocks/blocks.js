// Renders Block Kit's blocks. A BlockList updates in place: blocks that did not change keep their nodes.

import { chart } from "./charts.js";
import { withIds } from "../elements/container.js";
import { freshId, h, icon, link } from "../base/dom.js";
import { ELEMENTS, GROUPS } from "../elements/elements.js";
import { fileCard } from "../elements/files.js";
import { image } from "../elements/images.js";
import { markdown } from "../text/markdown.js";
import { textOf } from "../text/mrkdwn.js";
import { bind } from "../elements/binding.js";
import { richText } from "../text/richtext.js";
import { dataTable, table } from "./tables.js";
import { t } from "../base/words.js";

export class BlockList {
  constructor(container) {
    this.container = container;
    this.root = h("div", { class: "blocks" });
    this.nodes = new Map(); // block's JSON → its node
  }

  /** Shows these blocks. Keeps the nodes of equal blocks, the focus and the input. */
  update(blocks) {
    const complete = withIds(blocks);
    this.container.setBlocks(complete);
    const focus = rememberFocus(this.root);
    const previous = this.nodes;
    this.nodes = new Map();
    const nodes = complete.map((block, n) => {
      const key = `${n > 0 && this.nodes.has(JSON.stringify(block)) ? n : ""}${JSON.stringify(block)}`;
      const node = previous.get(key) ?? render(block, this.container);
      this.nodes.set(key, node);
      return node;
    });
    arrange(this.root, nodes);
    restoreFocus(this.root, focus);
  }
}

const BLOCKS = {
  header: (block) => h("h2", { class: "header" }, textOf(block.text)),
  section,
  context: (block) => h("div", { class: "context" }, block.elements.map((element) => (element.type === "image" ? image(element) : h("span", {}, textOf(element))))),
  actions: (block, container) => h("div", { class: "actions" }, block.elements.map((element) => elementNode(element, block, container))),
  divider: () => h("hr"),
  image: imageBlock,
  input,
  rich_text: richText,
  markdown: (block) => h("div", { class: "rich" }, markdown(block.text)),
  table,
  data_table: dataTable,
  data_visualization: chart,
  alert,
  card,
  carousel: (block, container) => h("div", { class: "carousel", tabindex: "0", role: "group" }, (block.elements ?? []).map((element) => card(element, container))),
  task_card: task,
  plan,
  file: (block) => (block.file?.url ? fileCard(block.file) : h("div", { class: "context" }, icon("file"), block.file?.name ?? block.external_id ?? "")),
};

function render(block, container) {
  const make = BLOCKS[block.type];
  const node = make ? make(block, container) : unsupported(block.type);
  return h("div", { class: `block block-${block.type}`, "data-block-id": block.block_id, "data-block-type": block.type }, node);
}

function unsupported(type) {
  return h("div", { class: "unsupported", role: "note" }, icon("alert"), t("unsupported", { type }));
}

function elementNode(element, block, container, input) {
  const make = ELEMENTS[element.type];
  return make ? make(element, bind(element, block, container, input)) : unsupported(element.type);
}

function section(block, container) {
  const textId = freshId("text");
  const text = block.text ? h("div", { class: "text", id: textId }, textOf(block.text)) : null;
  const fields = block.fields ? h("div", { class: "fields" }, block.fields.map((field) => h("div", {}, textOf(field)))) : null;
  const accessory = block.accessory ? h("div", { class: "accessory" }, elementNode(block.accessory, block, container, { labelledBy: text && textId })) : null;
  const stacked = block.accessory && ["checkboxes", "radio_buttons"].includes(block.accessory.type);
  return h("div", { class: stacked ? "section stacked" : "section" }, h("div", { class: "section-words" }, text, fields), accessory);
}

function input(block, container) {
  const fieldId = freshId("field");
  const hintId = freshId("hint");
  const errorId = freshId("error");
  const group = GROUPS.has(block.element.type);
  const label = [textOf(block.label), block.optional ? h("span", { class: "optional" }, ` ${t("optional")}`) : null];
  const describedBy = [block.hint && hintId, errorId].filter(Boolean).join(" ");
  const binding = { fieldId, labelledBy: group ? `${fieldId}-label` : null, describedBy, required: !block.optional, dispatches: block.dispatch_action === true };
  return h("div", { class: "input" },
    group ? h("div", { class: "label", id: `${fieldId}-label` }, label) : h("label", { class: "label", for: fieldId }, label),
    elementNode(block.element, block, container, binding),
    block.hint ? h("div", { class: "hint", id: hintId }, textOf(block.hint)) : null,
    h("div", { class: "error", id: errorId, "data-error": true }));
}

function imageBlock(block) {
  return h("figure", { class: "picture" }, block.title ? h("figcaption", {}, textOf(block.title)) : null, image(block));
}

function alert(block) {
  const level = ["info", "warning", "error", "success"].includes(block.level) ? block.level : "default";
  const iconName = { success: "check", info: "info", default: "info" }[level] ?? "alert";
  return h("div", { class: `alert ${level}`, role: level === "error" ? "alert" : "status" }, icon(iconName), h("div", {}, textOf(block.text)));
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
  const label = t(status === "error" ? "failed" : status);
  const sign = h("span", { class: `task-sign ${status}`, role: "img", "aria-label": label }, status === "complete" ? icon("check") : status === "error" ? icon("alert") : null);
  return h("div", { class: "task", "data-status": status }, sign,
    h("div", { class: "task-words" }, h("strong", {}, textOf(block.title)), block.details ? richText(block.details) : null, block.output ? richText(block.output) : null,
      block.sources?.length ? h("ul", { class: "sources" }, block.sources.map((source) => h("li", {}, link(source.url, source.text ?? source.url)))) : null));
}

function plan(block) {
  return h("div", { class: "plan" }, h("strong", { class: "plan-title" }, textOf(block.title)), (block.tasks ?? []).map((item) => task(item)));
}

/** Puts the nodes in order without moving those already in place. */
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
  const same = [...root.querySelectorAll("[data-action-id]")].filter((node) => node.dataset.actionId === focus.action);
  const target = same.find((node) => node.closest("[data-block-id]")?.dataset.blockId === focus.block) ?? (focus.part ? null : same[0]);
  const part = target && focus.part && target.dataset.part !== focus.part ? [...target.querySelectorAll("[data-part]")].find((node) => node.dataset.part === focus.part) : target;
  part?.focus({ preventScroll: true });
  if (part && focus.start !== undefined && typeof part.selectionStart === "number") part.setSelectionRange(focus.start, focus.end);
}
