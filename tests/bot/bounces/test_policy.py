"""The cleaning policy: the page's numbers as a table, and what holds for any history."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.bounces.events import Cause, EventKind
from bot.bounces.verdicts.policy import (
    BURST_WINDOW,
    Burst,
    EvidenceEvent,
    History,
    Policy,
    Verdict,
    Weakness,
    find_bursts,
    judge,
    merge_bursts,
    weakness_without_verdict,
)
from storage.contacts.values import CleanReason

START = datetime(2026, 9, 1, 8, tzinfo=UTC)
POLICY = Policy()


def day(n: float) -> datetime:
    return START + timedelta(days=n)


def soft(n: float, cause: Cause = Cause.SERVER) -> EvidenceEvent:
    return EvidenceEvent(EventKind.SOFT, day(n), cause, "4.4.1")


def hard(n: float, cause: Cause = Cause.NO_MAILBOX, code: str = "5.1.1") -> EvidenceEvent:
    return EvidenceEvent(EventKind.HARD, day(n), cause, code)


def complaint(n: float) -> EvidenceEvent:
    return EvidenceEvent(EventKind.COMPLAINT, day(n))


def softs(n: int, first: float = 0) -> list[EvidenceEvent]:
    return [soft(first + i) for i in range(n)]


def reason(history: History) -> CleanReason | None:
    verdict = judge(history, POLICY)
    return verdict.reason if verdict else None


CASES = {
    "nothing is known": (History(()), None),
    "one hard bounce": (History([hard(0)]), CleanReason.HARD),
    "one hard bounce of a contact that was active": (
        History([hard(9)], active_at=day(1)),
        CleanReason.HARD,
    ),
    "a hard bounce is not undone by a delivery": (
        History([hard(0)], delivered_at=day(1)),
        CleanReason.HARD,
    ),
    "a complaint": (History([complaint(0)]), CleanReason.ABUSE),
    "the third day of an outage": (
        History([hard(2, Cause.SERVER)], bursts=[Burst(day(0), day(5))]),
        None,
    ),
    "an outage that does not end": (
        History([hard(4, Cause.SERVER)], bursts=[Burst(day(0), day(5))]),
        CleanReason.HARD,
    ),
    "a complaint outweighs a hard bounce before it": (History([hard(0), complaint(1)]), CleanReason.ABUSE),
    "a complaint outweighs a hard bounce after it": (History([complaint(0), hard(1)]), CleanReason.ABUSE),
    "six soft bounces, no activity": (History(softs(6)), None),
    "seven soft bounces, no activity": (History(softs(7)), CleanReason.SOFT),
    "fourteen soft bounces since activity": (History(softs(14, 1), active_at=day(0)), None),
    "fifteen soft bounces since activity": (History(softs(15, 1), active_at=day(0)), CleanReason.SOFT),
    "a hundred soft bounces on one day count once": (
        History([soft(i / 1000) for i in range(100)]),
        None,
    ),
    "seven days with two soft bounces each": (History([*softs(7), *softs(7, 0.1)]), CleanReason.SOFT),
    "a delivery resets the count": (History(softs(12), delivered_at=day(6.5)), None),
    "seven after the delivery": (History(softs(14), delivered_at=day(6.5)), CleanReason.SOFT),
    "an open resets the count, and raises the bar": (History(softs(16), active_at=day(1.5)), None),
    "fifteen after the open": (History(softs(17), active_at=day(1.5)), CleanReason.SOFT),
    "a delivery is no activity: seven are enough": (
        History(softs(7, 1), delivered_at=day(0)),
        CleanReason.SOFT,
    ),
    "a soft bounce in an outage is not counted": (
        History(softs(7), bursts=[Burst(day(3), day(3.05))]),
        None,
    ),
    "a hard bounce in an outage is not counted": (
        History([hard(3, Cause.SERVER)], bursts=[Burst(day(3), day(3.05))]),
        None,
    ),
    "that there is no such mailbox is no outage": (
        History([hard(3)], bursts=[Burst(day(3), day(3.05))]),
        CleanReason.HARD,
    ),
    "the second burst of a domain is no outage any more": (
        History([hard(10, Cause.NO_DOMAIN)], bursts=[Burst(day(3), day(3.05)), Burst(day(10), day(10.05))]),
        CleanReason.HARD,
    ),
    "an outage may last for days": (
        History([hard(5, Cause.NO_DOMAIN)], bursts=[Burst(day(3), day(3.05)), Burst(day(5), day(5.05))]),
        None,
    ),
}


@pytest.mark.parametrize(("history", "expected"), CASES.values(), ids=CASES.keys())
def test_the_verdict(history, expected):
    assert reason(history) == expected


WEAK = {
    "a hard bounce is strong": (History([hard(0)]), None),
    "opened a month before": (History([hard(30)], active_at=day(0)), Weakness.ACTIVE),
    "opened since": (History([hard(0)], active_at=day(1)), Weakness.ACTIVE),
    "opened half a year before": (History([hard(180)], active_at=day(0)), None),
    "delivered since": (History([hard(0)], delivered_at=day(1)), Weakness.DELIVERED),
    "delivered before": (History([hard(2)], delivered_at=day(1)), None),
    "a full mailbox, called permanent": (History([hard(0, Cause.FULL)]), Weakness.PROVIDER),
    "a policy block": (History([hard(0, Cause.POLICY)]), Weakness.PROVIDER),
    "a content block": (History([hard(0, Cause.CONTENT)]), Weakness.PROVIDER),
    "too large": (History([hard(0, Cause.SIZE)]), Weakness.PROVIDER),
    "a server in trouble, called permanent": (History([hard(0, Cause.SERVER)]), Weakness.PROVIDER),
    "blocked, though it opened": (History([hard(1, Cause.POLICY)], active_at=day(0)), Weakness.PROVIDER),
    "blocked, then lifted": (History([hard(0, Cause.POLICY)], delivered_at=day(1)), Weakness.DELIVERED),
    "reported again without a cause": (
        History([hard(0, Cause.UNKNOWN), hard(0, Cause.POLICY)]),
        Weakness.PROVIDER,
    ),
    "blocked, then dead": (History([hard(0, Cause.POLICY), hard(1)]), None),
    "in an outage": (History([hard(3)], bursts=[Burst(day(3), day(3.05))]), Weakness.OUTAGE),
    "full seven times": (History([soft(i, Cause.FULL) for i in range(7)]), Weakness.FULL),
    "full only once of seven times": (History([soft(0, Cause.FULL), *softs(6, 1)]), None),
    "a complaint is never weak": (History([complaint(0)], active_at=day(1)), None),
}


@pytest.mark.parametrize(("history", "expected"), WEAK.values(), ids=WEAK.keys())
def test_what_is_worth_a_look(history, expected):
    verdict = judge(history, POLICY)
    assert verdict is not None
    assert verdict.weakness == expected


def test_a_verdict_says_what_decided():
    assert judge(History([soft(0), hard(1)]), POLICY) == Verdict(
        CleanReason.HARD, Cause.NO_MAILBOX, "5.1.1", counted=1, needed=7, weakness=None
    )
    assert judge(History(softs(8)), POLICY) == Verdict(
        CleanReason.SOFT, Cause.SERVER, "4.4.1", counted=8, needed=7, weakness=None
    )


def test_thresholds_are_the_audiences_own():
    assert judge(History(softs(2)), Policy(soft_without_activity=2)) is not None
    assert judge(History(softs(8)), Policy(soft_without_activity=9)) is None


def test_why_a_cleaned_contact_would_stay_today():
    late = History(softs(7), delivered_at=day(8))
    assert judge(late, POLICY) is None
    assert weakness_without_verdict(late) == Weakness.DELIVERED
    assert weakness_without_verdict(History(softs(7), active_at=day(8))) == Weakness.ACTIVE
    outage = History([hard(3, Cause.SERVER)], bursts=[Burst(day(3), day(3.05))])
    assert weakness_without_verdict(outage) == Weakness.OUTAGE


def test_many_addresses_of_a_domain_within_an_hour_are_a_burst():
    ten = [(START + timedelta(minutes=6 * i), i) for i in range(10)]
    assert find_bursts(ten, contacts=40, policy=POLICY) == [Burst(START, ten[-1][0])]
    assert find_bursts(ten[:9], contacts=40, policy=POLICY) == []
    assert find_bursts([(at, 1) for at, _ in ten], contacts=40, policy=POLICY) == [], "one address, ten times"
    assert find_bursts(ten, contacts=101, policy=POLICY) == [], "few of the domain's contacts"
    slow = [(START + timedelta(minutes=10 * i), i) for i in range(20)]
    assert find_bursts(slow, contacts=40, policy=POLICY) == [], "never ten within an hour"


EVENTS = st.builds(
    EvidenceEvent,
    kind=st.sampled_from(
        [EventKind.HARD, EventKind.SOFT, EventKind.SOFT, EventKind.SOFT, EventKind.COMPLAINT]
    ),
    at=st.integers(0, 40 * 24).map(lambda hours: START + timedelta(hours=hours)),
    cause=st.sampled_from(Cause),
    code=st.sampled_from(["", "5.1.1", "4.2.2"]),
)
MOMENTS = st.none() | st.integers(0, 40 * 24).map(lambda hours: START + timedelta(hours=hours))
SPANS = st.lists(
    st.tuples(st.integers(0, 960), st.integers(0, 3)).map(
        lambda at: Burst(START + timedelta(hours=at[0]), START + timedelta(hours=sum(at)))
    ),
    max_size=4,
)
HISTORIES = st.builds(
    History,
    st.lists(EVENTS, max_size=30),
    delivered_at=MOMENTS,
    active_at=MOMENTS,
    bursts=SPANS.map(merge_bursts),
)


@given(HISTORIES, st.randoms(use_true_random=False))
def test_the_order_of_arrival_does_not_matter(history, random):
    events = list(history.events)
    random.shuffle(events)
    shuffled = History(events, history.delivered_at, history.active_at, history.bursts)
    assert judge(shuffled, POLICY) == judge(history, POLICY)


@given(HISTORIES)
def test_twice_is_once(history):
    twice = History([*history.events] * 2, history.delivered_at, history.active_at, history.bursts)
    assert judge(twice, POLICY) == judge(history, POLICY)


@given(HISTORIES, EVENTS)
def test_more_evidence_never_saves_a_contact(history, event):
    more = History([*history.events, event], history.delivered_at, history.active_at, history.bursts)
    if judge(history, POLICY):
        assert judge(more, POLICY)


@given(HISTORIES)
def test_nothing_but_a_complaint_is_called_abuse(history):
    complained = any(each.kind == EventKind.COMPLAINT for each in history.events)
    assert (reason(history) == CleanReason.ABUSE) == complained


@given(st.lists(st.tuples(st.integers(0, 300), st.integers(0, 20)), max_size=60), st.integers(0, 300))
def test_bursts_are_what_looking_at_every_hour_finds(minutes, contacts):
    told = [(START + timedelta(minutes=at), contact) for at, contact in minutes]
    found = find_bursts(told, contacts, POLICY)
    enough = max(POLICY.outage_addresses, contacts / 10)
    for at, _ in told:
        windows = [
            {c for when, c in told if start <= when <= start + BURST_WINDOW}
            for start, _ in told
            if start <= at <= start + BURST_WINDOW
        ]
        assert any(span.contains(at) for span in found) == any(len(each) >= enough for each in windows)
