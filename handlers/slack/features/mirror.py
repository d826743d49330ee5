"""Mailchimp's audiences are brought up to date: by the clock, which tells nobody, and by a person's "Sync now"."""

import logging
from functools import partial
from typing import Any

from slack_bolt import Ack, App

from bot.core import audiences, jobs
from bot.core.audiences import Audience
from bot.mailchimp.account import NoMailchimpKey, NotMirrored
from bot.mailchimp.mirror import sync as mirror_sync
from handlers.slack.context import AppContext
from handlers.slack.long_work import JobHandler
from handlers.slack.request import Ask
from handlers.slack.views.mailchimp import mirror as views
from storage.mailchimp.client import Client
from storage.mailchimp.errors import MailchimpError

BY_CLOCK = "clock"

log = logging.getLogger(__name__)


def register(app: App) -> None:
    app.action(views.OPEN)(sync)


def kinds(parts: AppContext) -> dict[str, JobHandler]:
    """How syncs are done and told; nothing without an account."""
    if parts.mailchimp is None:
        return {}
    return {
        jobs.SYNC: JobHandler(
            partial(mirror_sync.work, parts.mailchimp), title="mirror-title", tell=views.tell
        )
    }


def sync(ack: Ack, action: dict[str, Any], ask: Ask) -> None:
    ack()
    modal = ask.modal(ask.words("mirror-title"))
    ask.require_operator()
    audience = _mirrored(ask, int(action["value"]))
    modal.show(views.started(ask.words, audience))
    notify = ask.notify(modal.id)
    job = mirror_sync.request(ask.database, audience.id, by=ask.person.id, now=ask.now, notify=notify)
    if job.notify.get("view") != modal.id:
        modal.show(views.under_way(ask.words, audience))
    ask.start()


def look(parts: AppContext, client: Client) -> None:
    """Leaves a sync of each audience to the worker. What is wrong with Mailchimp is one line in the log."""
    try:
        for audience_id in mirror_sync.discover(parts.database, client, parts.clock()):
            mirror_sync.request(parts.database, audience_id, by=BY_CLOCK, now=parts.clock())
    except MailchimpError as error:
        log.warning("the mirror: %s", error)
    parts.wake()


def _mirrored(ask: Ask, audience_id: int) -> Audience:
    if ask.parts.mailchimp is None:
        raise NoMailchimpKey
    audience = audiences.by_id(ask.database, audience_id)
    if not audience.is_mirror:
        raise NotMirrored(name=audience.name)
    return audience
