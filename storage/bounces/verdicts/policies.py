"""Cleaning policies that operators have set, one row per audience."""

from sqlmodel import Session

from storage.bounces.tables import CleaningPolicy
from storage.core.engines import upsert


def get(session: Session, audience_id: int) -> CleaningPolicy | None:
    return session.get(CleaningPolicy, audience_id)


def save(session: Session, row: CleaningPolicy) -> None:
    """Inserts or replaces the audience's row."""
    upsert(session, row)
