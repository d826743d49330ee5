"""Cleaning policies that operators have set, one row per audience."""

from sqlalchemy import bindparam
from sqlmodel import Session, col, select

from storage.bounces.tables import CleaningPolicy
from storage.core.engines import upsert

_OF_AUDIENCE = select(CleaningPolicy).where(col(CleaningPolicy.audience_id) == bindparam("audience_id"))


def get(session: Session, audience_id: int) -> CleaningPolicy | None:
    return session.exec(_OF_AUDIENCE, params={"audience_id": audience_id}).first()


def save(session: Session, row: CleaningPolicy) -> None:
    """Inserts or replaces the audience's row."""
    upsert(session, row)
