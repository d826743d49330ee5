"""Messages that wait in files: a Maildir, an mbox, single files, folders of these, standard input.

One message at a time is in memory, however large the file is, and of a message no more than LARGEST.
"""

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

STANDARD_INPUT = "-"
LARGEST = 32 << 20  # bytes of a message; what is beyond is left out
SINGLE = {".eml", ".msg"}  # one message each, whatever the first line is

_LINE = 1 << 20  # bytes read at once of a line that does not end
# RFC 4155: an address and a time. A paragraph that begins so and that nobody escaped has neither, as a rule.
_SEPARATOR = re.compile(rb"From (?:\S*\s*$|.*\d:\d\d)")
_ESCAPED = re.compile(rb"(?m)^>(>*From )")
_MAILDIR = ("cur", "new")


@dataclass(frozen=True, slots=True)
class MailMessage:
    """A message as it was sent. `name` says where it is; `size` is the bytes that it took there."""

    name: str
    raw: bytes
    size: int


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A file or folder that could not be read, or not to its end."""

    name: str
    error: OSError


def total(path: str) -> int:
    """The bytes that `messages(path)` will read, for a progress bar; 0 where that can't be told."""
    return sum(_size(each) for each in _files(path) if isinstance(each, Path))


def messages(path: str) -> Iterator[MailMessage | Unreadable]:
    """Every message there, in the order of the names; what can't be read is named, and the others go on.

    A folder with `cur`, or with `new` and `tmp`, is a Maildir. In any other folder every file that isn't hidden is read, and
    the folders below. A file that begins with `From ` is an mbox, unless its name says that it is one message.
    """
    if path == STANDARD_INPUT:
        yield from _guarded(sys.stdin.buffer, path, single=False)
        return
    for found in _files(path):
        if isinstance(found, Unreadable):
            yield found
            continue
        try:
            file = found.open("rb")
        except OSError as error:
            yield Unreadable(_name(found), error)
            continue
        with file:
            single = found.suffix.lower() in SINGLE or found.parent.name in _MAILDIR
            yield from _guarded(file, _name(found), single=single)


def split(file: BinaryIO, name: str) -> Iterator[MailMessage]:
    """The messages of an mbox: each begins with a line `From …` that is the first or follows an empty one.

    `>From ` of the text becomes `From ` again. A message's name is the file's with its number.
    """
    number, size = 0, 0
    parts: list[bytes] = []
    kept = 0
    begins_line = after_blank = True
    while line := file.readline(_LINE):
        if begins_line and after_blank and (not number or _SEPARATOR.match(line)):
            if number:
                yield MailMessage(f"{name}#{number}", _unescaped(parts), size)
            number, size, kept, parts = number + 1, 0, 0, []
        elif kept < LARGEST:
            parts.append(line[: LARGEST - kept])
            kept += len(line)
        size += len(line)
        after_blank = begins_line and line in (b"\n", b"\r\n")
        begins_line = line.endswith(b"\n")
    if number:
        yield MailMessage(f"{name}#{number}", _unescaped(parts), size)


def _guarded(file: BinaryIO, name: str, *, single: bool) -> Iterator[MailMessage | Unreadable]:
    try:
        if not single and _begins_mbox(file):
            yield from split(file, name)
        else:
            yield _whole(file, name)
    except OSError as error:
        yield Unreadable(name, error)


def _begins_mbox(file: BinaryIO) -> bool:
    # A buffered reader of the standard library: `peek` takes nothing away, so that a pipe can be read after it.
    return file.peek(5)[:5] == b"From "  # type: ignore[attr-defined,no-any-return]


def _whole(file: BinaryIO, name: str) -> MailMessage:
    raw = file.read(LARGEST)
    size = len(raw)
    while rest := file.read(_LINE):
        size += len(rest)
    if raw.startswith(b"From "):  # saved out of an mbox with its first line
        raw = raw.partition(b"\n")[2]
    return MailMessage(name, raw, size)


def _unescaped(parts: list[bytes]) -> bytes:
    if parts and parts[-1] in (b"\n", b"\r\n"):  # it belongs to the next message's first line
        parts.pop()
    return _ESCAPED.sub(rb"\1", b"".join(parts))


def _files(path: str) -> Iterator[Path | Unreadable]:
    if path == STANDARD_INPUT:
        return
    given = Path(path)
    if given.is_dir():
        yield from _inside(given)
    else:
        yield given


def _inside(folder: Path) -> Iterator[Path | Unreadable]:
    try:
        entries = sorted(folder.iterdir())
        folders = [each for each in entries if each.is_dir() and not each.is_symlink()]
    except OSError as error:
        yield Unreadable(_name(folder), error)
        return
    names = {each.name for each in folders}
    is_maildir = "cur" in names or {"new", "tmp"} <= names
    if not is_maildir:
        yield from (each for each in entries if each.is_file() and not each.name.startswith("."))
    for each in folders:
        # Subfolders of a Maildir begin with a dot; `tmp` holds what is not delivered yet.
        if not (is_maildir and each.name == "tmp") and (is_maildir or not each.name.startswith(".")):
            yield from _inside(each)


def _size(path: Path) -> int:
    try:
        return path.stat().st_size if path.is_file() else 0
    except OSError:
        return 0


def _name(path: Path) -> str:
    """Names on disk need not be text."""
    return str(path).encode(errors="surrogateescape").decode(errors="replace")
