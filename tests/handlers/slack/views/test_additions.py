"""What Mailchimp asks, and what it said, as Slack gets them: within its limits, in both languages, with the longest names."""

from dataclasses import replace
from typing import Any

import pytest

from bot.core.errors import CleanedError
from bot.corrections import required_fields
from bot.corrections.corrections import Correction, FilledForm, Form
from bot.corrections.likely_typos import Step
from bot.corrections.required_fields import (
    ADDRESS_PARTS,
    MOST_CHOICES,
    MOST_FIELDS,
    MOST_PERMISSIONS,
    Field,
    Permission,
    Requirements,
)
from bot.mailchimp import adding, additions
from bot.mailchimp.additions import AdditionReceipt
from bot.mailchimp.jobs import ADD, AddJob
from handlers.slack import errors
from handlers.slack.views.corrections import corrections as form_views
from handlers.slack.views.mailchimp import additions as views
from handlers.slack.views.mailchimp import required_fields as wanted_views
from handlers.standins.slack.limits.checks import check_message, check_view
from handlers.words import LANGUAGES, Words, words
from storage.contacts.values import Status
from storage.core.tables import AudienceSource
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

KINDS = "text number phone date url imageurl birthday zip radio dropdown".split()
NAMES = ("Town", LONG)


@pytest.fixture(params=LANGUAGES)
def spoken(request: pytest.FixtureRequest) -> Words:
    return words(request.param)


def check(surface: str, shown: dict[str, Any]) -> None:
    """Neither our list of limits nor the workspace's has anything against it."""
    assert problems(surface, shown) == []
    if surface == "modal":
        check_view(shown, "modal")
    else:
        check_message(shown["text"], shown["blocks"])
    written = [block for block in shown["blocks"] if block["type"] in ("section", "context")]
    assert "<!channel>" not in str(written)


def every_field(name: str) -> list[Field]:
    """As many as there may be, of each kind, with as many choices as there may be."""
    parts = [
        Field(f"A{n}", name, "address", True, (), name, part) for n in range(4) for part in ADDRESS_PARTS
    ]
    plain = [
        Field(f"M{n}", name, KINDS[n % len(KINDS)], n % 3 > 0, (), name, problem=name * (n % 2))
        for n in range(MOST_FIELDS - len(parts) - 3)
    ]
    choices = tuple(f"{n}{name}" for n in range(MOST_CHOICES // 3))
    menus = [Field(f"C{n}", name, "dropdown", True, choices, choices[-1]) for n in range(3)]
    return [*parts, *plain, *menus]


@pytest.mark.parametrize("name", NAMES)
def test_the_form_with_all_that_may_be_asked_is_within_the_limits(spoken: Words, name: str):
    permissions = tuple(Permission(f"{n:010}", f"{n} {name}") for n in range(MOST_PERMISSIONS))
    asked = Requirements(tuple(every_field(name)), permissions, first_name=True, last_name=True)
    assert len(asked.fields) == MOST_FIELDS
    filled = FilledForm(
        address=LONGEST_ADDRESS,
        permission=True,
        first_name=name,
        last_name=name,
        fields={field.key: field.value for field in asked.fields},
        permissions=tuple(each.id for each in permissions),
    )
    for contact, suggestion in ((ADA, SUGGESTED), (LONGEST, LONG_ONE)):
        for typed in (None, filled):
            for optin in (True, False):
                form = Form("0123456789abcdef", contact, suggestion, step=Step(2**40, 2**40, PLACE))
                form = replace(form, requirements=replace(asked, double_optin=optin), typed=typed)
                view = form_views.form(spoken, form, contact)
                check("modal", view)
                assert "consent" in str(view["blocks"])
                check(
                    "modal", form_views.with_domain_statuses(spoken, view, {LONG: None, contact.domain: None})
                )


def test_each_input_says_in_a_sentence_why_it_is_there(spoken: Words):
    fields = [Field("T", "Town", kind, True) for kind in KINDS] + [Field("T", "Town", "text", False)]
    asked = Requirements(tuple(fields), (Permission("1", "Email"),))
    inputs = list(wanted_views.inputs(spoken, asked, None, ""))
    assert all("Mailchimp" in block["hint"]["text"] for block in inputs[:-1])
    assert len({block["hint"]["text"] for block in inputs[:-1]}) == 7
    assert inputs[-1]["hint"]["text"] == spoken("corrections-permissions-hint")
    parts = [Field("H", "Home", "address", True, part=part) for part in ADDRESS_PARTS]
    labels = {
        block["label"]["text"] for block in wanted_views.inputs(spoken, Requirements(tuple(parts)), None, "")
    }
    assert len(labels) == len(ADDRESS_PARTS)


def test_an_own_value_that_does_not_fit_its_input_is_left_out(spoken: Words):
    """Slack would refuse the whole modal."""
    for kind, name in (("date", "initial_date"), ("number", "initial_value"), ("dropdown", "initial_option")):
        choices = ("a", "b") if kind == "dropdown" else ()
        for value, fits in (
            ("", False),
            ("soon", False),
            ({"date": "2020-02-29", "number": "-7.5"}.get(kind, "b"), True),
        ):
            field = Field("T", "Town", kind, True, choices, value)
            [block] = wanted_views.inputs(spoken, Requirements((field,)), None, "")
            assert (name in block["element"]) is fits


def test_more_fields_than_a_modal_takes_are_said_to_be_too_many():
    fields = [field("text", n) for n in range(MOST_FIELDS + 1)]
    with pytest.raises(required_fields.TooManyFields):
        required_fields.find_requirements(CLIENT, audience(fields), CONTACT)
    assert (
        len(
            (
                required_fields.find_requirements(CLIENT, audience(fields[1:]), CONTACT) or Requirements()
            ).fields
        )
        == MOST_FIELDS
    )


def test_choices_that_a_modal_has_no_room_for_are_typed():
    choices = [str(n) for n in range(100)]
    fields = [{**field("dropdown", n), "choices": choices} for n in range(4)]
    fields[0]["choices"] = [*choices, "100"]
    found = required_fields.find_requirements(CLIENT, audience(fields), CONTACT)
    assert found
    assert [len(each.choices) for each in found.fields] == [0, 100, 100, 100]


@pytest.mark.parametrize("name", NAMES)
def test_what_mailchimp_said_is_within_the_limits(spoken: Words, name: str):
    place = replace(NEWS, name=name)
    for state in ({}, {"trying": True}):
        check("modal", views.started(spoken, job(progress=state), name))
        check("message", views.progress(spoken, job(progress=state), name))
    for status in (Status.SUBSCRIBED, Status.PENDING):
        for further in (None, Step(0, 5, None), Step(2**40, 2**40, PLACE)):
            for tags in ((), (name,) * 50):
                done = Correction(place, LONGEST_ADDRESS, LONGEST_ADDRESS, NOW, further)
                check("message", views.receipt(spoken, AdditionReceipt(done, status, tags)))
    for error in refusals(name):
        message = views.refused(spoken, job(error))
        check("message", message)
        assert views.AGAIN in str(message)


def test_every_refusal_has_a_sentence_of_its_own(spoken: Words):
    said = {str(errors.sentence(spoken, error)) for error in refusals("News")}
    assert len(said) == len(refusals("News"))


def test_the_sign_up_form_is_linked_where_only_they_can_come_back(spoken: Words):
    for signup, linked in (
        ("https://x.example/s?u=1&id=2", True),
        ("<!channel>", False),
        (None, False),
        ("", False),
    ):
        failed = job(adding.MustSignUpAgain(address="a", audience="b", signup=signup))
        assert ("<https://x.example/s?u=1&id=2|" in str(views.refused(spoken, failed))) is linked
        check("message", views.refused(spoken, failed))


CLIENT: Any = object()  # is asked nothing
CONTACT: Any = type("Contact", (), {"merge_fields": {}, "address": "ada@gmial.com"})


def field(kind: str, n: int) -> dict[str, Any]:
    return {"tag": f"T{n}", "name": f"Field {n}", "type": kind, "required": True, "choices": []}


def audience(fields: list[dict[str, Any]]) -> Any:
    made = {
        "name": "News",
        "source": AudienceSource.MAILCHIMP,
        "remote_id": "l1",
        "remote": {"fields": fields},
    }
    return type("Audience", (), {**made, "merge_labels": [each["name"] for each in fields]})


def job(error: CleanedError | None = None, progress: dict[str, Any] | None = None) -> AddJob:
    result = {"error": error.key, "values": error.values} if error else {}
    task = {
        "contact": 1,
        "address": LONGEST_ADDRESS,
        "key": LONGEST_ADDRESS,
        "first_name": None,
        "last_name": None,
        "fields": [],
        "values": {},
        "permissions": [],
        "ticked": [],
        "wording": "yes",
        "language": "en",
    }
    return job_value(ADD, task, cursor=progress or {}, result=result)


def refusals(name: str) -> list[CleanedError]:
    about = {"address": LONGEST_ADDRESS, "audience": name}
    statuses = (*map(str, Status), "unknown")
    return [
        *(adding.AlreadyAtMailchimp(**about, status=status) for status in statuses),
        adding.MustSignUpAgain(**about, signup="https://x.list-manage.com/subscribe?id=1"),
        adding.DeletedForGood(**about, signup=None),
        adding.InvalidFields(**about, detail=name, fields=[["T", name, name]] * 80),
        adding.KeyRejected(),
        adding.NoAnswer(**about),
        adding.OtherRefusal(**about, title=name, detail=name),
        additions.FieldMissing(field="T"),
        required_fields.NoMailchimp(audience=name),
        required_fields.TooManyFields(audience=name, n=61),
        required_fields.RequirementsUnknown(audience=name),
    ]
