"""The memory of each long work over its time: each in a process of its own, above what that has when idle (Linux)."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread

from bot.archives import archives, restores
from bot.archives.jobs import ARCHIVE, RESTORE
from bot.exports import exports
from bot.imports import imports
from bot.imports.jobs import IMPORT
from bot.workspaces import databases
from storage.contacts.contacts import Segment
from storage.core.database import Database
from tests.conftest import NOW
from tests.support.audiences import run

WORKS = ("import", "export", "archive", "restore")  # each works on what the one before left
AUDIENCE = "Newsletter"
EVERY = 0.05  # seconds


def table(url: str, file: Path) -> None:
    """Does the works on a new database, the import from that file, and prints MB over idle by tenths of the time."""
    print("\n| work | MB over idle, at each tenth of its time | most | idle |\n|---|---|---|---|")
    for work in WORKS:
        command = [sys.executable, "-m", "tests.tools.benchmarks", "--child", work, url, str(file)]
        print(subprocess.run(command, check=True, capture_output=True, text=True).stdout, end="", flush=True)


def child(work: str, url: str, file: Path) -> None:
    """Does one of the works and prints its line of the table."""
    database = databases.open_any_version(url)
    with database.engine.connect():
        idle = _resident()
    samples: list[int] = []
    with _sampled(samples):
        do(work, database, file)
    tenths = [samples[len(samples) * i // 10] - idle for i in range(10)]
    line = " ".join(f"{mb:.0f}" for mb in (*tenths, samples[-1] - idle))
    print(f"| {work} | {line} | {max(samples) - idle} | {idle} |")


def do(work: str, database: Database, file: Path) -> None:
    """Does one of the works; an import takes that file."""
    if work == "import":
        with file.open("rb") as opened:
            imports.receive(database, opened, name="all.csv", audience=AUDIENCE, by="U1", now=NOW)
        run(database, IMPORT, imports.work)
    elif work == "export":
        with Path(os.devnull).open("wb") as out:
            exports.write(database, AUDIENCE, out, now=NOW)
    elif work == "archive":
        plan = archives.plan(database, Segment(audience_id=1), by="U1", word="ARCHIVE", now=NOW)
        archives.confirm(database, plan.id, "ARCHIVE", by="U1", now=NOW)
        run(database, ARCHIVE, archives.work)
    else:
        [archive] = restores.earlier_archives(database).archives
        restores.undo(database, archive.audience_id, archive.id, by="U1", now=NOW)
        run(database, RESTORE, restores.work)


@contextmanager
def _sampled(samples: list[int]) -> Iterator[None]:
    over = Event()

    def watch() -> None:
        while not over.wait(EVERY):
            samples.append(_resident())

    watching = Thread(target=watch)
    watching.start()
    try:
        yield
    finally:
        over.set()
        watching.join()
        samples.append(_resident())


def _resident() -> int:
    """In MB."""
    return int(Path("/proc/self/status").read_text().split("VmRSS:")[1].split()[0]) // 1024
