"""The database: an engine per URL, SQLite's pragmas, and the only place that commits."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from copy import copy
from pathlib import Path
from threading import Lock
from typing import Any, Self

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError
from sqlmodel import Session

__all__ = ["Database", "Session", "Unreachable"]  # the other floors take their session type from here

# Another program may hold the file for a while; ours hold it for well under a second.
SQLITE_BUSY_SECONDS = 20.0
HURRIED_SECONDS = 1.5  # Slack waits three for its answer
SQLITE_PRAGMAS = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=NORMAL",
    f"PRAGMA busy_timeout={SQLITE_BUSY_SECONDS * 1000:.0f}",
    "PRAGMA foreign_keys=ON",
    "PRAGMA temp_store=MEMORY",
    "PRAGMA cache_size=-16384",  # KiB, so 16 MiB for each connection of the pool
    "PRAGMA journal_size_limit=67108864",
    # Pages, so as many bytes: an import changes the same pages of an index again and again before they go into the file.
    "PRAGMA wal_autocheckpoint=16384",
)
# A server that vanished without a word is noticed within a minute; by itself the system takes hours.
POSTGRESQL_WAITS = {
    "connect_timeout": 10,
    "keepalives_idle": 20,
    "keepalives_interval": 10,
    "keepalives_count": 3,
    "tcp_user_timeout": 30_000,  # milliseconds
}


class Unreachable(Exception):
    """The database can't be reached or opened."""


class Busy(Exception):
    """Others write to the SQLite file, for longer than one can wait."""


class BadUrl(Exception):
    """The URL is none of a database that this program knows."""


class Database:
    """Where everything rests. Making one opens no connection.

    `url` is a SQLAlchemy URL: `sqlite:///path` or `postgresql://…`. Raises BadUrl.
    """

    def __init__(self, url: str) -> None:
        self.url = _parsed(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self.engine = _sqlite_engine(self.url) if self.is_sqlite else _postgresql_engine(self.url)
        # SQLite has one writer: threads of this process queue here, woken in turn, instead of polling the file.
        self._writer = Lock()
        self._waits = SQLITE_BUSY_SECONDS

    def hurried(self) -> Self:
        """The same database, for whom a person waits: it does not wait long for another program's lock."""
        same = copy(self)
        same._waits = HURRIED_SECONDS  # noqa: SLF001  our own
        return same

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """A session that may write: commits at the end, rolls back on any error. Raises Busy."""
        with self._turn(), Session(self.engine, expire_on_commit=False) as session:
            if self.is_sqlite:
                session.connection(execution_options={"writes": True, "waits": self._waits})
            yield session
            session.commit()

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session that only reads, all of it from one moment."""
        with Session(self.engine, expire_on_commit=False) as session:
            if not self.is_sqlite:
                session.connection(
                    execution_options={"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
                )
            yield session

    def probe(self) -> None:
        """Makes a SQLite file and its folder if need be. Raises Unreachable when no connection can be had."""
        try:
            if self.is_sqlite and self.url.database:
                _make_private(Path(self.url.database))
            with self.engine.connect():
                pass
        except (SQLAlchemyError, sqlite3.Error, OSError) as error:
            raise Unreachable from error

    def close(self) -> None:
        self.engine.dispose()

    @contextmanager
    def _turn(self) -> Iterator[None]:
        if not self.is_sqlite:
            yield
            return
        if not self._writer.acquire(timeout=self._waits):
            raise Busy
        try:
            yield
        finally:
            self._writer.release()


def _make_private(path: Path) -> None:
    # Addresses are nobody else's: SQLite gives its -wal and -shm files the rights of this one.
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.touch(mode=0o600)


def _parsed(text: str) -> URL:
    try:
        url = make_url(text)
    except ArgumentError:
        raise BadUrl from None
    if url.get_backend_name() not in ("sqlite", "postgresql"):
        raise BadUrl
    return url


def _postgresql_engine(url: URL) -> Engine:
    # psycopg 3 loses prepared statements after a rollback behind some poolers.
    return create_engine(
        url.set(drivername="postgresql+psycopg"),
        connect_args={"prepare_threshold": None, "options": "-c timezone=UTC", **POSTGRESQL_WAITS},
        pool_pre_ping=True,
        hide_parameters=True,  # an error names no address
        pool_size=10,
        max_overflow=20,
    )


def _sqlite_engine(url: URL) -> Engine:
    # autocommit: the driver begins nothing by itself, `_begin` does.
    engine = create_engine(
        url, connect_args={"isolation_level": None}, pool_size=10, max_overflow=20, hide_parameters=True
    )

    @event.listens_for(engine, "connect")
    def _prepare(connection: sqlite3.Connection, _record: Any) -> None:
        for pragma in SQLITE_PRAGMAS:
            connection.execute(pragma)

    @event.listens_for(engine, "begin")
    def _begin(connection: Any) -> None:
        # A transaction that reads first and writes later can't wait for the lock: it would fail at once.
        options = connection.get_execution_options()
        if waits := options.get("waits"):
            connection.exec_driver_sql(f"PRAGMA busy_timeout={waits * 1000:.0f}")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if options.get("writes") else "BEGIN")

    return engine
