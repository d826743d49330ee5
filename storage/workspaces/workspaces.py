"""Workspaces that the bot was installed in, as rows of the main database."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import update
from sqlmodel import Session, col, select

from storage.core.engines import upsert
from storage.workspaces.tables import WorkspaceRow


def list_all(session: Session) -> Sequence[WorkspaceRow]:
    """All of them, also those that the bot was removed from, ordered by name."""
    return session.exec(select(WorkspaceRow).order_by(WorkspaceRow.name, WorkspaceRow.id)).all()


def get(session: Session, workspace_id: str) -> WorkspaceRow | None:
    return session.get(WorkspaceRow, workspace_id)


def put(session: Session, row: WorkspaceRow) -> None:
    """Stores the row in the place of the one with its id."""
    upsert(session, row)


def mark_removed(session: Session, ids: Sequence[str], now: datetime) -> None:
    """Records that the bot was removed from the workspaces, unless it was recorded before."""
    present = (col(WorkspaceRow.id).in_(ids), col(WorkspaceRow.removed_at).is_(None))
    session.connection().execute(update(WorkspaceRow).where(*present).values(removed_at=now))


def delete(session: Session, workspace_id: str) -> None:
    """Deletes the row, if there is one."""
    if row := get(session, workspace_id):
        session.delete(row)
