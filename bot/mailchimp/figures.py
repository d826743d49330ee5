"""How far the mirror and the outbox are behind: figures for those who watch the bot."""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime, timedelta

from bot.audiences import audiences
from storage.core.database import Database
from storage.jobs import jobs
from storage.jobs.tables import JobKind
from storage.mailchimp import outgoing
from storage.mailchimp.outgoing import OutboxKey
from storage.mailchimp.remote_state import Trouble
from storage.mailchimp.tables import OutgoingState


def outbox(database: Database) -> Mapping[OutgoingState, int]:
    """Returns how many changes of the jobs that have not ended are in each state."""
    counts = Counter(dict.fromkeys(OutgoingState, 0))
    with database.reading() as session:
        for kind in (JobKind.ARCHIVE, JobKind.RESTORE):
            for job in jobs.unfinished(session, kind):
                if job.audience_id is not None:
                    counts.update(outgoing.count_by_state(session, OutboxKey(job.audience_id, job.id)))
    return counts


def sync_ages(database: Database, now: datetime) -> Mapping[int, timedelta]:
    """Returns the age of what each mirror shows, by the audience's id.

    Without those that have not been copied once, and those that can't be synced because Mailchimp has them no more.
    """
    return {
        audience.id: now - audience.mirrored_until
        for audience in audiences.list_all(database)
        if audience.is_mirror and audience.mirrored_until and audience.trouble == Trouble.NONE
    }
