// The sidebar: channels, the bot, and the three people to be.

import { directory } from "../base/directory.js";
import { h, icon } from "../base/dom.js";
import { avatar } from "./messages.js";
import { languageName, t } from "../base/words.js";

/** Fills `root`. `view`: {channelId, unread: Set}; `go(channelId)` and `become(personId)` are told. */
export function drawSidebar(root, { channelId, unread }, { go, become }) {
  root.setAttribute("aria-label", t("sidebar"));
  const focus = root.contains(document.activeElement) ? document.activeElement.dataset : null;
  const link = (channel, sign, name) => channelLink(channel, sign, name, { here: channel.id === channelId, news: unread.has(channel.id), go });
  const channels = directory.channels.filter((one) => one.kind === "channel");
  const direct = directory.channels.filter((one) => one.kind === "im");
  root.replaceChildren(
    h("div", { class: "workspace" }, h("span", { class: "workspace-sign", "aria-hidden": "true" }, icon("check")), h("h1", {}, t("workspace"))),
    h("div", { class: "sidebar-lists" },
      h("h2", {}, t("channels")),
      h("ul", {}, channels.map((one) => h("li", {}, link(one, "#", one.name)))),
      h("h2", {}, t("apps")),
      h("ul", {}, direct.map((one) => h("li", {}, link(one, icon("check"), directory.bot?.name ?? one.name))))),
    h("div", { class: "people", role: "group", "aria-label": t("youAre") }, h("h2", {}, t("youAre")), directory.people.map((person) => personButton(person, become))));
  if (focus?.person) root.querySelector(`[data-person="${CSS.escape(focus.person)}"]`)?.focus();
  if (focus?.channel) root.querySelector(`[data-channel="${CSS.escape(focus.channel)}"]`)?.focus();
}

function channelLink(channel, sign, name, { here, news, go }) {
  const look = { type: "button", class: news ? "channel news" : "channel", "data-channel": channel.id, "data-unread": news ? "true" : null, "aria-current": here ? "page" : null, onclick: () => go(channel.id) };
  return h("button", look, h("span", { class: "channel-sign", "aria-hidden": "true" }, sign), h("span", {}, name), news ? h("span", { class: "dot" }, h("span", { class: "unseen" }, t("unread"))) : null);
}

function personButton(person, become) {
  const name = person.real_name || person.name;
  const here = person.id === directory.me?.id;
  const look = { type: "button", class: "person", "data-person": person.id, "aria-pressed": String(here), title: here ? null : t("switchTo", { name }), onclick: () => here || become(person.id) };
  return h("button", look, avatar({ name, isBot: false }), h("span", { class: "person-words" }, h("strong", {}, name), h("small", {}, [languageName(person.locale), person.title].filter(Boolean).join(" · "))));
}
