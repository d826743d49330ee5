"""The App Home tab: the dashboard of the same figures and actions."""

import logging
from typing import Any

from slack_bolt import Ack, App
from slack_sdk.errors import SlackClientError

from bot.contacts import counts
from bot.core import audiences, journal
from bot.digests import digests
from handlers.slack import errors
from handlers.slack.context import AppContext
from handlers.slack.request import Ask
from handlers.slack.views import digests as digest_views
from handlers.slack.views import home as views

log = logging.getLogger(__name__)


def register(app: App) -> None:
    app.event("app_home_opened")(opened)
    app.action(views.REFRESH)(refresh)


def opened(event: dict[str, Any], ask: Ask) -> None:
    if event.get("tab") == "home":
        publish(ask.parts, ask.person.id)


def refresh(ack: Ack, ask: Ask) -> None:
    ack()
    publish(ask.parts, ask.person.id)


def after_work(parts: AppContext, user_id: str) -> None:
    """The tab follows what was done; that it could not is only logged."""
    try:
        publish(parts, user_id)
    except (SlackClientError, OSError) as error:
        log.warning("a Home tab was not refreshed: %s", errors.name(error))


def publish(parts: AppContext, user_id: str) -> None:
    """The person's Home tab, as things stand."""
    person = parts.people.person(user_id)
    is_operator = parts.people.is_operator(person)
    everyone = audiences.every(parts.database)
    shown = everyone[: views.MOST_AUDIENCES]
    view = views.home(
        person.words,
        [counts.figures(parts.database, each, parts.clock()) for each in shown],
        journal.latest(parts.database, views.MOST_LINES) if is_operator else [],
        digest_views.line(person.words, digests.current(parts.database), parts.clock()),
        more=len(everyone) - len(shown),
        is_operator=is_operator,
    )
    parts.client.views_publish(user_id=user_id, view=view)
