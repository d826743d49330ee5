// The bot's Home tab.

import { post } from "../base/api.js";
import { BlockList } from "../blocks/blocks.js";
import { Container } from "../elements/container.js";
import { directory } from "../base/directory.js";
import { h, toast } from "../base/dom.js";
import { t } from "../base/words.js";

export class Home {
  constructor(channelId) {
    this.list = new BlockList(new Container({ home: true }, channelId));
    this.note = h("p", { class: "empty" }, t("loading"));
    this.root = h("div", { id: "home", class: "scroller home", tabindex: "0", role: "region", "aria-label": `${directory.bot?.name ?? ""} ${t("home")}` }, h("div", { class: "home-page" }, this.note, this.list.root));
  }

  update(view) {
    if (view) this.list.update(view.blocks ?? []);
    this.note.hidden = Boolean(view);
    if (!view) this.note.textContent = t("noHome");
  }

  /** Tells the bot that the tab was opened, so that it publishes the view. */
  async open(view) {
    if (view) this.update(view);
    try {
      await post("home");
    } catch {
      toast(t("trouble"));
    }
  }
}
