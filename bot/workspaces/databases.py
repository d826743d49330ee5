"""Opening the database of the settings, with errors that say what to do."""

from bot.core.errors import CleanedError
from storage.core import schema
from storage.core.database import BadUrl, Database, Unreachable


class BadDatabaseUrl(CleanedError):
    """`DATABASE_URL` is no URL of SQLite or PostgreSQL."""

    key = "error-database-url"


class DatabaseUnreachable(CleanedError):
    """The database can't be opened. Values: url (its password hidden)."""

    key = "error-database-unreachable"


class DatabaseBehind(CleanedError):
    """The database has to be migrated with `cleaned migrate`."""

    key = "error-database-behind"


class DatabaseNewer(CleanedError):
    """The database was migrated by a newer version of this program."""

    key = "error-database-newer"


def open_current(url: str) -> Database:
    """Opens the database at this program's version: migrates SQLite, requires PostgreSQL to be migrated.

    Raises BadDatabaseUrl, DatabaseUnreachable, DatabaseNewer, DatabaseBehind.
    """
    database = open_any_version(url)
    try:
        ensure_current(database)
    except CleanedError:
        database.close()
        raise
    return database


def ensure_current(database: Database) -> None:
    """Migrates SQLite, requires PostgreSQL to be migrated. Raises DatabaseNewer, DatabaseBehind."""
    if database.is_sqlite:
        migrate(database)
    else:
        check_version(database)


def check_url(url: str) -> None:
    """Raises BadDatabaseUrl."""
    try:
        Database(url).close()
    except BadUrl:
        raise BadDatabaseUrl from None


def open_any_version(url: str) -> Database:
    """Opens the database without a look at its version. Raises BadDatabaseUrl, DatabaseUnreachable."""
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


def fault(database: Database) -> str:
    """What keeps a database that is in use from being used, in two or three words; "" if nothing does.

    A newer version doesn't: while several processes are upgraded, the older ones go on working.
    """
    try:
        is_behind = schema.state_if_reachable(database) == schema.SchemaState.BEHIND
    except Unreachable:
        return "unreachable"
    return "older than this program" if is_behind else ""


def migrate(database: Database) -> bool:
    """Migrates the database to this program's version; False if nothing was to do. Raises DatabaseNewer."""
    try:
        check_version(database)
    except DatabaseBehind:
        schema.migrate(database)
        return True
    return False


def check_version(database: Database) -> None:
    """Raises DatabaseNewer or DatabaseBehind unless the database has this program's version."""
    match schema.state(database):
        case schema.SchemaState.NEWER:
            raise DatabaseNewer
        case schema.SchemaState.BEHIND:
            raise DatabaseBehind
        case schema.SchemaState.CURRENT:
            return
