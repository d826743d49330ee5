"""Differences between SQLite and PostgreSQL that several modules need."""

import json
from collections.abc import Sequence

from sqlalchemy import ARRAY, BigInteger, ColumnElement, Table, any_, cast, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session


def is_sqlite(session: Session) -> bool:
    """Whether the session is on SQLite; else it is on PostgreSQL."""
    return session.get_bind().dialect.name == "sqlite"


def insert(session: Session, table: Table) -> sqlite.Insert | postgresql.Insert:
    """An INSERT that supports ON CONFLICT."""
    return sqlite.insert(table) if is_sqlite(session) else postgresql.insert(table)


def is_in(session: Session, column: ColumnElement[int], ids: Sequence[int]) -> ColumnElement[bool]:
    """The condition that the column is one of `ids`, bound as one value: binding thousands takes longer than the query."""
    if not is_sqlite(session):
        # PostgreSQL uses the index for this form even without statistics.
        return column == any_(id_array(ids))
    return column.in_(select(func.json_each(json.dumps(list(ids))).table_valued("value").c.value))


def id_array(ids: Sequence[int]) -> ColumnElement[Sequence[int]]:
    """The ids as one value, for PostgreSQL."""
    return cast(list(ids), ARRAY(BigInteger))
