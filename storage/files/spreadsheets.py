"""Reading CSV files of any common dialect, alone or in a .zip, as streams. `csv_files` writes them."""

import csv
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain, islice, repeat
from typing import BinaryIO, Final, Literal, NamedTuple

from storage.files.formulas import (
    is_own_file,
    is_refused_file,
    undefuse_cell,
)
from storage.files.sheet_texts import OVERLONG, ZIP_MAGIC, Lines, SheetText, detect
from storage.files.spreadsheet_errors import (
    EmptyFile,
    ExcelWorkbook,
    NoHeader,
    NotASpreadsheet,
    SpreadsheetError,
    TooManyColumns,
    UnsafeArchive,
)
from storage.files.zips import Limits, SeekableFile, ZipArchive

LIMITS: Final = Limits()
LONGEST_LABEL: Final = 1_000  # characters of a column's name
LONGEST_TEXT: Final = 10_000  # characters of a row that could not be read


class Record(NamedTuple):
    """A row that was read."""

    line: int  # the line of the file, from 1, on which the row starts
    cells: list[str]  # as many as the header has


class RefusedRecord(NamedTuple):
    """A row that could not be read."""

    line: int
    reason: Literal["quotes", "too-long", "too-many-cells", "characters"]
    cells: list[str]  # as well as they can be told apart, with the quotes that don't match


@dataclass(frozen=True)
class Sheet:
    """One CSV file. Its rows are read while they are iterated over, once."""

    name: str
    status: str | None
    """subscribed, unsubscribed, cleaned or nonsubscribed, if the file is named as in an export of Mailchimp."""
    header: tuple[str, ...]
    rows: Iterator[Record | RefusedRecord]
    text: SheetText
    _lines: Lines = field(repr=False)

    @property
    def size(self) -> int:
        """In bytes, uncompressed."""
        return self.text.size

    @property
    def bytes_read(self) -> int:
        """The number of bytes read so far, of `size`."""
        return self._lines.bytes_read


def open_sheets(
    name: str, file: BinaryIO, limits: Limits = LIMITS, *, texts: Sequence[SheetText] = ()
) -> list[Sheet]:
    """Returns the sheets in `file`: one for a CSV, or one for each CSV of a .zip, which is recognised by its content.

    The file is seekable, and the caller closes it after reading the rows. It is read once here, for its encoding and its
    checksums, so that errors of the whole file are raised before the first row. With `texts`, those of its sheets when it
    was opened before, it is not read again.

    Raises SpreadsheetError. A single row that can't be read is a RefusedRecord among the rows instead. Rows of empty cells are
    left out.
    """
    file.seek(0)
    magic = file.read(8)
    if magic == _OLE_MAGIC:
        raise ExcelWorkbook(name=name)
    if not magic.startswith((ZIP_MAGIC, _EMPTY_ZIP_MAGIC)):
        return [_sheet(name, lambda: _rewound(file), limits, next(iter(texts), None))]
    members = ZipArchive(name, file, limits).members()
    not_empty = [member for member in members if member.info.file_size] or members
    known = chain(texts, repeat(None))
    return [
        _sheet(member.name, member.open, limits, text, archive=name)
        for member, text in zip(not_empty, known, strict=False)
    ]


_OLE_MAGIC: Final = bytes.fromhex("D0CF11E0A1B11AE1")
_EMPTY_ZIP_MAGIC: Final = b"PK\x05\x06"
_MAILCHIMP_NAME: Final = re.compile(r"(subscribed|unsubscribed|cleaned|nonsubscribed)_\w*export")
_SPACE: Final = re.compile(r"\s")
_QUOTED: Final = re.compile('"[^"]*"')
_CONTROL: Final = re.compile("[\0-\x08\x0e-\x1f\ufffd]")


def _rewound(file: BinaryIO) -> SeekableFile:
    file.seek(0)
    return file


def _sheet(
    name: str,
    reopen: Callable[[], SeekableFile],
    limits: Limits,
    text: SheetText | None,
    archive: str | None = None,
) -> Sheet:
    text = text or detect(reopen)
    if archive and text.is_zip:
        raise UnsafeArchive(archive, "nested")
    if not text.size:
        raise EmptyFile(name=name)
    lines = Lines(reopen(), text, limits)
    delimiter, header = _header(name, lines, limits)
    is_defused = is_own_file(header)
    status = _MAILCHIMP_NAME.match(name.rpartition("/")[2])
    return Sheet(
        name=name,
        status=status and status[1],
        header=tuple(map(undefuse_cell, header) if is_defused else header),
        rows=_rows(
            lines,
            delimiter,
            _RowReader(
                lines,
                delimiter,
                len(header),
                checks_characters=text.has_bad_characters or is_refused_file(header),
                is_defused=is_defused,
            ),
        ),
        text=text,
        _lines=lines,
    )


def _header(name: str, lines: Lines, limits: Limits) -> tuple[str, list[str]]:
    """Returns the delimiter, the one that splits the first row into most cells, and that row.

    In a file that the bot has written, it is the one that shows the bot's own columns: others may have names with commas.
    """
    candidates: list[tuple[str, list[str], int]] = []
    error: type[SpreadsheetError] = EmptyFile
    for delimiter in ",;\t":
        reader = csv.reader(lines.remaining(), delimiter=delimiter, strict=True)
        try:
            candidates.extend((delimiter, cells, reader.line_num) for cells in islice(filter(any, reader), 1))
        except csv.Error:
            error = NotASpreadsheet
    if not candidates:
        raise error(name=name)
    delimiter, header, last_line = max(
        candidates, key=lambda candidate: (is_own_file(candidate[1]), len(candidate[1]))
    )
    lines.start = last_line + 1
    if any(map(_CONTROL.search, header)) or max(map(len, header)) > LONGEST_LABEL:
        raise NotASpreadsheet(name=name)
    if any(map(_is_address, header)):
        raise NoHeader(name=name)
    if len(header) > limits.columns:
        raise TooManyColumns(name=name, columns=len(header), limit=limits.columns)
    return delimiter, header


def _is_address(cell: str) -> bool:
    local, _, domain = cell.strip().partition("@")
    return bool(local) and "." in domain[1:-1] and "@" not in domain and not _SPACE.search(local + domain)


def _rows(lines: Lines, delimiter: str, row_reader: "_RowReader") -> Iterator[Record | RefusedRecord]:
    # A row of this width is a record without a closer look.
    plain_width = row_reader.width if row_reader.is_plain else -1
    while True:
        before = lines.start - 1  # the last line before those that this csv reader reads
        reader = csv.reader(lines.remaining(), delimiter=delimiter, strict=True)
        try:
            for cells in reader:
                line, last = lines.start, before + reader.line_num
                if last != line:
                    row_reader.refuse_swallowed_rows(cells)
                lines.start = last + 1
                if len(cells) == plain_width and any(cells):
                    yield Record(line, cells)
                elif row := row_reader.read(line, cells):
                    yield row
        except csv.Error as error:
            last = before + reader.line_num
            is_alone = last <= lines.start
            for text in lines.take(lines.start + 1):
                too_long = is_alone and "limit" in str(error)
                yield row_reader.refused(lines.start - 1, text, too_long=too_long)
            yield from _single_rows(lines, last, delimiter, row_reader)
        else:
            return


def _single_rows(
    lines: Lines, end: int, delimiter: str, row_reader: "_RowReader"
) -> Iterator[Record | RefusedRecord]:
    """Yields the rows on the lines up to before `end`, each line by itself.

    A quote opened before these lines, stayed open over all of them, and was found unmatched. A quote that one of them
    opens would stay open as long. So it is unmatched too, and no line is read more than twice.
    """
    for text in lines.take(end):
        line = lines.start - 1
        try:
            [cells] = csv.reader((text,), delimiter=delimiter, strict=True)
        except csv.Error as error:
            yield row_reader.refused(line, text, too_long="limit" in str(error))
        else:
            if row := row_reader.read(line, cells):
                yield row


@dataclass(frozen=True)
class _RowReader:
    """Turns the cells of one sheet's rows into records."""

    lines: Lines
    delimiter: str
    width: int
    checks_characters: bool
    is_defused: bool

    @property
    def is_plain(self) -> bool:
        """Whether a row with as many cells as the header is a record as it is."""
        return not (self.checks_characters or self.is_defused)

    def read(self, line: int, cells: list[str]) -> Record | RefusedRecord | None:
        """Returns the row that starts on that line; None if all its cells are empty."""
        if not any(cells):
            return None
        text = "" if self.is_plain else "".join(cells)
        if self.is_defused and "'" in text:
            cells = [undefuse_cell(cell) for cell in cells]
        if any(cells[self.width :]):
            return RefusedRecord(line, "too-many-cells", cells)
        cells = (cells + [""] * (self.width - len(cells)))[: self.width]
        if self.checks_characters and ("\0" in text or "\ufffd" in text):
            return RefusedRecord(line, "characters", [cell.replace("\0", "\ufffd") for cell in cells])
        return Record(line, cells)

    def refused(self, line: int, text: str, *, too_long: bool) -> RefusedRecord:
        """Returns a line that is not CSV, divided at every delimiter."""
        text = text[:LONGEST_TEXT].rstrip("\r\n")
        if text == OVERLONG:
            return RefusedRecord(line, "too-long", [])
        cells = [cell[1:-1] if _QUOTED.fullmatch(cell) else cell for cell in text.split(self.delimiter)]
        if self.is_defused:
            cells = [undefuse_cell(cell) for cell in cells]
        return RefusedRecord(line, "too-long" if too_long else "quotes", cells)

    def refuse_swallowed_rows(self, cells: Sequence[str]) -> None:
        """Raises csv.Error if most lines of a cell are rows: then its first quote and its last belong to different rows.

        Not in files that the bot has written: their quotes match.
        """
        if not self.is_defused and any(
            "@" in cell and self._is_made_of_rows(position, cell) for position, cell in enumerate(cells)
        ):
            raise csv.Error("a cell swallows rows")

    def _is_made_of_rows(self, position: int, cell: str) -> bool:
        first, *others = cell.replace("\r\n", "\n").replace("\r", "\n").split("\n")
        *whole, last = others or [""]
        n_rows = sum(self._is_row(line, self.width) for line in whole)
        # Then the first line is the rest of a row, and the last one is a row up to the quote that closes the cell.
        if first.count(self.delimiter) == self.width - 1 - position:
            n_rows += self._is_row(last, min(self.width, 2))
        return 2 * n_rows > sum(map(bool, others))

    def _is_row(self, line: str, least: int) -> bool:
        """Whether a line has an address among its cells, at least so many of them and no more than the header has."""
        if "@" not in line or not least <= line.count(self.delimiter) + 1 <= self.width:
            return False
        return any(map(_is_address, line.split(self.delimiter)))
