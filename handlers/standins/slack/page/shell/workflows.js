// The steps that the app offers to Workflow Builder: each is run with its inputs, as a workflow runs it.

import { get, post } from "../base/api.js";
import { directory } from "../base/directory.js";
import { freshId, h, toast } from "../base/dom.js";
import { t } from "../base/words.js";

const LOOK_EVERY = 700; // milliseconds, until the step has ended

export class Workflows {
  constructor() {
    const steps = directory.functions.map((step) => new Step(step).root);
    const empty = h("p", { class: "empty" }, t("noSteps"));
    this.root = h("div", { id: "workflows", class: "scroller home", tabindex: "0", role: "region", "aria-label": t("workflows") },
      h("div", { class: "home-page" }, h("p", {}, t("workflowsIntro")), steps.length ? steps : empty));
  }
}

class Step {
  constructor(step) {
    this.step = step;
    this.inputs = Object.entries(step.input_parameters ?? {}).map(([name, parameter]) => new Input(name, parameter));
    this.outcome = h("div", { role: "status", class: "step-outcome" });
    this.button = h("button", { type: "submit", class: "button primary" }, t("run"));
    const titleId = freshId("step");
    this.root = h("form", { class: "step", "data-step": step.callback_id, "aria-labelledby": titleId, onsubmit: (event) => this.run(event) },
      h("h2", { id: titleId }, step.title), h("p", { class: "quiet" }, step.description), this.inputs.map((input) => input.root), this.button, this.outcome);
  }

  async run(event) {
    event.preventDefault();
    this.button.disabled = true;
    this.outcome.replaceChildren(t("running"));
    try {
      const inputs = Object.fromEntries(this.inputs.map((input) => [input.name, input.field.value]));
      const { execution, error } = await post("step", { callback_id: this.step.callback_id, inputs });
      this.outcome.replaceChildren(...(error ? [error] : await this.end(execution)));
    } catch {
      toast(t("trouble"));
      this.outcome.replaceChildren();
    }
    this.button.disabled = false;
  }

  /** What is shown once the step has ended: its outputs, or why it failed. */
  async end(execution) {
    for (;;) {
      const { state, outputs, error } = (await get("state")).executions[execution] ?? {};
      if (state === "done") return [h("p", {}, t("complete")), this.outputs(outputs)];
      if (state !== "running") return [t("failedBecause", { why: error })];
      await new Promise((resolve) => { setTimeout(resolve, LOOK_EVERY); });
      if (!this.root.isConnected) return [];
    }
  }

  outputs(values) {
    const parameters = this.step.output_parameters ?? {};
    return h("dl", { class: "step-outputs" }, Object.entries(values).map(([name, value]) => [h("dt", {}, parameters[name]?.title ?? name), h("dd", {}, String(value))]));
  }
}

class Input {
  constructor(name, parameter) {
    this.name = name;
    const id = freshId("input");
    const attributes = { id, class: "field", "data-input": name, required: Boolean(parameter.is_required), "aria-describedby": `${id}-hint` };
    const options = optionsOf(parameter.type);
    this.field = options
      ? h("select", attributes, options.map(([value, text]) => h("option", { value }, text)))
      : h("input", { ...attributes, type: "text", autocomplete: "off" });
    this.root = h("div", { class: "block input" },
      h("label", { class: "label", for: id }, parameter.title, parameter.is_required ? null : ` ${t("optional")}`),
      this.field, h("p", { class: "quiet", id: `${id}-hint` }, parameter.description));
  }
}

/** What a person chooses from for a type of Slack; null for text. */
function optionsOf(type) {
  if (type === "slack#/types/channel_id") return directory.channels.filter((channel) => channel.kind === "channel").map((channel) => [channel.id, `#${channel.name}`]);
  if (type === "slack#/types/user_id") return directory.people.map((person) => [person.id, person.real_name || person.name]);
  return null;
}
