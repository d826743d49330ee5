"""How long files take that were made to be slow, and what they leave behind.

`python -m tests.tools.hostile_files [--engine sqlite|postgresql] [--mb N] [--files NAME …]` imports each file at N MB
and at twice that. It prints seconds (those of the processor), the ratio of the latter, the rows that went in and were
refused, and by how much the database grew beyond its contacts. Good rows stand first, to compare.
"""

import argparse
import io
import tempfile
import time
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import text

from bot.contacts.upsert import NO_ROWS
from bot.imports import imports, refused
from bot.imports.jobs import IMPORT
from handlers.clock import utc_now
from storage.core.database import Database
from storage.files.spreadsheet_errors import SpreadsheetError
from tests.support.audiences import claim
from tests.tools.benchmarks.engines import server

HEADER = b"Email Address,First Name,Last Name\n"
Make = Callable[[int], bytes]


def _rows(form: str, *, every: int = 1, others: str = "person{}@example.com,Ann,Smith\n") -> Make:
    """A file of rows of that form, or with one of them in so many others."""

    def make(size: int) -> bytes:
        lines, n, length = [HEADER], 0, 0
        while length < size:
            lines.append((others if n % every else form).format(n).encode())
            n, length = n + 1, length + len(lines[-1])
        return b"".join(lines)

    return make


def _repeated(piece: bytes, before: bytes = b"", after: bytes = b"\n") -> Make:
    return lambda size: HEADER + before + piece * (size // len(piece)) + after


def _zipped(size: int) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for n in range(20):
            archive.writestr(f"subscribed_{n}_export.csv", FILES["open quotes, at the end"](size // 20))
    return packed.getvalue()


FILES: dict[str, Make] = {
    "good rows": _rows("person{}@example.com,Ann,Smith\n"),
    "open quotes, in the middle": _rows('person{}@example.com,"Ann,Smith\n', every=1_000),
    "open quotes, at the end": _rows('person{}@example.com,Ann,"\n', every=1_000),
    "open quotes, never closed": _rows('x","\n', every=1_000),
    "open quotes, in each row": _rows('x","\n'),
    "text behind quotes": _rows('"person{}"@example.com,Ann,Smith\n'),
    "no address": _rows("person{},Ann,Smith\n"),
    "no domain": _rows("person{}@exam_ple.com,Ann,Smith\n"),
    "too many cells": _rows("person{}@example.com,Ann,Smith,1,2\n"),
    "short rows": _repeated(b"x\n"),
    "NUL in each row": _rows("person{}@example.com,\0,Smith\n"),
    "NUL": _repeated(b"\0"),
    "carriage returns": _repeated(b"\r"),
    "carriage returns, quoted": _repeated(b"\r", before=b'"'),
    "blank lines": _repeated(b"\n"),
    "a cell": _repeated(b"x"),
    "a cell, quoted": _repeated(b"x", before=b'"', after=b'"\n'),
    "a cell of many lines": _repeated(b"x\n", before=b'"', after=b'"\n'),
    "quotes": _repeated(b'"'),
    "lines of a quote": _repeated(b'"\n'),
    "commas": _repeated(b","),
    "rows of many cells": _repeated(b"a," * 1_000 + b"\n"),
    "an archive": _zipped,
}


@dataclass
class _Outcome:
    seconds: float
    processor: float  # seconds of this process
    used: int
    refused: int
    left: float  # MB beyond what the contacts take
    error: str


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--engine", default="sqlite", choices=["sqlite", "postgresql"])
    parser.add_argument("--mb", type=float, default=10)
    parser.add_argument("--files", nargs="*", choices=FILES, default=list(FILES))
    given = parser.parse_args()
    size = int(given.mb * 1_000_000)
    print(f"| file | {given.mb} MB | {2 * given.mb} MB | ratio | went in | refused | left behind | error |")
    print("|---|---|---|---|---|---|---|---|")
    with server(given.engine) as new, tempfile.TemporaryDirectory() as folder:
        for name in given.files:
            one, two = (_import(new(Path(folder)), FILES[name](n)) for n in (size, 2 * size))
            print(
                f"| {name} | {one.seconds:.1f} ({one.processor:.1f}) | {two.seconds:.1f} ({two.processor:.1f})"
                f" | {two.processor / one.processor:.1f} | {two.used} | {two.refused} | {two.left:.1f} MB | {two.error} |",
                flush=True,
            )


def _import(url: str, content: bytes) -> _Outcome:
    """Imports a file into a new database."""
    database = Database(url)
    before = _size(database)
    start, processor, error, job = time.perf_counter(), time.process_time(), "", None
    try:
        name = "list.zip" if content.startswith(b"PK") else "list.csv"
        imports.receive(database, io.BytesIO(content), name=name, audience="News", by="U1", now=utc_now())
        claimed = job = claim(database, IMPORT, utc_now())
        for step in imports.work(database, claimed, utc_now):
            job = step
    except SpreadsheetError as caught:
        error = caught.key
    seconds, processor = time.perf_counter() - start, time.process_time() - processor
    outcome = job.progress.outcome if job else NO_ROWS
    if job:
        refused.delete(database, job.id)
    used = outcome.added + outcome.changed + outcome.unchanged
    left = (_size(database) - before - _size_of_contacts(database)) / 1_000_000
    database.close()
    return _Outcome(seconds, processor, used, outcome.refused, left, error)


def _size(database: Database) -> int:
    """In bytes, with the log of SQLite."""
    if not database.is_sqlite:
        with database.engine.connect() as connection:
            return int(connection.execute(text("SELECT pg_database_size(current_database())")).scalar_one())
    file = Path(str(database.url.database))
    return sum(each.stat().st_size for each in file.parent.glob(f"{file.name}*"))


def _size_of_contacts(database: Database) -> int:
    statement = (
        "SELECT coalesce(sum(pgsize), 0) FROM dbstat WHERE name LIKE '%contact%'"
        if database.is_sqlite
        else "SELECT pg_total_relation_size('contact')"
    )
    with database.engine.connect() as connection:
        return int(connection.execute(text(statement)).scalar_one())


if __name__ == "__main__":
    main()
