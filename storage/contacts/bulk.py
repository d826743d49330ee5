"""Reading and writing many contacts at once.

A contact is a tuple of values in the order of `COLUMNS`, with its id at index 1: no object is made per contact. Values
are of types that both drivers accept: times as `encode_time` returns them, merge fields as JSON text.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from operator import itemgetter
from typing import Any

import msgspec
from sqlalchemy import bindparam
from sqlalchemy import update as update_rows
from sqlmodel import Session, col

from storage.contacts.contacts import TABLE
from storage.contacts.values import COLUMNS, Row
from storage.core.engines import is_sqlite
from storage.core.server_errors import is_duplicate
from storage.core.tables import AudienceRow

_NAMES = ", ".join(COLUMNS)
_ID = itemgetter(COLUMNS.index("id"))
_KEY = itemgetter(COLUMNS.index("address_key"))
_SELECT_SQLITE = (
    f"SELECT {_NAMES} FROM contact WHERE audience_id = ? AND {{0}} IN (SELECT value FROM json_each(?))"  # noqa: S608  no value in it
)
_AS_TEXT = {
    "cleaned_at": "to_char(cleaned_at, 'YYYY-MM-DD HH24:MI:SS.US')",
    "merge_fields": "merge_fields::text",
}
_SELECT_POSTGRESQL = (
    f"SELECT {', '.join(_AS_TEXT.get(name, name) for name in COLUMNS)}"  # noqa: S608  no value in it
    " FROM contact WHERE audience_id = %s AND {0} = ANY(%s)"
)
_JSON = tuple(f"json_extract(json, '$[{i}]')" for i in range(len(COLUMNS)))
_NUMBERED = {
    "id": "? + rowid",
    "status": f"coalesce(nullif({_JSON[COLUMNS.index('status')]}, ''), ?)",
    "revision": "?",
}
_INSERT = f"INSERT INTO contact ({_NAMES}) SELECT {{}} FROM new_contact WHERE true ON CONFLICT DO NOTHING"  # noqa: S608  no value in it
_INSERT_SQLITE = _INSERT.format(", ".join(_JSON))
_INSERT_NUMBERED_SQLITE = _INSERT.format(
    ", ".join(_NUMBERED.get(name, value) for name, value in zip(COLUMNS, _JSON, strict=True))
)
_ROWS_PER_STATEMENT = 4_096  # SQLite accepts 32,766 parameters in a statement
_LOCK = (
    update_rows(AudienceRow)
    .where(col(AudienceRow.id) == bindparam("of_audience"))
    .values(revision=col(AudienceRow.revision) + 1)
    .returning(AudienceRow)
    .execution_options(populate_existing=True, synchronize_session=False)
)
_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder().decode
_FEW = 1_000
_KEYS_PER_STATEMENT = 10_000


@dataclass(frozen=True, slots=True)
class NewContacts:
    """Contacts of one audience that are ready to be inserted, without ids and revisions.

    One with the status "" gets the default status when it is inserted.
    """

    _rows: Sequence[Row]
    _json: Sequence[str]
    """What SQLite reads: each row as JSON, which takes a fifth of the memory. One of the two is empty."""

    def __len__(self) -> int:
        return len(self._rows) or len(self._json)

    def rows(self) -> Sequence[Row]:
        return self._rows or [tuple(_decode(row)) for row in self._json]

    def insert(self, session: Session, first_id: int, revision: int, default_status: str) -> bool:
        """Inserts the contacts, with ids from `first_id` on; inserts none and returns False if one of their addresses is there."""
        n = len(self)
        if not n:
            return True
        if self._json:
            numbers = (first_id - 1, default_status, revision)
            added = _insert_sqlite(session, self._json, _INSERT_NUMBERED_SQLITE, numbers)
        else:
            rows = _numbered(self._rows, first_id, revision, default_status)
            added = _insert_postgresql(session, list(rows))
        if 0 < added < n:
            _delete(session, self.rows()[0][0], range(first_id, first_id + n))
        return added == n


def encode_time(value: datetime) -> str:
    """Returns the time as text that both databases read and that SQLite stores: UTC, with microseconds."""
    return value.astimezone(UTC).replace(tzinfo=None).isoformat(" ", "microseconds")


def lock(session: Session, audience_id: int) -> AudienceRow:
    """Locks the audience until the transaction ends and increases its revision; returns its row.

    Contacts changed in the transaction are to carry that revision.
    """
    return session.scalars(_LOCK, {"of_audience": audience_id}).one()


def prepare(rows: Sequence[Row], *, for_sqlite: bool) -> NewContacts:
    """Does what can be done for an insert without the database.

    Many contacts are put in the order of their addresses, in which they are numbered: so both the table and its index of
    addresses are written in order. Few keep theirs.
    """
    ordered = _in_order(rows) if len(rows) > _FEW else rows
    return NewContacts((), _as_json(ordered)) if for_sqlite else NewContacts(ordered, ())


def insert(session: Session, rows: Sequence[Row]) -> bool:
    """Inserts the contacts; inserts none and returns False if the audience has one of their addresses.

    All are of one audience, and their ids are new in it.
    """
    ordered = _in_order(rows)
    if is_sqlite(session):
        added = _insert_sqlite(session, _as_json(ordered), _INSERT_SQLITE)
    else:
        added = _insert_postgresql(session, ordered)
    # Deleted instead of rolled back to a savepoint, for which SQLite would copy every page that is changed.
    if 0 < added < len(rows):
        _delete(session, rows[0][0], map(_ID, rows))
    return added == len(rows)


def find_by_address_keys(session: Session, audience_id: int, keys: Iterable[str]) -> dict[str, Row]:
    """Returns the audience's contacts with these lower-case addresses, by that address."""
    return {_KEY(row): row for row in _select(session, audience_id, "address_key", list(keys))}


def find_by_remote_ids(session: Session, audience_id: int, ids: Iterable[int | None]) -> Sequence[Row]:
    """Returns the audience's contacts with these ids of Mailchimp; None among the ids is ignored."""
    return list(_select(session, audience_id, "remote_id", [id_ for id_ in ids if id_ is not None]))


def update(session: Session, rows: Sequence[Row]) -> None:
    """Overwrites all columns of existing contacts, which are of one audience."""
    if not rows:
        return
    if not is_sqlite(session):
        # An UPDATE for each takes four times as long, and longer still where the audience is on another server.
        statement = "DELETE FROM contact WHERE audience_id = %s AND id = ANY(%s)"
        session.connection().exec_driver_sql(statement, (rows[0][0], [row[1] for row in rows]))
        _copy(session, sorted(rows, key=_KEY))
        return
    values = ", ".join(f"{name} = ?" for name in COLUMNS[2:])
    statement = f"UPDATE contact SET {values} WHERE audience_id = ? AND id = ?"  # noqa: S608  no value in it
    session.connection().exec_driver_sql(statement, [row[2:] + row[:2] for row in rows])


def _delete(session: Session, audience_id: int, ids: Iterable[int]) -> None:
    for batch in _batches(list(ids)):
        chosen = (TABLE.c.audience_id == audience_id, TABLE.c.id.in_(batch))
        session.connection().execute(TABLE.delete().where(*chosen))


def _select(session: Session, audience_id: int, column: str, values: Sequence[object]) -> Iterator[Row]:
    """SQL of the driver's own: with thousands of values, SQLAlchemy takes as long to build the query as it runs."""
    statement = (_SELECT_SQLITE if is_sqlite(session) else _SELECT_POSTGRESQL).format(column)
    for batch in _batches(values):
        parameters = (audience_id, json.dumps(batch) if is_sqlite(session) else batch)
        yield from map(tuple, session.connection().exec_driver_sql(statement, parameters))


def _batches(values: Sequence[Any]) -> Iterator[Any]:
    for start in range(0, len(values), _KEYS_PER_STATEMENT):
        yield values[start : start + _KEYS_PER_STATEMENT]


def _in_order(rows: Iterable[Row]) -> list[Row]:
    """In the order of the index of addresses: each of its pages is then read once."""
    return sorted(rows, key=_KEY)


def _numbered(rows: Iterable[Row], first_id: int, revision: int, default_status: str) -> Iterator[Row]:
    for id_, (audience_id, _, address, key, domain, status, before, _, *others) in enumerate(rows, first_id):
        named = status or default_status
        yield audience_id, id_, address, key, domain, named, before, revision, *others


def _as_json(rows: Iterable[Row]) -> list[str]:
    return [_encode(row).decode() for row in rows]


def _insert_sqlite(
    session: Session, json_rows: Sequence[str], statement: str, values: tuple[object, ...] = ()
) -> int:
    """Inserts all rows in one statement, beside which other threads run; SQLite takes the values from JSON.

    Binding each value instead takes as long as inserting it, and no other thread of Python runs meanwhile.
    """
    connection = session.connection()
    connection.exec_driver_sql("CREATE TEMP TABLE IF NOT EXISTS new_contact (json TEXT)")
    start = 0
    while start < len(json_rows):
        # A power of two, so that there are few different statements: the driver caches them.
        n = 1 << min(len(json_rows) - start, _ROWS_PER_STATEMENT).bit_length() - 1
        marks = ", ".join(["(?)"] * n)
        connection.exec_driver_sql(
            f"INSERT INTO new_contact VALUES {marks}",  # noqa: S608  no value in it
            tuple(json_rows[start : start + n]),
        )
        start += n
    added = connection.exec_driver_sql(statement, values).rowcount
    connection.exec_driver_sql("DELETE FROM new_contact")
    return added


def _insert_postgresql(session: Session, rows: Sequence[Row]) -> int:
    try:
        with session.connection().begin_nested():
            _copy(session, rows)
    except Exception as error:
        if not is_duplicate(error):
            raise
        return 0
    return len(rows)


def _copy(session: Session, rows: Sequence[Row]) -> None:
    """Copies straight into the table: with a staging table, each contact would be written twice."""
    cursor: Any = session.connection().connection.cursor()
    with cursor, cursor.copy(f"COPY contact ({_NAMES}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)
