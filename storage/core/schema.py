"""The database's version: brought up to this program's, and compared with it."""

from enum import StrEnum
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from storage.core.database import Database

MIGRATIONS = Path(__file__).parents[1] / "migrations"


class NewerDatabase(Exception):
    """The database was made by a newer version of this program."""


class Standing(StrEnum):
    """Where a database stands beside this program."""

    CURRENT = "current"
    BEHIND = "behind"
    NEWER = "newer"


def migrate(database: Database) -> None:
    """Brings the database to this version, all of it or nothing. Raises NewerDatabase."""
    found = standing(database)
    if found == Standing.CURRENT:
        return
    if found == Standing.NEWER:
        raise NewerDatabase
    config = _config()
    with database.engine.connect().execution_options(writes=True) as connection, connection.begin():
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def standing(database: Database) -> Standing:
    """Whether the database is of this version, an earlier one (or empty), or one this program doesn't know."""
    revision = current(database)
    if revision == newest():
        return Standing.CURRENT
    return Standing.BEHIND if _knows(revision) else Standing.NEWER


def current(database: Database) -> str | None:
    """The database's revision; None before the first migration."""
    with database.engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def newest() -> str | None:
    """The revision of this program."""
    return ScriptDirectory.from_config(_config()).get_current_head()


def _knows(revision: str | None) -> bool:
    script = ScriptDirectory.from_config(_config())
    return revision is None or revision in {known.revision for known in script.walk_revisions()}


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    return config
