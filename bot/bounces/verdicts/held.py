"""Held verdicts: operators are asked once what is with them, and one of them answers.

"They are a mistake" is a reversal of the batch (`bot.bounces.verdicts.reversals`), which drops the held verdicts too. "Clean
them" is the job here: it judges the contacts again, on what is known by then, and cleans them.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from bot.audiences import audiences
from bot.bounces.verdicts import saved_policies
from bot.bounces.verdicts.batches import Answer
from bot.bounces.verdicts.reversals import CleanedBatch, batch_value
from bot.bounces.verdicts.verdicts import judge_contacts
from bot.core.errors import CleanedError, PlanGone
from bot.jobs import jobs
from bot.jobs.jobs import Clock, Job, JobType, Recipient
from storage.audiences import journal
from storage.bounces import contacts as contact_rows
from storage.bounces.verdicts import batches as batch_rows
from storage.contacts import bulk
from storage.contacts.reachable import reachable
from storage.core.database import Database, Session
from storage.jobs.tables import ENDED, JobKind

CONTACTS_PER_CHUNK = 1_000
KIND = "clean"


class AlreadyAnswered(CleanedError):
    """An operator has answered what is with these verdicts."""

    key = "error-held-answered"


@dataclass(frozen=True, slots=True)
class QuestionTask:
    """The batch that is asked about."""

    batch: str


@dataclass(frozen=True, slots=True)
class CleaningTask:
    """The batch whose held verdicts are to be carried out."""

    batch: str


@dataclass(frozen=True, slots=True)
class NoProgress:
    """A question is asked in one step."""


@dataclass(frozen=True, slots=True)
class CleaningProgress:
    """How many contacts are cleaned so far."""

    cleaned: int = 0


@dataclass(frozen=True, slots=True)
class QuestionResult:
    """Whether it was asked."""

    asked: bool = True


@dataclass(frozen=True, slots=True)
class CleaningResult:
    """How many contacts were cleaned (`n`), and how many not, because they or what is known of them had changed."""

    n: int
    changed: int = 0


QUESTION = JobType(JobKind.QUESTION, QuestionTask, NoProgress, QuestionResult)
CLEANING = JobType(JobKind.CLEANING, CleaningTask, CleaningProgress, CleaningResult)
QuestionJob = Job[QuestionTask, NoProgress, QuestionResult]
CleaningJob = Job[CleaningTask, CleaningProgress, CleaningResult]


def are_unasked(database: Database) -> bool:
    """Whether verdicts are held that no operator was asked about."""
    audience_ids = [audience.id for audience in reachable(database)]
    with database.reading() as session:
        return bool(batch_rows.unasked(session, audience_ids))


def audiences_waiting(database: Database, audience_ids: Sequence[int]) -> Sequence[int]:
    """Returns those of the audiences where verdicts are held until an operator answers."""
    with database.reading() as session:
        return batch_rows.audiences_waiting(session, audience_ids)


def ask(database: Database, recipients: Sequence[Recipient], now: datetime) -> int:
    """Creates a question to each of the recipients for each batch that nobody was asked about; returns how many."""
    audience_ids = [audience.id for audience in reachable(database)]
    with database.transaction() as session:
        batches = [(batch.audience_id, batch.id) for batch in batch_rows.unasked(session, audience_ids)]
        asked = [batch for batch in batches if recipients and batch_rows.mark_asked(session, *batch, now)]
        for audience_id, batch_id in asked:
            for recipient in recipients:
                jobs.create(
                    session,
                    QUESTION,
                    QuestionTask(batch_id),
                    by=recipient.user,
                    now=now,
                    audience_id=audience_id,
                    recipient=recipient,
                )
        return len(asked) * len(recipients)


def work_question(database: Database, job: QuestionJob, clock: Clock) -> Iterator[QuestionJob]:
    """Ends the job: its message is the question."""
    with database.transaction() as session:
        job = jobs.finish(session, job, clock(), QuestionResult())
    yield job


def batch_of(database: Database, audience_id: int, batch_id: str) -> CleanedBatch:
    """The batch as it is now. Raises PlanGone, NoAudience."""
    with database.reading() as session:
        return _batch(session, audience_id, batch_id)


def questions(database: Database, audience_id: int, batch_id: str) -> Sequence[QuestionJob]:
    """The questions about the batch that were asked."""
    with database.reading() as session:
        asked = jobs.unfinished(session, QUESTION, audience_id=audience_id, states=ENDED)
        return [job for job in asked if job.task.batch == batch_id]


def clean(
    database: Database,
    audience_id: int,
    batch_id: str,
    *,
    by: str,
    now: datetime,
    recipient: Recipient | None = None,
) -> CleaningJob:
    """Answers that the contacts are to be cleaned: creates the job, once. Raises AlreadyAnswered, PlanGone."""
    with database.transaction() as session:
        if not batch_rows.answer(session, audience_id, batch_id, Answer.CLEAN, by):
            _batch(session, audience_id, batch_id)
            raise AlreadyAnswered
        return jobs.create(
            session,
            CLEANING,
            CleaningTask(batch_id),
            by=by,
            now=now,
            audience_id=audience_id,
            total=batch_rows.count_held(session, audience_id, batch_id),
            recipient=recipient,
        )


def work(database: Database, job: CleaningJob, clock: Clock) -> Iterator[CleaningJob]:
    """Carries out the held verdicts, a chunk at a time."""
    step_size = jobs.StepSize(CONTACTS_PER_CHUNK)
    while True:
        began = clock()
        before, job = job, _clean_chunk(database, job, step_size.rows, began)
        if job.done == before.done:
            break
        step_size.adapt(clock() - began)
        yield job
    yield _finish(database, job, clock())


def _clean_chunk(database: Database, job: CleaningJob, size: int, now: datetime) -> CleaningJob:
    with database.transaction() as session:
        audience_id, batch_id = job.audience_id, job.task.batch
        revision = bulk.lock(session, audience_id).revision
        ids = batch_rows.held_in(session, audience_id, batch_id, size)
        contacts = contact_rows.by_ids(session, audience_id, ids)
        policy = saved_policies.load(session, audience_id)
        batch_rows.let_go(session, audience_id, ids)
        cleaned = judge_contacts(session, audience_id, contacts, policy, revision, now, released=batch_id)
        progress = replace(job.progress, cleaned=job.progress.cleaned + len(cleaned))
        return jobs.step(session, job, now, progress=progress, done=job.done + len(ids))


def _finish(database: Database, job: CleaningJob, now: datetime) -> CleaningJob:
    n, batch_id = job.progress.cleaned, job.task.batch
    with database.transaction() as session:
        journal.write(
            session,
            who=job.made_by,
            what=KIND,
            at=now,
            n=n,
            audience_id=job.audience_id,
            batch=batch_id,
        )
        return jobs.finish(session, job, now, CleaningResult(n, job.done - n))


def _batch(session: Session, audience_id: int, batch_id: str) -> CleanedBatch:
    row = batch_rows.get(session, audience_id, batch_id)
    if row is None:
        raise PlanGone
    return batch_value(session, row, audiences.require(session, audience_id).name)
