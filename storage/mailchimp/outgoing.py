"""Changes that a mirrored audience's owner has to make: a row each, with what came of it.

A row that was `sent` is in doubt until its answer is noted: sent alone (no batch), in a batch that is just being
started, whose id is not known yet (`STARTING`), or in a batch.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, Table, delete, exists, func, insert, select, update
from sqlmodel import Session, col
from sqlmodel import select as select_model

from storage.contacts.contacts import TABLE, Segment, conditions_by_id
from storage.contacts.values import Status
from storage.core.tables import JobRow
from storage.mailchimp.tables import Outgoing

ALONE, STARTING = "", "?"

_ROW: Table = Outgoing.__table__  # type: ignore[attr-defined]


class Target(NamedTuple):
    """A contact that is to change. `status_before`: the one it had, where it is archived."""

    id: int
    address: str
    address_key: str
    status_before: str | None


class AddressOutcome(NamedTuple):
    """What became of one address."""

    address: str
    state: str
    refusal: str
    detail: str


class OutboxKey(NamedTuple):
    """The rows of one job."""

    audience_id: int
    job_id: str

    @property
    def rows(self) -> list[ColumnElement[bool]]:
        return [_ROW.c.audience_id == self.audience_id, _ROW.c.job_id == self.job_id]

    def sent(self, batch_id: str) -> list[ColumnElement[bool]]:
        return [*self.rows, _ROW.c.state == "sent", _ROW.c.batch_id == batch_id]


def add(session: Session, box: OutboxKey, ids: Sequence[int]) -> None:
    """Waiting."""
    if ids:
        rows = [{**box._asdict(), "contact_id": each, **_WAITING} for each in ids]
        session.connection().execute(insert(_ROW), rows)


def given_up(session: Session, audience_id: int, since: datetime) -> Sequence[JobRow]:
    """The jobs that ended after that moment with changes whose answer never came."""
    ended = (JobRow.audience_id == audience_id, col(JobRow.finished_at) >= since)
    found = session.exec(select_model(JobRow).where(*ended)).all()
    doubtful = select(_ROW.c.job_id).where(
        _ROW.c.audience_id == audience_id,
        _ROW.c.job_id.in_([job.id for job in found]),
        _ROW.c.state == "sent",
    )
    ids = set(session.connection().execute(doubtful.distinct()).scalars())
    return [job for job in found if job.id in ids]


def doubtful(session: Session, job: JobRow) -> Sequence[int]:
    """The contacts whose answer is not known, without those that a later job has changed."""
    box = OutboxKey(job.audience_id or 0, job.id)
    later = select(col(JobRow.id)).where(
        col(JobRow.audience_id) == box.audience_id, col(JobRow.made_at) > job.made_at
    )
    other = _ROW.alias()
    elsewhere = exists().where(
        other.c.audience_id == box.audience_id,
        other.c.contact_id == _ROW.c.contact_id,
        other.c.job_id.in_(later),
        other.c.state == "done",
    )
    return _ids(session, [*box.rows, _ROW.c.state == "sent", ~elsewhere])


def waiting(session: Session, box: OutboxKey, after: int, most: int) -> Sequence[int]:
    """The contacts still to be sent, behind that id, by id."""
    chosen = [*box.rows, _ROW.c.state == "waiting", _ROW.c.contact_id > after]
    return _ids(session, chosen, most)


def sent(session: Session, box: OutboxKey, batch_id: str) -> Sequence[int]:
    """The contacts whose answer is not known yet: of a batch, or `ALONE`, or `STARTING`."""
    return _ids(session, box.sent(batch_id))


def refused(session: Session, box: OutboxKey, refusal: str) -> Sequence[int]:
    return _ids(session, [*box.rows, _ROW.c.state == "refused", _ROW.c.refusal == refusal])


def batches(session: Session, box: OutboxKey) -> Sequence[str]:
    """The batches whose results were not read yet."""
    own = _ROW.c.batch_id.not_in((ALONE, STARTING))
    query = select(_ROW.c.batch_id).where(*box.rows, _ROW.c.state == "sent", own).distinct()
    return session.connection().execute(query).scalars().all()


def known_batches(session: Session) -> set[str]:
    """Those noted with any row."""
    return set(session.connection().execute(select(_ROW.c.batch_id).distinct()).scalars())


def wait(session: Session, box: OutboxKey, ids: Sequence[int]) -> None:
    """To be sent again."""
    _change(session, box, ids, **_WAITING)


def send(session: Session, box: OutboxKey, ids: Sequence[int], batch_id: str) -> None:
    _change(session, box, ids, state="sent", batch_id=batch_id)


def done(session: Session, box: OutboxKey, ids: Sequence[int]) -> None:
    _change(session, box, ids, state="done", refusal="", detail="")


def refuse(session: Session, box: OutboxKey, why: Mapping[int, tuple[str, str]]) -> None:
    """Contact → the refusal's key, and the owner's own words."""
    alike: dict[tuple[str, str], list[int]] = {}
    for contact_id, said in why.items():
        alike.setdefault(said, []).append(contact_id)
    for (refusal, detail), ids in alike.items():
        _change(session, box, ids, state="refused", refusal=refusal, detail=detail)


def drop(session: Session, box: OutboxKey, ids: Sequence[int]) -> None:
    """What is not to be sent after all."""
    if ids:
        session.connection().execute(delete(_ROW).where(*box.rows, _ROW.c.contact_id.in_(ids)))


def states(session: Session, box: OutboxKey) -> dict[str, int]:
    """How many rows have a state."""
    query = select(_ROW.c.state, func.count()).where(*box.rows).group_by(_ROW.c.state)
    return dict(map(tuple, session.connection().execute(query)))


def refusals(session: Session, box: OutboxKey) -> dict[str, int]:
    """How many were refused for what, the most frequent first."""
    query = select(_ROW.c.refusal, func.count().label("n")).where(*box.rows, _ROW.c.state == "refused")
    found = session.connection().execute(query.group_by(_ROW.c.refusal))
    return dict(sorted(((key, n) for key, n in found), key=lambda each: (-each[1], each[0])))


def targets(session: Session, audience_id: int, ids: Sequence[int]) -> Sequence[Target]:
    query = select(TABLE.c.id, TABLE.c.address, TABLE.c.address_key, TABLE.c.status_before)
    chosen = query.where(TABLE.c.audience_id == audience_id, TABLE.c.id.in_(ids)).order_by(TABLE.c.id)
    return [Target(*row) for row in session.connection().execute(chosen)]


def lines(session: Session, box: OutboxKey) -> Iterator[AddressOutcome]:
    """What became of each address, by contact."""
    both = (TABLE.c.audience_id == _ROW.c.audience_id) & (TABLE.c.id == _ROW.c.contact_id)
    query = select(TABLE.c.address, _ROW.c.state, _ROW.c.refusal, _ROW.c.detail).join(TABLE, both)
    chosen = query.select_from(_ROW).where(*box.rows).order_by(_ROW.c.contact_id)
    with session.connection().execute(chosen.execution_options(yield_per=1_000)) as result:
        for row in result:
            yield AddressOutcome(*row)


def in_segment(session: Session, segment: Segment, ids: Sequence[int]) -> set[int]:
    """Those of the contacts that belong to it."""
    query = select(TABLE.c.id).where(*conditions_by_id(segment), TABLE.c.id.in_(ids))
    return set(session.connection().execute(query).scalars())


def archived(session: Session, audience_id: int, ids: Sequence[int]) -> set[int]:
    """Those of the contacts that are archived here."""
    these = [TABLE.c.audience_id == audience_id, TABLE.c.id.in_(ids)]
    query = select(TABLE.c.id).where(*these, TABLE.c.status == Status.ARCHIVED.value)
    return set(session.connection().execute(query).scalars())


def forgettable(session: Session, before: datetime) -> Sequence[OutboxKey]:
    """The rows, by job, whose receipts were told before that moment."""
    told = select(col(JobRow.audience_id), col(JobRow.id)).where(col(JobRow.told_at) < before)
    mine = exists().where(_ROW.c.audience_id == col(JobRow.audience_id), _ROW.c.job_id == col(JobRow.id))
    rows = session.connection().execute(told.where(mine))
    return [OutboxKey(audience_id or 0, job_id) for audience_id, job_id in rows]


def forget(session: Session, box: OutboxKey, most: int) -> int:
    """Drops so many rows of the job at most; returns how many."""
    some = select(_ROW.c.contact_id).where(*box.rows).order_by(_ROW.c.contact_id)
    last = some.offset(most - 1).limit(1).scalar_subquery()
    up_to = (_ROW.c.contact_id <= last) | ~exists(some.offset(most - 1))
    return session.connection().execute(delete(_ROW).where(*box.rows, up_to)).rowcount


_WAITING = {"state": "waiting", "batch_id": ALONE, "refusal": "", "detail": ""}


def _ids(session: Session, chosen: Sequence[ColumnElement[bool]], most: int | None = None) -> Sequence[int]:
    query = select(_ROW.c.contact_id).where(*chosen).order_by(_ROW.c.contact_id).limit(most)
    return session.connection().execute(query).scalars().all()


def _change(session: Session, box: OutboxKey, ids: Sequence[int], **values: str) -> None:
    if ids:
        chosen = update(_ROW).where(*box.rows, _ROW.c.contact_id.in_(ids))
        session.connection().execute(chosen.values(**values))
