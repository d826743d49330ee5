"""What the drivers raise, told apart."""

import errno
import sqlite3

import psycopg
import pytest
from sqlalchemy.exc import OperationalError

from storage.core.database import Busy, Database, Unreachable
from storage.core.db_errors import TransientFault, transient_fault


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (OperationalError("INSERT", {}, psycopg.errors.DiskFull()), TransientFault.FULL),
        (OperationalError("INSERT", {}, psycopg.errors.LockNotAvailable()), TransientFault.BUSY),
        (OperationalError("INSERT", {}, psycopg.errors.AdminShutdown()), TransientFault.GONE),
        (OperationalError("INSERT", {}, psycopg.errors.TooManyConnections()), TransientFault.GONE),
        (
            OperationalError("INSERT", {}, psycopg.OperationalError(), connection_invalidated=True),
            TransientFault.GONE,
        ),
        (OperationalError("INSERT", {}, psycopg.errors.DeadlockDetected()), None),
        (OperationalError("INSERT", {}, sqlite3.OperationalError("no such table")), None),
        (Busy(), TransientFault.BUSY),
        (OSError(errno.ENOSPC, "No space left on device"), TransientFault.FULL),
        (OSError(errno.ENOENT, "No such file"), None),
        (ValueError(), None),
    ],
)
def test_each_driver_s_error_is_its_trouble(error: Exception, expected: TransientFault | None) -> None:
    assert transient_fault(error) == expected


def test_a_server_that_is_not_there_is_gone() -> None:
    database = Database("postgresql://nobody@127.0.0.1:1/nothing")
    with pytest.raises(OperationalError) as met, database.reading():
        pass
    assert transient_fault(met.value) == TransientFault.GONE
    with pytest.raises(Unreachable) as unreachable:
        database.probe()
    assert transient_fault(unreachable.value) == TransientFault.GONE
    database.close()


@pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
def test_who_has_a_person_waiting_waits_less_for_a_file_that_is_held(database: Database) -> None:
    hurried = database.with_short_wait()
    with database.transaction(), pytest.raises(Busy), hurried.transaction():
        pass
    with sqlite3.connect(str(database.url.database), isolation_level=None) as other:
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(OperationalError) as met, hurried.transaction():
            pass
        other.execute("ROLLBACK")
    other.close()
    assert transient_fault(met.value) == TransientFault.BUSY
    with hurried.transaction():
        pass
