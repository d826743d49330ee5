"""Rows of jobs: which one a process may claim, its lease, progress and result."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Table, and_, delete, or_, update
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, func, select

from storage.core.engines import insert
from storage.jobs import task_leases
from storage.jobs.tables import ENDED, UNFINISHED, JobKind, JobRow, JobState

# A job that failed waits longer than a lease lasts before it is tried again, and the clocks of processes differ.
LONGEST_WAIT_IN_LEASES = 4

_TABLE: Table = JobRow.__table__  # type: ignore[attr-defined]
# Written like the condition of the partial index, which holds few rows: most jobs have ended.
_HAS_WORK = and_(col(JobRow.told_at).is_(None), col(JobRow.state) != JobState.RECEIVING.value)
_ANY_WITH_WORK = select(JobRow.id).where(_HAS_WORK).limit(1)  # made once: workers ask every second


class LeaseLost(Exception):
    """Another process has taken over the job; this one must stop."""


def add(session: Session, row: JobRow) -> JobRow:
    """Stores the row and returns it; if there is one with its id, of another request at the same moment, returns that."""
    statement = insert(session, _TABLE).values(row.model_dump()).on_conflict_do_nothing()
    session.connection().execute(statement)
    return session.exec(select(JobRow).where(JobRow.id == row.id)).one()


def get(session: Session, job_id: str) -> JobRow | None:
    return session.get(JobRow, job_id)


def any_with_work(session: Session) -> bool:
    """Whether there is a job that has not ended or been told, available or not."""
    return session.connection().execute(_ANY_WITH_WORK).first() is not None


def claim(
    session: Session, kinds: Collection[JobKind], owner: str, now: datetime, until: datetime
) -> JobRow | None:
    """Leases the oldest available job of these kinds to the owner; None if there is none.

    A job is available if it waits, or if it is running or has no receipt yet and its lease has expired. A lease
    that lasts longer than any that is given counts as expired: the clock was set back. A job that changes an
    audience is not available while another one changes it, so that two archives can't take each other's contacts.
    """
    return _claim(session, col(JobRow.kind).in_(kinds), owner, now, until)


def claim_one(session: Session, job_id: str, owner: str, now: datetime, until: datetime) -> JobRow | None:
    """Leases this job to the owner; None if it is not available, as in `claim`."""
    return _claim(session, col(JobRow.id) == job_id, owner, now, until)


def _claim(
    session: Session, condition: ColumnElement[bool], owner: str, now: datetime, until: datetime
) -> JobRow | None:
    latest = now + LONGEST_WAIT_IN_LEASES * (until - now)
    lease = col(JobRow.lease_until)
    is_free = or_(lease.is_(None), lease < now, lease > latest)
    other = aliased(JobRow)
    audience_is_busy = (
        select(other.id)
        .where(
            col(JobRow.state).in_(UNFINISHED),  # sending a receipt waits for nobody
            other.audience_id == JobRow.audience_id,
            other.id != JobRow.id,
            col(other.state) == JobState.RUNNING.value,
            col(other.lease_until).between(now, latest),
            col(other.kind) != JobKind.EXPORT.value,
        )
        .exists()
    )
    is_export = col(JobRow.kind) == JobKind.EXPORT.value
    available = (is_free, _HAS_WORK, condition, or_(is_export, ~audience_is_busy))
    if session.exec(select(JobRow.id).where(*available).limit(1)).first() is None:
        return None
    query = select(JobRow).where(*available).order_by(col(JobRow.made_at)).limit(1)
    # Two processes that claim at once would each find the audience free for another of its jobs.
    task_leases.lock_claims(session)
    row = session.exec(query.with_for_update(skip_locked=True)).first()
    if row is None:
        return None
    if row.state == JobState.WAITING:
        row.state = JobState.RUNNING.value
    row.attempts += 1
    row.owner, row.lease_until = owner, until
    session.add(row)
    session.flush()
    return row


def mark_received(session: Session, job_id: str) -> JobRow:
    """Lets the job wait for a worker, now that its file is stored."""
    row = session.exec(select(JobRow).where(JobRow.id == job_id)).one()
    row.state, row.lease_until = JobState.WAITING.value, None
    session.add(row)
    session.flush()
    return row


def delete_told(session: Session, kind: JobKind, before: datetime) -> int:
    """Deletes the jobs of the kind that ended and whose receipt was sent before; returns how many."""
    ended = and_(col(JobRow.kind) == kind.value, col(JobRow.state).in_(ENDED), col(JobRow.told_at) < before)
    return session.connection().execute(delete(JobRow).where(ended)).rowcount


def save(session: Session, job_id: str, owner: str | None, **columns: Any) -> JobRow:
    """Writes these columns of a job and returns its row, if the lease is still the owner's.

    Raises LeaseLost: then the caller's transaction must not commit.
    """
    session.flush()  # changes that are not flushed would be lost when objects expire below
    update_row = update(JobRow).where(_is_held(job_id, owner)).values(**columns)
    if not session.connection().execute(update_row).rowcount:
        raise LeaseLost
    session.expire_all()
    row = session.exec(select(JobRow).where(JobRow.id == job_id)).one()
    session.expunge(row)
    return row


def end(session: Session, job_id: str, now: datetime, result: dict[str, Any]) -> None:
    """Ends the job as failed, whoever runs it: that one loses its lease."""
    columns = {"state": JobState.FAILED.value, "finished_at": now, "result": result}
    columns |= {"owner": None, "lease_until": None}
    session.connection().execute(update(JobRow).where(col(JobRow.id) == job_id).values(**columns))


def set_recipient(session: Session, job_id: str, recipient: dict[str, Any]) -> None:
    """Sets whom a job informs, whoever holds its lease."""
    session.connection().execute(update(JobRow).where(col(JobRow.id) == job_id).values(notify=recipient))


def release(session: Session, job_id: str, owner: str | None) -> None:
    """Ends the owner's lease, so that another process need not wait for it to expire.

    It doesn't count as an attempt, since nothing went wrong.
    """
    columns = {"lease_until": None, "attempts": col(JobRow.attempts) - 1}
    session.connection().execute(update(JobRow).where(_is_held(job_id, owner)).values(**columns))


def owners(session: Session) -> Sequence[str]:
    """Owners holding a lease of a job."""
    is_held = (col(JobRow.owner).is_not(None), col(JobRow.lease_until).is_not(None))
    return [owner for owner in session.exec(select(JobRow.owner).where(*is_held).distinct()).all() if owner]


def release_all(session: Session, owner: str) -> None:
    """Ends all leases of the owner, who can't save these jobs any more."""
    columns = {"owner": None, "lease_until": None}
    session.connection().execute(update(JobRow).where(col(JobRow.owner) == owner).values(**columns))


def unfinished(
    session: Session,
    kind: JobKind,
    *,
    audience_id: int | None = None,
    states: Collection[JobState] = UNFINISHED,
) -> Sequence[JobRow]:
    """Jobs of the kind that are waiting or running (or in `states`), oldest first."""
    conditions = [col(JobRow.kind) == kind.value, col(JobRow.state).in_(states)]
    if audience_id is not None:
        conditions.append(col(JobRow.audience_id) == audience_id)
    return session.exec(select(JobRow).where(*conditions).order_by(col(JobRow.made_at))).all()


def count_unfinished(session: Session) -> Sequence[tuple[str, str, int, datetime]]:
    """Of the jobs that have not ended: kind, state, how many, and when the oldest was made."""
    kind, state = col(JobRow.kind), col(JobRow.state)
    query = select(kind, state, func.count(), func.min(JobRow.made_at))
    rows = session.exec(query.where(state.in_((JobState.RECEIVING, *UNFINISHED))).group_by(kind, state))
    return [(row[0], row[1], row[2], row[3]) for row in rows]


def _is_held(job_id: str, owner: str | None) -> ColumnElement[bool]:
    return and_(col(JobRow.id) == job_id, col(JobRow.owner) == owner)
