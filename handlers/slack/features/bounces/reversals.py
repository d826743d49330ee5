"""Reversing verdicts: one contact's from its evidence, or a batch's from the list of recent ones."""

import re
from collections.abc import Callable
from functools import partial

from bot.bounces.verdicts import reversals
from bot.bounces.verdicts.reversals import REVERSAL, NothingToReverse, ReversalJob, ReversalPlan
from handlers.slack.context import AppContext
from handlers.slack.elements.audiences import split_value
from handlers.slack.elements.blocks import Message, View
from handlers.slack.features.bounces import held
from handlers.slack.jobs.long_work import JobHandler
from handlers.slack.listeners import OPERATORS, Listeners
from handlers.slack.request import Request
from handlers.slack.views.bounces import reversals as views
from handlers.slack.web_api.modals import Modal
from handlers.words import Words
from storage.core.database import Database


def register(listeners: Listeners) -> None:
    listeners.action(views.OPEN, show, who=OPERATORS)
    listeners.action(re.compile(f"{views.PAGE}-(next|previous)"), turn_list, who=OPERATORS)
    listeners.action(views.CONTACT, open_contact, who=OPERATORS)
    listeners.action(views.BATCH, open_batch, who=OPERATORS)
    listeners.submission(views.CALLBACK, confirm, who=OPERATORS)


def job_handler(_context: AppContext) -> JobHandler:
    """How reversals run and what their message says."""
    return JobHandler(
        REVERSAL, work=reversals.work, title="reversals-title", message=_message, after=_update_questions
    )


def show(request: Request) -> None:
    _show_list(request, request.open_modal("reversals-title"), 0)


def turn_list(request: Request) -> None:
    _show_list(request, request.here, int(request.value))


def open_contact(request: Request) -> None:
    audience_id, contact_id = split_value(request.value)
    _show_plan(request, partial(reversals.plan_contact, request.database, audience_id, int(contact_id)))


def open_batch(request: Request) -> None:
    audience_id, batch_id = split_value(request.value)
    _show_plan(request, partial(reversals.plan_batch, request.database, audience_id, batch_id))


def confirm(request: Request) -> View:
    typed = request.inputs[views.WORD][views.WORD].get("value") or ""
    with request.under(views.WORD):
        job = reversals.confirm(
            request.database,
            request.metadata,
            typed,
            by=request.user_id,
            now=request.now,
            recipient=request.recipient(request.here),
        )
    request.wake_worker()
    return views.started(request.words, reversals.receipt(request.database, job))


def _message(database: Database, words: Words, job: ReversalJob) -> Message:
    return views.message(words, reversals.receipt(database, job))


def _update_questions(context: AppContext, job: ReversalJob) -> None:
    if job.task.batch:
        held.update_questions(context, job, job.task.batch)


def _show_list(request: Request, modal: Modal, number: int) -> None:
    modal.show(views.listing(request.words, reversals.recent_batches(request.database, number), number))


def _show_plan(request: Request, plan: Callable[..., ReversalPlan]) -> None:
    """Shows the form in the modal that was clicked in, if it was one, because Slack stacks three at most."""
    modal = request.here if request.is_in_modal else request.open_modal("reversals-title")
    word = request.settings.confirmation_word or request.words("reversals-word")
    try:
        view = views.form(request.words, plan(by=request.user_id, word=word, now=request.now))
    except NothingToReverse:
        view = views.nothing(request.words)
    modal.show(view)
