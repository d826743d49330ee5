"""The file that an import reads, kept in parts: any process can carry the import on."""

import io
from datetime import datetime
from typing import Any, BinaryIO

from sqlalchemy import delete
from sqlmodel import Session, col, func, select

from storage.core.database import Database
from storage.core.tables import JobRow
from storage.imports.tables import UploadPart

PART_BYTES = 1 << 20


def store_parts(session: Session, job_id: str, file: BinaryIO, *, at_once: int = 64) -> int:
    """Keeps the next parts of a file, at most `at_once`; returns how many bytes (0: the file has ended)."""
    first = session.exec(select(func.count()).where(UploadPart.job_id == job_id)).one()
    size = 0
    for n in range(first, first + at_once):
        body = file.read(PART_BYTES)
        if not body:
            break
        session.connection().execute(
            UploadPart.__table__.insert(),  # type: ignore[attr-defined]
            {"job_id": job_id, "n": n, "body": body},
        )
        size += len(body)
    return size


def drop(session: Session, job_id: str) -> None:
    session.connection().execute(delete(UploadPart).where(col(UploadPart.job_id) == job_id))


class Upload(io.RawIOBase):
    """The kept file, seekable, read part by part."""

    def __init__(self, database: Database, job_id: str, size: int) -> None:
        self._database, self._job_id, self._size = database, job_id, size
        self._at = 0
        self._part: tuple[int, bytes] = (-1, b"")

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        self._at = max(0, start + offset)
        return self._at

    def readinto(self, buffer: Any) -> int:
        n, inside = divmod(self._at, PART_BYTES)
        piece = self._body(n)[inside : inside + len(buffer)]
        buffer[: len(piece)] = piece
        self._at += len(piece)
        return len(piece)

    def _body(self, n: int) -> bytes:
        if self._part[0] != n:
            with self._database.reading() as session:
                part = session.get(UploadPart, (self._job_id, n))
                self._part = (n, part.body if part else b"")
        return self._part[1]


def delete_job(session: Session, job_id: str) -> None:
    """Drops a job and what there is of its file."""
    drop(session, job_id)
    session.connection().execute(delete(JobRow).where(col(JobRow.id) == job_id))


def delete_unreceived(session: Session, before: datetime) -> None:
    """Forgets the jobs made before that whose files were never kept whole."""
    dead = select(JobRow.id).where(JobRow.state == "receiving", col(JobRow.made_at) < before)
    for job_id in session.exec(dead).all():
        delete_job(session, job_id)
