// Validation in the client, as Slack's: a form is sent to the bot only once it passes.

import { number, t } from "../base/words.js";

const EMAIL = /^[^\s@]+@[^\s@]+\.[^\s@]+$/;
const NUMBER = /^-?\d+([.,]\d+)?$/;

const CHECKS = {
  plain_text_input: length,
  email_text_input: (element, { value }) => (EMAIL.test(value) ? null : t("badEmail")),
  url_text_input: (element, { value }) => (URL.canParse(value) ? null : t("badUrl")),
  number_input: range,
};

/** Errors of the input blocks of a form, by block_id. */
export function validationErrors(blocks, container) {
  const errors = {};
  for (const block of blocks) {
    if (block.type !== "input") continue;
    const value = container.value(block.block_id, block.element.action_id);
    const error = value && errorOf(block, value);
    if (error) errors[block.block_id] = error;
  }
  return errors;
}

function errorOf(block, value) {
  const { type, ...state } = value;
  const [content] = Object.values(state);
  const empty = content === null || content === undefined || (Array.isArray(content) && !content.length) || (typeof content === "string" && !content.trim());
  if (empty) return block.optional ? null : t("required");
  return CHECKS[type]?.(block.element, state) ?? null;
}

function length({ min_length: least = 0, max_length: most = Infinity }, { value }) {
  if (value.length < least) return t("tooShort", { n: number(least) });
  return value.length > most ? t("tooLong", { n: number(most) }) : null;
}

function range(element, { value }) {
  if (!NUMBER.test(value) || (!element.is_decimal_allowed && !Number.isInteger(Number(value)))) return t("badNumber");
  const n = Number(value.replace(",", "."));
  if (element.min_value !== undefined && n < Number(element.min_value)) return t("tooSmall", { n: number(Number(element.min_value)) });
  return element.max_value !== undefined && n > Number(element.max_value) ? t("tooLarge", { n: number(Number(element.max_value)) }) : null;
}
