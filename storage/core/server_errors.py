"""PostgreSQL's errors that say a server is gone, or that a value is there already.

Citus, which spreads tables over several servers, hands on what a worker says as errors of its own; some of them have no
SQLSTATE but that of an internal error, and are recognised by their text. See `docs/spreading.md`. The driver is not
imported here: with SQLite, it never is.
"""

import re
import sys
from typing import Any

# SQLSTATE: connection exceptions, too many connections, shutting down or starting up.
_NOT_CONNECTED = ("08", "533", "57P01", "57P02", "57P03")
_UNIQUE_VIOLATION, _INTERNAL_ERROR, _IO_ERROR = "23505", "XX000", "58030"
_WORKER_GONE = re.compile(
    "failure on connection marked as essential|failed to COPY to shard|connection to the remote node",
    re.IGNORECASE,
)
_UNIQUE = re.compile(r"\b(uq|pk)_\w+")  # the names of unique constraints: a server may speak any language


def sqlstate(error: BaseException | None) -> str:
    """The SQLSTATE of an error of PostgreSQL's driver; "" if it has none, or is another error."""
    return (getattr(error, "sqlstate", None) or "") if _is_of_driver(error, "Error") else ""


def is_gone(error: BaseException | None) -> bool:
    """Whether the server, or one of those that it asks, can't be reached."""
    if not sqlstate(error):  # the driver's own: there was no server to give one
        return _is_of_driver(error, "OperationalError")
    return sqlstate(error).startswith(_NOT_CONNECTED) or _is_of_worker(error)


def leaves_session_unusable(error: BaseException | None) -> bool:
    """Whether a worker is gone: this session, and others in the pool, may hold a connection to it that has ended.

    Each of them would fail once more when the worker is back.
    """
    return sqlstate(error).startswith("08") or _is_of_worker(error)


def is_duplicate(error: BaseException) -> bool:
    """Whether a value is there already that has to be unique."""
    state = sqlstate(error)
    return state == _UNIQUE_VIOLATION or (state == _INTERNAL_ERROR and bool(_UNIQUE.search(_message(error))))


def _is_of_worker(error: BaseException | None) -> bool:
    is_such = sqlstate(error) in (_INTERNAL_ERROR, _IO_ERROR)
    return is_such and bool(_WORKER_GONE.search(_message(error)))


def _is_of_driver(error: BaseException | None, name: str) -> bool:
    psycopg = sys.modules.get("psycopg")
    return psycopg is not None and isinstance(error, getattr(psycopg, name))


def _message(error: Any) -> str:
    """Without details, which may be values of rows."""
    return str(error.diag.message_primary or error)
