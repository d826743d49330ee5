"""Exporting a segment as CSV, sent while it is read from the database, and the record of exports."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import BinaryIO

from bot.audiences import audiences
from bot.contacts.counts import segment_size
from bot.core.errors import CleanedError, NoAudience, NothingThere, PlanGone
from bot.exports import files
from bot.exports.files import MOST_BYTES, ExportFile, ExportSource
from bot.exports.jobs import (
    EXPORT,
    ExportJob,
    ExportProgress,
    ExportResult,
    ExportTask,
    SentFile,
)
from bot.jobs import jobs, plans
from bot.jobs.files import Contents, FileSender, SharedFiles, SharedWith
from bot.jobs.jobs import Clock, Recipient
from bot.jobs.json_values import from_json, to_json
from storage.audiences import audiences as audience_rows
from storage.audiences import journal
from storage.contacts.contacts import Segment
from storage.core.database import Database, Session
from storage.core.tables import AudienceRow
from storage.exports import exports
from storage.exports.tables import Export
from storage.files.csv_files import CsvFormat
from storage.jobs import plans as plan_rows

KIND = "export"
EXPORTS_PER_PAGE = 10
LATELY = timedelta(days=30)  # how old the latest exports may be
RENEW_BYTES = 1 << 20  # sent or read between two renewals of the lease


class NotInExportChannel(CleanedError):
    """The bot isn't in the channel chosen for the file, or can't see it. Values: channel."""

    key = "error-export-not-in-channel"


class SharedWithCompany(CleanedError):
    """The channel chosen for the file is shared with another company. Values: channel."""

    key = "error-export-shared-with-company"


@dataclass(frozen=True, slots=True)
class ExportPlan:
    """The rows to export, as counted when they were shown, and the columns."""

    id: str
    audience: str
    segment: Segment
    n: int
    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PastExport:
    """An earlier export. `permalinks`: the links at Slack of its files."""

    audience_id: int
    id: str
    made_by: str
    made_at: datetime
    segment: Segment
    n: int
    permalinks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ExportReceipt:
    """What the message about an export's job shows."""

    job: ExportJob
    audience: str


@dataclass(frozen=True, slots=True)
class Destination:
    """The channel chosen for the file, with what Slack knows about it.

    `people` is its number of members, if known; `takes_files` is False if the bot can't post there. A file with
    addresses goes to no channel that is shared with another company.
    """

    channel: str
    people: int | None = None
    takes_files: bool = True
    shared_with: SharedWith = SharedWith.NOBODY

    @property
    def is_refused(self) -> bool:
        return self.shared_with is SharedWith.COMPANY


@dataclass(frozen=True, slots=True)
class _Planned:
    """The data of a stored plan. `destination`: the channel last chosen in the form."""

    segment: Segment
    destination: Destination | None = None


def plan(database: Database, segment: Segment, *, by: str, now: datetime) -> ExportPlan:
    """Counts the segment and stores the plan. Raises NothingThere, NoAudience."""
    with database.transaction() as session:
        audience = audiences.require(session, segment.audience_id)
        segment = replace(segment, up_to=segment.up_to or audience.revision)
        n = segment_size(session, segment)
        if not n:
            raise NothingThere
        stored = plans.create(
            session,
            KIND,
            user_id=by,
            audience_id=segment.audience_id,
            now=now,
            data=to_json(_Planned(segment)),
            n=n,
            revision=audience.revision,
        )
        return _plan(stored.id, audience, segment, n)


def look(database: Database, plan_id: str, *, by: str) -> ExportPlan:
    """The plan as it was shown. Raises PlanGone, NoAudience."""
    with database.reading() as session:
        stored = plans.get(session, plan_id, by)
        segment = from_json(_Planned, stored.data).segment
        return _plan(stored.id, audiences.require(session, segment.audience_id), segment, stored.n)


def set_destination(
    database: Database, plan_id: str, destination: Destination | None, *, by: str
) -> ExportPlan:
    """Stores what Slack said about the chosen channel, so that `confirm` need not ask. Raises PlanGone, NoAudience."""
    with database.transaction() as session:
        stored = plans.get(session, plan_id, by)
        planned = replace(from_json(_Planned, stored.data), destination=destination)
        plan_rows.save(session, plan_id, data=to_json(planned))
        audience = audiences.require(session, stored.audience_id)
        return _plan(plan_id, audience, planned.segment, stored.n)


def confirm(
    database: Database,
    plan_id: str,
    *,
    by: str,
    now: datetime,
    channel: str | None = None,
    form: CsvFormat = CsvFormat.PLAIN,
    recipient: Recipient | None = None,
    step: str = "",
) -> ExportJob:
    """Creates the plan's job, once. Without a channel the file goes to the person's direct messages.

    `step` is the execution of the workflow's step that it is for, if it is for one.

    Raises NotInExportChannel, SharedWithCompany, AlreadyDone, PlanGone.
    """
    with database.transaction() as session:
        planned = from_json(_Planned, plans.get(session, plan_id, by).data)
        destination = planned.destination
        if channel and destination and destination.channel == channel:
            require_takes_files(destination)
        stored = plans.use(session, plan_id, by, now)
        return jobs.create(
            session,
            EXPORT,
            ExportTask(planned.segment, channel, form, step),
            by=by,
            now=now,
            audience_id=stored.audience_id,
            total=stored.n,
            recipient=recipient,
        )


def drop(database: Database, plan_id: str, *, by: str, now: datetime) -> None:
    """Uses the plan up without exporting. Raises AlreadyDone, PlanGone."""
    with database.transaction() as session:
        plans.use(session, plan_id, by, now)


def require_takes_files(destination: Destination) -> None:
    """Raises SharedWithCompany, NotInExportChannel."""
    if destination.is_refused:
        raise SharedWithCompany(channel=destination.channel)
    if not destination.takes_files:
        raise NotInExportChannel(channel=destination.channel)


def past_exports(database: Database, audience_id: int, page: int = 0) -> tuple[Sequence[PastExport], bool]:
    """A page of the audience's exports, newest first, and whether there are older ones; pages count from 0."""
    with database.reading() as session:
        rows = exports.newest(session, audience_id, skip=page * EXPORTS_PER_PAGE, most=EXPORTS_PER_PAGE + 1)
        shown = [_past_export(session, export) for export in rows[:EXPORTS_PER_PAGE]]
    return shown, len(rows) > EXPORTS_PER_PAGE


def latest(database: Database, audience_ids: Sequence[int], now: datetime, most: int) -> Sequence[PastExport]:
    """The newest exports of the audiences in the last 30 days, newest first."""
    with database.reading() as session:
        rows = exports.newest_in(session, audience_ids, now - LATELY, most)
        return [_past_export(session, export) for export in rows]


def export_segment(database: Database, audience_id: int, export_id: str) -> Segment:
    """The segment of an earlier export, to export its current contacts. Raises PlanGone."""
    with database.reading() as session:
        export = exports.get(session, audience_id, export_id)
        if export is None:
            raise PlanGone
        return replace(Segment.from_json(export.segment), up_to=None)


def receipt(database: Database, job: ExportJob) -> ExportReceipt:
    """What the message about the job shows. Raises NoAudience."""
    return ExportReceipt(job, audiences.by_id(database, job.audience_id).name)


def shared_receipt(database: Database, job: ExportJob) -> ExportReceipt:
    """The receipt of a job whose files have all been sent, when they are about to be shared. Raises NoAudience."""
    with database.reading() as session:
        job = jobs.get(session, EXPORT, job.id) or job
        audience = audiences.require(session, job.audience_id)
        return ExportReceipt(replace(job, result=_result(session, job)), audience.name)


def work(
    database: Database, job: ExportJob, clock: Clock, *, sender: FileSender, most: int = MOST_BYTES
) -> Iterator[ExportJob]:
    """Sends the files that are left, of at most `most` bytes each, then shares all of them in one message.

    Raises NothingThere, NotInExportChannel, SharedWithCompany, SendFailed.
    """
    shared: SharedFiles | None = None
    if job.progress.are_sent:
        shared = sender.shared(list(_names(job)))  # a process may have died just after sharing them
    else:
        for step in _send_files(database, job, clock, sender, most):
            yield (job := step)
    if shared is None:
        shared = sender.share(_names(job), job.task.channel)
    yield _finish(database, job, clock(), shared)


def write(
    database: Database,
    audience: str,
    out: BinaryIO,
    *,
    now: datetime,
    segment: Segment | None = None,
    by: str = "terminal",
    form: CsvFormat = CsvFormat.PLAIN,
) -> int:
    """Writes the CSV of an audience's cleaned contacts, or of this segment; returns the number of rows.

    Writes the header even if there are no contacts. Raises NoAudience.
    """
    with database.reading() as session:
        row = audience_rows.by_name(session, audience)
        if row is None:
            raise NoAudience
        segment = segment or Segment(audience_id=row.id)
        source, n = ExportSource(session, row, segment, form), 0
        out.write(source.header)
        for block in source.blocks():
            out.write(block.body)
            n += block.rows
    with database.transaction() as session:
        _record(session, segment, jobs.new_id(), by=by, now=now, n=n)
    return n


def _plan(plan_id: str, audience: AudienceRow, segment: Segment, n: int) -> ExportPlan:
    return ExportPlan(
        id=plan_id, audience=audience.name, segment=segment, n=n, columns=files.header(audience)
    )


def _past_export(session: Session, export: Export) -> PastExport:
    # An export has its job's id; one from the terminal has no job.
    job = jobs.get(session, EXPORT, export.id)
    links = job.result.files if job and job.result else ()
    return PastExport(
        audience_id=export.audience_id,
        id=export.id,
        made_by=export.made_by,
        made_at=export.made_at,
        segment=Segment.from_json(export.segment),
        n=export.n,
        permalinks=tuple(link for link in links or [export.permalink] if link),
    )


def _send_files(
    database: Database, job: ExportJob, clock: Clock, sender: FileSender, most: int
) -> Iterator[ExportJob]:
    """Sends the files after the last one that was sent completely.

    Starts over if the number of files has changed, because the names of the sent files contain it.
    """
    for progress in (job.progress, ExportProgress()):
        rest: list[ExportFile] = []
        with files.source(database, job.task.segment, job.task.form) as source:
            for _ in _renewal_points(source.split(rest, most, progress.after)):
                yield (job := jobs.renew(database, job, clock()))
            n_files = len(progress.parts) + len(rest)
            if not n_files:
                raise NothingThere
            if n_files == (progress.of or n_files):
                yield from _send(database, job, clock, sender, progress.parts, rest)
                return


def _send(
    database: Database,
    job: ExportJob,
    clock: Clock,
    sender: FileSender,
    parts: tuple[SentFile, ...],
    rest: Sequence[ExportFile],
) -> Iterator[ExportJob]:
    n_files = len(parts) + len(rest)
    for file in rest:
        name = files.file_name(file.audience, job.task.segment, job.made_at, len(parts) + 1, n_files)
        expected = sender.expect(name, file.size)
        before = sum(part.rows for part in parts)
        for n_bytes in _renewal_points(sender.send(expected, Contents(file.size, file.pieces))):
            done = before + file.rows * n_bytes // file.size
            yield (job := _step(database, job, clock(), job.progress, done))
        parts = (*parts, SentFile(expected.file_id, name, file.rows))
        progress = ExportProgress(parts, n_files, file.last)
        yield (job := _step(database, job, clock(), progress, before + file.rows))
    first, rows = parts[0], sum(part.rows for part in parts)
    progress = ExportProgress(parts, file_id=first.file_id, name=first.name, rows=rows)
    yield _step(database, job, clock(), progress, job.done)


def _renewal_points(sizes: Iterator[int]) -> Iterator[int]:
    """Yields those of the growing sizes at which the lease has to be renewed, one per RENEW_BYTES."""
    renew_at = 0
    for size in sizes:
        if size >= renew_at:
            renew_at = size + RENEW_BYTES
            yield size


def _names(job: ExportJob) -> dict[str, str]:
    """The sent files: id → name."""
    return {part.file_id: part.name for part in job.progress.parts}


def _step(
    database: Database, job: ExportJob, now: datetime, progress: ExportProgress, done: int
) -> ExportJob:
    with database.transaction() as session:
        return jobs.step(session, job, now, progress=progress, done=done)


def _finish(database: Database, job: ExportJob, now: datetime, shared: SharedFiles) -> ExportJob:
    file_id, permalink = job.progress.file_id, shared.permalinks[0]
    channel = job.task.channel or (job.recipient.channel if job.recipient else None)
    with database.transaction() as session:
        _record(
            session,
            job.task.segment,
            job.id,
            by=job.made_by,
            now=now,
            n=job.progress.rows,
            channel=channel,
            file_id=file_id,
            permalink=permalink,
        )
        result = _result(session, job)
        result = replace(result, file_id=file_id, permalink=permalink, files=shared.permalinks)
        return jobs.finish(session, job, now, result)


def _result(session: Session, job: ExportJob) -> ExportResult:
    """What came of a job whose files have all been sent."""
    n = job.progress.rows
    newer = segment_size(session, replace(job.task.segment, up_to=None)) - n
    return ExportResult(n=n, left_alone=max(job.total - n, 0), newer=max(newer, 0))


def _record(
    session: Session,
    segment: Segment,
    export_id: str,
    *,
    by: str,
    now: datetime,
    n: int,
    **columns: str | None,
) -> None:
    row = Export(
        audience_id=segment.audience_id,
        id=export_id,
        made_by=by,
        made_at=now,
        segment=segment.to_json(),
        n=n,
        **columns,
    )
    exports.add(session, row)
    journal.write(session, who=by, what=KIND, at=now, n=n, audience_id=segment.audience_id, export=export_id)
