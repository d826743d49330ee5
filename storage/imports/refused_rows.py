"""Rows that an import refused, stored until they have been sent to the person as a file."""

import json
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from sqlalchemy import delete
from sqlmodel import Session, col, select

from storage.core.text import storable
from storage.imports.tables import RefusedRow


class Refusal(NamedTuple):
    """A row that an import refused: its line in the file, the reason's key, and its text."""

    line: int
    reason: str
    text: str


def add(session: Session, job_id: str, file: str, first: int, refusals: Sequence[Refusal]) -> None:
    """Keeps refused rows of one file; `first` is the number of the first one among the job's."""
    for start in range(0, len(refusals), _PER_ROW):
        several = [
            (line, reason, storable(text)) for line, reason, text in refusals[start : start + _PER_ROW]
        ]
        session.add(
            RefusedRow(
                job_id=job_id,
                n=first + start,
                file=file,
                line=several[0][0],
                reason=_SEVERAL,
                row=json.dumps(several, ensure_ascii=False),
            )
        )
    session.flush()


def of_job(session: Session, job_id: str) -> Iterator[tuple[str, Refusal]]:
    """The job's refused rows, each with its file, in the order of the files."""
    query = select(RefusedRow).where(RefusedRow.job_id == job_id).order_by(col(RefusedRow.n))
    for row in session.exec(query, execution_options={"yield_per": _READ_AHEAD}):
        if row.reason == _SEVERAL:
            yield from ((row.file, Refusal(*refusal)) for refusal in json.loads(row.row))
        else:  # stored by version 0.1
            yield row.file, Refusal(row.line, row.reason, row.row)


def delete_all(session: Session, job_id: str) -> None:
    session.connection().execute(delete(RefusedRow).where(col(RefusedRow.job_id) == job_id))


# A row of the table for each would make refused rows dearer than good ones: its index and its foreign key are checked.
_PER_ROW = 500
_SEVERAL = ""  # the reason of a row that holds several, as JSON
_READ_AHEAD = 8
