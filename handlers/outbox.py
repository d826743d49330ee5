"""Archives and Undos of Mailchimp's audiences: sent to Mailchimp, with a file of each address's outcome."""

import logging
from collections.abc import Callable, Iterator
from datetime import datetime

from slack_sdk import WebClient
from slack_sdk.errors import SlackClientError

from bot import archives, errands, outbox, outcomes, restores
from bot.errands import Errand
from bot.errors import CleanedError
from bot.jobs import Clock, Work
from handlers import faults, uploads, work
from handlers.parts import Parts
from handlers.views import outcomes as views
from handlers.words import words
from storage.database import Database, Session
from storage.spreadsheets import csv_bytes
from storage.tables import Job

NO_MAILCHIMP = "error-archives-no-mailchimp"

log = logging.getLogger(__name__)

Finish = Callable[[Database, Job, datetime], Job]


def archiving(parts: Parts) -> Work:
    """How an archive is done: here, or at Mailchimp first."""
    return _work(parts, archives.work, errands.archiving, outcomes.finish_archive)


def restoring(parts: Parts) -> Work:
    """How an Undo is done."""
    return _work(parts, restores.work, errands.restoring, outcomes.finish_restore)


def _work(
    parts: Parts, locally: Work, errand_of: Callable[[Session, Job], Errand | None], finish: Finish
) -> Work:
    def doing(database: Database, job: Job, clock: Clock) -> Iterator[Job]:
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


def _send(parts: Parts, errand: Errand, database: Database, job: Job, clock: Clock) -> Iterator[Job]:
    """All but the end. Without a key nothing more is sent: it may have been taken away after a part was done."""
    latest = job
    if parts.mailchimp is None:
        yield (latest := outbox.stop(database, job, clock(), NO_MAILCHIMP))
    else:
        for step in outbox.work(errand, parts.mailchimp, database, latest, clock):
            yield (latest := step)
    if latest.notify and outcomes.is_worth_a_file(database, latest):
        file_id = _hand_out(parts.client, database, latest)
        yield outcomes.handed_out(database, latest, clock(), file_id)


def _hand_out(client: WebClient, database: Database, job: Job) -> str | None:
    """Sends the file to the person; its id. None when it can't be sent for good."""
    told = words(job.notify.get("language"))

    def pieces() -> Iterator[bytes]:
        rows = (views.row(told, line) for line in outcomes.lines(database, job))
        return csv_bytes(views.header(told), rows)

    name, length = views.file_name(told, job), sum(map(len, pieces()))
    try:
        return uploads.upload(client, job.notify["channel"], name, length, pieces(), views.comment(told))
    except (SlackClientError, CleanedError, OSError) as error:
        if job.attempts < work.GIVE_UP_AFTER and not isinstance(error, CleanedError):
            raise
        log.warning("the outcomes of job %s were not sent: %s", job.id, faults.name(error))
        return None
