"""The App Home tab: figures, buttons and the latest journal entries."""

import logging

from slack_sdk.errors import SlackClientError

from bot.contacts import counts
from bot.core import audiences, journal
from bot.digests import digests
from handlers.slack import errors
from handlers.slack.context import AppContext
from handlers.slack.listeners import EVERYONE, Listeners
from handlers.slack.request import Request
from handlers.slack.views import home as views
from handlers.slack.views.digests import digests as digest_views

log = logging.getLogger(__name__)


def register(listeners: Listeners) -> None:
    listeners.action(views.REFRESH, refresh, who=EVERYONE)


def show(request: Request) -> None:
    if request.payload.get("tab") == "home":
        publish(request.context, request.user_id)


def refresh(request: Request) -> None:
    publish(request.context, request.user_id)


def after_work(context: AppContext, user_id: str) -> None:
    """Refreshes the tab after a job. A failure is only logged."""
    try:
        publish(context, user_id)
    except (SlackClientError, OSError) as error:
        log.warning("a Home tab was not refreshed: %s", errors.name(error))


def publish(context: AppContext, user_id: str) -> None:
    """Publishes the person's Home tab."""
    person = context.people.person(user_id)
    is_operator = context.people.is_operator(person)
    all_audiences = audiences.list_all(context.database)
    shown = all_audiences[: views.MAX_AUDIENCES]
    now, zone = context.clock(), context.zone
    view = views.home(
        person.words,
        counts.figures_of_each(context.database, shown, now, zone),
        journal.latest(context.database, views.MAX_LINES) if is_operator else [],
        digest_views.line(person.words, digests.current(context.database), now),
        more=len(all_audiences) - len(shown),
        is_operator=is_operator,
    )
    context.client.views_publish(user_id=user_id, view=view)
