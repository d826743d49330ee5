"""The rows that imports refused, in their own columns, so that they can be corrected and imported as they stand."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import count

from bot.contacts.columns import ADDRESS_NAMES, STATUS_NAMES, SYSTEM_COLUMNS, ColumnMap, NoAddressColumn
from bot.contacts.upsert import UpsertCounts
from bot.imports.jobs import ImportJob
from bot.imports.reading import Chunk, R
from bot.privacy.forgotten import names_forgotten
from storage.core.database import Database, Session
from storage.files.formulas import REASON_COLUMNS
from storage.files.spreadsheet_errors import TooBroken
from storage.imports import refused_rows
from storage.imports.refused_rows import RefusedSheet
from storage.privacy import forgotten

MOST_REFUSED = 500_000  # more than the rows that went in; a file that is no list reaches it within seconds


@dataclass(frozen=True, slots=True)
class RefusedLine:
    """A row that an import refused: where it is, the reason's key, and its cells."""

    file: str
    line: int
    reason: str
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RefusedTable:
    """The refused rows of several files below one header.

    `lines` is read while it is iterated over, once. A row that had more cells than its header is longer than `columns`.
    """

    columns: tuple[str, ...]
    n_files: int
    lines: Iterator[RefusedLine]


def check(job: ImportJob, chunk: Chunk[R]) -> None:
    """Raises TooBroken if far more rows are refused than go in, with those of the chunk."""
    so_far = job.progress.outcome
    used = so_far.added + so_far.changed + so_far.unchanged + len(chunk.rows)
    if so_far.refused + len(chunk.refused) > used + MOST_REFUSED:
        raise TooBroken(name=chunk.sheet.file, line=chunk.refused[-1].line if chunk.refused else 0)


def keep(session: Session, job: ImportJob, chunk: Chunk[R]) -> UpsertCounts:
    """Stores the chunk's refused rows, but for those of erased people; returns the job's counts with them."""
    erased = forgotten.load(session)
    outcome = job.progress.outcome
    kept = [refusal for refusal in chunk.refused if not names_forgotten("\n".join(refusal.cells), erased)]
    refused_rows.add(session, job.id, chunk.sheet, outcome.refused, kept)
    return outcome.with_refused(len(kept), forgotten=len(chunk.refused) - len(kept))


def table(database: Database, job_ids: Sequence[str]) -> RefusedTable:
    """The rows that these imports refused, in the order of the files.

    Columns of different files that mean the same are one. There is a column of statuses if their own columns would not
    tell the rows' statuses.
    """
    with database.reading() as session:
        sheets = [sheet for job_id in job_ids for sheet in refused_rows.sheets(session, job_id)]
    columns = _columns(sheets)
    return RefusedTable(tuple(columns.values()), len(set(sheets)), _lines(database, job_ids, list(columns)))


def delete(database: Database, job_id: str) -> None:
    """Deletes the refused rows, once they have been sent to the person."""
    with database.transaction() as session:
        refused_rows.delete_all(session, job_id)
    database.shrink("refused_row")


_Key = tuple[str, int]
_ADDRESS, _STATUS = ("address", -1), ("status", -1)
_STATUS_COLUMN = "Status"


def _columns(sheets: Iterable[RefusedSheet]) -> dict[_Key, str]:
    """The columns of all the files: what identifies one, and its name."""
    columns: dict[_Key, str] = {}
    for sheet in sheets:
        for key, name in zip(_keys(sheet.header), sheet.header, strict=True):
            if key:
                columns.setdefault(key, name)
    if _STATUS not in columns and any(_status(columns.values()) != sheet.status for sheet in sheets):
        columns[_STATUS] = _STATUS_COLUMN
    return columns


def _keys(header: Sequence[str]) -> list[_Key | None]:
    """What each column is known by in other files; None for the reasons of an earlier refusal."""
    keys: list[_Key | None] = []
    for name in map(str.strip, header):
        if name.casefold() in REASON_COLUMNS:
            keys.append(None)
        elif name.casefold() in ADDRESS_NAMES and _ADDRESS not in keys:
            keys.append(_ADDRESS)
        elif name.casefold() in STATUS_NAMES and _STATUS not in keys:
            keys.append(_STATUS)
        else:
            known_as = name.upper() if name.upper() in SYSTEM_COLUMNS else name
            keys.append(next((known_as, n) for n in count() if (known_as, n) not in keys))
    return keys


def _status(header: Iterable[str]) -> str | None:
    """The status that a header without a column of statuses tells."""
    try:
        return ColumnMap.from_header(tuple(header), None).status
    except NoAddressColumn:  # stored by an earlier version
        return None


def _lines(database: Database, job_ids: Sequence[str], keys: Sequence[_Key]) -> Iterator[RefusedLine]:
    place_of = {key: i for i, key in enumerate(keys)}
    places: dict[RefusedSheet, list[int | None]] = {}
    for job_id in job_ids:
        with database.reading() as session:
            for sheet, refusal in refused_rows.of_job(session, job_id):
                if sheet not in places:
                    places[sheet] = [key and place_of[key] for key in _keys(sheet.header)]
                cells = [""] * len(keys)
                for place, cell in zip(places[sheet], refusal.cells, strict=False):
                    if place is not None:
                        cells[place] = cell
                if sheet.status and _STATUS in place_of:
                    cells[place_of[_STATUS]] = sheet.status
                cells += refusal.cells[len(sheet.header) :]
                yield RefusedLine(sheet.file, refusal.line, refusal.reason, tuple(cells))
