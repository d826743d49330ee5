"""The end of a job that changed contacts at Mailchimp: its result, the journal, and each address with its outcome."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from bot.archives import archives, restores
from bot.archives.jobs import ArchiveJob, ArchiveResult, RemoteJob, RestoreJob, RestoreResult
from bot.contacts.counts import segment_size
from bot.jobs import jobs
from bot.mailchimp.outbox import roads
from bot.mailchimp.outbox.refusals import GONE, NOT_FOUND
from storage.archives import archives as archive_rows
from storage.audiences import audiences, journal
from storage.contacts import contacts
from storage.core.database import Database, Session
from storage.mailchimp import outgoing
from storage.mailchimp.outgoing import AddressOutcome, OutboxKey
from storage.mailchimp.remote_state import RemoteState
from storage.mailchimp.tables import OutgoingState

CONTACTS_PER_STATEMENT = 5_000


@dataclass(frozen=True, slots=True)
class _Counts:
    """How many contacts were changed, refused (by the refusal's key), have no answer, or were left as they were."""

    done: int
    refusals: dict[str, int]
    waiting: int
    left_alone: int


def finish_archive(database: Database, job: ArchiveJob, now: datetime) -> ArchiveJob:
    """Ends an archive: it is done, or failed if something stopped it."""
    segment = job.task.segment
    with database.reading() as session:
        counts = _counts(session, job)
        # Contacts that are still as the person saw them were refused or wait. Others of the segment are newer.
        seen = contacts.count(session, segment)
        newer = segment_size(session, replace(segment, up_to=None)) - seen
        audience = audiences.get(session, segment.audience_id)
    result = ArchiveResult(
        n=counts.done,
        left_alone=counts.left_alone,
        newer=newer,
        refusals=counts.refusals,
        waiting=counts.waiting,
        link=RemoteState.from_json(audience.remote).link if audience else None,
        by_contact=job.progress.by_contact,
    )
    with database.transaction() as session:
        if result.n:
            roads.note(
                session,
                segment.audience_id,
                by_list=now if result.n > result.by_contact else None,
                by_contact=now if result.by_contact else None,
            )
        archive_rows.add_left_alone(session, segment.audience_id, job.id, result.left_alone)
        _write_journal(session, job, now, archives.KIND, job.id, counts, left_alone=counts.left_alone)
        return jobs.finish(session, job, now, result, job.progress.stopped_by)


def finish_restore(database: Database, job: RestoreJob, now: datetime) -> RestoreJob:
    """Ends an Undo: it is done, or failed if something stopped it.

    Contacts that were deleted permanently at Mailchimp are removed from the archive: no Undo can bring them back.
    """
    with database.reading() as session:
        counts = _counts(session, job)
    with database.transaction() as session:
        counts = _remove_deleted(session, job, counts)
        _write_journal(session, job, now, restores.KIND, job.task.archive, counts, changed=counts.left_alone)
        restores.record_undone(session, job)
        result = RestoreResult(
            n=counts.done,
            changed=counts.left_alone,
            refusals=counts.refusals,
            waiting=counts.waiting,
        )
        return jobs.finish(session, job, now, result, job.progress.stopped_by)


def needs_file(database: Database, job: RemoteJob) -> bool:
    """Whether an address was refused or has no answer, and the person has no file of the outcomes yet."""
    if not job.recipient or job.progress.hand_over.has_ended:
        return False
    with database.reading() as session:
        states = outgoing.count_by_state(session, _key(job))
    return bool(states.keys() - {OutgoingState.DONE})


def outcomes(database: Database, job: RemoteJob) -> Iterator[AddressOutcome]:
    """Returns the outcome of each address, in the order of contact ids."""
    with database.reading() as session:
        yield from outgoing.outcomes(session, _key(job))


def _key(job: RemoteJob) -> OutboxKey:
    return OutboxKey(job.audience_id, job.id)


def _counts(session: Session, job: RemoteJob) -> _Counts:
    states = outgoing.count_by_state(session, _key(job))
    refusals = outgoing.count_by_refusal(session, _key(job))
    done = states.get(OutgoingState.DONE, 0)
    waiting = states.get(OutgoingState.WAITING, 0) + states.get(OutgoingState.SENT, 0)
    rest = max(job.total - done - sum(refusals.values()) - waiting, 0)
    if not job.progress.filled:  # the rest was not compared with what the person saw
        return _Counts(done, refusals, waiting + rest, left_alone=0)
    return _Counts(done, refusals, waiting, left_alone=rest)


def _remove_deleted(session: Session, job: RestoreJob, counts: _Counts) -> _Counts:
    """Removes deleted contacts from the archive, and returns the counts with those that were never sent.

    Contacts that a sync has deleted from the mirror are not sent; they count as refused.
    """
    archive, refusals = (job.audience_id, job.task.archive), dict(counts.refusals)
    refused = [id_ for refusal in GONE for id_ in outgoing.refused(session, _key(job), refusal)]
    not_sent: Sequence[int] = []
    if job.progress.filled:  # if not, they are counted as waiting
        deleted = archive_rows.deleted_members(session, *archive, job.task.ids)
        not_sent = [id_ for id_ in deleted if id_ not in set(refused)]
    if not_sent:
        refusals[NOT_FOUND] = refusals.get(NOT_FOUND, 0) + len(not_sent)
    for start in range(0, len(refused) + len(not_sent), CONTACTS_PER_STATEMENT):
        archive_rows.remove_members(
            session, *archive, [*refused, *not_sent][start : start + CONTACTS_PER_STATEMENT]
        )
    return replace(counts, refusals=refusals, left_alone=counts.left_alone - len(not_sent))


def _write_journal(
    session: Session,
    job: RemoteJob,
    now: datetime,
    what: str,
    archive_id: str,
    counts: _Counts,
    **left_alone: int,
) -> None:
    journal.write(
        session,
        who=job.made_by,
        what=what,
        at=now,
        n=counts.done,
        audience_id=job.audience_id,
        archive=archive_id,
        refused=sum(counts.refusals.values()),
        waiting=counts.waiting,
        **left_alone,
    )
