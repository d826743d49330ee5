"""What Mailchimp did after the work had given it up: the mirror tells of it, and archives and receipts' rows follow.

Without this, contacts that a batch archived after its job's end would be in no archive, and no Undo would find them.
"""

from datetime import datetime, timedelta

from bot import errands, jobs
from storage import journal, loading, outgoing
from storage.database import Database
from storage.outgoing import Box

MOST_LATE = timedelta(days=7)  # Mailchimp keeps a batch so long
_AT_ONCE = 5_000


def settle(database: Database, audience_id: int, now: datetime) -> None:
    """Notes as done what was in doubt and is there. The mirror is up to date."""
    with database.reading() as session:
        given_up = outgoing.given_up(session, audience_id, now - MOST_LATE)
    for job in given_up:
        with database.transaction() as session:
            make = errands.archiving if job.kind == jobs.ARCHIVE else errands.restoring
            errand, box = make(session, job), Box(audience_id, job.id)
            revision = loading.lock(session, audience_id).revision
            assert errand, "only a mirrored audience has such jobs"
            ids, n = outgoing.doubtful(session, job), 0
            for start in range(0, len(ids), _AT_ONCE):
                done = sorted(errand.have_it(session, ids[start : start + _AT_ONCE]))
                if done:
                    errand.note(session, done, revision, now)
                    outgoing.done(session, box, done)
                    n += len(done)
            if n:
                archive_id = job.data.get("archive", job.id)
                who, what = job.made_by, job.kind
                journal.write(
                    session, who=who, what=what, at=now, n=n, audience_id=audience_id, archive=archive_id
                )
