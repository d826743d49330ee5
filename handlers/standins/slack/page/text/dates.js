// Moments as Slack writes them: in the reader's time zone and language.

import { getReader } from "../base/words.js";

const SHAPES = {
  date: { dateStyle: "long" },
  date_short: { dateStyle: "medium" },
  date_long: { dateStyle: "full" },
  time: { timeStyle: "short" },
  time_secs: { timeStyle: "medium" },
};

/** The text of `<!date^seconds^format>`; the fallback when the seconds are no moment. */
export function slackDate(seconds, format, fallback) {
  const moment = new Date(Number(seconds) * 1000);
  if (Number.isNaN(moment.getTime())) return fallback;
  return format.replace(/\{(\w+)\}/g, (all, token, at) => written(token, moment, at === 0) ?? all);
}

export function clock(moment) {
  return format(moment, SHAPES.time);
}

export function fullDate(moment) {
  return format(moment, { dateStyle: "full", timeStyle: "short" });
}

/** The day as YYYY-MM-DD in the reader's time zone: what is compared. */
export function dayKey(moment) {
  return new Intl.DateTimeFormat("en-CA", { timeZone: getReader().tz }).format(moment);
}

/** "Today", "Yesterday" or the date, for the rule between two days. */
export function dayName(moment) {
  return pretty(moment, true, -1) ?? format(moment, { weekday: "long", day: "numeric", month: "long" });
}

function written(token, moment, starts) {
  if (token === "date_num") return dayKey(moment);
  if (token === "date_slash") return dayKey(moment).replaceAll("-", "/");
  if (token === "ago") return ago(moment);
  if (token.endsWith("_pretty")) return pretty(moment, starts) ?? written(token.slice(0, -"_pretty".length), moment, starts);
  return SHAPES[token] && format(moment, SHAPES[token]);
}

function pretty(moment, starts, least = -1) {
  const days = Math.round((Date.parse(dayKey(moment)) - Date.parse(dayKey(new Date()))) / 86_400_000);
  if (days < least || days > 1) return null;
  const said = new Intl.RelativeTimeFormat(getReader().locale, { numeric: "auto" }).format(days, "day");
  return starts ? said.charAt(0).toLocaleUpperCase(getReader().locale) + said.slice(1) : said;
}

function ago(moment) {
  const minutes = Math.round((moment - Date.now()) / 60_000);
  const writer = new Intl.RelativeTimeFormat(getReader().locale, { numeric: "auto" });
  if (Math.abs(minutes) < 60) return writer.format(minutes, "minute");
  if (Math.abs(minutes) < 60 * 24) return writer.format(Math.round(minutes / 60), "hour");
  return writer.format(Math.round(minutes / 60 / 24), "day");
}

function format(moment, shape) {
  const { locale, tz } = getReader();
  return new Intl.DateTimeFormat(locale, { ...shape, timeZone: tz }).format(moment);
}
