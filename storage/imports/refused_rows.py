"""Rows that an import refused, stored until they have been sent to the person as a file."""

import json
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from sqlalchemy import delete
from sqlmodel import Session, col, select

from storage.core.text import storable
from storage.imports.tables import RefusedRow


class RefusedSheet(NamedTuple):
    """A file with refused rows: its name, its header, and the status of all its rows if the file tells one."""

    file: str
    header: tuple[str, ...]
    status: str | None = None


class Refusal(NamedTuple):
    """A row that an import refused: its line in the file, the reason's key, and its cells."""

    line: int
    reason: str
    cells: Sequence[str]


def add(session: Session, job_id: str, sheet: RefusedSheet, first: int, refusals: Sequence[Refusal]) -> None:
    """Keeps refused rows of one file; `first` is the number of the first one among the job's."""
    for start in range(0, len(refusals), _PER_ROW):
        several = [
            (line, reason, storable(json.dumps(cells, ensure_ascii=False)))
            for line, reason, cells in refusals[start : start + _PER_ROW]
        ]
        session.add(
            RefusedRow(
                job_id=job_id,
                n=first + start,
                file=sheet.file,
                line=several[0][0],
                reason=_SEVERAL,
                row=json.dumps(several, ensure_ascii=False),
                sheet=json.dumps((sheet.header, sheet.status), ensure_ascii=False),
            )
        )
    session.flush()


def sheets(session: Session, job_id: str) -> list[RefusedSheet]:
    """The files of the job's refused rows, in their order."""
    query = (
        select(RefusedRow.file, RefusedRow.sheet)
        .where(RefusedRow.job_id == job_id)
        .order_by(col(RefusedRow.n))
    )
    return [_sheet(file, sheet) for file, sheet in dict.fromkeys(session.exec(query).all())]


def of_job(session: Session, job_id: str) -> Iterator[tuple[RefusedSheet, Refusal]]:
    """The job's refused rows, each with its file, in the order of the files."""
    query = select(RefusedRow).where(RefusedRow.job_id == job_id).order_by(col(RefusedRow.n))
    for row in session.exec(query, execution_options={"yield_per": _READ_AHEAD}):
        sheet = _sheet(row.file, row.sheet)
        if row.reason != _SEVERAL:  # stored by version 0.1
            yield sheet, Refusal(row.line, row.reason, [row.row])
            continue
        for line, reason, text in json.loads(row.row):
            yield sheet, Refusal(line, reason, json.loads(text) if row.sheet else [text])


def delete_all(session: Session, job_id: str) -> None:
    session.connection().execute(delete(RefusedRow).where(col(RefusedRow.job_id) == job_id))


def _sheet(file: str, sheet: str | None) -> RefusedSheet:
    header, status = json.loads(sheet) if sheet else ([_ROW], None)
    return RefusedSheet(file, tuple(header), status)


# A row of the table for each would make refused rows dearer than good ones: its index and its foreign key are checked.
_PER_ROW = 500
_SEVERAL = ""  # the reason of a row that holds several, as JSON
_READ_AHEAD = 8
_ROW = "ROW"  # the only column of rows that were stored by an earlier version, as text
