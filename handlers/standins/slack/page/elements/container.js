// A container of blocks (a message, a modal, the Home tab) and the values of its input elements.
// A value survives an update that has the same block_id and action_id; initial values apply to new elements only.

import { post } from "../base/api.js";
import { directory } from "../base/directory.js";

const INITIAL = {
  plain_text_input: (element) => ({ value: element.initial_value ?? null }),
  email_text_input: (element) => ({ value: element.initial_value ?? null }),
  url_text_input: (element) => ({ value: element.initial_value ?? null }),
  number_input: (element) => ({ value: element.initial_value ?? null }),
  static_select: (element) => ({ selected_option: element.initial_option ?? null }),
  external_select: (element) => ({ selected_option: element.initial_option ?? null }),
  radio_buttons: (element) => ({ selected_option: element.initial_option ?? null }),
  multi_static_select: (element) => ({ selected_options: element.initial_options ?? [] }),
  multi_external_select: (element) => ({ selected_options: element.initial_options ?? [] }),
  checkboxes: (element) => ({ selected_options: element.initial_options ?? [] }),
  users_select: (element) => ({ selected_user: element.initial_user ?? null }),
  multi_users_select: (element) => ({ selected_users: element.initial_users ?? [] }),
  channels_select: (element) => ({ selected_channel: element.initial_channel ?? null }),
  multi_channels_select: (element) => ({ selected_channels: element.initial_channels ?? [] }),
  conversations_select: (element, channel) => ({ selected_conversation: element.initial_conversation ?? currentChannel(element, channel) }),
  multi_conversations_select: (element, channel) => ({ selected_conversations: element.initial_conversations ?? [currentChannel(element, channel)].filter(Boolean) }),
  datepicker: (element) => ({ selected_date: element.initial_date ?? null }),
  timepicker: (element) => ({ selected_time: element.initial_time ?? null }),
  datetimepicker: (element) => ({ selected_date_time: element.initial_date_time ?? null }),
  file_input: () => ({ files: [] }),
};

export class Container {
  /** `reference`: {channel, ts}, {view_id} or {home: true}; `channel`: the id of the channel it was opened in. */
  constructor(reference, channel) {
    this.reference = reference;
    this.channel = channel;
    this.values = {};
    this.uploads = 0; // in progress
  }

  /** Keeps the values of elements that are still there, and sets initial values for the others. */
  setBlocks(blocks) {
    const values = {};
    for (const block of blocks) {
      for (const element of elementsOf(block)) {
        if (!INITIAL[element.type]) continue;
        const old = this.values[block.block_id]?.[element.action_id];
        const value = old?.type === element.type ? withoutRemovedOptions(old, element) : { type: element.type, ...INITIAL[element.type](element, this.channel) };
        (values[block.block_id] ??= {})[element.action_id] = value;
      }
    }
    this.values = values;
  }

  value(blockId, actionId) {
    return this.values[blockId]?.[actionId];
  }

  set(blockId, actionId, properties) {
    Object.assign(this.values[blockId][actionId], properties);
  }

  get state() {
    return { values: structuredClone(this.values) };
  }

  /** Sends an action to the bot. Resolves to {ok, error?}; rejects when the server can't be reached. */
  sendAction(blockId, action) {
    return post("action", { container: this.reference, block_id: blockId, action: { ...action, block_id: blockId }, state: this.state });
  }

  /** Loads the options of an external select. */
  options(blockId, actionId, value) {
    return post("options", { container: this.reference, block_id: blockId, action_id: actionId, value });
  }
}

/** Adds missing ids to blocks and elements, as Slack does. */
export function withIds(blocks) {
  return (blocks ?? []).map((block, n) => ({ ...block, block_id: block.block_id ?? `block-${n}` })).map(withActionIds);
}

export function elementsOf(block) {
  const elements = block.type === "actions" || block.type === "context_actions" ? block.elements : block.type === "card" ? block.actions : [];
  return [block.element, block.accessory, ...(elements ?? [])].filter(Boolean);
}

/** Whether the filter of a conversations_select includes a channel. */
export function passesFilter(filter, channel) {
  if (!filter) return true;
  if (filter.include && !filter.include.includes(channel.kind === "im" ? "im" : "public")) return false;
  return !(filter.exclude_bot_users && channel.kind === "im");
}

function withActionIds(block) {
  const withId = (element, n) => (element && needsId(element) && !element.action_id ? { ...element, action_id: `action-${n}` } : element);
  const copy = { ...block };
  if (block.element) copy.element = withId(block.element, 0);
  if (block.accessory) copy.accessory = withId(block.accessory, 0);
  if (block.type === "actions") copy.elements = block.elements.map(withId);
  if (block.type === "card" && block.actions) copy.actions = block.actions.map(withId);
  return copy;
}

function needsId(element) {
  return element.type in INITIAL || ["button", "overflow"].includes(element.type);
}

function currentChannel(element, channelId) {
  const channel = directory.channels.find(({ id }) => id === channelId);
  return element.default_to_current_conversation && channel && passesFilter(element.filter, channel) ? channelId : null;
}

/** Deselects options that an update has removed. */
function withoutRemovedOptions(value, element) {
  const options = [element.options, ...(element.option_groups ?? []).map((group) => group.options)].flat().filter(Boolean);
  if (!options.length) return value;
  const exists = (selected) => options.some((option) => option.value === selected.value);
  if (value.selected_options) return { ...value, selected_options: value.selected_options.filter(exists) };
  return value.selected_option && !exists(value.selected_option) ? { ...value, selected_option: null } : value;
}
