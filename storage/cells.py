"""The contacts of a segment as text, newest first: as rows of cells, or as blocks of CSV.

A million rows are exported as blocks. The database joins the columns that hardly ever need quotes into one text a
row; each column of a block is then looked at as a whole, and only what needs quotes or defusing is touched. The
bytes are those that `spreadsheets.csv_bytes` makes of the cells; the tests compare the two.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, FromClause, Select, String, Text, column, func, true
from sqlalchemy import select as select_any
from sqlmodel import Session

from storage.contacts import NEWEST_FIRST, TABLE, Place, Segment, comes_after, conditions
from storage.spreadsheets import FORMULA, PERHAPS_FORMULA, defused

ROWS_A_BLOCK = 500

# Address, clean reason and id of each contact → the place of a contact in these, and the address that it meant.
Suggest = Callable[[Sequence[str], Sequence[str | None], Sequence[int]], Mapping[int, str]]


class Block(NamedTuple):
    """Whole rows of CSV, the last one ended too."""

    body: bytes
    rows: int
    last: int  # the id of the last row's contact


def cells(
    session: Session, segment: Segment, columns: Sequence[str], merge_labels: Sequence[str]
) -> Iterator[Sequence[str | None]]:
    """The segment as rows of text: the columns, with the merge fields after the first."""
    chosen = [_as_text(session, name) for name in columns]
    chosen[1:1] = [_merge_field(session, label) for label in merge_labels]
    statement = (
        select_any(*chosen)
        .where(*conditions(segment))
        .order_by(*NEWEST_FIRST)
        .execution_options(yield_per=ROWS_A_BLOCK)  # PostgreSQL sends them by as many, too
    )
    with session.connection().execute(statement) as result:
        for rows in result.partitions():
            yield from rows


def blocks(
    session: Session,
    segment: Segment,
    columns: Sequence[str],
    merge_labels: Sequence[str],
    suggest: Suggest,
    *,
    after: Place | None = None,
    most: int | None = None,
) -> Iterator[Block]:
    """The same as CSV, and what `suggest` says in a last column; defused.

    The first column is the address. `after` is the last contact that is left out; `most` rows are given.
    """
    runs = _runs(columns[1:])
    widths = [1] * (1 + len(merge_labels)) + [len(run) for run in runs]

    def cells_of(contact_id: int) -> list[str]:
        alone = Segment(audience_id=segment.audience_id, ids=(contact_id,))
        [row] = cells(session, alone, columns, merge_labels)
        return [cell or "" for cell in row]

    statement = _statement(session, segment, columns[0], merge_labels, runs)
    if after:
        statement = statement.where(comes_after(after))
    with session.connection().execute(statement.limit(most)) as result:
        for rows in result.partitions():
            yield _block(rows, widths, suggest, cells_of)


_QUOTE = '"'
_SEPARATOR = "\x1f"  # between the columns of a run
# Columns in which people write. The others hold times, numbers, codes.
_WRITTEN = frozenset({"clean_campaign_title", "notes", "tags", "clean_diagnostic"})
_LONGEST_NAME = 63  # bytes of a column's name that PostgreSQL keeps


def _runs(columns: Sequence[str]) -> list[list[str]]:
    """The columns in their order, those together that stand together and hardly ever need quotes."""
    return [list(run) for _, run in groupby(columns, lambda name: name if name in _WRITTEN else "")]


def _statement(
    session: Session, segment: Segment, first: str, merge_labels: Sequence[str], runs: Sequence[Sequence[str]]
) -> Select[Any]:
    sqlite = session.get_bind().dialect.name == "sqlite"
    source, fields = (TABLE, {}) if sqlite else _record(merge_labels)
    merge = [fields[label] if label in fields else _merge_field(session, label) for label in merge_labels]
    join = func.printf if sqlite else func.format
    texts = [
        join(_SEPARATOR.join(["%s"] * len(run)), *(_as_text(session, name) for name in run)) for run in runs
    ]
    return (
        select_any(
            _as_text(session, first),
            *(func.coalesce(each, "") for each in merge),
            *texts,
            TABLE.c.clean_reason,
            TABLE.c.id,
        )
        .select_from(source)
        .where(*conditions(segment))
        .order_by(*NEWEST_FIRST)
        .execution_options(yield_per=ROWS_A_BLOCK)
    )


def _record(merge_labels: Sequence[str]) -> tuple[FromClause, dict[str, ColumnElement[Any]]]:
    """PostgreSQL reads a contact's JSON once for all its fields, those whose labels can be names of columns."""
    names = [label for label in merge_labels if 0 < len(label.encode()) <= _LONGEST_NAME]
    if not names:
        return TABLE, {}
    record = func.json_to_record(TABLE.c.merge_fields).table_valued(*(column(name, Text) for name in names))
    record = record.render_derived(name="field", with_types=True)
    return TABLE.join(record, true()), {name: record.c[name] for name in names}


def _block(
    rows: Sequence[Sequence[Any]],
    widths: Sequence[int],
    suggest: Suggest,
    cells_of: Callable[[int], list[str]],
) -> Block:
    *columns, reasons, ids = zip(*rows, strict=True)
    written: list[Sequence[str]] = []
    for width, texts in zip(widths, columns, strict=True):
        if width == 1:
            written.append(_column(texts))
        elif plain := _plain_run(texts, width):
            written.append(plain)
        else:
            first = sum(widths[: len(written)])
            written.append(
                [
                    ",".join(_column(_split(text, width) or cells_of(contact_id)[first : first + width]))
                    for text, contact_id in zip(texts, ids, strict=True)
                ]
            )
    found = suggest(columns[0], reasons, ids)
    written.append(_column([found.get(i, "") for i in range(len(rows))]) if found else [""] * len(rows))
    lines = "\r\n".join(map(",".join, zip(*written, strict=True)))
    return Block(f"{lines}\r\n".encode(), len(rows), ids[-1])


def _column(texts: Sequence[str]) -> Sequence[str]:
    """One column's cells as CSV has them."""
    together = _SEPARATOR + _SEPARATOR.join(texts)
    if PERHAPS_FORMULA.search(together):
        texts = [defused(text) for text in texts]
    if not _needs_quotes(together):
        return texts
    return [
        f'"{text.replace(_QUOTE, _QUOTE * 2)}"'
        if _QUOTE in text or "," in text or "\n" in text or "\r" in text
        else text
        for text in texts
    ]


def _plain_run(texts: Sequence[str], width: int) -> Sequence[str] | None:
    """Several columns' cells as CSV has them; None if a cell needs quotes, or holds our separator."""
    together = _SEPARATOR + f"\n{_SEPARATOR}".join(texts)
    if (
        together.count("\n") >= len(texts)
        or together.count(_SEPARATOR) != width * len(texts)
        or f"{_SEPARATOR}'" in together
        or any(sign in together for sign in '",\r')
    ):
        return None
    for start in FORMULA:
        if start in together:  # quickly found not to be there
            together = together.replace(f"{_SEPARATOR}{start}", f"{_SEPARATOR}'{start}")
    return together[1:].replace(f"\n{_SEPARATOR}", "\n").replace(_SEPARATOR, ",").split("\n")


def _needs_quotes(text: str) -> bool:
    return _QUOTE in text or "," in text or "\n" in text or "\r" in text


def _split(text: str, width: int) -> list[str] | None:
    """The cells of a run; None if one of them holds our separator."""
    found = text.split(_SEPARATOR)
    return found if len(found) == width else None


def _as_text(session: Session, name: str) -> ColumnElement[Any]:
    found = TABLE.c[name]
    if name != "cleaned_at":
        return found
    sqlite = session.get_bind().dialect.name == "sqlite"
    text = found.cast(String) if sqlite else func.to_char(found, "YYYY-MM-DD HH24:MI:SS.US")
    # Whole seconds, as Mailchimp writes them; what has a fraction keeps it.
    return func.rtrim(func.rtrim(text, "0"), ".", type_=String)


def _merge_field(session: Session, label: str) -> ColumnElement[Any]:
    merge_fields = TABLE.c.merge_fields
    name = json.dumps(label, ensure_ascii=False)
    if session.get_bind().dialect.name != "sqlite" or name == f'"{label}"':
        found: ColumnElement[Any] = merge_fields[label].as_string()
        return found
    # SQLite's paths have no escapes: such a label is looked for among the keys.
    each = func.json_each(merge_fields).table_valued("key", "value")
    return select_any(each.c.value).where(each.c.key == label).scalar_subquery()
