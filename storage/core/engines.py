"""Differences between SQLite and PostgreSQL that several modules need."""

from sqlalchemy import Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session


def is_sqlite(session: Session) -> bool:
    """Whether the session is on SQLite; else it is on PostgreSQL."""
    return session.get_bind().dialect.name == "sqlite"


def insert(session: Session, table: Table) -> sqlite.Insert | postgresql.Insert:
    """An INSERT that supports ON CONFLICT."""
    return sqlite.insert(table) if is_sqlite(session) else postgresql.insert(table)
