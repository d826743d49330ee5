// The people, channels, commands and shortcuts this person sees, by id.

import { session } from "./api.js";
import { t } from "./words.js";

const EMPTY = { me: null, people: [], channels: [], bot: null, commands: [], shortcuts: [], functions: [], team: "", teams: [] };

export const directory = { ...EMPTY };

/** Replaces the directory with the server's state; `me`, an id there, becomes the person here. */
export function setDirectory(state) {
  for (const key of Object.keys(EMPTY)) directory[key] = state[key] ?? EMPTY[key];
  directory.me = directory.people.find((person) => person.id === state.me);
}

/** The name of the page's workspace; the first has one in the reader's language. */
export function workspaceName() {
  return (session.team && directory.teams.find((team) => team.id === session.team)?.name) || t("workspace");
}

/** {id, name, isBot} of a message's author: a person, the bot or Slackbot. */
export function author(id) {
  const person = directory.people.find((entry) => entry.id === id);
  if (person) return { id, name: person.real_name || person.name, isBot: false };
  if (directory.bot && id === directory.bot.id) return { id, name: directory.bot.name, isBot: true };
  if (id === "USLACKBOT") return { id, name: "Slackbot", isBot: true };
  return { id, name: id, isBot: false };
}

export function channelNamed(id) {
  return directory.channels.find((entry) => entry.id === id) ?? { id, name: id, kind: "channel" };
}

/** "#newsletter", or the bot's name for its direct messages. */
export function channelLabel(channel) {
  return channel.kind === "im" ? directory.bot?.name ?? channel.name : `#${channel.name}`;
}

/** The initials and the colour (0 to 5) of a person's avatar. */
export function initials(name) {
  const letters = name.split(/\s+/).map((part) => part.charAt(0)).join("").slice(0, 2).toUpperCase();
  const colour = [...name].reduce((sum, letter) => sum + letter.codePointAt(0), 0) % 6;
  return { letters, colour };
}
