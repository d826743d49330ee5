"""Batches of verdicts: which contacts the bounces of one source cleaned together."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import update
from sqlmodel import Session, col, select

from storage.bounces.tables import VerdictBatch
from storage.core.tables import AudienceRow


def get(session: Session, audience_id: int, batch_id: str) -> VerdictBatch | None:
    return session.get(VerdictBatch, (audience_id, batch_id), populate_existing=True)


def open_since(
    session: Session, audience_id: int, source: str, since: datetime, until: datetime
) -> str | None:
    """Returns the id of the source's newest batch that began between these times; None if there is none."""
    began = (col(VerdictBatch.since) > since, col(VerdictBatch.since) <= until)
    of_source = (col(VerdictBatch.audience_id) == audience_id, col(VerdictBatch.source) == source)
    query = select(VerdictBatch.id).where(*of_source, *began).order_by(col(VerdictBatch.since).desc())
    return session.exec(query.limit(1)).first()


def add(session: Session, audience_id: int, batch_id: str, source: str, now: datetime) -> None:
    """Begins a batch without verdicts."""
    session.add(VerdictBatch(audience_id=audience_id, id=batch_id, source=source, since=now, until=now))
    session.flush()


def count(session: Session, audience_id: int, verdicts: Mapping[str, int], now: datetime) -> None:
    """Adds to the batches' numbers of verdicts: batch id → how many there are more."""
    for batch_id, n in verdicts.items():
        _increase(session, audience_id, batch_id, n=n)
        _set(session, audience_id, batch_id, until=now)


def count_reversed(session: Session, audience_id: int, verdicts: Mapping[str, int]) -> None:
    """Adds to the batches' numbers of reversed verdicts: batch id → how many there are more."""
    for batch_id, n in verdicts.items():
        _increase(session, audience_id, batch_id, n_reversed=n)


def newest(session: Session, *, skip: int, most: int) -> Sequence[tuple[VerdictBatch, AudienceRow]]:
    """Batches of all audiences, newest first."""
    return session.exec(
        select(VerdictBatch, AudienceRow)
        .where(col(AudienceRow.id) == VerdictBatch.audience_id, col(VerdictBatch.n) > 0)
        .order_by(col(VerdictBatch.since).desc(), col(VerdictBatch.id))
        .offset(skip)
        .limit(most)
    ).all()


def _increase(session: Session, audience_id: int, batch_id: str, **numbers: int) -> None:
    _set(
        session,
        audience_id,
        batch_id,
        **{name: getattr(VerdictBatch, name) + n for name, n in numbers.items()},
    )


def _set(session: Session, audience_id: int, batch_id: str, **values: object) -> None:
    batch = (col(VerdictBatch.audience_id) == audience_id, col(VerdictBatch.id) == batch_id)
    session.connection().execute(update(VerdictBatch).where(*batch).values(**values))
