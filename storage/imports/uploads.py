"""The file that an import reads, stored in parts, so that any process can carry on the import."""

import io
from datetime import datetime
from typing import Any, BinaryIO

from sqlalchemy import delete
from sqlmodel import Session, col, func, select

from storage.core.database import Database
from storage.core.engines import is_sqlite
from storage.imports.tables import UploadPart
from storage.jobs.tables import JobRow, JobState

PART_BYTES = 1 << 20
_BODY_POSTGRESQL = "SELECT body FROM upload_part WHERE job_id = %s AND n = %s"


def store_parts(session: Session, job_id: str, file: BinaryIO, *, at_once: int = 64) -> int:
    """Stores the next parts of a file, at most `at_once`. Returns how many bytes; 0 at the end of the file."""
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


def delete_parts(session: Session, job_id: str) -> None:
    session.connection().execute(delete(UploadPart).where(col(UploadPart.job_id) == job_id))


class Upload(io.RawIOBase):
    """The stored file as a seekable binary stream; each part is loaded when it is read."""

    def __init__(self, database: Database, job_id: str, size: int) -> None:
        self._database, self._job_id, self._size = database, job_id, size
        self._position = 0
        self._part: tuple[int, bytes] = (-1, b"")

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._position

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self._size}[whence]
        self._position = max(0, start + offset)
        return self._position

    def readinto(self, buffer: Any) -> int:
        n, inside = divmod(self._position, PART_BYTES)
        piece = self._body(n)[inside : inside + len(buffer)]
        buffer[: len(piece)] = piece
        self._position += len(piece)
        return len(piece)

    def _body(self, n: int) -> bytes:
        if self._part[0] != n:
            with self._database.reading() as session:
                self._part = (n, self._load(session, n))
        return self._part[1]

    def _load(self, session: Session, n: int) -> bytes:
        if is_sqlite(session):
            part = session.get(UploadPart, (self._job_id, n))
            return part.body if part else b""
        # SQLAlchemy has PostgreSQL send it as text, two characters for each byte.
        cursor: Any = session.connection().connection.cursor(binary=True)
        with cursor:
            found = cursor.execute(_BODY_POSTGRESQL, (self._job_id, n)).fetchone()
        return found[0] if found else b""


def delete_job(session: Session, job_id: str) -> None:
    """Deletes a job and the stored parts of its file."""
    delete_parts(session, job_id)
    session.connection().execute(delete(JobRow).where(col(JobRow.id) == job_id))


def delete_unreceived(session: Session, before: datetime) -> None:
    """Deletes jobs made before that time whose files were never stored completely."""
    unreceived = select(JobRow.id).where(
        JobRow.state == JobState.RECEIVING.value, col(JobRow.made_at) < before
    )
    for job_id in session.exec(unreceived).all():
        delete_job(session, job_id)
