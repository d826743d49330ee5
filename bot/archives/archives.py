"""Archiving contacts: a plan, which a person confirms by typing a word, becomes a job that runs in chunks.

Each chunk is one transaction with its figures. If the process is killed, another one carries on after the last chunk.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from bot.archives.jobs import ARCHIVE, RESTORE, ArchiveJob, ArchiveResult, ArchiveTask
from bot.audiences import audiences
from bot.contacts.counts import segment_size
from bot.core.errors import NothingThere, WrongWord
from bot.corrections import likely_typos
from bot.jobs import jobs, plans
from bot.jobs.jobs import Clock, Recipient
from bot.jobs.json_values import from_json, to_json
from storage.archives import archives, changes
from storage.archives.tables import Archive
from storage.audiences import journal
from storage.contacts import bulk, contacts
from storage.contacts.contacts import Segment
from storage.core.database import Database, Session
from storage.core.tables import AudienceSource

CONTACTS_PER_CHUNK = 20_000  # takes half the time of chunks of 5,000 and holds the lock for about 0.2 s
CONTACTS_IN_FIRST_CHUNK = 1_000  # whose pages may all have to be read from the disk, at random
KIND = "archive"
MOST_TYPOS = 10_000  # that are counted and left out, the newest: they are stored with the plan, and go into one statement


@dataclass(frozen=True, slots=True)
class ArchivePlan:
    """The contacts to archive, as counted when they were shown. `word` has to be typed to confirm it."""

    id: str
    audience: str
    segment: Segment
    n: int
    word: str
    is_mirrored: bool = False
    """Whether they have to be archived at Mailchimp too."""
    worth_a_look: int = 0
    """How many of them are worth a look."""
    typos: int = 0
    """How many of them are likely typos."""
    n_without: int = 0
    """How many are archived if those two kinds are left out."""


@dataclass(frozen=True, slots=True)
class ArchiveReceipt:
    """What the message about an archive's job shows. `undone_by`: who restored the last of its contacts."""

    job: ArchiveJob
    audience: str
    undone_by: str | None = None


@dataclass(frozen=True, slots=True)
class _Planned:
    """The data of a stored plan."""

    segment: Segment
    word: str
    without: Segment | None = None
    """The same without those worth a look and the likely typos; None if there are none, or nothing else."""
    n_without: int = 0


@dataclass(frozen=True, slots=True)
class _Doubtful:
    """How many contacts of a segment are worth a look, likely typos, and one or both; and the segment without them."""

    worth_a_look: int
    typos: int
    n: int
    without: Segment


def plan(database: Database, segment: Segment, *, by: str, word: str, now: datetime) -> ArchivePlan:
    """Counts the segment and stores the plan. Raises NothingThere, NoAudience."""
    with database.transaction() as session:
        audience = audiences.require(session, segment.audience_id)
        segment = replace(segment, up_to=segment.up_to or audience.revision)
        n = segment_size(session, segment)
        if not n:
            raise NothingThere
        doubtful = _doubtful(session, segment)
        n_without = n - doubtful.n  # counting the others would take as long as counting all
        planned = (
            _Planned(segment, word, doubtful.without, n_without)
            if 0 < n_without < n
            else _Planned(segment, word)
        )
        stored = plans.create(
            session,
            KIND,
            user_id=by,
            audience_id=segment.audience_id,
            now=now,
            data=to_json(planned),
            n=n,
            revision=audience.revision,
        )
        is_mirrored = audience.source == AudienceSource.MAILCHIMP
        return ArchivePlan(
            stored.id,
            audience.name,
            segment,
            n,
            word,
            is_mirrored,
            worth_a_look=doubtful.worth_a_look,
            typos=doubtful.typos,
            n_without=planned.n_without,
        )


def confirm(
    database: Database,
    plan_id: str,
    typed: str,
    *,
    by: str,
    now: datetime,
    recipient: Recipient | None = None,
    leave_out: bool = False,
) -> ArchiveJob:
    """Creates the plan's job, once. `leave_out`: without those worth a look and the likely typos.

    Raises WrongWord, AlreadyDone, PlanGone.
    """
    with database.transaction() as session:
        stored = plans.get(session, plan_id, by)
        planned = from_json(_Planned, stored.data)
        if typed.strip().casefold() != planned.word.strip().casefold():
            raise WrongWord(word=planned.word)
        plans.use(session, plan_id, by, now)
        audience = audiences.require(session, stored.audience_id)
        segment, n = planned.segment, stored.n
        if leave_out and planned.without:
            segment, n = planned.without, planned.n_without
        job = jobs.create(
            session,
            ARCHIVE,
            ArchiveTask(segment, can_stop=audience.source == AudienceSource.LOCAL),
            by=by,
            now=now,
            audience_id=audience.id,
            total=n,
            recipient=recipient,
        )
        # The archive has the job's id: so a process that carries on the job finds it.
        session.add(Archive(audience_id=audience.id, id=job.id, made_by=by, made_at=now))
        return job


def work(database: Database, job: ArchiveJob, clock: Clock) -> Iterator[ArchiveJob]:
    """Archives the remaining contacts of a local audience, a chunk at a time, unless an Undo is requested meanwhile."""
    with database.reading() as session:
        # Read without a lock: `archive_contacts` checks again that each contact is still in the segment. Those that an
        # earlier process has archived are not in it any more. In the order of cleaning, because the indexes of cleaned
        # and of archived contacts are in that order: a chunk then changes few of their pages.
        ids = archives.ids_oldest_first(session, job.task.segment)
    step_size, start = jobs.StepSize(CONTACTS_PER_CHUNK, first=CONTACTS_IN_FIRST_CHUNK), 0
    while start < len(ids) and not job.progress.undo_requested:
        chunk, began = ids[start : start + step_size.rows], clock()
        job = _archive_chunk(database, job, chunk, began)
        start += len(chunk)
        step_size.adapt(clock() - began)
        yield job
    yield _finish(database, job, clock())


def receipt(database: Database, job: ArchiveJob) -> ArchiveReceipt:
    """What the message about the job shows. Raises NoAudience."""
    audience = audiences.by_id(database, job.audience_id)
    with database.reading() as session:
        return ArchiveReceipt(job, audience.name, archives.undone_by(session, job.audience_id, job.id))


def _doubtful(session: Session, segment: Segment) -> _Doubtful:
    """Counts what may be worth keeping in the segment. What it was filtered by does not count."""
    without, worth_a_look, typos, both = segment, 0, 0, 0
    if segment.worth_a_look is None and not segment.reviewed:
        worth_a_look = segment_size(session, replace(segment, worth_a_look=True))
        without = replace(without, worth_a_look=False if worth_a_look else None)
    if not segment.likely_typos:
        ids = likely_typos.ids(session, segment.audience_id, MOST_TYPOS, among=segment.ids)
        found = contacts.ids_in(session, replace(segment, ids=ids)) if ids else ()
        typos = len(found)
        without = replace(without, without=found or None)
        both = changes.n_weak(session, segment.audience_id, found) if worth_a_look else 0
    return _Doubtful(worth_a_look, typos, worth_a_look + typos - both, without)


def _archive_chunk(database: Database, job: ArchiveJob, chunk: Sequence[int], now: datetime) -> ArchiveJob:
    segment = job.task.segment
    with database.transaction() as session:
        revision = bulk.lock(session, segment.audience_id).revision
        undos = jobs.unfinished(session, RESTORE, audience_id=segment.audience_id)
        if any(undo.task.archive == job.id for undo in undos):
            return jobs.step(session, job, now, progress=replace(job.progress, undo_requested=True))
        n = archives.archive_contacts(session, segment, job.id, chunk, revision)
        return jobs.step(session, job, now, done=job.done + n)


def _finish(database: Database, job: ArchiveJob, now: datetime) -> ArchiveJob:
    segment, rest = job.task.segment, max(job.total - job.done, 0)
    if job.progress.undo_requested:
        result = ArchiveResult(n=job.done, left_alone=0, newer=0, stopped=rest)
    else:
        with database.reading() as session:
            # Contacts that still match were cleaned or changed after the preview.
            newer = segment_size(session, replace(segment, up_to=None))
        result = ArchiveResult(n=job.done, left_alone=rest, newer=newer)
    with database.transaction() as session:
        archives.add_left_alone(session, segment.audience_id, job.id, result.left_alone)
        journal.write(
            session,
            who=job.made_by,
            what=KIND,
            at=now,
            n=job.done,
            audience_id=segment.audience_id,
            archive=job.id,
            left_alone=rest,
        )
        return jobs.finish(session, job, now, result)
