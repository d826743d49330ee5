// Binds an element to its container: reads and stores its value, sends its actions, labels its field for screen readers.

import { toast } from "../base/dom.js";
import { confirmed } from "./popup.js";
import { t } from "../base/words.js";

/** `input`: {fieldId, labelledBy, describedBy, required, dispatches} in an input block; elsewhere elements always send actions. */
export function bind(element, block, container, input = {}) {
  const inInput = block.type === "input";
  const dispatches = inInput ? input.dispatches : true;
  const binding = {
    container,
    dispatches,
    clearable: inInput && !input.required,
    value: () => container.value(block.block_id, element.action_id),
    set: (value) => container.set(block.block_id, element.action_id, value),
    options: (query) => container.options(block.block_id, element.action_id, query),

    /** Stores a new value and, if the element dispatches, sends an action after any confirmation. */
    async change(value) {
      binding.set(value);
      if (!dispatches || !(await confirmed(element.confirm))) return;
      if (!(await binding.sendAction({ type: element.type, action_id: element.action_id, ...value }))) toast(t("trouble"));
    },

    /** Sends an action to the bot. Resolves to whether it was acknowledged. */
    async sendAction(action) {
      try {
        return (await container.sendAction(block.block_id, action)).ok;
      } catch {
        return false;
      }
    },

    /** The attributes of a single field, with its id and accessible name. */
    fieldAttributes: (attributes, fallbackName) => ({
      ...attributes,
      id: input.fieldId ?? attributes.id,
      "aria-label": input.fieldId || input.labelledBy ? null : fallbackName || null,
      "aria-labelledby": input.labelledBy ?? null,
      "aria-describedby": input.describedBy ?? null,
      "aria-required": input.required ? "true" : null,
    }),

    /** The attributes of a group of fields. */
    groupAttributes: (attributes) => ({
      ...attributes,
      "aria-labelledby": input.labelledBy ?? null,
      "aria-describedby": input.describedBy ?? null,
    }),
  };
  return binding;
}
