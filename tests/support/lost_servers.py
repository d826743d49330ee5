"""The errors that a cluster of Citus raises, at the driver: see `docs/spreading.md`. The texts are those of a real one."""

import re
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import psycopg
import pytest
from psycopg.errors import ConnectionFailure, InternalError_, IoError, UniqueViolation
from sqlalchemy import event

from bot.jobs import jobs
from bot.jobs.jobs import LEASE, AnyJob, JobType
from storage.core.database import Database
from storage.core.db_errors import TransientFault, transient_fault
from tests.support import cluster
from tests.support.audiences import Times

_HOOKS = ("do_execute", "do_executemany", "do_execute_no_params")
_NAMES = re.compile("|".join(rf"\b{name}\b" for name in sorted(cluster.SPREAD)))
TOO_OFTEN = 200

Work = Callable[[Database, Any, Times], Iterator[AnyJob]]


class LostServers:
    """The servers of the audiences, which can be lost for a statement, or until they are back."""

    def __init__(self) -> None:
        self.fail_at: Collection[int] = ()
        """The numbers of the statements on contacts that fail, the first being 1."""
        self.gone: set[int] = set()
        """The audiences whose server is gone."""
        self.n_raised = 0
        self._n = 0
        self._stale: set[int] = set()
        self._connections: dict[int, Any] = {}

    def fail_now_and_then(self) -> None:
        """The 1st, 3rd, 6th, 10th statement from now on fail, and so on: each time in another place."""
        self._n, self.n_raised = 0, 0
        self.fail_at = {n * (n + 1) // 2 for n in range(1, 100)}

    def come_back(self) -> None:
        """Each session that there is fails once more."""
        self.gone.clear()
        self._stale = set(self._connections)

    def before(self, connection: Any, statement: str, values: Collection[Any]) -> None:
        """Raises the error of a statement, if it is to fail."""
        if not _NAMES.search(statement):
            return
        self._n += 1
        is_copy = statement.startswith("COPY")
        self._connections[id(connection)] = connection  # kept, so that no other has its id
        if id(connection) in self._stale:
            self._stale.discard(id(connection))
            self._raise(InternalError_("failure on connection marked as essential: worker1:5432"))
        if self._n in self.fail_at or self.gone & {value for value in values if isinstance(value, int)}:
            lost = IoError("failed to COPY to shard 102008 on worker1:5432")
            refused = ConnectionFailure(
                "connection to the remote node worker1:5432 failed: Connection refused"
            )
            self._raise(lost if is_copy else refused)

    def _raise(self, error: psycopg.Error) -> None:
        self.n_raised += 1
        raise error


class _Rows:
    """Takes the rows of a COPY, and notes their audiences."""

    def __init__(self, copying: Any) -> None:
        self._copying = copying
        self.audiences: set[int] = set()

    def write(self, text: str) -> None:
        self.audiences.update(int(line.partition("\t")[0]) for line in text.removesuffix("\n").split("\n"))
        self._copying.write(text)


@contextmanager
def lost_servers(database: Database, patch: pytest.MonkeyPatch) -> Iterator[LostServers]:
    """Lets statements of the database's engine fail, and its COPY tell of a duplicate as a worker's."""
    servers = LostServers()
    engine = database.engine

    def execute(cursor: Any, statement: str, parameters: Any, context: Any) -> None:
        if context.engine is engine:
            servers.before(cursor.connection, statement, list(_audiences(parameters)))

    def execute_plain(cursor: Any, statement: str, context: Any) -> None:
        execute(cursor, statement, (), context)

    real = psycopg.Cursor.copy

    @contextmanager
    def copy(cursor: Any, statement: str) -> Iterator[Any]:
        try:
            with real(cursor, statement.encode()) as copying:
                rows = _Rows(copying)
                yield rows
                servers.before(cursor.connection, statement, rows.audiences)
        except UniqueViolation as error:
            raise InternalError_(str(error)) from None

    hooks: list[Callable[..., None]] = [execute, execute, execute_plain]
    for name, hook in zip(_HOOKS, hooks, strict=True):
        event.listen(engine, name, hook)
    with patch.context() as patched:
        patched.setattr(psycopg.Cursor, "copy", copy)
        try:
            yield servers
        finally:
            for name, hook in zip(_HOOKS, hooks, strict=True):
                event.remove(engine, name, hook)  # of the dialect, which other engines share


def carried_on(database: Database, type_: JobType[Any, Any, Any], work: Work, times: Times) -> AnyJob:
    """Runs the next job of the type to its end as the worker does: each time that a server is gone, it waits."""
    for _ in range(TOO_OFTEN):
        times.now += LEASE + timedelta(seconds=1)
        job = jobs.claim(database, [type_], jobs.owner(), times.now)
        assert job
        try:
            *_, job = work(database, job, times)
        except Exception as error:
            if transient_fault(error) != TransientFault.GONE:
                raise
            jobs.retry_later_uncounted(database, job, times.now)
        else:
            jobs.mark_told(database, job, times.now)
            return job
    raise AssertionError(f"not done after {TOO_OFTEN} times")


def insisted(call: Callable[[], Any]) -> Any:
    """Calls as who sends again what was answered with an error."""
    for _ in range(TOO_OFTEN):
        try:
            return call()
        except Exception as error:
            if transient_fault(error) != TransientFault.GONE:
                raise
    raise AssertionError(f"not done after {TOO_OFTEN} times")


def _audiences(parameters: Any) -> Iterator[Any]:
    """The ids of audiences among the values of a statement."""
    if isinstance(parameters, dict):
        for name, value in parameters.items():
            if "audience_id" in name or name == "pk_1":  # of Session.get
                yield value
    elif isinstance(parameters, list):
        for each in parameters:
            yield from _audiences(each)
    elif parameters:
        yield parameters[0]
