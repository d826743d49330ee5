"""Reading a stored file in chunks of rows, in a thread of its own, ahead of the thread that stores them."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence, Sized
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from typing import Generic, TypeVar

from bot.contacts.columns import ColumnMap, NoAddressColumn
from bot.core.errors import CleanedError
from bot.imports.jobs import ImportJob
from bot.jobs.jobs import StepSize
from storage.contacts.values import Row
from storage.core.tables import AudienceRow
from storage.files.spreadsheets import Record, RefusedRecord, Sheet
from storage.imports.refused_rows import Refusal, RefusedSheet

PASSED_AT_ONCE = 200_000  # rows
CHUNK_BYTES = 8 << 20  # of the file, after which a chunk ends: rows may have 2 MiB each

T = TypeVar("T")


class NoAddressColumnInFile(CleanedError):
    """The file has no column of addresses. Values: name, columns."""

    key = "error-no-address-column"


R = TypeVar("R", bound=Sized)

Take = Callable[[ColumnMap, Iterator[Row]], R]
"""Makes what is wanted of the parsed rows of a chunk, as they are read; it has as many items as there were rows."""


@dataclass(frozen=True, slots=True)
class Chunk(Generic[R]):
    """What was made of rows of one sheet, the sheet and row to carry on from, and the bytes read so far of all sheets."""

    sheet: RefusedSheet
    merge_labels: tuple[str, ...]
    rows: R
    refused: list[Refusal]
    next_sheet: int
    next_row: int
    bytes_read: int


def chunks(
    job: ImportJob, all_sheets: Sequence[Sheet], step_size: StepSize, take: Take[R]
) -> Iterator[Chunk[R]]:
    """Reads the rows that the job has not imported, so many at a time, or fewer if they are long.

    Where it has imported many, chunks without rows come first: passing over millions takes longer than a lease.
    """
    start, before = job.progress.sheet, 0
    for n, sheet in enumerate(all_sheets):
        row = job.progress.row if n == start else 0
        if n >= start:
            columns = column_map(sheet)
            source = RefusedSheet(sheet.name, sheet.header, columns.status)
            for passed in range(0, row, PASSED_AT_ONCE):
                deque(islice(sheet.rows, min(PASSED_AT_ONCE, row - passed)), maxlen=0)
                if passed + PASSED_AT_ONCE < row:
                    yield Chunk(source, columns.merge_labels, take(columns, iter(())), [], n, row, job.done)
            while True:
                refused: list[Refusal] = []
                parsed = _parsed(columns, _next_records(sheet, step_size.rows), job.audience_id, refused)
                rows = take(columns, parsed)
                if not (rows or refused):
                    break
                row += len(rows) + len(refused)
                bytes_read = before + sheet.bytes_read
                yield Chunk(source, columns.merge_labels, rows, refused, n, row, bytes_read)
        before += sheet.size


def column_map(sheet: Sheet) -> ColumnMap:
    """Returns where the sheet's columns are. Raises NoAddressColumnInFile."""
    try:
        return ColumnMap.from_header(sheet.header, sheet.status)
    except NoAddressColumn:
        raise NoAddressColumnInFile(name=sheet.name, columns=", ".join(sheet.header[:10])) from None


@contextmanager
def read_ahead(items: Iterator[T]) -> Iterator[Iterator[T]]:
    """Opens an iterator of the items that takes the next one in another thread while the caller works on the one before."""
    with ThreadPoolExecutor(1) as pool:
        yield _ahead(pool, items)


def add_labels(audience: AudienceRow, chunk: Chunk[R]) -> None:
    """Adds the merge fields that the audience does not have."""
    audience.merge_labels = list(dict.fromkeys((*audience.merge_labels, *chunk.merge_labels)))


def _ahead(pool: Executor, items: Iterator[T]) -> Iterator[T]:
    item = pool.submit(next, items, None)
    while (value := item.result()) is not None:
        item = pool.submit(next, items, None)
        yield value


def _next_records(sheet: Sheet, most: int) -> Iterator[Record | RefusedRecord]:
    enough = sheet.bytes_read + CHUNK_BYTES
    for record in islice(sheet.rows, most):
        yield record
        if sheet.bytes_read >= enough:
            return


def _parsed(
    columns: ColumnMap,
    records: Iterable[Record | RefusedRecord],
    audience_id: int,
    refused: list[Refusal],
) -> Iterator[Row]:
    """Yields the records that are contacts, as rows, and adds the others to `refused`, with the reason."""
    parse_row = columns.parse_row
    for record in records:
        if isinstance(record, RefusedRecord):
            refused.append(Refusal(record.line, f"row-{record.reason}", record.cells))
        elif isinstance(row := parse_row(record.cells, audience_id), str):
            refused.append(Refusal(record.line, row, record.cells))
        else:
            yield row
