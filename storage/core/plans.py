"""What a person is looking at and has not confirmed."""

from datetime import datetime
from typing import Any

from sqlalchemy import delete, update
from sqlmodel import Session, col

from storage.core.tables import PlanRow


def add(session: Session, draft: PlanRow) -> PlanRow:
    session.add(draft)
    session.flush()
    return draft


def get(session: Session, draft_id: str) -> PlanRow | None:
    return session.get(PlanRow, draft_id)


def use(session: Session, draft_id: str, now: datetime) -> bool:
    """Marks it confirmed; False if it was so before, or is gone."""
    unused = update(PlanRow).where(col(PlanRow.id) == draft_id, col(PlanRow.used_at).is_(None))
    return bool(session.connection().execute(unused.values(used_at=now)).rowcount)


def change(session: Session, draft_id: str, **columns: Any) -> None:
    """Writes these columns."""
    session.connection().execute(update(PlanRow).where(col(PlanRow.id) == draft_id).values(**columns))
    session.expire_all()


def forget(session: Session, before: datetime) -> int:
    """Drops those that were made before; returns how many."""
    return session.connection().execute(delete(PlanRow).where(col(PlanRow.made_at) < before)).rowcount


def held(session: Session, draft_id: str) -> PlanRow | None:
    """The draft, held for this transaction: a second click waits its turn."""
    return session.get(PlanRow, draft_id, with_for_update=True)
