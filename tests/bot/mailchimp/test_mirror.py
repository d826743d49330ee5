"""A mirrored audience is the account's audience, whatever happens there, on the way, and to this program."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from threading import Thread

import pytest

from bot.bounces import intake
from bot.bounces.events import EventKind, MailEvent
from bot.jobs import jobs
from bot.mailchimp.mirror import sync
from bot.mailchimp.mirror import tags as member_tags
from bot.mailchimp.mirror.jobs import SYNC
from handlers.slack.views.mailchimp.mirror import differs
from handlers.standins.mailchimp.faults import FaultKind as Fault
from handlers.words import words
from storage.core.database import Database
from storage.core.tables import AudienceRow
from storage.mailchimp.api.client import Client
from storage.mailchimp.api.errors import MailchimpError, NotFound
from storage.mailchimp.api.members import Member
from tests.support import figures, mirrors
from tests.support.audiences import import_csv
from tests.support.mirrors import Disturbed, Mirrored, mirrored

PEOPLE = 300
MANY = 3_400  # four pages


@pytest.fixture
def both(database: Database) -> Iterator[Mirrored]:
    with mirrored(database, PEOPLE) as both:
        yield both


@pytest.fixture
def large(database: Database) -> Iterator[Mirrored]:
    with mirrored(database, MANY) as both:
        yield both


def test_the_first_sync_brings_everybody_and_the_second_changes_nothing(both: Mirrored):
    result = both.sync()
    assert result.added == PEOPLE
    assert result.difference == {}
    both.assert_same()
    before = both.contacts()
    assert both.sync() == replace(result, added=0)
    assert both.contacts() == before


def test_what_changes_at_mailchimp_changes_here(both: Mirrored):
    both.sync()
    m, audience = both.mailchimp, both.remote_id
    hard, complained, left, renamed, filed = (both.address("subscribed", n) for n in range(5))
    back, revived = both.address("unsubscribed"), both.address("cleaned")
    from_the_archive = both.address("archived")
    both.times.now += timedelta(hours=1)
    m.clean(audience, hard)
    m.clean(audience, complained, "abuse")
    m.unsubscribe(audience, left, "too many mails")
    m.change_profile(audience, renamed, FNAME="Zoé")
    m.archive(audience, filed)
    for address in (back, revived, from_the_archive):
        m.subscribe(audience, address)
    m.subscribe(audience, "new@example.com", LNAME="New")
    result = both.sync()
    assert (result.added, result.changed, result.difference) == (1, 8, {})
    both.assert_same()
    contacts = both.contacts()
    assert contacts[hard]["clean_reason"] == "hard"
    assert contacts[hard]["clean_campaign_title"].startswith("Newsletter")
    assert contacts[complained]["clean_reason"] == "abuse"
    assert contacts[filed]["status_before"] == "subscribed"
    assert contacts[revived]["cleaned_at"] is None


def test_no_number_of_refused_connections_ends_a_sync(both: Mirrored):
    """Nor do resets between them."""
    both.mailchimp.faults.add(Fault.TOO_MANY, times=80)
    both.mailchimp.faults.add(Fault.FORBIDDEN, path="/lists/.*", times=40)
    both.mailchimp.faults.add(Fault.RESET, times=20, every=3)
    assert both.sync().added == PEOPLE
    both.assert_same()
    assert len(both.mailchimp.faults.happened) >= 120


@pytest.mark.parametrize("error", [1_000, 50_000, -1_000])
def test_a_total_that_lies_ends_a_sync_with_everybody_here_and_is_told(both: Mirrored, error: int):
    both.mailchimp.miscount(both.remote_id, error)
    result = both.sync()
    both.assert_same()
    assert result.added == PEOPLE
    assert result.unchanged == 0
    assert bool(result.overstated) == (error > 0) == ("listed" in differs(words("en"), result))
    both.mailchimp.subscribe(both.remote_id, "new@example.com")
    result = both.sync()
    assert result.added == 1
    both.assert_same()
    both.mailchimp.miscount(both.remote_id, 0)
    both.times.now += sync.COMPLETE_EVERY_WHILE_DIFFERENT
    result = both.sync()
    assert (result.overstated, result.difference) == (0, {})
    both.assert_same()


def test_a_contact_with_more_tags_than_a_page_tells_has_them_all(both: Mirrored):
    """Within the limit of a sync: behind it, a contact has those that the page tells."""
    many = tuple(f"tag {n}" for n in range(120))
    both.mailchimp.put(both.remote_id, both.address("subscribed"), tags=many)
    both.sync()
    both.assert_same()
    both.times.now += timedelta(hours=1)
    both.mailchimp.put(both.remote_id, both.address("subscribed"), tags=many[::-1])
    both.sync()
    both.assert_same()


def test_a_sync_asks_for_the_tags_of_so_many_contacts_at_most(
    both: Mirrored, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(member_tags, "MAX_CALLS_PER_SYNC", 2)
    addresses = [both.address("subscribed", n) for n in range(3)]
    for address in addresses:
        both.mailchimp.put(both.remote_id, address, tags=tuple(f"tag {n}" for n in range(60)))
    both.sync()
    here = both.contacts()
    assert sorted(here[address]["tags"].count(",") + 1 for address in addresses) == [50, 60, 60]


def test_all_tags_that_are_here_stay_when_mailchimp_can_be_asked_for_no_more(
    both: Mirrored, monkeypatch: pytest.MonkeyPatch
):
    many = tuple(f"tag {n}" for n in range(60))
    address = both.address("subscribed")
    both.mailchimp.put(both.remote_id, address, tags=many)
    both.sync()
    monkeypatch.setattr(member_tags, "MAX_CALLS_PER_SYNC", 0)
    both.times.now += timedelta(hours=1)
    both.mailchimp.put(both.remote_id, address, tags=("new", *many))
    both.sync()
    tags = both.contacts()[address]["tags"].split(",")
    assert sorted(tags) == sorted(f'"{tag}"' for tag in ("new", *many))


def test_a_contact_cleaned_before_its_archive_keeps_why(both: Mirrored):
    both.sync()
    address = both.address("cleaned")
    why = both.contacts()[address]
    both.times.now += timedelta(hours=1)
    both.mailchimp.archive(both.remote_id, address)
    both.sync()
    archived = both.contacts()[address]
    assert (archived["status"], archived["status_before"]) == ("archived", "cleaned")
    assert [archived[name] for name in ("cleaned_at", "clean_reason")] == [
        why[name] for name in ("cleaned_at", "clean_reason")
    ]
    both.assert_same()


def test_a_changed_address_is_the_same_contact(both: Mirrored):
    both.sync()
    old, cleaned = both.address("subscribed"), both.address("cleaned")
    before = both.contacts()
    both.times.now += timedelta(hours=1)
    both.mailchimp.change_address(both.remote_id, old, "other@elsewhere.example")
    both.mailchimp.change_address(both.remote_id, cleaned, "moved@elsewhere.example")
    assert both.sync().changed == 2
    after = both.contacts()
    assert after["other@elsewhere.example"]["id"] == before[old]["id"]
    assert after["moved@elsewhere.example"]["cleaned_at"] == before[cleaned]["cleaned_at"]
    both.assert_same()


def test_addresses_may_go_around_in_a_ring(both: Mirrored):
    both.sync()
    first, second = both.address("subscribed"), both.address("subscribed", 1)
    both.times.now += timedelta(hours=1)
    for old, new in ((first, "third@x.example"), (second, first), ("third@x.example", second)):
        both.mailchimp.change_address(both.remote_id, old, new)
    both.sync()
    both.assert_same()


def test_an_address_changed_during_the_first_sync_is_right_after_the_second(large: Mirrored):
    old = sorted(large.mailchimp.members(large.remote_id), key=lambda member: member.changed)[10].email
    client = mirrors.client_of(large.mailchimp, kind=Disturbed)
    assert isinstance(client, Disturbed)
    done: list[bool] = []

    def change(offset: int) -> None:
        if offset > 2_000 and not done:
            done.append(True)
            large.mailchimp.change_address(large.remote_id, old, "late@elsewhere.example")

    client.before = change
    large.sync(client)
    client.close()
    large.sync()
    large.assert_same()


def test_who_is_deleted_for_good_at_mailchimp_leaves_at_the_next_whole_pass(both: Mirrored):
    both.sync()
    account = both.mailchimp._account
    for status in ("subscribed", "cleaned", "archived"):
        member = both.mailchimp.member(both.remote_id, both.address(status))
        assert member
        account.audience(both.remote_id).members.remove(member.id)
    told = both.sync()
    assert told.difference == {"subscribed": -1, "cleaned": -1, "archived": -1}
    both.times.now += timedelta(hours=23)
    assert both.sync().gone == 0
    both.times.now += timedelta(hours=2)
    result = both.sync()
    assert (result.gone, result.difference) == (3, {})
    both.assert_same()
    asked = len(both.mailchimp.requests)
    both.sync()
    assert len(both.mailchimp.requests) - asked < 6


def test_a_whole_pass_comes_every_week(both: Mirrored):
    both.sync()
    assert both.sync().unchanged < PEOPLE
    both.times.now += timedelta(days=8)
    assert both.sync().unchanged == PEOPLE


def test_nobody_is_lost_when_contacts_change_while_pages_are_fetched(large: Mirrored):
    client = mirrors.client_of(large.mailchimp, kind=Disturbed)
    assert isinstance(client, Disturbed)
    oldest = sorted(large.mailchimp.members(large.remote_id), key=lambda member: member.changed)
    waiting = iter([member.email for member in oldest if member.status != "archived"])

    def change(_offset: int) -> None:
        """Moves a hundred to the end, more than pages overlap."""
        large.times.now += timedelta(seconds=1)
        for _ in range(100):
            if address := next(waiting, None):
                large.mailchimp.change_profile(large.remote_id, address, FNAME="Moved")

    client.before = change
    large.sync(client)
    client.close()
    assert large.contacts().keys() == {m.email.lower() for m in large.mailchimp.members(large.remote_id)}
    large.sync()
    large.assert_same()


def test_a_sync_killed_after_each_of_its_steps_ends_right(large: Mirrored):
    large.request()
    steps = 0
    while True:
        work = sync.work(large.client, large.database, large.claim(), large.times)
        job = next(work) if steps % 2 else (next(work), next(work, None))[-1]
        work.close()
        steps += 1
        if job is None or job.state == "done":
            break
        assert steps < 100
    large.assert_same()


def test_a_whole_pass_that_is_killed_begins_its_marks_anew(large: Mirrored):
    large.sync()
    large.times.now += timedelta(days=8)
    address = large.address("subscribed")
    member = large.mailchimp.member(large.remote_id, address)
    assert member
    large.mailchimp._account.audience(large.remote_id).members.remove(member.id)
    large.request()
    work = sync.work(large.client, large.database, large.claim(), large.times)
    next(work)
    next(work)
    work.close()
    *_, job = sync.work(large.client, large.database, large.claim(), large.times)
    assert job.outcome.gone == 1
    large.assert_same()


def test_two_who_ask_at_once_get_one_job(both: Mirrored):
    asked: list[str] = []
    threads = [Thread(target=lambda: asked.append(both.request().id)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(asked) == 4
    assert len(set(asked)) == 1


def test_faults_on_the_way_leave_no_trace(large: Mirrored):
    faults = large.mailchimp.faults
    for kind in (Fault.TOO_MANY, Fault.SERVER_ERROR, Fault.RESET, Fault.FORBIDDEN, Fault.SLOW):
        faults.add(kind, path="/lists/.*", times=3, every=3, seconds=0.05)
    for _ in range(6):  # a sync that fails is asked for again by the clock
        try:
            large.sync()
        except MailchimpError:
            large.claim()
            continue
        break
    assert len(faults.happened) > 5
    large.sync()
    large.assert_same()


def test_an_answer_that_is_no_json_ends_the_sync_and_the_next_is_right(large: Mirrored):
    large.mailchimp.faults.add(Fault.BROKEN_JSON, path="/lists/.*/members", times=None)
    with pytest.raises(MailchimpError):
        large.sync()
    large.mailchimp.faults.clear()
    *_, job = sync.work(large.client, large.database, large.claim(), large.times)
    assert job.state == "done"
    large.assert_same()


def test_why_contacts_were_cleaned_is_asked_again_after_a_sync_that_failed_at_it(both: Mirrored):
    both.sync()
    address = both.address("subscribed")
    both.times.now += timedelta(hours=1)
    both.mailchimp.clean(both.remote_id, address)
    both.mailchimp.faults.add(Fault.SERVER_ERROR, path=".*/activity-feed", times=None)
    job = both.request()
    with pytest.raises(MailchimpError):
        list(sync.work(both.client, both.database, both.claim(), both.times))
    held = jobs.get_in_transaction(both.database, SYNC, job.id)
    assert held
    jobs.mark_told(both.database, jobs.fail(both.database, held, both.times(), "mailchimp"), both.times())
    both.mailchimp.faults.clear()
    both.sync()
    assert both.contacts()[address]["clean_reason"] == "hard"
    both.assert_same()


def test_a_contact_that_can_no_longer_be_read_stays_as_it_was(
    both: Mirrored, monkeypatch: pytest.MonkeyPatch
):
    both.sync()
    address = both.address("subscribed")
    # As with a status of tomorrow.
    monkeypatch.setattr(Member, "is_readable", property(lambda member: member.address != address))
    both.times.now += timedelta(days=8)
    result = both.sync()
    assert (result.refused, result.gone) == (1, 0)
    both.assert_same()


def test_counts_that_differ_are_told(both: Mirrored):
    both.mailchimp.misreport(both.remote_id, subscribed=3, cleaned=-2)
    assert both.sync().difference == {"subscribed": 3, "cleaned": -2}
    both.assert_same()


def test_an_audience_deleted_at_mailchimp_says_so_and_its_mirror_stays(both: Mirrored):
    both.sync()
    before = both.contacts()
    both.mailchimp._account.audiences.clear()
    with pytest.raises(NotFound):
        both.sync()
    assert sync.discover(both.database, both.client, both.times()) == []
    assert both.contacts() == before


def test_an_audience_deleted_during_a_whole_pass_takes_nobody_along(both: Mirrored):
    both.sync()
    before = both.contacts()
    both.times.now += timedelta(days=8)
    both.request()
    audience = both.mailchimp._account.audience(both.remote_id)
    for member in both.mailchimp.members(both.remote_id):
        audience.members.remove(member.id)
    work = sync.work(both.client, both.database, both.claim(), both.times)
    while next(work).progress.stage < 2:
        pass
    both.mailchimp._account.audiences.clear()
    with pytest.raises(NotFound):
        next(work)
    assert both.contacts() == before


def test_a_name_that_a_local_audience_has_says_where_it_is_from(database: Database):
    import_csv(database, "Email Address\nann@example.com", audience="Trail news")
    with mirrored(database, 20) as both:
        with database.reading() as session:
            audience = session.get(AudienceRow, both.id)
            assert audience
            assert audience.name == "Trail news (Mailchimp)"
        assert sync.discover(database, both.client, both.times()) == [both.id]
        both.sync()
        figures.assert_exact(database)


def test_no_more_than_so_many_are_explained(both: Mirrored, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("bot.mailchimp.mirror.reasons.MAX_EXPLAINED", 7)
    monkeypatch.setattr("bot.mailchimp.mirror.reasons.PER_STEP", 3)
    both.sync()
    cleaned = [row for row in both.contacts().values() if row["status"] == "cleaned"]
    assert sum(row["clean_reason"] != "unknown" for row in cleaned) == 7
    figures.assert_exact(both.database)


def test_who_nobody_explains_is_asked_about_once(both: Mirrored, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("bot.mailchimp.mirror.reasons.PER_STEP", 2)
    for n in range(5):
        both.mailchimp.put(both.remote_id, f"mute{n}@example.com", "cleaned")
    both.sync()
    feeds = [asked.path for asked in both.mailchimp.requests if asked.path.endswith("activity-feed")]
    assert len(feeds) == len(set(feeds))
    both.assert_same()


def test_bounces_from_elsewhere_clean_nobody_in_a_mirror(both: Mirrored):
    both.sync()
    address = both.address("subscribed")
    told = MailEvent(address=address, kind=EventKind.HARD, at=both.times.now, source="ses", uid="1")
    assert intake.take_in(both.database, [told], both.times.now).unknown == 1
    both.assert_same()


def test_ten_calls_at_once_are_never_exceeded(large: Mirrored):
    large.mailchimp.rules.latency = 0.01
    large.sync()
    assert max(asked.concurrent for asked in large.mailchimp.requests) <= 10


def test_a_client_may_be_shared_and_closed(both: Mirrored):
    with Client(both.mailchimp.key, both.mailchimp.url) as other:
        both.sync(other)
    both.sync()
    both.assert_same()
