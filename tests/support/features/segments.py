"""A person who sends Slack's payloads for `/cleaned-list`, and a client that keeps what is shown."""

import json
from queue import Queue
from typing import Any
from uuid import uuid4

from slack_bolt import BoltRequest
from slack_bolt.authorization import AuthorizeResult
from slack_sdk import WebClient

from bot.core.settings import load
from handlers.slack.context import AppContext
from handlers.slack.people import People
from handlers.slack.views.contacts import segments as views
from storage.core.database import Database
from tests.conftest import NOW
from tests.support.bots import app_of
from tests.support.calls import remembered
from tests.support.limits import problems
from tests.support.views.segments import elements, state_of

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
