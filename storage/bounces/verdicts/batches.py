"""Batches of verdicts: which contacts the bounces of one source cleaned together, and which are held."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Executable, Table, and_, bindparam, case, delete, func, update
from sqlalchemy import select as select_columns
from sqlmodel import Session, col, or_, select

from storage.bounces.tables import HeldVerdict, VerdictBatch
from storage.core import engines

_HELD: Table = HeldVerdict.__table__  # type: ignore[attr-defined]


_IS_WAITING = and_(col(VerdictBatch.held_at).is_not(None), col(VerdictBatch.answer).is_(None))
_CURRENT = (
    select(VerdictBatch)
    .where(
        col(VerdictBatch.audience_id) == bindparam("audience_id"),
        engines.Among(col(VerdictBatch.source), "sources"),
        or_(_IS_WAITING, col(VerdictBatch.since) > bindparam("since")),
    )
    .order_by(case((_IS_WAITING, 0), else_=1), col(VerdictBatch.since).desc())
    .execution_options(populate_existing=True)
)
_COUNT = (
    update(VerdictBatch)
    .where(
        col(VerdictBatch.audience_id) == bindparam("of_audience"),
        col(VerdictBatch.id) == bindparam("batch_id"),
    )
    .values(n=col(VerdictBatch.n) + bindparam("more"), until=bindparam("now"))
)
_HELD_AMONG = select_columns(_HELD.c.contact_id).where(
    _HELD.c.audience_id == bindparam("audience_id"), engines.Among(_HELD.c.contact_id, "contact_ids")
)


def get(session: Session, audience_id: int, batch_id: str) -> VerdictBatch | None:
    return session.get(VerdictBatch, (audience_id, batch_id), populate_existing=True)


def current(
    session: Session, audience_id: int, sources: Collection[str], since: datetime
) -> dict[str, VerdictBatch]:
    """Returns each source's batch that waits for an answer, else its newest that began after `since`; none where there is none."""
    values = {"audience_id": audience_id, "sources": sources, "since": since}
    found: dict[str, VerdictBatch] = {}
    for batch in session.exec(_CURRENT, params=values):
        found.setdefault(batch.source, batch)
    return found


def add(session: Session, audience_id: int, batch_id: str, source: str, now: datetime) -> VerdictBatch:
    """Begins a batch without verdicts."""
    batch = VerdictBatch(audience_id=audience_id, id=batch_id, source=source, since=now, until=now)
    session.add(batch)
    session.flush()
    return batch


def count(session: Session, audience_id: int, verdicts: Mapping[str, int], now: datetime) -> None:
    """Adds to the batches' numbers of verdicts: batch id → how many there are more."""
    if verdicts:
        rows = [
            {"of_audience": audience_id, "batch_id": batch_id, "more": n, "now": now}
            for batch_id, n in verdicts.items()
        ]
        session.connection().execute(_COUNT, rows)


def count_reversed(session: Session, audience_id: int, verdicts: Mapping[str, int]) -> None:
    """Adds to the batches' numbers of reversed verdicts: batch id → how many there are more."""
    for batch_id, n in verdicts.items():
        set_(session, audience_id, batch_id, n_reversed=col(VerdictBatch.n_reversed) + n)


def answer(session: Session, audience_id: int, batch_id: str, text: str, by: str) -> bool:
    """Records the answer about a batch that waits for one; returns False if it doesn't (any more)."""
    batch = (col(VerdictBatch.audience_id) == audience_id, col(VerdictBatch.id) == batch_id)
    statement = update(VerdictBatch).where(*batch, _IS_WAITING).values(answer=text, answered_by=by)
    return session.connection().execute(statement).rowcount > 0


def newest(
    session: Session, audience_ids: Collection[int], *, skip: int, most: int
) -> Sequence[VerdictBatch]:
    """Batches of these audiences, newest first."""
    return session.exec(
        select(VerdictBatch)
        .where(
            col(VerdictBatch.audience_id).in_(audience_ids),
            or_(col(VerdictBatch.n) > 0, col(VerdictBatch.held_at).is_not(None)),
        )
        .order_by(col(VerdictBatch.since).desc(), col(VerdictBatch.id))
        .offset(skip)
        .limit(most)
    ).all()


def unasked(session: Session, audience_ids: Collection[int]) -> Sequence[VerdictBatch]:
    """Batches of these audiences that wait for an answer, and nobody was asked."""
    of_one = col(VerdictBatch.audience_id).in_(audience_ids)
    query = select(VerdictBatch).where(of_one, _IS_WAITING, col(VerdictBatch.asked_at).is_(None))
    return session.exec(query.order_by(col(VerdictBatch.since))).all()


def audiences_waiting(session: Session, audience_ids: Collection[int]) -> Sequence[int]:
    """Returns those of the audiences with batches that wait for an answer."""
    of_one = engines.of_audiences(col(VerdictBatch.audience_id), audience_ids)
    query = select(VerdictBatch.audience_id).where(of_one, _IS_WAITING).distinct()
    return sorted(session.exec(query).all())


def mark_asked(session: Session, audience_id: int, batch_id: str, now: datetime) -> bool:
    """Records that the question is created; returns False if it was before."""
    batch = (col(VerdictBatch.audience_id) == audience_id, col(VerdictBatch.id) == batch_id)
    is_unasked = col(VerdictBatch.asked_at).is_(None)
    statement = update(VerdictBatch).where(*batch, is_unasked).values(asked_at=now)
    return session.connection().execute(statement).rowcount > 0


def set_(session: Session, audience_id: int, batch_id: str, **values: Any) -> None:
    """Writes these columns of a batch."""
    batch = (col(VerdictBatch.audience_id) == audience_id, col(VerdictBatch.id) == batch_id)
    session.connection().execute(update(VerdictBatch).where(*batch).values(**values))


def hold(session: Session, audience_id: int, batch_id: str, contact_ids: Collection[int]) -> None:
    """Holds the verdicts on these contacts."""
    rows = [{"audience_id": audience_id, "contact_id": id_, "batch": batch_id} for id_ in contact_ids]
    session.connection().execute(_hold(for_sqlite=engines.is_sqlite(session)), rows)


def held_among(session: Session, audience_id: int, contact_ids: Sequence[int]) -> set[int]:
    """Returns those of the contacts on which a verdict is held."""
    values = {"audience_id": audience_id, "contact_ids": contact_ids}
    return set(session.connection().execute(_HELD_AMONG, values).scalars())


def held_in(session: Session, audience_id: int, batch_id: str, most: int) -> Sequence[int]:
    """The first contacts on which the batch's verdicts are held."""
    in_batch = (_HELD.c.audience_id == audience_id, _HELD.c.batch == batch_id)
    query = select_columns(_HELD.c.contact_id).where(*in_batch).order_by(_HELD.c.contact_id).limit(most)
    return session.connection().execute(query).scalars().all()


def count_held(session: Session, audience_id: int, batch_id: str) -> int:
    """Returns how many of the batch's verdicts are held."""
    in_batch = (_HELD.c.audience_id == audience_id, _HELD.c.batch == batch_id)
    n: int = session.connection().execute(select_columns(func.count()).where(*in_batch)).scalar_one()
    return n


def let_go(session: Session, audience_id: int, contact_ids: Sequence[int]) -> None:
    """Holds no verdicts on these contacts any more."""
    is_one = (_HELD.c.audience_id == audience_id, engines.is_in(session, _HELD.c.contact_id, contact_ids))
    session.connection().execute(delete(_HELD).where(*is_one))


@cache
def _hold(*, for_sqlite: bool) -> Executable:
    return engines.insert_into(_HELD, for_sqlite=for_sqlite).on_conflict_do_nothing()
