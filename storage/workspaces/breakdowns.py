"""What the bot can't read at the moment."""

from collections.abc import Sequence

from sqlmodel import Session, col, select

from storage.core.engines import upsert
from storage.workspaces.tables import BreakdownRow


def all_(session: Session) -> Sequence[BreakdownRow]:
    """All that there are, the oldest first."""
    return session.exec(select(BreakdownRow).order_by(col(BreakdownRow.since))).all()


def get(session: Session, name: str) -> BreakdownRow | None:
    return session.get(BreakdownRow, name)


def put(session: Session, row: BreakdownRow) -> None:
    upsert(session, row)


def delete(session: Session, name: str) -> None:
    row = get(session, name)
    if row:
        session.delete(row)
