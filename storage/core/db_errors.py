"""Recognises, by the drivers' error codes, faults of the database that pass without a change of the program."""

import errno
import sqlite3
from enum import StrEnum

from sqlalchemy.exc import DBAPIError

from storage.core.database import Busy, Unreachable
from storage.core.server_errors import is_gone, sqlstate

_NO_SPACE = frozenset((errno.ENOSPC, errno.EDQUOT, errno.EFBIG))
# The lowest byte of an extended SQLite result code is the primary one.
_PRIMARY_CODE = 0xFF
# PostgreSQL's SQLSTATE.
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
    if isinstance(error, Unreachable):
        return transient_fault(error.__cause__) if error.__cause__ else TransientFault.GONE
    if isinstance(error, DBAPIError):
        return _from_driver(error)
    if isinstance(error, OSError) and error.errno in _NO_SPACE:
        return TransientFault.FULL
    return _from_postgresql(error)  # of a cursor of the driver's own


def _from_driver(error: DBAPIError) -> TransientFault | None:
    original = error.orig
    if isinstance(original, sqlite3.Error):
        return _from_sqlite(getattr(original, "sqlite_errorcode", 0) & _PRIMARY_CODE)
    if sqlstate(original):
        return _from_postgresql(original)
    is_lost = error.connection_invalidated or _could_not_connect(error)
    return TransientFault.GONE if is_lost else _from_postgresql(original)


def _from_postgresql(error: BaseException | None) -> TransientFault | None:
    if sqlstate(error) == _DISK_FULL:
        return TransientFault.FULL
    if sqlstate(error) == _LOCKED:
        return TransientFault.BUSY
    return TransientFault.GONE if is_gone(error) else None


def _from_sqlite(code: int) -> TransientFault | None:
    if code in (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR):
        return TransientFault.FULL
    return TransientFault.BUSY if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED) else None


def _could_not_connect(error: DBAPIError) -> bool:
    """Whether the error is from connecting: then it has no statement."""
    return error.statement is None
