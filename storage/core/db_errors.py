"""What keeps the database from working for a while, told from its driver's errors: nobody's mistake, and it passes."""

import errno
import sqlite3
from enum import StrEnum

from sqlalchemy.exc import DBAPIError

from storage.core.database import Busy, Unreachable

_NO_ROOM = frozenset((errno.ENOSPC, errno.EDQUOT, errno.EFBIG))
# SQLite's own numbers: the lowest byte is the kind, the rest says more of it.
_KIND = 0xFF
# What PostgreSQL calls it (SQLSTATE): no connection, too many, being shut down or started.
_GONE = ("08", "533", "57P01", "57P02", "57P03")
_DISK_FULL, _LOCKED = "53100", "55P03"


class Trouble(StrEnum):
    """`trouble-…` is its sentence."""

    FULL = "full"
    """The disk is full, or fails."""
    BUSY = "busy"
    """Another program holds the database."""
    GONE = "gone"
    """The server can't be reached."""


def trouble(error: BaseException) -> Trouble | None:
    """Which trouble an error means; None if it means none of these."""
    if isinstance(error, Busy):
        return Trouble.BUSY
    if isinstance(error, Unreachable) and error.__cause__:
        return trouble(error.__cause__)
    if isinstance(error, DBAPIError):
        return _of_driver(error)
    if isinstance(error, OSError) and error.errno in _NO_ROOM:
        return Trouble.FULL
    return None


def _of_driver(error: DBAPIError) -> Trouble | None:
    original = error.orig
    if isinstance(original, sqlite3.Error):
        return _of_sqlite(getattr(original, "sqlite_errorcode", 0) & _KIND)
    state = getattr(original, "sqlstate", None)
    if state == _DISK_FULL:
        return Trouble.FULL
    if state == _LOCKED:
        return Trouble.BUSY
    lost = state.startswith(_GONE) if state else error.connection_invalidated or _could_not_connect(error)
    return Trouble.GONE if lost else None


def _of_sqlite(kind: int) -> Trouble | None:
    if kind in (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR):
        return Trouble.FULL
    return Trouble.BUSY if kind in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED) else None


def _could_not_connect(error: DBAPIError) -> bool:
    """Whether there never was a connection: then there is no statement either."""
    return error.statement is None
