"""Each listener declares who may call it, and is acknowledged before anything slow."""

import json
import re
from collections import deque
from collections.abc import Iterator
from threading import Event
from typing import Any
from uuid import uuid4

import pytest
from slack_bolt import App, BoltRequest, BoltResponse, Respond
from slack_bolt.authorization import AuthorizeResult
from slack_sdk import WebClient

from bot.core.settings import load
from handlers.slack import app, errors
from handlers.slack.context import AppContext
from handlers.slack.listeners import EVERYONE, OPERATORS, Listeners, Who
from handlers.slack.people import People
from handlers.words import words
from storage.core.database import Database
from tests.handlers.slack.features.test_digests import Slack, refusal
from tests.support.bots import app_of

# What anyone in the workspace may see or do; everything else shows addresses or changes contacts.
FOR_EVERYONE = {
    ("command", "/cleaned"),
    ("command", "/cleaned-digest"),
    ("action", "open-digest"),
    ("action", "counts-audience"),
    ("options", "counts-audience"),
    ("event", "app_home_opened"),
    # Whoever asks for more than figures is asked for their role there.
    ("event", "message"),
    ("event", "app_mention"),
    # Nobody asks: Slack tells that the app was removed.
    ("event", "app_uninstalled"),
    ("event", "tokens_revoked"),
    ("event", "team_access_granted"),
    ("event", "team_access_revoked"),
    ("action", r"conversation-\w+"),
    ("step", "cleaned_counts"),
    ("action", "home-figures"),
    ("action", "home-refresh"),
    ("options", "home-figures"),
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


OWNER = {"locale": "fr-FR", "tz": "Europe/Paris", "team_id": "T1", "is_owner": True}
# What is asked of the database is tested on both elsewhere.
on_sqlite = pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)


class HeldSlack(WebClient):
    """No method answers before `release`; but `known` people are known at once. All fail then."""

    def __init__(self, *, known: bool) -> None:
        super().__init__()
        self.released = Event()
        self.asked: list[str] = []
        self._known = known

    def api_call(self, api_method: str, **_: Any) -> Any:
        if self._known and api_method == "users.info":
            return {"user": OWNER}
        self.asked.append(api_method)
        assert self.released.wait(60)
        raise refusal("internal_error")


@pytest.fixture(params=[False, True], ids=["unknown", "known"])
def slack(request: pytest.FixtureRequest) -> Iterator[HeldSlack]:
    held = HeldSlack(known=request.param)
    yield held
    held.released.set()


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


@on_sqlite
@pytest.mark.parametrize(("kind", "id_"), sorted(declared()))
def test_each_listener_is_acknowledged_while_slack_does_not_answer(
    kind: str, id_: str, database: Database, slack: HeldSlack
):
    bolt = built(database, slack)
    answer = send(bolt, body(kind, id_))
    assert not slack.released.is_set()
    assert answer.status == 200, slack.asked
    if kind == "submission":
        assert json.loads(answer.body)["response_action"] in {"update", "push", "errors"}
    if kind == "options":
        assert "options" in json.loads(answer.body)
    slack.released.set()
    end(bolt)


@on_sqlite
@pytest.mark.parametrize("id_", sorted(id_ for kind, id_ in declared() if kind == "submission"))
def test_each_form_that_comes_again_gets_the_same_answer(id_: str, database: Database, slack: HeldSlack):
    """It has no inputs, so most fail: with the same reference."""
    bolt, form = built(database, slack), body("submission", id_)
    answers = [send(bolt, form) for _ in range(2)]
    assert [answer.status for answer in answers] == [200, 200]
    assert answers[0].body
    assert answers[0].body == answers[1].body
    slack.released.set()
    end(bolt)


class Refusing(Slack):
    """Opens no window, with this error."""

    def __init__(self, error: str) -> None:
        super().__init__()
        self.refuse = {method: deque([refusal(error)] * 9) for method in ("views.open", "views.push")}


@on_sqlite
@pytest.mark.parametrize("error", sorted(errors.TOO_LATE))
@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize(
    ("kind", "id_"),
    [("command", "/cleaned-list"), ("action", "open-list"), ("action", "open-list in a modal")],
)
def test_a_click_whose_trigger_ran_out_says_so_once(
    kind: str,
    id_: str,
    language: str,
    error: str,
    database: Database,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
):
    slack, told = Refusing(error), list[str]()
    monkeypatch.setattr(slack, "users_info", lambda **_: {"user": OWNER | {"locale": language}})
    monkeypatch.setattr(Respond, "__call__", lambda _, **message: told.append(message["text"]))
    bolt = built(database, slack)
    sent = body(kind, id_.partition(" ")[0]) | {"response_url": "https://hooks.slack.com/x"}
    if id_ == "open-list":
        del sent["view"]
    elif kind == "action":
        del sent["response_url"]
    for _ in range(2):  # Slack sends it again
        assert send(bolt, sent).status == 200
    end(bolt)
    told += [message["text"] for message in slack.to("chat.postMessage")]
    assert told == [str(words(language).md("trouble-too-late"))]
    assert len(slack.to("views.open")) + len(slack.to("views.push")) == 1
    assert "error " not in caplog.text, "no reference"


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
