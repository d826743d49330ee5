"""Export: the CSV of a segment, as a stream, and the record of who was given which."""

import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, BinaryIO, Protocol

from bot import drafts, jobs
from bot.archives import count
from bot.errors import CleanedError, NoAudience, NothingThere, PlanGone
from bot.jobs import Clock
from bot.rows import SYSTEM_COLUMNS
from bot.suggestions import Suggester
from storage import audiences, contacts, corrections, exports, journal, tallies
from storage import jobs as job_rows
from storage.contacts import Segment
from storage.database import Database, Session
from storage.spreadsheets import csv_bytes
from storage.tables import Audience, Export, Job, Reason

KIND = "export"
ADDRESS, SUGGESTED = "Email Address", "SUGGESTED_ADDRESS"
# In the order of Mailchimp's own export of cleaned contacts, then what it doesn't give.
COLUMNS = (
    *("MEMBER_RATING", "OPTIN_TIME", "OPTIN_IP", "CONFIRM_TIME", "CONFIRM_IP", "LATITUDE", "LONGITUDE"),
    *("GMTOFF", "DSTOFF", "TIMEZONE", "CC", "REGION", "CLEAN_TIME", "CLEAN_CAMPAIGN_TITLE"),
    *("CLEAN_CAMPAIGN_ID", "LEID", "EUID", "NOTES", "TAGS", "CLEAN_REASON", "CLEAN_DIAGNOSTIC"),
)
_REASON = COLUMNS.index("CLEAN_REASON") - len(COLUMNS)  # from the end: the merge fields stand before
EXPORTS_A_PAGE = 10
RENEW_BYTES = 1 << 20  # sent between two steps, each of which renews the lease


class NotInChannel(CleanedError):
    """The bot isn't in the channel, or can't see it. Values: channel."""

    key = "error-export-not-in-channel"


@dataclass(frozen=True, slots=True)
class Preview:
    """What a person is asked to confirm: these rows with these columns, counted at one moment."""

    id: str
    audience: str
    segment: Segment
    n: int
    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Past:
    """A file that was handed out before. `permalink` is None where Slack gave none."""

    audience_id: int
    id: str
    made_by: str
    made_at: datetime
    segment: Segment
    n: int
    permalink: str | None


@dataclass(frozen=True, slots=True)
class Contents:
    """The CSV of a segment as it is at one moment. `pieces` may be asked for more than once."""

    audience: str
    rows: int
    size: int
    """In bytes."""
    pieces: Callable[[], Iterator[bytes]]


@dataclass(frozen=True, slots=True)
class Shared:
    """A file that people can see in Slack."""

    permalink: str | None


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that Slack expects: its id, and where the bytes go."""

    file_id: str
    url: str


class Delivery(Protocol):
    """How a file comes to a person."""

    def expect(self, name: str, size: int) -> Upload:
        """Announces a file of so many bytes."""

    def send(self, upload: Upload, contents: Contents) -> Iterator[int]:
        """Sends the bytes; gives how many are sent, now and then. Nobody sees the file yet."""

    def shared(self, file_id: str) -> Shared | None:
        """Where people see the file; None if it was not shown yet."""

    def share(self, file_id: str, name: str, channel: str) -> Shared:
        """Shows the file in the channel. Raises NotInChannel."""


def preview(database: Database, segment: Segment, *, by: str, now: datetime) -> Preview:
    """Counts the segment and keeps it as it stands. Raises NothingThere."""
    with database.transaction() as session:
        audience = _audience(session, segment.audience_id)
        segment = replace(segment, up_to=segment.up_to or audience.revision)
        n = count(session, segment)
        if not n:
            raise NothingThere
        draft = drafts.keep(
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


def look(database: Database, preview_id: str, *, by: str) -> Preview:
    """The preview as it was shown. Raises PlanGone."""
    with database.reading() as session:
        draft = drafts.look(session, preview_id, by)
        segment = Segment.from_json(draft.data["segment"])
        return _preview(draft.id, _audience(session, segment.audience_id), segment, draft.n)


def confirm(
    database: Database,
    preview_id: str,
    *,
    by: str,
    now: datetime,
    channel: str,
    notify: dict[str, Any] | None = None,
) -> Job:
    """The preview becomes a job, once; the file goes to `channel`. Raises AlreadyDone, PlanGone."""
    with database.transaction() as session:
        draft = drafts.use(session, preview_id, by, now)
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


def past(database: Database, audience_id: int, page: int = 0) -> tuple[Sequence[Past], bool]:
    """A page of the audience's exports, the newest first, and whether there are older; pages count from 0."""
    with database.reading() as session:
        found = exports.newest(session, audience_id, skip=page * EXPORTS_A_PAGE, most=EXPORTS_A_PAGE + 1)
    return [_past(each) for each in found[:EXPORTS_A_PAGE]], len(found) > EXPORTS_A_PAGE


def again(database: Database, audience_id: int, export_id: str) -> Segment:
    """The segment of an earlier export, as it would be now. Raises PlanGone."""
    with database.reading() as session:
        export = exports.get(session, audience_id, export_id)
        if export is None:
            raise PlanGone
        return replace(Segment.from_json(export.segment), up_to=None)


def work(database: Database, job: Job, clock: Clock, *, delivery: Delivery) -> Iterator[Job]:
    """Uploads the file, then shows it; carried on, it is shown once. Raises NothingThere, NotInChannel."""
    shared: Shared | None = None
    if "file_id" in job.cursor:
        shared = delivery.shared(job.cursor["file_id"])  # perhaps the process died just after
    else:
        for moved_on in _upload(database, job, clock, delivery):
            job = moved_on
            yield job
    if shared is None:
        shared = delivery.share(job.cursor["file_id"], job.cursor["name"], job.data["channel"])
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
        segment = segment or Segment(audience_id=found.id or 0)
        counter = _Counter()
        out.writelines(_pieces(session, found, segment, counter))
    with database.transaction() as session:
        _record(session, segment, jobs.new_id(), by=by, now=now, n=counter.rows)
    return counter.rows


@contextmanager
def contents(database: Database, segment: Segment) -> Iterator[Contents]:
    """The segment's CSV while the context lasts, all of one moment. It is read once here, for its size."""
    with database.reading() as session:
        audience = _audience(session, segment.audience_id)
        counter = _Counter()
        size = sum(map(len, _pieces(session, audience, segment, counter)))
        yield Contents(
            audience=audience.name,
            rows=counter.rows,
            size=size,
            pieces=lambda: _pieces(session, audience, segment, _Counter()),
        )


def file_name(audience: str, now: datetime) -> str:
    """`cleaned_<audience>_<day>.csv`, in letters that every system takes."""
    ascii_name = unicodedata.normalize("NFKD", audience).encode("ascii", "ignore").decode().lower()
    slug = re.sub(r"[^a-z0-9]+", "-", ascii_name).strip("-")[:60] or "audience"
    return f"cleaned_{slug}_{now:%Y-%m-%d}.csv"


@dataclass(slots=True)
class _Counter:
    rows: int = 0


def _pieces(session: Session, audience: Audience, segment: Segment, counter: _Counter) -> Iterator[bytes]:
    columns = ["address", *(SYSTEM_COLUMNS[name] for name in COLUMNS), "id"]
    suggest = Suggester(tallies.subscribed_domains(session, segment.audience_id)).suggest
    never = {str(each) for each in corrections.never_suggested(session, segment.audience_id)}

    def rows() -> Iterator[Sequence[str | None]]:
        for *row, contact_id in contacts.cells(session, segment, columns, audience.merge_labels):
            counter.rows += 1
            silent = row[_REASON] == Reason.ABUSE or str(contact_id) in never
            suggestion = None if silent else suggest(row[0] or "")
            yield (*row, suggestion.address if suggestion else None)

    return csv_bytes(_header(audience), rows())


def _header(audience: Audience) -> tuple[str, ...]:
    return (ADDRESS, *audience.merge_labels, *COLUMNS, SUGGESTED)


def _audience(session: Session, audience_id: int) -> Audience:
    found = audiences.get(session, audience_id)
    if found is None:
        raise NoAudience
    return found


def _preview(preview_id: str, audience: Audience, segment: Segment, n: int) -> Preview:
    return Preview(id=preview_id, audience=audience.name, segment=segment, n=n, columns=_header(audience))


def _past(export: Export) -> Past:
    return Past(
        audience_id=export.audience_id,
        id=export.id,
        made_by=export.made_by,
        made_at=export.made_at,
        segment=Segment.from_json(export.segment),
        n=export.n,
        permalink=export.permalink,
    )


def _upload(database: Database, job: Job, clock: Clock, delivery: Delivery) -> Iterator[Job]:
    segment = Segment.from_json(job.data["segment"])
    with contents(database, segment) as made:
        if not made.rows:
            raise NothingThere
        name = file_name(made.audience, job.made_at)
        upload = delivery.expect(name, made.size)
        renew_at = 0
        for sent in delivery.send(upload, made):
            if sent >= renew_at:
                renew_at = sent + RENEW_BYTES
                yield (job := _step(database, job, clock(), done=made.rows * sent // made.size))
        cursor = {"file_id": upload.file_id, "name": name, "rows": made.rows}
        yield _step(database, job, clock(), cursor=cursor, done=made.rows)


def _step(database: Database, job: Job, now: datetime, **changes: Any) -> Job:
    with database.transaction() as session:
        return jobs.step(session, job, now, **changes)


def _finish(database: Database, job: Job, now: datetime, shared: Shared) -> Job:
    segment, n = Segment.from_json(job.data["segment"]), job.cursor["rows"]
    with database.transaction() as session:
        given = {"file_id": job.cursor["file_id"], "permalink": shared.permalink}
        channel = job.data["channel"]
        _record(session, segment, job.id, by=job.made_by, now=now, n=n, channel=channel, **given)
        newer = count(session, replace(segment, up_to=None)) - n
        result = {"n": n, "left_alone": max(job.total - n, 0), "newer": max(newer, 0), **given}
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
