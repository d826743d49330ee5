"""The cleaning rules as a form."""

import pytest

from bot.audiences.audiences import Audience
from bot.bounces.verdicts.policy import Policy
from bot.bounces.verdicts.saved_policies import HIGHEST_THRESHOLD, THRESHOLDS
from handlers.slack.views.bounces import policies as views
from handlers.words import LANGUAGES
from handlers.words import words as words_for
from tests.support.limits import problems
from tests.support.views.segments import ENGLISH, LONG, NEWS, text_of


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("n", [1, 2, HIGHEST_THRESHOLD])
def test_the_longest_texts_stay_within_the_limits(language: str, n: int):
    words, audience = words_for(language), Audience(1, LONG)
    assert problems("modal", views.form(words, audience, Policy(n, n, n))) == []
    assert problems("modal", views.receipt(words, audience, Policy(n, n, n))) == []


def test_the_form_names_the_audience_and_shows_the_numbers_that_hold():
    form = views.form(ENGLISH, NEWS, Policy(3, 4, 50))
    assert "When addresses in Newsletter are cleaned" in text_of(form)
    inputs = {b["block_id"]: b["element"] for b in form["blocks"] if b["type"] == "input"}
    assert "initial_value" not in inputs.pop(views.SIGNUP)
    fields = {name: element["initial_value"] for name, element in inputs.items()}
    assert list(fields.values()) == ["3", "4", "50"]
    values = {id_: {id_: {"value": n}} for id_, n in fields.items()}
    assert views.typed(values) == dict(zip(THRESHOLDS, ("3", "4", "50"), strict=True))


def test_the_receipt_says_the_numbers_and_what_they_hold_for():
    said = text_of(views.receipt(ENGLISH, NEWS, Policy(1, 15, 10)))
    assert "Never active: cleaned after 1 day with a soft bounce" in said
    assert "Active before: cleaned after 15 days with" in said
    assert "Contacts that are already cleaned stay cleaned." in said
