"""What SQLite and PostgreSQL have both, by two names."""

from sqlalchemy import Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session


def is_sqlite(session: Session) -> bool:
    """The other is PostgreSQL."""
    return session.get_bind().dialect.name == "sqlite"


def insert(session: Session, table: Table) -> sqlite.Insert | postgresql.Insert:
    """An INSERT that knows ON CONFLICT."""
    return sqlite.insert(table) if is_sqlite(session) else postgresql.insert(table)
