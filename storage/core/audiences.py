"""Audiences by name and id."""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session, func, select

from storage.core.tables import AudienceRow


def every(session: Session) -> Sequence[AudienceRow]:
    """All audiences by name."""
    return session.exec(select(AudienceRow).order_by(func.lower(AudienceRow.name))).all()


def get(session: Session, audience_id: int) -> AudienceRow | None:
    return session.get(AudienceRow, audience_id)


def named(session: Session, name: str) -> AudienceRow | None:
    """The audience of that name, whatever its case."""
    wanted = name.strip().casefold()  # compared here: SQLite knows the case of ASCII letters alone
    return next((each for each in every(session) if each.name.strip().casefold() == wanted), None)


def get_or_add(session: Session, name: str, now: datetime) -> AudienceRow:
    found = named(session, name)
    if found:
        return found
    audience = AudienceRow(name=name.strip(), created_at=now)
    session.add(audience)
    session.flush()
    return audience
