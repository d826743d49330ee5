"""The database that the settings name: opened at this program's version, or a sentence that says what to do."""

from bot.core.errors import CleanedError
from storage.core import schema
from storage.core.database import BadUrl, Database, Unreachable


class BadDatabaseUrl(CleanedError):
    """`DATABASE_URL` names no database that the bot knows."""

    key = "error-database-url"


class DatabaseUnreachable(CleanedError):
    """The database can't be opened. Values: url (its password hidden)."""

    key = "error-database-unreachable"


class DatabaseBehind(CleanedError):
    """The database waits for `cleaned migrate`."""

    key = "error-database-behind"


class DatabaseNewer(CleanedError):
    """A newer version of this program made the database."""

    key = "error-database-newer"


def ready(url: str) -> Database:
    """The database, at this program's version: SQLite is brought there, PostgreSQL has to be there.

    Raises BadDatabaseUrl, DatabaseUnreachable, DatabaseNewer, DatabaseBehind.
    """
    database = reached(url)
    try:
        if database.is_sqlite:
            migrate(database)
        else:
            check_version(database)
    except CleanedError:
        database.close()
        raise
    return database


def reached(url: str) -> Database:
    """The database, whatever its version. Raises BadDatabaseUrl, DatabaseUnreachable."""
    try:
        database = Database(url)
    except BadUrl:
        raise BadDatabaseUrl from None
    try:
        database.probe()
    except Unreachable as error:
        database.close()
        raise DatabaseUnreachable(url=database.url.render_as_string()) from error
    return database


def migrate(database: Database) -> bool:
    """Brings the database to this program's version; False if it was there. Raises DatabaseNewer."""
    try:
        check_version(database)
    except DatabaseBehind:
        schema.migrate(database)
        return True
    return False


def check_version(database: Database) -> None:
    """Raises DatabaseNewer, DatabaseBehind."""
    match schema.standing(database):
        case schema.Standing.NEWER:
            raise DatabaseNewer
        case schema.Standing.BEHIND:
            raise DatabaseBehind
        case schema.Standing.CURRENT:
            return
