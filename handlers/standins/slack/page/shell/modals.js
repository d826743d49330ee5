// The stack of modals. The server says what is on it; the top one is shown, those below keep what was typed.

import { get, post } from "../base/api.js";
import { BlockList } from "../blocks/blocks.js";
import { Container, identified } from "../elements/container.js";
import { announce, focusable, freshId, h, icon, toast } from "../base/dom.js";
import { textOf } from "../text/mrkdwn.js";
import { trapKeys } from "../elements/popup.js";
import { faultsOf } from "../elements/validate.js";
import { t } from "../base/words.js";

const PATIENCE = 1500; // milliseconds that the server's word about the stack may take after a submission

export class Modals {
  /** `channel()`: where the person is, for `default_to_current_conversation`. */
  constructor(channel) {
    this.channel = channel;
    this.stack = [];
    this.dialog = h("dialog", { class: "dialog modal", id: "modal", "aria-modal": "true" });
    this.dialog.addEventListener("keydown", (event) => this.stack.length && trapKeys(event, this.dialog, () => this.close(true)));
    this.dialog.addEventListener("cancel", (event) => {
      event.preventDefault();
      this.close(true);
    });
    // A browser may close it by itself, on a second Escape for one.
    this.dialog.addEventListener("close", () => this.stack.length && !this.dialog.open && this.close(true));
    document.body.append(this.dialog);
  }

  /** Takes the whole stack, top last. */
  sync(views) {
    const before = this.top;
    const known = new Map(this.stack.map((one) => [one.id, one]));
    if (before && this.dialog.contains(document.activeElement)) before.focused = document.activeElement;
    this.stack = views.map((view) => known.get(view.id) ?? new Modal(view.id, this));
    this.stack.forEach((modal, n) => modal.update(views[n], n > 0));
    this.show(before);
  }

  get top() {
    return this.stack.at(-1);
  }

  show(before) {
    const { top } = this;
    if (!top) return this.hide();
    if (top !== before) {
      this.dialog.replaceChildren(top.root);
      this.dialog.dataset.viewId = top.id;
      this.dialog.setAttribute("aria-labelledby", top.titleId);
    }
    if (!this.dialog.open) {
      this.opener = document.activeElement;
      this.dialog.showModal();
    }
    if (top !== before) top.focus();
    else if (!top.touched) top.focusFirst();
    return undefined;
  }

  hide() {
    if (!this.dialog.open) return;
    this.dialog.close();
    this.dialog.replaceChildren();
    delete this.dialog.dataset.viewId;
    const back = this.opener?.isConnected ? this.opener : document.getElementById("composer");
    back?.focus({ preventScroll: true });
  }

  /** Leaves the top view, or with `all` the whole stack. It goes at once; the bot is told. */
  async close(all) {
    const { top } = this;
    if (!top) return;
    const everything = all || top.view.clear_on_close === true;
    const left = everything ? [] : this.stack.slice(0, -1);
    this.sync(left.map((modal) => modal.view));
    try {
      await post("close", { view_id: top.id, all: everything });
    } catch {
      toast(t("trouble"));
    }
  }

  async refresh() {
    this.sync((await get("state")).views ?? []);
  }
}

class Modal {
  constructor(id, modals) {
    this.id = id;
    this.modals = modals;
    this.touched = false; // has the person done something in it?
    this.titleId = freshId("title");
    this.container = new Container({ view_id: id }, modals.channel());
    this.list = new BlockList(this.container);
    this.title = h("h2", { id: this.titleId });
    this.back = h("button", { type: "button", class: "button square plain", "data-modal": "back", "aria-label": t("back"), onclick: () => modals.close(false) }, icon("back"));
    this.cross = h("button", { type: "button", class: "button square plain", "data-modal": "dismiss", "aria-label": t("close"), onclick: () => modals.close(true) }, icon("close"));
    this.problem = h("div", { class: "problem", role: "alert" });
    this.closer = h("button", { type: "button", class: "button", "data-modal": "close", onclick: () => modals.close(false) });
    this.submitter = h("button", { type: "submit", class: "button primary", "data-modal": "submit" });
    this.root = h("form", { novalidate: true, onsubmit: (event) => this.submit(event) },
      h("div", { class: "dialog-head" }, this.back, this.title, this.cross),
      h("div", { class: "dialog-body", tabindex: "-1" }, this.list.root),
      h("div", { class: "dialog-foot" }, this.problem, this.closer, this.submitter));
    for (const kind of ["keydown", "pointerdown", "input"]) this.root.addEventListener(kind, () => { this.touched = true; });
  }

  update(view, pushed) {
    this.back.hidden = !pushed;
    if (JSON.stringify(view) === JSON.stringify(this.view)) return;
    const first = !this.view;
    this.view = view;
    this.setBusy(false);
    this.title.replaceChildren(...textOf(view.title));
    this.closer.replaceChildren(...(view.close ? textOf(view.close) : [t(view.submit ? "cancel" : "close")]));
    this.submitter.hidden = !view.submit;
    this.submitter.replaceChildren(...textOf(view.submit));
    this.blocks = identified(view.blocks);
    this.list.update(this.blocks);
    this.showErrors({});
    if (!first && !this.list.root.querySelector("input, textarea")) announce(this.list.root.textContent);
  }

  /** Where the focus was in it, else its first field, else the button that goes on. */
  focus() {
    if (this.focused?.isConnected && !this.focused.disabled) this.focused.focus();
    else this.focusFirst();
  }

  focusFirst() {
    const wished = this.root.querySelector("[data-focus-on-load]");
    const fields = focusable(this.list.root).filter((one) => one.matches("input, textarea"));
    const button = this.submitter.hidden ? this.closer : this.submitter;
    (wished ?? fields[0] ?? button).focus();
  }

  async submit(event) {
    event.preventDefault();
    if (this.busy || !this.view.submit) return;
    if (this.container.uploads) return this.showProblem(t("waitUpload"));
    const faults = faultsOf(this.blocks, this.container);
    if (this.showErrors(faults)) return undefined;
    this.setBusy(true);
    const sent = this.view;
    try {
      const answer = await post("submit", { view_id: this.id, state: this.container.state });
      if (answer.ok) this.settle(sent);
      else if (answer.errors) this.setBusy(false) || this.showErrors(answer.errors);
      else this.fail();
    } catch {
      this.fail();
    }
    return undefined;
  }

  /** The submission went well: the new stack comes over the socket; if it doesn't, it is asked for. */
  settle(sent) {
    const waiting = () => this.busy && this.view === sent && this.modals.top === this;
    setTimeout(async () => {
      if (!waiting()) return;
      try {
        await this.modals.refresh();
      } finally {
        this.setBusy(false);
      }
    }, PATIENCE);
  }

  fail() {
    this.setBusy(false);
    this.showProblem(t("trouble"));
  }

  setBusy(busy) {
    this.busy = busy;
    if (busy) this.submitter.setAttribute("aria-busy", "true");
    else this.submitter.removeAttribute("aria-busy");
  }

  showProblem(text) {
    this.problem.replaceChildren(...(text ? [h("span", {}, icon("alert"), text)] : []));
  }

  /** Shows what is wrong under the fields and goes to the first. Gives whether there is anything. */
  showErrors(errors) {
    this.showProblem("");
    let first = null;
    for (const block of this.list.root.children) {
      const slot = block.querySelector("[data-error]");
      if (!slot) continue;
      const text = errors[block.dataset.blockId];
      slot.textContent = text ?? "";
      block.classList.toggle("wrong", Boolean(text));
      for (const field of block.querySelectorAll("input, textarea")) {
        if (text) field.setAttribute("aria-invalid", "true");
        else field.removeAttribute("aria-invalid");
      }
      if (text) first ??= block;
    }
    const field = first && focusable(first)[0];
    first?.scrollIntoView({ block: "nearest" });
    field?.focus();
    return first !== null;
  }
}
