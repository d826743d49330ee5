"""Each listener declares who may call it, and is acknowledged before anything slow."""

import re
import time
from collections.abc import Iterator
from threading import Event
from typing import Any
from uuid import uuid4

import pytest
from slack_bolt import App, BoltRequest
from slack_bolt.authorization import AuthorizeResult
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.core.settings import load
from handlers.slack import app, listeners
from handlers.slack.context import AppContext
from handlers.slack.listeners import EVERYONE, OPERATORS, Listeners, Who
from handlers.slack.people import People
from storage.core.database import Database

# Half of what a slow method takes; on an idle machine it is under 0.5 s.
ACKNOWLEDGED_WITHIN = 2.0  # seconds
# What anyone in the workspace may see or do; everything else shows addresses or changes contacts.
FOR_EVERYONE = {
    ("command", "/cleaned"),
    ("command", "/cleaned-digest"),
    ("action", "open-digest"),
    ("action", "counts-audience"),
    ("options", "counts-audience"),
    ("event", "app_home_opened"),
    ("action", "home-refresh"),
    # Links: nothing is done.
    ("action", "outcomes-open"),
    ("action", r"exports-open(-\d+)?"),
}


def declared() -> dict[tuple[str, str], Who]:
    bolt = App(token="xoxb-test", signing_secret="s", token_verification_enabled=False)
    registered = Listeners(bolt)
    for feature in app.FEATURES:
        feature.register(registered)
    assert len(bolt._listeners) == len(registered.declared), (
        "a listener was registered twice, or past Listeners"
    )
    return registered.declared


def test_only_what_shows_no_address_is_for_everyone():
    everyone = {key for key, who in declared().items() if who is EVERYONE}
    assert everyone == FOR_EVERYONE
    assert {who for key, who in declared().items() if key not in FOR_EVERYONE} == {OPERATORS}


class SlowSlack(WebClient):
    """Each method takes 4 seconds, and fails then; `done` ends the waiting."""

    def __init__(self) -> None:
        super().__init__()
        self.done = Event()
        self.asked: list[str] = []

    def api_call(self, api_method: str, **_: Any) -> Any:
        self.asked.append(api_method)
        self.done.wait(4)
        raise SlackApiError("slow", {"ok": False, "error": "internal_error"})  # type: ignore[no-untyped-call]


@pytest.fixture
def slack() -> Iterator[SlowSlack]:
    slow = SlowSlack()
    yield slow
    slow.done.set()


@pytest.mark.parametrize(("kind", "id_"), sorted(declared()))
def test_each_listener_is_acknowledged_while_slack_is_slow(
    kind: str, id_: str, database: Database, slack: SlowSlack, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(listeners, "SETTLE_SECONDS", 0)
    context = AppContext(
        database=database,
        settings=load(_env_file=None),
        client=slack,
        people=People(slack, ["S0GROUP"], "T1"),
    )
    bolt = app.build_app(context, AuthorizeResult(enterprise_id=None, team_id="T1", bot_token="x"))
    started = time.monotonic()
    answer = bolt.dispatch(BoltRequest(body=body(kind, id_), mode="socket_mode"))
    assert time.monotonic() - started < ACKNOWLEDGED_WITHIN, slack.asked
    assert answer.status == 200
    slack.done.set()
    bolt.listener_runner.listener_executor.shutdown()


def body(kind: str, id_: str) -> dict[str, Any]:
    """What Slack sends for it, of a form without inputs."""
    common: dict[str, Any] = {"user": {"id": "U1"}, "team": {"id": "T1"}, "trigger_id": uuid4().hex}
    view = {"id": "V1", "type": "modal", "private_metadata": "", "blocks": [], "state": {"values": {}}}
    view |= {"callback_id": id_, "title": {"type": "plain_text", "text": "Cleaned"}}
    name = re.sub(r"\(.*|\|.*", "next", id_) if kind == "action" and "(" in id_ else id_.partition("|")[0]
    match kind:
        case "command":
            return {"command": id_, "text": "", "user_id": "U1", "team_id": "T1", "trigger_id": uuid4().hex}
        case "action":
            if name.startswith("exports-open"):
                name = "exports-open"
            action = {"action_id": name, "block_id": "b", "action_ts": "1.0", "value": "1:2"}
            return common | {"type": "block_actions", "actions": [action], "view": view}
        case "options":
            return common | {"type": "block_suggestion", "action_id": id_, "value": "a", "view": view}
        case "submission":
            return common | {"type": "view_submission", "view": view}
        case "message_shortcut":
            message = {"text": "ada@gmial.com", "ts": "1.0"}
            return common | {"type": "message_action", "callback_id": id_, "message": message}
    event = {"type": id_, "user": "U1", "tab": "home"}
    return {"type": "event_callback", "team_id": "T1", "event_id": uuid4().hex, "event": event}
