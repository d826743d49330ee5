"""Runs archives and Undos: in a mirrored audience at Mailchimp first, in a local one in the database alone."""

from collections.abc import Callable, Iterator
from typing import TypeVar, cast

from bot.archives import archives, restores
from bot.archives.jobs import ArchiveJob, RemoteJob, RestoreJob
from bot.jobs import files
from bot.jobs.files import SmallFile
from bot.jobs.jobs import Clock, Failure
from bot.mailchimp.outbox import job_results, outbox, remote_changes
from bot.mailchimp.outbox.remote_changes import RemoteChange
from storage.core.database import Database
from storage.mailchimp.api.client import Client
from storage.mailchimp.outgoing import AddressOutcome

NO_MAILCHIMP = Failure("error-archives-no-mailchimp")

OutcomesFile = Callable[[RemoteJob, Iterator[AddressOutcome]], SmallFile]
"""Port: makes the file with the outcome of each address, for the job's recipient."""

JobT = TypeVar("JobT", bound=RemoteJob)


def archive(
    client: Client | None, outcomes_file: OutcomesFile, database: Database, job: ArchiveJob, clock: Clock
) -> Iterator[ArchiveJob]:
    """Carries on an archive to its end."""
    with database.reading() as session:
        change = remote_changes.archiving(session, job)
    if change is None:
        yield from archives.work(database, job, clock)
        return
    for step in _send(client, change, outcomes_file, database, job, clock):
        yield (job := step)
    yield job_results.finish_archive(database, job, clock())


def restore(
    client: Client | None, outcomes_file: OutcomesFile, database: Database, job: RestoreJob, clock: Clock
) -> Iterator[RestoreJob]:
    """Carries on an Undo to its end."""
    with database.reading() as session:
        change = remote_changes.restoring(session, job)
    if change is None:
        yield from restores.work(database, job, clock)
        return
    for step in _send(client, change, outcomes_file, database, job, clock):
        yield (job := step)
    yield job_results.finish_restore(database, job, clock())


def _send(
    client: Client | None,
    change: RemoteChange,
    outcomes_file: OutcomesFile,
    database: Database,
    job: JobT,
    clock: Clock,
) -> Iterator[JobT]:
    """Sends the changes and hands over the file of outcomes. The job is not finished here.

    Without an API key nothing is sent, but changes may have been sent while there was one.
    """
    if client is None:
        yield (job := cast(JobT, outbox.stop(database, job, clock, NO_MAILCHIMP)))
    else:
        for step in outbox.work(change, client, database, job, clock):
            yield (job := cast(JobT, step))  # the same job, moved on
    if job_results.needs_file(database, job):
        file = outcomes_file(job, job_results.outcomes(database, job))
        for step in files.hand_over(database, job, clock, file):
            yield cast(JobT, step)
