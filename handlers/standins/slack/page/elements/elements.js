// Block Kit's interactive elements. Each takes (element, place): `place` says where it stands and takes its value.

import { directory, channelLabel } from "../base/directory.js";
import { combobox } from "./combobox.js";
import { passes } from "./container.js";
import { filePicker } from "./files.js";
import { freshId, h, icon, safeHref } from "../base/dom.js";
import { confirmed, menuFor } from "./popup.js";
import { textOf } from "../text/mrkdwn.js";
import { image } from "./images.js";
import { t } from "../base/words.js";

const TYPING_PAUSE = 400; // milliseconds before `on_character_entered` is told

export const ELEMENTS = {
  button,
  image,
  overflow,
  static_select: (one, place) => select(one, place, "selected_option", fixed(one)),
  external_select: (one, place) => select(one, place, "selected_option", remote(one, place)),
  users_select: (one, place) => select(one, place, "selected_user", listed(people)),
  channels_select: (one, place) => select(one, place, "selected_channel", listed(() => channels().filter((option) => option.kind !== "im"))),
  conversations_select: (one, place) => select(one, place, "selected_conversation", listed(() => channels(one.filter))),
  multi_static_select: (one, place) => select(one, place, "selected_options", fixed(one)),
  multi_external_select: (one, place) => select(one, place, "selected_options", remote(one, place)),
  multi_users_select: (one, place) => select(one, place, "selected_users", listed(people)),
  multi_channels_select: (one, place) => select(one, place, "selected_channels", listed(() => channels().filter((option) => option.kind !== "im"))),
  multi_conversations_select: (one, place) => select(one, place, "selected_conversations", listed(() => channels(one.filter))),
  checkboxes: (one, place) => choices(one, place, "checkbox"),
  radio_buttons: (one, place) => choices(one, place, "radio"),
  datepicker: (one, place) => picker(one, place, "date", "selected_date"),
  timepicker: (one, place) => picker(one, place, "time", "selected_time"),
  datetimepicker,
  plain_text_input: (one, place) => textInput(one, place, "text"),
  email_text_input: (one, place) => textInput(one, place, "email"),
  url_text_input: (one, place) => textInput(one, place, "url"),
  number_input: (one, place) => textInput(one, place, "text", { inputmode: one.is_decimal_allowed ? "decimal" : "numeric" }),
  file_input: filePicker,
};

/** The elements that are a group of fields: their label is a legend. */
export const GROUPS = new Set(["checkboxes", "radio_buttons", "file_input"]);

function button(one, place) {
  const warning = h("span", { class: "warning", role: "alert" });
  const press = async () => {
    if (node.getAttribute("aria-busy") === "true" || !(await confirmed(one.confirm))) return;
    warning.textContent = "";
    node.setAttribute("aria-busy", "true");
    const { type, action_id, text, value, style, url } = one;
    const ok = await place.act({ type, action_id, text, value, style, url });
    node.removeAttribute("aria-busy");
    if (!ok) warning.textContent = t("trouble");
  };
  const look = { class: ["button", one.style].filter(Boolean).join(" "), "data-action-id": one.action_id, "aria-label": one.accessibility_label, onclick: press };
  const href = one.url && safeHref(one.url);
  const node = href
    ? h("a", { ...look, href, target: "_blank", rel: "noopener noreferrer" }, textOf(one.text))
    : h("button", { type: "button", ...look }, textOf(one.text));
  return h("span", { class: "with-warning" }, node, warning);
}

function overflow(one, place) {
  const node = h("button", { type: "button", class: "button square", "data-action-id": one.action_id, "aria-label": t("moreActions") }, icon("more"));
  const choose = async (option) => {
    if (await confirmed(one.confirm)) place.act({ type: one.type, action_id: one.action_id, selected_option: option });
  };
  const items = () => one.options.map((option) => ({ label: textOf(option.text), value: option.value, description: option.description && textOf(option.description), url: option.url && safeHref(option.url), choose: () => choose(option) }));
  return h("span", {}, node, menuFor(node, items));
}

function select(one, place, key, { source, leastQuery, named }) {
  const multiple = one.type.startsWith("multi_");
  const ids = !key.startsWith("selected_option"); // users and channels are told by their id alone
  const read = () => [place.value()?.[key] ?? []].flat().map((chosen) => (ids ? named(chosen) : shown(chosen)));
  const write = (options) => {
    const values = options.map((option) => (ids ? option.value : option.original));
    place.change({ [key]: multiple ? values : values[0] ?? null });
  };
  const placeholder = one.placeholder?.text ?? t("choose");
  return combobox({
    attributes: place.named({ "data-action-id": one.action_id, "data-part": "field" }, placeholder),
    source, read, write, multiple, placeholder, leastQuery,
    most: one.max_selected_items, clearable: place.clearable,
  });
}

function fixed(one) {
  const groups = one.option_groups ? one.option_groups.map((group) => ({ label: group.label.text, options: group.options.map(shown) })) : [{ options: (one.options ?? []).map(shown) }];
  return { source: (query) => narrowed(groups, query) };
}

function remote(one, place) {
  const source = async (query) => {
    const answer = await place.options(query);
    if (answer.option_groups) return answer.option_groups.map((group) => ({ label: group.label.text, options: group.options.map(shown) }));
    if (!answer.options) throw new Error("no options");
    return [{ options: answer.options.map(shown) }];
  };
  return { source, leastQuery: one.min_query_length ?? 3 }; // 3 is Slack's own default
}

function listed(options) {
  const named = (id) => options().find((option) => option.value === id) ?? { text: id, value: id };
  return { source: (query) => narrowed([{ options: options() }], query), named };
}

function narrowed(groups, query) {
  const wanted = folded(query);
  return groups.map((group) => ({ ...group, options: group.options.filter((option) => folded(option.text).includes(wanted)) }));
}

function folded(text) {
  return text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
}

function shown(option) {
  const words = (object) => (object ? h("span", {}, textOf(object)).textContent : undefined);
  return { text: words(option.text), value: option.value, description: words(option.description), original: option };
}

function people() {
  return directory.people.map((person) => ({ text: person.real_name || person.name, value: person.id }));
}

function channels(filter) {
  return directory.channels.filter((channel) => passes(filter, channel)).map((channel) => ({ text: channelLabel(channel), value: channel.id, kind: channel.kind }));
}

function choices(one, place, type) {
  const key = type === "radio" ? "selected_option" : "selected_options";
  const name = freshId("choice");
  const change = () => {
    const chosen = one.options.filter((_, n) => inputs[n].checked);
    place.change({ [key]: type === "radio" ? chosen[0] ?? null : chosen });
  };
  const now = [place.value()?.[key] ?? []].flat().map((option) => option.value);
  const inputs = one.options.map((option) => h("input", { type, name, id: freshId("field"), value: option.value, "data-part": option.value, checked: now.includes(option.value), onchange: change }));
  const lines = one.options.map((option, n) => {
    const details = option.description ? h("small", { id: freshId("details") }, textOf(option.description)) : null;
    if (details) inputs[n].setAttribute("aria-describedby", details.id);
    return h("div", { class: "choice" }, inputs[n], h("label", { for: inputs[n].id }, textOf(option.text), details));
  });
  return h("div", place.group({ class: "choices", "data-action-id": one.action_id, role: type === "radio" ? "radiogroup" : "group" }), lines);
}

function picker(one, place, type, key) {
  const value = place.value()?.[key] ?? "";
  const name = one.placeholder?.text ?? t(type === "date" ? "chooseDate" : "chooseTime");
  const show = (event) => root.toggleAttribute("data-empty", !event.target.value);
  const change = (event) => (show(event), place.change({ [key]: event.target.value || null }));
  const input = h("input", place.named({ type, class: "field short", "data-action-id": one.action_id, "data-part": "field", value, onchange: change }, name));
  // A browser's own field of a date shows no placeholder: it lies over the empty field.
  const root = h("span", { class: "picker", "data-empty": one.placeholder && !value ? "" : null, "data-placeholder": one.placeholder?.text }, input);
  return root;
}

function datetimepicker(one, place) {
  const seconds = place.value()?.selected_date_time;
  const local = seconds ? new Date(seconds * 1000 - new Date(seconds * 1000).getTimezoneOffset() * 60_000).toISOString().slice(0, 16) : "";
  const change = (event) => place.change({ selected_date_time: event.target.value ? Math.floor(new Date(event.target.value) / 1000) : null });
  return h("input", place.named({ type: "datetime-local", class: "field short", "data-action-id": one.action_id, "data-part": "field", value: local, onchange: change }, t("chooseDate")));
}

function textInput(one, place, type, more = {}) {
  const on = one.dispatch_action_config?.trigger_actions_on ?? ["on_enter_pressed"];
  let timer;
  const tell = () => place.act({ type: one.type, action_id: one.action_id, value: place.value().value });
  const change = (event) => {
    place.set({ value: event.target.value || null });
    clearTimeout(timer);
    if (place.dispatches && on.includes("on_character_entered")) timer = setTimeout(tell, TYPING_PAUSE);
  };
  const enter = (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing || !place.dispatches || !on.includes("on_enter_pressed")) return;
    event.preventDefault();
    tell();
  };
  const attributes = place.named({ class: "field", "data-action-id": one.action_id, "data-part": "field", placeholder: one.placeholder?.text, maxlength: one.max_length, value: place.value()?.value ?? "", oninput: change, onkeydown: enter, ...more }, one.placeholder?.text ?? "");
  if (one.focus_on_load) attributes["data-focus-on-load"] = true;
  return one.multiline ? h("textarea", { ...attributes, rows: 4 }) : h("input", { type, autocomplete: "off", ...attributes });
}
