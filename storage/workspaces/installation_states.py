"""The states of installations under way: each proves once, for ten minutes, that a browser began here."""

from datetime import UTC, datetime

from sqlalchemy import delete, func, select
from sqlmodel import Session

from storage.workspaces.installation_tables import STATES


def count(session: Session) -> int:
    return session.connection().execute(select(func.count()).select_from(STATES)).scalar_one()


def consume(session: Session, state: str, now: datetime) -> bool:
    """Deletes the state; False if there is none, or it has expired. Of several callers at once one gets True."""
    held = (STATES.c.state == state, STATES.c.expire_at > _utc(now))
    return session.connection().execute(delete(STATES).where(*held)).rowcount > 0


def delete_expired(session: Session, now: datetime) -> int:
    """Deletes what has expired; returns how many."""
    return session.connection().execute(delete(STATES).where(STATES.c.expire_at <= _utc(now))).rowcount


def _utc(moment: datetime) -> datetime:
    """The time as the SDK stores it."""
    return moment.astimezone(UTC).replace(tzinfo=None)
