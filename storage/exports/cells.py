"""Reading a segment's contacts as blocks of CSV, newest first.

The database makes each contact one line of text, with its cells divided by a byte that UTF-8 does not have. A few searches
in many lines together make CSV of them, so that Python does not handle every cell. The bytes are those that
`csv_files.csv_bytes` writes for the same cells: tests compare them.
"""

import json
import re
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    FromClause,
    LargeBinary,
    Select,
    String,
    Text,
    bindparam,
    case,
    cast,
    column,
    func,
    literal_column,
    true,
)
from sqlalchemy import select as select_any
from sqlmodel import Session

from storage.contacts.contacts import NEWEST_FIRST, TABLE, PageKey, Segment, comes_after, conditions
from storage.contacts.values import UNKNOWN_TIME
from storage.core.engines import is_sqlite
from storage.files.csv_files import CsvFormat
from storage.files.formulas import FORMULA

# Few enough for the processor's cache, and for PostgreSQL to send the next block while this one is handled.
ROWS_PER_BLOCK = 500
BYTES_PER_BLOCK = 1 << 20  # of lines, unless a single one has more
MOST_TOGETHER = 2000  # characters of a contact that SQLite reads together with others

_CELL_END, _LINE_END = b"\xfe", b"\xff"  # what divides cells and lines: bytes that UTF-8 does not have

# Called with the addresses, clean reasons and ids of a block; returns suggested addresses by position.
Suggest = Callable[[Sequence[str], Sequence[str], Sequence[int]], Mapping[int, str]]


class CsvBlock(NamedTuple):
    """Complete rows of CSV, each with its line end."""

    body: bytes
    rows: int
    last: int  # the id of the last row's contact


def csv_blocks(
    session: Session,
    segment: Segment,
    columns: Sequence[str],
    merge_labels: Sequence[str],
    suggest: Suggest,
    *,
    after: PageKey | None = None,
    most: int | None = None,
    form: CsvFormat = CsvFormat.PLAIN,
) -> Generator[CsvBlock, None, None]:
    """Yields the segment's rows: the first column, the merge fields, the other columns, what `suggest` returns.

    The first column is the address. Cells are defused. Begins after the contact `after`; at most `most` rows are read.
    Until it ends or is closed, the session can't be used.
    """
    where = [*conditions(segment), *([comes_after(after)] if after else [])]
    contacts = select_any(TABLE.c.id).where(*where).order_by(*NEWEST_FIRST).limit(most)
    read = _read_sqlite if is_sqlite(session) else _read_postgresql
    with closing(read(session, contacts, columns, merge_labels)) as blocks:
        for lines in blocks:
            numbers, reasons, cells = map(
                list, zip(*(line.split(_CELL_END, 2) for line in lines), strict=True)
            )
            ids = list(map(int, numbers))
            addresses = [line.partition(_CELL_END)[0].decode() for line in cells]
            for i, address in suggest(addresses, list(map(bytes.decode, reasons)), ids).items():
                cells[i] += address.encode()
            yield CsvBlock(_csv(cells, form.delimiter), len(lines), ids[-1])


def _csv(lines: Sequence[bytes], delimiter: str) -> bytes:
    """Returns lines of cells as CSV."""
    text = _CELL_END + (_CELL_END + _LINE_END + _CELL_END).join(lines) + _CELL_END
    text = _BEFORE_FORMULA.sub(_CELL_END + b"'", text).replace(b'"', b'""')
    marked = text.translate(bytes.maketrans(f"{delimiter}\r\n".encode(), b'"""'))
    parts = []  # in turn what needs no quotes, and a cell that does
    end = 0
    while (special := marked.find(b'"', end)) >= 0:
        start = text.rindex(_CELL_END, 0, special) + 1
        parts.append(text[end:start])
        end = text.index(_CELL_END, special)
        parts.append(text[start:end])
    parts.append(text[end:])
    rows = b'"'.join(parts).split(_LINE_END)
    return b"".join([row[1:-1] + b"\r\n" for row in rows]).replace(_CELL_END, delimiter.encode())


_STARTS = [start.encode() for start in FORMULA]
# The first look-ahead is there for speed.
_BEFORE_FORMULA = re.compile(
    _CELL_END
    + b"(?=['" + re.escape(b"".join(start[:1] for start in _STARTS)) + b"])"
    + b"(?='*(?:" + b"|".join(map(re.escape, _STARTS)) + b"))"
)  # fmt: skip


def _read_sqlite(
    session: Session, contacts: Select[Any], columns: Sequence[str], merge_labels: Sequence[str]
) -> Generator[list[bytes], None, None]:
    """Yields the contacts' lines in blocks, which a thread reads ahead.

    The thread reads many contacts as one text: at each row it would wait until the other thread gives up Python's lock. Which
    contacts these are is read before, so that the segment's conditions are evaluated once.
    """
    connection = session.connection()
    line = _line(_cells(session, columns, merge_labels))
    rowid: ColumnElement[int] = literal_column("contact.rowid")
    place = func.json_each(bindparam("places")).table_valued("value").c.value
    # The outer join keeps the order of the places. The limit keeps SQLite from evaluating the line twice.
    all_lines = select_any(line.label("line")).select_from(place.table.outerjoin(TABLE, place == rowid))
    each = all_lines.limit(-1).subquery().c.line
    short = case((func.length(each) <= MOST_TOGETHER, each), else_="")
    together = select_any(cast(func.group_concat(short, _bytes(_LINE_END)), LargeBinary))
    alone = select_any(cast(line, LargeBinary)).where(rowid == bindparam("place"))

    def lines() -> Iterator[bytes]:
        with connection.execute(contacts.with_only_columns(rowid)) as result:
            for batch in result.scalars().partitions(20 * ROWS_PER_BLOCK):
                for i in range(0, len(batch), ROWS_PER_BLOCK):
                    places = batch[i : i + ROWS_PER_BLOCK]
                    text = connection.execute(together, {"places": json.dumps(places)}).scalar_one()
                    for number, found in zip(places, text.split(_LINE_END), strict=True):
                        yield found or connection.execute(alone, {"place": number}).scalar_one()

    blocks = _blocks(lines())
    with closing(blocks), ThreadPoolExecutor(1) as pool:
        pending = deque(pool.submit(next, blocks, None) for _ in range(2))
        while block := pending.popleft().result():
            pending.append(pool.submit(next, blocks, None))
            yield block


def _line(cells: Sequence[ColumnElement[Any]]) -> ColumnElement[str]:
    """The cells as one text of SQLite, whose printf turns NULL into an empty text."""
    pattern = _CELL_END.join([b"%s"] * len(cells[:_MOST_ARGUMENTS]))
    text: ColumnElement[str] = func.printf(_bytes(pattern), *cells[:_MOST_ARGUMENTS], type_=String)
    rest = cells[_MOST_ARGUMENTS:]
    return text.concat(_bytes(_CELL_END)).concat(_line(rest)) if rest else text


_MOST_ARGUMENTS = 90  # SQLite's functions accept a hundred


def _bytes(value: bytes) -> ColumnElement[str]:
    """The bytes as text of SQLite, which need not be UTF-8."""
    return literal_column(f"CAST(X'{value.hex()}' AS TEXT)", String)


def _read_postgresql(
    session: Session, contacts: Select[Any], columns: Sequence[str], merge_labels: Sequence[str]
) -> Generator[list[bytes], None, None]:
    """Yields the contacts' lines in blocks. COPY sends them without being asked for each block."""
    source, fields = _json_record(merge_labels)
    cells = _cells(session, columns, merge_labels, fields)
    statement = contacts.with_only_columns(*cells).select_from(source)
    connection = session.connection()
    compiled = statement.compile(connection, compile_kwargs={"render_postcompile": True})
    copy = f"COPY ({compiled}) TO STDOUT (DELIMITER '{_COPIED_CELL_END.decode()}', NULL '')"
    cursor: Any = connection.connection.cursor()
    # If it is not read to its end, COPY is cancelled, after which the transaction can only go back to the savepoint.
    with connection.begin_nested(), cursor:
        # The statement lasts as long as what is done with the rows, such as sending them to Slack.
        cursor.execute("SET LOCAL statement_timeout = 0")
        with cursor.copy(copy, compiled.construct_params()) as rows:
            yield from map(_parse_copied, _blocks(map(bytes, rows)))


def _parse_copied(block: Sequence[bytes]) -> list[bytes]:
    """Returns the lines of rows as COPY writes them."""
    lines = b"".join(block).replace(_COPIED_CELL_END, _CELL_END).split(b"\n")[:-1]
    return [_ESCAPE.sub(_unescape, line) if b"\\" in line else line for line in lines]


_COPIED_CELL_END = b"\x1f"
_ESCAPE = re.compile(rb"\\(.)", re.DOTALL)
_ESCAPES = {
    b"b": b"\b",
    b"f": b"\f",
    b"n": b"\n",
    b"r": b"\r",
    b"t": b"\t",
    b"v": b"\v",
    _CELL_END: _COPIED_CELL_END,
}


def _unescape(match: re.Match[bytes]) -> bytes:
    return _ESCAPES.get(match[1], match[1])


def _blocks(lines: Iterable[bytes]) -> Generator[list[bytes], None, None]:
    block: list[bytes] = []
    size = 0
    for line in lines:
        block.append(line)
        size += len(line)
        if len(block) == ROWS_PER_BLOCK or size >= BYTES_PER_BLOCK:
            yield block
            block, size = [], 0
    if block:
        yield block


def _cells(
    session: Session,
    columns: Sequence[str],
    merge_labels: Sequence[str],
    fields: Mapping[str, ColumnElement[Any]] | None = None,
) -> list[ColumnElement[Any]]:
    """Returns the id, the clean reason, and a row's cells. The last one is empty, for a suggested address."""
    known = fields or {}
    merged = [known[label] if label in known else _merge_field(session, label) for label in merge_labels]
    address, *others = (_as_text(session, name) for name in columns)
    return [TABLE.c.id, TABLE.c.clean_reason, address, *merged, *others, literal_column("''")]


_LONGEST_NAME = 63  # bytes to which PostgreSQL cuts the name of a column


def _json_record(merge_labels: Sequence[str]) -> tuple[FromClause, dict[str, ColumnElement[Any]]]:
    """Returns a join in which PostgreSQL parses a contact's JSON once for all fields, and the fields by label.

    Labels that can't be names of columns are left out.
    """
    names = [label for label in merge_labels if 0 < len(label.encode()) <= _LONGEST_NAME]
    if not names:
        return TABLE, {}
    record = func.json_to_record(TABLE.c.merge_fields).table_valued(*(column(name, Text) for name in names))
    record = record.render_derived(name="field", with_types=True)
    return TABLE.join(record, true()), {name: record.c[name] for name in names}


def _as_text(session: Session, name: str) -> ColumnElement[Any]:
    value = TABLE.c[name]
    if name != "cleaned_at":
        return value
    text = value.cast(String) if is_sqlite(session) else func.to_char(value, "YYYY-MM-DD HH24:MI:SS.US")
    # Without a fraction of zeros, as Mailchimp writes times.
    without_zeros = func.rtrim(func.rtrim(text, "0"), ".", type_=String)
    return case((value == UNKNOWN_TIME, None), else_=without_zeros)


def _merge_field(session: Session, label: str) -> ColumnElement[Any]:
    merge_fields = TABLE.c.merge_fields
    if not is_sqlite(session) or _is_path(label):
        field: ColumnElement[Any] = merge_fields[label].as_string()
        return field
    # SQLite's paths have no escapes: such a label is compared with the keys.
    fields = func.json_each(merge_fields).table_valued("key", "value")
    return select_any(fields.c.value).where(fields.c.key == label).scalar_subquery()


def _is_path(label: str) -> bool:
    """Whether SQLite can find the label by a path, in which nothing can be escaped."""
    return json.dumps(label, ensure_ascii=False) == f'"{label}"'
