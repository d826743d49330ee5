"""The stored files of imports that are not done: they are read as files, since an archive hides the text in it."""

import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import chain

from storage.core.database import Database
from storage.files.spreadsheets import open_sheets
from storage.imports import refused_rows, uploads
from storage.jobs import jobs as job_rows
from storage.jobs.tables import JobState
from storage.privacy import traces
from storage.privacy.traces import Person

STOPPED = "error-import-forgotten"


@dataclass(frozen=True, slots=True, repr=False)
class StoredFile:
    """A file that an import has stored, by the import's job."""

    job_id: str
    name: str
    state: JobState


def naming(database: Database, person: Person) -> Iterator[StoredFile]:
    """Yields the stored files that name the person, or can't be read to their end."""
    with database.reading() as session:
        sizes = traces.stored_files(session)
    for job_id, size in sizes.items():
        with database.reading() as session:
            row = job_rows.get(session, job_id)
        if row:
            file = StoredFile(job_id, str(row.data.get("name", "")), JobState(row.state))
            if _names(database, file, size, person):
                yield file


def stop(database: Database, file: StoredFile, now: datetime) -> None:
    """Deletes the stored file and ends its import as failed; one whose file is still being stored is deleted."""
    with database.transaction() as session:
        refused_rows.delete_all(session, file.job_id)
        if file.state == JobState.RECEIVING:
            uploads.delete_job(session, file.job_id)
            return
        uploads.delete_parts(session, file.job_id)
        job_rows.end(session, file.job_id, now, {"error": STOPPED, "values": {"name": file.name}})


def _names(database: Database, file: StoredFile, size: int, person: Person) -> bool:
    try:
        with io.BufferedReader(uploads.Upload(database, file.job_id, size), 1 << 20) as stream:
            for sheet in open_sheets(file.name, stream):
                rows = (row.cells for row in sheet.rows)
                if any(map(person.spellings.mentions, chain([list(sheet.header)], rows))):
                    return True
    except Exception:  # noqa: BLE001  a damaged file, of which nothing can be said
        return True
    return False
