"""An incident as it is told: whatever its numbers and names, in each language, Slack takes it."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.bounces.events import Fault
from bot.bounces.verdicts.notices import Incident
from handlers.slack.views.bounces import incidents as views
from handlers.words import LANGUAGES, words
from tests.support.limits import problems
from tests.support.views.segments import text_of

AT = datetime(2026, 11, 30, 9, 30, tzinfo=UTC)
TEXTS = st.one_of(st.text(min_size=1, max_size=400), st.just("<!channel> & *all* " * 300))
INCIDENTS = st.builds(
    Incident,
    audiences=st.lists(st.tuples(st.integers(1, 9), TEXTS), min_size=1, max_size=12),
    since=st.just(AT),
    until=st.just(AT + timedelta(hours=1)),
    faults=st.lists(st.sampled_from(Fault), min_size=1, unique=True),
    domains=st.lists(st.tuples(TEXTS, st.integers(1, 10**6)), min_size=1, max_size=12),
    addresses=st.integers(1, 10**7),
    lists=st.lists(st.sampled_from(["Spamhaus", "SpamCop"]), unique=True),
    said=st.none() | st.tuples(TEXTS, TEXTS),
    cleaned=st.integers(0, 10**6),
    is_over=st.booleans(),
)


@settings(max_examples=30)
@given(st.sampled_from(LANGUAGES), INCIDENTS)
def test_slack_takes_every_message(language: str, incident: Incident):
    for message in (views.begun(words(language), incident), views.over(words(language), incident)):
        assert problems("message", message) == []
        assert "<!channel>" not in str(message)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("fault", Fault)
def test_each_cause_says_what_to_look_at(language: str, fault: Fault):
    said = words(language)
    domains = [(f"firm{n}.example", 30 - n) for n in range(20)]
    incident = Incident(
        [(1, "News")],
        AT,
        AT,
        [fault],
        domains,
        99,
        ["Spamhaus"],
        ("firm0.example", "550 no"),
        3,
        is_over=False,
    )
    text = text_of(views.begun(said, incident))
    look = "incidents-look-lists" if fault is Fault.BLOCK_LIST else f"incidents-look-{fault}"
    for part in (
        said.md(f"incidents-cause-{fault}"),
        said.md(look, lists="Spamhaus"),
        "firm0.example (30)",
        "15",  # more domains
        said.md("incidents-cleaned-before", n=3),
    ):
        assert part in text
    assert "firm5.example" not in text
