"""What a person is looking at and has not confirmed."""

from datetime import datetime
from typing import Any

from sqlalchemy import delete, update
from sqlmodel import Session, col

from storage.core.tables import Draft


def add(session: Session, draft: Draft) -> Draft:
    session.add(draft)
    session.flush()
    return draft


def get(session: Session, draft_id: str) -> Draft | None:
    return session.get(Draft, draft_id)


def use(session: Session, draft_id: str, now: datetime) -> bool:
    """Marks it confirmed; False if it was so before, or is gone."""
    unused = update(Draft).where(col(Draft.id) == draft_id, col(Draft.used_at).is_(None))
    return bool(session.connection().execute(unused.values(used_at=now)).rowcount)


def change(session: Session, draft_id: str, **columns: Any) -> None:
    """Writes these columns."""
    session.connection().execute(update(Draft).where(col(Draft.id) == draft_id).values(**columns))
    session.expire_all()


def forget(session: Session, before: datetime) -> int:
    """Drops those that were made before; returns how many."""
    return session.connection().execute(delete(Draft).where(col(Draft.made_at) < before)).rowcount


def held(session: Session, draft_id: str) -> Draft | None:
    """The draft, held for this transaction: a second click waits its turn."""
    return session.get(Draft, draft_id, with_for_update=True)
