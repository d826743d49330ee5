"""What came in and could not be used: read again, and dropped in time."""

from collections.abc import Collection, Iterator
from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.orm import defer
from sqlmodel import Session, col, select

from storage.core.tables import SetAside

ROWS_AT_ONCE = 1_000


def of(session: Session, uids: Collection[str]) -> dict[str, SetAside]:
    """Those that were kept, by uid."""
    wanted, found = list(uids), dict[str, SetAside]()
    for start in range(0, len(wanted), ROWS_AT_ONCE):
        some = wanted[start : start + ROWS_AT_ONCE]
        found |= {row.uid: row for row in session.exec(select(SetAside).where(col(SetAside.uid).in_(some)))}
    return found


def every(session: Session) -> Iterator[SetAside]:
    """All that is kept, the oldest first; the content is left out."""
    query = select(SetAside).order_by(col(SetAside.at), col(SetAside.uid))
    without_content = query.options(defer(col(SetAside.content)))  # type: ignore[arg-type]  # a column is an attribute
    yield from session.exec(without_content.execution_options(yield_per=ROWS_AT_ONCE))


def forget(session: Session, before: datetime) -> int:
    """Drops what was kept before; returns how many."""
    return session.connection().execute(delete(SetAside).where(col(SetAside.at) < before)).rowcount
