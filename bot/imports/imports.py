"""Importing a file: it is stored completely, then its rows are imported in chunks, each with its figures in one transaction.

The terminal stores its file itself; a file at Slack is fetched and stored by the worker. If the process is killed while
it stores the file, nothing is imported; if it is killed later, another process carries on.
"""

import hashlib
import io
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from tempfile import TemporaryFile
from typing import BinaryIO, Protocol

from bot.contacts import rows, upsert
from bot.contacts.columns import ColumnMap
from bot.core.errors import CleanedError, IsMirrored
from bot.imports import new_contacts, reading, refused
from bot.imports.jobs import IMPORT, ImportJob, ImportTask
from bot.imports.new_contacts import NewContacts
from bot.imports.reading import Chunk, column_map
from bot.jobs import files, jobs
from bot.jobs.files import SmallFile
from bot.jobs.jobs import Clock, Recipient
from storage.audiences import audiences, journal
from storage.contacts import bulk
from storage.contacts.values import Row
from storage.core.database import Database, Session
from storage.core.tables import AudienceRow, AudienceSource
from storage.files.sheet_texts import SheetText
from storage.files.spreadsheet_errors import SpreadsheetError
from storage.files.spreadsheets import Sheet, open_sheets
from storage.imports import refused_rows, uploads
from storage.jobs import jobs as job_rows
from storage.jobs.tables import JobState

ROWS_PER_CHUNK = 20_000  # takes a third of a second; larger chunks write each page of the indexes less often
NEW_PER_CHUNK_FACTOR = (
    2  # a new contact takes half the time of a row that is merged, so its chunks are larger
)
LEAST_ROWS_PER_CHUNK = 1_000
STEP_BYTES = 1_000  # of the file for each row of a chunk: some ten chunks, or more if the file is large
RENEW_BYTES = 4_000_000  # fetched between two renewals of the lease

RefusedFile = Callable[[ImportJob], SmallFile]
"""Port: returns the file of refused rows, to be sent to the job's person."""


class FetchFile(Protocol):
    """Port: downloads the file that a person uploaded."""

    def __call__(self, job: ImportJob, file: BinaryIO) -> Iterator[int]:
        """Writes it to `file`, and yields the bytes written since the last yield. Raises CleanedError if it can't."""


@dataclass(frozen=True, slots=True)
class ImportReceipt:
    """What the message about an import's job shows."""

    job: ImportJob
    audience: str


def receive(
    database: Database,
    file: BinaryIO,
    *,
    name: str,
    audience: str,
    by: str,
    now: datetime,
    status: str = "nonsubscribed",
    recipient: Recipient | None = None,
) -> ImportJob:
    """Checks a seekable file, stores it, and creates the job that imports it into the audience with that name.

    `status` is for new contacts whose row has none. Raises SpreadsheetError, NoAddressColumnInFile or IsMirrored, and
    stores nothing then.
    """
    with database.reading() as session:
        _local_audience(session, audience)
    texts = _check_sheets(name, file)
    task = ImportTask(name, audience, status, sha256=sha256(file))
    with database.transaction() as session:
        uploads.delete_unreceived(session, now - _RECEIVED_WITHIN)
        job = jobs.create(
            session, IMPORT, task, by=by, now=now, recipient=recipient, state=JobState.RECEIVING
        )
    try:
        deque(_store(database, job, file, texts, lambda: now), maxlen=0)
    except BaseException:  # also KeyboardInterrupt
        with database.transaction() as session:
            uploads.delete_job(session, job.id)
        raise
    with database.transaction() as session:
        return jobs.read(IMPORT, job_rows.mark_received(session, job.id))


def request(
    database: Database,
    *,
    slack_file: str,
    name: str,
    audience: str,
    by: str,
    now: datetime,
    status: str,
    recipient: Recipient,
    once: str,
) -> ImportJob:
    """Creates the job that fetches a file from Slack and imports it.

    `once` is the id of the person's confirmation: a second call with it returns the job of the first. Raises
    IsMirrored.
    """
    job_id = hashlib.sha256(f"import:{once}".encode()).hexdigest()[:16]
    with database.transaction() as session:
        target = _local_audience(session, audience)
        return jobs.create(
            session,
            IMPORT,
            ImportTask(name, audience, status, slack_file=slack_file),
            by=by,
            now=now,
            audience_id=target.id if target else None,
            recipient=recipient,
            job_id=job_id,
        )


def store(database: Database, job: ImportJob, file: BinaryIO, clock: Clock) -> Iterator[ImportJob]:
    """Checks and stores the fetched, seekable file of a requested job, a few parts at a time.

    Raises SpreadsheetError or NoAddressColumnInFile, and stores nothing then.
    """
    yield from _store(database, job, file, _check_sheets(job.task.name, file), clock)


def under_way(database: Database, *, audience: str, digest: str) -> ImportJob | None:
    """The unfinished import of the file with that SHA-256 into the audience with that name; None if there is none."""
    name = audience.strip().lower()
    with database.reading() as session:
        unfinished = jobs.unfinished(session, IMPORT)
    matches = (
        job for job in unfinished if job.task.sha256 == digest and job.task.audience.strip().lower() == name
    )
    return next(matches, None)


def sha256(file: BinaryIO) -> str:
    """The hash of the whole file, in hexadecimal."""
    file.seek(0)
    return hashlib.file_digest(file, "sha256").hexdigest()  # type: ignore[arg-type]  # BinaryIO is what it takes


def work(database: Database, job: ImportJob, clock: Clock) -> Iterator[ImportJob]:
    """Imports the remaining rows of a stored file, a chunk at a time, and ends the job."""
    for step in import_rows(database, job, clock):
        yield (job := step)
    yield finish(database, job, clock())


def fetch_and_work(
    fetch: FetchFile, refused_file: RefusedFile, database: Database, job: ImportJob, clock: Clock
) -> Iterator[ImportJob]:
    """Fetches the file, imports its rows, sends the person the refused ones, and ends the job.

    Skips what an earlier process did already.
    """
    if not job.task.is_stored:
        for step in _fetch(fetch, database, job, clock):
            yield (job := step)
    for step in import_rows(database, job, clock):
        yield (job := step)
    if job.recipient and job.progress.outcome.refused and not job.progress.hand_over.has_ended:
        for step in files.hand_over(database, job, clock, refused_file(job)):
            yield (job := step)
    yield finish(database, job, clock())


def import_rows(database: Database, job: ImportJob, clock: Clock) -> Iterator[ImportJob]:
    """Imports the remaining rows, a chunk at a time.

    Raises TooBroken if far more rows are refused than go in. Deletes the file and the refused rows if it raises.
    """
    size = job.task.size or 0
    try:
        with io.BufferedReader(uploads.Upload(database, job.id, size), 1 << 20) as file:
            yield from _import_rows(database, job, clock, file)
    except (CleanedError, SpreadsheetError):
        with database.transaction() as session:
            uploads.delete_parts(session, job.id)
            refused_rows.delete_all(session, job.id)
        database.shrink(*_EMPTIED)
        raise


def finish(database: Database, job: ImportJob, now: datetime) -> ImportJob:
    """Ends a job whose rows are all imported: writes the journal, and deletes the file and the refused rows that were sent."""
    outcome = job.progress.outcome
    if outcome.added + outcome.changed >= upsert.MANY:
        database.analyze("contact")
    with database.transaction() as session:
        uploads.delete_parts(session, job.id)
        if job.progress.hand_over.has_ended:
            refused_rows.delete_all(session, job.id)
        journal.write(
            session,
            who=job.made_by,
            what="import",
            at=now,
            n=outcome.added + outcome.changed,
            audience_id=job.audience_id,
            **asdict(outcome),
        )
        job = jobs.finish(session, job, now, outcome)
    database.shrink(*_EMPTIED)
    return job


def receipt(database: Database, job: ImportJob) -> ImportReceipt:
    """What the message about the job shows."""
    with database.reading() as session:
        audience = audiences.get(session, job.target) if job.target is not None else None
    return ImportReceipt(job, audience.name if audience else job.task.audience)


_EMPTIED = ("upload_part", "refused_row")  # tables that an import fills and empties


def _fetch(fetch: FetchFile, database: Database, job: ImportJob, clock: Clock) -> Iterator[ImportJob]:
    with TemporaryFile() as file:
        unrenewed = 0
        for n_bytes in fetch(job, file):
            unrenewed += n_bytes
            if unrenewed >= RENEW_BYTES:
                unrenewed = 0
                yield (job := jobs.renew(database, job, clock()))
        yield from store(database, job, file, clock)


def _local_audience(session: Session, name: str) -> AudienceRow | None:
    """The audience with that name, if there is one. Raises IsMirrored."""
    audience = audiences.by_name(session, name)
    if audience and audience.source != AudienceSource.LOCAL:
        raise IsMirrored(name=audience.name)
    return audience


_RECEIVED_WITHIN = timedelta(days=1)  # after that, the process that was storing the file has died


def _check_sheets(name: str, file: BinaryIO) -> tuple[SheetText, ...]:
    """Checks the header of each sheet; returns their texts.

    Raises SpreadsheetError, NoAddressColumnInFile.
    """
    sheets = open_sheets(name, file)
    for sheet in sheets:
        column_map(sheet)
    return tuple(sheet.text for sheet in sheets)


def _store(
    database: Database, job: ImportJob, file: BinaryIO, texts: tuple[SheetText, ...], clock: Clock
) -> Iterator[ImportJob]:
    with database.transaction() as session:
        uploads.delete_parts(session, job.id)  # parts stored by a process that died
    file.seek(0)
    size = 0
    while True:
        with database.transaction() as session:
            stored = uploads.store_parts(session, job.id, file)
            size += stored
            job = jobs.step(session, job, clock())
        if not stored:
            break
        yield job
    with database.transaction() as session:
        now = clock()
        _local_audience(session, job.task.audience)
        audience = audiences.get_or_add(session, job.task.audience, now)
        task = replace(job.task, size=size, texts=texts)
        total = sum(text.size for text in texts)
        job = jobs.step(session, job, now, audience_id=audience.id, total=total, task=task)
    yield job


def _is_first(database: Database, job: ImportJob) -> bool:
    """Whether the audience has no contacts but those that this import added, and no row changed one of them."""
    outcome = job.progress.outcome
    with database.reading() as session:
        audience = audiences.get(session, job.audience_id)
    added_all = audience is not None and audience.next_contact_id == outcome.added + 1
    return added_all and not (outcome.changed or outcome.unchanged)


def _import_rows(database: Database, job: ImportJob, clock: Clock, file: BinaryIO) -> Iterator[ImportJob]:
    if _is_first(database, job):
        try:
            for step in _add_all(database, job, clock, file):
                yield (job := step)
        except new_contacts.NotNew:
            pass  # the rest is merged
        else:
            return
    yield from _merge(database, job, clock, file)


def _add_all(database: Database, job: ImportJob, clock: Clock, file: BinaryIO) -> Iterator[ImportJob]:
    """Adds each row as a contact. Raises NotNew."""
    step_size = _step_size(job, NEW_PER_CHUNK_FACTOR * ROWS_PER_CHUNK)

    def prepare(columns: ColumnMap, rows: Iterator[Row]) -> NewContacts:
        return new_contacts.prepare(columns, rows, job.task.status, for_sqlite=database.is_sqlite)

    chunks = reading.chunks(job, _sheets(job, file), step_size, prepare)
    return new_contacts.add_all(database, job, clock, chunks, step_size)


def _merge(database: Database, job: ImportJob, clock: Clock, file: BinaryIO) -> Iterator[ImportJob]:
    """Adds each row as a contact or merges it into the contact with its address."""
    step_size = _step_size(job, ROWS_PER_CHUNK)

    def collect(_columns: ColumnMap, rows: Iterator[Row]) -> list[Row]:
        return list(rows)

    chunks = reading.chunks(job, _sheets(job, file), step_size, collect)
    with reading.read_ahead(chunks) as ahead:
        for chunk in ahead:
            refused.check(job, chunk)
            began = clock()
            job = _merge_chunk(database, job, began, chunk)
            if chunk.rows:
                step_size.adapt(clock() - began)
            yield job


def _sheets(job: ImportJob, file: BinaryIO) -> list[Sheet]:
    return open_sheets(job.task.name, file, texts=job.task.texts)


def _step_size(job: ImportJob, most: int) -> jobs.StepSize:
    # A short file is imported in several steps too, so that people see it moving.
    return jobs.StepSize(min(most, max(LEAST_ROWS_PER_CHUNK, job.total // STEP_BYTES)))


def _merge_chunk(database: Database, job: ImportJob, now: datetime, chunk: Chunk[list[Row]]) -> ImportJob:
    with database.transaction() as session:
        audience = bulk.lock(session, job.audience_id)
        reading.add_labels(audience, chunk)
        so_far = refused.keep(session, job, chunk)
        revision, default_status = audience.revision, job.task.status
        outcome = upsert.upsert_rows(
            session,
            audience,
            chunk.rows,
            lambda row, contact_id: rows.new_contact(row, contact_id, revision, default_status),
            lambda old, new: rows.merge(old, new, revision),
            so_far,
        )
        progress = replace(job.progress, sheet=chunk.next_sheet, row=chunk.next_row, outcome=outcome)
        return jobs.step(session, job, now, progress=progress, done=chunk.bytes_read)
