// The page: who one is, where one is, and what the server tells.

import { get, listen, session } from "../base/api.js";
import { composer } from "./composer.js";
import { author, channelLabel, channelNamed, directory, learn } from "../base/directory.js";
import { announce, h, icon, toast } from "../base/dom.js";
import { Home } from "./home.js";
import { Messages } from "./messages.js";
import { Modals } from "./modals.js";
import { spoken } from "../text/mrkdwn.js";
import { drawSidebar } from "./sidebar.js";
import { setReader, t } from "../base/words.js";

const FIRST_PERSON = "U0OLIVIA"; // whom one is on the first visit
const SLACK = "USLACKBOT";
const parts = Object.fromEntries(["sidebar", "scrim", "pane", "banners", "pane-header", "content", "composer-place", "skip", "app"].map((id) => [id, document.getElementById(id)]));

const here = { channelId: null, tab: "messages", unread: new Set(), messages: null, home: null, homeView: null, lost: false };
let dismissed = new Set(); // `channel ts` of ephemeral messages put away
let notices = []; // what Slack itself said to this person: {channel, message}
let hangUp = () => {};
const modals = new Modals(() => here.channelId);

start();

async function start() {
  const asked = new URLSearchParams(location.search);
  parts.scrim.addEventListener("click", () => showSidebar(false));
  addEventListener("keydown", (event) => event.key === "Escape" && showSidebar(false));
  await become(asked.get("user") ?? FIRST_PERSON, asked.get("channel"), asked.get("tab"));
}

/** Switches to a person and shows the workspace as that person sees it. */
async function become(user, channelId, tab) {
  hangUp();
  session.user = user;
  dismissed = new Set();
  notices = [];
  Object.assign(here, { unread: new Set(), homeView: null, lost: false });
  const state = await loadState();
  const wanted = channelId ?? here.channelId;
  const first = directory.channels.find((one) => one.id === wanted) ?? directory.channels[0];
  here.channelId = first.id;
  modals.sync(state.views ?? []);
  hangUp = listen({ onEvent: take, onOpen: reconnected, onLost: () => setLost(true) });
  await go(first.id, tab === "home" && first.kind === "im" ? "home" : "messages");
}

async function loadState() {
  for (;;) {
    try {
      const state = await get("state");
      learn(state);
      here.homeView = state.home;
      setReader(directory.me);
      parts.skip.textContent = t("skip");
      document.title = t("workspace");
      drawBanners();
      return state;
    } catch (fault) {
      if (fault.status < 500 && session.user !== FIRST_PERSON) {
        session.user = FIRST_PERSON; // the address named someone who isn't here
        continue;
      }
      setLost(true);
      await new Promise((resolve) => { setTimeout(resolve, 1000); });
    }
  }
}

async function go(channelId, tab = "messages") {
  Object.assign(here, { channelId, tab });
  here.unread.delete(channelId);
  history.replaceState(null, "", `?${new URLSearchParams({ user: session.user, channel: channelId, ...(tab === "home" ? { tab } : {}) })}`);
  showSidebar(false);
  drawSide();
  drawHeader();
  if (tab === "home") return showHome();
  const messages = new Messages(channelId, { onDismiss: (message) => dismissed.add(`${channelId} ${message.ts}`) });
  here.messages = messages;
  here.home = null;
  parts.content.replaceChildren(messages.root);
  parts["composer-place"].replaceChildren(composer(channelNamed(channelId), session.user));
  document.getElementById("composer").focus();
  return fill(messages);
}

function showHome() {
  here.messages = null;
  here.home = new Home(here.channelId);
  parts.content.replaceChildren(here.home.root);
  parts["composer-place"].replaceChildren();
  return here.home.open(here.homeView);
}

/** Brings the channel's messages; what came over the socket meanwhile is newer and stays. */
async function fill(messages) {
  const { channelId } = messages;
  try {
    const { messages: all } = await get("messages", { channel: channelId });
    for (const message of [...all, ...ownNotices(channelId)]) {
      if (!dismissed.has(`${channelId} ${message.ts}`) && !messages.has(message.ts)) messages.put(message, { quiet: true });
    }
    messages.toEnd();
  } catch {
    toast(t("trouble"));
  }
}

function ownNotices(channelId) {
  return notices.filter((one) => one.channel === channelId).map((one) => one.message);
}

const EVENTS = {
  message: ({ channel, message }) => takeMessage(channel, message),
  message_changed: ({ channel, message }) => {
    if (channel !== here.channelId || !here.messages || dismissed.has(`${channel} ${message.ts}`)) return;
    here.messages.put(message, { quiet: true });
    announce(spoken(message.text), 1500);
  },
  message_deleted: ({ channel, ts }) => channel === here.channelId && here.messages?.drop(ts),
  views: ({ views }) => modals.sync(views),
  home: ({ view }) => {
    here.homeView = view;
    here.home?.update(view);
  },
  notice: ({ channel, text }) => {
    const message = { ts: (Date.now() / 1000).toFixed(6), user: SLACK, text, ephemeral: true };
    notices.push({ channel, message });
    takeMessage(channel, message);
  },
  bot: ({ connected }) => {
    directory.bot.connected = connected;
    drawBanners();
  },
};

function take(event) {
  EVENTS[event.type]?.(event);
}

function takeMessage(channel, message) {
  if (channel !== here.channelId || !here.messages) {
    if (message.user !== session.user) here.unread.add(channel);
    drawSide();
    return;
  }
  here.messages.put(message, { mine: message.user === session.user || message.ephemeral });
  if (message.user !== session.user) announce(`${author(message.user).name}: ${spoken(message.text)}`);
}

/** After a cut: what was missed is brought, what is shown stays. */
async function reconnected() {
  if (!here.lost) return;
  setLost(false);
  const state = await loadState();
  modals.sync(state.views ?? []);
  drawSide();
  here.home?.update(state.home);
  if (!here.messages) return;
  const shown = here.messages;
  const { messages } = await get("messages", { channel: shown.channelId });
  const now = [...messages, ...ownNotices(shown.channelId)].filter((message) => !dismissed.has(`${shown.channelId} ${message.ts}`));
  shown.keepOnly(new Set(now.map((message) => message.ts)));
  for (const message of now) shown.put(message, { quiet: true });
}

function setLost(lost) {
  here.lost = lost;
  drawBanners();
}

function drawBanners() {
  const banner = (kind, text) => h("div", { class: `banner ${kind}`, "data-banner": kind }, icon("alert"), text);
  const shown = [here.lost ? banner("lost", t("lost")) : null, directory.bot && !directory.bot.connected ? banner("away", t("botAway")) : null];
  parts.banners.replaceChildren(...shown.filter(Boolean));
}

function drawSide() {
  drawSidebar(parts.sidebar, here, { go, become });
}

function drawHeader() {
  const channel = channelNamed(here.channelId);
  const opener = h("button", { type: "button", class: "button square plain open-sidebar", "aria-label": t("openSidebar"), "aria-expanded": "false", onclick: () => showSidebar(true) }, icon("menu"));
  const title = h("h2", {}, channelLabel(channel));
  parts["pane-header"].replaceChildren(h("div", { class: "pane-title" }, opener, title, channel.kind === "im" ? null : facts(channel)), channel.kind === "im" ? tabs(channel) : "");
}

function facts(channel) {
  return h("span", { class: "quiet" }, [t("members", { n: channel.members }), channel.bot_in ? null : t("notIn")].filter(Boolean).join(" · "));
}

function tabs(channel) {
  const tab = (name) => h("button", { type: "button", class: "tab", "data-tab": name, "aria-current": here.tab === name ? "page" : null, onclick: () => go(channel.id, name) }, t(name));
  return h("nav", { class: "tabs", "aria-label": directory.bot?.name }, tab("home"), tab("messages"));
}

/** In a narrow window the sidebar lies over the pane, which is then out of reach. */
function showSidebar(open) {
  const closing = !open && parts.app.classList.contains("sidebar-open");
  parts.pane.inert = open;
  parts.app.classList.toggle("sidebar-open", open);
  parts.scrim.hidden = !open;
  document.querySelector(".open-sidebar")?.setAttribute("aria-expanded", String(open));
  if (open) parts.sidebar.querySelector("[aria-current]")?.focus();
  if (closing) document.querySelector(".open-sidebar")?.focus();
}
