"""Archive: a plan that a person confirms by a typed word, then the work, chunk by chunk.

Killed at any moment: the chunks done are whole, figures included, and whoever looks next carries on.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from bot.contacts.counts import segment_size
from bot.core import jobs, plans
from bot.core.errors import NoAudience, NothingThere, WrongWord
from bot.core.jobs import Clock
from storage.archives import archives
from storage.archives.tables import Archive
from storage.contacts import bulk
from storage.contacts.contacts import Segment
from storage.core import audiences, journal
from storage.core import jobs as job_rows
from storage.core.database import Database
from storage.core.tables import AudienceSource, JobRow

CONTACTS_A_CHUNK = 20_000  # half the time of chunks of 5,000; the lock is held for about 0.2 s
KIND = "archive"


@dataclass(frozen=True, slots=True)
class ArchivePlan:
    """What a person is asked to confirm: these contacts, counted at one moment."""

    id: str
    audience: str
    segment: Segment
    n: int
    word: str
    is_mirrored: bool = False
    """Whether Mailchimp has to archive them."""


def plan(database: Database, segment: Segment, *, by: str, word: str, now: datetime) -> ArchivePlan:
    """Counts the segment and keeps it as it stands; `word` is what has to be typed. Raises NothingThere."""
    with database.transaction() as session:
        audience = audiences.get(session, segment.audience_id)
        if audience is None:
            raise NoAudience
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
            data={"segment": segment.to_json(), "word": word},
            n=n,
            revision=audience.revision,
        )
        is_mirrored = audience.source == AudienceSource.MAILCHIMP
        return ArchivePlan(draft.id, audience.name, segment, n, word, is_mirrored)


def confirm(
    database: Database,
    plan_id: str,
    typed: str,
    *,
    by: str,
    now: datetime,
    notify: dict[str, Any] | None = None,
) -> JobRow:
    """The plan becomes a job, once. Raises WrongWord, and then nothing happens; AlreadyDone; PlanGone."""
    with database.transaction() as session:
        draft = plans.look(session, plan_id, by)
        word = str(draft.data["word"])
        if typed.strip().casefold() != word.strip().casefold():
            raise WrongWord(word=word)
        plans.use(session, plan_id, by, now)
        audience = audiences.get(session, draft.audience_id)
        job = jobs.new(
            jobs.ARCHIVE,
            by=by,
            now=now,
            audience_id=draft.audience_id,
            total=draft.n,
            segment=draft.data["segment"],
            can_stop=audience is not None and audience.source != AudienceSource.MAILCHIMP,
            notify=notify,
        )
        # The archive bears the job's id: whoever carries the job on finds it.
        session.add(Archive(audience_id=draft.audience_id, id=job.id, made_by=by, made_at=now))
        return job_rows.add(session, job)


def work(database: Database, job: JobRow, clock: Clock) -> Iterator[JobRow]:
    """Carries the archive on from where it is: a chunk a turn, then its end. An Undo that was asked for ends it."""
    segment = Segment.from_json(job.data["segment"])
    with database.reading() as session:
        # Found outside the lock; whether each is still in the segment is asked inside.
        ids = archives.ids(session, segment, job.cursor.get("after", 0))
    pace, start = jobs.Pace(CONTACTS_A_CHUNK), 0
    while start < len(ids) and not job.cursor.get("stopped"):
        some, began = ids[start : start + pace.n], clock()
        job = _archive_chunk(database, job, segment, some, began)
        start += len(some)
        pace.took(clock() - began)
        yield job
    yield _finish(database, job, segment, clock())


def _archive_chunk(
    database: Database, job: JobRow, segment: Segment, some: Sequence[int], now: datetime
) -> JobRow:
    with database.transaction() as session:
        revision = bulk.lock(session, segment.audience_id).revision
        if any(undo.data["archive"] == job.id for undo in job_rows.under_way(session, jobs.RESTORE)):
            return jobs.step(session, job, now, cursor={**job.cursor, "stopped": True})
        n = archives.take(session, segment, job.id, some, revision)
        return jobs.step(session, job, now, cursor={"after": some[-1]}, done=job.done + n)


def _finish(database: Database, job: JobRow, segment: Segment, now: datetime) -> JobRow:
    rest = max(job.total - job.done, 0)
    if job.cursor.get("stopped"):
        left_alone, newer, stopped = 0, 0, rest
    else:
        left_alone, stopped = rest, 0
        with database.reading() as session:
            # What still matches was cleaned or changed after the preview.
            newer = segment_size(session, replace(segment, up_to=None))
    with database.transaction() as session:
        archives.leave_alone(session, segment.audience_id, job.id, left_alone)
        journal.write(
            session,
            who=job.made_by,
            what=KIND,
            at=now,
            n=job.done,
            audience_id=segment.audience_id,
            archive=job.id,
            left_alone=left_alone + stopped,
        )
        result = {"left_alone": left_alone, "newer": newer} | ({"stopped": stopped} if stopped else {})
        return jobs.finish(session, job, now, n=job.done, **result)
