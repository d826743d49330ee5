"""Rows that an import refused, stored until they have been sent to the person as a file."""

from collections.abc import Iterator, Sequence
from itertools import chain
from typing import Any, NamedTuple

from sqlalchemy import delete
from sqlmodel import Session, col, select

from storage.core.engines import is_sqlite
from storage.core.text import storable
from storage.imports.tables import RefusedRow


class Refusal(NamedTuple):
    """A row that an import refused: its line in the file, the reason's key, and its text."""

    line: int
    reason: str
    text: str


def add(session: Session, job_id: str, file: str, first: int, refusals: Sequence[Refusal]) -> None:
    """Keeps refused rows of one file; `first` is the number of the first one among the job's."""
    rows = [
        (job_id, n, file, line, reason, storable(text))
        for n, (line, reason, text) in enumerate(refusals, first)
    ]
    # No object is made per row, and statements have many, so that refused rows cost no more than good ones.
    if is_sqlite(session):
        for start in range(0, len(rows), _ROWS_PER_STATEMENT):
            batch = rows[start : start + _ROWS_PER_STATEMENT]
            marks = ", ".join(["(?, ?, ?, ?, ?, ?)"] * len(batch))
            values = tuple(chain.from_iterable(batch))
            session.connection().exec_driver_sql(f"INSERT INTO {_TABLE} VALUES {marks}", values)  # noqa: S608  no value in it
        return
    cursor: Any = session.connection().connection.cursor()
    with cursor, cursor.copy(f"COPY {_TABLE} FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)


def of_job(session: Session, job_id: str) -> Iterator[tuple[str, Refusal]]:
    """The job's refused rows, each with its file, in the order of the files."""
    columns = (col(RefusedRow.file), col(RefusedRow.line), col(RefusedRow.reason), col(RefusedRow.row))
    query = select(*columns).where(RefusedRow.job_id == job_id).order_by(col(RefusedRow.n))
    for file, line, reason, text in session.exec(query, execution_options={"yield_per": 1_000}):
        yield file, Refusal(line, reason, text)


def delete_all(session: Session, job_id: str) -> None:
    session.connection().execute(delete(RefusedRow).where(col(RefusedRow.job_id) == job_id))


_TABLE = "refused_row (job_id, n, file, line, reason, row)"
_ROWS_PER_STATEMENT = 512  # SQLite accepts 32,766 parameters in a statement
