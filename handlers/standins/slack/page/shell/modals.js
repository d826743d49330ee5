// The stack of modals, as the server keeps it. The top one is shown; those below keep their input.

import { get, post } from "../base/api.js";
import { BlockList } from "../blocks/blocks.js";
import { Container, withIds } from "../elements/container.js";
import { announce, focusable, freshId, h, icon, toast } from "../base/dom.js";
import { textOf } from "../text/mrkdwn.js";
import { trapKeys } from "../elements/popup.js";
import { validationErrors } from "../elements/validate.js";
import { t } from "../base/words.js";

const STACK_TIMEOUT = 1500; // milliseconds to wait for the new stack after a submission

export class Modals {
  /** `currentChannel()`: an id, for `default_to_current_conversation`. */
  constructor(currentChannel) {
    this.currentChannel = currentChannel;
    this.stack = [];
    this.dialog = h("dialog", { class: "dialog modal", id: "modal", "aria-modal": "true" });
    this.dialog.addEventListener("keydown", (event) => this.stack.length && trapKeys(event, this.dialog, () => this.close(true)));
    this.dialog.addEventListener("cancel", (event) => {
      event.preventDefault();
      this.close(true);
    });
    // A browser may close the dialog by itself, for example on a second Escape.
    this.dialog.addEventListener("close", () => this.stack.length && !this.dialog.open && this.close(true));
    document.body.append(this.dialog);
  }

  /** Shows the whole stack, top last. */
  sync(views) {
    const previousTop = this.top;
    const existing = new Map(this.stack.map((modal) => [modal.id, modal]));
    if (previousTop && this.dialog.contains(document.activeElement)) previousTop.focused = document.activeElement;
    this.stack = views.map((view) => existing.get(view.id) ?? new Modal(view.id, this));
    this.stack.forEach((modal, n) => modal.update(views[n], n > 0));
    this.show(previousTop);
  }

  get top() {
    return this.stack.at(-1);
  }

  show(previousTop) {
    const { top } = this;
    if (!top) return this.hide();
    if (top !== previousTop) {
      this.dialog.replaceChildren(top.root);
      this.dialog.dataset.viewId = top.id;
      this.dialog.setAttribute("aria-labelledby", top.titleId);
    }
    this.dialog.dataset.viewHash = top.view.hash;
    if (!this.dialog.open) {
      this.opener = document.activeElement;
      this.dialog.showModal();
    }
    if (top !== previousTop) top.focus();
    else if (!top.touched) top.focusFirst();
    return undefined;
  }

  hide() {
    if (!this.dialog.open) return;
    this.dialog.close();
    this.dialog.replaceChildren();
    delete this.dialog.dataset.viewId;
    const target = this.opener?.isConnected ? this.opener : document.getElementById("composer");
    target?.focus({ preventScroll: true });
  }

  /** Closes the top view, or with `all` the whole stack: at once, then tells the server. */
  async close(all) {
    const { top } = this;
    if (!top) return;
    const everything = all || top.view.clear_on_close === true;
    const remaining = everything ? [] : this.stack.slice(0, -1);
    this.sync(remaining.map((modal) => modal.view));
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
    this.touched = false; // whether the person has used it
    this.titleId = freshId("title");
    this.container = new Container({ view_id: id }, modals.currentChannel());
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
    this.blocks = withIds(view.blocks);
    this.list.update(this.blocks);
    this.showErrors({});
    if (!first && !this.list.root.querySelector("input, textarea")) announce(this.list.root.textContent);
  }

  /** Restores the focus, or sets it as `focusFirst` does. */
  focus() {
    if (this.focused?.isConnected && !this.focused.disabled) this.focused.focus();
    else this.focusFirst();
  }

  /** Focuses the element with `focus_on_load`, else the first field, else the main button. */
  focusFirst() {
    const preferred = this.root.querySelector("[data-focus-on-load]");
    const fields = focusable(this.list.root).filter((element) => element.matches("input, textarea"));
    const button = this.submitter.hidden ? this.closer : this.submitter;
    (preferred ?? fields[0] ?? button).focus();
  }

  async submit(event) {
    event.preventDefault();
    if (this.busy || !this.view.submit) return;
    if (this.container.uploads) return this.showProblem(t("waitUpload"));
    const errors = validationErrors(this.blocks, this.container);
    if (this.showErrors(errors)) return undefined;
    this.setBusy(true);
    const sent = this.view;
    try {
      const response = await post("submit", { view_id: this.id, state: this.container.state });
      if (response.ok) this.settle(sent);
      else if (response.errors) this.setBusy(false) || this.showErrors(response.errors);
      else this.fail();
    } catch {
      this.fail();
    }
    return undefined;
  }

  /** After a successful submission: the new stack comes over the WebSocket; if it doesn't, fetches it. */
  settle(sent) {
    const waiting = () => this.busy && this.view === sent && this.modals.top === this;
    setTimeout(async () => {
      if (!waiting()) return;
      try {
        await this.modals.refresh();
      } finally {
        this.setBusy(false);
      }
    }, STACK_TIMEOUT);
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

  /** Shows errors under their fields and focuses the first. Returns whether there are any. */
  showErrors(errors) {
    this.showProblem("");
    let first = null;
    for (const block of this.list.root.children) {
      const errorNode = block.querySelector("[data-error]");
      if (!errorNode) continue;
      const text = errors[block.dataset.blockId];
      errorNode.textContent = text ?? "";
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
