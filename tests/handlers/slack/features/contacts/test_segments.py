"""`/cleaned-list`, from Slack's payloads to the modals it is sent."""

import json
from datetime import timedelta
from queue import Queue
from typing import Any
from uuid import uuid4

from slack_bolt import BoltRequest
from slack_bolt.authorization import AuthorizeResult
from slack_sdk import WebClient

from bot.core.settings import load
from handlers.slack.context import AppContext
from handlers.slack.people import People
from handlers.slack.views.contacts import segment_filters as filter_views
from handlers.slack.views.contacts import segments as views
from storage.core.database import Database
from tests.bot.contacts.test_segments import fill
from tests.conftest import NOW
from tests.handlers.slack.views.contacts.test_segments import elements, state_of
from tests.support.bots import app_of
from tests.support.calls import remembered
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
        return {"view": given["view"] | {"id": "V1"}}

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
        self.app = app_of(self.parts, AuthorizeResult(enterprise_id=None, team_id="T1", bot_token="x"))
        self.user = user
        self.clicks = 0
        self.running = remembered(self.app)

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

    def submit(self, view: View, **values: dict[str, Any]) -> dict[str, Any]:
        """What the submission of a form is answered. `values`: the states of inputs by their names."""
        states = {f"segments-{name}": {f"segments-{name}": state} for name, state in values.items()}
        return self.send(self.body("view_submission", view | {"state": {"values": states}}))

    def filter(self, view: View, **values: dict[str, Any]) -> View:
        """The list, filtered by the form of filters."""
        answer = self.submit(self.press(view, views.FILTERS), **values)
        assert answer["response_action"] == "update"
        assert problems("modal", answer["view"]) == []
        shown: View = answer["view"]
        return shown

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
    assert "3 ticked." in says(third)
    assert len(addresses(third)) == 5
    assert "Page 3 of 3" in says(third)
    soft = olivia.filter(third, reason={"selected_option": {"value": "soft"}})
    assert "*12* of 25 cleaned contacts" in says(soft)
    every = olivia.press(soft, views.TICK_PAGE, 24)
    assert "12 ticked." in says(every), "24, and nine more of this page, beside 25 and 15"
    [clear] = [b["accessory"] for b in every["blocks"] if "accessory" in b]
    again = olivia.click(every, clear["action_id"], *range(6, 25, 2))
    assert [e["options"][0]["value"] for e in elements(again) if "initial_options" in e] == [
        "25", "24", "22", "20", "18", "16",
    ]  # fmt: skip
    none = olivia.press(again, views.UNTICK)
    assert "ticked." not in says(none)


def test_the_ticked_are_archived_by_the_button_below_them(database: Database):
    fill(database, [{}] * 3)
    olivia = Person(database)
    ticked = olivia.click(olivia.command(), views.TICK, 3, 2)
    answer = olivia.send(olivia.body("view_submission", state_of(ticked, 3)))
    assert answer["response_action"] == "push", "the list stays below"
    assert "*Archive 1 contact*" in says(answer["view"]), "2 was unticked a moment before"
    refused = olivia.send(olivia.body("view_submission", state_of(ticked)))
    assert "No contact is ticked" in says(refused["view"])


def test_filters_of_one_click(database: Database):
    fill(database, [{}, *({"at": NOW - timedelta(days=days)} for days in (1, 7, 8))])
    fill(
        database,
        [{"status": "subscribed", "clean_reason": None, "address": f"n{n}@gmail.com"} for n in range(60)],
    )
    fill(database, [{"address": "ann@gmial.com"}])
    olivia = Person(database)
    week = olivia.press(olivia.command(), f"{views.PRESET}-week")
    assert "*2* of 5 cleaned contacts" in says(week)
    form = olivia.press(week, views.FILTERS)
    days = {
        name: {"selected_date": block["element"]["initial_date"]}
        for block in form["blocks"]
        if (name := block["block_id"].removeprefix("segments-")) in ("since", "until")
    }
    unchanged = olivia.submit(form, **days)["view"]
    assert "*2* of 5 cleaned contacts" in says(unchanged)
    typos = olivia.press(week, f"{views.PRESET}-typos")
    assert addresses(typos) == ["ann@gmial.com"]
    back = olivia.press(olivia.press(typos, views.FILTERS), filter_views.BACK)
    assert addresses(back) == ["ann@gmial.com"]
    assert "*5* cleaned contacts" in says(olivia.press(back, f"{views.PRESET}-typos"))


def test_campaign_domain_text_and_date_are_filters_with_suggestions(database: Database):
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
    assert olivia.options(view, filter_views.DOMAIN, "gm") == ["gmial.com (2)"]
    [option] = olivia.options(view, filter_views.CAMPAIGN, "very")
    assert option.endswith("… (2)")
    campaign = {"selected_option": {"value": long[:149].rstrip() + "…"}}
    domain = {"selected_option": {"value": "gmial.com"}}
    assert addresses(olivia.filter(view, campaign=campaign)) == ["c@orange.fr", "a@gmial.com"]
    assert addresses(olivia.filter(view, campaign=campaign, domain=domain)) == ["a@gmial.com"]
    assert addresses(olivia.filter(view, text={"value": " A@G "})) == ["a@gmial.com"]
    late = olivia.filter(view, since={"selected_date": "2026-11-25"}, text={"value": None})
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
