// Block Kit's interactive elements, each built from (element, binding).

import { directory, channelLabel } from "../base/directory.js";
import { combobox } from "./combobox.js";
import { passesFilter } from "./container.js";
import { filePicker } from "./files.js";
import { freshId, h, icon, safeHref } from "../base/dom.js";
import { confirmed, menuFor } from "./popup.js";
import { textOf } from "../text/mrkdwn.js";
import { image } from "./images.js";
import { t } from "../base/words.js";

const TYPING_PAUSE = 400; // milliseconds before `on_character_entered` is sent

export const ELEMENTS = {
  button,
  image,
  overflow,
  static_select: (element, binding) => select(element, binding, "selected_option", staticSource(element)),
  external_select: (element, binding) => select(element, binding, "selected_option", externalSource(element, binding)),
  users_select: (element, binding) => select(element, binding, "selected_user", directorySource(people)),
  channels_select: (element, binding) => select(element, binding, "selected_channel", directorySource(() => channels().filter((option) => option.kind !== "im"))),
  conversations_select: (element, binding) => select(element, binding, "selected_conversation", directorySource(() => channels(element.filter))),
  multi_static_select: (element, binding) => select(element, binding, "selected_options", staticSource(element)),
  multi_external_select: (element, binding) => select(element, binding, "selected_options", externalSource(element, binding)),
  multi_users_select: (element, binding) => select(element, binding, "selected_users", directorySource(people)),
  multi_channels_select: (element, binding) => select(element, binding, "selected_channels", directorySource(() => channels().filter((option) => option.kind !== "im"))),
  multi_conversations_select: (element, binding) => select(element, binding, "selected_conversations", directorySource(() => channels(element.filter))),
  checkboxes: (element, binding) => choices(element, binding, "checkbox"),
  radio_buttons: (element, binding) => choices(element, binding, "radio"),
  datepicker: (element, binding) => picker(element, binding, "date", "selected_date"),
  timepicker: (element, binding) => picker(element, binding, "time", "selected_time"),
  datetimepicker,
  plain_text_input: (element, binding) => textInput(element, binding, "text"),
  email_text_input: (element, binding) => textInput(element, binding, "email"),
  url_text_input: (element, binding) => textInput(element, binding, "url"),
  number_input: (element, binding) => textInput(element, binding, "text", { inputmode: element.is_decimal_allowed ? "decimal" : "numeric" }),
  file_input: filePicker,
};

/** Elements that are groups of fields, and so are labelled as a group. */
export const GROUPS = new Set(["checkboxes", "radio_buttons", "file_input"]);

function button(element, binding) {
  const warning = h("span", { class: "warning", role: "alert" });
  const onClick = async () => {
    if (node.getAttribute("aria-busy") === "true" || !(await confirmed(element.confirm))) return;
    warning.textContent = "";
    node.setAttribute("aria-busy", "true");
    const { type, action_id, text, value, style, url } = element;
    const ok = await binding.sendAction({ type, action_id, text, value, style, url });
    node.removeAttribute("aria-busy");
    if (!ok) warning.textContent = t("trouble");
  };
  const attributes = { class: ["button", element.style].filter(Boolean).join(" "), "data-action-id": element.action_id, "aria-label": element.accessibility_label, onclick: onClick };
  const href = element.url && safeHref(element.url);
  const node = href
    ? h("a", { ...attributes, href, target: "_blank", rel: "noopener noreferrer" }, textOf(element.text))
    : h("button", { type: "button", ...attributes }, textOf(element.text));
  return h("span", { class: "with-warning" }, node, warning);
}

function overflow(element, binding) {
  const node = h("button", { type: "button", class: "button square", "data-action-id": element.action_id, "aria-label": t("moreActions") }, icon("more"));
  const choose = async (option) => {
    if (await confirmed(element.confirm)) binding.sendAction({ type: element.type, action_id: element.action_id, selected_option: option });
  };
  const items = () => element.options.map((option) => ({ label: textOf(option.text), value: option.value, description: option.description && textOf(option.description), url: option.url && safeHref(option.url), choose: () => choose(option) }));
  return h("span", {}, node, menuFor(node, items));
}

function select(element, binding, key, { source, minQueryLength, byId }) {
  const multiple = element.type.startsWith("multi_");
  const ids = !key.startsWith("selected_option"); // the value of a user or channel is its id
  const read = () => [binding.value()?.[key] ?? []].flat().map((value) => (ids ? byId(value) : choice(value)));
  const write = (options) => {
    const values = options.map((option) => (ids ? option.value : option.original));
    binding.change({ [key]: multiple ? values : values[0] ?? null });
  };
  const placeholder = element.placeholder?.text ?? t("choose");
  return combobox({
    attributes: binding.fieldAttributes({ "data-action-id": element.action_id, "data-part": "field" }, placeholder),
    source, read, write, multiple, placeholder, minQueryLength,
    most: element.max_selected_items, clearable: binding.clearable,
  });
}

function staticSource(element) {
  const groups = element.option_groups ? element.option_groups.map((group) => ({ label: group.label.text, options: group.options.map(choice) })) : [{ options: (element.options ?? []).map(choice) }];
  return { source: (query) => filtered(groups, query) };
}

function externalSource(element, binding) {
  const source = async (query) => {
    const answer = await binding.options(query);
    if (answer.option_groups) return answer.option_groups.map((group) => ({ label: group.label.text, options: group.options.map(choice) }));
    if (!answer.options) throw new Error("no options");
    return [{ options: answer.options.map(choice) }];
  };
  return { source, minQueryLength: element.min_query_length ?? 3 }; // 3 is Slack's own default
}

function directorySource(options) {
  const byId = (id) => options().find((option) => option.value === id) ?? { text: id, value: id };
  return { source: (query) => filtered([{ options: options() }], query), byId };
}

function filtered(groups, query) {
  const part = normalized(query);
  return groups.map((group) => ({ ...group, options: group.options.filter((option) => normalized(option.text).includes(part)) }));
}

function normalized(text) {
  return text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
}

/** An option as the combobox shows it. */
function choice(option) {
  const plainText = (object) => (object ? h("span", {}, textOf(object)).textContent : undefined);
  return { text: plainText(option.text), value: option.value, description: plainText(option.description), original: option };
}

function people() {
  return directory.people.map((person) => ({ text: person.real_name || person.name, value: person.id }));
}

function channels(filter) {
  return directory.channels.filter((channel) => passesFilter(filter, channel)).map((channel) => ({ text: channelLabel(channel), value: channel.id, kind: channel.kind }));
}

function choices(element, binding, type) {
  const key = type === "radio" ? "selected_option" : "selected_options";
  const name = freshId("choice");
  const change = () => {
    const chosen = element.options.filter((_, n) => inputs[n].checked);
    binding.change({ [key]: type === "radio" ? chosen[0] ?? null : chosen });
  };
  const selected = [binding.value()?.[key] ?? []].flat().map((option) => option.value);
  const inputs = element.options.map((option) => h("input", { type, name, id: freshId("field"), value: option.value, "data-part": option.value, checked: selected.includes(option.value), onchange: change }));
  const lines = element.options.map((option, n) => {
    const details = option.description ? h("small", { id: freshId("details") }, textOf(option.description)) : null;
    if (details) inputs[n].setAttribute("aria-describedby", details.id);
    return h("div", { class: "choice" }, inputs[n], h("label", { for: inputs[n].id }, textOf(option.text), details));
  });
  return h("div", binding.groupAttributes({ class: "choices", "data-action-id": element.action_id, role: type === "radio" ? "radiogroup" : "group" }), lines);
}

function picker(element, binding, type, key) {
  const value = binding.value()?.[key] ?? "";
  const name = element.placeholder?.text ?? t(type === "date" ? "chooseDate" : "chooseTime");
  const show = (event) => root.toggleAttribute("data-empty", !event.target.value);
  const change = (event) => (show(event), binding.change({ [key]: event.target.value || null }));
  const input = h("input", binding.fieldAttributes({ type, class: "field short", "data-action-id": element.action_id, "data-part": "field", value, onchange: change }, name));
  // A browser's own field of a date shows no placeholder: it lies over the empty field.
  const root = h("span", { class: "picker", "data-empty": element.placeholder && !value ? "" : null, "data-placeholder": element.placeholder?.text }, input);
  return root;
}

function datetimepicker(element, binding) {
  const seconds = binding.value()?.selected_date_time;
  const local = seconds ? new Date(seconds * 1000 - new Date(seconds * 1000).getTimezoneOffset() * 60_000).toISOString().slice(0, 16) : "";
  const change = (event) => binding.change({ selected_date_time: event.target.value ? Math.floor(new Date(event.target.value) / 1000) : null });
  return h("input", binding.fieldAttributes({ type: "datetime-local", class: "field short", "data-action-id": element.action_id, "data-part": "field", value: local, onchange: change }, t("chooseDate")));
}

function textInput(element, binding, type, extra = {}) {
  const triggers = element.dispatch_action_config?.trigger_actions_on ?? ["on_enter_pressed"];
  let timer;
  const send = () => binding.sendAction({ type: element.type, action_id: element.action_id, value: binding.value().value });
  const change = (event) => {
    binding.set({ value: event.target.value || null });
    clearTimeout(timer);
    if (binding.dispatches && triggers.includes("on_character_entered")) timer = setTimeout(send, TYPING_PAUSE);
  };
  const enter = (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing || !binding.dispatches || !triggers.includes("on_enter_pressed")) return;
    event.preventDefault();
    send();
  };
  const attributes = binding.fieldAttributes({ class: "field", "data-action-id": element.action_id, "data-part": "field", placeholder: element.placeholder?.text, maxlength: element.max_length, value: binding.value()?.value ?? "", oninput: change, onkeydown: enter, ...extra }, element.placeholder?.text ?? "");
  if (element.focus_on_load) attributes["data-focus-on-load"] = true;
  return element.multiline ? h("textarea", { ...attributes, rows: 4 }) : h("input", { type, autocomplete: "off", ...attributes });
}
