"""Whose turn it is to do what one process at a time does."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Table, or_, update
from sqlmodel import Session, col, select

from storage.core.engines import insert, is_sqlite
from storage.core.tables import LeaseRow

TABLE: Table = LeaseRow.__table__  # type: ignore[attr-defined]


def take(session: Session, name: str, owner: str, now: datetime, until: datetime) -> bool:
    """The turn is the owner's until then; False while it is another's.

    One that lasts far longer is nobody's: the clock was put back since it was taken.
    """
    longest = until + (until - now)
    statement = insert(session, TABLE).values(name=name, owner=owner, until=until)
    statement = statement.on_conflict_do_update(
        index_elements=[TABLE.c.name],
        set_={"owner": owner, "until": until},
        where=or_(TABLE.c.owner == owner, TABLE.c.until <= now, TABLE.c.until > longest),
    )
    return session.connection().execute(statement.returning(TABLE.c.name)).first() is not None


def owners(session: Session, now: datetime) -> Sequence[str]:
    """Whose turns stand now."""
    return session.exec(select(LeaseRow.owner).where(col(LeaseRow.until) > now).distinct()).all()


def free(session: Session, owner: str, now: datetime) -> None:
    """The owner's turns are anyone's."""
    held = (TABLE.c.owner == owner, TABLE.c.until > now)
    session.connection().execute(update(TABLE).where(*held).values(until=now))


def lock_claims(session: Session) -> None:
    """From here to the transaction's end nobody else claims a job."""
    if not is_sqlite(session):
        # A process that is stopped just here must not stop all others.
        session.connection().exec_driver_sql("SET LOCAL idle_in_transaction_session_timeout = '10s'")
    session.exec(select(LeaseRow).where(LeaseRow.name == "claim").with_for_update()).one()
