"""A person who sends Slack's payloads for `/cleaned-fix`, and a client that keeps what is shown."""

import json
from collections.abc import Callable
from queue import Queue
from typing import Any
from uuid import uuid4

from dns.resolver import NoResolverConfiguration, Resolver
from slack_bolt import BoltRequest
from slack_bolt.authorization import AuthorizeResult
from slack_sdk import WebClient

from bot.core.settings import load
from handlers.slack.context import AppContext
from handlers.slack.people import People
from storage.core.database import Database
from storage.mailchimp.api.client import Client
from tests.conftest import NOW
from tests.support.bots import app_of
from tests.support.calls import remembered
from tests.support.limits import problems

OPERATOR, FRENCH_OPERATOR, MEMBER = "U0OLIVIA", "U0FRANCOIS", "U0SAM"


Json = dict[str, Any]


class Slack(WebClient):
    """Keeps what it is sent, in order: (what, payload)."""

    def __init__(self) -> None:
        super().__init__()
        self.sent: Queue[tuple[str, Json]] = Queue()

    def users_info(self, **given: Any) -> Any:
        locale = "fr-FR" if given["user"] == FRENCH_OPERATOR else "en-US"
        user = {"team_id": "T1", "locale": locale, "tz": "Europe/Paris"}
        return {"user": user | {"is_admin": given["user"] != MEMBER}}

    def views_open(self, **_given: Any) -> Any:
        return {"view": {"id": "V1"}}

    def views_push(self, **_given: Any) -> Any:
        return {"view": {"id": "V2"}}

    def views_update(self, **given: Any) -> Any:
        assert problems("modal", given["view"]) == []
        self.sent.put(("view", given["view"]))
        return {"view": given["view"] | {"id": given.get("view_id", "V1")}}

    def chat_postMessage(self, **given: Any) -> Any:  # noqa: N802
        assert problems("message", {k: given[k] for k in ("text", "blocks") if k in given}) == []
        self.sent.put(("message", given))
        return {"channel": "D1", "ts": "1.0"}

    def chat_update(self, **given: Any) -> Any:
        assert problems("message", {k: given[k] for k in ("text", "blocks") if k in given}) == []
        self.sent.put(("update", given))


def nobody() -> Resolver:
    """No network, no name server."""
    raise NoResolverConfiguration


class Person:
    """Sends what Slack sends for a person; returns what is shown then."""

    def __init__(
        self,
        database: Database,
        user: str = OPERATOR,
        make_resolver: Callable[[], Resolver] = nobody,
        mailchimp: Client | None = None,
    ) -> None:
        self.slack = Slack()
        settings = load(_env_file=None)
        people = People(self.slack, settings.operators, "T1")
        self.parts = AppContext(
            database=database,
            settings=settings,
            client=self.slack,
            people=people,
            clock=lambda: NOW,
            make_resolver=make_resolver,
            mailchimp=mailchimp,
        )
        self.app = app_of(self.parts, AuthorizeResult(enterprise_id=None, team_id="T1", bot_token="x"))
        self.user = user
        self.clicks = 0
        self.running = remembered(self.app)

    def command(self, text: str = "") -> Json:
        self.send({"command": "/cleaned-fix", "text": text, "user_id": self.user, "team_id": "T1"})
        return self.shown()

    def shortcut(self, text: str) -> Json:
        self.send(self.body("message_action", callback_id="fix_message", message={"text": text}))
        return self.shown()

    def press(self, view: Json, action_id: str, value: str | None = None, **answer: Any) -> Json:
        self.clicks += 1
        if value is None and not answer:
            value = next(b["value"] for b in buttons(view) if b["action_id"] == action_id)
        action = {
            "action_id": action_id,
            "block_id": "b",
            "action_ts": f"1.{self.clicks:03}",
            "type": "button",
        }
        inside = {"view": {"id": "V1"} | view} if view.get("type") == "modal" else {}
        actions = [action | ({"value": value} if value is not None else {}) | answer]
        self.forget_views()
        self.send(self.body("block_actions", actions=actions, **inside))
        return self.shown()

    def submit(self, view: Json, *, ticked: bool, **typed: str) -> Json:
        values: Json = {}
        for block in view["blocks"]:
            if block["type"] == "input":
                name = block["element"]["action_id"]
                value = typed.get(name.replace("-", "_"), block["element"].get("initial_value"))
                values[block["block_id"]] = {name: {"value": value}}
                if name == "consent":
                    tick = [{"value": "permission"}] if ticked else []
                    values[block["block_id"]] = {name: {"selected_options": tick}}
        sent = view | {"id": "V1", "state": {"values": values}}
        return self.send(self.body("view_submission", view=sent))

    def options(self, view: Json, action_id: str, typed: str) -> list[Json]:
        body = self.body("block_suggestion", view=view, action_id=action_id, value=typed, block_id="b")
        found: list[Json] = self.send(body)["options"]
        return found

    def forget_views(self) -> None:
        """Leaves only messages: a tick list may be drawn twice."""
        for future in self.running:  # one may start another
            future.exception(10)
        sent = self.slack.sent
        for kind, payload in [sent.get() for _ in range(sent.qsize())]:
            if kind != "view":
                sent.put((kind, payload))

    def shown(self) -> Json:
        return self.slack.sent.get(timeout=10)[1]

    def body(self, kind: str, **more: Any) -> Json:
        return {"type": kind, "user": {"id": self.user}, "team": {"id": "T1"}, **more}

    def send(self, body: Json) -> Json:
        self.clicks += 1
        body["trigger_id"] = uuid4().hex
        answer = self.app.dispatch(BoltRequest(body=body, mode="socket_mode"))
        assert answer.status == 200
        read: Json = json.loads(answer.body) if answer.body else {}
        return read


def buttons(value: Any) -> list[Json]:
    if isinstance(value, dict):
        here = [value] if value.get("type") == "button" else []
        return here + [b for inner in value.values() for b in buttons(inner)]
    return [b for inner in value for b in buttons(inner)] if isinstance(value, list) else []


def said(view: Json) -> str:
    return json.dumps(view, ensure_ascii=False)


def rows(view: Json) -> list[Json]:
    """The rows of the tick list."""
    return [block for block in view["blocks"] if block.get("block_id", "").startswith("typo-")]
