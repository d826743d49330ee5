"""The picker, the form and the receipt: within Slack's limits in both languages, and what comes from outside stays text."""

import json
from dataclasses import replace
from typing import Any

import pytest

from bot.addresses import BadAddressReason
from bot.audiences import Audience
from bot.corrections import AlreadyThere, Cleaned, Correction, Form, NotAnAddress, NotCleaned, Typo, Typos
from bot.suggestions import Suggestion, SuggestionReason
from handlers import faults
from handlers.views import corrections as views
from handlers.words import LANGUAGES, Words, words
from storage.contacts import Place
from storage.tables import Reason, Status
from tests.conftest import NOW
from tests.limits import problems

LONG = "Lettre d\u2019information des adhérents de l\u2019association & <!channel> *amis* " * 30
LONGEST_ADDRESS = f"{'_' * 64}@{'b' * 63}.{'c' * 63}.{'d' * 57}.fr"
NEWS = Audience(1, "News")
ADA = Cleaned(NEWS, 5, "ada@gmial.com", "gmial.com", "hard", NOW, "Autumn", "550 user unknown", "Ada", "Roy")
LONGEST = Cleaned(
    Audience(2**53, LONG), 2**53, LONGEST_ADDRESS, "b.fr", "unknown", NOW, LONG, LONG * 20, LONG, LONG
)
SUGGESTED = Suggestion("ada@gmail.com", 0.9, SuggestionReason.COMMON_DOMAIN)
PEOPLE = (ADA, LONGEST, replace(ADA, campaign=None, diagnostic=None, first_name=None, last_name=None))


@pytest.fixture(params=LANGUAGES)
def spoken(request: pytest.FixtureRequest) -> Words:
    return words(request.param)


@pytest.mark.parametrize("n", [0, 1, 10])
@pytest.mark.parametrize("contact", PEOPLE)
def test_the_picker_is_within_the_limits(spoken: Words, contact: Cleaned, n: int):
    for reason in SuggestionReason:
        typo = Typo(contact, Suggestion(contact.address, 0.9, reason))
        for after in (None, Place(NOW, 2**53)):
            view = views.picker(spoken, Typos(contact.audience, [typo] * n, after))
            assert problems("modal", view) == []
            assert "<!channel>" not in json.dumps(view)


@pytest.mark.parametrize("contact", PEOPLE)
def test_the_form_is_within_the_limits(spoken: Words, contact: Cleaned):
    long = Suggestion(LONGEST_ADDRESS, 0.9, SuggestionReason.OWN_DOMAIN)
    for reason in Reason:
        for suggestion in (None, SUGGESTED, long):
            form = Form("0123456789abcdef", replace(contact, reason=str(reason)), suggestion)
            view = views.form(spoken, form)
            assert problems("modal", view) == []
            assert view["private_metadata"] == form.draft_id


def test_the_form_is_prefilled_and_has_the_fields_that_the_audience_has(spoken: Words):
    view = views.form(spoken, Form("d", ADA, SUGGESTED))
    elements = {b["block_id"]: b["element"] for b in view["blocks"] if b["type"] == "input"}
    assert [elements[name].get("initial_value") for name in ("address", "first-name", "last-name")] == [
        "ada@gmail.com",
        "Ada",
        "Roy",
    ]
    assert elements["consent"]["options"][0]["text"]["text"] == views.permission(spoken)
    bare = views.form(spoken, Form("d", PEOPLE[2], None))
    assert [b["block_id"] for b in bare["blocks"] if b["type"] == "input"] == ["address", "consent"]


def test_the_permission_has_the_words_of_the_page():
    assert views.permission(words("en")) == "This person gave me permission to email them"
    assert views.permission(words("fr")) == "Cette personne m\u2019a autorisé à lui envoyer un e-mail"


@pytest.mark.parametrize("contact", PEOPLE)
def test_receipts_and_choices_are_within_the_limits(spoken: Words, contact: Cleaned):
    for more in (True, False):
        done = Correction(contact.audience, contact.address, contact.address, NOW, more)
        assert problems("modal", views.receipt(spoken, done)) == []
        assert problems("message", views.receipt_message(spoken, done)) == []
        assert (views.NEXT in json.dumps(views.receipt(spoken, done))) is more
    assert problems("modal", views.choose_contact(spoken, [contact] * 60)) == []
    assert problems("modal", views.choose_address(spoken, [contact.address] * 60)) == []
    assert problems("modal", views.nothing(spoken, "corrections-no-address")) == []
    options = views.found_options(spoken, [contact])
    picker = {"type": "static_select", "action_id": "a", "options": options}
    assert problems("message", {"text": "a", "blocks": [{"type": "actions", "elements": [picker]}]}) == []


def test_every_refusal_has_its_own_sentence(spoken: Words):
    def sentences(*errors: Any) -> set[str]:
        said = {str(faults.sentence(spoken, error)) for error in errors}
        assert len(said) == len(errors)
        return said

    there = sentences(*(AlreadyThere(status=str(s), audience="News") for s in Status))
    assert all("News" in said for said in there)
    uncleaned = [s for s in Status if s != Status.CLEANED]
    sentences(*(NotCleaned(address="a@b.fr", status=str(s), audience="News") for s in uncleaned))
    sentences(*(NotAnAddress(reason=str(reason)) for reason in BadAddressReason))
