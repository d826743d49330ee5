"""Reading a segment's contacts as text, newest first: as rows of cells, or as blocks of CSV.

Blocks are for exports of millions of rows. The database concatenates columns that hardly ever need quotes into one text
("group" below); each column or group of a block is then searched as a whole, and only cells that need quotes or
defusing are changed. The bytes are those that `spreadsheets.csv_bytes` returns for the same cells: tests compare them.
"""

import json
from collections import deque
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from itertools import groupby
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    CursorResult,
    FromClause,
    Select,
    String,
    Text,
    case,
    column,
    func,
    true,
)
from sqlalchemy import select as select_any
from sqlmodel import Session

from storage.contacts.contacts import NEWEST_FIRST, TABLE, PageKey, Segment, comes_after, conditions
from storage.contacts.values import UNKNOWN_TIME
from storage.core import engines
from storage.core.engines import is_sqlite
from storage.files.csv_files import CsvFormat, csv_bytes
from storage.files.formulas import FORMULA, PERHAPS_FORMULA, defuse_cell

ROWS_PER_BLOCK = 1000  # few enough to stay in the processor's cache

# Called with the addresses, clean reasons and ids of a block; returns suggested addresses by position.
Suggest = Callable[[Sequence[str], Sequence[str], Sequence[int]], Mapping[int, str]]


class CsvBlock(NamedTuple):
    """Complete rows of CSV, each with its line end."""

    body: bytes
    rows: int
    last: int  # the id of the last row's contact


def text_rows(
    session: Session, segment: Segment, columns: Sequence[str], merge_labels: Sequence[str]
) -> Iterator[Sequence[str | None]]:
    """Yields the segment's rows: the first column, the merge fields, the other columns."""
    chosen = [_as_text(session, name) for name in columns]
    chosen[1:1] = [_merge_field(session, label) for label in merge_labels]
    statement = (
        select_any(*chosen)
        .where(*conditions(segment))
        .order_by(*NEWEST_FIRST)
        .execution_options(yield_per=ROWS_PER_BLOCK)  # also uses a server-side cursor on PostgreSQL
    )
    with session.connection().execute(statement) as result:
        for rows in result.partitions():
            yield from rows


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
) -> Iterator[CsvBlock]:
    """Yields the same rows as CSV, the cells defused, with the addresses that `suggest` returns in a last column.

    The first column is the address, and one of the others is `clean_reason`. Begins after the contact `after`; at most
    `most` rows are read.
    """
    query = _BlockQuery(session, columns, merge_labels, form.delimiter)
    statement = query.statement(segment)
    if after:
        statement = statement.where(comes_after(after))
    with (
        session.connection().execute(statement.limit(most)) as result,
        closing(_fetch(result, sqlite=is_sqlite(session))) as batches,
    ):
        for rows in batches:
            texts, ids = query.texts_and_ids(rows)
            suggested = suggest(texts[0], texts[query.reason_position], ids)
            body = _csv(texts, query.widths, suggested, form.delimiter)
            if body is None:
                block_segment = Segment(audience_id=segment.audience_id, ids=ids)
                numbered = enumerate(text_rows(session, block_segment, columns, merge_labels))
                cells = ([*row, suggested.get(i)] for i, row in numbered)
                width = sum(query.widths) + 1
                body = b"".join(csv_bytes(("",) * width, cells, first=False, form=form))
            yield CsvBlock(body, len(rows), ids[-1])


class _BlockQuery:
    """The statement for blocks, and how its rows are read."""

    def __init__(
        self, session: Session, columns: Sequence[str], merge_labels: Sequence[str], delimiter: str
    ) -> None:
        self._session = session
        self._delimiter = delimiter
        self._columns = columns
        self._merge_labels = merge_labels
        # SQLite looks up several labels together, as one JSON array, in less time than apart.
        paths = [label for label in merge_labels if _is_path(label)][:_MOST_PACKED]
        self._packed = paths if is_sqlite(session) and len(paths) > 1 else []
        self._unpacked = [label for label in merge_labels if label not in self._packed]
        self._groups = _groups(columns[1:])
        self.widths = [1] * (1 + len(merge_labels)) + list(map(len, self._groups))
        """The number of columns in each text of a row."""
        self.reason_position = 1 + len(merge_labels) + self._groups.index(["clean_reason"])

    def statement(self, segment: Segment) -> Select[Any]:
        session, sqlite = self._session, is_sqlite(self._session)
        source, fields = (TABLE, {}) if sqlite else _json_record(self._unpacked)
        join = func.printf if sqlite else func.format
        chosen: list[ColumnElement[Any]] = [_as_text(session, self._columns[0])]
        if self._packed:
            paths = (f'$."{label}"' for label in self._packed)
            chosen.append(func.json_extract(TABLE.c.merge_fields, *paths, type_=String))
        for label in self._unpacked:
            field = fields[label] if label in fields else _merge_field(session, label)
            chosen.append(func.coalesce(field, ""))
        for group in self._groups:
            texts = [_as_text(session, name) for name in group]
            if len(group) == 1:
                chosen.append(func.coalesce(*texts, ""))
            else:  # printf and format turn NULL into an empty text
                chosen.append(join(self._delimiter.join(["%s"] * len(group)), *texts))
        return (
            select_any(*chosen, TABLE.c.id)
            .select_from(source)
            .where(*conditions(segment))
            .order_by(*NEWEST_FIRST)
            .execution_options(stream_results=not sqlite)
        )

    def texts_and_ids(self, rows: Sequence[Any]) -> tuple[list[Sequence[Any]], tuple[int, ...]]:
        """Returns the rows as columns and groups of columns, and the contacts' ids."""
        texts: list[Sequence[Any]] = list(zip(*rows, strict=True))
        ids = tuple(texts.pop())
        if self._packed:
            end = 2 + len(self._unpacked)
            texts[1:end] = self._merge_columns(texts[1], texts[2:end])
        return texts, ids

    def _merge_columns(self, arrays: Sequence[str], unpacked: Sequence[Sequence[str]]) -> list[Sequence[str]]:
        """Returns the merge fields' columns in the order of the labels, from JSON arrays and the other columns."""
        packed = zip(*_decode(f"[{','.join(arrays)}]"), strict=True)
        by_label = dict(zip((*self._packed, *self._unpacked), (*packed, *unpacked), strict=True))
        fields = (by_label[label] for label in self._merge_labels)
        return [
            ["" if cell is None else cell for cell in texts] if None in texts else texts for texts in fields
        ]


def _fetch(result: CursorResult[Any], *, sqlite: bool) -> Generator[Sequence[Any], None, None]:
    """Yields the rows in batches.

    On PostgreSQL a thread fetches the next batches while one is used, so that client and server don't wait for each
    other; psycopg allows two threads to share a connection.
    """
    batches = engines.batches(result, ROWS_PER_BLOCK)
    if sqlite:
        yield from batches
        return
    with ThreadPoolExecutor(1) as pool:
        pending = deque(pool.submit(next, batches, None) for _ in range(2))
        while batch := pending.popleft().result():
            pending.append(pool.submit(next, batches, None))
            yield batch


# Columns of free text, and the reason, which is read alone. The others hold times, numbers and codes.
_NOT_GROUPED = frozenset({"clean_campaign_title", "notes", "tags", "clean_reason", "clean_diagnostic"})
_MOST_PACKED = 90  # SQLite's functions accept a hundred arguments
_decode = json.JSONDecoder(strict=False).decode
_LONGEST_NAME = 63  # bytes to which PostgreSQL cuts the name of a column


def _groups(columns: Sequence[str]) -> list[list[str]]:
    """Returns the columns in their order, with adjacent ones that hardly ever need quotes in one group."""
    return [list(group) for _, group in groupby(columns, lambda name: name if name in _NOT_GROUPED else "")]


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


def _csv(
    columns: Sequence[Sequence[str]], widths: Sequence[int], suggested: Mapping[int, str], delimiter: str
) -> bytes | None:
    """Returns the lines of these columns and groups; None if a group's cells have to be written one by one."""
    n = len(columns[0])
    encoded: list[Sequence[str]] = []
    for texts, width in zip(columns, widths, strict=True):
        try:
            cells = _csv_column(texts, delimiter) if width == 1 else _csv_group(texts, width, delimiter)
        except TypeError:  # JSON holds a value other than text
            return None
        if cells is None:
            return None
        encoded.append(cells)
    last = [suggested.get(i, "") for i in range(n)]
    encoded.append(_csv_column(last, delimiter) if suggested else last)
    lines = "\r\n".join(map(delimiter.join, zip(*encoded, strict=True)))
    return f"{lines}\r\n".encode()


def _csv_column(texts: Sequence[str], delimiter: str) -> Sequence[str]:
    """Returns a column's cells, quoted and defused."""
    together = "\x1f" + "\x1f".join(texts)
    if PERHAPS_FORMULA.search(together):
        texts = _defused(texts, together)
    if '"' in together:
        return [
            '"' + text.replace('"', '""') + '"'
            if '"' in text or delimiter in text or "\n" in text or "\r" in text
            else text
            for text in texts
        ]
    if delimiter in together or "\n" in together or "\r" in together:
        return [f'"{text}"' if delimiter in text or "\n" in text or "\r" in text else text for text in texts]
    return texts


def _defused(texts: Sequence[str], together: str) -> Sequence[str]:
    """Defuses all cells by replacements in one text, quick for columns such as telephone numbers that begin with +.

    Cells that look defused already, or that hold the separator, are defused one by one.
    """
    if "\x1f'" in together or together.count("\x1f") != len(texts):
        return [defuse_cell(text) for text in texts]
    for start in FORMULA:
        together = together.replace(f"\x1f{start}", f"\x1f'{start}")
    return together[1:].split("\x1f")


def _csv_group(texts: Sequence[str], width: int, delimiter: str) -> Sequence[str] | None:
    """Returns a group's cells, defused; None if a cell needs quotes or looks defused already."""
    together = delimiter + f"\n{delimiter}".join(texts)
    if (
        together.count(delimiter) != width * len(texts)
        or together.count("\n") >= len(texts)
        or '"' in together
        or "\r" in together
        or f"{delimiter}'" in together
    ):
        return None
    starts = [start for start in FORMULA if start in together]
    if not starts:
        return texts
    for start in starts:
        together = together.replace(f"{delimiter}{start}", f"{delimiter}'{start}")
    return together[1:].split(f"\n{delimiter}")


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
