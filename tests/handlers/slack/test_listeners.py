"""Each listener declares who may call it, and is acknowledged before anything slow."""

import json
from collections import deque
from collections.abc import Iterator
from threading import Event
from typing import Any

import pytest
from slack_bolt import Respond
from slack_sdk import WebClient

from handlers.slack import errors
from handlers.slack.listeners import EVERYONE, OPERATORS
from handlers.words import words
from storage.core.database import Database
from tests.support.features.digests import Slack, refusal
from tests.support.features.listeners import OWNER, body, built, declared, end, send

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


def test_only_what_shows_no_address_is_for_everyone():
    everyone = {key for key, who in declared().items() if who is EVERYONE}
    assert everyone == FOR_EVERYONE
    assert {who for key, who in declared().items() if key not in FOR_EVERYONE} == {OPERATORS}


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
