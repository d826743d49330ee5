"""Typos that were ticked, corrected together by one job: in a local audience, or at Mailchimp."""

from functools import partial

from bot.corrections.tick_list import OtherNumber
from bot.mailchimp import fixes
from bot.mailchimp.jobs import FIX, FixJob
from handlers.slack.context import AppContext
from handlers.slack.elements.blocks import Message, View
from handlers.slack.features import corrections
from handlers.slack.jobs.long_work import JobHandler
from handlers.slack.listeners import OPERATORS, Listeners
from handlers.slack.request import Request
from handlers.slack.views.corrections import fixes as views
from handlers.slack.views.corrections import tick_list as list_views
from handlers.words import Words
from storage.core.database import Database


def register(listeners: Listeners) -> None:
    listeners.submission(list_views.SUBMIT, add, who=OPERATORS)


def job_handler(context: AppContext) -> JobHandler:
    """How typos are corrected together, and told in one message."""
    work = partial(fixes.work, context.mailchimp)
    return JobHandler(FIX, work=work, title="corrections-title", message=_message)


def add(request: Request) -> View:
    view = request.body["view"]
    submitted = list_views.submitted(view)
    try:
        job = fixes.request(
            request.database,
            request.metadata,
            submitted,
            by=request.user_id,
            now=request.now,
            wording=list_views.permission(request.words, len(submitted.ticked)),
            language=request.words.language,
            client=request.context.mailchimp,
            recipient=request.recipient(request.here),
        )
    except OtherNumber as error:
        error.block_id = list_views.consent_block(view)
        request.then(lambda: corrections.redraw(request))
        raise
    request.wake_worker()
    return views.started(request.words, fixes.receipt(request.database, job))


def _message(database: Database, words: Words, job: FixJob) -> Message:
    return views.message(words, fixes.receipt(database, job))
