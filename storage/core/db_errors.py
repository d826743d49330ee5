"""Recognises, by the drivers' error codes, faults of the database that pass without a change of the program."""

import errno
import sqlite3
from enum import StrEnum

from sqlalchemy.exc import DBAPIError

from storage.core.database import Busy, Unreachable

_NO_SPACE = frozenset((errno.ENOSPC, errno.EDQUOT, errno.EFBIG))
# The lowest byte of an extended SQLite result code is the primary one.
_PRIMARY_CODE = 0xFF
# PostgreSQL's SQLSTATE: connection exceptions, too many connections, shutting down or starting up.
_NOT_CONNECTED = ("08", "533", "57P01", "57P02", "57P03")
_DISK_FULL, _LOCKED = "53100", "55P03"


class TransientFault(StrEnum):
    """A fault that passes. The key of its sentence is `trouble-` and the value."""

    FULL = "full"
    """The disk is full or can't be written."""
    BUSY = "busy"
    """Another program has locked the database."""
    GONE = "gone"
    """The server can't be reached."""


def transient_fault(error: BaseException) -> TransientFault | None:
    """The fault that an error means; None for any other error."""
    if isinstance(error, Busy):
        return TransientFault.BUSY
    if isinstance(error, Unreachable) and error.__cause__:
        return transient_fault(error.__cause__)
    if isinstance(error, DBAPIError):
        return _from_driver(error)
    if isinstance(error, OSError) and error.errno in _NO_SPACE:
        return TransientFault.FULL
    return None


def _from_driver(error: DBAPIError) -> TransientFault | None:
    original = error.orig
    if isinstance(original, sqlite3.Error):
        return _from_sqlite(getattr(original, "sqlite_errorcode", 0) & _PRIMARY_CODE)
    state = getattr(original, "sqlstate", None)
    if state == _DISK_FULL:
        return TransientFault.FULL
    if state == _LOCKED:
        return TransientFault.BUSY
    is_lost = (
        state.startswith(_NOT_CONNECTED)
        if state
        else error.connection_invalidated or _could_not_connect(error)
    )
    return TransientFault.GONE if is_lost else None


def _from_sqlite(code: int) -> TransientFault | None:
    if code in (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR):
        return TransientFault.FULL
    return TransientFault.BUSY if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED) else None


def _could_not_connect(error: DBAPIError) -> bool:
    """Whether the error is from connecting: then it has no statement."""
    return error.statement is None
