"""`/cleaned-fix` in a mirrored audience: Mailchimp adds the contact, and the person is told what it said."""

from functools import partial
from typing import Any

from slack_bolt import Ack, App

from bot.core import audiences
from bot.mailchimp import additions
from handlers.slack.context import AppContext
from handlers.slack.elements.blocks import Message
from handlers.slack.features.corrections import under_its_field
from handlers.slack.long_work import JobHandler
from handlers.slack.request import Ask
from handlers.slack.views import corrections as form_views
from handlers.slack.views.mailchimp import additions as views
from handlers.words import Words
from storage.core.database import Database
from storage.core.tables import JobRow


def register(app: App) -> None:
    app.view(form_views.SUBMIT_TO_MAILCHIMP)(add)
    app.action(views.AGAIN)(show_again)


def kind(parts: AppContext) -> JobHandler:
    """How a contact is added at Mailchimp, and told."""
    return JobHandler(
        work=partial(additions.work, parts.mailchimp),
        title="corrections-title",
        tell=partial(_tell, parts.database),
    )


def add(ack: Ack, view: dict[str, Any], ask: Ask) -> None:
    """Answers at once: Mailchimp may take longer than Slack waits."""
    ask.require_operator()
    filled, notify = form_views.filled(view["state"]["values"]), ask.notify(view["id"])
    with under_its_field(view["state"]["values"]):
        job = additions.request(
            ask.database, view["private_metadata"], filled, by=ask.person.id, now=ask.now, notify=notify
        )
    audience = audiences.by_id(ask.database, job.audience_id or 0)
    ack(response_action="update", view=views.started(ask.words, job, audience.name))
    ask.start()


def show_again(ack: Ack, action: dict[str, Any], ask: Ask) -> None:
    """The form of what was refused, as it was filled in."""
    ack()
    ask.require_operator()
    modal = ask.here if ask.body.get("view") else ask.modal(ask.words("corrections-title"))
    form = additions.again(
        ask.database,
        action["value"],
        by=ask.person.id,
        now=ask.now,
        wording=form_views.permission(ask.words),
        language=ask.words.language,
        mailchimp=ask.parts.mailchimp,
    )
    modal.show(form_views.form(ask.words, form))


def _tell(database: Database, words: Words, job: JobRow, audience: str) -> Message:
    if job.state == "done":
        return views.receipt(words, additions.done(database, job))
    if job.state == "failed":
        return views.refused(words, job)
    return views.progress(words, job, audience)
