// The sidebar: channels, the bot, and the people to act as.

import { session } from "../base/api.js";
import { directory, workspaceName } from "../base/directory.js";
import { h, icon } from "../base/dom.js";
import { avatar } from "./messages.js";
import { languageName, t } from "../base/words.js";

/**
 * Renders the sidebar into `root`. `unread`: a Set of channel ids; `go(channelId, tab)` and `become(personId)` are
 * callbacks.
 */
export function drawSidebar(root, { channelId, tab, unread }, { go, become }) {
  const atWorkflows = tab === "workflows";
  root.setAttribute("aria-label", t("sidebar"));
  const focus = root.contains(document.activeElement) ? document.activeElement.dataset : null;
  const link = (channel, sign, name) => channelLink(channel, sign, name, { current: channel.id === channelId && !atWorkflows, isUnread: unread.has(channel.id), go });
  const channels = directory.channels.filter((channel) => channel.kind === "channel");
  const direct = directory.channels.filter((channel) => channel.kind === "im");
  root.replaceChildren(
    h("div", { class: "workspace" }, h("span", { class: "workspace-sign", "aria-hidden": "true" }, icon("check")), h("h2", {}, workspaceName())),
    h("div", { class: "sidebar-lists" },
      ...(directory.teams.length > 1 ? [h("h3", {}, t("workspaces")), h("ul", {}, directory.teams.map((team, i) => h("li", {}, teamLink(team, i === 0))))] : []),
      h("h3", {}, t("channels")),
      h("ul", {}, channels.map((channel) => h("li", {}, link(channel, "#", channel.name)))),
      h("h3", {}, t("apps")),
      h("ul", {},
        direct.map((channel) => h("li", {}, link(channel, icon("check"), directory.bot?.name ?? channel.name))),
        directory.functions.length ? h("li", {}, workflowsLink(atWorkflows, () => go(channelId, "workflows"))) : null)),
    h("div", { class: "people", role: "group", "aria-label": t("youAre") }, h("h3", {}, t("youAre")), directory.people.filter((person) => !person.stranger).map((person) => personButton(person, become))));
  if (focus?.person) root.querySelector(`[data-person="${CSS.escape(focus.person)}"]`)?.focus();
  if (focus?.place) root.querySelector("[data-place]")?.focus();
  if (focus?.channel) root.querySelector(`[data-channel="${CSS.escape(focus.channel)}"]`)?.focus();
}

/** A link to another workspace's page. `first`: the local workspace, whose page is at /. */
function teamLink(team, first) {
  const here = first ? !session.team || session.team === team.id : session.team === team.id;
  const attributes = { href: first ? "/" : `/${team.id}/`, class: "channel team", "data-team": team.id, "aria-current": here ? "page" : null };
  return h("a", attributes, h("span", {}, first ? t("workspace") : team.name), team.installed ? null : h("small", {}, t("notInstalled")));
}

function channelLink(channel, sign, name, { current, isUnread, go }) {
  const attributes = { type: "button", class: isUnread ? "channel news" : "channel", "data-channel": channel.id, "data-unread": isUnread ? "true" : null, "aria-current": current ? "page" : null, onclick: () => go(channel.id) };
  return h("button", attributes, h("span", { class: "channel-sign", "aria-hidden": "true" }, sign), h("span", {}, name), isUnread ? h("span", { class: "dot" }, h("span", { class: "unseen" }, t("unread"))) : null);
}

function workflowsLink(current, open) {
  const attributes = { type: "button", class: "channel", "data-place": "workflows", "aria-current": current ? "page" : null, onclick: open };
  return h("button", attributes, h("span", { class: "channel-sign", "aria-hidden": "true" }, icon("send")), h("span", {}, t("workflows")));
}

function personButton(person, become) {
  const name = person.real_name || person.name;
  const current = person.id === directory.me?.id;
  const attributes = { type: "button", class: "person", "data-person": person.id, "aria-pressed": String(current), title: current ? null : t("switchTo", { name }), onclick: () => current || become(person.id) };
  return h("button", attributes, avatar({ name, isBot: false }), h("span", { class: "person-words" }, h("strong", {}, name), h("small", {}, [languageName(person.locale), person.title].filter(Boolean).join(" · "))));
}
