"""The tick list, the form and the receipts: within Slack's limits in both languages, and what comes from outside stays text."""

import json
from dataclasses import replace
from typing import Any

import pytest

from bot.contacts.weeks import Week
from bot.core.addresses import BadAddressReason
from bot.corrections.cleaned_contact import CleanedContact
from bot.corrections.corrections import AlreadyThere, Correction, FilledForm, Form, NotAnAddress, NotCleaned
from bot.corrections.likely_typos import MOST_COUNTED, Step
from bot.corrections.mail_exchanges import MailStatus
from bot.corrections.suggestions.values import Slip, Suggestion, SuggestionReason
from bot.corrections.tick_list import Offer, TickList
from bot.jobs.jobs import Failure
from bot.mailchimp.fixes import Fixed, FixReceipt
from bot.mailchimp.jobs import FIX, FixOutcome
from handlers.slack import errors as slack_errors
from handlers.slack.views.corrections import corrections as views
from handlers.slack.views.corrections import fixes as fix_views
from handlers.slack.views.corrections import tick_list as tick_views
from handlers.words import LANGUAGES, Words, words
from storage.contacts.contacts import PageKey
from storage.contacts.values import CleanReason, Status
from tests.conftest import NOW
from tests.support.jobs import job_value
from tests.support.limits import problems
from tests.support.views.corrections import (
    ADA,
    LONG,
    LONG_ONE,
    LONGEST,
    LONGEST_ADDRESS,
    NEWS,
    PLACE,
    SUGGESTED,
)

PEOPLE = (ADA, LONGEST, replace(ADA, campaign=None, diagnostic=None, first_name=None, last_name=None))


@pytest.fixture(params=LANGUAGES)
def spoken(request: pytest.FixtureRequest) -> Words:
    return words(request.param)


@pytest.mark.parametrize("n", [0, 1, 10])
@pytest.mark.parametrize("contact", PEOPLE)
def test_the_tick_list_is_within_the_limits(spoken: Words, contact: CleanedContact, n: int):
    for suggestion in (SUGGESTED, LONG_ONE):
        for needs_form in (False, True):
            offers = [Offer(each, contact.address, suggestion, needs_form) for each in range(n)]
            for ticked in (frozenset[int](), frozenset(range(n))):
                for audience in (contact.audience, replace(contact.audience, source="mailchimp")):
                    shown = TickList("d" * 16, audience, offers, ticked, PLACE, PLACE, 2**40)
                    view = tick_views.view(spoken, shown, tick_views.kept(spoken, contact))
                    assert problems("modal", view) == []
                    assert "<!channel>" not in json.dumps(view)
                    assert ("submit" in view) is bool(ticked)


def test_only_what_is_wholly_shown_is_agreed_to_by_a_tick(spoken: Words):
    """Its row has the whole old and new address; a longer one is corrected in the form."""
    for length in (20, 23, 24, 25, 60):
        old, new = f"{'a' * length}@gmial.com", f"{'a' * length}@gmail.com"
        offer = Offer(1, old, replace(SUGGESTED, address=new))
        view = tick_views.view(spoken, TickList("d", NEWS, [offer], frozenset(), None, None, 0))
        options = [
            option["text"]["text"]
            for block in view["blocks"]
            for element in block.get("elements", [])
            if element.get("action_id") == tick_views.TICK
            for option in element["options"]
        ]
        whole = f"{old} → {new}"
        assert options == ([whole] if len(whole) <= 75 else [])
        assert whole in json.dumps(view, ensure_ascii=False)


def test_the_receipt_of_several_says_what_became_of_each(spoken: Words):
    for status in ("running", "done", "failed"):
        for audience in (NEWS, LONGEST.audience):
            outcomes = [
                FixOutcome(1, Status.SUBSCRIBED),
                FixOutcome(2, Status.PENDING, tags_lost=(LONG,) * 9, is_profile_lost=True),
                FixOutcome(
                    3, failure=Failure("error-already-there", {"status": "cleaned", "audience": LONG})
                ),
                FixOutcome(
                    4,
                    failure=Failure(
                        "error-corrections-compliance",
                        {"address": LONGEST_ADDRESS, "audience": LONG, "signup": "https://a.example/?b=1"},
                    ),
                ),
            ]
            fixed = [Fixed(LONGEST_ADDRESS, "ada@gmail.com", outcome) for outcome in outcomes]
            job = job_value(FIX, {"items": []}, state=status, result={"outcomes": [{"contact": 1}]})
            message = fix_views.message(spoken, FixReceipt(job, audience, fixed, has_more=True))
            assert problems("message", message) == []
            assert problems("modal", fix_views.started(spoken, FixReceipt(job, audience, fixed, False))) == []
            assert "<!channel>" not in json.dumps(message)
            if status == "done":
                assert "<https://a.example/?b=1|" in str(message)
                assert str(message["blocks"][1]).count("→") == 2


@pytest.mark.parametrize("contact", PEOPLE)
def test_the_form_is_within_the_limits(spoken: Words, contact: CleanedContact):
    for reason in CleanReason:
        for suggestion in (None, SUGGESTED, LONG_ONE):
            for step in (None, Step(1, 1, PLACE), Step(2**40, 2**40, PLACE)):
                form = Form("0123456789abcdef", replace(contact, reason=str(reason)), suggestion, step=step)
                assert_fine(spoken, form, contact)
                assert_fine(spoken, replace(form, suggestion=None, said_by="U0OLIVIA"), None)
                assert_fine(
                    spoken, replace(form, suggestion=suggestion or SUGGESTED, already="cleaned"), contact
                )


def assert_fine(spoken: Words, form: Form, kept: CleanedContact | None) -> None:
    view = views.form(spoken, form, kept)
    assert problems("modal", view) == []
    assert view["private_metadata"] == form.plan_id
    domains = [form.contact.domain, LONG]
    for answer in (None, *MailStatus):
        assert (
            problems("modal", views.with_domain_statuses(spoken, view, dict.fromkeys(domains, answer))) == []
        )


def test_each_suggestion_says_how_sure_it_is_and_why(spoken: Words):
    """Every slip in words of its own; what became what only where that tells something."""
    said = set()
    for reason in SuggestionReason:
        for slip in Slip:
            for confidence in (0.5, 0.8, 0.97):
                suggestion = Suggestion("ada@gmail.com", confidence, reason, slip, "gmial.com")
                told = str(views.form(spoken, Form("d", ADA, suggestion))["blocks"][2]["text"]["text"])
                assert ("gmial.com → gmail.com" in told) is (slip not in (Slip.AT, Slip.AROUND))
                said.add(told)
    assert len(said) == 3 * (3 * (len(Slip) - 2) + 2)
    english = str(views.form(words("en"), Form("d", ADA, SUGGESTED)))
    assert "Likely: gmial.com → gmail.com, a common domain, two letters swapped." in english


def test_what_is_there_already_offers_nothing_to_add(spoken: Words):
    there = [views.form(spoken, Form("d", ADA, SUGGESTED, already=str(status))) for status in Status]
    assert [
        view for view in there if "submit" in view or "input" in {b["type"] for b in view["blocks"]}
    ] == []
    assert len({json.dumps(view) for view in there}) == len(Status)
    assert all(views.NOT_TYPO in json.dumps(view) and views.OTHER in json.dumps(view) for view in there)


def test_a_walk_says_where_it_is(spoken: Words):
    def step(number: int, of: int) -> str:
        view = views.form(spoken, Form("d", ADA, SUGGESTED, step=Step(number, of, PLACE)))
        return str(view["blocks"][0]["elements"][0]["text"])

    assert all(figure in step(3, 12) for figure in ("3", "12"))
    assert len({step(1, 1), step(1, 2), step(2, 2), step(1, MOST_COUNTED), step(1, MOST_COUNTED + 1)}) == 5


def test_what_a_button_carries_is_read_back():
    week = Week(NOW.date(), "Europe/Paris")
    for step in (
        None,
        Step(3, 12, None),
        Step(3, 12, PageKey(NOW, 5)),
        Step(3, 12, None, week),
        Step(0, 2, None, walk="a1"),
        Step(3, 12, PageKey(NOW, 5), week, "a1"),
    ):
        assert views.step_in(views.step_value(7, 5, step)) == (7, 5, step)
    for back in (True, False):
        for of in (None, week):
            value = views.place_value(7, PLACE, back=back, week=of)
            assert views.place_in(value) == (7, PLACE, back, of)
    # Buttons in messages of earlier versions.
    assert views.step_in("7|5|3|12|") == (7, 5, Step(3, 12, None))
    assert views.step_in(f"7|5|3|12||{week.last}|{week.zone}") == (7, 5, Step(3, 12, None, week))


def test_inputs_of_a_walk_are_each_contact_s_own(spoken: Words):
    """Under the same name Slack would keep what was typed, and the tick, for the next person."""
    view = views.form(spoken, Form("d", ADA, SUGGESTED, step=Step(1, 2, PLACE)))
    names = [block["block_id"] for block in view["blocks"] if block["type"] == "input"]
    assert names == ["address-5", "first-name-5", "last-name-5", "consent-5"]
    values = {name: {name.removesuffix("-5"): {"value": "x"}} for name in names}
    assert views.block_of(values, views.CONSENT) == "consent-5"
    assert views.filled(values) == FilledForm(address="x", permission=False, first_name="x", last_name="x")


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
    assert (
        views.permission(words("fr")) == "Cette personne m\u2019a donné son accord pour recevoir nos e-mails"
    )


@pytest.mark.parametrize("contact", PEOPLE)
def test_receipts_and_choices_are_within_the_limits(spoken: Words, contact: CleanedContact):
    for further in (None, Step(0, 5, None), Step(2**40, 2**40, PLACE)):
        done = Correction(contact.audience, contact.address, contact.address, NOW, further)
        assert problems("modal", fix_views.receipt(spoken, done)) == []
        assert problems("message", fix_views.receipt_message(spoken, done)) == []
        assert (views.NEXT in json.dumps(fix_views.receipt(spoken, done))) is (further is not None)
    assert problems("modal", views.choose_contact(spoken, [contact] * 60)) == []
    assert problems("modal", views.choose_address(spoken, [contact.address] * 60)) == []
    assert problems("modal", views.kept(spoken, contact)) == []
    assert problems("modal", views.walked(spoken, 2**53)) == []
    assert problems("modal", views.nothing(spoken, "corrections-no-address")) == []
    options = views.contact_options(spoken, [contact])
    picker = {"type": "static_select", "action_id": "a", "options": options}
    assert problems("message", {"text": "a", "blocks": [{"type": "actions", "elements": [picker]}]}) == []


def test_every_refusal_has_its_own_sentence(spoken: Words):
    def sentences(*errors: Any) -> set[str]:
        said = {str(slack_errors.sentence(spoken, error)) for error in errors}
        assert len(said) == len(errors)
        return said

    there = sentences(*(AlreadyThere(status=str(s), audience="News") for s in Status))
    assert all("News" in said for said in there)
    uncleaned = [s for s in Status if s != Status.CLEANED]
    sentences(*(NotCleaned(address="a@b.fr", status=str(s), audience="News") for s in uncleaned))
    sentences(*(NotAnAddress(reason=str(reason)) for reason in BadAddressReason))
