"""Audiences for tests, made by the import itself, and the recount that the kept figures are held against."""

import io
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta

from sqlmodel import select

from bot import imports, jobs
from bot.jobs import Work
from storage import audiences, tallies
from storage.database import Database
from storage.tables import CleanedDay, Contact, DomainCount, Job
from storage.tallies import day_of
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
    job = run(database, jobs.IMPORT, imports.work)
    assert job.audience_id
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


def claim(database: Database, kind: str, now: datetime = NOW) -> Job:
    job = jobs.claim(database, [kind], jobs.owner(), now)
    assert job
    return job


def run(database: Database, kind: str, work: Work, now: datetime = NOW) -> Job:
    """Does the next job of the kind to its end, as the worker does."""
    *_, job = work(database, claim(database, kind, now), lambda: now)
    jobs.told(database, job, now)
    return job


def step(steps: Iterator[Job], n: int = 1) -> Job:
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


def assert_figures_are_a_recount(database: Database, audience_id: int) -> None:
    """Each kept figure equals what counting the contacts gives."""
    with database.reading() as session:
        contacts = session.exec(select(Contact).where(Contact.audience_id == audience_id)).all()
        days = session.exec(
            select(CleanedDay).where(CleanedDay.audience_id == audience_id, CleanedDay.n != 0)
        )
        domains = session.exec(select(DomainCount).where(DomainCount.audience_id == audience_id))
        assert tallies.by_status_and_reason(session, audience_id) == _count(
            (c.status, c.clean_reason or "") for c in contacts
        )
        assert {(d.day, d.reason): d.n for d in days} == _count(
            (day_of(c.cleaned_at), c.clean_reason or "") for c in contacts if c.cleaned_at
        )
        kept = {d.domain: (d.subscribed, d.cleaned) for d in domains if d.subscribed or d.cleaned}
        subscribed = _count(c.domain for c in contacts if c.status == "subscribed")
        dead = _count(c.domain for c in contacts if c.status == "cleaned")
        assert kept == {d: (subscribed.get(d, 0), dead.get(d, 0)) for d in subscribed | dead}


def audience_id(database: Database, name: str) -> int:
    with database.reading() as session:
        found = audiences.named(session, name)
    assert found
    assert found.id
    return found.id


def _count(items: Iterable[object]) -> dict[object, int]:
    return dict(Counter(items))
