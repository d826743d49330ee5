"""Migrates the database, and compares its version with the program's.

Alembic is imported only to migrate: it takes 10 MB, and a tenth of a second at each start.
"""

import sqlite3
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import inspect, text
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.schema import CreateSchema

from storage.core.database import Database, Unreachable

if TYPE_CHECKING:
    from alembic.config import Config

MIGRATIONS = Path(__file__).parents[1] / "migrations"


class NewerDatabase(Exception):
    """The database was made by a newer version of this program."""


class SchemaState(StrEnum):
    """The database's version compared with the program's."""

    CURRENT = "current"
    BEHIND = "behind"
    NEWER = "newer"


def migrate(database: Database) -> None:
    """Runs all missing migrations in one transaction. Raises NewerDatabase."""
    before = state(database)
    if before == SchemaState.CURRENT:
        return
    if before == SchemaState.NEWER:
        raise NewerDatabase
    try:
        _upgrade(database)
    except DBAPIError:
        # Of two processes that migrate at the same time, the second waits for the first, and then finds what it wants to
        # make there already.
        if state(database) != SchemaState.CURRENT:
            raise


def _upgrade(database: Database) -> None:
    from alembic import command  # noqa: PLC0415  see above

    config = _config()
    with database.engine.connect().execution_options(writes=True) as connection, connection.begin():
        if database.schema:
            connection.execute(CreateSchema(database.schema, if_not_exists=True))
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def state(database: Database) -> SchemaState:
    """BEHIND for an earlier version or an empty database, NEWER for a revision that this program doesn't know."""
    revision = database_revision(database)
    if revision == program_revision():
        return SchemaState.CURRENT
    return SchemaState.BEHIND if _knows(revision) else SchemaState.NEWER


def state_if_reachable(database: Database) -> SchemaState:
    """As `state`, of a database that is in use. Raises Unreachable."""
    try:
        database.check_place()
        return state(database)
    except (SQLAlchemyError, sqlite3.Error, OSError) as error:
        raise Unreachable from error


def database_revision(database: Database) -> str | None:
    """The database's revision; None before the first migration."""
    with database.engine.connect() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return None
        revision: str | None = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
        return revision


def program_revision() -> str:
    """The newest revision that this program has."""
    return program_revisions()[-1]


@cache
def program_revisions() -> tuple[str, ...]:
    """The revisions that this program has, oldest first: what the names of their files begin with."""
    files = (MIGRATIONS / "versions").glob("[0-9]*_*.py")
    return tuple(sorted(file.name.partition("_")[0] for file in files))


def _knows(revision: str | None) -> bool:
    return revision is None or revision in program_revisions()


def _config() -> "Config":
    from alembic.config import Config  # noqa: PLC0415  see above

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    return config
