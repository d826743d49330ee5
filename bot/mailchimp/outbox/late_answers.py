"""What Mailchimp did after the work had given it up: the mirror tells of it, and archives and receipts' rows follow.

Without this, contacts that a batch archived after its job's end would be in no archive, and no Undo would find them.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from bot.core import jobs
from bot.core.jobs import Clock
from bot.mailchimp.outbox import remote_changes
from storage.contacts import bulk
from storage.core import journal
from storage.core.database import Database, Session
from storage.core.tables import JobRow
from storage.mailchimp import outgoing
from storage.mailchimp.outgoing import OutboxKey

MOST_LATE = timedelta(days=7)  # Mailchimp keeps a batch so long
_AT_ONCE = 5_000


def settle(database: Database, sync: JobRow, clock: Clock) -> Iterator[JobRow]:
    """Notes as done what was in doubt and is there, some a turn; keeps the sync's lease. The mirror is up to date."""
    audience_id = sync.audience_id or 0
    with database.reading() as session:
        given_up = [
            (job, outgoing.doubtful(session, job))
            for job in outgoing.given_up(session, audience_id, clock() - MOST_LATE)
        ]
    for job, ids in given_up:
        for start in range(0, len(ids), _AT_ONCE):
            with database.transaction() as session:
                revision = bulk.lock(session, audience_id).revision
                _settle(session, job, ids[start : start + _AT_ONCE], revision, clock())
                sync = jobs.step(session, sync, clock())
            yield sync


def _settle(session: Session, job: JobRow, ids: Sequence[int], revision: int, now: datetime) -> None:
    is_archive = job.kind == jobs.ARCHIVE
    errand = (remote_changes.archiving if is_archive else remote_changes.restoring)(session, job)
    assert errand, "only a mirrored audience has such jobs"
    if done := sorted(errand.have_it(session, ids)):
        errand.note(session, done, revision, now)
        outgoing.done(session, OutboxKey(job.audience_id or 0, job.id), done)
        journal.write(
            session,
            who=job.made_by,
            what=job.kind,
            at=now,
            n=len(done),
            audience_id=job.audience_id,
            archive=job.data.get("archive", job.id),
        )
