"""Verdicts reversed: the status before comes back, of nobody else, once, and the bounces until then don't count."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.archives import archives, restores
from bot.archives.jobs import ARCHIVE, RESTORE
from bot.audiences import audiences, journal
from bot.bounces import evidence, intake
from bot.bounces.events import Cause, EventKind, MailEvent
from bot.bounces.verdicts import reversals
from bot.bounces.verdicts.reversals import REVERSAL, NothingToReverse, Obstacle
from bot.contacts import counts
from bot.core.errors import AlreadyDone, IsMirrored, PlanGone, WrongWord
from bot.jobs import jobs
from storage.contacts.contacts import Segment
from storage.core.database import Database
from storage.core.tables import AudienceRow, AudienceSource
from tests.conftest import NOW
from tests.support.audiences import claim, import_csv, run, statuses
from tests.support.bot.intake import audience, contact, event, soft, take
from tests.support.bot.reversals import LATER, WORD, batches, reverse_batch, reverse_contact
from tests.support.figures import assert_exact, contacts, emptied

PEOPLE = [f"p{i}@example.com" for i in range(6)]


def obstacle(database: Database, address: str) -> Obstacle | None:
    found = contact(database, address)
    return evidence.explain(database, found.audience_id, found.id).obstacle


@pytest.mark.parametrize("status", ["subscribed", "nonsubscribed"])
def test_the_contact_is_again_what_it_was_before_the_verdict(database: Database, status: str):
    audience(database, "ann@example.com", "ben@example.com", status=status)
    before = contacts(database, without=("revision",))
    take(database, event("ann@example.com", diagnostic="550 gone", campaign="July"))
    assert contact(database, "ann@example.com").status == "cleaned"
    assert obstacle(database, "ann@example.com") is None
    job = reverse_contact(database, "ann@example.com")
    assert (job.outcome.n, job.outcome.changed) == (1, 0)
    assert contacts(database, without=("revision",)) == before
    assert_exact(database)
    [line] = journal.latest(database, 1)
    assert (line.who, line.what, line.n, line.audience) == ("U1", "reverse", 1, "News")


def test_bounces_until_then_do_not_count_and_later_ones_do(database: Database):
    audience(database, "ann@example.com", "ben@example.com")
    take(database, event("ann@example.com", ago=1))
    take(database, *(soft("ben@example.com", ago) for ago in range(7)))
    for address in ("ann@example.com", "ben@example.com"):
        reverse_contact(database, address)
    late = [
        event("ann@example.com", uid="late", ago=2),
        *(soft("ben@example.com", ago + 8) for ago in range(9)),
    ]
    assert intake.take_in(database, late, LATER).cleaned == 0, "what is told late happened before"
    new = [soft("ben@example.com", -ago) for ago in range(1, 7)]
    after = LATER + timedelta(days=9)
    assert intake.take_in(database, new, after).cleaned == 0
    assert intake.take_in(database, [soft("ben@example.com", -7)], after).cleaned == 1
    assert intake.take_in(database, [event("ann@example.com", ago=-1)], after).cleaned == 1
    found = contact(database, "ann@example.com")
    told = evidence.explain(database, found.audience_id, found.id)
    assert told.dismissed_until == LATER
    assert told.obstacle is None, "it can be a mistake again"
    assert_exact(database)


def test_a_complaint_is_never_reversed_and_counts_after_a_reversal(database: Database):
    audience(database, "ann@example.com", "ben@example.com")
    take(database, event("ann@example.com"), event("ben@example.com", EventKind.COMPLAINT))
    assert obstacle(database, "ben@example.com") is Obstacle.COMPLAINT
    with pytest.raises(NothingToReverse):
        reverse_contact(database, "ben@example.com")
    [batch] = batches(database)
    assert reverse_batch(database, batch).outcome.n == 1
    assert contact(database, "ben@example.com").status == "cleaned"
    # Older than the reversal, told after it.
    complaint = event("ann@example.com", EventKind.COMPLAINT, ago=3)
    assert intake.take_in(database, [complaint], LATER).cleaned == 1
    assert_exact(database)


def test_a_complaint_after_the_bounce_keeps_the_contact_cleaned(database: Database):
    audience(database, "ann@example.com")
    take(database, event("ann@example.com"))
    take(database, event("ann@example.com", EventKind.COMPLAINT))
    with pytest.raises(NothingToReverse):
        reverse_contact(database, "ann@example.com")


def test_what_an_import_cleaned_is_left_to_it(database: Database):
    audience(database, "ann@example.com", "ben@example.com")
    import_csv(database, "Email Address,CLEAN_TIME\nann@example.com,2026-01-02 03:04:05")
    take(database, event("ben@example.com"))
    import_csv(database, "Email Address,CLEAN_TIME\nben@example.com,2026-01-02 03:04:05")
    for address in ("ann@example.com", "ben@example.com"):
        assert obstacle(database, address) is Obstacle.IMPORTED
        with pytest.raises(NothingToReverse):
            reverse_contact(database, address)


def test_an_archived_contact_is_restored_first(database: Database):
    news = audience(database, "ann@example.com", "ben@example.com")
    take(database, event("ann@example.com"), event("ben@example.com"))
    [ann] = [contact(database, "ann@example.com").id]
    plan = archives.plan(database, Segment(audience_id=news, ids=(ann,)), by="U1", word="x", now=NOW)
    archives.confirm(database, plan.id, "x", by="U1", now=NOW)
    archive = run(database, ARCHIVE, archives.work)
    assert obstacle(database, "ann@example.com") is Obstacle.ARCHIVED
    [batch] = batches(database)
    job = reverse_batch(database, batch)
    assert (job.outcome.n, job.outcome.changed) == (1, 1)
    assert statuses(database, news) == {"ann@example.com": "archived", "ben@example.com": "subscribed"}
    restores.undo(database, news, archive.id, by="U1", now=LATER)
    run(database, RESTORE, restores.work, LATER)
    assert reverse_contact(database, "ann@example.com").outcome.n == 1
    assert set(statuses(database, news).values()) == {"subscribed"}
    assert_exact(database)


def test_mailchimps_audiences_are_left_to_mailchimp(database: Database):
    news = audience(database, "ann@example.com")
    take(database, event("ann@example.com"))
    [batch] = batches(database)
    with database.transaction() as session:
        row = session.get(AudienceRow, news)
        assert row
        row.source = AudienceSource.MAILCHIMP
    assert obstacle(database, "ann@example.com") is Obstacle.MIRRORED
    with pytest.raises(IsMirrored):
        reverse_batch(database, batch)


def test_a_batch_is_what_one_source_cleaned_within_an_hour(database: Database):
    audience(database, *PEOPLE)
    minute = timedelta(minutes=1)
    for n, (address, source) in enumerate(
        zip(PEOPLE, ["ses", "message", "ses", "message", "ses", "ses"], strict=True)
    ):
        intake.take_in(database, [event(address, source=source)], NOW + n * 14 * minute)
    found = [(batch.source, batch.n, (batch.since - NOW) / minute) for batch in batches(database)]
    assert found == [("ses", 1, 70), ("message", 2, 14), ("ses", 3, 0)]
    [_, forged, _] = batches(database)
    assert (forged.until - NOW) / minute == 42
    assert reverse_batch(database, forged).outcome.n == 2
    cleaned = [address for address in PEOPLE if contact(database, address).status == "cleaned"]
    assert cleaned == [PEOPLE[0], PEOPLE[2], PEOPLE[4], PEOPLE[5]]
    assert [batch.is_reversed for batch in batches(database)] == [False, True, False]
    assert_exact(database)


def test_the_decisive_event_tells_the_source(database: Database):
    """An old date in a forged message doesn't put its verdict into a batch of the provider's."""
    audience(database, "ann@example.com")
    take(database, soft("ann@example.com", 1, source="ses"))
    take(database, event("ann@example.com", source="message", ago=400))
    assert [batch.source for batch in batches(database)] == ["message"]


def test_a_wrong_word_changes_nothing_and_a_plan_is_used_once(database: Database):
    news = audience(database, "ann@example.com")
    take(database, event("ann@example.com"))
    [batch] = batches(database)
    plan = reversals.plan_batch(database, news, batch.id, by="U1", word=WORD, now=LATER)
    with pytest.raises(WrongWord):
        reversals.confirm(database, plan.id, "ARCHIVE", by="U1", now=LATER)
    with pytest.raises(PlanGone):
        reversals.confirm(database, plan.id, WORD, by="U2", now=LATER)
    reversals.confirm(database, plan.id, f" {WORD.lower()} ", by="U1", now=LATER)
    with pytest.raises(AlreadyDone):
        reversals.confirm(database, plan.id, WORD, by="U1", now=LATER)
    assert run(database, REVERSAL, reversals.work).outcome.n == 1
    with pytest.raises(PlanGone):
        reversals.plan_batch(database, news, "no such batch", by="U1", word=WORD, now=LATER)


def test_who_is_cleaned_after_the_preview_is_not_swept_along(database: Database):
    news = audience(database, *PEOPLE)
    take(database, event(PEOPLE[0]), event(PEOPLE[1]))
    [batch] = batches(database)
    plan = reversals.plan_batch(database, news, batch.id, by="U1", word=WORD, now=NOW)
    take(database, event(PEOPLE[2]))
    reversals.confirm(database, plan.id, WORD, by="U1", now=NOW)
    job = run(database, REVERSAL, reversals.work)
    assert (plan.n, job.outcome.n, job.outcome.changed) == (2, 2, 1)
    assert contact(database, PEOPLE[2]).status == "cleaned"
    assert_exact(database)


def test_another_process_carries_it_on_where_the_first_was_killed(
    database: Database, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(reversals, "CONTACTS_PER_CHUNK", 2)
    news = audience(database, *PEOPLE)
    before = contacts(database, without=("revision",))
    take(database, *map(event, PEOPLE))
    [batch] = batches(database)
    plan = reversals.plan_batch(database, news, batch.id, by="U1", word=WORD, now=LATER)
    reversals.confirm(database, plan.id, WORD, by="U1", now=LATER)
    first = next(reversals.work(database, claim(database, REVERSAL, LATER), lambda: LATER))
    assert first.done == 2
    assert_exact(database)
    second = claim(database, REVERSAL, LATER + 2 * jobs.LEASE)
    *steps, last = reversals.work(database, second, lambda: LATER)
    assert [step.done for step in steps] == [4, 6]
    assert (last.outcome.n, last.outcome.changed) == (6, 0)
    assert contacts(database, without=("revision",)) == before
    assert [batch.n_reversed for batch in batches(database)] == [6]
    assert_exact(database)


def test_what_was_worth_a_look_and_new_is_counted_no_more(database: Database):
    audience(database, *PEOPLE)
    take(database, *map(event, PEOPLE), event(PEOPLE[0], EventKind.ACTIVE))
    [news] = audiences.list_all(database)
    assert counts.figures(database, news, NOW, "UTC").worth_a_look == 1
    [batch] = batches(database)
    reverse_batch(database, batch)
    found = counts.figures(database, news, NOW, "UTC")
    assert (found.worth_a_look, found.cleaned, found.this_week) == (0, 0, 0)


def test_batches_are_listed_a_page_at_a_time(database: Database, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(reversals, "BATCHES_PER_PAGE", 4)
    audience(database, *PEOPLE)
    for n, address in enumerate(PEOPLE):
        take(database, event(address, source=f"source {n}"))
    first, second = reversals.recent_batches(database), reversals.recent_batches(database, 1)
    assert (len(first.batches), first.has_more) == (4, True)
    assert (len(second.batches), second.has_more) == (2, False)
    assert {batch.source for batch in (*first.batches, *second.batches)} == {f"source {n}" for n in range(6)}


EVENTS = st.lists(
    st.builds(
        event,
        st.sampled_from(PEOPLE[:3]),
        st.sampled_from([EventKind.HARD, EventKind.COMPLAINT, *[EventKind.SOFT] * 7, EventKind.ACTIVE]),
        ago=st.integers(-3, 9),
        source=st.sampled_from(["ses", "message"]),
        cause=st.just(Cause.SERVER),
    ),
    min_size=1,
    max_size=30,
)


@settings(max_examples=8)
@given(EVENTS, st.integers(1, 10), st.integers(0, 2))
def test_whatever_bounces_came_reversing_them_all_gives_back_all_but_complaints(
    database: Database, events: list[MailEvent], size: int, imported: int
):
    emptied(database)
    news = audience(database, *PEOPLE[:3])
    for start in range(0, len(events), size):
        intake.take_in(database, events[start : start + size], NOW + timedelta(minutes=13 * start))
    end = NOW + timedelta(days=1)
    for address in PEOPLE[:imported]:
        import_csv(database, f"Email Address,CLEAN_TIME\n{address},2026-01-02 03:04:05")
    offered = {address for address in PEOPLE[:3] if _is_offered(database, address)}
    for batch in batches(database):
        try:
            reverse_batch(database, batch, end)
        except NothingToReverse:
            continue
    complained = {each.address for each in events if each.kind is EventKind.COMPLAINT}
    kept = complained | set(PEOPLE[:imported])
    expected = {address: "cleaned" if address in kept else "subscribed" for address in PEOPLE[:3]}
    assert statuses(database, news) == expected
    assert not offered & kept
    again = [
        replace(each, uid=f"{each.uid} again") for each in events if each.kind is not EventKind.COMPLAINT
    ]
    later = intake.take_in(database, [each for each in again if each.at <= end], end)
    assert later.cleaned == 0
    assert_exact(database)


def _is_offered(database: Database, address: str) -> bool:
    try:
        return obstacle(database, address) is None
    except PlanGone:
        return False
