"""Reads messages from files: a Maildir, an mbox, single files, folders of these, standard input.

One message at a time is in memory, however large the file, and no more than LARGEST of it.
"""

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

STANDARD_INPUT = "-"
LARGEST = 32 << 20  # bytes of a message; the rest is left out
SINGLE_MESSAGE = {".eml", ".msg"}  # suffixes of one message per file, whatever its first line

_LINE = 1 << 20  # bytes read at once of a line
# RFC 4155: an address and a time. An unescaped paragraph that begins with "From " usually has neither.
_SEPARATOR = re.compile(rb"From (?:\S*\s*$|.*\d:\d\d)")
_ESCAPED = re.compile(rb"(?m)^>(>*From )")
_MAILDIR = ("cur", "new")


@dataclass(frozen=True, slots=True)
class MailMessage:
    """A message as it was sent. `name` says where it was; `size` is the number of bytes that it took there."""

    name: str
    raw: bytes
    size: int


@dataclass(frozen=True, slots=True)
class UnreadableFile:
    """A file or folder that could not be read, or not completely."""

    name: str
    error: OSError


def total_bytes(path: str) -> int:
    """Returns how many bytes `read_messages(path)` will read, for a progress bar; 0 if unknown."""
    return sum(_size(file) for file in _files(path) if isinstance(file, Path))


def read_messages(path: str) -> Iterator[MailMessage | UnreadableFile]:
    """Yields every message there, ordered by name; what can't be read is yielded as UnreadableFile, and the rest follows.

    A folder with `cur`, or with `new` and `tmp`, is a Maildir. In any other folder every file that isn't hidden is read,
    and its subfolders. A file that begins with `From ` is an mbox, unless its suffix is in SINGLE_MESSAGE.
    """
    if path == STANDARD_INPUT:
        yield from _guarded(sys.stdin.buffer, path, single=False)
        return
    for entry in _files(path):
        if isinstance(entry, UnreadableFile):
            yield entry
            continue
        try:
            file = entry.open("rb")
        except OSError as error:
            yield UnreadableFile(_name(entry), error)
            continue
        with file:
            single = entry.suffix.lower() in SINGLE_MESSAGE or entry.parent.name in _MAILDIR
            yield from _guarded(file, _name(entry), single=single)


def split_mbox(file: BinaryIO, name: str) -> Iterator[MailMessage]:
    """Yields the messages of an mbox: each begins with a line `From …` that is the first or follows an empty one.

    `>From ` in the text becomes `From ` again. A message's name is the file's with its number.
    """
    number, size, kept = 0, 0, 0
    lines: list[bytes] = []
    begins_line = after_blank = True
    while line := file.readline(_LINE):
        if begins_line and after_blank and (not number or _SEPARATOR.match(line)):
            if number:
                yield MailMessage(f"{name}#{number}", _unescaped(lines), size)
            number, size, kept, lines = number + 1, 0, 0, []
        elif kept < LARGEST:
            lines.append(line[: LARGEST - kept])
            kept += len(line)
        size += len(line)
        after_blank = begins_line and line in (b"\n", b"\r\n")
        begins_line = line.endswith(b"\n")
    if number:
        yield MailMessage(f"{name}#{number}", _unescaped(lines), size)


def _guarded(file: BinaryIO, name: str, *, single: bool) -> Iterator[MailMessage | UnreadableFile]:
    """The messages of one file; an OSError ends them with an UnreadableFile."""
    try:
        if not single and _begins_mbox(file):
            yield from split_mbox(file, name)
        else:
            yield _single_message(file, name)
    except OSError as error:
        yield UnreadableFile(name, error)


def _begins_mbox(file: BinaryIO) -> bool:
    # `peek` of a buffered reader consumes nothing, so that a pipe can still be read from its beginning.
    return file.peek(5)[:5] == b"From "  # type: ignore[attr-defined,no-any-return]


def _single_message(file: BinaryIO, name: str) -> MailMessage:
    raw = file.read(LARGEST)
    size = len(raw)
    while rest := file.read(_LINE):
        size += len(rest)
    if raw.startswith(b"From "):  # saved from an mbox with its first line
        raw = raw.partition(b"\n")[2]
    return MailMessage(name, raw, size)


def _unescaped(lines: list[bytes]) -> bytes:
    if lines and lines[-1] in (b"\n", b"\r\n"):  # separates this message from the next
        lines.pop()
    return _ESCAPED.sub(rb"\1", b"".join(lines))


def _files(path: str) -> Iterator[Path | UnreadableFile]:
    if path == STANDARD_INPUT:
        return
    root = Path(path)
    if root.is_dir():
        yield from _files_inside(root)
    else:
        yield root


def _files_inside(folder: Path) -> Iterator[Path | UnreadableFile]:
    try:
        entries = sorted(folder.iterdir())
        folders = [entry for entry in entries if entry.is_dir() and not entry.is_symlink()]
    except OSError as error:
        yield UnreadableFile(_name(folder), error)
        return
    names = {folder.name for folder in folders}
    is_maildir = "cur" in names or {"new", "tmp"} <= names
    if not is_maildir:
        yield from (entry for entry in entries if entry.is_file() and not entry.name.startswith("."))
    for subfolder in folders:
        # Subfolders of a Maildir begin with a dot; `tmp` holds messages that are not delivered yet.
        if (subfolder.name != "tmp") if is_maildir else not subfolder.name.startswith("."):
            yield from _files_inside(subfolder)


def _size(path: Path) -> int:
    try:
        return path.stat().st_size if path.is_file() else 0
    except OSError:
        return 0


def _name(path: Path) -> str:
    """The path as text, with � for what is not valid text: names on disk need not be."""
    return str(path).encode(errors="surrogateescape").decode(errors="replace")
