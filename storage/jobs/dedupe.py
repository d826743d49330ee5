"""Keys of the Slack requests that were handled, by any process."""

from datetime import datetime

from sqlalchemy import Table, delete, select, update
from sqlmodel import Session, col

from storage.core.engines import insert
from storage.jobs.tables import HandledRequest

TABLE: Table = HandledRequest.__table__  # type: ignore[attr-defined]


def mark_handled(session: Session, key: str, now: datetime) -> bool:
    """Stores the request's key; False if it is stored already."""
    statement = (
        insert(session, TABLE).values(key=key, seen_at=now).on_conflict_do_nothing().returning(TABLE.c.key)
    )
    return session.connection().execute(statement).first() is not None


def set_answer(session: Session, key: str, answer: str) -> None:
    session.connection().execute(update(TABLE).where(TABLE.c.key == key).values(answer=answer))


def get_answer(session: Session, key: str) -> str | None:
    """What answered the request with this key; None if it has no answer yet."""
    return session.connection().execute(select(TABLE.c.answer).where(TABLE.c.key == key)).scalar()


def delete_before(session: Session, before: datetime) -> int:
    """Deletes keys stored before that time; returns how many."""
    return (
        session.connection()
        .execute(delete(HandledRequest).where(col(HandledRequest.seen_at) < before))
        .rowcount
    )
