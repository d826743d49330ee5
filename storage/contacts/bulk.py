"""Reading and writing many contacts at once.

A contact is a tuple of values in the order of `COLUMNS`, with its id at index 1: no object is made per contact. Values
are of types that both drivers accept: times as `encode_time` returns them, merge fields as JSON text.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
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
# The columns that `lines` leaves out: SQLite's expression for the value that the insert adds.
_NUMBERS = {"audience_id": "?", "id": "? + rowid", "revision": "?"}
_ROWS_PER_STATEMENT = 4_096  # SQLite accepts 32,766 parameters in a statement
_LOCK = (
    update_rows(AudienceRow)
    .where(col(AudienceRow.id) == bindparam("of_audience"))
    .values(revision=col(AudienceRow.revision) + 1)
    .returning(AudienceRow)
    .execution_options(populate_existing=True, synchronize_session=False)
)
_encode = msgspec.json.Encoder().encode
_COPY_NULL = r"\N"
_COPY_ESCAPES = str.maketrans({"\\": r"\\", "\t": r"\t", "\n": r"\n", "\r": r"\r"})
_KEYS_PER_STATEMENT = 10_000


def encode_time(value: datetime) -> str:
    """Returns the time as text that both databases read and that SQLite stores: UTC, with microseconds."""
    return value.astimezone(UTC).replace(tzinfo=None).isoformat(" ", "microseconds")


def lock(session: Session, audience_id: int) -> AudienceRow:
    """Locks the audience until the transaction ends and increases its revision; returns its row.

    Contacts changed in the transaction are to carry that revision.
    """
    return session.scalars(_LOCK, {"of_audience": audience_id}).one()


def lines(contacts: Iterable[Row], columns: Sequence[str], *, for_sqlite: bool) -> list[str]:
    """Returns the contacts as text for `insert_lines`: JSON for SQLite, else what COPY reads. Needs no database.

    `columns` are those that have a value in any of the contacts, all of them text or None; audience, id and revision
    are not among them.
    """
    text_of = _as_json if for_sqlite else _copy_line
    return list(map(text_of, map(itemgetter(*map(COLUMNS.index, columns)), contacts)))


def insert_lines(
    session: Session,
    audience_id: int,
    texts: Sequence[str],
    columns: Sequence[str],
    *,
    first_id: int,
    revision: int,
) -> bool:
    """Inserts contacts, numbered from `first_id` on; returns False if one of their addresses is there.

    The caller then rolls back: on SQLite, the others are inserted.
    """
    if not texts:
        return True
    if is_sqlite(session):
        return _insert_sqlite(session, columns, texts, (audience_id, first_id - 1, revision)) == len(texts)
    numbered = (f"{audience_id}\t{id_}\t{revision}\t{text}\n" for id_, text in enumerate(texts, first_id))
    return _insert_postgresql(session, (*_NUMBERS, *columns), "".join(numbered))


def insert(session: Session, rows: Sequence[Row]) -> bool:
    """Inserts the contacts; inserts none and returns False if the audience has one of their addresses.

    All are of one audience, and their ids are new in it.
    """
    if not rows:
        return True
    columns = _used_columns(rows)
    if not is_sqlite(session):
        return _insert_postgresql(session, columns, _copy_text(rows, columns))
    added = _insert_sqlite(session, columns, _in_order(rows, lines(rows, columns, for_sqlite=True)))
    # Deleted instead of rolled back to a savepoint, for which SQLite would copy every page that is changed.
    if 0 < added < len(rows):
        _delete(session, rows[0][0], map(_ID, rows))
    return added == len(rows)


def insert_new(
    session: Session, audience_id: int, rows: Sequence[Row], *, first_id: int, revision: int
) -> bool:
    """As `insert`, but adds the audience, the revision and the ids: from `first_id` on, in the order of the addresses."""
    if not rows:
        return True
    columns = [name for name in _used_columns(rows) if name not in _NUMBERS]
    if not is_sqlite(session):
        texts = _in_order(rows, _copy_texts(rows, columns))
        return insert_lines(session, audience_id, texts, columns, first_id=first_id, revision=revision)
    texts = _in_order(rows, lines(rows, columns, for_sqlite=True))
    added = _insert_sqlite(session, columns, texts, (audience_id, first_id - 1, revision))
    if 0 < added < len(rows):
        _delete(session, audience_id, range(first_id, first_id + len(rows)))
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
        _copy(session, COLUMNS, _copy_text(rows, COLUMNS))
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


def _in_order(rows: Iterable[Row], texts: Sequence[str]) -> list[str]:
    """The texts of the rows in the order of the index of addresses: each of its pages is then read once.

    Rows are next to each other in memory in the order in which they were made; sorted before they became text, each
    would have to be fetched from another place.
    """
    keys = list(map(_KEY, rows))
    return [texts[i] for i in sorted(range(len(keys)), key=keys.__getitem__)]


def _as_json(row: Row) -> str:
    return _encode(row).decode()


def _used_columns(contacts: Sequence[Row]) -> tuple[str, ...]:
    """The columns that any of the contacts has a value in: each column costs time."""
    return tuple(
        name for i, name in enumerate(COLUMNS) if any(contact[i] is not None for contact in contacts)
    )


def _copy_text(rows: Sequence[Row], columns: Sequence[str]) -> str:
    return "".join(f"{text}\n" for text in _in_order(rows, _copy_texts(rows, columns)))


def _copy_texts(rows: Sequence[Row], columns: Sequence[str]) -> list[str]:
    values_of = itemgetter(*map(COLUMNS.index, columns))
    return [_copy_line([v if v is None else str(v) for v in values]) for values in map(values_of, rows)]


def _copy_line(values: Sequence[str | None]) -> str:
    """Returns the values as PostgreSQL's text format for COPY has them."""
    line = "\t".join([_COPY_NULL if value is None else value for value in values])
    if (
        "\n" in line
        or "\r" in line
        or line.count("\t") >= len(values)
        or line.count("\\") > values.count(None)
    ):
        escaped = (_COPY_NULL if value is None else value.translate(_COPY_ESCAPES) for value in values)
        line = "\t".join(escaped)
    return line


def _insert_sqlite(
    session: Session, columns: Sequence[str], texts: Sequence[str], numbers: tuple[int, ...] = ()
) -> int:
    """Inserts all rows in one statement, beside which other threads run; SQLite takes the values from JSON.

    Binding each value instead takes as long as inserting it, and no other thread of Python runs meanwhile. `numbers`
    are the values of `_NUMBERS`, if those columns are not among the others.
    """
    connection = session.connection()
    connection.exec_driver_sql("CREATE TEMP TABLE IF NOT EXISTS new_contact (json TEXT)")
    start = 0
    while start < len(texts):
        # A power of two, so that there are few different statements: the driver caches them.
        n = 1 << min(len(texts) - start, _ROWS_PER_STATEMENT).bit_length() - 1
        marks = ", ".join(["(?)"] * n)
        connection.exec_driver_sql(
            f"INSERT INTO new_contact VALUES {marks}",  # noqa: S608  no value in it
            tuple(texts[start : start + n]),
        )
        start += n
    values = dict(_NUMBERS) if numbers else {}
    values |= {name: f"json_extract(json, '$[{i}]')" for i, name in enumerate(columns)}
    added = connection.exec_driver_sql(
        f"INSERT INTO contact ({', '.join(values)}) SELECT {', '.join(values.values())}"  # noqa: S608  no value in it
        " FROM new_contact WHERE true ON CONFLICT DO NOTHING",
        numbers,
    ).rowcount
    connection.exec_driver_sql("DELETE FROM new_contact")
    return added


def _insert_postgresql(session: Session, columns: Iterable[str], text: str) -> bool:
    try:
        with session.connection().begin_nested():
            _copy(session, columns, text)
    except Exception as error:
        if not is_duplicate(error):
            raise
        return False
    return True


def _copy(session: Session, columns: Iterable[str], text: str) -> None:
    """Copies straight into the table: with a staging table, each contact would be written twice."""
    cursor: Any = session.connection().connection.cursor()
    with cursor, cursor.copy(f"COPY contact ({', '.join(columns)}) FROM STDIN") as copy:
        copy.write(text)
