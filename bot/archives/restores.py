"""Undoing an archive, whole or in part: each contact gets back the status it had before."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from bot.archives.jobs import ARCHIVE, RESTORE, ArchiveJob, RestoreJob, RestoreResult, RestoreTask
from bot.core.errors import CleanedError, PlanGone
from bot.jobs import jobs
from bot.jobs.jobs import Clock, Recipient
from storage.archives import archives
from storage.archives.tables import Archive
from storage.audiences import audiences as audience_rows
from storage.audiences import journal
from storage.contacts import bulk
from storage.contacts.contacts import PageKey, Segment
from storage.contacts.reachable import reachable
from storage.core.database import Database, Session

ARCHIVES_PER_PAGE = 10
CONTACTS_PER_CHUNK, CONTACTS_IN_FIRST_CHUNK = 10_000, 1_000
KIND = "restore"


class AlreadyRestored(CleanedError):
    """All contacts of the archive have been restored."""

    key = "error-restore-done"


class NothingLeft(CleanedError):
    """The archive has no contacts any more: they were deleted permanently at Mailchimp."""

    key = "error-restore-nothing-left"


class RestoreUnderWay(CleanedError):
    """Another job is undoing this archive."""

    key = "error-restore-under-way"


class NoContactTicked(CleanedError):
    """No contact was ticked."""

    key = "error-restore-nothing-ticked"


@dataclass(frozen=True, slots=True)
class SharedReceipt:
    """A message with an archive's receipt in a channel, and its language."""

    channel: str
    ts: str
    language: str


@dataclass(frozen=True, slots=True)
class EarlierArchive:
    """An archive, as listed for a person: `restored` of its `n` contacts have been restored, the last by `undone_by`.

    `segment` is what was archived; `shared` are its receipts in channels.
    """

    audience_id: int
    id: str
    audience: str
    made_by: str
    made_at: datetime
    n: int
    restored: int
    undone_by: str | None = None
    segment: Segment | None = None
    shared: tuple[SharedReceipt, ...] = ()

    @property
    def is_restored(self) -> bool:
        """Whether all its contacts have been restored."""
        return self.restored >= self.n


@dataclass(frozen=True, slots=True)
class ArchivesPage:
    """A page of archives, newest first."""

    archives: Sequence[EarlierArchive]
    has_more: bool


@dataclass(frozen=True, slots=True)
class RestoreReceipt:
    """What the message about an Undo's job shows. `archive`: what is undone."""

    job: RestoreJob
    audience: str
    archive: EarlierArchive | None = None


def earlier_archives(database: Database, page: int = 0) -> ArchivesPage:
    """A page of the archives, newest first; pages count from 0."""
    names = {audience.id: audience.name for audience in reachable(database)}
    with database.reading() as session:
        rows = archives.newest(session, names, skip=page * ARCHIVES_PER_PAGE, most=ARCHIVES_PER_PAGE + 1)
        shown = [_earlier(session, row, names[row.audience_id]) for row in rows[:ARCHIVES_PER_PAGE]]
    return ArchivesPage(shown, has_more=len(rows) > ARCHIVES_PER_PAGE)


def get_archive(database: Database, audience_id: int, archive_id: str) -> EarlierArchive:
    """The archive with that id. Raises PlanGone."""
    with database.reading() as session:
        archive = archives.get(session, audience_id, archive_id)
        audience = audience_rows.get(session, audience_id)
        if archive is None or audience is None:
            raise PlanGone
        return _earlier(session, archive, audience.name)


def record_shared(database: Database, archive: EarlierArchive, copy: SharedReceipt) -> None:
    """Records that the archive's receipt was shared, to be updated once it is undone."""
    with database.transaction() as session:
        row = archives.get(session, archive.audience_id, archive.id, lock=True)
        if row:
            row.shared = [*(row.shared or []), asdict(copy)]
            session.add(row)


def undo(
    database: Database,
    audience_id: int,
    archive_id: str,
    *,
    by: str,
    now: datetime,
    ids: Sequence[int] | None = None,
    recipient: Recipient | None = None,
) -> RestoreJob:
    """Creates the job that undoes the archive, or restores these contacts of it.

    Raises AlreadyRestored, NothingLeft, RestoreUnderWay, NoContactTicked, PlanGone.
    """
    with database.transaction() as session:
        return undo_in(session, audience_id, archive_id, by=by, now=now, ids=ids, recipient=recipient)


def undo_in(
    session: Session,
    audience_id: int,
    archive_id: str,
    *,
    by: str,
    now: datetime,
    ids: Sequence[int] | None = None,
    recipient: Recipient | None = None,
) -> RestoreJob:
    """As `undo`, within a transaction."""
    if ids is not None and not ids:
        raise NoContactTicked
    # Locked, so that of two simultaneous requests the second one finds the first one's job.
    archive = archives.get(session, audience_id, archive_id, lock=True)
    if archive is None:
        raise PlanGone
    if not archive.n:
        raise NothingLeft
    if archive.restored >= archive.n:
        raise AlreadyRestored
    undos = jobs.unfinished(session, RESTORE, audience_id=audience_id)
    if any(undo.task.archive == archive_id for undo in undos):
        raise RestoreUnderWay
    return jobs.create(
        session,
        RESTORE,
        RestoreTask(archive_id, None if ids is None else tuple(sorted(ids))),
        by=by,
        now=now,
        audience_id=audience_id,
        total=archive.n - archive.restored if ids is None else len(ids),
        recipient=recipient,
    )


def undone_archive(database: Database, job: RestoreJob) -> ArchiveJob | None:
    """The archive's job, if all contacts of the archive have been restored; else None."""
    with database.reading() as session:
        is_undone = archives.undone_by(session, job.audience_id, job.task.archive) is not None
        return jobs.get(session, ARCHIVE, job.task.archive) if is_undone else None


def record_undone(session: Session, job: RestoreJob) -> None:
    """Records who undid the archive if all its contacts are restored, in the transaction that ends the Undo."""
    archive = archives.get(session, job.audience_id, job.task.archive)
    if archive and 0 < archive.n <= archive.restored:
        archive.undone_by = job.made_by
        session.add(archive)


def receipt(database: Database, job: RestoreJob) -> RestoreReceipt:
    """What the message about the job shows. Raises PlanGone."""
    archive = get_archive(database, job.audience_id, job.task.archive)
    return RestoreReceipt(job, archive.audience, archive)


def work(database: Database, job: RestoreJob, clock: Clock) -> Iterator[RestoreJob]:
    """Restores the remaining contacts of a local audience, a chunk at a time."""
    with database.reading() as session:
        # Read without a lock: `restore_contacts` checks again that the archive holds each of them.
        ids = archives.restorable_ids(session, job.audience_id, job.task.archive, job.task.ids)
    step_size, start = jobs.StepSize(CONTACTS_PER_CHUNK, first=CONTACTS_IN_FIRST_CHUNK), 0
    done_before = job.done
    while start < len(ids):
        chunk, began = ids[start : start + step_size.rows], clock()
        job = _restore_chunk(database, job, chunk, began)
        start += len(chunk)
        step_size.adapt(clock() - began)
        yield job
    place, is_over = None, job.task.ids is not None
    while not is_over:
        began = clock()
        job, place = _restore_next(database, job, place, step_size.rows, began)
        step_size.adapt(clock() - began)
        is_over = place is None
        yield job
    yield _finish(database, job, clock(), n_left=len(ids) - (job.done - done_before))


def _earlier(session: Session, archive: Archive, audience: str) -> EarlierArchive:
    job = jobs.get(session, ARCHIVE, archive.id)
    return EarlierArchive(
        audience_id=archive.audience_id,
        id=archive.id,
        audience=audience,
        made_by=archive.made_by,
        made_at=archive.made_at,
        n=archive.n,
        restored=archive.restored,
        undone_by=archive.undone_by,
        segment=job.task.segment if job else None,
        shared=tuple(SharedReceipt(**copy) for copy in archive.shared or ()),
    )


def _restore_chunk(database: Database, job: RestoreJob, chunk: Sequence[int], now: datetime) -> RestoreJob:
    with database.transaction() as session:
        revision = bulk.lock(session, job.audience_id).revision
        n = archives.restore_contacts(session, job.audience_id, job.task.archive, chunk, revision, now)
        return jobs.step(session, job, now, done=job.done + n)


def _restore_next(
    database: Database, job: RestoreJob, after: PageKey | None, most: int, now: datetime
) -> tuple[RestoreJob, PageKey | None]:
    with database.transaction() as session:
        revision = bulk.lock(session, job.audience_id).revision
        n, place = archives.restore_next(session, job.audience_id, job.task.archive, after, most, revision)
        return jobs.step(session, job, now, done=job.done + n), place


def _finish(database: Database, job: RestoreJob, now: datetime, *, n_left: int) -> RestoreJob:
    """Ends the job. `n_left`: how many of the ids asked for were not restored."""
    with database.transaction() as session:
        changed = n_left
        archive = archives.get(session, job.audience_id, job.task.archive)
        if archive and job.task.ids is None:
            # What the archive still holds was left as it is, because it had changed.
            changed = archive.n - archive.restored
        journal.write(
            session,
            who=job.made_by,
            what=KIND,
            at=now,
            n=job.done,
            audience_id=job.audience_id,
            archive=job.task.archive,
            changed=changed,
        )
        record_undone(session, job)
        return jobs.finish(session, job, now, RestoreResult(n=job.done, changed=changed))
