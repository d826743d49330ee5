"""A fault of the sender, which many servers refuse, is one incident: nobody is cleaned for it, and it is told once."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from random import Random
from types import SimpleNamespace
from typing import Any

import pytest

from bot.audiences import audiences
from bot.bounces import evidence, intake, mailbox
from bot.bounces.events import LIST_SUFFIX, Cause, EventKind, Fault, MailEvent
from bot.bounces.faults import find_fault
from bot.bounces.verdicts import notices
from bot.bounces.verdicts.notices import NOTICE, Incident, NoticeTask
from bot.bounces.verdicts.policy import (
    INCIDENT_DOMAINS,
    INCIDENT_QUIET,
    Burst,
    Weakness,
    find_incidents,
)
from bot.contacts import counts
from bot.jobs import jobs
from bot.jobs.jobs import Recipient
from storage.bounces.message_files import MailMessage
from storage.bounces.verdicts import incidents as incident_rows
from storage.core.database import Database
from tests.conftest import NOW
from tests.support import mails, refusals
from tests.support.audiences import run, statuses
from tests.support.bot.intake import audience, contact, event, weakness
from tests.support.bot.reversals import batches, reverse_contact
from tests.support.figures import assert_exact
from tests.support.refusals import BLOCK_LIST, SPF, bounce

OPERATORS = [Recipient("U1", "en"), Recipient("U2", "fr")]
MANY = [f"p{n}@firm{n}.example" for n in range(200)]
LARGE = [f"p{n}@large.example" for n in range(300)]
AGO = timedelta(minutes=50)
WEEKS = 60


def found(events: Sequence[MailEvent], contacts: int) -> list[Burst]:
    """The incidents among these events, without a database."""
    ordered = sorted(events, key=lambda event: event.at)
    ids = {address: n for n, address in enumerate({event.address for event in events})}
    refused = [
        (each.at, ids[each.address], each.address.partition("@")[2]) for each in ordered if find_fault(each)
    ]
    return find_incidents(refused, [(each.at, ids[each.address]) for each in ordered], contacts)


def take(database: Database, events: Sequence[MailEvent], now: datetime = NOW, size: int = 100) -> int:
    """Takes in the events as they come, some at a time; returns how many contacts that cleaned."""
    pieces = (events[start : start + size] for start in range(0, len(events), size))
    return sum(intake.take_in(database, piece, now).cleaned for piece in pieces)


def periods(database: Database, audience_id: int) -> list[Burst]:
    with database.reading() as session:
        rows = incident_rows.of_audience(session, audience_id)
        return [Burst(row.since, row.until) for row in rows]


def told(database: Database, now: datetime) -> list[tuple[str, NoticeTask, Incident]]:
    """What is told now: to whom, what, and the incident as it is then."""
    n = notices.tell(database, OPERATORS, now)
    tasks = []
    for _ in range(n):
        job = run(database, NOTICE, notices.work, now)
        assert job.recipient
        tasks.append((job.recipient.user, job.task, notices.incident(database, job.task.notice)))
    return tasks


def hard(address: str, at: datetime, text: str = BLOCK_LIST) -> MailEvent:
    """As a provider tells that gives an address up for whatever cause."""
    return replace(bounce(address, at, text, "ses"), kind=EventKind.HARD)


@pytest.mark.parametrize("contacts", [300, 5_000, 20_000])
def test_no_ordinary_week_of_sixty_is_an_incident(contacts: int):
    random, people = Random(contacts), refusals.people(contacts)
    n_refused = 0
    for week in range(WEEKS):
        told = refusals.ordinary_week(random, people, NOW + timedelta(weeks=week))
        n_refused += sum(find_fault(each) is not None for each in told)
        assert found(told, contacts) == []
    assert n_refused > WEEKS / 4, "there was something to be mistaken for one"


@pytest.mark.parametrize("seed", range(5))
def test_a_fault_in_an_ordinary_week_is_found_within_its_first_refusals(seed: int):
    random, people = Random(seed), refusals.people(20_000)
    week = refusals.ordinary_week(random, people, NOW)
    domains = {each.partition("@")[2]: each for each in people}
    at = week[len(week) // 2].at
    of_domains = refusals.refusals(random.sample(sorted(domains.values()), 200), at, SPF)
    of_provider = refusals.refusals([each for each in people if each.endswith("@gmail.com")], at, SPF)
    for of_fault in (of_domains, of_provider):
        first, *_ = found([*week, *of_fault], len(people))
        assert first.since >= at - timedelta(hours=1)
        assert first.until >= of_fault[-1].at


def test_two_hundred_domains_clean_nobody_and_are_told_once(database: Database):
    news = audience(database, *MANY)
    assert take(database, [hard(each, NOW - AGO, SPF) for each in MANY]) == 0
    assert set(statuses(database, news).values()) == {"subscribed"}
    assert notices.are_due(database, NOW)
    first, second = told(database, NOW)
    assert {first[0], second[0]} == {"U1", "U2"}
    incident = first[2]
    assert (len(incident.domains), incident.addresses, incident.cleaned) == (200, 200, 0)
    assert incident.faults == [Fault.SPF]
    assert incident.since == NOW - AGO
    assert incident.said
    assert incident.said[1] == SPF
    assert not incident.is_over
    assert not notices.are_due(database, NOW)
    assert told(database, NOW) == []
    assert_exact(database)


def test_one_large_domain_is_one_too_and_a_small_one_is_none(database: Database):
    news = audience(database, *LARGE, *MANY)
    take(database, refusals.refusals(LARGE[:49], NOW - AGO, BLOCK_LIST))
    assert periods(database, news) == []
    take(database, refusals.refusals(LARGE, NOW - AGO, BLOCK_LIST))
    [(_, _, incident), _] = told(database, NOW)
    assert incident.domains == [("large.example", 300)]
    assert (incident.faults, incident.lists) == ([Fault.BLOCK_LIST], ["Spamhaus"])


def test_those_cleaned_before_it_was_plain_are_marked_and_given_back(database: Database):
    news = audience(database, *MANY, "gone@firm0.example")
    gone = event("gone@firm0.example", ago=1 / 48)
    before = [hard(each, NOW - AGO) for each in MANY[: INCIDENT_DOMAINS - 1]]
    assert take(database, [*before, gone]) == INCIDENT_DOMAINS
    assert weakness(database, MANY[0]) == Weakness.PROVIDER
    assert take(database, [hard(each, NOW - AGO) for each in MANY[INCIDENT_DOMAINS - 1 :]]) == 0
    marked = {each: weakness(database, each) for each in MANY[: INCIDENT_DOMAINS - 1]}
    assert set(marked.values()) == {Weakness.INCIDENT}
    assert weakness(database, "gone@firm0.example") is None, "it is dead, whoever else was refused"
    [(_, _, incident), _] = told(database, NOW)
    assert incident.cleaned == INCIDENT_DOMAINS - 1
    found = contact(database, MANY[0])
    explained = evidence.explain(database, news, found.id)
    assert explained.incident
    assert (explained.incident.addresses, explained.incident.domains) == (200, 200)
    assert explained.obstacle is None
    assert len(batches(database)) == 2
    assert reverse_contact(database, MANY[0]).outcome.n == 1
    assert contact(database, MANY[0]).status == "subscribed"
    assert_exact(database)


def test_what_is_refused_later_belongs_to_it_until_it_is_over(database: Database):
    news = audience(database, *MANY)
    take(database, refusals.refusals(MANY[:150], NOW - AGO, SPF))
    [period] = periods(database, news)
    later = NOW + timedelta(hours=3)
    assert take(database, [hard(MANY[150], later, SPF)], later) == 0
    assert len(told(database, later)) == 2
    assert notices.grown(database) == []
    over = period.until + INCIDENT_QUIET
    assert not notices.are_due(database, over)
    over += timedelta(minutes=1)
    assert (
        counts.figures(database, audiences.by_id(database, news), later, "UTC").refused_since == period.since
    )
    assert counts.figures(database, audiences.by_id(database, news), over, "UTC").refused_since is None
    ended = told(database, over)
    assert [(user, task.is_over) for user, task, _ in ended] == [("U1", True), ("U2", True)]
    assert ended[0][2].is_over
    assert ended[0][2].until == period.until
    assert told(database, over) == []
    assert take(database, [hard(MANY[151], over, SPF)], over) == 1, "one alone is cleaned as before"
    next_day = over + timedelta(days=1)
    take(database, refusals.refusals(MANY, next_day - AGO, SPF), next_day)
    assert [task.is_over for _, task, _ in told(database, next_day)] == [False, False]
    assert len(periods(database, news)) == 2


def test_an_incident_of_several_audiences_is_told_once(database: Database):
    audience(database, *MANY)
    other = [f"q{n}@other{n}.example" for n in range(20)]
    audience(database, *other, name="Other")
    take(database, refusals.refusals(MANY[:50], NOW - AGO, SPF))
    [(_, task, first), _] = told(database, NOW)
    take(database, refusals.refusals([*MANY, *other], NOW - AGO, SPF))
    assert told(database, NOW) == []
    assert notices.grown(database) == [task.notice]
    assert notices.grown(database) == []
    grown = notices.incident(database, task.notice)
    assert (first.addresses, grown.addresses) == (50, 220)
    assert [name for _, name in grown.audiences] == ["News", "Other"]
    assert len(notices.told(database, task.notice)) == 2
    assert [task.is_over for _, task, _ in told(database, NOW + INCIDENT_QUIET)] == [True, True]


def test_two_processes_tell_once(database: Database):
    audience(database, *MANY)
    take(database, refusals.refusals(MANY, NOW - AGO, SPF))
    with ThreadPoolExecutor(4) as threads:
        counts = list(threads.map(lambda _: notices.tell(database, OPERATORS, NOW), range(4)))
    assert sorted(counts) == [0, 0, 0, len(OPERATORS)]
    over = NOW + INCIDENT_QUIET
    with ThreadPoolExecutor(4) as threads:
        counts = list(threads.map(lambda _: notices.tell(database, OPERATORS, over), range(4)))
    assert sorted(counts) == [0, 0, 0, len(OPERATORS)]


def test_a_process_that_ends_while_it_tells_has_told_nobody(
    database: Database, monkeypatch: pytest.MonkeyPatch
):
    audience(database, *MANY)
    take(database, refusals.refusals(MANY, NOW - AGO, SPF))
    created = []

    def create(*given: Any, **named: Any) -> Any:
        created.append(named["recipient"])
        if len(created) == len(OPERATORS):
            raise KeyboardInterrupt
        return jobs.create(*given, **named)

    with monkeypatch.context() as killed:
        killed.setattr(notices, "jobs", SimpleNamespace(create=create))
        with pytest.raises(KeyboardInterrupt):
            notices.tell(database, OPERATORS, NOW)
    assert sorted(user for user, _, _ in told(database, NOW)) == ["U1", "U2"]


def test_bounces_by_mail_make_one_too(database: Database):
    news = audience(database, *MANY[:30])
    raw = [mails.bounce(each, "5.7.1", SPF) for each in MANY[:30]]
    messages = mailbox.read_messages([MailMessage("box", each, len(each)) for each in raw], NOW)
    assert mailbox.take_in(database, messages, NOW).intake.counted == 30
    assert periods(database, news) == [Burst(NOW, NOW)]


def test_nobody_to_tell_leaves_it_to_be_told(database: Database):
    audience(database, *MANY)
    take(database, refusals.refusals(MANY, NOW - AGO, SPF))
    assert notices.tell(database, [], NOW) == 0
    assert notices.are_due(database, NOW)


def test_an_incident_that_was_over_is_told_as_a_whole_and_a_long_past_one_is_not(database: Database):
    audience(database, *MANY)
    take(database, refusals.refusals(MANY, NOW - timedelta(days=1), SPF))
    assert [(task.is_over, incident.is_over) for _, task, incident in told(database, NOW)] == [
        (False, True)
    ] * 2
    take(database, refusals.refusals(MANY, NOW - timedelta(days=9), BLOCK_LIST))
    assert told(database, NOW) == []
    assert not notices.are_due(database, NOW)


def test_a_large_share_of_the_bounces_blames_the_sender():
    dead = [bounce(f"d{n}@dead{n}.example", NOW, refusals.DEAD[0]) for n in range(300)]
    refused = refusals.refusals(MANY, NOW, BLOCK_LIST)
    assert found([*dead, *refused[:INCIDENT_DOMAINS]], 5_000) == []
    assert found([*dead, *refused], 5_000) != []
    assert found(refused[: INCIDENT_DOMAINS - 1], 5_000) == []


def test_in_whatever_order_and_number_they_come_it_is_the_same(database: Database):
    news = audience(database, *MANY)
    events = refusals.refusals(MANY[:60], NOW - AGO, SPF)
    Random(1).shuffle(events)
    take(database, events, size=7)
    [period] = periods(database, news)
    assert period == Burst(min(each.at for each in events), max(each.at for each in events))
    assert take(database, events) == 0
    assert periods(database, news) == [period]


def test_a_providers_own_list_is_no_incident_and_is_not_excused(database: Database):
    news = audience(database, *MANY)
    listed = [replace(hard(each, NOW - AGO), source=f"ses{LIST_SUFFIX}") for each in MANY]
    assert take(database, listed) == len(MANY)
    assert periods(database, news) == []


def test_complaints_and_dead_addresses_blame_nobody(database: Database):
    news = audience(database, *MANY)
    take(
        database, [event(each, EventKind.COMPLAINT, diagnostic=SPF, cause=Cause.POLICY) for each in MANY[:40]]
    )
    take(database, [event(each, diagnostic=f"{SPF}, user unknown") for each in MANY[40:]])
    assert periods(database, news) == []
