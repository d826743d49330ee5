"""`/cleaned-forget`: erases a person, after a typed confirmation."""

from bot.core.errors import WrongWord
from bot.privacy import forget
from bot.privacy.jobs import FORGET, ForgetJob
from handlers.slack.context import AppContext
from handlers.slack.elements.blocks import Message, View
from handlers.slack.jobs.long_work import JobHandler
from handlers.slack.listeners import OPERATORS, Listeners
from handlers.slack.request import Request
from handlers.slack.views import forget as views
from handlers.words import Words
from storage.core.database import Database


def register(listeners: Listeners) -> None:
    listeners.command("/cleaned-forget", show, who=OPERATORS)
    listeners.submission(views.CALLBACK, confirm, who=OPERATORS)


def job_handler(_context: AppContext) -> JobHandler:
    """How erasing runs and what its message says."""
    return JobHandler(FORGET, work=forget.work, title="forget-title", message=_message)


def show(request: Request) -> None:
    request.open_modal("forget-title").show(views.form(request.words, _word(request), request.text))


def confirm(request: Request) -> View:
    typed = {name: request.inputs[name][name].get("value") or "" for name in (views.ADDRESS, views.WORD)}
    try:
        forget.request(
            request.database,
            typed[views.ADDRESS],
            typed[views.WORD],
            word=_word(request),
            by=request.user_id,
            now=request.now,
            recipient=request.recipient(request.here),
        )
    except WrongWord as error:
        error.block_id = views.WORD
        raise
    except forget.NoAddressToForget as error:
        error.block_id = views.ADDRESS
        raise
    request.wake_worker()
    return views.started(request.words)


def _word(request: Request) -> str:
    return request.settings.confirmation_word or request.words("forget-word")


def _message(database: Database, words: Words, job: ForgetJob) -> Message:
    return views.message(words, forget.receipt(database, job))
