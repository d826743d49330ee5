"""Import: a file is stored whole, then its rows are imported in chunks, each with its figures in one transaction.

A file from the terminal is stored by the terminal, one from Slack by the worker. If the process is killed while the
file is being stored, nothing has happened; if it is killed later, another process carries on.
"""

import hashlib
import io
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from itertools import islice
from tempfile import TemporaryFile
from typing import BinaryIO, Protocol

from bot.contacts import rows, upsert
from bot.contacts.upsert import UpsertCounts
from bot.core import files, jobs
from bot.core.errors import CleanedError, IsMirrored
from bot.core.files import SmallFile
from bot.core.jobs import Clock, Recipient
from bot.imports.jobs import IMPORT, ImportJob, ImportTask
from storage.contacts import bulk
from storage.contacts.values import Row
from storage.core import audiences, journal
from storage.core import jobs as job_rows
from storage.core.database import Database, Session
from storage.core.tables import AudienceRow, AudienceSource, JobState
from storage.files.spreadsheet_errors import SpreadsheetError
from storage.files.spreadsheets import Record, Refused, Sheet, open_sheets
from storage.imports import refused_rows, uploads
from storage.imports.tables import RefusedRow

ROWS_A_CHUNK = 20_000  # takes a third of a second; larger chunks write each page of the indexes less often
RENEW_BYTES = 4_000_000  # fetched between two renewals of the lease

RefusedFile = Callable[[ImportJob], SmallFile]
"""Port: makes the file of the refused rows, for the job's person."""


class FetchFile(Protocol):
    """Port: fetches the file that a person uploaded."""

    def __call__(self, job: ImportJob, file: BinaryIO) -> Iterator[int]:
        """Writes it, and yields the bytes written since the last time. Raises CleanedError if it can't be had."""


@dataclass(frozen=True, slots=True)
class RefusedLine:
    """A row that an import refused: where it is, the reason's key, and its text."""

    file: str
    line: int
    reason: str
    text: str


@dataclass(frozen=True, slots=True)
class ImportReceipt:
    """An import's job with what its message says besides."""

    job: ImportJob
    audience: str


class NoAddressColumn(CleanedError):
    """A file has no column of addresses. Values: name, columns."""

    key = "error-no-address-column"


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
    """Checks a file, stores it, and creates the job of importing it into the audience of that name.

    `file` is seekable. `status` is for new contacts that the file gives none. Raises SpreadsheetError,
    NoAddressColumn or IsMirrored, and then nothing is stored.
    """
    with database.reading() as session:
        _local(session, audience)
    total = _survey(name, file)
    task = ImportTask(name, audience, status, sha256=sha256(file))
    with database.transaction() as session:
        uploads.delete_unreceived(session, now - _RECEIVED_WITHIN)
        job = jobs.create(
            session, IMPORT, task, by=by, now=now, recipient=recipient, state=JobState.RECEIVING
        )
    try:
        deque(_store(database, job, file, total, lambda: now), maxlen=0)
    except BaseException:  # an interruption too
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
    """Creates the job of importing a file that is at Slack; the worker fetches it first.

    `once` is the confirmation's own id: called again with it, this returns the first call's job. Raises IsMirrored.
    """
    job_id = hashlib.sha256(f"import:{once}".encode()).hexdigest()[:16]
    with database.transaction() as session:
        into = _local(session, audience)
        if job := jobs.get(session, IMPORT, job_id):
            return job
        return jobs.create(
            session,
            IMPORT,
            ImportTask(name, audience, status, slack_file=slack_file),
            by=by,
            now=now,
            audience_id=into.id if into else None,
            recipient=recipient,
            job_id=job_id,
        )


def store(database: Database, job: ImportJob, file: BinaryIO, clock: Clock) -> Iterator[ImportJob]:
    """Stores the fetched, seekable file of a requested job, a few parts at a time.

    Raises SpreadsheetError or NoAddressColumn, and then nothing is stored.
    """
    yield from _store(database, job, file, _survey(job.task.name, file), clock)


def under_way(database: Database, *, audience: str, digest: str) -> ImportJob | None:
    """The unfinished import of the file with that SHA-256 into the audience of that name."""
    name = audience.strip().lower()
    with database.reading() as session:
        unfinished = jobs.unfinished(session, IMPORT)
    same = (
        job for job in unfinished if job.task.sha256 == digest and job.task.audience.strip().lower() == name
    )
    return next(same, None)


def sha256(file: BinaryIO) -> str:
    """The hash of the whole file, in hexadecimal."""
    file.seek(0)
    return hashlib.file_digest(file, "sha256").hexdigest()  # type: ignore[arg-type]  # BinaryIO is what it takes


def work(database: Database, job: ImportJob, clock: Clock) -> Iterator[ImportJob]:
    """Carries on the import of a stored file, a chunk at a time, to its end."""
    for step in import_rows(database, job, clock):
        yield (job := step)
    yield finish(database, job, clock())


def fetch_and_work(
    fetch: FetchFile, refused_file: RefusedFile, database: Database, job: ImportJob, clock: Clock
) -> Iterator[ImportJob]:
    """Fetches the file, imports its rows, hands over those that were refused, and ends. Each can be carried on."""
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
    """Imports the rows that are left, a chunk at a time. Raises SpreadsheetError, and then deletes the file."""
    size = job.task.size or 0
    try:
        with (
            io.BufferedReader(uploads.Upload(database, job.id, size), 1 << 20) as file,
            ThreadPoolExecutor(1) as pool,
        ):
            step_size = jobs.StepSize(ROWS_A_CHUNK)
            for chunk in _read_ahead(pool, _chunks(job, open_sheets(job.task.name, file), step_size)):
                began = clock()
                job = _import_chunk(database, job, began, chunk)
                step_size.adapt(clock() - began)
                yield job
    except (CleanedError, SpreadsheetError):
        with database.transaction() as session:
            uploads.drop(session, job.id)
        raise


def finish(database: Database, job: ImportJob, now: datetime) -> ImportJob:
    """Ends a job whose rows are all imported: writes the journal, and deletes the file and the rows handed over."""
    outcome = job.progress.outcome
    with database.transaction() as session:
        uploads.drop(session, job.id)
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
        return jobs.finish(session, job, now, outcome)


def receipt(database: Database, job: ImportJob) -> ImportReceipt:
    """What the job's message says."""
    with database.reading() as session:
        audience = audiences.get(session, job.target) if job.target is not None else None
    return ImportReceipt(job, audience.name if audience else job.task.audience)


def refused(database: Database, job_id: str) -> Iterator[RefusedLine]:
    """The rows that an import refused, in the order of the file."""
    with database.reading() as session:
        for row in refused_rows.of_job(session, job_id):
            yield RefusedLine(row.file, row.line, row.reason, row.row)


def delete_refused(database: Database, job_id: str) -> None:
    """Deletes the refused rows, once the person has the file of them."""
    with database.transaction() as session:
        refused_rows.delete_all(session, job_id)


def _fetch(fetch: FetchFile, database: Database, job: ImportJob, clock: Clock) -> Iterator[ImportJob]:
    with TemporaryFile() as file:
        unrenewed = 0
        for n_bytes in fetch(job, file):
            unrenewed += n_bytes
            if unrenewed >= RENEW_BYTES:
                unrenewed = 0
                yield (job := jobs.renew(database, job, clock()))
        yield from store(database, job, file, clock)


def _local(session: Session, name: str) -> AudienceRow | None:
    """The audience of that name, if there is one. Raises IsMirrored."""
    audience = audiences.named(session, name)
    if audience and audience.source != AudienceSource.LOCAL:
        raise IsMirrored(name=audience.name)
    return audience


_RECEIVED_WITHIN = timedelta(days=1)  # the process that was storing an older file is dead


def _survey(name: str, file: BinaryIO) -> int:
    """How many bytes of rows a file has, unpacked. Raises SpreadsheetError, NoAddressColumn."""
    total = 0
    for sheet in open_sheets(name, file):
        _fields(sheet)
        total += sheet.size
    return total


def _store(
    database: Database, job: ImportJob, file: BinaryIO, total: int, clock: Clock
) -> Iterator[ImportJob]:
    with database.transaction() as session:
        uploads.drop(session, job.id)  # what a process that died has stored of it
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
        _local(session, job.task.audience)
        audience = audiences.get_or_add(session, job.task.audience, now)
        task = replace(job.task, size=size)
        job = jobs.step(session, job, now, audience_id=audience.id, total=total, task=task)
    yield job


_Unusable = tuple[int, str, str]  # line, reason, text


@dataclass(frozen=True, slots=True)
class _Chunk:
    """Rows of one sheet, read, and where they end: sheet and row to carry on from, bytes read of all sheets."""

    sheet: str
    merge_labels: tuple[str, ...]
    given: list[Row]
    refused: list[_Unusable]
    next_sheet: int
    next_row: int
    bytes_read: int


def _read_ahead(pool: Executor, chunks: Iterator[_Chunk]) -> Iterator[_Chunk]:
    """The same chunks: while one is imported, the next is read."""
    coming = pool.submit(next, chunks, None)
    while chunk := coming.result():
        coming = pool.submit(next, chunks, None)
        yield chunk


def _chunks(job: ImportJob, all_sheets: Sequence[Sheet], step_size: jobs.StepSize) -> Iterator[_Chunk]:
    start, before = job.progress.sheet, 0
    for n, sheet in enumerate(all_sheets):
        row = job.progress.row if n == start else 0
        if n >= start:
            fields = _fields(sheet)
            remaining = islice(sheet.rows, row, None)
            while any(read := _read(fields, islice(remaining, step_size.rows), job.audience_id)):
                row += sum(map(len, read))
                yield _Chunk(sheet.name, fields.merge_labels, *read, n, row, before + sheet.bytes_read)
        before += sheet.size


def _fields(sheet: Sheet) -> rows.ColumnMap:
    try:
        return rows.ColumnMap.from_header(sheet.header, sheet.status)
    except rows.NoAddressColumn:
        raise NoAddressColumn(name=sheet.name, columns=", ".join(sheet.header[:10])) from None


def _read(
    fields: rows.ColumnMap, items: Iterable[Record | Refused], audience_id: int
) -> tuple[list[Row], list[_Unusable]]:
    """The rows as contacts, and those that are none."""
    given: list[Row] = []
    refused: list[_Unusable] = []
    contact = fields.parse_row
    for item in items:
        if isinstance(item, Refused):
            refused.append((item.line, f"row-{item.reason}", item.text))
        elif isinstance(found := contact(item.cells, audience_id), str):
            refused.append((item.line, found, ",".join(item.cells)))
        else:
            given.append(found)
    return given, refused


def _import_chunk(database: Database, job: ImportJob, now: datetime, chunk: _Chunk) -> ImportJob:
    outcome = job.progress.outcome
    with database.transaction() as session:
        audience = bulk.lock(session, job.audience_id)
        new_labels = (label for label in chunk.merge_labels if label not in audience.merge_labels)
        audience.merge_labels = [*audience.merge_labels, *new_labels]
        refused_rows.add(session, _refused_rows(job, chunk, outcome.refused))
        outcome = _upsert(session, audience, chunk.given, job.task.status, bulk.encode_time(now), outcome)
        progress = replace(
            job.progress,
            sheet=chunk.next_sheet,
            row=chunk.next_row,
            outcome=outcome.with_refused(len(chunk.refused)),
        )
        return jobs.step(session, job, now, progress=progress, done=chunk.bytes_read)


def _refused_rows(job: ImportJob, chunk: _Chunk, before: int) -> list[RefusedRow]:
    return [
        RefusedRow(job_id=job.id, n=n, file=chunk.sheet, line=line, reason=reason, row=text)
        for n, (line, reason, text) in enumerate(chunk.refused, before)
    ]


def _upsert(
    session: Session,
    audience: AudienceRow,
    new_rows: Sequence[Row],
    default_status: str,
    now: str,
    so_far: UpsertCounts,
) -> UpsertCounts:
    revision = audience.revision
    return upsert.upsert_rows(
        session,
        audience,
        new_rows,
        lambda row, contact_id: rows.new_contact(row, contact_id, revision, default_status, now),
        lambda old, new: rows.merge(old, new, revision, now),
        so_far,
    )
