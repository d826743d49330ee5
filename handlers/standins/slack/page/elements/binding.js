// Where an element stands: it takes the element's value, tells the bot, and names the field for screen readers.

import { toast } from "../base/dom.js";
import { confirmed } from "./popup.js";
import { t } from "../base/words.js";

/** `more`: {fieldId, labelledBy, describedBy, required, dispatches} of an input block; elsewhere elements always tell. */
export function placeOf(element, block, container, more = {}) {
  const inInput = block.type === "input";
  const dispatches = inInput ? more.dispatches : true;
  const place = {
    container,
    dispatches,
    clearable: inInput && !more.required,
    value: () => container.value(block.block_id, element.action_id),
    set: (value) => container.set(block.block_id, element.action_id, value),
    options: (query) => container.options(block.block_id, element.action_id, query),

    /** Keeps a new value and, where that is due, tells the bot, after the question if there is one. */
    async change(value) {
      place.set(value);
      if (!dispatches || !(await confirmed(element.confirm))) return;
      if (!(await place.act({ type: element.type, action_id: element.action_id, ...value }))) toast(t("trouble"));
    },

    /** Tells the bot. Gives whether that went well. */
    async act(action) {
      try {
        return (await container.act(block.block_id, action)).ok;
      } catch {
        return false;
      }
    },

    /** The attributes of a single field, with its id and its name. */
    named: (attributes, fallbackName) => ({
      ...attributes,
      id: more.fieldId ?? attributes.id,
      "aria-label": more.fieldId || more.labelledBy ? null : fallbackName || null,
      "aria-labelledby": more.labelledBy ?? null,
      "aria-describedby": more.describedBy ?? null,
      "aria-required": more.required ? "true" : null,
    }),

    /** The attributes of a group of fields. */
    group: (attributes) => ({
      ...attributes,
      "aria-labelledby": more.labelledBy ?? null,
      "aria-describedby": more.describedBy ?? null,
    }),
  };
  return place;
}
