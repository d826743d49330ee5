"""Quarantine: events and messages that could not be used, kept for a person to look at and deleted after a while."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Table
from sqlalchemy import delete as delete_rows
from sqlalchemy import select as select_columns
from sqlalchemy.orm import defer
from sqlmodel import Session, col, select

from storage.bounces.tables import Quarantined
from storage.core import engines

ROWS_AT_ONCE = 1_000
FIRST_ATTEMPT = (
    "zz"  # begins the uids of rows that mark an attempt to read messages; the others' are hexadecimal
)

TABLE: Table = Quarantined.__table__  # type: ignore[attr-defined]


def add(session: Session, rows: Sequence[Mapping[str, Any]]) -> int:
    """Inserts the rows whose uid is not there yet; returns how many."""
    if not rows:
        return 0
    unique = {row["uid"]: dict(row) for row in rows}
    existing = select_columns(TABLE.c.uid).where(TABLE.c.uid.in_(unique))
    for uid in session.connection().execute(existing).scalars().all():
        del unique[uid]
    if unique:
        statement = engines.insert(session, TABLE).on_conflict_do_nothing()
        session.connection().execute(statement, list(unique.values()))
    return len(unique)


def by_uids(session: Session, uids: Collection[str]) -> dict[str, Quarantined]:
    """Returns the rows that exist, by uid."""
    ordered, rows = list(uids), dict[str, Quarantined]()
    for start in range(0, len(ordered), ROWS_AT_ONCE):
        chunk = ordered[start : start + ROWS_AT_ONCE]
        query = select(Quarantined).where(col(Quarantined.uid).in_(chunk))
        rows |= {row.uid: row for row in session.exec(query)}
    return rows


def all_rows(session: Session) -> Iterator[Quarantined]:
    """Streams all rows that mark no attempt, the oldest first, without loading `content`."""
    query = select(Quarantined).where(col(Quarantined.uid) < FIRST_ATTEMPT)
    query = query.order_by(col(Quarantined.at), col(Quarantined.uid))
    without_content = query.options(defer(col(Quarantined.content)))  # type: ignore[arg-type]  # a column is an attribute
    yield from session.exec(without_content.execution_options(yield_per=ROWS_AT_ONCE))


def attempts(session: Session) -> Sequence[str]:
    """Returns the details of the rows that mark an attempt to read messages; there are few."""
    query = select_columns(TABLE.c.detail).where(TABLE.c.uid >= FIRST_ATTEMPT)
    return session.connection().execute(query).scalars().all()


def delete(session: Session, uid: str) -> None:
    """Deletes the row if it exists."""
    session.connection().execute(delete_rows(Quarantined).where(col(Quarantined.uid) == uid))


def delete_before(session: Session, before: datetime) -> int:
    """Deletes the rows older than that; returns how many."""
    return session.connection().execute(delete_rows(Quarantined).where(col(Quarantined.at) < before)).rowcount
