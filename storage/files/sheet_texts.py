"""The text of one CSV file: its encoding, found by reading all of it, and its physical lines."""

import codecs
import csv
import io
import re
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import chain, islice
from typing import Final, NamedTuple

from storage.files.zips import Limits, SeekableFile

ZIP_MAGIC: Final = b"PK\x03\x04"
# Replaces a line that is too long: strict csv raises an error for it both inside and outside quotes.
OVERLONG: Final = '"x"x'
_CHUNK: Final = 64 * 1024
# str.splitlines breaks lines at these too; csv doesn't.
_OTHER_BREAKS: Final = "\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029"


@dataclass(frozen=True, slots=True)
class SheetText:
    """Properties of a sheet's text, found by reading all of it. `size` is in bytes, uncompressed."""

    encoding: str
    is_valid: bool  # every byte can be decoded
    has_nul: bool
    size: int
    is_zip: bool

    @property
    def has_bad_characters(self) -> bool:
        """Whether some rows have to be refused for their characters."""
        return self.has_nul or not self.is_valid


def detect(reopen: Callable[[], SeekableFile]) -> SheetText:
    """Reads a whole stream and returns the properties of its text; `reopen` opens it from the beginning.

    Text that is not marked as another encoding, and is not all UTF-8, is taken for Windows-1252.
    """
    text = _scan(reopen(), None)
    return _scan(reopen(), "cp1252") if text.encoding == "utf-8" and not text.is_valid else text


def _scan(stream: SeekableFile, encoding: str | None) -> SheetText:
    start = chunk = stream.read(_CHUNK)
    encoding = encoding or _encoding(start)
    decoder = codecs.getincrementaldecoder(encoding)()
    size, is_valid, has_nul = 0, True, False
    while True:
        size += len(chunk)
        try:
            has_nul = (is_valid and "\0" in decoder.decode(chunk, final=not chunk)) or has_nul
        except UnicodeDecodeError:
            is_valid = False
        if not chunk:
            return SheetText(
                encoding, is_valid=is_valid, has_nul=has_nul, size=size, is_zip=start.startswith(ZIP_MAGIC)
            )
        chunk = stream.read(_CHUNK)


def _encoding(start: bytes) -> str:
    if start.startswith(codecs.BOM_UTF8):
        return "utf-8-sig"
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    # UTF-16 without a byte-order mark: in Latin text, nearly every pair of bytes has a NUL, always on the same side.
    pairs = len(start[:1024]) // 2
    even, odd = start[0 : pairs * 2 : 2].count(0), start[1 : pairs * 2 : 2].count(0)
    if pairs and max(even, odd) > 0.7 * pairs and min(even, odd) < 0.05 * pairs:
        return "utf-16-le" if odd > even else "utf-16-be"
    return "utf-8"


class _Block(NamedTuple):
    """Lines that were read together; `first` is the number of the first one."""

    first: int
    lines: list[str]
    characters: int


class Lines:
    """The physical lines of a stream. Those from `start` on are kept, to be read again.

    A row with an unmatched quote may swallow any number of rows behind it. Only the line that it starts on is refused,
    and reading continues with the next line.
    """

    def __init__(self, source: SeekableFile, text: SheetText, limits: Limits) -> None:
        # csv has this setting only for the whole process, in which nothing else reads CSV.
        csv.field_size_limit(limits.cell)
        self.start = 1  # the first line of the row that is read next
        self.bytes_read = 0
        self._source = source
        self._limit = limits.record
        errors = "strict" if text.is_valid else "replace"
        self._decoder = codecs.getincrementaldecoder(text.encoding)(errors)
        self._carry = ""  # the beginning of a line whose end is not read yet
        self._overlong = False  # whether the rest of a line that is too long is being skipped
        self._ended = False
        self._next = 1
        self._kept: deque[_Block] = deque()

    def remaining(self) -> Iterator[str]:
        """Returns the lines from `start` on. Raises csv.Error while iterating if a row grows too long."""
        return chain.from_iterable(self._blocks())

    def take(self, end: int) -> Iterator[str]:
        """Yields the lines from `start` to before `end`, which were read before, and moves `start` behind each."""
        for text in self._slice(self.start, end):
            self.start += 1
            yield text

    def _slice(self, line: int, end: int) -> Iterator[str]:
        for first, lines, _ in self._kept:
            yield from lines[max(0, line - first) : max(0, end - first)]

    def _blocks(self) -> Iterator[Iterable[str]]:
        for first, lines, _ in tuple(self._kept):
            # Not copied, since this is run again for each row that is refused.
            yield map(lines.__getitem__, range(max(0, self.start - first), len(lines)))
        while lines := self._read():
            self._forget()
            self._kept.append(_Block(self._next, lines, sum(map(len, lines))))
            self._next += len(lines)
            if sum(block.characters for block in islice(self._kept, 1, None)) > self._limit:
                raise csv.Error("record larger than the limit")
            yield lines

    def _forget(self) -> None:
        while self._kept and self._kept[0].first + len(self._kept[0].lines) <= self.start:
            self._kept.popleft()

    def _read(self) -> list[str]:
        """Returns the next lines, about 64 KiB; none at the end."""
        while not self._ended:
            chunk = self._source.read(_CHUNK)
            self.bytes_read += len(chunk)
            self._ended = not chunk
            text = self._decoder.decode(chunk, final=self._ended)
            text = self._carry + self._rest_of_overlong(text)
            cut = len(text) if self._ended else _after_last_break(text)
            self._carry = text[cut:]
            if len(self._carry) > self._limit:
                self._carry, self._overlong = OVERLONG, True
            if cut:
                return _split(text[:cut])
        return []

    def _rest_of_overlong(self, text: str) -> str:
        """Returns what follows the line that is too long, from its end on."""
        if not self._overlong:
            return text
        line_end = re.search("[\r\n]", text)
        self._overlong = not line_end
        return text[line_end.start() :] if line_end else ""


def _after_last_break(text: str) -> int:
    # A carriage return at the end of the text may be the first half of a line break.
    return (text.rfind("\n") + 1) or (text.rfind("\r", 0, -1) + 1)


def _split(text: str) -> list[str]:
    if any(character in text for character in _OTHER_BREAKS):
        return list(io.StringIO(text, newline=""))
    return text.splitlines(keepends=True)
