"""Incidents: operators are told in their direct messages that their mail is refused, and when that is over."""

from bot.bounces.verdicts import notices
from bot.bounces.verdicts.notices import NOTICE, NoticeJob
from bot.jobs.jobs import Recipient
from handlers.slack.context import AppContext
from handlers.slack.elements.blocks import Message
from handlers.slack.features.bounces.held import operators
from handlers.slack.jobs.long_work import JobHandler
from handlers.slack.views.bounces import incidents as views
from handlers.words import Words, words
from storage.core.database import Database


def job_handler(_context: AppContext) -> JobHandler:
    """How a notice is told and what it says."""
    return JobHandler(
        NOTICE, work=notices.work, title="incidents-title", message=_message, after=_show_that_it_is_over
    )


def tell(context: AppContext) -> int:
    """Tells operators what is new and what is over since the last time; returns how many messages there are.

    The messages about an incident that has grown are written anew.
    """
    for notice in notices.grown(context.database):
        _update(context, notice)
    if not notices.are_due(context.database, context.clock()):
        return 0
    recipients = [Recipient(user, context.people.person(user).words.language) for user in operators(context)]
    if n := notices.tell(context.database, recipients, context.clock()):
        context.wake()
    return n


def _message(database: Database, said: Words, job: NoticeJob) -> Message:
    incident = notices.incident(database, job.task.notice)
    return views.over(said, incident) if job.task.is_over else views.begun(said, incident)


def _show_that_it_is_over(context: AppContext, job: NoticeJob) -> None:
    if job.task.is_over:
        user = job.recipient.user if job.recipient else None
        _update(context, job.task.notice, user)


def _update(context: AppContext, notice: str, user: str | None = None) -> None:
    """Writes the messages about an incident anew, all or that of one person."""
    incident = notices.incident(context.database, notice)
    for job in notices.told(context.database, notice):
        recipient = job.recipient
        if recipient and recipient.channel and recipient.ts and user in (None, recipient.user):
            message = views.begun(words(recipient.language), incident)
            context.client.chat_update(channel=recipient.channel, ts=recipient.ts, **message)
