"""`/cleaned-fix` in a Mailchimp audience, from Slack's payloads to the modals and messages it is sent."""

import time
from collections.abc import Iterator
from datetime import timedelta
from threading import Event
from typing import Any

import pytest

from bot.jobs import jobs
from bot.mailchimp.adding import TryLater
from bot.mailchimp.jobs import ADD
from handlers.slack.app import job_handlers
from handlers.slack.jobs import long_work
from handlers.slack.views.corrections import corrections as form_views
from handlers.slack.views.corrections import tick_list as tick_views
from handlers.slack.views.mailchimp import additions as views
from handlers.standins.mailchimp.account import merge_values
from handlers.standins.mailchimp.standin import Standin
from storage.core.database import Database
from storage.corrections import corrections as store
from storage.mailchimp.api.client import Client
from tests.conftest import NOW
from tests.support.features.additions import ALL, BORN, MERGE, SIZE
from tests.support.features.corrections import (
    FRENCH_OPERATOR,
    OPERATOR,
    Json,
    Person,
    buttons,
    said,
)
from tests.support.limits import problems
from tests.support.mirrors import NEW, OLD, TEXTS, audience_of, client_of, never, sync, watched


class Operator(Person):
    """A person whose bot has Mailchimp, and whose worker works when it is told to."""

    def __init__(self, database: Database, client: Client | None, user: str = OPERATOR) -> None:
        super().__init__(database, user, mailchimp=client)
        self.messages: list[Json] = []
        self.slack.conversations_open = lambda **_given: {"channel": {"id": "D1"}}  # type: ignore[method-assign,assignment]
        self.slack.views_publish = lambda **_given: {}  # type: ignore[method-assign,assignment]
        self.slack.chat_postMessage = self._told  # type: ignore[method-assign]
        self.slack.chat_update = self._told  # type: ignore[method-assign]

    def fill_in(self, view: Json, **typed: Any) -> Json:
        """Submits the form, the consent ticked; `typed`: answers by the inputs' names, `_` for what is no letter."""
        values: Json = {}
        for block in view["blocks"]:
            if block["type"] == "input":
                name = block["element"]["action_id"]
                answer = _answer_of(block["element"])
                key = "".join(sign if sign.isalnum() else "_" for sign in name)
                values[block["block_id"]] = {name: typed.get(key, answer)}
        consent = next(value for value in values.values() if "consent" in value)
        consent["consent"] = typed.get("consent", {"selected_options": [{"value": "permission"}]})
        sent = view | {"id": "V1", "state": {"values": values}}
        return self.send(self.body("view_submission", view=sent))

    def work(self) -> tuple[Json, Json]:
        """The worker does the job; the message and the modal then."""
        job = jobs.claim(self.parts.database, [ADD], "test", NOW + timedelta(hours=1))
        assert job
        [handler] = [each for each in job_handlers(self.parts) if each.type.kind is job.kind]
        long_work.JobRun(self.parts, handler, job, Event(), lambda *_: None).run()
        shown = None
        while not self.slack.sent.empty():
            shown = self.shown()
        assert shown
        return self.messages[-1], shown

    def _told(self, **given: Any) -> Any:
        assert problems("message", {name: given[name] for name in ("text", "blocks")}) == []
        self.messages.append(given)
        return {"ts": "1.0"}


def _answer_of(element: Json) -> Json:
    """What Slack sends for an input that nobody touched."""
    kind = element["type"]
    if kind == "static_select":
        return {"selected_option": element.get("initial_option")}
    if kind == "datepicker":
        return {"selected_date": element.get("initial_date")}
    if kind == "checkboxes":
        return {"selected_options": element.get("initial_options", [])}
    return {"value": element.get("initial_value")}


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(long_work, "FIRST_MESSAGE_SECONDS", 0.0)
    monkeypatch.setattr(long_work, "TELL_SECONDS", 0.0)


@pytest.fixture
def mailchimp() -> Iterator[Standin]:
    with watched() as mailchimp:
        yield mailchimp


@pytest.fixture
def client(mailchimp: Standin) -> Iterator[Client]:
    with client_of(mailchimp) as client:
        yield client


@pytest.mark.parametrize(
    ("user", "double_optin", "goes", "adding", "receipt"),
    [
        (OPERATOR, False, "added in Mailchimp", "to News in Mailchimp…", "as a subscribed contact"),
        (
            OPERATOR,
            True,
            "pending until the person confirms",
            "to News in Mailchimp…",
            "has sent the confirmation mail",
        ),
        (
            FRENCH_OPERATOR,
            False,
            "ajoutée dans Mailchimp",
            "Ajout en cours dans Mailchimp",
            "comme contact abonné",
        ),
        (FRENCH_OPERATOR, True, "en attente d’ici là", "Ajout en cours dans Mailchimp", "a envoyé l’e-mail"),
    ],
)
def test_a_fix_is_added_by_mailchimp_and_the_receipt_says_how(
    database: Database,
    mailchimp: Standin,
    client: Client,
    user: str,
    double_optin: bool,
    goes: str,
    adding: str,
    receipt: str,
):
    remote = audience_of(mailchimp, fields=ALL, permissions=TEXTS, merge=MERGE, double_optin=double_optin)
    news = sync(database, client, NOW)
    person = Operator(database, client, user)
    form = person.command(OLD)
    assert goes in said(form)
    assert form["callback_id"] == form_views.SUBMIT_TO_MAILCHIMP
    ids = {option["value"] for option in permissions(form)["options"]}
    assert "initial_options" not in permissions(form)
    answer = person.fill_in(form, permissions_0={"selected_options": permissions(form)["options"][:1]})
    assert answer["response_action"] == "update"
    assert adding in said(answer["view"])
    assert problems("modal", answer["view"]) == []
    again = person.fill_in(form)
    assert again["response_action"] == "push"
    message, modal = person.work()
    assert receipt in said(message)
    assert receipt in said(modal)
    there = mailchimp.member(remote, NEW)
    assert there
    assert there.status == ("pending" if double_optin else "subscribed")
    assert len(there.permissions & ids) == 1
    values = merge_values(there)
    assert (values["SIZE"], values["BORN"], values["SINCE"], values["LUCKY"]) == (
        "large",
        "11/24",
        "2020-02-29",
        7,
    )
    assert values["HOME"]["zip"] == "62300"
    with database.reading() as session:
        [consent] = store.consents(session, news)
    assert consent.given_by == user
    assert consent.wording.splitlines()[1:] == [f"[x] {TEXTS[0]}", f"[ ] {TEXTS[1]}"]


def permissions(form: Json) -> Json:
    found: Json = next(b["element"] for b in form["blocks"] if b.get("block_id") == "permissions-0")
    return found


def test_slack_has_its_answer_though_mailchimp_is_slow(
    database: Database, mailchimp: Standin, client: Client
):
    audience_of(mailchimp)
    sync(database, client, NOW)
    person = Operator(database, client)
    form = person.command(OLD)
    mailchimp.rules.latency = 30
    before = time.monotonic()
    assert person.fill_in(form)["response_action"] == "update"
    assert time.monotonic() - before < 3
    mailchimp.rules.latency = 0


def test_what_is_missing_is_told_under_its_input(database: Database, mailchimp: Standin, client: Client):
    audience_of(mailchimp, fields=ALL)
    sync(database, client, NOW)
    person = Operator(database, client)
    form = person.command(OLD)
    full = {
        "field_SIZE": {"selected_option": {"value": "1"}},
        "field_BORN": {"value": "11/24"},
        "field_SINCE": {"selected_date": "2020-02-29"},
        "field_LUCKY": {"value": "7"},
        "field_HOME_addr1": {"value": "1 Main St"},
        "field_HOME_city": {"value": "Lens"},
        "field_HOME_state": {"value": "PC"},
        "field_HOME_zip": {"value": "62300"},
    }
    for name in full:
        answer = person.fill_in(form, **{**full, name: {"value": " "}})
        [where] = answer["errors"]
        assert where.replace("-", "_").replace(".", "_") == name
        assert "Mailchimp requires this" in answer["errors"][where]
    answer = person.fill_in(form, **full, consent={"selected_options": []})
    assert "Tick this" in answer["errors"]["consent"]
    assert person.fill_in(form, **full, address={"value": "ada"})["errors"].keys() == {"address"}
    assert person.fill_in(form, **full)["response_action"] == "update"


@pytest.mark.parametrize("user", [OPERATOR, FRENCH_OPERATOR])
def test_a_refusal_names_the_field_and_the_form_comes_back_as_it_was(
    database: Database, mailchimp: Standin, client: Client, user: str
):
    remote = audience_of(mailchimp, fields=(BORN, SIZE), permissions=TEXTS)
    news = sync(database, client, NOW)
    person = Operator(database, client, user)
    form = person.command(OLD)
    some = permissions(form)["options"][1:]
    large = {"selected_option": {"value": "1"}}
    person.fill_in(
        form,
        field_BORN={"value": "in May"},
        field_SIZE=large,
        first_name={"value": "Adèle"},
        permissions_0={"selected_options": some},
    )
    message, modal = person.work()
    for shown in (message, modal):
        assert "Birthday" in said(shown)
        assert "Please enter a month" in said(shown)
    with database.reading() as session:
        assert list(store.consents(session, news)) == []
    stranger = Operator(database, client, "U0OTHER")
    assert "has expired" in said(stranger.press({}, views.AGAIN, buttons(modal)[0]["value"]))

    for shown in (message, modal):  # the button is in both
        form = person.press(shown, views.AGAIN)
        inputs = {b["block_id"]: b for b in form["blocks"] if b["type"] == "input"}
        assert "Please enter a month" in inputs["field-BORN"]["hint"]["text"]
        assert _answer_of(inputs["field-BORN"]["element"]) == {"value": "in May"}
        assert _answer_of(inputs["field-SIZE"]["element"])["selected_option"]["value"] == "1"
        assert _answer_of(inputs["first-name"]["element"]) == {"value": "Adèle"}
        assert _answer_of(inputs["permissions-0"]["element"])["selected_options"] == some
        assert _answer_of(inputs["consent"]["element"])["selected_options"]
    person.fill_in(form, field_BORN={"value": "05/31"})
    person.work()
    there = mailchimp.member(remote, NEW)
    assert there
    assert merge_values(there) == {"FNAME": "Adèle", "LNAME": "Roy", "BORN": "05/31", "SIZE": "large"}
    assert there.permissions == {some[0]["value"]}


def test_a_walk_goes_on_from_the_receipt_and_leaves_one_message(
    database: Database, mailchimp: Standin, client: Client
):
    remote = audience_of(mailchimp)
    for address in ("bob@gmial.com", "eve@gmial.com"):
        mailchimp.put(remote, address)
        mailchimp.clean(remote, address)
    sync(database, client, NOW)
    person = Operator(database, client)
    first = person.press(person.command(), tick_views.WALK)
    [suggested] = [
        b["element"]["initial_value"] for b in first["blocks"] if b.get("block_id", "").startswith("address")
    ]
    mailchimp.put(remote, suggested)  # it is there by now
    person.fill_in(first)
    message, modal = person.work()
    assert "already subscribed" in said(message)
    person.fill_in(person.press(modal, views.AGAIN), address={"value": "new@gmail.com"})
    _, modal = person.work()
    following = person.press(modal, form_views.NEXT)
    assert "2 of 3 likely typos" in said(following)
    person.fill_in(following)
    _, modal = person.work()
    person.fill_in(person.press(modal, form_views.NEXT))
    message, modal = person.work()
    assert buttons(modal) == []
    assert len([each for each in person.messages if "ts" not in each]) == 1
    assert message["ts"] == "1.0"
    assert "already subscribed" not in said(message)
    assert "new@gmail.com" in said(message)
    assert said(message).count("@gmail.com") == 3


def test_while_mailchimp_does_not_answer_the_person_is_told_that_it_is_tried_again(
    database: Database, mailchimp: Standin, client: Client
):
    audience_of(mailchimp)
    sync(database, client, NOW)
    person = Operator(database, client)
    person.fill_in(person.command(OLD))
    never(mailchimp)
    with pytest.raises(TryLater):
        person.work()
    assert "The bot keeps trying" in said(person.messages[-1])
    mailchimp.faults.clear()
    assert "as a subscribed contact" in said(person.work()[0])


def test_without_a_key_the_person_is_told_what_to_do(database: Database, mailchimp: Standin, client: Client):
    audience_of(mailchimp)
    sync(database, client, NOW)
    assert "set MAILCHIMP_API_KEY" in said(Operator(database, None).command(OLD))


def test_no_address_and_no_key_gets_into_the_log(
    database: Database, mailchimp: Standin, client: Client, caplog: pytest.LogCaptureFixture
):
    remote = audience_of(mailchimp)
    sync(database, client, NOW)
    person = Operator(database, client)
    with caplog.at_level("INFO"):
        person.fill_in(person.command(OLD))
        mailchimp.put(remote, NEW)
        message, _ = person.work()
    assert "is already subscribed to News" in said(message)
    assert "ada@" not in caplog.text
    assert mailchimp.key not in caplog.text
