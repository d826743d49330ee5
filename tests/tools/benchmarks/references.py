"""The barest way to do each work: the engine's own commands, on a file of the same schema and with the same values."""

import sqlite3
import subprocess
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy.engine import make_url

from bot.contacts.columns import SYSTEM_COLUMNS
from bot.exports import files
from storage.core.database import SQLITE_PRAGMAS
from tests.support import samples
from tests.tools.benchmarks.data import HEADER
from tests.tools.benchmarks.engines import libpq

ARCHIVE = """UPDATE contact SET status = 'archived', status_before = status, revision = revision + 1
    WHERE audience_id = 1 AND status = 'cleaned' AND cleaned_at IS NOT NULL"""  # SQLite needs the hint for its index
UNDO = """UPDATE contact SET status = status_before, status_before = NULL, revision = revision + 1
    WHERE audience_id = 1 AND status = 'archived' AND cleaned_at IS NOT NULL"""
STAGE = "CREATE TABLE staged (" + ", ".join(f'"{name}" TEXT' for name in HEADER) + ")"
OPEN = """INSERT INTO audience (id, name, merge_labels, revision, next_contact_id, created_at)
    VALUES (1, 'Newsletter', '[]', 1, 1, '2026-11-24 09:30:00')"""


def import_(url: str, file: Path, *, in_order: bool = False) -> None:
    """A file of `data.csv_file` staged as text, then upserted: in the order of the file, or of the addresses."""
    (_import_sqlite if url.startswith("sqlite") else _import_postgresql)(url, file, in_order=in_order)


def export(url: str, out: Path) -> None:
    """The cleaned contacts as a CSV file by the engine's own command line: the columns and the order of ours."""
    if url.startswith("sqlite"):
        command = ["sqlite3", str(make_url(url).database)]
        text = "\n".join([*(f"{pragma};" for pragma in SQLITE_PRAGMAS), ".mode csv", f".output {out}"])
        _run(command, f"{text}\n{_select('{}')};\n")
    else:
        date = "to_char({}, 'YYYY-MM-DD HH24:MI:SS.US')"
        _run(["psql", libpq(url)], f"\\copy ({_select(date)}) TO '{out}' (FORMAT csv)\n")


def archive(url: str) -> None:
    """The cleaned contacts archived by one statement, without a journal and figures."""
    _execute(url, ARCHIVE)


def undo(url: str) -> None:
    """The archived contacts restored in the same way."""
    _execute(url, UNDO)


def connect(url: str) -> Any:
    """The driver's connection, with the pragmas that the product's own have."""
    if not url.startswith("sqlite"):
        return psycopg.connect(libpq(url))
    connection = sqlite3.connect(str(make_url(url).database))
    for pragma in SQLITE_PRAGMAS:
        connection.execute(pragma)
    return connection


def _execute(url: str, statement: str) -> None:
    connection = connect(url)
    connection.execute(statement)
    connection.commit()
    connection.close()


def _import_sqlite(url: str, file: Path, *, in_order: bool) -> None:
    script = [
        *(f"{pragma};" for pragma in SQLITE_PRAGMAS),
        f"{STAGE};",
        f'.import --csv --skip 1 "{file}" staged',
    ]
    upsert = _upsert(
        "row_number() OVER ()" if in_order else "rowid",
        "json_object",
        'substr("Email Address", instr("Email Address", \'@\') + 1)',
        "{} || '.000000'",
        in_order=in_order,
    )
    _run(["sqlite3", str(make_url(url).database)], "\n".join([*script, f"{OPEN};", f"{upsert};"]))


def _import_postgresql(url: str, file: Path, *, in_order: bool) -> None:
    with psycopg.connect(libpq(url)) as connection:
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
                in_order=in_order,
            )
        )


def _upsert(number: str, make_json: str, domain: str, moment: str, *, in_order: bool) -> str:
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
    staged = '(SELECT * FROM staged ORDER BY lower("Email Address")) AS ordered' if in_order else "staged"
    changed = ", ".join(f"{name} = excluded.{name}" for name in values if name not in ("audience_id", "id"))
    return (
        f"INSERT INTO contact ({', '.join(values)}) SELECT {', '.join(values.values())} FROM {staged} WHERE true"
        f" ON CONFLICT (audience_id, address_key) DO UPDATE SET {changed}"
    )


def _select(moment: str) -> str:
    """The columns of an export, as far as SQL has them; `moment` makes text of a time."""
    merge = (f"merge_fields ->> '{label}'" for label in samples.MERGE)
    columns = [SYSTEM_COLUMNS[name] for name in files.COLUMNS]
    time = f"rtrim(rtrim({moment.format('cleaned_at')}, '0'), '.')"
    chosen = ", ".join(["address", *merge, *(time if name == "cleaned_at" else name for name in columns)])
    where = "audience_id = 1 AND status = 'cleaned' AND cleaned_at IS NOT NULL"
    return f"SELECT {chosen} FROM contact WHERE {where} ORDER BY cleaned_at DESC, id DESC"


def _run(command: list[str], text: str) -> None:
    subprocess.run(command, input=text, text=True, check=True, stdout=subprocess.DEVNULL)
