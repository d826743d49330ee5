"""Undo of an archive, whole or in part: each contact gets back the status it had."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.core import jobs
from bot.core.errors import CleanedError, PlanGone
from bot.core.jobs import Clock
from storage.archives import archives
from storage.archives.tables import Archive
from storage.contacts import bulk
from storage.core import audiences, journal
from storage.core import jobs as job_rows
from storage.core.database import Database, Session
from storage.core.tables import JobRow

ARCHIVES_A_PAGE = 10
CONTACTS_A_CHUNK = 20_000


class AlreadyRestored(CleanedError):
    """Every contact of the archive is back already."""

    key = "error-restore-done"


class NothingLeft(CleanedError):
    """The archive has nobody: its contacts were deleted for good at Mailchimp."""

    key = "error-restore-nothing-left"


class RestoreUnderWay(CleanedError):
    """This archive is being undone at this moment."""

    key = "error-restore-under-way"


class NothingTicked(CleanedError):
    """No contact was ticked."""

    key = "error-restore-nothing-ticked"


@dataclass(frozen=True, slots=True)
class EarlierArchive:
    """An archive of before, as a person sees it."""

    audience_id: int
    id: str
    audience: str
    made_by: str
    made_at: datetime
    n: int
    restored: int

    @property
    def is_whole(self) -> bool:
        """Whether every contact of it is back."""
        return self.restored >= self.n


@dataclass(frozen=True, slots=True)
class ArchivesPage:
    """Archives of before, and whether there are older ones."""

    earlier: Sequence[EarlierArchive]
    has_more: bool


def earlier(database: Database, page: int = 0) -> ArchivesPage:
    """A page of the archives there were, the newest first; pages count from 0."""
    with database.reading() as session:
        found = archives.newest(session, skip=page * ARCHIVES_A_PAGE, most=ARCHIVES_A_PAGE + 1)
    shown = [_earlier(archive, audience.name) for archive, audience in found[:ARCHIVES_A_PAGE]]
    return ArchivesPage(shown, has_more=len(found) > ARCHIVES_A_PAGE)


def one(database: Database, audience_id: int, archive_id: str) -> EarlierArchive:
    """The archive as it is now. Raises PlanGone."""
    with database.reading() as session:
        archive = archives.get(session, audience_id, archive_id)
        audience = audiences.get(session, audience_id)
    if archive is None or audience is None:
        raise PlanGone
    return _earlier(archive, audience.name)


def undo(
    database: Database,
    audience_id: int,
    archive_id: str,
    *,
    by: str,
    now: datetime,
    ids: Sequence[int] | None = None,
    notify: dict[str, Any] | None = None,
) -> JobRow:
    """Leaves the job of restoring the archive, or these contacts of it.

    Raises AlreadyRestored, NothingLeft, RestoreUnderWay, NothingTicked, PlanGone.
    """
    with database.transaction() as session:
        return undo_in(session, audience_id, archive_id, by=by, now=now, ids=ids, notify=notify)


def undo_in(
    session: Session,
    audience_id: int,
    archive_id: str,
    *,
    by: str,
    now: datetime,
    ids: Sequence[int] | None = None,
    notify: dict[str, Any] | None = None,
) -> JobRow:
    """The same, within a transaction."""
    if ids is not None and not ids:
        raise NothingTicked
    # Held, so that of two people who press at once one sees the other's job.
    archive = archives.get(session, audience_id, archive_id, hold=True)
    if archive is None:
        raise PlanGone
    if not archive.n:
        raise NothingLeft
    if archive.restored >= archive.n:
        raise AlreadyRestored
    if any(job.data["archive"] == archive_id for job in job_rows.under_way(session, jobs.RESTORE)):
        raise RestoreUnderWay
    job = jobs.new(
        jobs.RESTORE,
        by=by,
        now=now,
        audience_id=audience_id,
        total=archive.n - archive.restored if ids is None else len(ids),
        archive=archive_id,
        ids=None if ids is None else sorted(ids),
        notify=notify,
    )
    return job_rows.add(session, job)


def undone(database: Database, job: JobRow) -> JobRow | None:
    """The archive's own job, once this Undo has brought the last of its contacts back."""
    with database.reading() as session:
        archive = job_rows.get(session, job.data["archive"])
    return archive if archive and archive.result.get("undone_by") else None


def mark_undone(session: Session, job: JobRow) -> None:
    """The archive's receipt is to say so, if every contact of it is back; in the transaction of the Undo's end."""
    archive = archives.get(session, job.audience_id or 0, job.data["archive"])
    made = job_rows.get(session, job.data["archive"])
    if archive and made and 0 < archive.n <= archive.restored:
        made.result = {**made.result, "undone_by": job.made_by}
        session.add(made)


def work(database: Database, job: JobRow, clock: Clock) -> Iterator[JobRow]:
    """Carries the Undo on from where it is: a chunk a turn, then its end."""
    pace = jobs.Pace(CONTACTS_A_CHUNK)
    while (end := _next_end(database, job, pace.n)) is not None:
        began = clock()
        job = _restore_chunk(database, job, end, began)
        pace.took(clock() - began)
        yield job
    yield _finish(database, job, clock())


def _earlier(archive: Archive, audience: str) -> EarlierArchive:
    return EarlierArchive(
        audience_id=archive.audience_id,
        id=archive.id,
        audience=audience,
        made_by=archive.made_by,
        made_at=archive.made_at,
        n=archive.n,
        restored=archive.restored,
    )


def _next_end(database: Database, job: JobRow, size: int) -> int | None:
    assert job.audience_id is not None  # set by `undo`
    after, ids = job.cursor.get("after", 0), job.data["ids"]
    with database.reading() as session:
        return archives.members_end(session, job.audience_id, job.data["archive"], after, size, ids)


def _restore_chunk(database: Database, job: JobRow, end: int, now: datetime) -> JobRow:
    assert job.audience_id is not None  # set by `undo`
    chunk = (job.cursor.get("after", 0), end)
    with database.transaction() as session:
        revision = bulk.lock(session, job.audience_id).revision
        returned = archives.bring_back(
            session, job.audience_id, job.data["archive"], chunk, job.data["ids"], revision, now
        )
        cursor = {"after": end, "changed": job.cursor.get("changed", 0) + returned.changed}
        return jobs.step(session, job, now, cursor=cursor, done=job.done + returned.restored)


def _finish(database: Database, job: JobRow, now: datetime) -> JobRow:
    changed = job.cursor.get("changed", 0)
    with database.transaction() as session:
        journal.write(
            session,
            who=job.made_by,
            what="restore",
            at=now,
            n=job.done,
            audience_id=job.audience_id,
            archive=job.data["archive"],
            changed=changed,
        )
        mark_undone(session, job)
        return jobs.finish(session, job, now, n=job.done, changed=changed)
