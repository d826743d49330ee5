"""Syncs that are asked for: one at a time an audience, whoever asks; the old ones go."""

from datetime import timedelta

from sqlmodel import select

from bot.jobs.jobs import Recipient, new_id
from bot.mailchimp.mirror import sync
from bot.mailchimp.mirror.jobs import SYNC, SyncJob
from bot.maintenance.cleanup import SYNCS_KEPT, delete_expired
from storage.audiences import audiences
from storage.core.database import Database
from storage.jobs.tables import JobKind, JobRow
from storage.mailchimp import mirrors
from tests.conftest import NOW
from tests.support.audiences import claim

TOLD = Recipient("U1", language="fr", channel="D1")


def audience(database: Database) -> int:
    with database.transaction() as session:
        return mirrors.get_or_add(session, "abc", "Trail news", NOW).id


def ask(
    database: Database, audience_id: int, by: str = "clock", recipient: Recipient | None = None
) -> SyncJob:
    return sync.request(database, audience_id, by=by, now=NOW, recipient=recipient)


def test_one_sync_at_a_time_and_who_comes_to_wait_for_it_is_told(database: Database):
    """The clock's tells nobody, until a person asks; the next person finds it theirs."""
    audience_id = audience(database)
    first = ask(database, audience_id)
    assert first.recipient is None
    claim(database, SYNC)
    asked = ask(database, audience_id, "U1", TOLD)
    assert (asked.id, asked.recipient) == (first.id, TOLD)
    assert ask(database, audience_id, "U2", Recipient("U2", channel="D2")).recipient == TOLD
    assert ask(database, audience_id).recipient == TOLD


def test_syncs_that_were_told_are_forgotten_after_a_day_and_nothing_else_is(database: Database):
    with database.transaction() as session:
        for kind in (JobKind.SYNC, JobKind.ARCHIVE):
            for state, told in (("done", NOW), ("failed", NOW), ("done", None), ("running", None)):
                row = JobRow(
                    id=new_id(),
                    kind=kind.value,
                    state=state,
                    data={},
                    cursor={},
                    notify={},
                    result={},
                    made_by="clock",
                    made_at=NOW,
                    told_at=told,
                )
                session.add(row)
    assert delete_expired(database, NOW + SYNCS_KEPT) == 0
    assert delete_expired(database, NOW + SYNCS_KEPT + timedelta(seconds=1)) == 2
    with database.reading() as session:
        left = [(job.kind, job.told_at) for job in session.exec(select(JobRow))]
    assert len(left) == 6
    assert (JobKind.SYNC, NOW) not in left


def test_each_audience_has_a_name_of_its_own_which_follows_mailchimp_s(database: Database):
    """At Mailchimp, several audiences may be called the same, and be renamed; here a name means one."""
    with database.transaction() as session:
        audiences.get_or_add(session, "Club", NOW)
        made = [mirrors.get_or_add(session, f"r{n}", " club ", NOW).name for n in range(3)]
        assert made == ["club (Mailchimp)", "club (Mailchimp 2)", "club (Mailchimp 3)"]
        again = [mirrors.get_or_add(session, f"r{n}", "club", NOW).name for n in range(3)]
        assert again == made
        assert mirrors.get_or_add(session, "r1", "News", NOW).name == "News"
        assert mirrors.get_or_add(session, "r9", " ", NOW).name == "r9"
        assert len(audiences.list_all(session)) == 5
