"""`/cleaned-list`, from Slack's payloads to the modals it is sent."""

import json
from collections.abc import Callable
from concurrent.futures import Future
from functools import partial
from queue import Queue
from typing import Any
from uuid import uuid4

import pytest
from slack_bolt import BoltRequest
from slack_bolt.authorization import AuthorizeResult
from slack_sdk import WebClient

from bot.core.settings import load
from handlers.slack import listeners
from handlers.slack.app import build_app
from handlers.slack.context import AppContext
from handlers.slack.people import People
from handlers.slack.threads import Threads
from handlers.slack.views import segments as views
from storage.core.database import Database
from tests.bot.contacts.test_segments import fill
from tests.conftest import NOW
from tests.handlers.slack.views.test_segments import elements, state_of
from tests.support.limits import problems

OPERATOR, MEMBER = "U0OLIVIA", "U0SAM"
View = dict[str, Any]


class Slack(WebClient):
    """Keeps the views it is sent, in order."""

    def __init__(self) -> None:
        super().__init__()
        self.shown: Queue[View] = Queue()

    def users_info(self, **given: Any) -> Any:
        user = {"team_id": "T1", "locale": "en-US", "tz": "Europe/London"}
        return {"user": user | {"is_admin": given["user"] == OPERATOR}}

    def views_open(self, **_given: Any) -> Any:
        return {"view": {"id": "V1"}}

    def views_update(self, **given: Any) -> Any:
        assert problems("modal", given["view"]) == []
        self.shown.put(given["view"])

    def chat_postMessage(self, **given: Any) -> Any:  # noqa: N802
        self.shown.put(given)


class Person:
    """Sends what Slack sends for a person; each returns the view that is shown then."""

    def __init__(self, database: Database, user: str = OPERATOR, slack: Slack | None = None) -> None:
        self.slack = slack or Slack()
        settings = load(_env_file=None)
        self.parts = AppContext(
            database=database,
            settings=settings,
            client=self.slack,
            people=People(self.slack, settings.operators, "T1"),
            clock=lambda: NOW,
        )
        self.app = build_app(self.parts, AuthorizeResult(enterprise_id=None, team_id="T1", bot_token="x"))
        self.user = user
        self.clicks = 0
        self.running: list[Future[Any]] = []
        threads = self.app.listener_runner.listener_executor
        assert isinstance(threads, Threads)
        for name in ("submit", "submit_slow"):
            setattr(threads, name, partial(self._remembered, getattr(threads, name)))

    def command(self, text: str = "") -> View:
        self.clicks += 1
        body = {"command": "/cleaned-list", "text": text, "user_id": self.user, "team_id": "T1"}
        self.send({**body, "trigger_id": uuid4().hex})
        return self.shown()

    def click(self, view: View, action_id: str, *ticked: int, block_id: str = "", **answer: Any) -> View:
        self.clicks += 1
        action = {"action_id": action_id, "block_id": block_id, "action_ts": f"1.{self.clicks:03}", **answer}
        self.send(self.body("block_actions", state_of(view, *ticked), actions=[action]))
        return self.shown()

    def press(self, view: View, action_id: str, *ticked: int) -> View:
        [button] = [e for e in elements(view) if e.get("action_id") == action_id]
        return self.click(view, action_id, *ticked, value=button.get("value"))

    def submit(self, view: View, text: str, *ticked: int) -> tuple[dict[str, Any], View]:
        """What the submission is answered, and the view that is shown then."""
        sent = state_of(view, *ticked)
        for values in sent["state"]["values"].values():
            if views.TEXT in values:
                values[views.TEXT]["value"] = text
        answer = self.send(self.body("view_submission", sent))
        return answer, self.shown()

    def shown(self) -> View:
        """The last view, once every listener has ended: a list may be drawn twice."""
        for future in self.running:  # one may start another
            future.exception(10)
        shown = [self.slack.shown.get(timeout=10)]
        while not self.slack.shown.empty():
            shown.append(self.slack.shown.get())
        return shown[-1]

    def options(self, view: View, action_id: str, typed: str) -> list[str]:
        body = self.body("block_suggestion", view, action_id=action_id, value=typed, block_id="b")
        return [option["text"]["text"] for option in self.send(body)["options"]]

    def _remembered(self, submit: Callable[..., Future[Any]], *given: Any) -> Future[Any]:
        self.running.append(submit(*given))
        return self.running[-1]

    def body(self, kind: str, view: View, **more: Any) -> dict[str, Any]:
        self.clicks += 1
        user, team = {"id": self.user}, {"id": "T1"}
        sent = {"type": kind, "user": user, "team": team, "trigger_id": uuid4().hex}
        return sent | {"view": view | {"id": "V1"}, "container": {"type": "view"}} | more

    def send(self, body: dict[str, Any]) -> dict[str, Any]:
        answer = self.app.dispatch(BoltRequest(body=body, mode="socket_mode"))
        assert answer.status == 200
        read: dict[str, Any] = json.loads(answer.body) if answer.body else {}
        return read


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listeners, "SETTLE_SECONDS", 0)


def addresses(view: View) -> list[str]:
    return [e["options"][0]["text"]["text"] for e in elements(view) if e.get("action_id") == views.TICK]


def says(view: View) -> str:
    return json.dumps(view["blocks"], ensure_ascii=False)


def test_ticks_over_three_pages_filters_and_back(database: Database):
    fill(database, [{"clean_reason": "soft" if n % 2 else "hard"} for n in range(25)])
    olivia = Person(database)
    first = olivia.command()
    assert "*25* cleaned contacts in News" in says(first)
    assert len(addresses(first)) == 10
    olivia.click(first, views.TICK, 25)
    second = olivia.press(olivia.click(first, views.TICK, 25, 24), views.NEXT, 25, 24)
    third = olivia.press(second, views.NEXT, 15)
    assert "*3 ticked.*" in says(third)
    assert len(addresses(third)) == 5
    soft = olivia.click(third, views.REASON, selected_option={"value": "soft"})
    assert "*12* of 25 cleaned contacts" in says(soft)
    every = olivia.press(soft, views.TICK_PAGE, 24)
    assert "*12 ticked.*" in says(every), "24, and nine more of this page, beside 25 and 15"
    again = olivia.press(every, views.CLEAR, *range(6, 25, 2))
    assert [e["options"][0]["value"] for e in elements(again) if "initial_options" in e] == [
        "25", "24", "22", "20", "18", "16",
    ]  # fmt: skip
    none = olivia.press(again, views.UNTICK)
    assert "None ticked" in says(none)


def test_the_text_is_applied_by_submitting_and_stays_in_its_field(database: Database):
    fill(database, [{"address": "ada@x.fr"}, {"address": "bob@x.fr"}])
    olivia = Person(database)
    view = olivia.command()
    answer, found = olivia.submit(view, "ada", 2)
    assert answer == {"response_action": "update", "view": view}, "what is open stays open, as it was"
    assert addresses(found) == ["ada@x.fr"]
    assert '"initial_value": "ada"' in says(found)
    assert "*1 ticked.*" in says(found)
    _, none = olivia.submit(found, "zoe")
    assert "No cleaned contact matches" in says(none)
    assert "initial_value" not in says(olivia.press(none, views.CLEAR))


def test_enter_applies_the_text_too(database: Database):
    fill(database, [{"address": "ada@x.fr"}, {"address": "bob@x.fr"}])
    olivia = Person(database)
    found = olivia.click(olivia.command(), views.TEXT, value="BOB", type="plain_text_input")
    assert addresses(found) == ["bob@x.fr"]


def test_campaign_domain_and_date_are_filters_with_suggestions(database: Database):
    long = "Campaign of a very long name " * 9
    fill(
        database,
        [
            {"address": "a@gmial.com", "clean_campaign_title": long},
            {"address": "b@gmial.com", "clean_campaign_title": "Spring"},
            {"address": "c@orange.fr", "clean_campaign_title": long},
        ],
    )
    olivia = Person(database)
    view = olivia.command()
    assert olivia.options(view, views.DOMAIN, "gm") == ["gmial.com (2)"]
    [option] = olivia.options(view, views.CAMPAIGN, "very")
    assert option.endswith("… (2)")
    value = long[:149].rstrip() + "…"
    of_campaign = olivia.click(view, views.CAMPAIGN, selected_option={"value": value})
    assert addresses(of_campaign) == ["c@orange.fr", "a@gmial.com"]
    both = olivia.click(of_campaign, views.DOMAIN, selected_option={"value": "gmial.com"})
    assert addresses(both) == ["a@gmial.com"]
    late = olivia.click(both, views.SINCE, selected_date="2026-11-25")
    assert "No cleaned contact matches" in says(late)


def test_which_audience_is_asked_where_there_are_several_and_switching_keeps_the_modal(database: Database):
    news, other = fill(database, [{}]), fill(database, [{}] * 2, audience="Other")
    olivia = Person(database)
    question = olivia.command()
    assert "Which audience?" in says(question)
    view = olivia.click(question, views.CHOOSE, selected_option={"value": str(news)})
    assert "*1* cleaned contact in News" in says(view)
    view = olivia.click(view, views.CHOOSE, selected_option={"value": str(other)})
    assert "*2* cleaned contacts in Other" in says(view)
    assert "*1* cleaned contact in News" in says(olivia.command("news"))


def test_an_empty_segment_is_an_answer(database: Database):
    fill(database, [])
    assert "Look again after the next campaign" in says(Person(database).command())


def test_only_operators_see_addresses(database: Database):
    """A refusal comes at once; each of them is acknowledged all the same."""
    fill(database, [{}])
    sam = Person(database, MEMBER)
    for _ in range(5):
        assert "Only operators" in sam.command()["text"]
