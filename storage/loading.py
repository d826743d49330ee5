"""Contacts that come in as sets: rows are plain tuples in the order of `COLUMNS`.

Values are text that both drivers take: times as `moment(…)`, merge fields as JSON text.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from itertools import chain
from operator import itemgetter
from typing import Any

from sqlalchemy import ColumnElement, String, func, select
from sqlmodel import Session, col
from sqlmodel import select as select_model

from storage.contacts import TABLE
from storage.tables import Audience

COLUMNS = tuple(column.name for column in TABLE.columns)
Row = tuple[Any, ...]

_NAMES = ", ".join(COLUMNS)
_KEY = itemgetter(COLUMNS.index("address_key"))
_PARAMETERS = 32_766  # SQLite takes no more a statement
_KEYS_AT_ONCE = 10_000


def moment(value: datetime) -> str:
    """A time as both databases read it, and as SQLite keeps it: UTC, microseconds."""
    return value.astimezone(UTC).replace(tzinfo=None).isoformat(" ", "microseconds")


def lock(session: Session, audience_id: int) -> Audience:
    """The audience, held for this transaction, its revision one higher: what changes now carries it."""
    query = select_model(Audience).where(col(Audience.id) == audience_id).with_for_update()
    audience = session.exec(query).one()
    audience.revision += 1
    session.add(audience)
    session.flush()
    return audience


def insert(session: Session, rows: Sequence[Row]) -> bool:
    """Adds the contacts, or none of them: False if an address of theirs is there already."""
    if not rows:
        return True
    rows = sorted(rows, key=_KEY)  # neighbours in the index by address: each of its pages is fetched once
    with session.begin_nested() as savepoint:
        added = _insert_sqlite(session, rows) if _is_sqlite(session) else _insert_postgresql(session, rows)
        if added != len(rows):
            savepoint.rollback()
    return added == len(rows)


def existing(session: Session, audience_id: int, keys: Iterable[str]) -> dict[str, Row]:
    """The audience's contacts with these lower-case addresses: address → row."""
    at, wanted = COLUMNS.index("address_key"), list(keys)
    return {row[at]: row for row in _those(session, audience_id, TABLE.c.address_key, wanted)}


def with_remote_ids(session: Session, audience_id: int, ids: Iterable[int | None]) -> Sequence[Row]:
    """The audience's contacts with these ids of the audience's owner."""
    return list(_those(session, audience_id, TABLE.c.remote_id, [each for each in ids if each is not None]))


def rewrite(session: Session, rows: Sequence[Row]) -> None:
    """Writes contacts that exist anew, all columns of each."""
    if not rows:
        return
    mark = "?" if _is_sqlite(session) else "%s"
    values = ", ".join(f"{name} = {mark}" for name in COLUMNS[2:])
    statement = f"UPDATE contact SET {values} WHERE audience_id = {mark} AND id = {mark}"  # noqa: S608  no value in it
    session.connection().exec_driver_sql(statement, [row[2:] + row[:2] for row in rows])


def _those(
    session: Session, audience_id: int, column: ColumnElement[Any], wanted: Sequence[object]
) -> Iterator[Row]:
    cleaned_at = (
        TABLE.c.cleaned_at.cast(String)
        if _is_sqlite(session)
        else func.to_char(TABLE.c.cleaned_at, "YYYY-MM-DD HH24:MI:SS.US")
    )
    as_text = {"cleaned_at": cleaned_at, "merge_fields": TABLE.c.merge_fields.cast(String)}
    columns = [as_text.get(column.name, column) for column in TABLE.columns]
    for start in range(0, len(wanted), _KEYS_AT_ONCE):
        some = wanted[start : start + _KEYS_AT_ONCE]
        query = select(*columns).where(TABLE.c.audience_id == audience_id, column.in_(some))
        yield from map(tuple, session.connection().execute(query))


def _insert_sqlite(session: Session, rows: Sequence[Row]) -> int:
    """Many rows a statement: the driver hands over to other threads after each, and waits for its turn again."""
    added, start = 0, 0
    connection = session.connection()
    names, values = _filled(rows)
    marks = f"({', '.join('?' * len(names))})"
    while start < len(values):
        # Powers of two, for the driver keeps statements that it met: few, each of them large.
        n = 1 << min(len(values) - start, _PARAMETERS // len(names)).bit_length() - 1
        many = ", ".join([marks] * n)
        statement = f"INSERT INTO contact ({', '.join(names)}) VALUES {many} ON CONFLICT DO NOTHING"  # noqa: S608  no value in it
        some = tuple(chain.from_iterable(values[start : start + n]))
        added += connection.exec_driver_sql(statement, some).rowcount
        start += n
    return added


def _filled(rows: Sequence[Row]) -> tuple[Sequence[str], Sequence[Row]]:
    """The columns that have a value in any of the rows, and the rows of these alone."""
    filled = [i for i in range(len(COLUMNS)) if any(row[i] is not None for row in rows)]
    return [COLUMNS[i] for i in filled], list(map(itemgetter(*filled), rows))


def _insert_postgresql(session: Session, rows: Sequence[Row]) -> int:
    connection = session.connection()
    connection.exec_driver_sql("CREATE TEMP TABLE IF NOT EXISTS staged (LIKE contact) ON COMMIT DELETE ROWS")
    connection.exec_driver_sql("TRUNCATE staged")
    cursor: Any = connection.connection.cursor()
    with cursor, cursor.copy(f"COPY staged ({_NAMES}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)
    statement = f"INSERT INTO contact ({_NAMES}) SELECT {_NAMES} FROM staged ON CONFLICT DO NOTHING"  # noqa: S608
    return connection.exec_driver_sql(statement).rowcount


def _is_sqlite(session: Session) -> bool:
    return session.get_bind().dialect.name == "sqlite"
