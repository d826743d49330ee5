"""Reversing verdicts: whatever the numbers and names, Slack takes what is shown, in each language."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.bounces.evidence import Explanation
from bot.bounces.verdicts.batches import Answer
from bot.bounces.verdicts.held import CLEANING
from bot.bounces.verdicts.reversals import (
    BATCHES_PER_PAGE,
    REVERSAL,
    BatchesPage,
    Obstacle,
    ReversalPlan,
    ReversalReceipt,
)
from handlers.slack.views.bounces import evidence as evidence_views
from handlers.slack.views.bounces import held as held_views
from handlers.slack.views.bounces import reversals as views
from handlers.words import LANGUAGES, words
from tests.support.jobs import job_value
from tests.support.limits import problems
from tests.support.views.evidence import a_why
from tests.support.views.reversals import AT, a_batch
from tests.support.views.segments import elements, text_of

NUMBERS = st.integers(0, 10**7)
NAMES = st.one_of(st.just("News"), st.text(min_size=1, max_size=400), st.just("<!channel> & *all* " * 300))


@settings(max_examples=20)
@given(st.sampled_from(LANGUAGES), NAMES, NUMBERS, NUMBERS, NUMBERS)
def test_slack_takes_every_view_and_message(language: str, name: str, n: int, changed: int, back: int):
    said, batch = words(language), a_batch(name, n, back)
    page = BatchesPage(
        [
            replace(batch, id=str(each), answer=Answer.CLEAN if each % 2 else None)
            for each in range(BATCHES_PER_PAGE)
        ],
        has_more=True,
    )
    for number in (0, 3):
        assert problems("modal", views.listing(said, page, number)) == []
    for address, of in ((None, batch), (f"{name}@example.com", None)):
        plan = ReversalPlan("0123456789abcdef", name, n, "MISTAKE", address, of, changed, back)
        assert problems("modal", views.form(said, plan)) == []
    for columns in ({}, _done(n, changed), {"state": "failed", "result": {"error": "loading", "values": {}}}):
        job = job_value(REVERSAL, {"up_to": 1, "batch": "b"}, total=n, done=back, **columns)
        receipt = ReversalReceipt(job, name, batch, f"{name}@example.com" * (n % 2))
        assert problems("message", views.message(said, receipt)) == []
        assert problems("modal", views.started(said, receipt)) == []
        assert "<!channel>" not in str(views.message(said, receipt))


@settings(max_examples=20)
@given(st.sampled_from(LANGUAGES), NAMES, NUMBERS, NUMBERS)
def test_slack_takes_every_question_and_its_answer(language: str, name: str, n: int, changed: int):
    said, batch = words(language), a_batch(name, changed, 0)
    for answer in (None, *Answer):
        asked = held_views.question(said, replace(batch, answer=answer, answered_by="U0OLIVIA"))
        assert problems("message", asked) == []
        assert "<!channel>" not in str(asked)
    for columns in ({}, _done(n, changed), {"state": "failed", "result": {"error": "loading", "values": {}}}):
        job = job_value(CLEANING, {"batch": "b"}, total=n, done=changed, **columns)
        assert problems("message", held_views.message(said, job, name)) == []
        assert problems("modal", held_views.started(said, job, name)) == []


def _done(n: int, changed: int) -> dict[str, Any]:
    return {"state": "done", "result": {"n": n, "changed": changed}}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("obstacle", list(Obstacle))
def test_where_nothing_can_be_taken_back_the_evidence_says_why(language: str, obstacle: Obstacle):
    said = words(language)
    shown = evidence_views.why(said, a_why(obstacle=obstacle))
    assert said.md(f"reversals-not-{obstacle}") in text_of(shown)
    assert views.CONTACT not in _actions(said, a_why(obstacle=obstacle))


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_evidence_leads_to_the_contact_and_to_its_batch(language: str):
    said = words(language)
    assert _actions(said, a_why()) == [evidence_views.FIX, evidence_views.ARCHIVE, views.CONTACT]
    together = a_why(batch=a_batch("News", 1_603, 0), dismissed_until=AT)
    assert _actions(said, together)[2:] == [views.CONTACT, views.BATCH]
    archived = a_why(status="archived", archive="a1", obstacle=Obstacle.ARCHIVED)
    assert _actions(said, archived) == [evidence_views.RESTORE]
    assert problems("modal", evidence_views.why(said, together)) == []
    assert _actions(said, a_why(batch=replace(a_batch("News", 1, 0), n_held=0)))[-1] == views.CONTACT


def _actions(said: Any, explanation: Explanation) -> list[str]:
    shown = elements(evidence_views.why(said, explanation))
    return [each["action_id"] for each in shown if "action_id" in each]


def test_an_empty_list_says_what_it_will_show():
    assert problems("modal", views.listing(words("en"), BatchesPage([], has_more=False), 0)) == []


def test_a_batch_that_came_at_once_has_one_time():
    batch = a_batch("News", 3, 0)
    assert str(views.cleaned_by(words("en"), batch)).count("<!date") == 2
    assert str(views.cleaned_by(words("en"), replace(batch, until=batch.since))).count("<!date") == 1
