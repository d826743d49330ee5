"""`/cleaned`: how many addresses are cleaned, and why."""

from typing import Any

from slack_bolt import Ack, App

from bot.contacts import counts
from bot.core import audiences
from bot.core.audiences import Audience
from handlers.slack.request import Ask, suggest_audiences
from handlers.slack.views import counts as views

HELP = {"help", "aide", "?"}


def register(app: App) -> None:
    app.command("/cleaned")(show)
    app.action(views.CHOOSE)(choose)
    app.options(views.CHOOSE)(suggest_audiences)


def show(ack: Ack, command: dict[str, Any], ask: Ask) -> None:
    ack()
    text = (command.get("text") or "").strip()
    if text.casefold() in HELP:
        ask.answer(views.help_message(ask.words))
    elif chosen := audiences.choose(ask.database, text):
        answer(ask, chosen)
    else:
        ask.answer(views.choose(ask.words, audiences.every(ask.database)))


def choose(ack: Ack, action: dict[str, Any], ask: Ask) -> None:
    ack()
    answer(ask, audiences.by_id(ask.database, int(action["selected_option"]["value"])))


def answer(ask: Ask, audience: Audience) -> None:
    figures = counts.figures(ask.database, audience, ask.now)
    everyone = audiences.every(ask.database)
    ask.answer(views.message(ask.words, figures, everyone, is_operator=ask.is_operator))
