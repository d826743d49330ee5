"""How long each work takes beside the barest way to do the same, both measured in the same run.

`python -m tests.tools.benchmarks [--contacts N] [--rounds N] [--engine sqlite|postgresql] [--works import,export,…]`
prints medians; `--whole` drives the whole bot instead, `--reads` times what people wait for, `--answers` how long
they wait for `/cleaned` in the whole bot, `--instructions` counts those of 20,000 contacts (or `--contacts`). The
references for imports to SQLite and for exports are the command lines `sqlite3` and `psql`; an import has a second one,
which sorts the rows by their addresses first.
"""

import argparse
import gc
import statistics
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path

from email_validator import validate_email

from bot.archives import archives, restores
from bot.archives.jobs import ARCHIVE, RESTORE
from bot.audiences import audiences
from bot.contacts import counts
from bot.core.addresses import try_validate
from bot.exports import exports
from bot.imports import imports
from bot.imports.jobs import IMPORT
from handlers.cli import GC_THRESHOLDS, SWITCH_SECONDS
from storage.contacts.contacts import Segment
from storage.core.database import Database
from tests.conftest import NOW
from tests.support import samples
from tests.support.audiences import run
from tests.tools.benchmarks import answers, engines, instructions, memory, reads, references, whole
from tests.tools.benchmarks.data import csv_file
from tests.tools.benchmarks.memory import AUDIENCE
from tests.tools.benchmarks.timing import timed, unit

WORKS = ("import", "count", "export", "archive", "validate", "help", "memory")

IN_ORDER = "import (reference in the order of addresses)"
COUNT = "count (reference: a tenth of the contacts)"

Times = dict[str, list[float]]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--contacts", type=int)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--engine", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--works", default=",".join(WORKS), help=f"some of: {','.join(WORKS)}")
    parser.add_argument("--whole", action="store_true")
    parser.add_argument("--reads", action="store_true")
    parser.add_argument("--answers", action="store_true")
    parser.add_argument("--database", metavar="URL", help="filled before, for --answers")
    parser.add_argument("--instructions", action="store_true")
    parser.add_argument("--count", nargs=3, help=argparse.SUPPRESS)
    parser.add_argument("--child", nargs=3, help=argparse.SUPPRESS)
    given = parser.parse_args()
    contacts = given.contacts or (20_000 if given.instructions else 1_000_000)
    _tune_python()
    if given.count:
        work, url, file = given.count
        instructions.child(work, url, Path(file))
    elif given.instructions:
        instructions.run(contacts)
    elif given.child:
        work, url, file = given.child
        memory.child(work, url, Path(file))
    elif given.whole:
        whole.run(contacts)
    elif given.reads:
        reads.run(contacts, given.engine)
    elif given.answers:
        answers.run(contacts, given.engine, given.database)
    else:
        _measure(contacts, given.rounds, given.engine, given.works.split(","))


def _tune_python() -> None:
    """As `cleaned run` does."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*GC_THRESHOLDS)
    sys.setswitchinterval(SWITCH_SECONDS)


def _measure(n: int, rounds: int, engine: str, works: list[str]) -> None:
    ours: Times = defaultdict(list)
    reference: Times = defaultdict(list)
    with tempfile.TemporaryDirectory(prefix="cleaned-bench-") as name, engines.server(engine) as new:
        folder = Path(name)
        file = csv_file(folder / "all.csv", n)
        if {"import", "count", "export", "archive"} & set(works):
            for _ in range(rounds):
                _round(file, new, folder, works, ours, reference)
        if "count" in works:
            _count(new(folder), csv_file(folder / "tenth.csv", n // 10), reference)
        if "validate" in works:
            _validate(ours, reference)
        if "help" in works:
            _help(ours, reference)
        print(f"{n:,} contacts, a tenth cleaned, {engine}, medians of {rounds}\n")
        print("| work | ours | reference | ratio |\n|---|---|---|---|")
        for work, times in ours.items():
            a, b = statistics.median(times), statistics.median(reference[work])
            print(f"| {work} | {unit(a)} | {unit(b)} | {a / b:.2f} |")
        if "memory" in works:
            memory.table(new(folder), file)


def _round(
    file: Path, new: Callable[[Path], str], folder: Path, works: list[str], ours: Times, reference: Times
) -> None:
    """Imports, and then the other works on what was imported; each beside its reference."""
    large, bare = new(folder), new(folder)
    database = Database(large)
    with timed(ours["import"]):
        _import(database, file)
    with timed(reference["import"]):
        references.import_(bare, file)
    if "import" in works:
        ours[IN_ORDER].append(ours["import"][-1])
        ordered = new(folder)
        with timed(reference[IN_ORDER]):
            references.import_(ordered, file, in_order=True)
    if "count" in works:
        _time_figures(database, ours[COUNT])
    if "export" in works:
        references.export(large, folder / "bare.csv")  # so that neither is the first to read what was written
        with timed(ours["export"]), (folder / "export.csv").open("wb") as out:
            exports.write(database, AUDIENCE, out, now=NOW)
        with timed(reference["export"]):
            references.export(large, folder / "bare.csv")
    if "archive" in works:
        _archive(database, large, bare, ours, reference)
    database.close()


def _archive(database: Database, large: str, bare: str, ours: Times, reference: Times) -> None:
    """Archives the cleaned contacts, and undoes it."""
    plan = archives.plan(database, Segment(audience_id=1), by="U1", word="ARCHIVE", now=NOW)
    archives.confirm(database, plan.id, "ARCHIVE", by="U1", now=NOW)
    engines.settle(large)
    with timed(ours["archive"]):
        run(database, ARCHIVE, archives.work)
    engines.settle(bare)
    with timed(reference["archive"]):
        references.archive(bare)
    [archive] = restores.earlier_archives(database).archives
    restores.undo(database, archive.audience_id, archive.id, by="U1", now=NOW)
    engines.settle(large)
    with timed(ours["Undo of it"]):
        run(database, RESTORE, restores.work)
    engines.settle(bare)
    with timed(reference["Undo of it"]):
        references.undo(bare)


def _import(database: Database, file: Path) -> None:
    with file.open("rb") as opened:
        imports.receive(database, opened, name="all.csv", audience=AUDIENCE, by="U1", now=NOW)
    run(database, IMPORT, imports.work)


def _count(url: str, tenth: Path, reference: Times) -> None:
    database = Database(url)
    _import(database, tenth)
    _time_figures(database, reference[COUNT])
    database.close()


def _time_figures(database: Database, times: list[float]) -> None:
    [audience] = audiences.list_all(database)
    for _ in range(50):
        with timed(times):
            counts.figures(database, audience, NOW, "Europe/Paris")


def _validate(ours: Times, reference: Times) -> None:
    work = "validate 20,000 addresses"
    addresses = [row[0] for row in samples.rows("subscribed", 28_000)][:20_000]
    with timed(ours[work]):
        for address in addresses:
            try_validate(address)
    with timed(reference[work]):
        for address in addresses:
            validate_email(address, check_deliverability=False)


def _help(ours: Times, reference: Times) -> None:
    for times, command in ((ours, ["-m", "handlers.cli", "--help"]), (reference, ["-c", "pass"])):
        for _ in range(5):
            with timed(times["cleaned --help (reference: bare Python)"]):
                subprocess.run([sys.executable, *command], check=True, stdout=subprocess.DEVNULL)


if __name__ == "__main__":
    main()
