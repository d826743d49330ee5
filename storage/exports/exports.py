"""The record of exports."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Column, delete
from sqlmodel import Session, col, select

from storage.core.engines import of_audiences
from storage.exports.tables import Export

_AUDIENCE_ID: Column[int] = Export.__table__.c.audience_id  # type: ignore[attr-defined]


def add(session: Session, export: Export) -> None:
    session.add(export)
    session.flush()


def get(session: Session, audience_id: int, export_id: str) -> Export | None:
    return session.get(Export, (audience_id, export_id))


def delete_before(session: Session, audience_id: int, before: datetime, most: int) -> int:
    """Deletes records of exports made before that time, at most `most`; returns how many."""
    old = select(Export.id).where(Export.audience_id == audience_id, col(Export.made_at) < before).limit(most)
    statement = delete(Export).where(col(Export.audience_id) == audience_id, col(Export.id).in_(old))
    return session.connection().execute(statement).rowcount


def newest(session: Session, audience_id: int, *, skip: int, most: int) -> Sequence[Export]:
    """The audience's exports, newest first."""
    return session.exec(
        select(Export)
        .where(Export.audience_id == audience_id)
        .order_by(col(Export.made_at).desc(), col(Export.id))
        .offset(skip)
        .limit(most)
    ).all()


def newest_in(session: Session, audience_ids: Sequence[int], since: datetime, most: int) -> Sequence[Export]:
    """The newest exports of the audiences, made since that time, newest first."""
    is_theirs = of_audiences(_AUDIENCE_ID, audience_ids)
    return session.exec(
        select(Export)
        .where(is_theirs, Export.made_at >= since)
        .order_by(col(Export.made_at).desc(), col(Export.id))
        .limit(most)
    ).all()
