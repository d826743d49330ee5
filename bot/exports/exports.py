"""Export: the CSV of a segment, handed over as it is read, and the record of who was given which."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, BinaryIO, Protocol

from bot.contacts.counts import segment_size
from bot.core import jobs, plans
from bot.core.audiences import require_audience
from bot.core.errors import CleanedError, NoAudience, NothingThere, PlanGone
from bot.core.jobs import Clock
from bot.exports import files
from bot.exports.files import MOST_BYTES, Contents, ExportSource
from storage.contacts.contacts import PageKey, Segment
from storage.core import audiences, journal
from storage.core import jobs as job_rows
from storage.core.database import Database, Session
from storage.core.tables import AudienceRow, JobRow
from storage.exports import exports
from storage.exports.tables import Export

KIND = "export"
EXPORTS_A_PAGE = 10
RENEW_BYTES = 1 << 20  # sent between two steps, each of which renews the lease


class NotInChannel(CleanedError):
    """The bot isn't in the channel, or can't see it. Values: channel."""

    key = "error-export-not-in-channel"


@dataclass(frozen=True, slots=True)
class ExportPlan:
    """What a person is asked to confirm: these rows with these columns, counted at one moment."""

    id: str
    audience: str
    segment: Segment
    n: int
    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PastExport:
    """Files that were handed out before, one or the parts of one; `permalinks` are those that Slack gave."""

    audience_id: int
    id: str
    made_by: str
    made_at: datetime
    segment: Segment
    n: int
    permalinks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SharedFiles:
    """Files that people can see in Slack; None where it gave no link."""

    permalinks: tuple[str | None, ...]


@dataclass(frozen=True, slots=True)
class ExpectedFile:
    """A file that Slack expects: its id, and where the bytes go."""

    file_id: str
    url: str


class FileSender(Protocol):
    """How a file comes to a person."""

    def expect(self, name: str, size: int) -> ExpectedFile:
        """Announces a file of so many bytes."""

    def send(self, upload: ExpectedFile, contents: Contents) -> Iterator[int]:
        """Sends the bytes; gives how many are sent, now and then. Nobody sees the file yet."""

    def shared(self, file_ids: Sequence[str]) -> SharedFiles | None:
        """Where people see the files; None if they were not shown yet."""

    def share(self, names: Mapping[str, str], channel: str) -> SharedFiles:
        """Shows the files (id → name) in the channel, in one message. Raises NotInChannel."""


def preview(database: Database, segment: Segment, *, by: str, now: datetime) -> ExportPlan:
    """Counts the segment and keeps it as it stands. Raises NothingThere."""
    with database.transaction() as session:
        audience = require_audience(session, segment.audience_id)
        segment = replace(segment, up_to=segment.up_to or audience.revision)
        n = segment_size(session, segment)
        if not n:
            raise NothingThere
        draft = plans.keep(
            session,
            KIND,
            user_id=by,
            audience_id=segment.audience_id,
            now=now,
            data={"segment": segment.to_json()},
            n=n,
            revision=audience.revision,
        )
        return _preview(draft.id, audience, segment, n)


def look(database: Database, preview_id: str, *, by: str) -> ExportPlan:
    """The preview as it was shown. Raises PlanGone."""
    with database.reading() as session:
        draft = plans.look(session, preview_id, by)
        segment = Segment.from_json(draft.data["segment"])
        return _preview(draft.id, require_audience(session, segment.audience_id), segment, draft.n)


def confirm(
    database: Database,
    preview_id: str,
    *,
    by: str,
    now: datetime,
    channel: str,
    notify: dict[str, Any] | None = None,
) -> JobRow:
    """The preview becomes a job, once; the file goes to `channel`. Raises AlreadyDone, PlanGone."""
    with database.transaction() as session:
        draft = plans.use(session, preview_id, by, now)
        job = jobs.new(
            jobs.EXPORT,
            by=by,
            now=now,
            audience_id=draft.audience_id,
            total=draft.n,
            segment=draft.data["segment"],
            channel=channel,
            notify=notify,
        )
        return job_rows.add(session, job)


def past(database: Database, audience_id: int, page: int = 0) -> tuple[Sequence[PastExport], bool]:
    """A page of the audience's exports, the newest first, and whether there are older; pages count from 0."""
    with database.reading() as session:
        found = exports.newest(session, audience_id, skip=page * EXPORTS_A_PAGE, most=EXPORTS_A_PAGE + 1)
        results = exports.results(session, [each.id for each in found])
    shown = [_past(each, results.get(each.id, {})) for each in found[:EXPORTS_A_PAGE]]
    return shown, len(found) > EXPORTS_A_PAGE


def again(database: Database, audience_id: int, export_id: str) -> Segment:
    """The segment of an earlier export, as it would be now. Raises PlanGone."""
    with database.reading() as session:
        export = exports.get(session, audience_id, export_id)
        if export is None:
            raise PlanGone
        return replace(Segment.from_json(export.segment), up_to=None)


def work(
    database: Database, job: JobRow, clock: Clock, *, delivery: FileSender, most: int = MOST_BYTES
) -> Iterator[JobRow]:
    """Uploads the files, of so many bytes at most, then shows them; carried on, they are shown once.

    Raises NothingThere, NotInChannel.
    """
    shared: SharedFiles | None = None
    if "file_id" in job.cursor:
        shared = delivery.shared(list(_sent(job)))  # perhaps the process died just after
    else:
        for moved_on in _upload(database, job, clock, delivery, most):
            job = moved_on
            yield job
    if shared is None:
        shared = delivery.share(_sent(job), job.data["channel"])
    yield _finish(database, job, clock(), shared)


def write(
    database: Database,
    audience: str,
    out: BinaryIO,
    *,
    now: datetime,
    segment: Segment | None = None,
    by: str = "terminal",
) -> int:
    """Writes the CSV of an audience's cleaned contacts, or of this segment; returns how many rows.

    An empty one has the header alone. Raises NoAudience.
    """
    with database.reading() as session:
        found = audiences.named(session, audience)
        if found is None:
            raise NoAudience
        segment = segment or Segment(audience_id=found.id)
        source, n = ExportSource(session, found, segment), 0
        out.write(source.header)
        for block in source.blocks():
            out.write(block.body)
            n += block.rows
    with database.transaction() as session:
        _record(session, segment, jobs.new_id(), by=by, now=now, n=n)
    return n


def _preview(preview_id: str, audience: AudienceRow, segment: Segment, n: int) -> ExportPlan:
    return ExportPlan(
        id=preview_id, audience=audience.name, segment=segment, n=n, columns=files.header(audience)
    )


def _past(export: Export, result: Mapping[str, Any]) -> PastExport:
    return PastExport(
        audience_id=export.audience_id,
        id=export.id,
        made_by=export.made_by,
        made_at=export.made_at,
        segment=Segment.from_json(export.segment),
        n=export.n,
        permalinks=tuple(filter(None, result.get("files") or [export.permalink])),
    )


def _upload(
    database: Database, job: JobRow, clock: Clock, delivery: FileSender, most: int
) -> Iterator[JobRow]:
    """Carried on after the last file that was sent whole; anew where there would not be as many as their names say."""
    segment = Segment.from_json(job.data["segment"])
    for cursor in (job.cursor, {}):
        made: list[Contents] = []
        with files.source(database, segment) as source:
            for _seen in _now_and_then(source.split(made, most, _place(cursor))):
                yield (job := _step(database, job, clock()))
            sent = cursor.get("parts", [])
            of = len(sent) + len(made)
            if not of:
                raise NothingThere
            if of == cursor.get("of", of):
                yield from _send(database, job, clock, delivery, sent, made)
                return


def _send(
    database: Database,
    job: JobRow,
    clock: Clock,
    delivery: FileSender,
    sent: list[dict[str, Any]],
    made: Sequence[Contents],
) -> Iterator[JobRow]:
    of = len(sent) + len(made)
    for contents in made:
        name = files.file_name(contents.audience, job.made_at, len(sent) + 1, of)
        upload = delivery.expect(name, contents.size)
        before = sum(part["rows"] for part in sent)
        for n in _now_and_then(delivery.send(upload, contents)):
            done = before + contents.rows * n // contents.size
            yield (job := _step(database, job, clock(), done=done))
        sent = [*sent, {"file_id": upload.file_id, "name": name, "rows": contents.rows}]
        cursor = {"parts": sent, "of": of, "after": _to_json(contents.last)}
        yield (job := _step(database, job, clock(), cursor=cursor, done=before + contents.rows))
    # The first file alone is what a process of an earlier version looks for.
    whole = sent[0] | {"rows": sum(part["rows"] for part in sent), "parts": sent}
    yield _step(database, job, clock(), cursor=whole)


def _now_and_then(sizes: Iterator[int]) -> Iterator[int]:
    """Those of the growing sizes at which the lease is to be renewed; all are passed through."""
    renew_at = 0
    for size in sizes:
        if size >= renew_at:
            renew_at = size + RENEW_BYTES
            yield size


def _sent(job: JobRow) -> dict[str, str]:
    """The files that are ready to be shown: id → name."""
    return {part["file_id"]: part["name"] for part in job.cursor.get("parts") or [job.cursor]}


def _to_json(place: PageKey | None) -> list[Any] | None:
    return [place.cleaned_at.isoformat(), place.id] if place else None


def _place(cursor: Mapping[str, Any]) -> PageKey | None:
    """The last contact of the files that were sent."""
    after = cursor.get("after")
    return PageKey(datetime.fromisoformat(after[0]), after[1]) if after else None


def _step(database: Database, job: JobRow, now: datetime, **changes: Any) -> JobRow:
    with database.transaction() as session:
        return jobs.step(session, job, now, **changes)


def _finish(database: Database, job: JobRow, now: datetime, shared: SharedFiles) -> JobRow:
    segment, n = Segment.from_json(job.data["segment"]), job.cursor["rows"]
    with database.transaction() as session:
        given = {"file_id": job.cursor["file_id"], "permalink": shared.permalinks[0]}
        channel = job.data["channel"]
        _record(session, segment, job.id, by=job.made_by, now=now, n=n, channel=channel, **given)
        newer = segment_size(session, replace(segment, up_to=None)) - n
        result = {"n": n, "left_alone": max(job.total - n, 0), "newer": max(newer, 0), **given}
        result["files"] = list(shared.permalinks)
        return jobs.finish(session, job, now, **result)


def _record(
    session: Session,
    segment: Segment,
    export_id: str,
    *,
    by: str,
    now: datetime,
    n: int,
    **given: str | None,
) -> None:
    row = Export(
        audience_id=segment.audience_id,
        id=export_id,
        made_by=by,
        made_at=now,
        segment=segment.to_json(),
        n=n,
        **given,
    )
    exports.add(session, row)
    journal.write(session, who=by, what=KIND, at=now, n=n, audience_id=segment.audience_id, export=export_id)
