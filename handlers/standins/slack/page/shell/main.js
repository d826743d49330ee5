// The entry point: the current person and channel, and the server's events.

import { get, listen, post, session } from "../base/api.js";
import { composer } from "./composer.js";
import { author, channelLabel, channelNamed, directory, setDirectory, workspaceName } from "../base/directory.js";
import { announce, h, icon, toast } from "../base/dom.js";
import { Home } from "./home.js";
import { Messages } from "./messages.js";
import { Modals } from "./modals.js";
import { plainText } from "../text/mrkdwn.js";
import { drawSidebar } from "./sidebar.js";
import { Workflows } from "./workflows.js";
import { setReader, t } from "../base/words.js";

const FIRST_PERSON = session.team ? "" : "U0OLIVIA"; // on the first visit; "": the server's choice
const SLACKBOT = "USLACKBOT";
const parts = Object.fromEntries(["sidebar", "scrim", "pane", "banners", "pane-header", "content", "composer-place", "skip", "app"].map((id) => [id, document.getElementById(id)]));

const current = { channelId: null, tab: "messages", unread: new Set(), messages: null, home: null, homeView: null, lost: false };
let dismissed = new Set(); // `channel ts` of dismissed ephemeral messages
let notices = []; // Slackbot's messages to this person: {channel, message}
let hangUp = () => {};
const modals = new Modals(() => current.channelId);

start();

async function start() {
  const query = new URLSearchParams(location.search);
  parts.scrim.addEventListener("click", () => showSidebar(false));
  addEventListener("keydown", (event) => event.key === "Escape" && showSidebar(false));
  await become(query.get("user") ?? FIRST_PERSON, query.get("channel"), query.get("tab"));
}

/** Switches to a person and shows the workspace as that person sees it. */
async function become(user, channelId, tab) {
  hangUp();
  session.user = user;
  dismissed = new Set();
  notices = [];
  Object.assign(current, { unread: new Set(), homeView: null, lost: false });
  const state = await loadState();
  const preferred = channelId ?? current.channelId;
  const first = directory.channels.find((channel) => channel.id === preferred) ?? directory.channels[0];
  current.channelId = first.id;
  modals.sync(state.views ?? []);
  hangUp = listen({ onEvent: handleEvent, onOpen: reconnected, onLost: () => setLost(true) });
  const isThere = tab === "workflows" ? directory.functions.length : tab === "home" && first.kind === "im";
  await go(first.id, isThere ? tab : "messages");
}

async function loadState() {
  for (;;) {
    try {
      const state = await get("state");
      setDirectory(state);
      session.user = state.me;
      current.homeView = state.home;
      setReader(directory.me);
      document.title = workspaceName();
      drawBanners();
      return state;
    } catch (error) {
      if (error.status < 500 && session.user !== FIRST_PERSON) {
        session.user = FIRST_PERSON; // the URL names an unknown person
        continue;
      }
      setLost(true);
      await new Promise((resolve) => { setTimeout(resolve, 1000); });
    }
  }
}

async function go(channelId, tab = "messages") {
  Object.assign(current, { channelId, tab });
  current.unread.delete(channelId);
  history.replaceState(null, "", `?${new URLSearchParams({ user: session.user, channel: channelId, ...(tab === "messages" ? {} : { tab }) })}`);
  showSidebar(false);
  drawSide();
  drawHeader();
  parts.skip.textContent = t({ home: "skipHome", workflows: "skipWorkflows" }[tab] ?? "skip");
  parts.skip.href = tab === "messages" ? "#composer" : `#${tab}`;
  if (tab === "home") return showHome();
  if (tab === "workflows") return showWorkflows();
  const messages = new Messages(channelId, { onDismiss: (message) => dismissed.add(`${channelId} ${message.ts}`) });
  current.messages = messages;
  current.home = null;
  parts.content.replaceChildren(messages.root);
  parts["composer-place"].replaceChildren(composer(channelNamed(channelId), session.user));
  document.getElementById("composer").focus();
  await fill(messages);
  // The bot may greet whoever opens its messages; a failure is shown by the banners.
  if (channelNamed(channelId).kind === "im") await post("home", { tab: "messages" }).catch(() => {});
  return undefined;
}

function showHome() {
  current.messages = null;
  current.home = new Home(current.channelId);
  parts.content.replaceChildren(current.home.root);
  parts["composer-place"].replaceChildren();
  return current.home.open(current.homeView);
}

function showWorkflows() {
  Object.assign(current, { messages: null, home: null });
  parts.content.replaceChildren(new Workflows().root);
  parts["composer-place"].replaceChildren();
}

/** Loads the channel's messages; those that arrived over the WebSocket meanwhile are newer and stay. */
async function fill(messages) {
  const { channelId } = messages;
  try {
    const { messages: loaded } = await get("messages", { channel: channelId });
    for (const message of [...loaded, ...ownNotices(channelId)]) {
      if (!dismissed.has(`${channelId} ${message.ts}`) && !messages.has(message.ts)) messages.put(message, { quiet: true });
    }
    messages.toEnd();
  } catch {
    toast(t("trouble"));
  }
}

function ownNotices(channelId) {
  return notices.filter((notice) => notice.channel === channelId).map((notice) => notice.message);
}

const EVENTS = {
  message: ({ channel, message }) => receiveMessage(channel, message),
  message_changed: ({ channel, message }) => {
    if (channel !== current.channelId || !current.messages || dismissed.has(`${channel} ${message.ts}`)) return;
    current.messages.put(message, { quiet: true });
    announce(plainText(message.text), 1500);
  },
  message_deleted: ({ channel, ts }) => channel === current.channelId && current.messages?.remove(ts),
  views: ({ views }) => modals.sync(views),
  home: ({ view }) => {
    current.homeView = view;
    current.home?.update(view);
  },
  notice: ({ channel, text }) => {
    const message = { ts: (Date.now() / 1000).toFixed(6), user: SLACKBOT, text, ephemeral: true };
    notices.push({ channel, message });
    receiveMessage(channel, message);
  },
  bot: ({ connected }) => {
    directory.bot.connected = connected;
    drawBanners();
  },
};

function handleEvent(event) {
  EVENTS[event.type]?.(event);
}

function receiveMessage(channel, message) {
  if (channel !== current.channelId || !current.messages) {
    if (message.user !== session.user) current.unread.add(channel);
    drawSide();
    return;
  }
  current.messages.put(message, { mine: message.user === session.user || message.ephemeral });
  if (message.user !== session.user) announce(`${author(message.user).name}: ${plainText(message.text)}`);
}

/** After a lost connection: loads what was missed and updates what is list. */
async function reconnected() {
  if (!current.lost) return;
  setLost(false);
  const state = await loadState();
  modals.sync(state.views ?? []);
  drawSide();
  current.home?.update(state.home);
  if (!current.messages) return;
  const list = current.messages;
  const { messages } = await get("messages", { channel: list.channelId });
  const latest = [...messages, ...ownNotices(list.channelId)].filter((message) => !dismissed.has(`${list.channelId} ${message.ts}`));
  list.keepOnly(new Set(latest.map((message) => message.ts)));
  for (const message of latest) list.put(message, { quiet: true });
}

function setLost(lost) {
  current.lost = lost;
  drawBanners();
}

function drawBanners() {
  const banner = (kind, text) => h("div", { class: `banner ${kind}`, "data-banner": kind }, icon("alert"), text);
  const banners = [current.lost ? banner("lost", t("lost")) : null, directory.bot && !directory.bot.connected ? banner("away", t("botAway")) : null];
  parts.banners.replaceChildren(...banners.filter(Boolean));
}

function drawSide() {
  drawSidebar(parts.sidebar, current, { go, become });
}

function drawHeader() {
  const channel = channelNamed(current.channelId);
  const opener = h("button", { type: "button", class: "button square plain open-sidebar", "aria-label": t("openSidebar"), "aria-expanded": "false", onclick: () => showSidebar(true) }, icon("menu"));
  if (current.tab === "workflows") {
    parts["pane-header"].replaceChildren(h("div", { class: "pane-title" }, opener, h("h1", {}, t("workflows"))));
    return;
  }
  const title = h("h1", {}, channelLabel(channel));
  parts["pane-header"].replaceChildren(h("div", { class: "pane-title" }, opener, title, channel.kind === "im" ? null : channelFacts(channel)), channel.kind === "im" ? tabs(channel) : "");
}

function channelFacts(channel) {
  return h("span", { class: "quiet" }, [t("members", { n: channel.members }), channel.bot_in ? null : t("notIn")].filter(Boolean).join(" · "));
}

function tabs(channel) {
  const tab = (name) => h("button", { type: "button", class: "tab", "data-tab": name, "aria-current": current.tab === name ? "page" : null, onclick: () => go(channel.id, name) }, t(name));
  return h("nav", { class: "tabs", "aria-label": directory.bot?.name }, tab("home"), tab("messages"));
}

/** In a narrow window the sidebar covers the pane, which is inert meanwhile. */
function showSidebar(open) {
  const closing = !open && parts.app.classList.contains("sidebar-open");
  parts.pane.inert = open;
  parts.app.classList.toggle("sidebar-open", open);
  parts.scrim.hidden = !open;
  document.querySelector(".open-sidebar")?.setAttribute("aria-expanded", String(open));
  if (open) parts.sidebar.querySelector("[aria-current]")?.focus();
  if (closing) document.querySelector(".open-sidebar")?.focus();
}
