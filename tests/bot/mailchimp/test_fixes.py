"""Typos corrected together: each once, with the consent as it was shown, wherever a process dies; here and at Mailchimp."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest

from bot.core.errors import AlreadyDone, PlanGone
from bot.corrections import likely_typos, tick_list
from bot.corrections.required_fields import NoMailchimp
from bot.corrections.tick_list import NothingTicked, OtherNumber, TickedTypos, TickList
from bot.jobs import jobs
from bot.mailchimp import adding, fixes
from bot.mailchimp.jobs import FixJob
from handlers.standins.mailchimp.account import StoredMergeField
from handlers.standins.mailchimp.faults import FaultKind
from handlers.standins.mailchimp.standin import Standin
from storage.audiences import journal
from storage.contacts import contacts
from storage.contacts.values import Status
from storage.core.database import Database
from storage.corrections import corrections as store
from storage.mailchimp.api.client import Client
from tests.conftest import NOW
from tests.support.bot.corrections import fill
from tests.support.figures import assert_exact
from tests.support.mirrors import ME, MEMBER_PATH, audience_of, client_of, steps, sync, watched

WORDING = "These people gave me permission to email them"
LATER = NOW + timedelta(hours=1)  # every lease has run out


@pytest.fixture
def mailchimp() -> Iterator[Standin]:
    with watched() as mailchimp:
        yield mailchimp


@pytest.fixture
def client(mailchimp: Standin) -> Iterator[Client]:
    with client_of(mailchimp) as client:
        yield client


def page(database: Database, audience_id: int) -> TickList:
    plan_id = tick_list.begin(database, audience_id, by=ME, now=NOW)
    return tick_list.look(database, plan_id, ME)


def request(
    database: Database, shown: TickList, ticked: set[int], consent: int | None, client: Client | None = None
) -> FixJob:
    return fixes.request(
        database,
        shown.plan_id,
        TickedTypos(frozenset(ticked), consent),
        by=ME,
        now=NOW,
        wording=WORDING,
        language="en",
        client=client,
    )


def claimed(database: Database, job: FixJob, at: datetime = NOW) -> FixJob:
    found = jobs.claim_one(database, job, "test", at)
    assert found
    return found


def carry_out(database: Database, job: FixJob, client: Client | None = None, at: datetime = NOW) -> FixJob:
    return steps(fixes.work(client, database, claimed(database, job, at), lambda: at))


def abandon(work: Iterator[FixJob], n: int) -> None:
    """Works `n` steps, and dies without giving the lease back."""
    for _ in range(n):
        next(work)


def consents(database: Database, audience_id: int) -> list[tuple[str | None, str, str]]:
    with database.reading() as session:
        return sorted(
            (each.old_address, each.address, each.wording) for each in store.consents(session, audience_id)
        )


def fixed(database: Database, audience_id: int) -> int:
    with database.reading() as session:
        return sum(line.n for line in journal.read(session, audience_id) if line.what == "fix")


def test_the_ticked_are_added_each_with_the_consent_and_told_in_one_receipt(database: Database):
    news = fill(database, [{"address": f"u{n}@gmial.com"} for n in range(4)])
    shown = page(database, news)
    assert [offer.suggestion.address for offer in shown.offers] == [f"u{n}@gmail.com" for n in range(4)]
    job = carry_out(database, request(database, shown, {1, 2, 4}, 3))
    assert consents(database, news) == [(f"u{n}@gmial.com", f"u{n}@gmail.com", WORDING) for n in (0, 1, 3)]
    receipt = fixes.receipt(database, job)
    assert [fix.address for fix in receipt.with_status(list(Status))] == [
        f"u{n}@gmail.com" for n in (0, 1, 3)
    ]
    assert (receipt.has_more, fixed(database, news)) == (True, 3)
    with database.reading() as session:
        assert likely_typos.ids(session, news) == (3,)
        added = contacts.by_key(session, news, "u0@gmail.com")
    assert added
    assert (added.status, added.merge_fields["Town"]) == (Status.SUBSCRIBED, "Lens")
    assert_exact(database)


def test_the_consent_is_for_the_number_that_is_ticked_and_the_page_is_used_once(database: Database):
    news = fill(database, [{"address": f"u{n}@gmial.com"} for n in range(3)])
    shown = page(database, news)
    for consent in (None, 1, 3):
        with pytest.raises(OtherNumber) as error:
            request(database, shown, {1, 2}, consent)
        assert error.value.values == {"n": 2}
    with pytest.raises(NothingTicked):
        request(database, shown, {99}, 1)
    request(database, shown, {1, 2}, 2)
    with pytest.raises(AlreadyDone):
        request(database, shown, {1, 2}, 2)
    with pytest.raises(PlanGone):
        tick_list.look(database, shown.plan_id, "U0OTHER")
    assert consents(database, news) == []


@pytest.mark.parametrize("died_after", [1, 2, 3])
def test_killed_after_any_step_it_is_carried_on_and_nobody_is_added_twice(
    database: Database, died_after: int
):
    news = fill(database, [{"address": f"u{n}@gmial.com"} for n in range(3)])
    job = request(database, page(database, news), {1, 2, 3}, 3)
    abandon(fixes.work(None, database, claimed(database, job), lambda: NOW), died_after)
    done = carry_out(database, job, at=LATER)
    assert len(fixes.receipt(database, done).with_status([Status.SUBSCRIBED])) == 3
    assert (len(consents(database, news)), fixed(database, news)) == (3, 3)
    assert_exact(database)


def test_what_has_changed_meanwhile_is_told_and_the_others_are_added(database: Database):
    people = [{"address": f"u{n}@gmial.com"} for n in range(3)]
    news = fill(database, people)
    job = request(database, page(database, news), {1, 2, 3}, 3)
    fill(database, [{"address": "u0@gmail.com", "status": "unsubscribed"}])
    done = carry_out(database, job)
    outcomes = [(o.status, o.failure.key if o.failure else "") for o in done.outcome.outcomes]
    assert outcomes == [(None, "error-already-there"), ("subscribed", ""), ("subscribed", "")]


def test_ticks_are_a_state_and_an_earlier_click_changes_nothing(database: Database):
    news = fill(database, [{"address": f"u{n}@gmial.com"} for n in range(3)])
    plan_id = page(database, news).plan_id
    tick_list.tick(database, plan_id, ME, {1, 2}, "2.0")
    tick_list.tick(database, plan_id, ME, {1}, "1.0")
    assert tick_list.look(database, plan_id, ME).ticked == {1, 2}
    tick_list.tick(database, plan_id, ME, (), all_of_them=True)
    assert tick_list.look(database, plan_id, ME).ticked == {1, 2, 3}
    likely_typos.mark_not_a_typo(database, news, 2, by=ME, now=NOW)
    fill(database, [{"address": "u0@gmail.com", "status": "subscribed"}])
    left = tick_list.look(database, plan_id, ME)
    assert ([offer.contact for offer in left.offers], set(left.ticked)) == ([3], {3})


def test_what_is_already_here_is_no_work(database: Database):
    fill(database, [{"address": f"u{n}@gmail.com", "status": "subscribed"} for n in range(11)])
    news = fill(database, [{"address": f"u{n}@gmial.com"} for n in range(12)])
    assert [offer.address for offer in page(database, news).offers] == ["u11@gmial.com"]


def other_typos(mailchimp: Standin, remote: str) -> None:
    for name in ("ben", "eve"):
        mailchimp.put(remote, f"{name}@gmial.com", merge='{"FNAME": "B", "LNAME": "C"}')
        mailchimp.clean(remote, f"{name}@gmial.com")


def test_at_mailchimp_each_is_added_or_refused_with_the_reason(
    database: Database, mailchimp: Standin, client: Client
):
    remote = audience_of(mailchimp, tags=("vip",))
    other_typos(mailchimp, remote)
    news = sync(database, client, NOW)
    shown = page(database, news)
    mailchimp.put(remote, "ben@gmail.com", "unsubscribed")
    everybody = {offer.contact for offer in shown.offers}
    done = carry_out(database, request(database, shown, everybody, 3, client), client)
    told = {
        fix.address: fix.outcome.failure.key if fix.outcome.failure else fix.outcome.status
        for fix in fixes.receipt(database, done).fixed
    }
    assert told == {
        "ada@gmail.com": "subscribed",
        "ben@gmail.com": "error-corrections-there",
        "eve@gmail.com": "subscribed",
    }
    there = mailchimp.member(remote, "ada@gmail.com")
    assert there
    assert there.tags == ("vip",)
    assert [address for _, address, _ in consents(database, news)] == ["ada@gmail.com", "eve@gmail.com"]
    assert fixed(database, news) == 2


def test_at_mailchimp_a_lost_answer_or_a_kill_adds_nobody_twice(
    database: Database, mailchimp: Standin, client: Client
):
    remote = audience_of(mailchimp, tags=("vip",))
    other_typos(mailchimp, remote)
    news = sync(database, client, NOW)
    shown = page(database, news)
    job = request(database, shown, {offer.contact for offer in shown.offers}, 3, client)
    abandon(fixes.work(client, database, claimed(database, job), lambda: NOW), 3)
    # Mailchimp adds the next one, and then does not answer.
    mailchimp.faults.add(FaultKind.SERVER_ERROR, "PUT", MEMBER_PATH, times=None, afterwards=True)
    with pytest.raises(adding.TryLater):
        carry_out(database, job, client, LATER)
    mailchimp.faults.clear()
    done = carry_out(database, job, client, LATER + timedelta(hours=1))
    assert len(fixes.receipt(database, done).with_status([Status.SUBSCRIBED])) == 3
    assert (len(consents(database, news)), fixed(database, news)) == (3, 3)
    assert len(mailchimp.members(remote)) == 6


def test_what_mailchimp_requires_and_the_contact_lacks_is_typed_in_the_form(
    database: Database, mailchimp: Standin, client: Client
):
    town = StoredMergeField("TOWN", "Town", required=True)
    remote = audience_of(mailchimp, fields=[town], merge='{"FNAME": "A", "LNAME": "B", "TOWN": "Lens"}')
    other_typos(mailchimp, remote)
    shown = page(database, sync(database, client, NOW))
    assert {offer.address: offer.needs_form for offer in shown.offers} == {
        "ada@gmial.com": False,
        "ben@gmial.com": True,
        "eve@gmial.com": True,
    }
    tick_list.tick(database, shown.plan_id, ME, (), all_of_them=True)
    assert len(tick_list.look(database, shown.plan_id, ME).ticked) == 1
    with pytest.raises(NoMailchimp):
        request(database, shown, {offer.contact for offer in shown.offers}, 1)


def test_permissions_are_ticked_for_each_person_in_the_form(
    database: Database, mailchimp: Standin, client: Client
):
    audience_of(mailchimp, permissions=("Email",))
    shown = page(database, sync(database, client, NOW))
    assert [offer.needs_form for offer in shown.offers] == [True]
