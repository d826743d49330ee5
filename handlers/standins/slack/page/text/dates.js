// Dates in Slack's formats, in the reader's time zone and language.

import { getReader } from "../base/words.js";

const FORMATS = {
  date: { dateStyle: "long" },
  date_short: { dateStyle: "medium" },
  date_long: { dateStyle: "full" },
  time: { timeStyle: "short" },
  time_secs: { timeStyle: "medium" },
};

/** The text of `<!date^seconds^format>`; the fallback for an invalid timestamp. */
export function slackDate(seconds, format, fallback) {
  const moment = new Date(Number(seconds) * 1000);
  if (Number.isNaN(moment.getTime())) return fallback;
  return format.replace(/\{(\w+)\}/g, (all, token, at) => formatToken(token, moment, at === 0) ?? all);
}

export function clock(moment) {
  return format(moment, FORMATS.time);
}

export function fullDate(moment) {
  return format(moment, { dateStyle: "full", timeStyle: "short" });
}

/** The day as YYYY-MM-DD in the reader's time zone, for comparing. */
export function dayKey(moment) {
  return new Intl.DateTimeFormat("en-CA", { timeZone: getReader().tz }).format(moment);
}

/** "Today", "Yesterday" or the date, for the divider between two days. */
export function dayName(moment) {
  return pretty(moment, true) ?? format(moment, { weekday: "long", day: "numeric", month: "long" });
}

function formatToken(token, moment, capitalize) {
  if (token === "date_num") return dayKey(moment);
  if (token === "date_slash") return dayKey(moment).replaceAll("-", "/");
  if (token === "ago") return ago(moment);
  if (token.endsWith("_pretty")) return pretty(moment, capitalize) ?? formatToken(token.slice(0, -"_pretty".length), moment, capitalize);
  return FORMATS[token] && format(moment, FORMATS[token]);
}

function pretty(moment, capitalize) {
  const days = Math.round((Date.parse(dayKey(moment)) - Date.parse(dayKey(new Date()))) / 86_400_000);
  if (days < -1 || days > 1) return null;
  const name = new Intl.RelativeTimeFormat(getReader().locale, { numeric: "auto" }).format(days, "day");
  return capitalize ? name.charAt(0).toLocaleUpperCase(getReader().locale) + name.slice(1) : name;
}

function ago(moment) {
  const minutes = Math.round((moment - Date.now()) / 60_000);
  const formatter = new Intl.RelativeTimeFormat(getReader().locale, { numeric: "auto" });
  if (Math.abs(minutes) < 60) return formatter.format(minutes, "minute");
  if (Math.abs(minutes) < 60 * 24) return formatter.format(Math.round(minutes / 60), "hour");
  return formatter.format(Math.round(minutes / 60 / 24), "day");
}

function format(moment, options) {
  const { locale, tz } = getReader();
  return new Intl.DateTimeFormat(locale, { ...options, timeZone: tz }).format(moment);
}
