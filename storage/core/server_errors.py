"""PostgreSQL's errors that say a server is gone, or that a value is there already.

Citus, which spreads tables over several servers, hands on what a worker says as errors of its own; some of them have no
SQLSTATE but that of an internal error, and are recognised by their text. See `docs/spreading.md`.
"""

import re

import psycopg
from psycopg.errors import InternalError_, IoError, UniqueViolation

# SQLSTATE: connection exceptions, too many connections, shutting down or starting up.
_NOT_CONNECTED = ("08", "533", "57P01", "57P02", "57P03")
_WORKER_GONE = re.compile(
    "failure on connection marked as essential|failed to COPY to shard|connection to the remote node",
    re.IGNORECASE,
)
_UNIQUE = re.compile(r"\b(uq|pk)_\w+")  # the names of unique constraints: a server may speak any language


def is_gone(error: psycopg.Error) -> bool:
    """Whether the server, or one of those that it asks, can't be reached."""
    if error.sqlstate is None:  # the driver's own: there was no server to give one
        return isinstance(error, psycopg.OperationalError)
    return error.sqlstate.startswith(_NOT_CONNECTED) or _is_of_worker(error)


def leaves_session_unusable(error: psycopg.Error) -> bool:
    """Whether a worker is gone: this session, and others in the pool, may hold a connection to it that has ended.

    Each of them would fail once more when the worker is back.
    """
    return (error.sqlstate or "").startswith("08") or _is_of_worker(error)


def is_duplicate(error: psycopg.Error) -> bool:
    """Whether a value is there already that has to be unique."""
    if isinstance(error, UniqueViolation):
        return True
    return isinstance(error, InternalError_) and bool(_UNIQUE.search(_message(error)))


def _is_of_worker(error: psycopg.Error) -> bool:
    return isinstance(error, InternalError_ | IoError) and bool(_WORKER_GONE.search(_message(error)))


def _message(error: psycopg.Error) -> str:
    """Without details, which may be values of rows."""
    return error.diag.message_primary or str(error)
