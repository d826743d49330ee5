"""Reading untrusted .zip archives: which members are read, and limits against harmful ones."""

import io
import re
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import BinaryIO, Protocol

from storage.files.spreadsheet_errors import (
    BrokenArchive,
    Danger,
    ExcelWorkbook,
    NoSpreadsheetInside,
    SpreadsheetError,
    UnsafeArchive,
)

MiB = 1 << 20


@dataclass(frozen=True)
class Limits:
    """The largest file that is read. Sizes are in bytes, those of a cell and a record in characters."""

    members: int = 100
    unpacked: int = 4096 * MiB
    ratio: int = 200  # of unpacked to packed size, applied to what exceeds `ratio_from`
    ratio_from: int = 16 * MiB
    cell: int = MiB
    record: int = 2 * MiB
    columns: int = 1024


class SeekableFile(Protocol):
    """A stream of bytes."""

    def read(self, size: int, /) -> bytes: ...


@dataclass(frozen=True)
class ZipMember:
    """A file inside an archive."""

    archive: "ZipArchive"
    info: zipfile.ZipInfo

    @property
    def name(self) -> str:
        """The name without folders."""
        return self.info.filename.rpartition("/")[2]

    def open(self) -> SeekableFile:
        """Returns a new stream of the member. Raises BrokenArchive, here and while it is read."""
        with self.archive.guarded():
            if self.info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
                # zipfile's other decompressors return all data at once, however much it is.
                raise NotImplementedError
            return _Guarded(self.archive, self.info, self.archive.zip.open(self.info))


class ZipArchive:
    """A .zip archive, checked before anything is unpacked. Raises UnsafeArchive, BrokenArchive."""

    def __init__(self, name: str, file: BinaryIO, limits: Limits) -> None:
        """`file` is seekable and is closed by the caller."""
        self.name = name
        self._limits = limits
        self._packed = file.seek(0, io.SEEK_END)
        with self.guarded():
            self.zip = zipfile.ZipFile(_SmallReads(file, name))
        self._refuse_unsafe(self.zip.infolist())

    def members(self) -> list[ZipMember]:
        """Returns the CSV files, without hidden ones. Raises ExcelWorkbook, NoSpreadsheetInside."""
        members = [ZipMember(self, info) for info in self.zip.infolist() if _is_csv(info)]
        if members:
            return members
        if "[Content_Types].xml" in self.zip.namelist():
            raise ExcelWorkbook(name=self.name)
        raise NoSpreadsheetInside(name=self.name)

    def check_size(self, unpacked: int) -> None:
        """Raises UnsafeArchive if that many unpacked bytes are too many."""
        if unpacked > self._limits.unpacked:
            raise UnsafeArchive(self.name, "size")
        if unpacked - self._limits.ratio_from > self._limits.ratio * self._packed:
            raise UnsafeArchive(self.name, "ratio")

    @contextmanager
    def guarded(self) -> Iterator[None]:
        """Turns the errors that zipfile raises for damaged archives into BrokenArchive."""
        try:
            yield
        except SpreadsheetError:
            raise
        except _DAMAGE_ERRORS as error:
            raise BrokenArchive(name=self.name) from error

    def _refuse_unsafe(self, members: list[zipfile.ZipInfo]) -> None:
        if len(members) > self._limits.members:
            raise UnsafeArchive(self.name, "members")
        for info in members:
            if danger := _danger(info):
                raise UnsafeArchive(self.name, danger)
        self.check_size(sum(info.file_size for info in members))


# Found by reading mutated archives: errors of zipfile itself, of zlib and struct, and of seeking.
_DAMAGE_ERRORS = (
    zipfile.BadZipFile,
    zipfile.LargeZipFile,
    zlib.error,
    struct.error,
    EOFError,
    NotImplementedError,
    RuntimeError,
    ValueError,
    OverflowError,
    OSError,
)


class _Guarded:
    """A member's stream that raises BrokenArchive for errors, and UnsafeArchive if the member is larger than declared."""

    def __init__(self, archive: ZipArchive, info: zipfile.ZipInfo, stream: SeekableFile) -> None:
        self._archive = archive
        self._left = info.file_size
        self._stream = stream

    def read(self, size: int, /) -> bytes:
        with self._archive.guarded():
            piece = self._stream.read(size)
        self._left -= len(piece)
        if self._left < 0:
            raise UnsafeArchive(self._archive.name, "size")
        return piece


class _SmallReads:
    """A file for ZipFile that refuses large reads: those of a directory of millions of members."""

    def __init__(self, file: BinaryIO, name: str) -> None:
        self._file = file
        self._name = name
        self.seek = file.seek
        self.tell = file.tell
        self.seekable = file.seekable

    def read(self, size: int = -1, /) -> bytes:
        piece = self._file.read(size if 0 <= size <= MiB else MiB + 1)
        if len(piece) > MiB:
            raise UnsafeArchive(self._name, "members")
        return piece


_DRIVE = re.compile(r"[A-Za-z]:")


def _danger(info: zipfile.ZipInfo) -> Danger | None:
    # Not `filename`, which ZipInfo cuts at a NUL.
    name = info.orig_filename
    if name.startswith("/") or _DRIVE.match(name) or "\\" in name or "\0" in name or ".." in name.split("/"):
        return "path"
    if stat.S_ISLNK(info.external_attr >> 16):
        return "link"
    if info.flag_bits & 0x1:
        return "encrypted"
    if name.lower().endswith(".zip"):
        return "nested"
    return None


def _is_csv(info: zipfile.ZipInfo) -> bool:
    parts = info.filename.split("/")
    hidden = parts[0] == "__MACOSX" or any(part.startswith(".") for part in parts)
    return not hidden and parts[-1].lower().endswith((".csv", ".tsv"))
