"""Many verdicts of one source at once wait for an operator: nothing is cleaned before, and all of it after."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.audiences import journal
from bot.bounces import intake, mailbox
from bot.bounces.events import LIST_SUFFIX, EventKind, MailEvent
from bot.bounces.intake import IntakeCounts
from bot.bounces.verdicts import held, policy, reversals
from bot.bounces.verdicts.held import CLEANING, QUESTION, AlreadyAnswered
from bot.bounces.verdicts.reversals import REVERSAL, CleanedBatch, NothingToReverse
from bot.core.errors import PlanGone
from bot.jobs import jobs
from bot.jobs.jobs import Recipient
from storage.bounces.message_files import MailMessage
from storage.core.database import Database
from storage.jobs.jobs import LeaseLost
from tests.conftest import NOW
from tests.support import mails
from tests.support.audiences import claim, import_csv, run, statuses
from tests.support.bot.intake import audience, contact, event, soft, take
from tests.support.bot.reversals import LATER, WORD, batches, reverse_batch
from tests.support.figures import assert_exact, contacts, emptied

PEOPLE = [f"p{i}@example{i}.com" for i in range(8)]
MOST = 3
ASKED = [Recipient("U1", "en"), Recipient("U2", "fr")]


@pytest.fixture(autouse=True)
def _few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Three at once are many."""
    monkeypatch.setattr(policy, "MOST_AT_ONCE_LEAST", MOST)


def cleaned(database: Database) -> set[str]:
    return {row["address"] for row in contacts(database) if row["status"] == "cleaned"}


def waiting(database: Database) -> CleanedBatch:
    [batch] = [batch for batch in batches(database) if batch.waits]
    return batch


def answer_clean(database: Database, batch: CleanedBatch, now: datetime = LATER) -> None:
    held.clean(database, batch.audience_id, batch.id, by="U1", now=now)


def test_a_share_of_a_large_audience_and_a_number_in_a_small_one(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.undo()
    assert [policy.most_at_once(n) for n in (0, 900, 1_000, 2_000, 100_000)] == [50, 50, 50, 100, 5_000]


def test_many_at_once_wait_and_few_do_not(database: Database):
    audience(database, *PEOPLE)
    assert take(database, *map(event, PEOPLE[:MOST])).cleaned == MOST
    assert take(database, *map(event, PEOPLE[MOST:])) == IntakeCounts(counted=len(PEOPLE) - MOST)
    assert cleaned(database) == set(PEOPLE[:MOST])
    batch = waiting(database)
    assert (batch.n, batch.n_held) == (MOST, len(PEOPLE) - MOST)
    assert_exact(database)


def test_those_of_another_source_or_of_another_hour_are_not_held(database: Database):
    audience(database, *PEOPLE)
    take(database, *map(event, PEOPLE[:MOST]))
    assert take(database, event(PEOPLE[4], source="ses")).cleaned == 1
    later = NOW + timedelta(minutes=61)
    assert intake.take_in(database, [event(PEOPLE[5])], later).cleaned == 1


def test_a_source_that_waits_for_an_answer_cleans_nobody_however_long_it_takes(database: Database):
    audience(database, *PEOPLE)
    take(database, *map(event, PEOPLE[:5]))
    for days in range(1, 4):
        now = NOW + timedelta(days=days)
        again = [event(PEOPLE[days], uid=f"{days}"), event(PEOPLE[4 + days], uid=f"{days}")]
        assert intake.take_in(database, again, now).cleaned == 0
    assert cleaned(database) == set()
    assert waiting(database).n_held == 8


def test_complaints_are_held_too(database: Database):
    audience(database, *PEOPLE)
    assert take(database, *(event(each, EventKind.COMPLAINT) for each in PEOPLE)).cleaned == 0


def test_the_answer_cleans_them_on_what_is_known_by_then(database: Database):
    news = audience(database, *PEOPLE)
    take(database, *map(event, PEOPLE[:7]), soft(PEOPLE[7], 1))
    import_csv(database, f"Email Address\n{PEOPLE[0]}", name="unsubscribed_x_export.csv")
    answer_clean(database, waiting(database))
    job = run(database, CLEANING, held.work, LATER)
    assert (job.outcome.n, job.outcome.changed) == (6, 1)
    assert cleaned(database) == set(PEOPLE[1:7])
    assert {contact(database, each).cleaned_at for each in PEOPLE[1:7]} == {LATER}
    [batch] = batches(database)
    assert (batch.n, batch.n_held, batch.answer, batch.answered_by) == (6, 0, "clean", "U1")
    assert_exact(database)
    assert journal.latest(database, 1)[0].what == "clean"
    with pytest.raises(AlreadyAnswered):
        answer_clean(database, batch)
    assert reverse_batch(database, batch, LATER).outcome.n == 6
    assert set(statuses(database, news).values()) == {"subscribed", "unsubscribed"}
    assert_exact(database)


def test_once_answered_the_same_hour_is_not_held_again(database: Database):
    audience(database, *PEOPLE)
    take(database, *map(event, PEOPLE[:5]))
    answer_clean(database, waiting(database), NOW)
    run(database, CLEANING, held.work)
    assert take(database, *map(event, PEOPLE[5:])).cleaned == 3


def test_a_mistake_drops_them_and_gives_back_those_cleaned_before(database: Database):
    news = audience(database, *PEOPLE)
    before = contacts(database, without=("revision",))
    take(database, *map(event, PEOPLE[:2]))
    take(database, *map(event, PEOPLE[2:]))
    batch = waiting(database)
    plan = reversals.plan_batch(database, news, batch.id, by="U2", word=WORD, now=LATER)
    assert (plan.n, plan.batch and plan.batch.n_held) == (2, 6)
    reversals.confirm(database, plan.id, WORD, by="U2", now=LATER)
    with pytest.raises(AlreadyAnswered):
        answer_clean(database, batch)
    job = run(database, REVERSAL, reversals.work, LATER)
    assert (job.outcome.n, job.outcome.dropped, job.done, job.total) == (2, 6, 8, 8)
    assert contacts(database, without=("revision",)) == before
    late = [event(each, uid=f"late {each}") for each in PEOPLE]
    assert intake.take_in(database, late, LATER).cleaned == 0, "they happened before"
    with pytest.raises(NothingToReverse):
        reverse_batch(database, batch, LATER)
    new = [event(each, ago=-1) for each in PEOPLE[:MOST]]
    assert intake.take_in(database, new, NOW + timedelta(days=2)).cleaned == MOST
    assert_exact(database)


def test_one_forged_report_on_many_cleans_nobody(database: Database):
    audience(database, *PEOPLE)
    field = "Final-Recipient: rfc822; {}\nAction: failed\nStatus: 5.1.1\n"
    raw = mails.bounce(PEOPLE[0]).decode()
    first = field.format(PEOPLE[0])
    assert first in raw
    forged = raw.replace(first, "\n".join(map(field.format, PEOPLE))).encode()
    messages = mailbox.read_messages([MailMessage("box", forged, len(forged))], NOW)
    assert mailbox.take_in(database, messages, NOW).intake.counted == len(PEOPLE)
    assert cleaned(database) == set()


def test_a_list_that_an_operator_has_read_is_not_held(database: Database):
    audience(database, *PEOPLE)
    take(database, *(replace(event(address), source=f"ses{LIST_SUFFIX}") for address in PEOPLE))
    assert cleaned(database) == set(PEOPLE)
    assert not held.are_unasked(database)


def test_operators_are_asked_once_each(database: Database):
    news = audience(database, *PEOPLE)
    assert not held.are_unasked(database)
    take(database, *map(event, PEOPLE))
    assert held.are_unasked(database)
    assert held.ask(database, [], NOW) == 0
    assert held.are_unasked(database), "nobody was there to be asked"
    assert held.ask(database, ASKED, NOW) == 2
    assert held.ask(database, ASKED, NOW) == 0
    for _ in ASKED:
        run(database, QUESTION, held.work_question)
    batch = waiting(database)
    asked = held.questions(database, news, batch.id)
    assert sorted(job.recipient.user for job in asked if job.recipient) == ["U1", "U2"]
    assert held.batch_of(database, news, batch.id) == batch
    with pytest.raises(PlanGone):
        held.clean(database, news, "no such batch", by="U1", now=NOW)


def test_a_killed_cleaning_is_carried_on(database: Database, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(held, "CONTACTS_PER_CHUNK", 3)
    audience(database, *PEOPLE)
    take(database, *map(event, PEOPLE))
    answer_clean(database, waiting(database))
    killed = held.work(database, claim(database, CLEANING, LATER), lambda: LATER)
    assert next(killed).done == 3
    assert_exact(database)
    after = LATER + 2 * jobs.LEASE
    *_, last = held.work(database, claim(database, CLEANING, after), lambda: after)
    assert (last.done, last.outcome.n) == (8, 8)
    with pytest.raises(LeaseLost):
        list(killed)
    assert cleaned(database) == set(PEOPLE)
    assert_exact(database)


EVENTS = st.lists(
    st.builds(
        event,
        st.sampled_from(PEOPLE),
        st.sampled_from(
            [EventKind.HARD, EventKind.HARD, EventKind.COMPLAINT, EventKind.SOFT, EventKind.ACTIVE]
        ),
        ago=st.integers(0, 5),  # too few days for soft bounces to clean
        source=st.sampled_from(["ses", "message"]),
    ),
    min_size=1,
    max_size=30,
)


@settings(max_examples=8)
@given(EVENTS, st.integers(1, 12))
def test_waiting_changes_when_contacts_are_cleaned_and_not_which(
    database: Database, events: Sequence[MailEvent], size: int
):
    emptied(database)
    audience(database, *PEOPLE)
    for start in range(0, len(events), size):
        take(database, *events[start : start + size])
    at_once = {batch.source: batch.n for batch in batches(database)}
    assert all(n <= MOST for n in at_once.values())
    for batch in batches(database):
        if batch.waits:
            answer_clean(database, batch)
            run(database, CLEANING, held.work, LATER)
    bounced = {each.address for each in events if each.kind in (EventKind.HARD, EventKind.COMPLAINT)}
    assert cleaned(database) == bounced
    assert not any(batch.n_held for batch in batches(database))
    assert_exact(database)
