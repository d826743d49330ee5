"""The contacts of a segment as text, newest first: as rows of cells, or as blocks of CSV.

A million rows are exported as blocks. The database joins the columns that hardly ever need quotes into one text a
row; each column of a block is then looked at as a whole, and only what needs quotes or defusing is touched. The
bytes are those that `spreadsheets.csv_bytes` makes of the cells; the tests compare the two.
"""

import json
from collections import deque
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from itertools import groupby
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, CursorResult, FromClause, Select, String, Text, column, func, true
from sqlalchemy import select as select_any
from sqlmodel import Session

from storage.contacts.contacts import NEWEST_FIRST, TABLE, PageKey, Segment, comes_after, conditions
from storage.core.engines import is_sqlite
from storage.files.spreadsheets import FORMULA, PERHAPS_FORMULA, csv_bytes, defused

ROWS_A_BLOCK = 1000  # they stay in the processor's cache

# Address, clean reason and id of each contact → the place of a contact in these, and the address that it meant.
Suggest = Callable[[Sequence[str], Sequence[str], Sequence[int]], Mapping[int, str]]


class CsvBlock(NamedTuple):
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
    after: PageKey | None = None,
    most: int | None = None,
) -> Iterator[CsvBlock]:
    """The same as CSV, and what `suggest` says in a last column; defused.

    The first column is the address, and the clean reason is one of the others. `after` is the last contact that is
    left out; `most` rows are given.
    """
    runs = [[columns[0]], *([label] for label in merge_labels), *_runs(columns[1:])]
    reason = runs.index(["clean_reason"], 1 + len(merge_labels))
    width = len(columns) + len(merge_labels) + 1
    packed = _packed(merge_labels) if is_sqlite(session) else []
    others = [label for label in merge_labels if label not in packed]
    statement = _statement(session, segment, columns, packed, others)
    if after:
        statement = statement.where(comes_after(after))
    with (
        session.connection().execute(statement.limit(most)) as result,
        closing(_parts(result, sqlite=is_sqlite(session))) as parts,
    ):
        for rows in parts:
            texts: list[Sequence[Any]] = list(zip(*rows, strict=True))
            ids = tuple(texts.pop())
            if packed:
                texts[1 : 1 + len(others) + 1] = _unpacked(texts, packed, others, merge_labels)
            suggested = suggest(texts[0], texts[reason], ids)
            body = _body(texts, list(map(len, runs)), suggested)
            if body is None:
                these = Segment(audience_id=segment.audience_id, ids=ids)
                plain = enumerate(cells(session, these, columns, merge_labels))
                row = ([*row, suggested.get(i)] for i, row in plain)
                body = b"".join(csv_bytes(("",) * width, row, first=False))
            yield CsvBlock(body, len(rows), ids[-1])


def _parts(result: CursorResult[Any], *, sqlite: bool) -> Generator[Sequence[Any], None, None]:
    """The rows, so many at a time.

    The driver's own tuples are enough. PostgreSQL's are fetched while those before are used: else client and
    server would wait for each other; psycopg lets two threads have one connection.
    """
    if sqlite:
        while rows := result.cursor.fetchmany(ROWS_A_BLOCK):
            yield rows
        return
    found = result.partitions(ROWS_A_BLOCK)
    with ThreadPoolExecutor(1) as pool:
        coming = deque(pool.submit(next, found, None) for _ in range(2))
        while part := coming.popleft().result():
            coming.append(pool.submit(next, found, None))
            yield part


# Columns in which people write, and the reason. The others hold times, numbers and codes.
_ALONE = frozenset({"clean_campaign_title", "notes", "tags", "clean_reason", "clean_diagnostic"})
_MOST_PACKED = 90  # SQLite's functions take a hundred arguments
_decode = json.JSONDecoder(strict=False).decode
_LONGEST_NAME = 63  # bytes of a column's name that PostgreSQL keeps


def _runs(columns: Sequence[str]) -> list[list[str]]:
    """The columns in their order, those in one that stand together and hardly ever need quotes."""
    return [list(run) for _, run in groupby(columns, lambda name: name if name in _ALONE else "")]


def _statement(
    session: Session,
    segment: Segment,
    columns: Sequence[str],
    packed: Sequence[str],
    others: Sequence[str],
) -> Select[Any]:
    sqlite = is_sqlite(session)
    source, fields = (TABLE, {}) if sqlite else _record(others)
    join = func.printf if sqlite else func.format
    chosen: list[ColumnElement[Any]] = [_as_text(session, columns[0])]
    if packed:
        paths = (f'$."{label}"' for label in packed)
        chosen.append(func.json_extract(TABLE.c.merge_fields, *paths, type_=String))
    merge = (fields[each] if each in fields else _merge_field(session, each) for each in others)
    chosen += [func.coalesce(each, "") for each in merge]
    for run in _runs(columns[1:]):
        texts = [_as_text(session, name) for name in run]
        # Either function takes NULL for an empty text.
        chosen.append(
            join(",".join(["%s"] * len(run)), *texts) if len(run) > 1 else func.coalesce(*texts, "")
        )
    return (
        select_any(*chosen, TABLE.c.id)
        .select_from(source)
        .where(*conditions(segment))
        .order_by(*NEWEST_FIRST)
        .execution_options(**({} if sqlite else {"yield_per": ROWS_A_BLOCK}))
    )


def _packed(merge_labels: Sequence[str]) -> list[str]:
    """The labels that SQLite can look up together: their values come as one JSON array, in less time than apart."""
    found = [label for label in merge_labels if _is_path(label)][:_MOST_PACKED]
    return found if len(found) > 1 else []


def _unpacked(
    texts: Sequence[Sequence[str]], packed: Sequence[str], others: Sequence[str], merge_labels: Sequence[str]
) -> list[Sequence[str]]:
    """The merge fields' columns, in the order of the labels."""
    arrays = zip(*_decode(f"[{','.join(texts[1])}]"), strict=True)
    fields = dict(zip((*packed, *others), (*arrays, *texts[2 : 2 + len(others)]), strict=True))
    found = (fields[label] for label in merge_labels)
    return [["" if cell is None else cell for cell in each] if None in each else each for each in found]


def _record(merge_labels: Sequence[str]) -> tuple[FromClause, dict[str, ColumnElement[Any]]]:
    """PostgreSQL reads a contact's JSON once for all its fields, those whose labels can be names of columns."""
    names = [label for label in merge_labels if 0 < len(label.encode()) <= _LONGEST_NAME]
    if not names:
        return TABLE, {}
    record = func.json_to_record(TABLE.c.merge_fields).table_valued(*(column(name, Text) for name in names))
    record = record.render_derived(name="field", with_types=True)
    return TABLE.join(record, true()), {name: record.c[name] for name in names}


def _body(
    given: Sequence[Sequence[str]], widths: Sequence[int], suggested: Mapping[int, str]
) -> bytes | None:
    """The lines of these columns and runs of columns; None if they must be taken apart."""
    n = len(given[0])
    written: list[Sequence[str]] = []
    for texts, width in zip(given, widths, strict=True):
        try:
            found = _column(texts) if width == 1 else _run(texts, width)
        except TypeError:  # JSON holds another thing than text
            return None
        if found is None:
            return None
        written.append(found)
    written.append(_column([suggested.get(i, "") for i in range(n)]) if suggested else [""] * n)
    lines = "\r\n".join(map(",".join, zip(*written, strict=True)))
    return f"{lines}\r\n".encode()


def _column(texts: Sequence[str]) -> Sequence[str]:
    """One column's cells as CSV has them."""
    together = "\x1f" + "\x1f".join(texts)
    if PERHAPS_FORMULA.search(together):
        texts = _defused(texts, together)
    if '"' in together:
        return [
            '"' + text.replace('"', '""') + '"'
            if '"' in text or "," in text or "\n" in text or "\r" in text
            else text
            for text in texts
        ]
    if "," in together or "\n" in together or "\r" in together:
        return [f'"{text}"' if "," in text or "\n" in text or "\r" in text else text for text in texts]
    return texts


def _defused(texts: Sequence[str], together: str) -> Sequence[str]:
    """All in one go, as for telephone numbers that begin with +, where no cell may be defused already."""
    if "\x1f'" in together or together.count("\x1f") != len(texts):
        return [defused(text) for text in texts]
    for start in FORMULA:
        together = together.replace(f"\x1f{start}", f"\x1f'{start}")
    return together[1:].split("\x1f")


def _run(texts: Sequence[str], width: int) -> Sequence[str] | None:
    """Several columns' cells as CSV has them; None if a cell needs quotes, or may be defused already."""
    together = "," + "\n,".join(texts)
    if (
        together.count(",") != width * len(texts)
        or together.count("\n") >= len(texts)
        or '"' in together
        or "\r" in together
        or ",'" in together
    ):
        return None
    starts = [start for start in FORMULA if start in together]
    if not starts:
        return texts
    for start in starts:
        together = together.replace(f",{start}", f",'{start}")
    return together[1:].split("\n,")


def _as_text(session: Session, name: str) -> ColumnElement[Any]:
    found = TABLE.c[name]
    if name != "cleaned_at":
        return found
    sqlite = is_sqlite(session)
    text = found.cast(String) if sqlite else func.to_char(found, "YYYY-MM-DD HH24:MI:SS.US")
    # Whole seconds, as Mailchimp writes them; what has a fraction keeps it.
    return func.rtrim(func.rtrim(text, "0"), ".", type_=String)


def _merge_field(session: Session, label: str) -> ColumnElement[Any]:
    merge_fields = TABLE.c.merge_fields
    if not is_sqlite(session) or _is_path(label):
        found: ColumnElement[Any] = merge_fields[label].as_string()
        return found
    # SQLite's paths have no escapes: such a label is looked for among the keys.
    each = func.json_each(merge_fields).table_valued("key", "value")
    return select_any(each.c.value).where(each.c.key == label).scalar_subquery()


def _is_path(label: str) -> bool:
    """Whether SQLite finds the label by a path, which has no escapes."""
    return json.dumps(label, ensure_ascii=False) == f'"{label}"'
