"""Audiences for tests, made by the import itself."""

import io
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

from sqlmodel import select

from bot.imports import imports
from bot.imports.jobs import IMPORT
from bot.jobs import jobs
from bot.jobs.jobs import Clock, Job, JobType, ProgressT, ResultT, TaskT
from storage.contacts.tables import Contact
from storage.core.database import Database
from tests.conftest import NOW


class Times:
    """A clock that a test moves."""

    def __init__(self, now: datetime = NOW) -> None:
        self.now = now

    def __call__(self) -> datetime:
        self.now += timedelta(seconds=1)
        return self.now


def import_csv(
    database: Database, text: str, *, name: str = "cleaned_x_export.csv", audience: str = "News"
) -> int:
    """Imports a CSV; returns the audience's id."""
    imports.receive(database, io.BytesIO(text.encode()), name=name, audience=audience, by="U1", now=NOW)
    job = run(database, IMPORT, imports.work)
    return job.audience_id


def cleaned(
    database: Database, n: int, *, first: int = 0, domain: str = "example.com", audience: str = "News"
) -> int:
    """Adds so many cleaned contacts, a minute between two; returns the audience's id."""
    start = datetime(2026, 11, 1, tzinfo=UTC)
    rows = (
        f"person{i}@{domain},Ann,{start + timedelta(minutes=i):%Y-%m-%d %H:%M:%S},{('hard', 'soft')[i % 2]}"
        for i in range(first, first + n)
    )
    header = "Email Address,First Name,CLEAN_TIME,CLEAN_REASON"
    return import_csv(database, "\n".join([header, *rows]), audience=audience)


def claim(
    database: Database, type_: JobType[TaskT, ProgressT, ResultT], now: datetime = NOW
) -> Job[TaskT, ProgressT, ResultT]:
    job = jobs.claim(database, [type_], jobs.owner(), now)
    assert job
    return job


def run(
    database: Database,
    type_: JobType[TaskT, ProgressT, ResultT],
    work: Callable[
        [Database, Job[TaskT, ProgressT, ResultT], Clock], Iterator[Job[TaskT, ProgressT, ResultT]]
    ],
    now: datetime = NOW,
) -> Job[TaskT, ProgressT, ResultT]:
    """Runs the next job of the type to its end, as the worker does."""
    *_, job = work(database, claim(database, type_, now), lambda: now)
    jobs.mark_told(database, job, now)
    return job


def step(steps: Iterator[Job[TaskT, ProgressT, ResultT]], n: int = 1) -> Job[TaskT, ProgressT, ResultT]:
    """The job after n steps of its work."""
    for _ in range(n):
        job = next(steps)
    return job


def statuses(database: Database, audience_id: int) -> dict[str, str]:
    """Address → status."""
    with database.reading() as session:
        found = session.exec(
            select(Contact.address, Contact.status).where(Contact.audience_id == audience_id)
        )
        return dict(found.all())
