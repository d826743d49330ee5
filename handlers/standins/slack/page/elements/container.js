// What holds blocks (a message, a modal, the Home tab) and what was typed, ticked and chosen in it.
// A value stays as long as an update has the same block_id and action_id; initial values are for new ones only.

import { post } from "../base/api.js";
import { directory } from "../base/directory.js";

const INITIAL = {
  plain_text_input: (one) => ({ value: one.initial_value ?? null }),
  email_text_input: (one) => ({ value: one.initial_value ?? null }),
  url_text_input: (one) => ({ value: one.initial_value ?? null }),
  number_input: (one) => ({ value: one.initial_value ?? null }),
  static_select: (one) => ({ selected_option: one.initial_option ?? null }),
  external_select: (one) => ({ selected_option: one.initial_option ?? null }),
  radio_buttons: (one) => ({ selected_option: one.initial_option ?? null }),
  multi_static_select: (one) => ({ selected_options: one.initial_options ?? [] }),
  multi_external_select: (one) => ({ selected_options: one.initial_options ?? [] }),
  checkboxes: (one) => ({ selected_options: one.initial_options ?? [] }),
  users_select: (one) => ({ selected_user: one.initial_user ?? null }),
  multi_users_select: (one) => ({ selected_users: one.initial_users ?? [] }),
  channels_select: (one) => ({ selected_channel: one.initial_channel ?? null }),
  multi_channels_select: (one) => ({ selected_channels: one.initial_channels ?? [] }),
  conversations_select: (one, channel) => ({ selected_conversation: one.initial_conversation ?? current(one, channel) }),
  multi_conversations_select: (one, channel) => ({ selected_conversations: one.initial_conversations ?? [current(one, channel)].filter(Boolean) }),
  datepicker: (one) => ({ selected_date: one.initial_date ?? null }),
  timepicker: (one) => ({ selected_time: one.initial_time ?? null }),
  datetimepicker: (one) => ({ selected_date_time: one.initial_date_time ?? null }),
  file_input: () => ({ files: [] }),
};

export class Container {
  /** `reference`: {channel, ts}, {view_id} or {home: true}; `channel`: where the person was when it opened. */
  constructor(reference, channel) {
    this.reference = reference;
    this.channel = channel;
    this.values = {};
    this.uploads = 0; // how many files are on their way
  }

  /** Takes the blocks of a new or updated view. */
  keep(blocks) {
    const kept = {};
    for (const block of blocks) {
      for (const element of elementsOf(block)) {
        if (!INITIAL[element.type]) continue;
        const old = this.values[block.block_id]?.[element.action_id];
        const value = old?.type === element.type ? possible(old, element) : { type: element.type, ...INITIAL[element.type](element, this.channel) };
        (kept[block.block_id] ??= {})[element.action_id] = value;
      }
    }
    this.values = kept;
  }

  value(blockId, actionId) {
    return this.values[blockId]?.[actionId];
  }

  set(blockId, actionId, more) {
    Object.assign(this.values[blockId][actionId], more);
  }

  get state() {
    return { values: structuredClone(this.values) };
  }

  /** Tells the bot. Gives {ok, error?}; rejects when the server can't be reached. */
  act(blockId, action) {
    return post("action", { container: this.reference, block_id: blockId, action: { ...action, block_id: blockId }, state: this.state });
  }

  options(blockId, actionId, value) {
    return post("options", { container: this.reference, block_id: blockId, action_id: actionId, value });
  }
}

/** Blocks and elements with an id each: Slack makes those that the bot left out. */
export function identified(blocks) {
  return (blocks ?? []).map((block, n) => ({ ...block, block_id: block.block_id ?? `block-${n}` })).map(withActionIds);
}

export function elementsOf(block) {
  const several = block.type === "actions" || block.type === "context_actions" ? block.elements : block.type === "card" ? block.actions : [];
  return [block.element, block.accessory, ...(several ?? [])].filter(Boolean);
}

/** Does a conversations_select's filter let this channel through? */
export function passes(filter, channel) {
  if (!filter) return true;
  if (filter.include && !filter.include.includes(channel.kind === "im" ? "im" : "public")) return false;
  return !(filter.exclude_bot_users && channel.kind === "im");
}

function withActionIds(block) {
  const name = (element, n) => (element && needsId(element) && !element.action_id ? { ...element, action_id: `action-${n}` } : element);
  const made = { ...block };
  if (block.element) made.element = name(block.element, 0);
  if (block.accessory) made.accessory = name(block.accessory, 0);
  if (block.type === "actions") made.elements = block.elements.map(name);
  if (block.type === "card" && block.actions) made.actions = block.actions.map(name);
  return made;
}

function needsId(element) {
  return element.type in INITIAL || ["button", "overflow"].includes(element.type);
}

function current(element, channelId) {
  const channel = directory.channels.find((one) => one.id === channelId);
  return element.default_to_current_conversation && channel && passes(element.filter, channel) ? channelId : null;
}

/** What was chosen, less what is no longer offered. */
function possible(value, element) {
  const offered = [element.options, ...(element.option_groups ?? []).map((group) => group.options)].flat().filter(Boolean);
  if (!offered.length) return value;
  const still = (option) => offered.some((one) => one.value === option.value);
  if (value.selected_options) return { ...value, selected_options: value.selected_options.filter(still) };
  return value.selected_option && !still(value.selected_option) ? { ...value, selected_option: null } : value;
}
