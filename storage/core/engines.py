"""Differences between SQLite and PostgreSQL that several modules need."""

import json
from collections.abc import Collection, Iterator, Sequence
from typing import TYPE_CHECKING, Any, Self

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    ColumnElement,
    CursorResult,
    Dialect,
    String,
    Table,
    and_,
    any_,
    bindparam,
    cast,
    func,
    literal,
    select,
)
from sqlalchemy.dialects import sqlite
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import Mapped
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.elements import SQLCoreOperations
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeDecorator, TypeEngine
from sqlmodel import Session, SQLModel

if TYPE_CHECKING:
    from sqlalchemy.dialects import postgresql


def is_sqlite(session: Session) -> bool:
    """Whether the session is on SQLite; else it is on PostgreSQL."""
    return session.get_bind().dialect.name == "sqlite"


def insert(session: Session, table: Table) -> "sqlite.Insert | postgresql.Insert":
    """An INSERT that supports ON CONFLICT."""
    return insert_into(table, for_sqlite=is_sqlite(session))


def insert_into(table: Table, *, for_sqlite: bool) -> "sqlite.Insert | postgresql.Insert":
    """The same, for a statement that is built once and kept."""
    if for_sqlite:
        return sqlite.insert(table)
    from sqlalchemy.dialects import postgresql  # noqa: PLC0415  with SQLite, it is never imported

    return postgresql.insert(table)


def upsert(session: Session, row: SQLModel) -> None:
    """Inserts the row, or replaces the one with its primary key.

    Unlike `Session.merge`, which reads first, it does not fail where another process inserts the row meanwhile.
    """
    table: Table = row.__table__  # type: ignore[attr-defined]
    session.flush()  # `expire_all` would forget what is not written yet
    statement = insert(session, table).values(row.model_dump())
    replaced = {column.name: statement.excluded[column.name] for column in table.c if not column.primary_key}
    session.connection().execute(
        statement.on_conflict_do_update(index_elements=table.primary_key, set_=replaced)
    )
    session.expire_all()  # what was read before


def insert_unless_there(session: Session, row: SQLModel) -> bool:
    """Inserts the row; False, and no change, if there is one with its primary key or unique value."""
    table: Table = row.__table__  # type: ignore[attr-defined]
    values = {name: value for name, value in row.model_dump().items() if value is not None}
    statement = insert(session, table).values(values).on_conflict_do_nothing().returning(*table.primary_key)
    return session.connection().execute(statement).first() is not None


def is_in(session: Session, column: ColumnElement[int], ids: Sequence[int]) -> ColumnElement[bool]:
    """The condition that the column is one of `ids`, bound as one value: binding thousands takes longer than the query."""
    if not is_sqlite(session):
        is_one = column == any_(id_array(ids))
        # Without statistics, PostgreSQL would not think that they are few, and could read the whole audience.
        return and_(is_one, column.between(min(ids), max(ids))) if ids else is_one
    return column.in_(select(func.json_each(json.dumps(list(ids))).table_valued("value").c.value))


class Among(FunctionElement[bool]):
    """The condition that a column is one of the values bound to `name`, of which there may be none.

    The statement is the same for any number of values. So it can be built once, and is prepared once on SQLite: for small
    statements, building and preparing takes ten times as long as running.
    """

    inherit_cache = True
    type = Boolean()

    def __init__(self, column: ColumnElement[Any] | Mapped[Any], name: str) -> None:
        super().__init__(column, bindparam(name, type_=_Values(column.type)))  # type: ignore[union-attr]  # a mapped one has it too

    def self_group(self, against: object = None) -> Self:  # noqa: ARG002  as SQLAlchemy calls it
        return self  # else `= 1` is added on SQLite, and no index is used


@compiles(Among, "sqlite")
def _among_json(condition: Among, compiler: SQLCompiler, **how: Any) -> str:
    column, values = (compiler.process(each, **how) for each in condition.clauses)
    return f"{column} IN (SELECT value FROM json_each({values}))"  # noqa: S608  a column and a parameter


@compiles(Among)
def _among_array(condition: Among, compiler: SQLCompiler, **how: Any) -> str:
    column, values = (compiler.process(each, **how) for each in condition.clauses)
    return f"{column} = ANY ({values})"


class _Values(TypeDecorator[Collection[Any]]):
    """Values of a type, bound as one: JSON for SQLite, an array for PostgreSQL."""

    impl = String
    cache_ok = True

    def __init__(self, item_type: TypeEngine[Any]) -> None:
        super().__init__()
        self.item_type = item_type

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(String() if dialect.name == "sqlite" else ARRAY(self.item_type))

    def process_bind_param(self, value: Collection[Any] | None, dialect: Dialect) -> Any:
        values = list(value or ())
        return json.dumps(values) if dialect.name == "sqlite" else values


def of_audiences(column: SQLCoreOperations[int], audience_ids: Collection[int]) -> ColumnElement[bool]:
    """The condition that rows are of one of these audiences, each named: there may be a server for each."""
    one, *others = audience_ids or (None,)
    return column.in_(audience_ids) if others or one is None else column == one


def batches(result: CursorResult[Any], size: int) -> Iterator[Sequence[Any]]:
    """Yields the rows of a result that is streamed or on SQLite, so many at a time, as the driver's own tuples.

    SQLAlchemy would make another object of each, which takes twice as long.
    """
    # SQLAlchemy has fetched the first row of a streamed result, and closes a result that has none.
    if first := result.fetchmany(1):
        rest = result.cursor.fetchmany(size - 1) if size > 1 else ()  # to SQLite, 0 would mean all
        yield [*first, *rest]
        while rows := result.cursor.fetchmany(size):
            yield rows


def id_array(ids: Sequence[int]) -> ColumnElement[Sequence[int]]:
    """The ids as one value, for PostgreSQL."""
    # As text: psycopg takes ten times as long for a list.
    return cast(literal(f"{{{','.join(map(str, ids))}}}", String), ARRAY(BigInteger))
