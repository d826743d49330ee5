"""What came in and could not be used: read again, and dropped in time."""

from collections.abc import Collection, Iterator
from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.orm import defer
from sqlmodel import Session, col, select

from storage.bounces.tables import Quarantined

ROWS_AT_ONCE = 1_000


def of(session: Session, uids: Collection[str]) -> dict[str, Quarantined]:
    """Those that were kept, by uid."""
    wanted, found = list(uids), dict[str, Quarantined]()
    for start in range(0, len(wanted), ROWS_AT_ONCE):
        some = wanted[start : start + ROWS_AT_ONCE]
        found |= {
            row.uid: row for row in session.exec(select(Quarantined).where(col(Quarantined.uid).in_(some)))
        }
    return found


def every(session: Session) -> Iterator[Quarantined]:
    """All that is kept, the oldest first; the content is left out."""
    query = select(Quarantined).order_by(col(Quarantined.at), col(Quarantined.uid))
    without_content = query.options(defer(col(Quarantined.content)))  # type: ignore[arg-type]  # a column is an attribute
    yield from session.exec(without_content.execution_options(yield_per=ROWS_AT_ONCE))


def forget(session: Session, before: datetime) -> int:
    """Drops what was kept before; returns how many."""
    return session.connection().execute(delete(Quarantined).where(col(Quarantined.at) < before)).rowcount
