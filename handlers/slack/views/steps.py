"""The question to an operator whether a workflow's export is to be made, and what became of it."""

from bot.exports.exports import Destination, ExportPlan
from handlers.slack.elements import blocks
from handlers.slack.elements.audiences import short_name
from handlers.slack.elements.blocks import Message
from handlers.slack.views import exports as export_views
from handlers.words import Words

EXPORT, DECLINE = "steps-export", "steps-decline"  # value: see `value`


def value(plan_id: str, channel: str, step: str) -> str:
    """The value of both buttons. `step` is the id of the step's execution."""
    return f"{plan_id}|{channel}|{step}"


def value_in(value: str) -> tuple[str, str, str]:
    """The arguments of a `value`."""
    plan_id, channel, step = value.split("|")
    return plan_id, channel, step


def question(words: Words, plan: ExportPlan, to: Destination, step: str) -> Message:
    """Asks whether to export, and says who will see the file."""
    text = words.md(
        "steps-question",
        n=plan.n,
        audience=short_name(plan.audience),
        channel=blocks.channel(to.channel),
    )
    sent = value(plan.id, to.channel, step)
    buttons = [
        blocks.button(words("steps-export"), EXPORT, sent, style="primary"),
        blocks.button(words("steps-decline"), DECLINE, sent),
    ]
    rows = [
        blocks.section(text),
        blocks.context(export_views.visibility(words, to)),
        blocks.actions(buttons, "steps"),
    ]
    return blocks.message(text, rows)


def answered(words: Words, key: str) -> Message:
    """The same message without its buttons. `key` is the sentence that says what the operator chose."""
    text = words.md(key)
    return blocks.message(text, [blocks.section(text)])
