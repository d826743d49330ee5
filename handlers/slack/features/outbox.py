"""Archives and Undos of Mailchimp's audiences: sent to Mailchimp, with a file of each address's outcome."""

import logging
from collections.abc import Callable, Iterator
from datetime import datetime

from slack_sdk import WebClient

from bot.archives import archives, restores
from bot.core import jobs
from bot.core.jobs import Clock, Work
from bot.mailchimp.outbox import outbox, outcomes, remote_changes
from bot.mailchimp.outbox.remote_changes import RemoteChange
from handlers.slack import uploads
from handlers.slack.context import AppContext
from handlers.slack.uploads import Uploads
from handlers.slack.views.mailchimp import outcomes as views
from handlers.words import words
from storage.core.database import Database, Session
from storage.core.tables import JobRow
from storage.files.spreadsheets import csv_bytes

NO_MAILCHIMP = "error-archives-no-mailchimp"

log = logging.getLogger(__name__)

Finish = Callable[[Database, JobRow, datetime], JobRow]


def archiving(parts: AppContext) -> Work:
    """How an archive is done: here, or at Mailchimp first."""
    return _work(parts, archives.work, remote_changes.archiving, outcomes.finish_archive)


def restoring(parts: AppContext) -> Work:
    """How an Undo is done."""
    return _work(parts, restores.work, remote_changes.restoring, outcomes.finish_restore)


def _work(
    parts: AppContext,
    locally: Work,
    errand_of: Callable[[Session, JobRow], RemoteChange | None],
    finish: Finish,
) -> Work:
    def doing(database: Database, job: JobRow, clock: Clock) -> Iterator[JobRow]:
        with database.reading() as session:
            errand = errand_of(session, job)
        if errand is None:
            yield from locally(database, job, clock)
        else:
            latest = job
            for step in _send(parts, errand, database, job, clock):
                yield (latest := step)
            yield finish(database, latest, clock())

    return doing


def _send(
    parts: AppContext, errand: RemoteChange, database: Database, job: JobRow, clock: Clock
) -> Iterator[JobRow]:
    """All but the end. Without a key nothing more is sent: it may have been taken away after a part was done."""
    latest = job
    if parts.mailchimp is None:
        yield (latest := outbox.stop(database, job, clock(), NO_MAILCHIMP))
    else:
        for step in outbox.work(errand, parts.mailchimp, database, latest, clock):
            yield (latest := step)
    if latest.notify and outcomes.is_worth_a_file(database, latest):
        yield _hand_out(parts.client, database, latest, clock)


def _hand_out(client: WebClient, database: Database, job: JobRow, clock: Clock) -> JobRow:
    """The person gets the file of what became of each address, once, unless it can't be sent for good."""
    told = words(job.notify.get("language"))
    rows = csv_bytes(views.header(told), (views.row(told, line) for line in outcomes.lines(database, job)))
    delivery, name = Uploads(client, views.comment(told)), views.file_name(told, job)
    latest, file_id = uploads.hand_out(delivery, database, job, clock, name, rows)
    return jobs.remember(database, latest, clock(), outcome_file=file_id)
