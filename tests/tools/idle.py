"""What `cleaned run` costs while nobody asks it anything, and how soon it answers once it is started (Linux).

`python -m tests.tools.idle` starts it against a local workspace, on SQLite; `--postgresql` on a PostgreSQL server of its
own. It prints the time from the start of the process to the first answer, and after a minute its memory, its processor
time, its threads and how often they were woken. The commands of the terminal are timed too.
"""

import argparse
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

from bot.demo import samples
from handlers.slack import manifest
from handlers.standins.slack.server import Workspace
from storage.core import schema
from storage.core.database import Database
from tests.support.slack import OLIVIA, Person
from tests.tools.webhook_load import database_url

SETTLE_SECONDS = 3.0  # after the first answer
CLEANED = ("-P", "-m", "handlers.cli")
TERMINAL = (("--help",), ("counts",))
TIMES = 7  # that each command of the terminal is started


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--starts", type=int, default=3)
    parser.add_argument("--postgresql", action="store_true")
    parser.add_argument(
        "--python", default=sys.executable, help="of an environment with requirements.txt alone"
    )
    given = parser.parse_args()
    with (
        tempfile.TemporaryDirectory() as folder,
        database_url(postgresql=given.postgresql) as url,
        Workspace(manifest.path()) as workspace,
    ):
        database = Database(url)
        schema.migrate(database)
        samples.add(database, datetime.now(UTC))
        database.close()
        environment = _environment(workspace, url)
        for arguments in TERMINAL:
            took = [_run([given.python, *CLEANED, *arguments], environment, folder) for _ in range(TIMES)]
            seconds, processor = (statistics.median(each) * 1000 for each in zip(*took, strict=True))
            print(
                f"cleaned {' '.join(arguments)}: {seconds:.0f} ms, {processor:.0f} ms of processor time (medians)"
            )
        for n in range(given.starts):
            with (
                _bot([given.python, *CLEANED, "run"], environment, folder) as (process, started),
                Person(workspace, OLIVIA) as olivia,
            ):
                answered, again = _first_answers(workspace, olivia, started)
                print(
                    f"first answer {answered:.2f} s after the start, with {_Use.of(process.pid).processor:.2f} s of "
                    f"processor time; the next after {again * 1000:.0f} ms"
                )
                if n == given.starts - 1:
                    _watch(process.pid, given.seconds)


def _run(command: Sequence[str], environment: dict[str, str], folder: str) -> tuple[float, float]:
    """Seconds by the clock, and of processor time."""
    started, before = time.perf_counter(), _of_children()
    subprocess.run(command, env=environment, cwd=folder, stdout=subprocess.DEVNULL, check=True)
    return time.perf_counter() - started, _of_children() - before


def _of_children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _first_answers(workspace: Workspace, person: Person, started: float) -> tuple[float, float]:
    """Seconds from the start to the first answer, and from the second command to its answer."""
    while not workspace.connections:
        time.sleep(0.005)
    _ask(person)
    answered = time.perf_counter() - started
    asked = time.perf_counter()
    _ask(person)
    return answered, time.perf_counter() - asked


def _ask(person: Person) -> None:
    before = len(person.messages())
    assert person.command("/cleaned")["ok"]
    while len(person.messages()) == before:
        time.sleep(0.005)


def _watch(pid: int, seconds: float) -> None:
    time.sleep(SETTLE_SECONDS)
    before = _Use.of(pid)
    time.sleep(seconds)
    after = _Use.of(pid)
    memory = Path(f"/proc/{pid}/smaps_rollup").read_text()
    resident, shared = (
        int(memory.split(f"\n{name}:")[1].split()[0]) / 1024 for name in ("Rss", "Shared_Clean")
    )
    busy = (after.processor - before.processor) / seconds
    print(
        f"idle for {seconds:.0f} s: {resident:.0f} MB resident ({shared:.0f} of them shared with other programs), "
        f"{busy:.2%} of a core, {after.threads} threads, {(after.wakes - before.wakes) / seconds:.1f} wakes a second"
    )
    for name, wakes in sorted(after.wakes_of.items(), key=lambda each: -each[1]):
        more = wakes - before.wakes_of.get(name, 0)
        if more:
            print(f"  {name}: {more / seconds:.2f} wakes a second")


@dataclass(frozen=True, slots=True)
class _Use:
    """What a process has used so far."""

    processor: float  # seconds
    threads: int
    wakes_of: dict[str, int]  # by thread

    @property
    def wakes(self) -> int:
        return sum(self.wakes_of.values())

    @classmethod
    def of(cls, pid: int) -> Self:
        ticks = sum(map(int, Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:13]))
        tasks = list(Path(f"/proc/{pid}/task").iterdir())
        wakes = {}
        for task in tasks:
            status = (task / "status").read_text()
            name = status.split("Name:\t")[1].split("\n")[0]
            wakes[f"{name} {task.name}"] = int(status.split("\nvoluntary_ctxt_switches:")[1].split()[0])
        return cls(ticks / os.sysconf("SC_CLK_TCK"), len(tasks), wakes)


def _environment(workspace: Workspace, url: str) -> dict[str, str]:
    return {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(Path(__file__).parents[2]),
        "LANG": "en_US.UTF-8",
        "SLACK_API_URL": workspace.api_url,
        "SLACK_BOT_TOKEN": workspace.bot_token,
        "SLACK_APP_TOKEN": workspace.app_token,
        "DATABASE_URL": url,
        "CLEANED_PORT": "0",
    }


@contextmanager
def _bot(
    command: Sequence[str], environment: dict[str, str], folder: str
) -> Iterator[tuple["subprocess.Popen[bytes]", float]]:
    """The running process, and when it was started."""
    started = time.perf_counter()
    process = subprocess.Popen(command, env=environment, cwd=folder, stderr=subprocess.DEVNULL)
    try:
        yield process, started
    finally:
        process.terminate()
        process.wait()


if __name__ == "__main__":
    main()
