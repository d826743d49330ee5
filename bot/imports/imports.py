"""Import: a file is kept whole, then its rows go in by chunks, each with its figures in one transaction.

A file from the terminal is kept by the terminal, one from Slack by whoever does the work. Killed while a file is
being kept: nothing has happened. Killed later: whoever looks next carries on.
"""

import hashlib
import io
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import Any, BinaryIO

from bot.contacts import rows, upsert
from bot.contacts.upsert import UpsertCounts
from bot.core import jobs
from bot.core.errors import CleanedError, IsMirrored
from bot.core.jobs import Clock
from storage.contacts import bulk
from storage.contacts.values import Row
from storage.core import audiences, journal
from storage.core import jobs as job_rows
from storage.core.database import Database, Session
from storage.core.tables import AudienceRow, AudienceSource, JobRow
from storage.files.spreadsheet_errors import SpreadsheetError
from storage.files.spreadsheets import Record, Refused, Sheet, open_sheets
from storage.imports import refused_rows, uploads
from storage.imports.tables import RefusedRow

ROWS_A_CHUNK = 20_000  # a third of a second; larger ones touch each page of the indexes less often


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
    notify: dict[str, Any] | None = None,
) -> JobRow:
    """Looks at a file, keeps it, and leaves the job of importing it into the audience of that name.

    `file` is seekable. `status` is for new contacts of a file that doesn't say where they stand. Raises
    SpreadsheetError, NoAddressColumn or IsMirrored, and then nothing is kept.
    """
    with database.reading() as session:
        _local(session, audience)
    total = _survey(name, file)
    job = jobs.new(
        jobs.IMPORT,
        by=by,
        now=now,
        notify=notify,
        name=name,
        audience=audience,
        status=status,
        sha256=sha256(file),
    )
    job.state = "receiving"
    with database.transaction() as session:
        uploads.delete_unreceived(session, now - _RECEIVED_WITHIN)
        job_rows.add(session, job)
    try:
        deque(_keep(database, job, file, total, lambda: now), maxlen=0)
    except BaseException:  # an interruption too
        with database.transaction() as session:
            uploads.delete_job(session, job.id)
        raise
    with database.transaction() as session:
        return job_rows.received(session, job.id)


def request(
    database: Database,
    *,
    slack_file: str,
    name: str,
    audience: str,
    by: str,
    now: datetime,
    status: str,
    notify: dict[str, Any],
    once: str,
) -> JobRow:
    """Leaves the job of importing a file that Slack keeps; whoever does it fetches the file first.

    `once` is what one confirmation has of its own: asked again with it, this finds the job of the first time.
    Raises IsMirrored.
    """
    job = jobs.new(
        jobs.IMPORT,
        by=by,
        now=now,
        notify=notify,
        name=name,
        audience=audience,
        status=status,
        slack_file=slack_file,
    )
    job.id = hashlib.sha256(f"import:{once}".encode()).hexdigest()[:16]
    with database.transaction() as session:
        into = _local(session, audience)
        job.audience_id = into.id if into else None
        return job_rows.get(session, job.id) or job_rows.add(session, job)


def keep(database: Database, job: JobRow, file: BinaryIO, clock: Clock) -> Iterator[JobRow]:
    """Keeps the fetched, seekable file of a requested job: a part a turn. Then `work` can be done.

    Raises SpreadsheetError or NoAddressColumn, and then nothing is kept.
    """
    yield from _keep(database, job, file, _survey(job.data["name"], file), clock)


def is_kept(job: JobRow) -> bool:
    """Whether the job's file is here."""
    return "size" in job.data


def under_way(database: Database, *, audience: str, digest: str) -> JobRow | None:
    """The unfinished import of the file with that SHA-256 into the audience of that name."""
    with database.reading() as session:
        return next(
            (
                job
                for job in job_rows.under_way(session, jobs.IMPORT)
                if job.data.get("sha256") == digest
                and job.data["audience"].strip().lower() == audience.strip().lower()
            ),
            None,
        )


def sha256(file: BinaryIO) -> str:
    """Of the whole file, in hexadecimal."""
    file.seek(0)
    return hashlib.file_digest(file, "sha256").hexdigest()  # type: ignore[arg-type]  # BinaryIO is what it takes


def work(database: Database, job: JobRow, clock: Clock) -> Iterator[JobRow]:
    """Carries the import on from where it is: a chunk a turn, then its end."""
    latest = job
    for step in take_in(database, job, clock):
        yield (latest := step)
    yield finish(database, latest, clock())


def take_in(database: Database, job: JobRow, clock: Clock) -> Iterator[JobRow]:
    """The rows from where the import is: a chunk a turn. Raises SpreadsheetError, and then the file is dropped."""
    try:
        with (
            io.BufferedReader(uploads.Upload(database, job.id, job.data["size"]), 1 << 20) as file,
            ThreadPoolExecutor(1) as pool,
        ):
            pace = jobs.Pace(ROWS_A_CHUNK)
            for chunk in _ahead(pool, _chunks(job, open_sheets(job.data["name"], file), pace)):
                began = clock()
                job = _import_chunk(database, job, began, chunk)
                pace.took(clock() - began)
                yield job
    except (CleanedError, SpreadsheetError):
        with database.transaction() as session:
            uploads.drop(session, job.id)
        raise


def finish(database: Database, job: JobRow, now: datetime) -> JobRow:
    """All rows are in: the job is done, its line is in the journal, its file is dropped."""
    outcome = outcome_of(job)
    with database.transaction() as session:
        uploads.drop(session, job.id)
        journal.write(
            session,
            who=job.made_by,
            what="import",
            at=now,
            n=outcome.added + outcome.changed,
            audience_id=job.audience_id,
            **asdict(outcome),
        )
        return jobs.finish(session, job, now, **asdict(outcome))


def refused_are_handed_out(database: Database, job: JobRow, now: datetime, file_id: str | None) -> JobRow:
    """The person has the file of refused rows, or (None) it could not be handed out: they are dropped."""
    with database.transaction() as session:
        refused_rows.delete_all(session, job.id)
        return jobs.step(session, job, now, cursor={**job.cursor, "refused_file": file_id})


def outcome_of(job: JobRow) -> UpsertCounts:
    """What the import has done so far."""
    return UpsertCounts(**job.cursor.get("outcome", {}))


def refused(database: Database, job_id: str) -> Iterator[RefusedRow]:
    """The rows that an import refused, in the order of the file."""
    with database.reading() as session:
        yield from refused_rows.of_job(session, job_id)


def forget_refused(database: Database, job_id: str) -> None:
    """The person has the file of them."""
    with database.transaction() as session:
        refused_rows.delete_all(session, job_id)


def _local(session: Session, name: str) -> AudienceRow | None:
    """The audience of that name, if there is one. Raises IsMirrored."""
    found = audiences.named(session, name)
    if found and found.source != AudienceSource.LOCAL:
        raise IsMirrored(name=found.name)
    return found


_RECEIVED_WITHIN = timedelta(days=1)  # older: whoever was keeping the file is dead


def _survey(name: str, file: BinaryIO) -> int:
    """How many bytes of rows a file has, unpacked. Raises SpreadsheetError, NoAddressColumn."""
    total = 0
    for sheet in open_sheets(name, file):
        _fields(sheet)
        total += sheet.size
    return total


def _keep(database: Database, job: JobRow, file: BinaryIO, total: int, clock: Clock) -> Iterator[JobRow]:
    with database.transaction() as session:
        uploads.drop(session, job.id)  # what was kept of it before a death
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
        _local(session, job.data["audience"])
        into = audiences.get_or_add(session, job.data["audience"], now)
        job = jobs.step(session, job, now, audience_id=into.id, total=total, data={**job.data, "size": size})
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


def _ahead(pool: Executor, chunks: Iterator[_Chunk]) -> Iterator[_Chunk]:
    """The same chunks: while one is dealt with, the next is read already."""
    coming = pool.submit(next, chunks, None)
    while chunk := coming.result():
        coming = pool.submit(next, chunks, None)
        yield chunk


def _chunks(job: JobRow, found: Sequence[Sheet], pace: jobs.Pace) -> Iterator[_Chunk]:
    start, before = job.cursor.get("sheet", 0), 0
    for n, sheet in enumerate(found):
        row = job.cursor.get("row", 0) if n == start else 0
        if n >= start:
            fields = _fields(sheet)
            remaining = islice(sheet.rows, row, None)
            while any(read := _read(fields, islice(remaining, pace.n), job.audience_id or 0)):
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


def _import_chunk(database: Database, job: JobRow, now: datetime, chunk: _Chunk) -> JobRow:
    assert job.audience_id is not None  # set when the file was kept
    outcome = outcome_of(job)
    with database.transaction() as session:
        audience = bulk.lock(session, job.audience_id)
        audience.merge_labels = [
            *audience.merge_labels,
            *(label for label in chunk.merge_labels if label not in audience.merge_labels),
        ]
        _load(session, audience, chunk.given, str(job.data["status"]), bulk.encode_time(now), outcome)
        refused_rows.add(session, _refused_rows(job, chunk, outcome.refused))
        outcome.refused += len(chunk.refused)
        cursor = {"sheet": chunk.next_sheet, "row": chunk.next_row, "outcome": asdict(outcome)}
        return jobs.step(session, job, now, cursor=cursor, done=chunk.bytes_read)


def _refused_rows(job: JobRow, chunk: _Chunk, before: int) -> list[RefusedRow]:
    return [
        RefusedRow(job_id=job.id, n=n, file=chunk.sheet, line=line, reason=reason, row=text)
        for n, (line, reason, text) in enumerate(chunk.refused, before)
    ]


def _load(
    session: Session,
    audience: AudienceRow,
    given: Sequence[Row],
    default: str,
    now: str,
    outcome: UpsertCounts,
) -> None:
    revision = audience.revision
    upsert.upsert_rows(
        session,
        audience,
        given,
        lambda row, contact_id: rows.new_contact(row, contact_id, revision, default, now),
        lambda old, new: rows.merge(old, new, revision, now),
        outcome,
    )
