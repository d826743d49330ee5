"""Contacts that come in as sets: rows are plain tuples in the order of `COLUMNS`.

Values are text that both drivers take: times as `moment(…)`, merge fields as JSON text.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from itertools import chain
from operator import itemgetter
from typing import Any

from psycopg.errors import UniqueViolation
from sqlmodel import Session, col
from sqlmodel import select as select_model

from storage.contacts.contacts import TABLE
from storage.contacts.values import COLUMNS, Row
from storage.core.engines import is_sqlite
from storage.core.tables import AudienceRow

_NAMES = ", ".join(COLUMNS)
_ID = itemgetter(COLUMNS.index("id"))
_KEY = itemgetter(COLUMNS.index("address_key"))
_AMONG_SQLITE = (
    f"SELECT {_NAMES} FROM contact WHERE audience_id = ? AND {{0}} IN (SELECT value FROM json_each(?))"  # noqa: S608  no value in it
)
_AS_TEXT = {
    "cleaned_at": "to_char(cleaned_at, 'YYYY-MM-DD HH24:MI:SS.US')",
    "merge_fields": "merge_fields::text",
}
_AMONG_POSTGRESQL = (
    f"SELECT {', '.join(_AS_TEXT.get(name, name) for name in COLUMNS)}"  # noqa: S608  no value in it
    " FROM contact WHERE audience_id = %s AND {0} = ANY(%s)"
)
_ROWS_A_STATEMENT = 512  # SQLite takes 32,766 parameters a statement
_KEYS_AT_ONCE = 10_000


def moment(value: datetime) -> str:
    """A time as both databases read it, and as SQLite keeps it: UTC, microseconds."""
    return value.astimezone(UTC).replace(tzinfo=None).isoformat(" ", "microseconds")


def lock(session: Session, audience_id: int) -> AudienceRow:
    """The audience, held for this transaction, its revision one higher: what changes now carries it."""
    query = select_model(AudienceRow).where(col(AudienceRow.id) == audience_id).with_for_update()
    audience = session.exec(query).one()
    audience.revision += 1
    session.add(audience)
    session.flush()
    return audience


def insert(session: Session, rows: Sequence[Row]) -> bool:
    """Adds the contacts, or none of them: False if an address of theirs is there already.

    Their ids are new ones of one audience.
    """
    # By address, for neighbours in its index: each page of it is fetched once.
    ordered = sorted(rows, key=_KEY)
    added = _insert_sqlite(session, ordered) if is_sqlite(session) else _insert_postgresql(session, ordered)
    # No savepoint: SQLite would keep a copy of every page that is touched.
    if 0 < added < len(rows):
        _delete(session, rows[0][0], map(_ID, rows))
    return added == len(rows)


def existing(session: Session, audience_id: int, keys: Iterable[str]) -> dict[str, Row]:
    """The audience's contacts with these lower-case addresses: address → row."""
    at, wanted = COLUMNS.index("address_key"), list(keys)
    return {row[at]: row for row in _those(session, audience_id, "address_key", wanted)}


def with_remote_ids(session: Session, audience_id: int, ids: Iterable[int | None]) -> Sequence[Row]:
    """The audience's contacts with these ids of the audience's owner."""
    return list(_those(session, audience_id, "remote_id", [each for each in ids if each is not None]))


def rewrite(session: Session, rows: Sequence[Row]) -> None:
    """Writes contacts that exist anew, all columns of each."""
    if not rows:
        return
    mark = "?" if is_sqlite(session) else "%s"
    values = ", ".join(f"{name} = {mark}" for name in COLUMNS[2:])
    statement = f"UPDATE contact SET {values} WHERE audience_id = {mark} AND id = {mark}"  # noqa: S608  no value in it
    session.connection().exec_driver_sql(statement, [row[2:] + row[:2] for row in rows])


def _delete(session: Session, audience_id: int, ids: Iterable[int]) -> None:
    wanted = list(ids)
    for start in range(0, len(wanted), _KEYS_AT_ONCE):
        some = TABLE.c.id.in_(wanted[start : start + _KEYS_AT_ONCE])
        session.connection().execute(TABLE.delete().where(TABLE.c.audience_id == audience_id, some))


def _those(session: Session, audience_id: int, column: str, wanted: Sequence[object]) -> Iterator[Row]:
    """Asked in the driver's own words: SQLAlchemy takes as long to make a query of thousands of values as it runs."""
    among = _AMONG_SQLITE if is_sqlite(session) else _AMONG_POSTGRESQL
    for start in range(0, len(wanted), _KEYS_AT_ONCE):
        some: Any = wanted[start : start + _KEYS_AT_ONCE]
        values = (audience_id, json.dumps(some) if is_sqlite(session) else some)
        yield from map(tuple, session.connection().exec_driver_sql(among.format(column), values))


def _insert_sqlite(session: Session, rows: Sequence[Row]) -> int:
    """Many rows a statement: the driver hands over to other threads after each, and waits for its turn again."""
    added, start = 0, 0
    connection = session.connection()
    # A value of a statement costs the same when it is empty.
    filled = [i for i in range(len(COLUMNS)) if any(row[i] is not None for row in rows)]
    names, marks = ", ".join(COLUMNS[i] for i in filled), f"({', '.join('?' * len(filled))})"
    while start < len(rows):
        # Powers of two, for the driver keeps the statements that it met: let them be few.
        n = 1 << min(len(rows) - start, _ROWS_A_STATEMENT).bit_length() - 1
        values = tuple(chain.from_iterable(map(itemgetter(*filled), rows[start : start + n])))
        statement = f"INSERT INTO contact ({names}) VALUES {', '.join([marks] * n)} ON CONFLICT DO NOTHING"  # noqa: S608  no value in it
        added += connection.exec_driver_sql(statement, values).rowcount
        start += n
    return added


def _insert_postgresql(session: Session, rows: Sequence[Row]) -> int:
    """Straight into the table: by way of a staging table each contact would be written twice."""
    connection = session.connection()
    cursor: Any = connection.connection.cursor()
    try:
        with connection.begin_nested(), cursor, cursor.copy(f"COPY contact ({_NAMES}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
    except UniqueViolation:
        return 0
    return len(rows)
