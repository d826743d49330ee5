"""Syncs of Mailchimp's audiences: scheduled ones, which have no recipient, and those of "Sync now"."""

import logging
from functools import partial

from bot.audiences import audiences
from bot.audiences.audiences import Audience
from bot.mailchimp.account import NoMailchimpKey, NotMirrored
from bot.mailchimp.mirror import sync as mirror_sync
from bot.mailchimp.mirror.jobs import SYNC, SyncJob
from bot.workspaces import breakdowns
from bot.workspaces.breakdowns import Place
from handlers.slack.context import AppContext
from handlers.slack.elements.blocks import Message
from handlers.slack.jobs.long_work import JobHandler
from handlers.slack.listeners import OPERATORS, Listeners
from handlers.slack.request import Request
from handlers.slack.views.mailchimp import mirror as views
from handlers.words import Words
from storage.core.database import Database
from storage.mailchimp.api.client import Client
from storage.mailchimp.api.errors import MailchimpError

BY_CLOCK = "clock"

log = logging.getLogger(__name__)


def register(listeners: Listeners) -> None:
    listeners.action(views.OPEN, sync, who=OPERATORS)


def job_handlers(context: AppContext) -> list[JobHandler]:
    """How sync jobs run and what their message says; none without a Mailchimp account."""
    if context.mailchimp is None:
        return []
    work = partial(mirror_sync.work, context.mailchimp)
    return [JobHandler(SYNC, work=work, title="mirror-title", message=_message)]


def sync(request: Request) -> None:
    modal = request.open_modal("mirror-title")
    audience = _mirrored(request, int(request.value))
    modal.show(views.started(request.words, audience))
    recipient = request.recipient(modal)
    job = mirror_sync.request(
        request.database, audience.id, by=request.user_id, now=request.now, recipient=recipient
    )
    if not job.recipient or job.recipient.view != recipient.view:
        modal.show(views.under_way(request.words, audience))
    request.wake_worker()


def sync_all(context: AppContext, client: Client) -> None:
    """Creates a sync of each audience. An error of Mailchimp's is logged, and noted for the Home tab."""
    try:
        for audience_id in mirror_sync.discover(context.database, client, context.clock()):
            mirror_sync.request(context.database, audience_id, by=BY_CLOCK, now=context.clock())
    except MailchimpError as error:
        log.warning("the mirror: %s", error)
        breakdowns.note(context.database, Place.MAILCHIMP, error.key, error.values, context.clock())
    else:
        breakdowns.clear(context.database, Place.MAILCHIMP)
    context.wake()


def _message(database: Database, words: Words, job: SyncJob) -> Message:
    return views.message(words, job, audiences.by_id(database, job.audience_id).name)


def _mirrored(request: Request, audience_id: int) -> Audience:
    if request.context.mailchimp is None:
        raise NoMailchimpKey
    audience = audiences.by_id(request.database, audience_id)
    if not audience.is_mirror:
        raise NotMirrored(name=audience.name)
    return audience
