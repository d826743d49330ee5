"""Rows that an import refused, stored until they have been sent to the person as a file."""

from collections.abc import Iterator, Sequence

from sqlalchemy import delete
from sqlmodel import Session, col, select

from storage.core.text import storable
from storage.imports.tables import RefusedRow


def add(session: Session, rows: Sequence[RefusedRow]) -> None:
    """Keeps the rows."""
    for row in rows:
        row.row = storable(row.row)
    session.add_all(rows)
    session.flush()


def of_job(session: Session, job_id: str) -> Iterator[RefusedRow]:
    """The job's refused rows, in the order of the file."""
    query = select(RefusedRow).where(RefusedRow.job_id == job_id).order_by(col(RefusedRow.n))
    yield from session.exec(query, execution_options={"yield_per": 1_000})


def delete_all(session: Session, job_id: str) -> None:
    session.connection().execute(delete(RefusedRow).where(col(RefusedRow.job_id) == job_id))
