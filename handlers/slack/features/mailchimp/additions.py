"""`/cleaned-fix` in a mirrored audience: Mailchimp adds the contact, and the person is told what it answered."""

from functools import partial

from bot.audiences import audiences
from bot.mailchimp import additions
from bot.mailchimp.jobs import ADD, AddJob
from handlers.slack.context import AppContext
from handlers.slack.elements.blocks import Message, View
from handlers.slack.features.corrections import under_its_field
from handlers.slack.jobs.long_work import JobHandler
from handlers.slack.listeners import OPERATORS, Listeners
from handlers.slack.request import Request
from handlers.slack.views.corrections import corrections as form_views
from handlers.slack.views.corrections import fixes as fix_views
from handlers.slack.views.mailchimp import additions as views
from handlers.words import Words
from storage.core.database import Database
from storage.jobs.tables import JobState


def register(listeners: Listeners) -> None:
    listeners.submission(form_views.SUBMIT_TO_MAILCHIMP, add, who=OPERATORS)
    listeners.action(views.AGAIN, show_again, who=OPERATORS)


def job_handler(context: AppContext) -> JobHandler:
    """How a contact is added at Mailchimp, and told."""
    work = partial(additions.work, context.mailchimp)
    return JobHandler(ADD, work=work, title="corrections-title", message=_message)


def add(request: Request) -> View:
    filled = form_views.filled(request.inputs)
    with under_its_field(request.inputs):
        job = additions.request(
            request.database,
            request.metadata,
            filled,
            by=request.user_id,
            now=request.now,
            recipient=request.recipient(request.here),
        )
    request.wake_worker()
    audience = audiences.by_id(request.database, job.audience_id)
    return views.started(request.words, job, audience.name)


def show_again(request: Request) -> None:
    """The form of what was refused, filled in as it was."""
    modal = request.here if request.body.get("view") else request.open_modal("corrections-title")
    form = additions.reopen_form(
        request.database,
        request.value,
        by=request.user_id,
        now=request.now,
        wording=form_views.permission(request.words),
        language=request.words.language,
        mailchimp=request.context.mailchimp,
    )
    modal.show(form_views.form(request.words, form))


def _message(database: Database, words: Words, job: AddJob) -> Message:
    state = additions.state(database, job)
    if job.state == JobState.DONE:
        message = views.receipt(words, additions.receipt(database, job))
    elif job.state == JobState.FAILED:
        message = views.refused(words, job)
    else:
        message = views.progress(words, job, state.audience)
    return message | {"blocks": [*message["blocks"], *fix_views.earlier(words, state.earlier)]}
