"""Leases of tasks that only one process at a time may run."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Table, or_, update
from sqlmodel import Session, col, select

from storage.core.engines import insert, is_sqlite
from storage.jobs.tables import LeaseRow

TABLE: Table = LeaseRow.__table__  # type: ignore[attr-defined]


def acquire(session: Session, name: str, owner: str, now: datetime, until: datetime) -> bool:
    """Acquires or renews the lease until that time; False while another owner holds it.

    A lease that ends much later than a new one would counts as expired: the clock was set back after it was acquired.
    """
    latest = until + (until - now)
    statement = insert(session, TABLE).values(name=name, owner=owner, until=until)
    statement = statement.on_conflict_do_update(
        index_elements=[TABLE.c.name],
        set_={"owner": owner, "until": until},
        where=or_(TABLE.c.owner == owner, TABLE.c.until <= now, TABLE.c.until > latest),
    )
    return session.connection().execute(statement.returning(TABLE.c.name)).first() is not None


def owners(session: Session, now: datetime) -> Sequence[str]:
    """Owners holding an unexpired lease."""
    return session.exec(select(LeaseRow.owner).where(col(LeaseRow.until) > now).distinct()).all()


def release_all(session: Session, owner: str, now: datetime) -> None:
    """Ends all leases of the owner."""
    held = (TABLE.c.owner == owner, TABLE.c.until > now)
    session.connection().execute(update(TABLE).where(*held).values(until=now))


def lock_claims(session: Session) -> None:
    """Locks, until the transaction ends, the row that every claim of a job locks first."""
    if not is_sqlite(session):
        # A process that is suspended at this point must not block all others.
        session.connection().exec_driver_sql("SET LOCAL idle_in_transaction_session_timeout = '10s'")
    session.exec(select(LeaseRow).where(LeaseRow.name == "claim").with_for_update()).one()
