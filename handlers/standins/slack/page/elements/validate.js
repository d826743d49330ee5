// What Slack's own client checks before it sends a form: the bot hears only of forms that pass.

import { number, t } from "../base/words.js";

const EMAIL = /^[^\s@]+@[^\s@]+\.[^\s@]+$/;
const NUMBER = /^-?\d+([.,]\d+)?$/;

const CHECKS = {
  plain_text_input: length,
  email_text_input: (one, { value }) => (EMAIL.test(value) ? null : t("badEmail")),
  url_text_input: (one, { value }) => (URL.canParse(value) ? null : t("badUrl")),
  number_input: range,
};

/** {block_id: what is wrong} for the input blocks of a form. */
export function faultsOf(blocks, container) {
  const faults = {};
  for (const block of blocks) {
    if (block.type !== "input") continue;
    const value = container.value(block.block_id, block.element.action_id);
    const fault = value && faultOf(block, value);
    if (fault) faults[block.block_id] = fault;
  }
  return faults;
}

function faultOf(block, value) {
  const { type, ...held } = value;
  const [inner] = Object.values(held);
  const empty = inner === null || inner === undefined || (Array.isArray(inner) && !inner.length) || (typeof inner === "string" && !inner.trim());
  if (empty) return block.optional ? null : t("required");
  return CHECKS[type]?.(block.element, held) ?? null;
}

function length({ min_length: least = 0, max_length: most = Infinity }, { value }) {
  if (value.length < least) return t("tooShort", { n: number(least) });
  return value.length > most ? t("tooLong", { n: number(most) }) : null;
}

function range(one, { value }) {
  if (!NUMBER.test(value) || (!one.is_decimal_allowed && !Number.isInteger(Number(value)))) return t("badNumber");
  const n = Number(value.replace(",", "."));
  if (one.min_value !== undefined && n < Number(one.min_value)) return t("tooSmall", { n: number(Number(one.min_value)) });
  return one.max_value !== undefined && n > Number(one.max_value) ? t("tooLarge", { n: number(Number(one.max_value)) }) : null;
}
