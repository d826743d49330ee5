"""Which deliveries of Slack's were handled, by whichever process."""

from datetime import datetime

from sqlalchemy import Table, delete
from sqlmodel import Session, col

from storage.core.engines import insert
from storage.core.tables import HandledRequest

TABLE: Table = HandledRequest.__table__  # type: ignore[attr-defined]


def claim(session: Session, key: str, now: datetime) -> bool:
    """Notes the delivery; False if it was noted before."""
    statement = (
        insert(session, TABLE).values(key=key, seen_at=now).on_conflict_do_nothing().returning(TABLE.c.key)
    )
    return session.connection().execute(statement).first() is not None


def forget(session: Session, before: datetime) -> int:
    """Drops those that came before; returns how many."""
    return (
        session.connection()
        .execute(delete(HandledRequest).where(col(HandledRequest.seen_at) < before))
        .rowcount
    )
