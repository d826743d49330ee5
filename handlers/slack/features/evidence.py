"""The Why button: the verdict on a cleaned contact, and the evidence behind it."""

from typing import Any

from slack_bolt import Ack, App

from bot.bounces import evidence
from handlers.slack.features import corrections
from handlers.slack.request import Ask
from handlers.slack.views import evidence as views


def register(app: App) -> None:
    app.action(views.OPEN)(open_)
    app.action(views.FIX)(fix)


def open_(ack: Ack, action: dict[str, Any], ask: Ask) -> None:
    ack()
    ask.require_operator()
    modal = ask.modal(ask.words("evidence-title"))
    audience_id, _, contact_id = action["value"].partition(":")
    modal.show(views.why(ask.words, evidence.explain(ask.database, int(audience_id), int(contact_id))))


def fix(ack: Ack, action: dict[str, Any], ask: Ask) -> None:
    ack()
    ask.require_operator()
    # In the place of this modal: Slack stacks three, and the form may have to put a fault on top.
    corrections.show_form(ask, ask.here, action["value"])
