"""The cleaning rules of an audience: looked at and changed."""

from typing import Any

from slack_bolt import Ack, App

from bot.bounces import policies
from bot.bounces.policies import BadThreshold
from bot.core import audiences
from handlers.slack.request import Ask
from handlers.slack.views import policies as views


def register(app: App) -> None:
    app.action(views.OPEN)(open_)
    app.view(views.SUBMIT)(save)


def open_(ack: Ack, action: dict[str, Any], ask: Ask) -> None:
    ack()
    ask.require_operator()
    modal = ask.modal(ask.words("policies-title"))
    audience = audiences.by_id(ask.database, int(action["value"]))
    modal.show(views.form(ask.words, audience, policies.get(ask.database, audience.id)))


def save(ack: Ack, view: dict[str, Any], ask: Ask) -> None:
    ask.require_operator()
    audience = audiences.by_id(ask.database, int(view["private_metadata"]))
    try:
        policy = policies.parse(views.typed(view["state"]["values"]))
        policies.save(ask.database, audience.id, policy, by=ask.person.id, now=ask.now)
    except BadThreshold as bad:
        bad.block_id = views.block_id(bad.threshold)
        raise
    ack(response_action="update", view=views.receipt(ask.words, audience, policy))
