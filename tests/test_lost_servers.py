"""Where the tables are spread over servers, one that is gone stops its audiences only, and what is done is done once."""

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import time, timedelta
from functools import partial
from io import BytesIO

import psycopg
import pytest
from psycopg.errors import ConnectionFailure, InternalError_, IoError, UniqueViolation
from sqlalchemy.exc import InternalError, OperationalError

from bot.archives import archives, restores
from bot.archives.jobs import ARCHIVE, RESTORE
from bot.audiences.audiences import list_all
from bot.bounces import evidence, intake, mailbox
from bot.bounces.events import Cause, EventKind, MailEvent
from bot.bounces.verdicts import held, notices, reversals
from bot.contacts import counts
from bot.corrections import corrections
from bot.digests import digests, posting
from bot.digests.digests import Claim, DigestSettings
from bot.digests.posting import PostingOutcome
from bot.digests.reports import Report
from bot.exports import exports
from bot.exports.jobs import EXPORT
from bot.imports import imports
from bot.imports.jobs import IMPORT
from bot.mailchimp.mirror import sync
from bot.mailchimp.mirror.jobs import SYNC
from bot.maintenance import cleanup, consistency
from storage.bounces import imap
from storage.bounces.imap_address import parse_imap_url
from storage.contacts.contacts import Segment
from storage.core.database import Database, Unreachable
from storage.core.db_errors import TransientFault, transient_fault
from storage.core.server_errors import is_duplicate
from tests.conftest import NOW
from tests.support import mails
from tests.support.audiences import Times, cleaned, run, statuses
from tests.support.bot.exports import Desk, confirmed, written
from tests.support.figures import assert_exact
from tests.support.imap import Served, serving
from tests.support.lost_servers import LostServers, carried_on, insisted, lost_servers
from tests.support.mirrors import mirrored

pytestmark = pytest.mark.parametrize("engine_name", ["postgresql"], indirect=True)


@pytest.fixture
def servers(database: Database, monkeypatch: pytest.MonkeyPatch) -> Iterator[LostServers]:
    monkeypatch.setattr(imports, "ROWS_PER_CHUNK", 9)
    with lost_servers(database, monkeypatch) as servers:
        yield servers


def _bounce(address: str, uid: str = "", audience: str = "") -> MailEvent:
    return MailEvent(
        address=address,
        kind=EventKind.HARD,
        at=NOW - timedelta(days=1),
        source="test",
        uid=uid or address,
        code="5.1.1",
        cause=Cause.NO_MAILBOX,
        audience=audience,
    )


def _subscribed(database: Database, audience: str, *addresses: str) -> int:
    text = "\n".join(("Email Address", *addresses))
    file = BytesIO(text.encode())
    imports.receive(database, file, name="subscribed_x_export.csv", audience=audience, by="U1", now=NOW)
    return run(database, IMPORT, imports.work).audience_id


def _assert_agrees(database: Database) -> None:
    assert_exact(database)
    assert [each.key for each in consistency.find_inconsistencies(database, NOW)] == []


def test_an_import_of_known_and_new_addresses_is_carried_on(database, servers):
    cleaned(database, 20)
    lines = "\n".join(f"person{i}@example.com,Bea,2026-11-02 10:00:00" for i in range(10, 50))
    file = BytesIO(f"Email Address,First Name,CLEAN_TIME\n{lines}".encode())
    imports.receive(database, file, name="cleaned_x_export.csv", audience="News", by="U1", now=NOW)
    servers.fail_now_and_then()
    job = carried_on(database, IMPORT, imports.work, Times())
    servers.fail_at = ()
    assert servers.n_raised > 3
    assert (job.outcome.added, job.outcome.changed, job.outcome.unchanged) == (30, 10, 0)
    assert job.attempts == 1
    assert len(statuses(database, job.audience_id)) == 50
    _assert_agrees(database)


def test_an_archive_and_its_undo_are_carried_on(database, servers, monkeypatch):
    monkeypatch.setattr(archives, "CONTACTS_PER_CHUNK", 9)
    monkeypatch.setattr(restores, "CONTACTS_PER_CHUNK", 9)
    audience, times = cleaned(database, 24), Times()
    plan = archives.plan(database, Segment(audience_id=audience, reason="hard"), by="U1", word="x", now=NOW)
    archives.confirm(database, plan.id, "x", by="U1", now=NOW)
    servers.fail_now_and_then()
    archive = carried_on(database, ARCHIVE, archives.work, times)
    servers.fail_at = ()
    assert (archive.outcome.n, archive.attempts, servers.n_raised > 3) == (12, 1, True)
    assert sorted(statuses(database, audience).values()) == ["archived"] * 12 + ["cleaned"] * 12
    _assert_agrees(database)
    restores.undo(database, audience, archive.id, by="U1", now=NOW)
    servers.fail_now_and_then()
    undo = carried_on(database, RESTORE, restores.work, times)
    servers.fail_at = ()
    assert (undo.outcome.n, undo.attempts, servers.n_raised > 3) == (12, 1, True)
    assert set(statuses(database, audience).values()) == {"cleaned"}
    _assert_agrees(database)


def test_an_export_has_every_row_once(database, servers):
    audience, desk = cleaned(database, 40), Desk()
    confirmed(database, Segment(audience_id=audience))
    servers.fail_now_and_then()
    job = carried_on(
        database, EXPORT, lambda d, job, clock: exports.work(d, job, clock, sender=desk), Times()
    )
    servers.fail_at = ()
    assert (job.attempts, servers.n_raised > 0, len(desk.shown)) == (1, True, 1)
    assert desk.taken[desk.shown[0][0]].decode() == written(database)[1]


def test_a_sync_ends_with_everybody_here(database, servers):
    with mirrored(database, 300) as both:
        both.request()
        servers.fail_now_and_then()
        job = carried_on(
            database, SYNC, lambda d, job, times: sync.work(both.client, d, job, times), both.times
        )
        servers.fail_at = ()
        assert (job.outcome.added, job.attempts, servers.n_raised > 3) == (300, 1, True)
        both.assert_same()


def test_bounces_that_are_sent_again_count_once(database, servers):
    addresses = [f"reader{i}@example.com" for i in range(8)]
    audience = _subscribed(database, "News", *addresses)
    servers.fail_now_and_then()
    for start in range(0, 8, 4):
        events = [_bounce(address) for address in addresses[start : start + 4]]
        taken = insisted(partial(intake.take_in, database, events, NOW))
        assert taken.cleaned + taken.repeated == 4
    servers.fail_at = ()
    assert servers.n_raised > 3
    assert set(statuses(database, audience).values()) == {"cleaned"}
    assert intake.take_in(database, [_bounce(each) for each in addresses], NOW).repeated == 8
    _assert_agrees(database)


def test_after_a_return_one_session_fails_and_all_are_replaced(database, servers):
    audience = cleaned(database, 3)
    with ExitStack() as stack:
        sessions = [stack.enter_context(database.reading()) for _ in range(4)]
        for session in sessions:
            session.connection().exec_driver_sql("SELECT 1 FROM contact WHERE audience_id = 1")
    servers.come_back()
    with pytest.raises(InternalError) as met:
        statuses(database, audience)
    assert transient_fault(met.value) == TransientFault.GONE
    assert len(statuses(database, audience)) == 3
    assert servers.n_raised == 1


@pytest.fixture
def two(database: Database, servers: LostServers) -> tuple[int, int]:
    """Two audiences with an archive each, the server of the second gone."""
    here, there = cleaned(database, 10), cleaned(database, 10, audience="Others", domain="example.net")
    for audience in (here, there):
        segment = Segment(audience_id=audience, ids=(1, 2))
        plan = archives.plan(database, segment, by="U1", word="x", now=NOW)
        archives.confirm(database, plan.id, "x", by="U1", now=NOW)
        run(database, ARCHIVE, archives.work)
    servers.gone.add(there)
    return here, there


def test_work_on_another_audience_is_done(database, two):
    here, _ = two
    cleaned(database, 5, first=20)
    [archive] = restores.earlier_archives(database).archives
    assert archive.audience == "News"
    restores.undo(database, here, archive.id, by="U1", now=NOW)
    assert run(database, RESTORE, restores.work).outcome.n == 2
    assert len(statuses(database, here)) == 15


def test_what_concerns_all_audiences_leaves_out_the_one_that_is_gone(database, two, servers):
    assert [each.audience.name for each in evidence.look_up(database, "person3@example.com").found] == [
        "News"
    ]
    assert [each.name for each in evidence.look_up(database, "person3@example.net").searched] == ["News"]
    assert [each.audience.name for each in corrections.look_up(database, "person3@example.com")] == ["News"]
    assert reversals.recent_batches(database).batches == []
    assert not held.are_unasked(database)
    assert not notices.are_due(database, NOW)
    assert notices.tell(database, [], NOW) == 0
    figures = counts.figures_of_each(database, list_all(database), NOW, "UTC")
    assert [(each.audience.name, each.cleaned) for each in figures] == [("News", 8)]
    cleanup.delete_expired(database, NOW + timedelta(days=40))
    found = [(each.key, each.values["audience"]) for each in consistency.find_inconsistencies(database, NOW)]
    assert found == [("checks-unreachable", "Others")]
    assert servers.n_raised > 5
    assert [each.name for each in list_all(database)] == ["News", "Others"]


def test_bounces_are_taken_in_where_they_can_be(database, two, servers):
    here, there = two
    servers.gone.clear()
    _subscribed(database, "News", "ann@example.org", "bea@example.org")
    _subscribed(database, "Others", "bea@example.org")
    servers.gone.add(there)
    assert intake.take_in(database, [_bounce("ann@example.org", audience="News")], NOW).cleaned == 1
    with pytest.raises(Unreachable) as met:
        intake.take_in_parts(database, [_bounce("zoe@example.org"), _bounce("bea@example.org")], NOW, 1)
    assert transient_fault(met.value) == TransientFault.GONE
    assert statuses(database, here)["bea@example.org"] == "cleaned"
    servers.gone.clear()
    taken = intake.take_in(database, [_bounce("bea@example.org"), _bounce("zoe@example.org")], NOW)
    assert (taken.cleaned, taken.unknown) == (1, 1)
    assert statuses(database, there)["bea@example.org"] == "cleaned"
    _assert_agrees(database)


def test_messages_stay_unread_until_all_of_their_audiences_can_be_asked(database, two, servers, monkeypatch):
    here, there = two
    servers.gone.clear()
    _subscribed(database, "News", "ann@example.org", "bea@example.org")
    servers.gone.add(there)
    monkeypatch.setattr(imap, "MESSAGES_AT_ONCE", 1)
    with serving(Served()) as mail:
        mail.folders["INBOX"] = {
            n: mails.bounce(f"{name}@example.org") for n, name in enumerate(("ann", "bea"), 1)
        }
        address = parse_imap_url(mail.url())
        with pytest.raises(Unreachable):
            mailbox.take_in_unseen(database, address, NOW)
        assert mail.seen == set()
        # The second one was tried although the first could not be done.
        assert [statuses(database, here)[f"{name}@example.org"] for name in ("ann", "bea")] == ["cleaned"] * 2
        servers.gone.clear()
        assert mailbox.take_in_unseen(database, address, NOW).intake.repeated == 2
        assert mail.seen == {1, 2}


class _Channel:
    """A service that digests are posted to."""

    def __init__(self) -> None:
        self.posted: list[Report] = []

    def find(self, _claim: Claim, _channel: str) -> str | None:
        return None

    def post(self, _claim: Claim, report: Report) -> str:
        self.posted.append(report)
        return "1.1"

    def tell_refusal(self, _user_id: str, _claim: Claim, code: str) -> None:
        raise AssertionError(code)


def test_a_digest_waits_and_no_attempt_is_counted(database, two, servers):
    settings = DigestSettings(
        channel="C0NEWS",
        weekday=0,
        at=time(9),
        timezone="Europe/Paris",
        language="en",
        set_by="U1",
        set_at=NOW,
    )
    digests.save(database, settings, NOW)
    due, channel = digests.next_due(settings, NOW), _Channel()
    for n in range(2 * digests.MAX_ATTEMPTS):
        claim = digests.claim_due(database, due + timedelta(minutes=n), "me")
        assert claim
        outcome = posting.post(database, claim, channel, lambda: NOW, notify="U1")
        assert outcome == PostingOutcome.SENT_LATER
    servers.gone.clear()
    claim = digests.claim_due(database, due + timedelta(hours=1), "me")
    assert claim
    assert posting.post(database, claim, channel, lambda: NOW, notify="U1") == PostingOutcome.SENT
    assert len(channel.posted) == 1


def test_if_all_are_gone_it_is_an_error(database, two, servers):
    servers.gone |= set(two)
    with pytest.raises(OperationalError) as met:
        restores.earlier_archives(database)
    assert transient_fault(met.value) == TransientFault.GONE


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (UniqueViolation("duplicate key"), True),
        (
            InternalError_('duplicate key value violates unique constraint "uq_contact_address_key_102008"'),
            True,
        ),
        (
            InternalError_("la valeur d'une clé dupliquée rompt la contrainte unique « pk_contact_102008 »"),
            True,
        ),
        (InternalError_("failure on connection marked as essential: w:5432"), False),
        (IoError("failed to COPY to shard 102008 on w:5432"), False),
    ],
)
def test_a_duplicate_is_known_by_the_constraint(engine_name, error, expected):
    assert is_duplicate(error) == expected


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (ConnectionFailure("connection to the remote node w:5432 failed"), TransientFault.GONE),
        (InternalError_("failure on connection marked as essential: w:5432"), TransientFault.GONE),
        (IoError("failed to COPY to shard 102008 on w:5432"), TransientFault.GONE),
        (psycopg.OperationalError("the connection is lost"), TransientFault.GONE),
        (InternalError_("cache lookup failed"), None),
        (IoError("could not read block 3"), None),
        (UniqueViolation("duplicate key"), None),
        (psycopg.ProgrammingError("no result"), None),
    ],
)
def test_each_error_of_a_worker_is_told_apart(engine_name, error, expected):
    assert transient_fault(error) == expected
    assert transient_fault(InternalError("SELECT 1", {}, error)) == expected
