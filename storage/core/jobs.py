"""Long work as rows: who holds it, how far it is, and the file an import reads."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, delete, or_, update
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from storage.core import leases
from storage.core.tables import JobRow

PART_BYTES = 1 << 20
LONGEST_LEASES = 4  # a job given back after a fault waits longer than a lease lasts, and clocks differ


class LeaseLost(Exception):
    """Another process carries this job on; this one must stop."""


def add(session: Session, job: JobRow) -> JobRow:
    session.add(job)
    session.flush()
    return job


def get(session: Session, job_id: str) -> JobRow | None:
    return session.get(JobRow, job_id)


def claim(
    session: Session, kinds: Collection[str], owner: str, now: datetime, until: datetime
) -> JobRow | None:
    """The oldest job that is free, now the owner's until the lease runs out; None if there is none.

    Free is: waiting; running or untold with a lease that ran out, or that lasts longer than any is given: then the
    clock was put back. Work that changes an audience waits for the work that does so already, so that two archives
    don't take each other's contacts.
    """
    return _claim(session, col(JobRow.kind).in_(kinds), owner, now, until)


def claim_one(session: Session, job_id: str, owner: str, now: datetime, until: datetime) -> JobRow | None:
    """As `claim`, for one job."""
    return _claim(session, col(JobRow.id) == job_id, owner, now, until)


def _claim(
    session: Session, wanted: ColumnElement[bool], owner: str, now: datetime, until: datetime
) -> JobRow | None:
    longest = now + LONGEST_LEASES * (until - now)
    free = or_(
        col(JobRow.lease_until).is_(None), col(JobRow.lease_until) < now, col(JobRow.lease_until) > longest
    )
    # In the words of the index of these few: those that ended and were told stay for good.
    unfinished = and_(col(JobRow.told_at).is_(None), col(JobRow.state) != "receiving")
    other = aliased(JobRow)
    busy = (
        select(other.id)
        .where(
            col(JobRow.state).in_(("waiting", "running")),  # a receipt waits for nobody
            other.audience_id == JobRow.audience_id,
            other.id != JobRow.id,
            col(other.state) == "running",
            col(other.lease_until).between(now, longest),
            col(other.kind) != "export",
        )
        .exists()
    )
    claimable = (free, unfinished, wanted, or_(col(JobRow.kind) == "export", ~busy))
    if session.exec(select(JobRow.id).where(*claimable).limit(1)).first() is None:
        return None
    query = select(JobRow).where(*claimable).order_by(col(JobRow.made_at)).limit(1)
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


def received(session: Session, job_id: str) -> JobRow:
    """The job's file is kept: from now on it waits for its turn."""
    job = session.exec(select(JobRow).where(JobRow.id == job_id)).one()
    job.state, job.lease_until = "waiting", None
    session.add(job)
    session.flush()
    return job


def forget_told(session: Session, kind: str, before: datetime) -> int:
    """Forgets the jobs of that kind that ended and were told before; returns how many."""
    ended = and_(
        col(JobRow.kind) == kind, col(JobRow.state).in_(("done", "failed")), col(JobRow.told_at) < before
    )
    return session.connection().execute(delete(JobRow).where(ended)).rowcount


def save(session: Session, job: JobRow, **changes: Any) -> JobRow:
    """Writes these columns of a job, if the lease is still its owner's.

    Raises LeaseLost: then the caller's transaction must not commit.
    """
    held = and_(col(JobRow.id) == job.id, col(JobRow.owner) == job.owner)
    session.flush()  # what expires below would be forgotten
    if not session.connection().execute(update(JobRow).where(held).values(**changes)).rowcount:
        raise LeaseLost
    session.expire_all()
    fresh = session.exec(select(JobRow).where(JobRow.id == job.id)).one()
    session.expunge(fresh)
    return fresh


def release(session: Session, job: JobRow) -> None:
    """Gives the lease back at once, so that another process need not wait for it to run out.

    That counts as no attempt: nothing went wrong.
    """
    held = and_(col(JobRow.id) == job.id, col(JobRow.owner) == job.owner)
    given = {"lease_until": None, "attempts": col(JobRow.attempts) - 1}
    session.connection().execute(update(JobRow).where(held).values(**given))


def owners(session: Session) -> Sequence[str]:
    """Who holds a job, each once."""
    held = (
        select(JobRow.owner)
        .where(col(JobRow.owner).is_not(None), col(JobRow.lease_until).is_not(None))
        .distinct()
    )
    return [owner for owner in session.exec(held).all() if owner]


def free(session: Session, owner: str) -> None:
    """Takes the leases of this owner away: its jobs can be carried on at once, and not by itself."""
    free = {"owner": None, "lease_until": None}
    session.connection().execute(update(JobRow).where(col(JobRow.owner) == owner).values(**free))


def under_way(session: Session, kind: str | None = None) -> Sequence[JobRow]:
    """The jobs that are not finished, oldest first."""
    query = select(JobRow).where(col(JobRow.state).in_(("waiting", "running"))).order_by(col(JobRow.made_at))
    return session.exec(query.where(JobRow.kind == kind) if kind else query).all()
