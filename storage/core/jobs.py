"""Long work as rows: who holds it, how far it is, and the file an import reads."""

import io
from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from typing import Any, BinaryIO

from sqlalchemy import ColumnElement, and_, delete, or_, update
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, func, select

from storage.core import leases
from storage.core.database import Database
from storage.core.tables import Job, RefusedRow, UploadPart

PART_BYTES = 1 << 20
LONGEST_LEASES = 4  # a job given back after a fault waits longer than a lease lasts, and clocks differ


class LeaseLost(Exception):
    """Another process carries this job on; this one must stop."""


def add(session: Session, job: Job) -> Job:
    session.add(job)
    session.flush()
    return job


def get(session: Session, job_id: str) -> Job | None:
    return session.get(Job, job_id)


def claim(session: Session, kinds: Collection[str], owner: str, now: datetime, until: datetime) -> Job | None:
    """The oldest job that is free, now the owner's until the lease runs out; None if there is none.

    Free is: waiting; running or untold with a lease that ran out, or that lasts longer than any is given: then the
    clock was put back. Work that changes an audience waits for the work that does so already, so that two archives
    don't take each other's contacts.
    """
    return _claim(session, col(Job.kind).in_(kinds), owner, now, until)


def claim_one(session: Session, job_id: str, owner: str, now: datetime, until: datetime) -> Job | None:
    """As `claim`, for one job."""
    return _claim(session, col(Job.id) == job_id, owner, now, until)


def _claim(
    session: Session, wanted: ColumnElement[bool], owner: str, now: datetime, until: datetime
) -> Job | None:
    longest = now + LONGEST_LEASES * (until - now)
    free = or_(col(Job.lease_until).is_(None), col(Job.lease_until) < now, col(Job.lease_until) > longest)
    # In the words of the index of these few: those that ended and were told stay for good.
    unfinished = and_(col(Job.told_at).is_(None), col(Job.state) != "receiving")
    other = aliased(Job)
    busy = (
        select(other.id)
        .where(
            col(Job.state).in_(("waiting", "running")),  # a receipt waits for nobody
            other.audience_id == Job.audience_id,
            other.id != Job.id,
            col(other.state) == "running",
            col(other.lease_until).between(now, longest),
            col(other.kind) != "export",
        )
        .exists()
    )
    claimable = (free, unfinished, wanted, or_(col(Job.kind) == "export", ~busy))
    if session.exec(select(Job.id).where(*claimable).limit(1)).first() is None:
        return None
    query = select(Job).where(*claimable).order_by(col(Job.made_at)).limit(1)
    # Two that claim at once would each find the audience free for another job of it.
    leases.lock_claims(session)
    job = session.exec(query.with_for_update(skip_locked=True)).first()
    if job is None:
        return None
    if job.state == "waiting":
        job.state = "running"
    job.attempts += 1
    job.owner, job.lease_until = owner, until
    session.add(job)
    session.flush()
    return job


def received(session: Session, job_id: str) -> Job:
    """The job's file is kept: from now on it waits for its turn."""
    job = session.exec(select(Job).where(Job.id == job_id)).one()
    job.state, job.lease_until = "waiting", None
    session.add(job)
    session.flush()
    return job


def forget(session: Session, job_id: str) -> None:
    """Drops a job and what there is of its file."""
    drop_upload(session, job_id)
    session.connection().execute(delete(Job).where(col(Job.id) == job_id))


def forget_unreceived(session: Session, before: datetime) -> None:
    """Forgets the jobs made before that whose files were never kept whole."""
    dead = select(Job.id).where(Job.state == "receiving", col(Job.made_at) < before)
    for job_id in session.exec(dead).all():
        forget(session, job_id)


def forget_told(session: Session, kind: str, before: datetime) -> int:
    """Forgets the jobs of that kind that ended and were told before; returns how many."""
    ended = and_(col(Job.kind) == kind, col(Job.state).in_(("done", "failed")), col(Job.told_at) < before)
    return session.connection().execute(delete(Job).where(ended)).rowcount


def save(session: Session, job: Job, **changes: Any) -> Job:
    """Writes these columns of a job, if the lease is still its owner's.

    Raises LeaseLost: then the caller's transaction must not commit.
    """
    held = and_(col(Job.id) == job.id, col(Job.owner) == job.owner)
    session.flush()  # what expires below would be forgotten
    if not session.connection().execute(update(Job).where(held).values(**changes)).rowcount:
        raise LeaseLost
    session.expire_all()
    fresh = session.exec(select(Job).where(Job.id == job.id)).one()
    session.expunge(fresh)
    return fresh


def release(session: Session, job: Job) -> None:
    """Gives the lease back at once, so that another process need not wait for it to run out.

    That counts as no attempt: nothing went wrong.
    """
    held = and_(col(Job.id) == job.id, col(Job.owner) == job.owner)
    given = {"lease_until": None, "attempts": col(Job.attempts) - 1}
    session.connection().execute(update(Job).where(held).values(**given))


def owners(session: Session) -> Sequence[str]:
    """Who holds a job, each once."""
    held = select(Job.owner).where(col(Job.owner).is_not(None), col(Job.lease_until).is_not(None)).distinct()
    return [owner for owner in session.exec(held).all() if owner]


def free(session: Session, owner: str) -> None:
    """Takes the leases of this owner away: its jobs can be carried on at once, and not by itself."""
    free = {"owner": None, "lease_until": None}
    session.connection().execute(update(Job).where(col(Job.owner) == owner).values(**free))


def under_way(session: Session, kind: str | None = None) -> Sequence[Job]:
    """The jobs that are not finished, oldest first."""
    query = select(Job).where(col(Job.state).in_(("waiting", "running"))).order_by(col(Job.made_at))
    return session.exec(query.where(Job.kind == kind) if kind else query).all()


def refuse(session: Session, rows: Sequence[RefusedRow]) -> None:
    """Keeps the rows, with U+FFFD for NUL, which PostgreSQL's text can't hold."""
    for row in rows:
        row.row = row.row.replace("\0", "\ufffd")
    session.add_all(rows)
    session.flush()


def refused(session: Session, job_id: str) -> Iterator[RefusedRow]:
    """The rows an import refused, in the order of the file."""
    query = select(RefusedRow).where(RefusedRow.job_id == job_id).order_by(col(RefusedRow.n))
    yield from session.exec(query, execution_options={"yield_per": 1_000})


def drop_refused(session: Session, job_id: str) -> None:
    session.connection().execute(delete(RefusedRow).where(col(RefusedRow.job_id) == job_id))


def store_upload(session: Session, job_id: str, file: BinaryIO, *, at_once: int = 64) -> int:
    """Keeps the next parts of a file, at most `at_once`; returns how many bytes (0: the file has ended)."""
    first = session.exec(select(func.count()).where(UploadPart.job_id == job_id)).one()
    size = 0
    for n in range(first, first + at_once):
        body = file.read(PART_BYTES)
        if not body:
            break
        session.connection().execute(
            UploadPart.__table__.insert(),  # type: ignore[attr-defined]
            {"job_id": job_id, "n": n, "body": body},
        )
        size += len(body)
    return size


def drop_upload(session: Session, job_id: str) -> None:
    session.connection().execute(delete(UploadPart).where(col(UploadPart.job_id) == job_id))


class Upload(io.RawIOBase):
    """The kept file, seekable, read part by part."""

    def __init__(self, database: Database, job_id: str, size: int) -> None:
        self._database, self._job_id, self._size = database, job_id, size
        self._at = 0
        self._part: tuple[int, bytes] = (-1, b"")

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        self._at = max(0, start + offset)
        return self._at

    def readinto(self, buffer: Any) -> int:
        n, inside = divmod(self._at, PART_BYTES)
        piece = self._body(n)[inside : inside + len(buffer)]
        buffer[: len(piece)] = piece
        self._at += len(piece)
        return len(piece)

    def _body(self, n: int) -> bytes:
        if self._part[0] != n:
            with self._database.reading() as session:
                part = session.get(UploadPart, (self._job_id, n))
                self._part = (n, part.body if part else b"")
        return self._part[1]
