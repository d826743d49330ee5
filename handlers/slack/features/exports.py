"""`/cleaned-export`: the preview, the destination, the job, earlier exports."""

import re
from collections.abc import Iterator
from functools import partial

from slack_sdk.errors import SlackApiError

from bot.audiences import audiences
from bot.audiences.audiences import Audience
from bot.core.errors import NothingThere
from bot.exports import exports
from bot.exports.exports import Destination
from bot.exports.jobs import EXPORT, ExportJob
from bot.jobs.jobs import Clock
from handlers.slack import errors
from handlers.slack.context import AppContext
from handlers.slack.elements import audiences as audience_views
from handlers.slack.elements.audiences import split_value
from handlers.slack.elements.blocks import Message, View
from handlers.slack.elements.weeks import week_in
from handlers.slack.features.audience_modal import AudienceModal
from handlers.slack.features.contacts import segments
from handlers.slack.jobs.long_work import JobHandler
from handlers.slack.jobs.uploads import UNREACHABLE_CHANNEL, Uploads, shared_with
from handlers.slack.listeners import OPERATORS, Listeners
from handlers.slack.request import Request
from handlers.slack.views import exports as views
from handlers.slack.views.contacts import segments as segment_views
from handlers.slack.web_api.modals import Modal
from handlers.words import Markup, Words, words
from storage.contacts.contacts import Segment
from storage.core.database import Database
from storage.jobs.tables import JobState


def register(listeners: Listeners) -> None:
    ENTRY.register(listeners)
    listeners.action("open-export-week", open_week, who=OPERATORS)
    listeners.action(segment_views.EXPORT, open_segment, who=OPERATORS)
    listeners.action(views.WHERE, choose_channel, who=OPERATORS)
    listeners.action(views.TO_ME, choose_direct_messages, who=OPERATORS)
    listeners.submission(views.CALLBACK, confirm, who=OPERATORS)
    listeners.action(views.PAST, open_past, who=OPERATORS)
    listeners.action(re.compile(f"{views.PAST_PAGE}-(next|previous)"), turn_past_page, who=OPERATORS)
    listeners.action(views.AGAIN, export_again, who=OPERATORS)
    listeners.link(re.compile(rf"{views.FILE}(-\d+)?"))


def job_handler(context: AppContext) -> JobHandler:
    """How export jobs run and what their message says."""

    def work(database: Database, job: ExportJob, clock: Clock) -> Iterator[ExportJob]:
        sender = Uploads(context.client, job.recipient, partial(_comment, database, job))
        return exports.work(database, job, clock, sender=sender)

    return JobHandler(
        EXPORT, work=work, title="exports-title", message=_message, after=_end_step, is_told=views.is_told
    )


def begin(request: Request, modal: Modal, audience: Audience) -> None:
    """Shows the preview of an export of the audience."""
    _show_plan(request, modal, audience, Segment(audience_id=audience.id))


ENTRY = AudienceModal("/cleaned-export", "open-export", views.CHOOSE, "exports-title", begin)


def open_segment(request: Request) -> None:
    """The export buttons of a list."""
    segment = segments.chosen(request)
    modal = request.open_modal("exports-title")
    _show_plan(request, modal, audiences.by_id(request.database, segment.audience_id), segment)


def open_week(request: Request) -> None:
    """The digest's button: an export of the contacts cleaned in its week."""
    audience_id, week = week_in(request.value)
    modal = request.open_modal("exports-title")
    segment = Segment(audience_id=audience_id, **week.filters())
    _show_plan(request, modal, audiences.by_id(request.database, audience_id), segment)


def choose_channel(request: Request) -> None:
    channel = request.payload.get("selected_conversation")
    _set_destination(request, destination(request, channel) if channel else None)


def choose_direct_messages(request: Request) -> None:
    _set_destination(request, None)


def confirm(request: Request) -> View:
    channel, block_id = views.chosen(request.payload)
    with request.under(block_id):
        job = exports.confirm(
            request.database,
            request.metadata,
            by=request.user_id,
            now=request.now,
            channel=channel,
            form=views.chosen_format(request.payload),
            recipient=request.recipient(request.here),
        )
    request.wake_worker()
    return views.started(request.words, exports.receipt(request.database, job))


def open_past(request: Request) -> None:
    _show_past(request, request.open_modal("exports-past-title"), int(request.value), 0)


def turn_past_page(request: Request) -> None:
    audience_id, number = split_value(request.value)
    _show_past(request, request.here, audience_id, int(number))


def export_again(request: Request) -> None:
    audience_id, export_id = split_value(request.value)
    segment = exports.export_segment(request.database, audience_id, export_id)
    # The preview replaces the list, because Slack stacks three modals at most.
    _show_plan(request, request.here, audiences.by_id(request.database, audience_id), segment)


def _message(database: Database, words: Words, job: ExportJob) -> Message:
    return views.message(words, exports.receipt(database, job))


def _comment(database: Database, job: ExportJob) -> Markup:
    return views.comment(words(job.language), exports.shared_receipt(database, job))


def _end_step(context: AppContext, job: ExportJob) -> None:
    """Ends the step of the workflow that the export was made for, if it was."""
    if not (step := job.task.step):
        return
    if job.state == JobState.DONE:
        outputs = {"contacts": job.outcome.n}
        context.client.functions_completeSuccess(function_execution_id=step, outputs=outputs)
    else:
        errors.fail_step(context.client, step, words(None)("steps-error-failed"))


def _show_plan(request: Request, modal: Modal, audience: Audience, segment: Segment) -> None:
    try:
        plan = exports.plan(request.database, segment, by=request.user_id, now=request.now)
    except NothingThere:
        modal.show(views.nothing(request.words, audience.name, segment))
    else:
        modal.show(views.form(request.words, plan))


def _set_destination(request: Request, to: Destination | None) -> None:
    plan = exports.set_destination(request.database, request.metadata, to, by=request.user_id)
    view = request.body["view"]
    modal = request.here.below(audience_views.menu_of(view))
    modal.show(views.form(request.words, plan, to, edition=view["hash"]))


def destination(request: Request, channel: str) -> Destination:
    """Asks Slack about the channel. How many people it has is unknown if the bot can't see it."""
    try:
        answer = request.client.conversations_info(channel=channel, include_num_members=True)
    except SlackApiError as error:
        return Destination(channel, takes_files=error.response.get("error") not in UNREACHABLE_CHANNEL)
    info = answer["channel"]
    people = info.get("num_members")
    takes_files = bool(info.get("is_member") and not info.get("is_archived"))
    return Destination(channel, None if people is None else int(people), takes_files, shared_with(info))


def _show_past(request: Request, modal: Modal, audience_id: int, number: int) -> None:
    audience = audiences.by_id(request.database, audience_id)
    page, has_more = exports.past_exports(request.database, audience_id, number)
    modal.show(views.past(request.words, audience, page, number, has_more=has_more))
