"""The app with Slack's payloads for each of its listeners."""

import re
from typing import Any
from uuid import uuid4

from slack_bolt import App, BoltRequest, BoltResponse
from slack_bolt.authorization import AuthorizeResult
from slack_sdk import WebClient

from bot.core.settings import load
from handlers.slack import app
from handlers.slack.context import AppContext
from handlers.slack.listeners import Listeners, Who
from handlers.slack.people import People
from storage.core.database import Database
from tests.support.bots import app_of


def declared() -> dict[tuple[str, str], Who]:
    bolt = App(token="xoxb-test", signing_secret="s", token_verification_enabled=False)
    registered = Listeners(bolt)
    for feature in app.FEATURES:
        feature.register(registered)
    assert len(bolt._listeners) == len(registered.declared), (
        "a listener was registered twice, or past Listeners"
    )
    return registered.declared


OWNER = {"locale": "fr-FR", "tz": "Europe/Paris", "team_id": "T1", "is_owner": True}


def built(database: Database, slack: WebClient) -> App:
    """An app. Its listeners have so much time for their answer that one which waits for Slack has none at all."""
    context = AppContext(
        database=database,
        settings=load(_env_file=None),
        client=slack,
        people=People(slack, ["S0GROUP"], "T1"),
    )
    return app_of(context, AuthorizeResult(enterprise_id=None, team_id="T1", bot_token="x"))


def send(bolt: App, body: dict[str, Any]) -> BoltResponse:
    return bolt.dispatch(BoltRequest(body=body, mode="socket_mode"))


def end(bolt: App) -> None:
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
            name = name.replace(r"\w+", "export")
            value = "export" if name.startswith("conversation") else "1:2"
            action = {"action_id": name, "block_id": "b", "action_ts": "1.0", "value": value}
            return common | {"type": "block_actions", "actions": [action], "view": view}
        case "options":
            return common | {"type": "block_suggestion", "action_id": id_, "value": "a", "view": view}
        case "submission":
            return common | {"type": "view_submission", "view": view}
        case "message_shortcut":
            message = {"text": "ada@gmial.com", "ts": "1.0"}
            return common | {"type": "message_action", "callback_id": id_, "message": message}
    event = _step(id_) if kind == "step" else _event(id_)
    return {"type": "event_callback", "team_id": "T1", "event_id": uuid4().hex, "event": event}


def _step(callback_id: str) -> dict[str, Any]:
    function = {"callback_id": callback_id, "type": "app"}
    inputs = {"audience": "News", "channel": "C1", "operator": "U1"}
    step = {"function_execution_id": f"Fx{uuid4().hex}", "bot_access_token": "x"}
    return step | {"type": "function_executed", "function": function, "inputs": inputs}


def _event(name: str) -> dict[str, Any]:
    place = {"channel": "D1", "channel_type": "im", "tab": "home"}
    return place | {"type": name, "user": "U1", "text": "why ada@gmial.com"}
