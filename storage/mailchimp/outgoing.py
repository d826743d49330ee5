"""Rows of the outbox: changes of contacts that Mailchimp has to make, with their outcomes.

A row is `sent` from the moment before its call until the answer is stored. Its `batch_id` says how: SINGLE_CALL for a call of
its own, STARTING for a batch whose id is not known yet, or the id of a batch.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, Table, delete, exists, func, insert, select, update
from sqlmodel import Session, col
from sqlmodel import select as select_model

from storage.contacts.contacts import TABLE, Segment, conditions_by_id
from storage.contacts.values import Status
from storage.jobs.tables import JobKind, JobRow
from storage.mailchimp.api.values import member_hash
from storage.mailchimp.tables import Outgoing, OutgoingState

SINGLE_CALL, STARTING = "", "?"
_JOBS_PER_STATEMENT = 1_000

_ROW: Table = Outgoing.__table__  # type: ignore[attr-defined]


class Target(NamedTuple):
    """A contact to change. `status_before` is the status it had before it was archived, None if it is not.

    `remote_hash`: see `Contact`.
    """

    id: int
    address: str
    status_before: str | None
    remote_hash: str | None

    @property
    def hash(self) -> str:
        """Its id in the paths of Mailchimp's API."""
        return member_hash(self.address, self.remote_hash)


class AddressOutcome(NamedTuple):
    """The outcome of the change of one address; `detail` is Mailchimp's own words."""

    address: str
    state: OutgoingState
    refusal: str
    detail: str


class OutboxKey(NamedTuple):
    """The rows of one job, and conditions for queries of them."""

    audience_id: int
    job_id: str

    @property
    def rows(self) -> list[ColumnElement[bool]]:
        return [_ROW.c.audience_id == self.audience_id, _ROW.c.job_id == self.job_id]

    def in_state(self, state: OutgoingState) -> list[ColumnElement[bool]]:
        return [*self.rows, _ROW.c.state == state.value]

    def sent_in(self, batch_id: str) -> list[ColumnElement[bool]]:
        return [*self.in_state(OutgoingState.SENT), _ROW.c.batch_id == batch_id]


def add(session: Session, key: OutboxKey, contact_ids: Sequence[int]) -> None:
    """Adds a waiting row for each contact."""
    if contact_ids:
        rows = [{**key._asdict(), "contact_id": contact_id, **_WAITING} for contact_id in contact_ids]
        session.connection().execute(insert(_ROW), rows)


def ended_with_doubts(session: Session, audience_id: int, since: datetime) -> Sequence[JobRow]:
    """Returns the jobs that ended since then while the answer to some of their changes was missing."""
    ended = (JobRow.audience_id == audience_id, col(JobRow.finished_at) >= since)
    # Syncs change nothing at Mailchimp, and there are hundreds of them.
    has_outbox = col(JobRow.kind) != JobKind.SYNC.value
    jobs = session.exec(select_model(JobRow).where(*ended, has_outbox)).all()
    in_doubt = select(_ROW.c.job_id).where(
        _ROW.c.audience_id == audience_id,
        _ROW.c.job_id.in_([job.id for job in jobs]),
        _ROW.c.state == OutgoingState.SENT.value,
    )
    ids = set(session.connection().execute(in_doubt.distinct()).scalars())
    return [job for job in jobs if job.id in ids]


def in_doubt(session: Session, key: OutboxKey, made_at: datetime) -> Sequence[int]:
    """Returns contacts whose answer is missing, without those that a job made after `made_at` has changed."""
    # Read by itself, since jobs are not where the outbox may be: on another server.
    made_later = (JobRow.audience_id == key.audience_id, col(JobRow.made_at) > made_at)
    later = session.exec(select_model(JobRow.id).where(*made_later)).all()
    other = _ROW.alias()
    changed_later = exists().where(
        other.c.audience_id == key.audience_id,
        other.c.contact_id == _ROW.c.contact_id,
        other.c.job_id.in_(later),
        other.c.state == OutgoingState.DONE.value,
    )
    return _contact_ids(session, [*key.in_state(OutgoingState.SENT), ~changed_later])


def waiting(session: Session, key: OutboxKey, after: int, most: int) -> Sequence[int]:
    """Returns at most `most` contacts that wait, in the order of ids, after that id."""
    conditions = [*key.in_state(OutgoingState.WAITING), _ROW.c.contact_id > after]
    return _contact_ids(session, conditions, most)


def sent(session: Session, key: OutboxKey, batch_id: str) -> Sequence[int]:
    """Returns contacts whose answer is missing: of a batch, or SINGLE_CALL, or STARTING."""
    return _contact_ids(session, key.sent_in(batch_id))


def refused(session: Session, key: OutboxKey, refusal: str) -> Sequence[int]:
    """Returns contacts whose change was refused for that reason, such as "not-found"."""
    return _contact_ids(session, [*key.in_state(OutgoingState.REFUSED), _ROW.c.refusal == refusal])


def open_batches(session: Session, key: OutboxKey) -> Sequence[str]:
    """Returns the ids of the job's batches whose results have not been read."""
    has_id = _ROW.c.batch_id.not_in((SINGLE_CALL, STARTING))
    query = select(_ROW.c.batch_id).where(*key.in_state(OutgoingState.SENT), has_id).distinct()
    return session.connection().execute(query).scalars().all()


def known_batches(session: Session, audience_ids: Collection[int]) -> set[str]:
    """Returns the ids of all batches that rows of these audiences name."""
    query = select(_ROW.c.batch_id).where(_ROW.c.audience_id.in_(audience_ids)).distinct()
    return set(session.connection().execute(query).scalars())


def mark_waiting(session: Session, key: OutboxKey, contact_ids: Sequence[int]) -> None:
    """Marks the contacts to be sent again."""
    _update(session, key, contact_ids, **_WAITING)


def mark_sent(session: Session, key: OutboxKey, contact_ids: Sequence[int], batch_id: str) -> None:
    _update(session, key, contact_ids, state=OutgoingState.SENT.value, batch_id=batch_id)


def mark_done(session: Session, key: OutboxKey, contact_ids: Sequence[int]) -> None:
    _update(session, key, contact_ids, state=OutgoingState.DONE.value, refusal="", detail="")


def mark_refused(session: Session, key: OutboxKey, refusals: Mapping[int, tuple[str, str]]) -> None:
    """Stores refusals: contact id → the refusal's key and Mailchimp's own words."""
    by_refusal: dict[tuple[str, str], list[int]] = {}
    for contact_id, refusal in refusals.items():
        by_refusal.setdefault(refusal, []).append(contact_id)
    for (refusal_key, detail), contact_ids in by_refusal.items():
        columns = {"state": OutgoingState.REFUSED.value, "refusal": refusal_key, "detail": detail}
        _update(session, key, contact_ids, **columns)


def delete_contacts(session: Session, key: OutboxKey, contact_ids: Sequence[int]) -> None:
    """Deletes the rows of contacts that are not to be changed any more."""
    if contact_ids:
        session.connection().execute(delete(_ROW).where(*key.rows, _ROW.c.contact_id.in_(contact_ids)))


def count_by_state(session: Session, key: OutboxKey) -> dict[OutgoingState, int]:
    query = select(_ROW.c.state, func.count()).where(*key.rows).group_by(_ROW.c.state)
    return {OutgoingState(state): n for state, n in session.connection().execute(query)}


def count_by_refusal(session: Session, key: OutboxKey) -> dict[str, int]:
    """Returns how many contacts were refused, by the refusal's key, the most frequent first."""
    query = select(_ROW.c.refusal, func.count().label("n")).where(*key.in_state(OutgoingState.REFUSED))
    rows = session.connection().execute(query.group_by(_ROW.c.refusal))
    counts = [(refusal, n) for refusal, n in rows]
    return dict(sorted(counts, key=lambda count: (-count[1], count[0])))


def targets(session: Session, audience_id: int, contact_ids: Sequence[int]) -> Sequence[Target]:
    """Returns the contacts, in the order of ids."""
    query = select(TABLE.c.id, TABLE.c.address, TABLE.c.status_before, TABLE.c.remote_hash)
    query = query.where(TABLE.c.audience_id == audience_id, TABLE.c.id.in_(contact_ids))
    return [Target(*row) for row in session.connection().execute(query.order_by(TABLE.c.id))]


def outcomes(session: Session, key: OutboxKey) -> Iterator[AddressOutcome]:
    """Returns the outcome of each address, in the order of contact ids."""
    is_same = (TABLE.c.audience_id == _ROW.c.audience_id) & (TABLE.c.id == _ROW.c.contact_id)
    columns = select(TABLE.c.address, _ROW.c.state, _ROW.c.refusal, _ROW.c.detail)
    query = columns.join(TABLE, is_same).select_from(_ROW).where(*key.rows).order_by(_ROW.c.contact_id)
    with session.connection().execute(query.execution_options(yield_per=1_000)) as result:
        for address, state, refusal, detail in result:
            yield AddressOutcome(address, OutgoingState(state), refusal, detail)


def in_segment(session: Session, segment: Segment, contact_ids: Sequence[int]) -> set[int]:
    """Returns those of the contacts that are in the segment."""
    query = select(TABLE.c.id).where(*conditions_by_id(segment), TABLE.c.id.in_(contact_ids))
    return set(session.connection().execute(query).scalars())


def archived(session: Session, audience_id: int, contact_ids: Sequence[int]) -> set[int]:
    """Returns those of the contacts that are archived in the mirror."""
    query = select(TABLE.c.id).where(
        TABLE.c.audience_id == audience_id,
        TABLE.c.id.in_(contact_ids),
        TABLE.c.status == Status.ARCHIVED.value,
    )
    return set(session.connection().execute(query).scalars())


def told_before(session: Session, audience_id: int, before: datetime) -> Sequence[OutboxKey]:
    """Returns the keys of the audience's rows whose job's receipt was sent before that time."""
    # Two queries, since jobs are not where the outbox may be: on another server.
    told = (JobRow.audience_id == audience_id, col(JobRow.told_at) < before)
    jobs = session.exec(select_model(JobRow.id).where(*told)).all()
    found: list[OutboxKey] = []
    for start in range(0, len(jobs), _JOBS_PER_STATEMENT):
        some = (
            _ROW.c.audience_id == audience_id,
            _ROW.c.job_id.in_(jobs[start : start + _JOBS_PER_STATEMENT]),
        )
        with_rows = session.connection().execute(select(_ROW.c.job_id).where(*some).distinct()).scalars()
        found += (OutboxKey(audience_id, job_id) for job_id in with_rows)
    return found


def delete_first(session: Session, key: OutboxKey, most: int) -> int:
    """Deletes the job's first `most` rows, or fewer; returns how many."""
    contact_ids = select(_ROW.c.contact_id).where(*key.rows).order_by(_ROW.c.contact_id)
    last = contact_ids.offset(most - 1).limit(1).scalar_subquery()
    first_rows = (_ROW.c.contact_id <= last) | ~exists(contact_ids.offset(most - 1))
    return session.connection().execute(delete(_ROW).where(*key.rows, first_rows)).rowcount


_WAITING = {"state": OutgoingState.WAITING.value, "batch_id": SINGLE_CALL, "refusal": "", "detail": ""}


def _contact_ids(
    session: Session, conditions: Sequence[ColumnElement[bool]], most: int | None = None
) -> Sequence[int]:
    query = select(_ROW.c.contact_id).where(*conditions).order_by(_ROW.c.contact_id).limit(most)
    return session.connection().execute(query).scalars().all()


def _update(session: Session, key: OutboxKey, contact_ids: Sequence[int], **columns: str) -> None:
    if contact_ids:
        rows = update(_ROW).where(*key.rows, _ROW.c.contact_id.in_(contact_ids))
        session.connection().execute(rows.values(**columns))
