"""`/cleaned-restore`: earlier archives, undone as a whole or by contact."""

import logging
import re
from functools import partial

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.archives import archives, restore_picker, restores
from bot.archives.jobs import RESTORE, RestoreJob
from bot.archives.restore_picker import PageTurn
from bot.archives.restores import EarlierArchive, NoContactTicked, SharedReceipt
from bot.mailchimp.outbox import work
from handlers.slack import errors
from handlers.slack.context import AppContext
from handlers.slack.elements.audiences import split_value
from handlers.slack.elements.blocks import Message, View
from handlers.slack.features.mailchimp.outcomes import outcomes_file
from handlers.slack.jobs.long_work import JobHandler
from handlers.slack.listeners import OPERATORS, Listeners
from handlers.slack.request import Request
from handlers.slack.views.archives import archives as archive_views
from handlers.slack.views.archives import restores as views
from handlers.slack.web_api.modals import Modal
from handlers.words import Words, words
from storage.core.database import Database

log = logging.getLogger(__name__)


def register(listeners: Listeners) -> None:
    listeners.command("/cleaned-restore", show, who=OPERATORS)
    listeners.action("open-restore", show, who=OPERATORS)
    listeners.action(re.compile(f"{views.PAGE}-(next|previous)"), turn_list, who=OPERATORS)
    listeners.action(views.CONTACTS, open_contacts, who=OPERATORS)
    listeners.action(views.SEARCH, search, who=OPERATORS)
    listeners.action(views.TICK, tick, who=OPERATORS)
    listeners.action(views.NEXT, next_page, who=OPERATORS)
    listeners.action(views.PREVIOUS, previous_page, who=OPERATORS)
    listeners.submission(views.CALLBACK, restore, who=OPERATORS)


def job_handler(context: AppContext) -> JobHandler:
    """How restore jobs run and what their message says."""
    return JobHandler(
        RESTORE,
        work=partial(work.restore, context.mailchimp, partial(outcomes_file, context.client)),
        title="restores-title",
        message=_message,
        after=_update_receipts,
    )


def show(request: Request) -> None:
    _show_list(request, request.open_modal("restores-title"), 0)


def turn_list(request: Request) -> None:
    _show_list(request, request.here, int(request.value))


def open_contacts(request: Request) -> None:
    modal = request.open_modal("restores-members-title")
    audience_id, archive_id = split_value(request.value)
    plan_id = restore_picker.begin(
        request.database, audience_id, archive_id, by=request.user_id, now=request.now
    )
    _draw(request, modal, plan_id)


def search(request: Request) -> None:
    view = request.body["view"]
    boxes, text = views.boxes(view), views.typed(view)
    restore_picker.search(request.database, request.metadata, boxes, text, by=request.user_id)
    _draw(request, request.here, request.metadata)


def tick(request: Request) -> None:
    boxes = views.boxes(request.body["view"])
    restore_picker.tick(request.database, request.metadata, boxes, by=request.user_id)
    _draw(request, request.here, request.metadata)


def next_page(request: Request) -> None:
    _turn(request, "next")


def previous_page(request: Request) -> None:
    _turn(request, "previous")


def restore(request: Request) -> View:
    try:
        job = restore_picker.restore(
            request.database,
            request.metadata,
            views.boxes(request.payload),
            by=request.user_id,
            now=request.now,
            recipient=request.recipient(request.here),
        )
    except NoContactTicked as error:
        error.block_id = views.tick_block(request.payload)
        raise
    request.wake_worker()
    return views.started(request.words, restores.receipt(request.database, job))


def _message(database: Database, words: Words, job: RestoreJob) -> Message:
    return views.message(words, restores.receipt(database, job))


def _update_receipts(context: AppContext, job: RestoreJob) -> None:
    _update_shared(context, job)
    _update_archive(context, job)


def _update_shared(context: AppContext, job: RestoreJob) -> None:
    """Updates the receipts that were shared in channels: they say what has been undone."""
    archive = restores.get_archive(context.database, job.audience_id, job.task.archive)
    for copy in archive.shared if archive.restored else ():
        update_shared(context.client, archive, copy)


def update_shared(client: WebClient, archive: EarlierArchive, copy: SharedReceipt) -> None:
    """Makes the shared receipt say what has been undone. Raises errors after which another try may succeed."""
    message = archive_views.shared_message(words(copy.language), archive)
    try:
        client.chat_update(channel=copy.channel, ts=copy.ts, **message)
    except SlackApiError as error:  # it was deleted, or the bot has left the channel
        if errors.is_transient(error):
            raise
        log.warning("a shared receipt was not updated: %s", errors.name(error))


def _update_archive(context: AppContext, job: RestoreJob) -> None:
    """Updates the receipt of the archive that was undone: it says by whom, and has no Undo button any more."""
    archive = restores.undone_archive(context.database, job)
    recipient = archive.recipient if archive else None
    if archive and recipient and recipient.channel and recipient.ts:
        receipt = archives.receipt(context.database, archive)
        message = archive_views.message(words(recipient.language), receipt)
        context.client.chat_update(channel=recipient.channel, ts=recipient.ts, **message)


def _show_list(request: Request, modal: Modal, number: int) -> None:
    modal.show(views.listing(request.words, restores.earlier_archives(request.database, number), number))


def _turn(request: Request, to: PageTurn) -> None:
    boxes = views.boxes(request.body["view"])
    restore_picker.turn(request.database, request.metadata, boxes, to, by=request.user_id)
    _draw(request, request.here, request.metadata)


def _draw(request: Request, modal: Modal, plan_id: str) -> None:
    page = restore_picker.look(request.database, plan_id, by=request.user_id)
    modal.show(views.members(request.words, page))
