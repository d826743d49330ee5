"""Differences between SQLite and PostgreSQL that several modules need."""

import json
from collections.abc import Collection, Iterator, Sequence
from typing import TYPE_CHECKING, Any, Self

from sqlalchemy import (
    ARRAY,
    Boolean,
    ColumnElement,
    CursorResult,
    Dialect,
    Integer,
    String,
    Table,
    and_,
    bindparam,
    literal,
)
from sqlalchemy.dialects import sqlite
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import Mapped
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.elements import SQLCoreOperations
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeDecorator, TypeEngine, UserDefinedType
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
    is_one = Among(column, ids)
    if is_sqlite(session) or not ids:
        return is_one
    # Without statistics, PostgreSQL would not think that they are few, and could read the whole audience.
    return and_(is_one, column.between(min(ids), max(ids)))


class Among(FunctionElement[bool]):
    """The condition that a column is one of these values, of which there may be none, or of those bound to a name later.

    The statement is the same for any number of values. So it can be built once, and is prepared once on SQLite: for small
    statements, building and preparing takes ten times as long as running.
    """

    inherit_cache = True
    type = Boolean()

    def __init__(self, column: ColumnElement[Any] | Mapped[Any], values: str | Collection[Any]) -> None:
        type_ = _Values(column.type)  # type: ignore[union-attr]  # a mapped one has it too
        bound = bindparam(values, type_=type_) if isinstance(values, str) else literal(values, type_)
        super().__init__(column, bound)

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
        if dialect.name == "sqlite":
            return dialect.type_descriptor(String())
        return _WrittenNumbers() if isinstance(self.item_type, Integer) else ARRAY(self.item_type)

    def process_bind_param(self, value: Collection[Any] | None, dialect: Dialect) -> Any:
        values = list(value or ())
        if dialect.name == "sqlite":
            return json.dumps(values)
        return f"{{{','.join(map(str, values))}}}" if isinstance(self.item_type, Integer) else values


class _WrittenNumbers(UserDefinedType[str]):
    """An array of PostgreSQL as its text: psycopg takes ten times as long for a list.

    The text itself has the array's type. If it were a text first and then cast, PostgreSQL would compare each row of some
    plans with one number after the other, instead of looking it up in a table of them.
    """

    cache_ok = True
    render_bind_cast = True

    def get_col_spec(self, **_kw: Any) -> str:
        return "BIGINT[]"


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
