"""Archives and Undos of a Mailchimp audience in tests, and checks of what became of each address."""

import re
from collections import Counter
from collections.abc import Generator
from typing import Any

from sqlmodel import select

from bot.archives import archives, restores
from bot.archives.jobs import ARCHIVE, RESTORE, ArchiveJob, RestoreJob
from bot.jobs import jobs
from bot.jobs.jobs import AnyJob, JobType
from bot.mailchimp.outbox import job_results, outbox, remote_changes
from handlers.standins.mailchimp.standin import Standin
from storage.archives.tables import Archive, ArchiveMember
from storage.contacts.contacts import Segment
from storage.core.database import Database
from storage.jobs.tables import JobKind
from storage.mailchimp.api.client import Client
from storage.mailchimp.tables import Outgoing
from tests.support.audiences import claim, statuses
from tests.support.figures import assert_exact
from tests.support.mirrors import effects, now, truth


def plan(database: Database, audience: int, **segment) -> archives.ArchivePlan:
    wanted = Segment(audience_id=audience, **segment)
    return archives.plan(database, wanted, by="U1", word="ARCHIVE", now=now())


def confirm(database: Database, planned: archives.ArchivePlan) -> ArchiveJob:
    return archives.confirm(database, planned.id, "ARCHIVE", by="U1", now=now())


def steps(database: Database, client: Client, job: AnyJob) -> Generator[AnyJob]:
    """All of a job's work, as the worker has it done."""
    is_archive = job.kind == JobKind.ARCHIVE
    with database.reading() as session:
        change = (remote_changes.archiving if is_archive else remote_changes.restoring)(session, job)
    assert change
    for latest in outbox.work(change, client, database, job, now, lambda _seconds: None):
        job = latest
        yield job
    yield (job_results.finish_archive if is_archive else job_results.finish_restore)(database, job, now())


def run(database: Database, client: Client, type_: JobType[Any, Any, Any]) -> AnyJob:
    *_, job = steps(database, client, claim(database, type_, now()))
    jobs.mark_told(database, job, now())
    return job


def archive(database: Database, client: Client, audience: int, **segment) -> ArchiveJob:
    confirm(database, plan(database, audience, **segment))
    return run(database, client, ARCHIVE)


def undo(database: Database, client: Client, done: ArchiveJob, **how) -> RestoreJob:
    restores.undo(database, done.audience_id, done.id, by="U2", now=now(), **how)
    return run(database, client, RESTORE)


def rows(database: Database, job: AnyJob) -> list[Outgoing]:
    with database.reading() as session:
        return list(session.exec(select(Outgoing).where(Outgoing.job_id == job.id)))


def assert_true(database: Database, standin: Standin, remote: str, job: AnyJob) -> None:
    """The mirror and every address's outcome are what Mailchimp has; nothing was archived twice; figures are exact."""
    theirs = truth(standin, remote)
    assert statuses(database, job.audience_id) == theirs
    wanted = "archived" if job.kind == JobKind.ARCHIVE else "cleaned"
    for line in job_results.outcomes(database, job):
        assert (line.state == "done") == (theirs[line.address] == wanted), line.state
        assert bool(line.refusal) == (line.state == "refused")
    told = Counter(row.state for row in rows(database, job))
    assert job.outcome.n == told["done"]
    assert sum(job.outcome.refusals.values()) == told["refused"]
    assert job.outcome.waiting == told["waiting"] + told["sent"]
    with database.reading() as session:
        for made in session.exec(select(Archive)):
            members = session.exec(select(ArchiveMember).where(ArchiveMember.archive_id == made.id)).all()
            assert made.n == len(members)
            assert made.restored == sum(member.restored_at is not None for member in members)
    assert max(effects(standin).values(), default=0) <= 1
    assert_exact(database)


def calls(standin: Standin, method: str, path: str) -> list[str]:
    return [
        asked.path for asked in standin.requests if asked.method == method and re.fullmatch(path, asked.path)
    ]


def assert_outcomes(database: Database, standin: Standin, remote: str, job: AnyJob) -> None:
    assert statuses(database, job.audience_id) == truth(standin, remote)
    assert_exact(database)
