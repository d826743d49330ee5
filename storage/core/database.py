"""Engine, sessions and transactions, for SQLite and PostgreSQL. Nothing else in the program commits."""

import logging
import re
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from copy import copy
from pathlib import Path
from threading import Lock
from typing import Any, Self

from sqlalchemy import Connection, Engine, create_engine, event, func, select, text
from sqlalchemy.engine import URL, ExceptionContext, make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError
from sqlalchemy.schema import DropSchema
from sqlmodel import Session

from storage.core.server_errors import leaves_session_unusable

__all__ = ["Database", "Session", "Unreachable"]  # `bot` and `handlers` import Session from here

log = logging.getLogger(__name__)

# Another program may lock the file for longer; transactions of this one last well under a second.
SQLITE_BUSY_SECONDS = 20.0
SHORT_WAIT_SECONDS = 1.5  # Slack wants an acknowledgement within three seconds
IDLE_CONNECTIONS, MOST_CONNECTIONS = 10, 30
IDLE_BESIDE = (
    3  # of each SQLite file beside the main one: each connection has two open files, and memory of its own
)
SQLITE_PRAGMAS = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=NORMAL",
    f"PRAGMA busy_timeout={SQLITE_BUSY_SECONDS * 1000:.0f}",
    "PRAGMA foreign_keys=ON",
    # Some builds overwrite all that is deleted, others nothing. This overwrites it in pages that are written anyway: the
    # file of an import is 100 MB of others. Erasing a person writes the whole file anew.
    "PRAGMA secure_delete=FAST",
    "PRAGMA temp_store=MEMORY",
    "PRAGMA cache_size=-16384",  # negative: in KiB; 16 MiB for each connection of the pool
    "PRAGMA journal_size_limit=67108864",
    # In pages (64 MiB): an import changes the same index pages many times before they are copied into the main file.
    "PRAGMA wal_autocheckpoint=16384",
)
_SCHEMA = "schema"  # names a PostgreSQL schema, in URLs and in SQLAlchemy's execution options
_PLACE = re.compile(r"[a-z0-9_]{1,63}")
SHRINK_FROM = 4 << 20  # bytes of deleted rows
SHRINK_UP_TO = 64 << 20  # bytes of a SQLite file that are written anew
# Detects within a minute that a server has disappeared; with the defaults of the operating system it takes hours.
POSTGRESQL_TIMEOUTS = {
    "connect_timeout": 10,
    "keepalives_idle": 20,
    "keepalives_interval": 10,
    "keepalives_count": 3,
    "tcp_user_timeout": 30_000,  # milliseconds
}


class Unreachable(Exception):
    """The database can't be reached or opened."""


class Busy(Exception):
    """The SQLite file stayed locked by another writer for longer than the time-out."""


class BadUrl(Exception):
    """The URL can't be parsed, or is of a database other than SQLite and PostgreSQL."""


class Database:
    """The program's database. The constructor opens no connection.

    `url` is a SQLAlchemy URL: `sqlite:///path` or `postgresql://…`, of the main database or of one beside it
    (`url_beside`). Raises BadUrl.
    """

    def __init__(self, url: str, *, idle_connections: int = IDLE_CONNECTIONS) -> None:
        """`idle_connections`: that are kept open."""
        self.url = _parse_url(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self.schema = None if self.is_sqlite else _schema(self.url)
        make_engine = _sqlite_engine if self.is_sqlite else _postgresql_engine
        self.engine = make_engine(self.url, idle_connections)
        self._shares_engine = False
        # SQLite has one writer: threads of this process wait for this lock, which is quicker than polling the file.
        self._writer = Lock()
        self._busy_seconds = SQLITE_BUSY_SECONDS
        self._file_id: tuple[int, int] | None = None  # of the SQLite file that `check_place` saw first

    def with_short_wait(self) -> Self:
        """Returns the same database with a short time-out for locks, for requests that a person waits for."""
        database = copy(self)
        database._busy_seconds = SHORT_WAIT_SECONDS  # noqa: SLF001  of this class
        return database

    def beside(self, place: str) -> "Database":
        """Returns the database of that name beside this one; on PostgreSQL both use the same connections."""
        url = url_beside(self.url.render_as_string(hide_password=False), place)
        if self.is_sqlite:
            return Database(url, idle_connections=IDLE_BESIDE)
        database = copy(self)
        database.url, database.schema, database._shares_engine = make_url(url), place, True  # noqa: SLF001  of this class
        database.engine = self.engine.execution_options(schema=place)
        return database

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """Opens a session that may write; commits at the end, rolls back on any error. Raises Busy."""
        with self._writer_lock(), Session(self.engine, expire_on_commit=False) as session:
            if self.is_sqlite:
                session.connection(execution_options={"writes": True, "busy_seconds": self._busy_seconds})
            yield session
            session.commit()

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """Opens a session that only reads, from one snapshot."""
        with Session(self.engine, expire_on_commit=False) as session:
            if not self.is_sqlite:
                session.connection(
                    execution_options={"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
                )
            yield session

    def probe(self) -> None:
        """Opens a connection once, and creates the SQLite file and its folder if missing. Raises Unreachable."""
        try:
            if self.is_sqlite and self.url.database:
                _create_private(Path(self.url.database))
            with self.engine.connect():
                pass
        except (SQLAlchemyError, sqlite3.Error, OSError) as error:
            raise Unreachable from error

    def check_place(self) -> None:
        """Raises Unreachable if the SQLite file is gone, or is another one than at the first call; or the schema is gone.

        An open connection goes on reading and writing a file that was deleted or replaced.
        """
        if self.schema:
            self._check_schema(self.schema)
        if not (self.is_sqlite and self.url.database):
            return
        try:
            found = Path(self.url.database).stat()
        except OSError as error:
            raise Unreachable from error
        file_id = found.st_dev, found.st_ino
        self._file_id = self._file_id or file_id
        if file_id != self._file_id:
            raise Unreachable

    def _check_schema(self, schema: str) -> None:
        try:
            with self.engine.connect() as connection:
                is_there = connection.execute(select(func.to_regnamespace(schema))).scalar() is not None
        except SQLAlchemyError as error:
            raise Unreachable from error
        if not is_there:
            raise Unreachable

    @property
    def files(self) -> tuple[Path, ...]:
        """The files that a SQLite database may have: it, its log and the log's index. None on PostgreSQL."""
        if not (self.is_sqlite and self.url.database):
            return ()
        return tuple(Path(self.url.database + suffix) for suffix in ("", "-wal", "-shm"))

    def shrink(self, *tables: str) -> None:
        """Gives the space of rows deleted from those tables back to the system, if it is much and that takes a second at most.

        A SQLite file of more than 64 MiB is left as it is: it fills the space before it grows. Nothing is raised if the
        database is busy.
        """
        try:
            if self.is_sqlite:
                self._shrink_file()
            else:
                self._shrink_tables(tables)
        except (SQLAlchemyError, sqlite3.Error, OSError, Busy) as error:
            log.warning("the space of deleted rows was not given back: %s", type(error).__qualname__)

    def analyze(self, *tables: str) -> None:
        """Has PostgreSQL look at tables that have grown a lot. Nothing is raised if it is busy.

        Until it does so by itself, up to a minute later, it plans queries as if they were nearly empty: one that takes
        milliseconds then takes minutes with a million contacts.
        """
        if self.is_sqlite:
            return
        try:
            self._on_tables("ANALYZE (SKIP_LOCKED)", tables)
        except SQLAlchemyError as error:
            log.warning("tables were not analyzed: %s", type(error).__qualname__)

    def overwrite(self, *tables: str) -> bool:
        """Writes the whole SQLite file anew, so that it holds nothing of deleted rows; False if it was in use.

        In the meantime nobody else can write: a second for about 100 MB. On PostgreSQL, vacuums the tables.
        """
        try:
            if self.is_sqlite:
                return self._overwrite_file()
            self._shrink_tables(tables)
        except (SQLAlchemyError, sqlite3.Error, OSError, Busy) as error:
            log.warning("the space of erased rows was not overwritten: %s", type(error).__qualname__)
            return False
        return True

    def close(self) -> None:
        if not self._shares_engine:
            self.engine.dispose()

    def drop(self) -> None:
        """Deletes a database that lies beside the main one, with everything in it. Raises Unreachable."""
        try:
            if self.is_sqlite:
                self.close()
                for path in self.files:
                    path.unlink(missing_ok=True)
            elif self.schema:
                with self.engine.begin() as connection:
                    connection.execute(DropSchema(self.schema, cascade=True, if_exists=True))
        except (SQLAlchemyError, OSError) as error:
            raise Unreachable from error

    def _overwrite_file(self) -> bool:
        with self._writer_lock(), closing(self.engine.raw_connection()) as connection:
            connection.detach()
            cursor = connection.cursor()
            # The new file may not fit into memory. What it is written to has no name, and only what is still there.
            cursor.execute("PRAGMA temp_store=FILE")
            cursor.execute("VACUUM")
            # The log has the old pages until nobody reads from it.
            return not cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]

    def _shrink_file(self) -> None:
        with self._writer_lock(), closing(self.engine.raw_connection()) as connection:
            connection.detach()  # from the pool: it is closed, with its own time-out
            cursor = connection.cursor()

            def pragma(name: str) -> int:
                return int(cursor.execute(f"PRAGMA {name}").fetchone()[0])

            page_size, free = pragma("page_size"), pragma("freelist_count")
            used = pragma("page_count") - free
            cursor.execute(f"PRAGMA busy_timeout={SHORT_WAIT_SECONDS * 1000:.0f}")
            if free * page_size > SHRINK_FROM and 2 * free > used and used * page_size <= SHRINK_UP_TO:
                cursor.execute("VACUUM")
            if Path(f"{self.url.database}-wal").stat().st_size > SHRINK_FROM:
                pragma("wal_checkpoint(TRUNCATE)")

    def _shrink_tables(self, tables: Sequence[str]) -> None:
        # Gives whole pages back at the end of a table, so all of one that is empty.
        self._on_tables("VACUUM (SKIP_LOCKED)", tables)

    def _on_tables(self, command: str, tables: Sequence[str]) -> None:
        with self.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            # The names are qualified, because without a transaction there is no search path.
            names = (f'"{self.schema}".{table}' if self.schema else table for table in tables)
            connection.execute(text(f"{command} {', '.join(names)}"))

    @contextmanager
    def _writer_lock(self) -> Iterator[None]:
        if not self.is_sqlite:
            yield
            return
        if not self._writer.acquire(timeout=self._busy_seconds):
            raise Busy
        try:
            yield
        finally:
            self._writer.release()


def url_beside(url: str, place: str) -> str:
    """Returns the URL of the database of that name beside the main one: another SQLite file, or a PostgreSQL schema.

    `place` consists of small letters, digits and underscores. Raises BadUrl, also for a SQLite database in memory.
    """
    main = _parse_url(url)
    if not _PLACE.fullmatch(place):
        raise BadUrl
    if main.get_backend_name() == "postgresql":
        return main.update_query_dict({_SCHEMA: place}).render_as_string(hide_password=False)
    if not main.database:
        raise BadUrl
    path = Path(main.database)
    return main.set(database=str(path.with_stem(f"{path.stem}-{place}"))).render_as_string()


def _create_private(path: Path) -> None:
    # The file holds addresses, so only its owner may read it. SQLite gives its -wal and -shm files the same mode.
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.touch(mode=0o600)


def _parse_url(written: str) -> URL:
    try:
        url = make_url(written)
    except ArgumentError:
        raise BadUrl from None
    if url.get_backend_name() not in ("sqlite", "postgresql"):
        raise BadUrl
    return url


def _schema(url: URL) -> str | None:
    """The schema that a URL names; None for the main database. Raises BadUrl."""
    schema = url.query.get(_SCHEMA)
    if schema is not None and not (isinstance(schema, str) and _PLACE.fullmatch(schema)):
        raise BadUrl
    return schema


def _postgresql_engine(url: URL, idle_connections: int) -> Engine:
    # Without prepared statements: behind some connection poolers they are lost after a rollback.
    engine = create_engine(
        url.difference_update_query([_SCHEMA]).set(drivername="postgresql+psycopg"),
        connect_args={"prepare_threshold": None, "options": "-c timezone=UTC", **POSTGRESQL_TIMEOUTS},
        pool_pre_ping=True,
        hide_parameters=True,  # else errors would show addresses
        pool_size=idle_connections,
        max_overflow=MOST_CONNECTIONS - idle_connections,
    )

    event.listen(engine, "handle_error", _replace_sessions)

    @event.listens_for(engine, "begin")
    def _set_search_path(connection: Connection) -> None:
        # For the transaction alone: the connection may be another database's next.
        if schema := connection.get_execution_options().get(_SCHEMA):
            connection.exec_driver_sql(f'SET LOCAL search_path TO "{schema}"')

    schema = _schema(url)
    return engine.execution_options(schema=schema) if schema else engine


def _replace_sessions(context: ExceptionContext) -> None:
    if leaves_session_unusable(context.original_exception):
        context.is_disconnect = True  # the whole pool is replaced


def _sqlite_engine(url: URL, idle_connections: int) -> Engine:
    # isolation_level None: the driver begins no transactions, `_begin` does.
    engine = create_engine(
        url,
        connect_args={"isolation_level": None},
        pool_size=idle_connections,
        max_overflow=MOST_CONNECTIONS - idle_connections,
        hide_parameters=True,
    )

    @event.listens_for(engine, "connect")
    def _prepare(connection: sqlite3.Connection, _record: Any) -> None:
        for pragma in SQLITE_PRAGMAS:
            connection.execute(pragma)

    @event.listens_for(engine, "begin")
    def _begin(connection: Any) -> None:
        # BEGIN IMMEDIATE takes the write lock at the start. A transaction that reads first and then wants to write can't
        # wait for the lock: SQLite refuses it at once.
        options = connection.get_execution_options()
        busy_seconds = options.get("busy_seconds")
        if busy_seconds and connection.info.get("busy_seconds") != busy_seconds:
            connection.exec_driver_sql(f"PRAGMA busy_timeout={busy_seconds * 1000:.0f}")
            connection.info["busy_seconds"] = busy_seconds
        connection.exec_driver_sql("BEGIN IMMEDIATE" if options.get("writes") else "BEGIN")

    return engine
