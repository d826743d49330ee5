"""Reversing verdicts: contacts that the program cleaned by mistake get back the status they had.

This is the only way from cleaned to a status that gets mail. It undoes what the policy did to a local audience, one
contact or one batch of verdicts, after an operator has typed a word; never a complaint, never what an import or
Mailchimp cleaned. The bounces until then don't count any more. It runs as a job, in chunks, as archives do.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from bot.audiences import audiences
from bot.bounces.verdicts.batches import Answer
from bot.core.errors import CleanedError, IsMirrored, PlanGone, WrongWord
from bot.jobs import jobs, plans
from bot.jobs.jobs import Clock, Job, JobType, Recipient
from bot.jobs.json_values import from_json, to_json
from storage.audiences import journal
from storage.bounces.tables import VerdictBatch
from storage.bounces.verdicts import batches as batch_rows
from storage.bounces.verdicts import reversals
from storage.bounces.verdicts.reversals import Chosen
from storage.contacts import bulk
from storage.contacts import contacts as contact_rows
from storage.contacts.reachable import reachable
from storage.contacts.tables import Contact, VerdictRow
from storage.contacts.values import CleanReason, Status
from storage.core.database import Database, Session
from storage.core.tables import AudienceRow, AudienceSource
from storage.jobs.tables import JobKind

CONTACTS_PER_CHUNK = 10_000
BATCHES_PER_PAGE = 10
KIND = "reverse"


class NothingToReverse(CleanedError):
    """None of the verdicts can be reversed any more."""

    key = "error-nothing-to-reverse"


class Obstacle(StrEnum):
    """Why the cleaning of a contact can't be taken back: keys that handlers turn into words."""

    MIRRORED = "mirrored"  # Mailchimp cleaned it
    COMPLAINT = "complaint"
    IMPORTED = "imported"  # an import cleaned it
    ARCHIVED = "archived"
    UNKNOWN_STATUS = "unknown-status"  # version 0.1 did not keep the status before


@dataclass(frozen=True, slots=True)
class CleanedBatch:
    """Contacts that the bounces of one source cleaned within an hour; `n_reversed` of the `n` have their status back.

    `n_held` more would be cleaned, and are not until an operator answers; `answer` and `answered_by` once one has.
    """

    audience_id: int
    id: str
    audience: str
    source: str
    since: datetime
    until: datetime
    n: int
    n_reversed: int
    n_held: int = 0
    answer: Answer | None = None
    answered_by: str | None = None

    @property
    def is_reversed(self) -> bool:
        """Whether all of it is reversed."""
        return self.n_reversed >= self.n and not self.n_held

    @property
    def waits(self) -> bool:
        """Whether verdicts are held, and no operator has answered."""
        return self.n_held > 0 and self.answer is None


@dataclass(frozen=True, slots=True)
class BatchesPage:
    """A page of batches, newest first."""

    batches: Sequence[CleanedBatch]
    has_more: bool


@dataclass(frozen=True, slots=True)
class ReversalTask:
    """The verdicts of a batch, or the one on a contact. Contacts changed after the revision `up_to` are left alone."""

    up_to: int
    batch: str | None = None
    contact_id: int | None = None

    def of(self, audience_id: int) -> Chosen:
        return Chosen(audience_id, self.batch, self.contact_id)


@dataclass(frozen=True, slots=True)
class ReversalProgress:
    """`after`: id of the last contact considered. So far: `changed` were left as they are, `dropped` verdicts were held."""

    after: int = 0
    changed: int = 0
    dropped: int = 0


@dataclass(frozen=True, slots=True)
class ReversalResult:
    """How many contacts got back their status (`n`), and how many were left as they are, because they had changed.

    `dropped`: held verdicts, whose contacts were not cleaned.
    """

    n: int
    changed: int = 0
    dropped: int = 0


REVERSAL = JobType(JobKind.REVERSAL, ReversalTask, ReversalProgress, ReversalResult)
ReversalJob = Job[ReversalTask, ReversalProgress, ReversalResult]


@dataclass(frozen=True, slots=True)
class ReversalPlan:
    """The verdicts to reverse, as counted when they were shown. `word` has to be typed to confirm it.

    `n`: contacts that get back their status. `address`: of the only contact; `batch`: None for a single contact. `complaints` of the batch are kept, and
    `changed` contacts of it have another status or reason by now.
    """

    id: str
    audience: str
    n: int
    word: str
    address: str | None
    batch: CleanedBatch | None
    complaints: int
    changed: int


@dataclass(frozen=True, slots=True)
class ReversalReceipt:
    """What the message about a job shows: of a batch, or of the contact with that address."""

    job: ReversalJob
    audience: str
    batch: CleanedBatch | None = None
    address: str | None = None


@dataclass(frozen=True, slots=True)
class _Planned:
    """The data of a stored plan."""

    word: str
    task: ReversalTask


def obstacle(audience: AudienceRow, contact: Contact, verdict: VerdictRow | None) -> Obstacle | None:
    """Returns why the contact can't get back the status that it had; None if it can."""
    if audience.source == AudienceSource.MAILCHIMP:
        return Obstacle.MIRRORED
    if CleanReason.ABUSE in (contact.clean_reason, verdict and verdict.reason):
        return Obstacle.COMPLAINT
    if verdict is None or verdict.at != contact.cleaned_at:
        return Obstacle.IMPORTED
    if contact.status != Status.CLEANED:
        return Obstacle.ARCHIVED
    return None if verdict.status_before else Obstacle.UNKNOWN_STATUS


def batch_of(session: Session, audience: AudienceRow, verdict: VerdictRow | None) -> CleanedBatch | None:
    """The batch that the verdict belongs to, if there is one."""
    row = batch_rows.get(session, audience.id, verdict.batch) if verdict and verdict.batch else None
    return batch_value(session, row, audience.name) if row else None


def recent_batches(database: Database, page: int = 0) -> BatchesPage:
    """A page of the batches of all audiences, newest first; pages count from 0."""
    names = {audience.id: audience.name for audience in reachable(database)}
    with database.reading() as session:
        rows = batch_rows.newest(session, names, skip=page * BATCHES_PER_PAGE, most=BATCHES_PER_PAGE + 1)
        shown = [batch_value(session, row, names[row.audience_id]) for row in rows[:BATCHES_PER_PAGE]]
    return BatchesPage(shown, has_more=len(rows) > BATCHES_PER_PAGE)


def plan_batch(
    database: Database, audience_id: int, batch_id: str, *, by: str, word: str, now: datetime
) -> ReversalPlan:
    """Counts the batch's verdicts and stores the plan. Raises NothingToReverse, PlanGone, IsMirrored, NoAudience."""
    with database.transaction() as session:
        batch = batch_rows.get(session, audience_id, batch_id)
        if batch is None:
            raise PlanGone
        shown = batch_value(session, batch, audiences.require(session, audience_id).name)
        task = ReversalTask(0, batch=batch_id)
        return _plan(session, audience_id, task, by=by, word=word, now=now, batch=shown)


def plan_contact(
    database: Database, audience_id: int, contact_id: int, *, by: str, word: str, now: datetime
) -> ReversalPlan:
    """Stores the plan for one contact. Raises NothingToReverse, PlanGone, IsMirrored, NoAudience."""
    with database.transaction() as session:
        contact = contact_rows.by_id(session, audience_id, contact_id)
        if contact is None:
            raise PlanGone
        task = ReversalTask(0, contact_id=contact_id)
        return _plan(session, audience_id, task, by=by, word=word, now=now, address=contact.address)


def confirm(
    database: Database,
    plan_id: str,
    typed: str,
    *,
    by: str,
    now: datetime,
    recipient: Recipient | None = None,
) -> ReversalJob:
    """Creates the plan's job, once. Raises WrongWord, AlreadyDone, PlanGone."""
    with database.transaction() as session:
        stored = plans.get(session, plan_id, by)
        planned = from_json(_Planned, stored.data)
        if typed.strip().casefold() != planned.word.strip().casefold():
            raise WrongWord(word=planned.word)
        plans.use(session, plan_id, by, now)
        if planned.task.batch:
            batch_rows.answer(session, stored.audience_id, planned.task.batch, Answer.MISTAKE, by)
        return jobs.create(
            session,
            REVERSAL,
            planned.task,
            by=by,
            now=now,
            audience_id=stored.audience_id,
            total=stored.n,
            recipient=recipient,
        )


def work(database: Database, job: ReversalJob, clock: Clock) -> Iterator[ReversalJob]:
    """Reverses the remaining verdicts, a chunk at a time."""
    step_size = jobs.StepSize(CONTACTS_PER_CHUNK)
    while (end := _next_end(database, job, step_size.rows)) is not None:
        began = clock()
        job = _reverse_chunk(database, job, end, began)
        step_size.adapt(clock() - began)
        yield job
    while (dropped := _drop_held(database, job, clock())).done > job.done:
        job = dropped
        yield job
    yield _finish(database, job, clock())


def receipt(database: Database, job: ReversalJob) -> ReversalReceipt:
    """What the message about the job shows. Raises NoAudience."""
    task = job.task
    with database.reading() as session:
        audience = audiences.require(session, job.audience_id)
        row = batch_rows.get(session, audience.id, task.batch) if task.batch else None
        contact = (
            None if task.contact_id is None else contact_rows.by_id(session, audience.id, task.contact_id)
        )
        batch = batch_value(session, row, audience.name) if row else None
        return ReversalReceipt(job, audience.name, batch, contact.address if contact else None)


def _plan(
    session: Session,
    audience_id: int,
    task: ReversalTask,
    *,
    by: str,
    word: str,
    now: datetime,
    address: str | None = None,
    batch: CleanedBatch | None = None,
) -> ReversalPlan:
    audience = audiences.require(session, audience_id)
    if audience.source == AudienceSource.MAILCHIMP:
        raise IsMirrored(name=audience.name)
    task = replace(task, up_to=audience.revision)
    chosen = task.of(audience_id)
    n = reversals.count(session, chosen)
    n_held = batch.n_held if batch else 0
    if not n + n_held:
        raise NothingToReverse
    stored = plans.create(
        session,
        KIND,
        user_id=by,
        audience_id=audience_id,
        now=now,
        data=to_json(_Planned(word, task)),
        n=n + n_held,
        revision=audience.revision,
    )
    complaints, changed = reversals.count_by_fact(session, chosen)
    return ReversalPlan(stored.id, audience.name, n, word, address, batch, complaints, changed)


def _next_end(database: Database, job: ReversalJob, size: int) -> int | None:
    with database.reading() as session:
        return reversals.chunk_end(session, job.task.of(job.audience_id), job.progress.after, size)


def _reverse_chunk(database: Database, job: ReversalJob, end: int, now: datetime) -> ReversalJob:
    chunk = (job.progress.after, end)
    with database.transaction() as session:
        revision = bulk.lock(session, job.audience_id).revision
        chosen = job.task.of(job.audience_id)
        done = reversals.reverse_chunk(session, chosen, chunk, job.task.up_to, revision, now)
        progress = replace(job.progress, after=end, changed=job.progress.changed + done.changed)
        return jobs.step(session, job, now, progress=progress, done=job.done + done.n_reversed)


def _drop_held(database: Database, job: ReversalJob, now: datetime) -> ReversalJob:
    """Dismisses the bounces of a chunk of those on which the batch's verdicts are held."""
    with database.transaction() as session:
        bulk.lock(session, job.audience_id)
        batch = batch_rows.get(session, job.audience_id, job.task.batch or "")
        if (
            batch is None or batch.answer != Answer.MISTAKE
        ):  # held since the form was submitted: operators are asked
            return job
        ids = batch_rows.held_in(session, job.audience_id, batch.id, CONTACTS_PER_CHUNK)
        reversals.dismiss(session, job.audience_id, ids, now)
        batch_rows.let_go(session, job.audience_id, ids)
        progress = replace(job.progress, dropped=job.progress.dropped + len(ids))
        return jobs.step(session, job, now, progress=progress, done=job.done + len(ids))


def _finish(database: Database, job: ReversalJob, now: datetime) -> ReversalJob:
    progress = job.progress
    n = job.done - progress.dropped
    detail = {"batch": job.task.batch} if job.task.batch else {"contact": job.task.contact_id}
    with database.transaction() as session:
        journal.write(session, who=job.made_by, what=KIND, at=now, n=n, audience_id=job.audience_id, **detail)
        return jobs.finish(session, job, now, ReversalResult(n, progress.changed, progress.dropped))


def batch_value(session: Session, row: VerdictBatch, audience: str) -> CleanedBatch:
    """The batch of a row."""
    return CleanedBatch(
        audience_id=row.audience_id,
        id=row.id,
        audience=audience,
        source=row.source,
        since=row.since,
        until=row.until,
        n=row.n,
        n_reversed=row.n_reversed,
        n_held=batch_rows.count_held(session, row.audience_id, row.id) if row.held_at else 0,
        answer=Answer(row.answer) if row.answer else None,
        answered_by=row.answered_by,
    )
