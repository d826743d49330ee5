"""The Slack workspaces that the bot serves, and the database that each has."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.core.errors import CleanedError
from bot.workspaces import databases
from storage.core import schema
from storage.core.database import Database, Unreachable
from storage.workspaces import workspaces
from storage.workspaces.tables import WorkspaceRow

ID = re.compile(r"[TE][A-Z0-9]{1,31}")  # of a workspace or organization, as Slack makes them
MAIN = ""  # the place of the workspace that uses the main database


class UnknownWorkspace(CleanedError):
    """There is no such workspace. Values: workspace, known."""

    key = "error-unknown-workspace"


class WorkspaceInUse(CleanedError):
    """The bot is still installed in the workspace. Values: workspace."""

    key = "error-workspace-in-use"


@dataclass(frozen=True, slots=True)
class Workspace:
    """A Slack workspace. `place` names its database beside the main one (MAIN for the main one itself)."""

    id: str
    name: str
    place: str = MAIN
    enterprise_id: str | None = None
    added_at: datetime | None = None
    removed_at: datetime | None = None

    @classmethod
    def of(cls, row: WorkspaceRow) -> "Workspace":
        return cls(row.id, row.name, row.place, row.enterprise_id, row.added_at, row.removed_at)

    @property
    def is_removed(self) -> bool:
        """Whether the bot was removed from it; its data stays until somebody erases it."""
        return self.removed_at is not None


def list_all(main: Database) -> Sequence[Workspace]:
    """All workspaces, also those that the bot was removed from, ordered by name."""
    with main.reading() as session:
        return [Workspace.of(row) for row in workspaces.list_all(session)]


def get(main: Database, workspace_id: str) -> Workspace | None:
    with main.reading() as session:
        row = workspaces.get(session, workspace_id)
        return Workspace.of(row) if row else None


def add(
    main: Database,
    workspace_id: str,
    name: str,
    now: datetime,
    *,
    enterprise_id: str | None = None,
    place: str | None = None,
) -> Workspace:
    """Records that the bot is in the workspace, and makes its database if it has none yet.

    A workspace that it is installed in again has the database that it had. `place`: of a new one; by default a database
    of its own, named after its id. Raises ValueError for an id that could name another database than that;
    DatabaseUnreachable if the one that it uses is missing.
    """
    if not ID.fullmatch(workspace_id):
        raise ValueError
    known = get(main, workspace_id)
    where = known.place if known else workspace_id.lower() if place is None else place
    is_present = known is not None and not known.is_removed
    database = check_there(main, where) if is_present else open_beside(main, where)
    if database is not main:
        # Made before the workspace is recorded, so that nobody serves it without.
        database.probe()
        schema.migrate(database)
        database.close()
    added_at = known.added_at if known and known.added_at else now
    row = WorkspaceRow(
        id=workspace_id, enterprise_id=enterprise_id, name=name, place=where, added_at=added_at
    )
    with main.transaction() as session:
        workspaces.put(session, row)
    return Workspace.of(row)


def mark_removed(main: Database, ids: Collection[str], now: datetime) -> None:
    """Records that the bot was removed from the workspaces. Their data stays."""
    with main.transaction() as session:
        workspaces.mark_removed(session, list(ids), now)


def erase(main: Database, workspace_id: str) -> None:
    """Deletes everything of a workspace that the bot was removed from. Raises UnknownWorkspace, WorkspaceInUse."""
    workspace = get(main, workspace_id := workspace_id.upper())
    if workspace is None:
        known = ", ".join(each.id for each in list_all(main))
        raise UnknownWorkspace(workspace=workspace_id, known=known)
    if not workspace.is_removed or workspace.place == MAIN:
        raise WorkspaceInUse(workspace=workspace.name)
    open_beside(main, workspace.place).drop()
    with main.transaction() as session:
        workspaces.delete(session, workspace_id)


def open_beside(main: Database, place: str) -> Database:
    """The database of that place, at whatever version; the main one itself for MAIN."""
    return main if place == MAIN else main.beside(place)


def open_current(main: Database, place: str) -> Database:
    """As `open_beside`, at this program's version, as `databases.open_current`.

    Raises DatabaseUnreachable, DatabaseNewer, DatabaseBehind.
    """
    database = check_there(main, place)
    if database is not main:
        databases.ensure_current(database)
    return database


def migrate(main: Database, place: str) -> bool:
    """Migrates the database of that place, as `databases.migrate`. Raises DatabaseUnreachable, DatabaseNewer."""
    database = check_there(main, place)
    try:
        return databases.migrate(database)
    finally:
        if database is not main:
            database.close()


def check_there(main: Database, place: str) -> Database:
    """As `open_beside`. Raises DatabaseUnreachable, also where it is missing: an empty one in its place would hide that."""
    database = open_beside(main, place)
    if database is not main:
        try:
            database.check_place()
            database.probe()
        except Unreachable as error:
            raise databases.DatabaseUnreachable(url=database.url.render_as_string()) from error
    return database
