"""Keys of the Slack requests that were handled, by any process."""

from datetime import datetime

from sqlalchemy import Table, delete
from sqlmodel import Session, col

from storage.core.engines import insert
from storage.core.tables import HandledRequest

TABLE: Table = HandledRequest.__table__  # type: ignore[attr-defined]


def mark_handled(session: Session, key: str, now: datetime) -> bool:
    """Stores the request's key; False if it is stored already."""
    statement = (
        insert(session, TABLE).values(key=key, seen_at=now).on_conflict_do_nothing().returning(TABLE.c.key)
    )
    return session.connection().execute(statement).first() is not None


def delete_before(session: Session, before: datetime) -> int:
    """Deletes keys stored before that time; returns how many."""
    return (
        session.connection()
        .execute(delete(HandledRequest).where(col(HandledRequest.seen_at) < before))
        .rowcount
    )
