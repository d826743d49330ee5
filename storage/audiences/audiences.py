"""Queries for audiences."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Table
from sqlalchemy import select as select_columns
from sqlmodel import Session, func, select

from storage.core.engines import insert_unless_there, is_in
from storage.core.tables import AudienceRow

_BY_NAME = select(AudienceRow).order_by(func.lower(AudienceRow.name))


def list_all(session: Session) -> Sequence[AudienceRow]:
    """All audiences by name."""
    return session.exec(_BY_NAME).all()


def revisions(session: Session, audience_ids: Sequence[int]) -> dict[int, int]:
    """Returns the revision of each of the audiences."""
    audience: Table = AudienceRow.__table__  # type: ignore[attr-defined]
    query = select_columns(audience.c.id, audience.c.revision)
    return dict(session.connection().execute(query.where(is_in(session, audience.c.id, audience_ids))).all())


def get(session: Session, audience_id: int) -> AudienceRow | None:
    return session.get(AudienceRow, audience_id)


def by_name(session: Session, name: str) -> AudienceRow | None:
    """The audience with that name, ignoring case."""
    return named(list_all(session), name)


def named(audiences: Sequence[AudienceRow], name: str) -> AudienceRow | None:
    """The one of these audiences with that name, ignoring case."""
    # Compared in Python, because SQLite's lower() changes only ASCII letters.
    folded = name.strip().casefold()
    return next((audience for audience in audiences if audience.name.strip().casefold() == folded), None)


def lock(session: Session, audience_id: int) -> AudienceRow | None:
    """The audience, its row locked until the transaction ends: nobody changes its contacts meanwhile."""
    return session.get(AudienceRow, audience_id, with_for_update=True, populate_existing=True)


def get_or_add(session: Session, name: str, now: datetime) -> AudienceRow:
    audience = by_name(session, name)
    if audience is None:
        # Another process may add it at this moment.
        insert_unless_there(session, AudienceRow(name=name.strip(), created_at=now))
        audience = by_name(session, name)
    assert audience
    return audience
