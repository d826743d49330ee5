"""`/cleaned-archive`: the preview with the word to type, the job, Undo, and sharing the receipt."""

import logging
from functools import partial
from typing import Any

from slack_sdk.errors import SlackApiError, SlackClientError

from bot.archives import archives, restores
from bot.archives.jobs import ARCHIVE, ArchiveJob
from bot.archives.restores import SharedReceipt
from bot.audiences import audiences
from bot.audiences.audiences import Audience
from bot.core.errors import CleanedError, NothingThere
from bot.jobs.files import SharedWith
from bot.mailchimp.outbox import work
from handlers.slack import errors
from handlers.slack.context import AppContext
from handlers.slack.elements.audiences import split_value
from handlers.slack.elements.blocks import Message, View
from handlers.slack.elements.weeks import week_in
from handlers.slack.features.archives.restores import update_shared
from handlers.slack.features.audience_modal import AudienceModal
from handlers.slack.features.contacts import segments
from handlers.slack.features.mailchimp.outcomes import outcomes_file
from handlers.slack.jobs.long_work import JobHandler
from handlers.slack.jobs.uploads import UNREACHABLE_CHANNEL, shared_with
from handlers.slack.listeners import OPERATORS, Listeners, OnTop
from handlers.slack.request import Request
from handlers.slack.views.archives import archives as views
from handlers.slack.views.archives import restores as restore_views
from handlers.slack.views.contacts import segments as segment_views
from handlers.slack.views.mailchimp import outcomes as outcome_views
from handlers.slack.web_api.modals import Modal
from handlers.words import Words
from storage.contacts.contacts import Segment
from storage.core.database import Database

CANT_POST = {*UNREACHABLE_CHANNEL, "restricted_action"}

log = logging.getLogger(__name__)


class NotInChannel(CleanedError):
    """The bot can't post in the channel."""

    key = "error-archives-not-in-channel"


def register(listeners: Listeners) -> None:
    ENTRY.register(listeners)
    listeners.action("open-archive-week", open_week, who=OPERATORS)
    listeners.action(segment_views.ARCHIVE, open_segment, who=OPERATORS)
    listeners.submission(segment_views.CALLBACK, open_ticked, who=OPERATORS)
    listeners.submission(views.CALLBACK, confirm, who=OPERATORS)
    listeners.action(views.UNDO, undo, who=OPERATORS)
    listeners.link(outcome_views.OPEN)
    listeners.action(views.SHARE, open_share, who=OPERATORS)
    listeners.submission(views.SHARE_CALLBACK, share, who=OPERATORS)


def job_handler(context: AppContext) -> JobHandler:
    """How archive jobs run and what their message says."""
    return JobHandler(
        ARCHIVE,
        work=partial(work.archive, context.mailchimp, partial(outcomes_file, context.client)),
        title="archives-title",
        message=_message,
        in_window=(views.UNDO,),
    )


def begin(request: Request, modal: Modal, audience: Audience) -> None:
    """Shows the preview of an archive of the audience."""
    _show_plan(request, modal, audience, Segment(audience_id=audience.id))


ENTRY = AudienceModal("/cleaned-archive", "open-archive", views.CHOOSE, "archives-title", begin)


def begin_with_contact(request: Request, modal: Modal, audience_id: int, contact_id: int) -> None:
    """Shows the preview of an archive of one contact."""
    segment = Segment(audience_id=audience_id, ids=(contact_id,))
    _show_plan(request, modal, audiences.by_id(request.database, audience_id), segment)


def open_segment(request: Request) -> None:
    """The archive buttons of a list."""
    segment = segments.chosen(request)
    modal = request.open_modal("archives-title")
    _show_plan(request, modal, audiences.by_id(request.database, segment.audience_id), segment)


def open_week(request: Request) -> None:
    """The digest's button: an archive of the contacts cleaned in its week."""
    audience_id, week = week_in(request.value)
    modal = request.open_modal("archives-title")
    segment = Segment(audience_id=audience_id, **week.filters())
    _show_plan(request, modal, audiences.by_id(request.database, audience_id), segment)


def open_ticked(request: Request) -> OnTop:
    """The list's submit button."""
    segment = segments.chosen_ticked(request)
    return OnTop(_plan(request, audiences.by_id(request.database, segment.audience_id), segment))


def confirm(request: Request) -> View:
    typed = request.inputs[views.WORD][views.WORD].get("value") or ""
    with request.under(views.WORD):
        job = archives.confirm(
            request.database,
            request.metadata,
            typed,
            by=request.user_id,
            now=request.now,
            recipient=request.recipient(request.here),
            leave_out=views.leaves_out(request.inputs),
        )
    request.wake_worker()
    return views.started(request.words, archives.receipt(request.database, job))


def undo(request: Request) -> None:
    audience_id, archive_id = split_value(request.value)
    job = restores.undo(
        request.database,
        audience_id,
        archive_id,
        by=request.user_id,
        now=request.now,
        recipient=request.recipient(request.here if request.is_in_modal else None),
    )
    if request.is_in_modal:
        request.show(restore_views.started(request.words, restores.receipt(request.database, job)))
    request.wake_worker()


def open_share(request: Request) -> None:
    request.open_modal("archives-share-title").show(views.share_form(request.words, request.value))


def share(request: Request) -> View:
    channel = request.inputs[views.WHERE][views.WHERE]["selected_conversation"]
    return request.in_time(lambda: _share(request, channel), "archives-share-title")


def _message(database: Database, words: Words, job: ArchiveJob) -> Message:
    return views.message(words, archives.receipt(database, job))


def _show_plan(request: Request, modal: Modal, audience: Audience, segment: Segment) -> None:
    modal.show(_plan(request, audience, segment))


def _plan(request: Request, audience: Audience, segment: Segment) -> View:
    word = request.settings.confirmation_word or request.words("archives-word")
    try:
        plan = archives.plan(request.database, segment, by=request.user_id, word=word, now=request.now)
    except NothingThere:
        return views.nothing(request.words, audience.name, segment)
    return views.form(request.words, plan)


def _share(request: Request, channel: str) -> View:
    """Posts the receipt. Raises NotInChannel."""
    archive = restores.get_archive(request.database, *split_value(request.metadata))
    with request.under(views.WHERE):
        ts = _post(request, channel, views.shared_message(request.words, archive))
    copy = SharedReceipt(channel, ts, request.words.language)
    restores.record_shared(request.database, archive, copy)
    now = restores.get_archive(request.database, *split_value(request.metadata))
    if now.restored != archive.restored:  # an Undo that ended meanwhile did not know of the copy
        try:
            update_shared(request.client, now, copy)
        except (SlackClientError, OSError) as error:
            log.warning("a shared receipt was not updated: %s", errors.name(error))
    return views.shared(request.words, channel, _shared_with(request, channel))


def _shared_with(request: Request, channel: str) -> SharedWith:
    """Nobody, if Slack does not tell: the receipt is posted already, and names no address."""
    try:
        return shared_with(request.client.conversations_info(channel=channel)["channel"])
    except (SlackClientError, OSError) as error:
        log.warning("a channel was not looked up: %s", errors.name(error))
        return SharedWith.NOBODY


def _post(request: Request, channel: str, message: dict[str, Any]) -> str:
    """Returns the message's timestamp, which is its id in the channel."""
    try:
        return str(request.client.chat_postMessage(channel=channel, **message)["ts"])
    except SlackApiError as error:
        if error.response.get("error") in CANT_POST:
            raise NotInChannel from error
        raise
