"""Settles changes that Mailchimp made after their job had ended without an answer.

Without this, contacts that a batch archived after the end of its job would be in no archive, and no Undo would find
them.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from bot.archives.jobs import ARCHIVE, RESTORE
from bot.jobs import jobs
from bot.jobs.jobs import AnyJob, Clock
from bot.mailchimp.outbox import remote_changes
from bot.mailchimp.outbox.remote_changes import RemoteChange
from storage.audiences import journal
from storage.contacts import bulk
from storage.core.database import Database, Session
from storage.jobs.tables import JobKind, JobRow
from storage.mailchimp import outgoing
from storage.mailchimp.outgoing import OutboxKey

SETTLED_WITHIN = timedelta(days=7)  # of the job's end: Mailchimp deletes a batch after a week
CONTACTS_PER_STEP = 5_000


def settle(database: Database, sync: AnyJob, clock: Clock) -> Iterator[AnyJob]:
    """Marks changes without an answer as done if the mirror, which the sync has just updated, shows them.

    Each step renews the lease of the sync, and yields it.
    """
    audience_id = sync.audience_id
    with database.reading() as session:
        in_doubt = [
            (row, outgoing.in_doubt(session, OutboxKey(audience_id, row.id), row.made_at))
            for row in outgoing.ended_with_doubts(session, audience_id, clock() - SETTLED_WITHIN)
        ]
    for row, contact_ids in in_doubt:
        for start in range(0, len(contact_ids), CONTACTS_PER_STEP):
            with database.transaction() as session:
                revision = bulk.lock(session, audience_id).revision
                chunk = contact_ids[start : start + CONTACTS_PER_STEP]
                _settle(session, row, audience_id, chunk, revision, clock())
                sync = jobs.step(session, sync, clock())
            yield sync


def _settle(
    session: Session,
    row: JobRow,
    audience_id: int,
    contact_ids: Sequence[int],
    revision: int,
    now: datetime,
) -> None:
    change, archive_id = _change(session, row)
    done = sorted(change.already_changed(session, contact_ids)) if change else []
    if change and done:
        change.apply(session, done, revision, now)
        outgoing.mark_done(session, OutboxKey(audience_id, row.id), done)
        journal.write(
            session,
            who=row.made_by,
            what=row.kind,
            at=now,
            n=len(done),
            audience_id=audience_id,
            archive=archive_id,
        )


def _change(session: Session, row: JobRow) -> tuple[RemoteChange | None, str]:
    """Returns the change that the job asked for, None for a local audience, and the archive's id."""
    if row.kind == JobKind.ARCHIVE:
        return remote_changes.archiving(session, jobs.read(ARCHIVE, row)), row.id
    undo = jobs.read(RESTORE, row)
    return remote_changes.restoring(session, undo), undo.task.archive
