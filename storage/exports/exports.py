"""The record of exports."""

from collections.abc import Sequence

from sqlmodel import Session, col, select

from storage.exports.tables import Export


def add(session: Session, export: Export) -> None:
    session.add(export)
    session.flush()


def get(session: Session, audience_id: int, export_id: str) -> Export | None:
    return session.get(Export, (audience_id, export_id))


def newest(session: Session, audience_id: int, *, skip: int, most: int) -> Sequence[Export]:
    """The audience's exports, newest first."""
    return session.exec(
        select(Export)
        .where(Export.audience_id == audience_id)
        .order_by(col(Export.made_at).desc(), col(Export.id))
        .offset(skip)
        .limit(most)
    ).all()
