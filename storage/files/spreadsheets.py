"""Spreadsheets in and out: CSV of any common kind, alone or in a .zip, read and written as streams."""

import codecs
import csv
import io
import re
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain, islice
from types import SimpleNamespace
from typing import BinaryIO, Final, Literal, NamedTuple

from storage.files.spreadsheet_errors import (
    EmptyFile,
    ExcelWorkbook,
    NoHeader,
    NotASpreadsheet,
    SpreadsheetError,
    TooBroken,
    TooManyColumns,
    UnsafeArchive,
)
from storage.files.zips import Limits, MiB, SeekableFile, ZipArchive

LIMITS: Final = Limits()
FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
PERHAPS_FORMULA: Final = re.compile("\x1f['=+\\-@\t\r]")  # among cells with a \x1f before each


class Record(NamedTuple):
    """A row that can be read."""

    line: int  # of the file, from 1, on which it starts
    cells: list[str]  # as many as the header has


class Refused(NamedTuple):
    """A row that can't be read."""

    line: int
    reason: Literal["quotes", "too-long", "too-many-cells", "characters"]
    text: str  # as it stands in the file, its first 10,000 characters at most


@dataclass(frozen=True)
class Sheet:
    """One CSV. Its rows are read while they are asked for, once."""

    name: str
    status: str | None
    """subscribed, unsubscribed, cleaned or nonsubscribed, when the name is that of a Mailchimp export."""
    header: tuple[str, ...]
    rows: Iterator[Record | Refused]
    size: int
    """In bytes, unpacked."""
    _lines: "_Lines" = field(repr=False)

    @property
    def bytes_read(self) -> int:
        """How many of `size` were read so far."""
        return self._lines.bytes_read


def sheets(name: str, file: BinaryIO, limits: Limits = LIMITS) -> list[Sheet]:
    """The sheets in `file`: one for a CSV, one for each CSV in a .zip, which is known by its content.

    The file is seekable and stays the caller's to close, after the rows. It is read through once here,
    for its encoding and its checksums, so that nothing is wrong with it as a whole when rows come out.
    Raises SpreadsheetError; a single row that can't be read is a Refused among the rows instead. Rows
    without any text are left out.
    """
    file.seek(0)
    magic = file.read(8)
    if magic == _OLD_EXCEL:
        raise ExcelWorkbook(name=name)
    if not magic.startswith((_ZIPPED, _EMPTY_ZIP)):
        return [_sheet(name, lambda: _rewound(file), limits)]
    members = ZipArchive(name, file, limits).members()
    filled = [member for member in members if member.info.file_size] or members
    return [_sheet(member.name, member.open, limits, archive=name) for member in filled]


def csv_bytes(
    header: Sequence[str], rows: Iterable[Sequence[str | None]], *, defuse: bool = True, first: bool = True
) -> Iterator[bytes]:
    """CSV as RFC 4180 has it, in UTF-8, in pieces of about 64 KiB. None is an empty cell.

    Every row is as wide as the header; ValueError if not. `first=False` leaves the header out, to carry on
    a file. `defuse` keeps spreadsheet programs from running a cell as a formula.
    """
    parts: list[str] = []
    writer = csv.writer(SimpleNamespace(write=parts.append))
    if first:
        writer.writerows(_defused_rows([header]) if defuse else [header])
    remaining = iter(rows)
    while batch := list(islice(remaining, _ROWS_A_PIECE)):
        if set(map(len, batch)) != {len(header)}:
            raise ValueError("a row is not as wide as the header")
        writer.writerows(_defused_rows(batch) if defuse else batch)
        yield "".join(parts).encode()
        parts.clear()
    if parts:
        yield "".join(parts).encode()


def defused(cell: str) -> str:
    """The cell, with an apostrophe before what a spreadsheet program would run as a formula.

    OWASP, "CSV Injection". A cell that looks defused already gets one more, so that `undefused` is exact.
    """
    return "'" + cell if cell.lstrip("'").startswith(FORMULA) else cell


def undefused(cell: str) -> str:
    """What was given to `defused`."""
    return cell[1:] if cell.startswith("'") and cell.lstrip("'").startswith(FORMULA) else cell


_CHUNK: Final = 64 * 1024
_ROWS_A_PIECE: Final = 300
_OLD_EXCEL: Final = bytes.fromhex("D0CF11E0A1B11AE1")
_ZIPPED: Final = b"PK\x03\x04"
_EMPTY_ZIP: Final = b"PK\x05\x06"
_MAILCHIMP_NAME: Final = re.compile(r"(subscribed|unsubscribed|cleaned|nonsubscribed)_\w*export")
_OWN_COLUMNS: Final = {"CLEAN_DIAGNOSTIC", "SUGGESTED_ADDRESS"}
_ADDRESS: Final = re.compile(r"\s*[^@\s]+@[^@\s]+\.[^@\s]+\s*")
_CONTROL: Final = re.compile("[\0-\x08\x0e-\x1f\ufffd]")
# str.splitlines breaks lines at these too, CSV doesn't.
_OTHER_BREAKS: Final = "\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029"
# Takes the place of a line too long to keep: strict CSV refuses it wherever it stands, in quotes or not.
_OVERLONG: Final = '"x"x'


def _defused_rows(rows: Sequence[Sequence[str | None]]) -> Iterable[Sequence[str | None]]:
    # Whole columns are looked at in one search each: touching every cell would double the time of writing.
    columns: list[Sequence[str | None]] = list(zip(*rows, strict=True))
    for i, column in enumerate(columns):
        if PERHAPS_FORMULA.search("\x1f" + "\x1f".join(filter(None, column))):
            columns[i] = [cell and defused(cell) for cell in column]
    return zip(*columns, strict=True)


def _rewound(file: BinaryIO) -> SeekableFile:
    file.seek(0)
    return file


def _sheet(
    name: str, reopen: Callable[[], SeekableFile], limits: Limits, archive: str | None = None
) -> Sheet:
    text = _survey(reopen)
    if archive and text.zipped:
        raise UnsafeArchive(archive, "nested")
    if not text.size:
        raise EmptyFile(name=name)
    lines = _Lines(name, reopen(), text, limits)
    delimiter, header = _header(name, lines, limits)
    own = set(header) >= _OWN_COLUMNS
    status = _MAILCHIMP_NAME.match(name.rpartition("/")[2])
    return Sheet(
        name=name,
        status=status and status[1],
        header=tuple(map(undefused, header) if own else header),
        rows=_rows(lines, delimiter, _Fit(lines, len(header), careful=text.careful, own=own)),
        size=text.size,
        _lines=lines,
    )


@dataclass(frozen=True)
class _Text:
    """What reading through a stream told about it."""

    encoding: str
    sound: bool  # every byte means something in the encoding
    nul: bool  # there are NUL characters
    size: int
    zipped: bool

    @property
    def careful(self) -> bool:
        """Whether some rows can't be used for their characters."""
        return self.nul or not self.sound


def _survey(reopen: Callable[[], SeekableFile]) -> _Text:
    """UTF-8 and UTF-16 are strict over the whole stream; what fails as UTF-8 is Windows-1252."""
    text = _scan(reopen(), None)
    return _scan(reopen(), "cp1252") if text.encoding == "utf-8" and not text.sound else text


def _scan(stream: SeekableFile, encoding: str | None) -> _Text:
    start = chunk = stream.read(_CHUNK)
    encoding = encoding or _encoding(start)
    decoder = codecs.getincrementaldecoder(encoding)()
    size, sound, nul = 0, True, False
    while True:
        size += len(chunk)
        try:
            nul = (sound and "\0" in decoder.decode(chunk, final=not chunk)) or nul
        except UnicodeDecodeError:
            sound = False
        if not chunk:
            return _Text(encoding, sound=sound, nul=nul, size=size, zipped=start.startswith(_ZIPPED))
        chunk = stream.read(_CHUNK)


def _encoding(start: bytes) -> str:
    if start.startswith(codecs.BOM_UTF8):
        return "utf-8-sig"
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    # Without a mark, Latin text in UTF-16 has a NUL in nearly every pair, always on the same side.
    pairs = len(start[:1024]) // 2
    even, odd = start[0 : pairs * 2 : 2].count(0), start[1 : pairs * 2 : 2].count(0)
    if pairs and max(even, odd) > 0.7 * pairs and min(even, odd) < 0.05 * pairs:
        return "utf-16-le" if odd > even else "utf-16-be"
    return "utf-8"


def _header(name: str, lines: "_Lines", limits: Limits) -> tuple[str, list[str]]:
    """The delimiter, which is the one that gives the first row most cells, and that row."""
    found: list[tuple[str, list[str], int]] = []
    error: type[SpreadsheetError] = EmptyFile
    for delimiter in ",;\t":
        reader = csv.reader(lines.remaining(), delimiter=delimiter, strict=True)
        try:
            found.extend((delimiter, cells, reader.line_num) for cells in islice(filter(any, reader), 1))
        except csv.Error:
            error = NotASpreadsheet
    if not found:
        raise error(name=name)
    delimiter, header, last_line = max(found, key=lambda each: len(each[1]))
    lines.start = last_line + 1
    if any(map(_CONTROL.search, header)):
        raise NotASpreadsheet(name=name)
    if any(map(_ADDRESS.fullmatch, header)):
        raise NoHeader(name=name)
    if len(header) > limits.columns:
        raise TooManyColumns(name=name, columns=len(header), limit=limits.columns)
    return delimiter, header


def _rows(lines: "_Lines", delimiter: str, fit: "_Fit") -> Iterator[Record | Refused]:
    width_as_is = fit.width if fit.plain else -1
    while True:
        before = lines.start - 1
        reader = csv.reader(lines.remaining(), delimiter=delimiter, strict=True)
        try:
            for cells in reader:
                line, lines.start = lines.start, before + reader.line_num + 1
                if len(cells) == width_as_is and any(cells):
                    yield Record(line, cells)
                elif row := fit(line, cells):
                    yield row
        except csv.Error as error:
            yield lines.refuse_first(before + reader.line_num, error)
        else:
            return


@dataclass(frozen=True)
class _Fit:
    """Makes a record of the cells of a row that needs a closer look; None if there is no text in it."""

    lines: "_Lines"
    width: int
    careful: bool
    own: bool

    @property
    def plain(self) -> bool:
        """Whether a row as wide as the header can be taken as it is."""
        return not (self.careful or self.own)

    def __call__(self, line: int, cells: list[str]) -> Record | Refused | None:
        if not any(cells):
            return None
        if any(cells[self.width :]):
            return Refused(line, "too-many-cells", self.lines.text(line, self.lines.start))
        cells = (cells + [""] * (self.width - len(cells)))[: self.width]
        text = "" if self.plain else "".join(cells)
        if self.careful and ("\0" in text or "\ufffd" in text):
            return Refused(line, "characters", self.lines.text(line, self.lines.start))
        if self.own and "'" in text:
            cells = [undefused(cell) for cell in cells]
        return Record(line, cells)


class _Block(NamedTuple):
    """Lines that were read together."""

    first: int
    lines: list[str]


class _Lines:
    """The physical lines of a stream. Those from `start` on are kept, so that reading can go back to them.

    An open quote may take any number of rows with it. Only the row it opens in is refused: reading carries
    on with the line after.
    """

    def __init__(self, name: str, source: SeekableFile, text: _Text, limits: Limits) -> None:
        # The one setting csv has for this is the process's; nothing else here reads CSV.
        csv.field_size_limit(limits.cell)
        self.start = 1  # where the record being read starts
        self.bytes_read = 0
        self._name = name
        self._source = source
        self._limit = limits.record
        errors = "strict" if text.sound else "replace"
        self._decoder = codecs.getincrementaldecoder(text.encoding)(errors)
        self._carry = ""  # a line whose end isn't read yet
        self._overlong = False
        self._ended = False
        self._next = 1
        self._kept: deque[_Block] = deque()
        self._reread = 0  # in characters

    def remaining(self) -> Iterator[str]:
        """The lines from `start` on. csv.Error when a record grows too long."""
        return chain.from_iterable(self._blocks())

    def text(self, line: int, end: int) -> str:
        """The lines from `line` to before `end`, cut to 10,000 characters."""
        return "".join(self._slice(line, end))[:10_000].rstrip("\r\n")

    def refuse_first(self, last_line: int, error: csv.Error) -> Refused:
        """Gives up the line a record starts on, after csv failed to read it up to `last_line`."""
        line, taken = self.start, list(self._slice(self.start + 1, last_line + 1))
        # Lines can be made so that nearly all of them are read again for each one: that has to end.
        self._reread += sum(map(len, taken))
        if self._reread > 16 * MiB + 2 * self.bytes_read:
            raise TooBroken(name=self._name, line=line)
        first = self.text(line, line + 1)
        self.start += 1
        if first == _OVERLONG:
            return Refused(line, "too-long", "")
        return Refused(line, "too-long" if "limit" in str(error) and not taken else "quotes", first)

    def _slice(self, line: int, end: int) -> Iterator[str]:
        for first, lines in self._kept:
            yield from lines[max(0, line - first) : max(0, end - first)]

    def _blocks(self) -> Iterator[Iterable[str]]:
        for first, lines in tuple(self._kept):
            # No copy: this comes by again for each row that is refused.
            yield map(lines.__getitem__, range(max(0, self.start - first), len(lines)))
        while lines := self._read():
            self._forget()
            self._kept.append(_Block(self._next, lines))
            self._next += len(lines)
            if (
                len(self._kept) > 1
                and sum(map(len, self._slice(self.start, self._next))) > self._limit + _CHUNK
            ):
                raise csv.Error("record larger than the limit")
            yield lines

    def _forget(self) -> None:
        while self._kept and self._kept[0].first + len(self._kept[0].lines) <= self.start:
            self._kept.popleft()

    def _read(self) -> list[str]:
        """The next lines, about 64 KiB of them; none at the end."""
        while not self._ended:
            chunk = self._source.read(_CHUNK)
            self.bytes_read += len(chunk)
            self._ended = not chunk
            text = self._decoder.decode(chunk, final=self._ended)
            text = self._carry + self._rest_of_overlong(text)
            cut = len(text) if self._ended else _after_last_break(text)
            self._carry = text[cut:]
            if len(self._carry) > self._limit:
                self._carry, self._overlong = _OVERLONG, True
            if cut:
                return _split(text[:cut])
        return []

    def _rest_of_overlong(self, text: str) -> str:
        """What is left of `text` after the line that is too long."""
        if not self._overlong:
            return text
        found = re.search("[\r\n]", text)
        self._overlong = not found
        return text[found.start() :] if found else ""


def _after_last_break(text: str) -> int:
    # A return that ends the text may be half of a line break: it isn't one yet.
    return (text.rfind("\n") + 1) or (text.rfind("\r", 0, -1) + 1)


def _split(text: str) -> list[str]:
    if any(other in text for other in _OTHER_BREAKS):
        return list(io.StringIO(text, newline=""))
    return text.splitlines(keepends=True)
