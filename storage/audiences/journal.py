"""The journal: append-only lines of who did what, when, to how many contacts."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete
from sqlmodel import Session, col, func, select

from storage.audiences.tables import JournalRow


def write(
    session: Session,
    *,
    who: str,
    what: str,
    at: datetime,
    n: int,
    audience_id: int | None = None,
    **detail: Any,
) -> None:
    """Adds a line. `detail` must hold no address."""
    session.add(JournalRow(who=who, what=what, at=at, n=n, audience_id=audience_id, detail=detail))


def read(
    session: Session, audience_id: int | None = None, most: int = 100, without: Sequence[str] = ()
) -> Sequence[JournalRow]:
    """Lines, newest first, of one audience or of all; `without` names kinds (`what`) to leave out."""
    query = select(JournalRow).order_by(col(JournalRow.id).desc()).limit(most)
    if without:
        query = query.where(col(JournalRow.what).not_in(without))
    return session.exec(query.where(JournalRow.audience_id == audience_id) if audience_id else query).all()


def newest_id(session: Session, audience_id: int, what: str) -> int | None:
    """The id of the audience's newest line of that kind; None if there is none."""
    lines = select(func.max(JournalRow.id)).where(
        JournalRow.audience_id == audience_id, JournalRow.what == what
    )
    return session.exec(lines).one()


def has(session: Session, *whats: str) -> bool:
    """Whether there is a line of one of these kinds, of whatever audience."""
    return (
        session.exec(select(JournalRow.id).where(col(JournalRow.what).in_(whats)).limit(1)).first()
        is not None
    )


def delete_before(session: Session, before: datetime, most: int, but: Sequence[str]) -> int:
    """Deletes lines written before that time, at most `most`, except those of the kinds in `but`; returns how many."""
    old = (
        select(JournalRow.id).where(col(JournalRow.at) < before, col(JournalRow.what).not_in(but)).limit(most)
    )
    return session.connection().execute(delete(JournalRow).where(col(JournalRow.id).in_(old))).rowcount
