"""What is too much is answered at once, in the person's language, and nothing is done for it; others are served."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Event, Semaphore
from time import monotonic, sleep
from typing import Any

import pytest
from prometheus_client import REGISTRY
from slack_bolt import App, BoltResponse, Respond
from slack_sdk import WebClient

from handlers.slack import app, limits, listeners, threads
from handlers.slack.features.contacts import counts
from handlers.words import words
from storage.core.database import Database
from tests.support.features.listeners import OWNER, body, built, declared, end, send

SAID = {language: str(words(language).md("error-too-many-requests")) for language in ("en", "fr")}
pytestmark = pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
AT_ONCE = 5


class Slack(WebClient):
    """Knows everybody; what it is sent is remembered, each answer waits for `released`."""

    def __init__(self) -> None:
        super().__init__()
        self.sent: list[tuple[str, Any]] = []
        self.released = Event()

    def api_call(self, api_method: str, **more: Any) -> Any:
        if api_method == "users.info":
            return {"user": OWNER}
        self.sent.append((api_method, {**(more.get("params") or {}), **(more.get("json") or {})}))
        assert self.released.wait(20)
        return {"view": {"id": "V1"}, "ts": "1.2", "channel": {"id": "D1"}}


@pytest.fixture
def slack() -> Iterator[Slack]:
    made = Slack()
    yield made
    made.released.set()


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """What the limits take the time from."""
    at = [0.0]
    monkeypatch.setattr(limits, "OF_ONE_PERSON", (1, AT_ONCE))
    monkeypatch.setattr(limits, "OF_ONE_WORKSPACE", (1, 3 * AT_ONCE))
    monkeypatch.setattr(threads, "ANSWERING_OF_ONE_PERSON", 2)
    monkeypatch.setattr(app, "Limits", lambda: limits.Limits(lambda: at[0]))
    return at


@pytest.fixture
def done(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """For whom /cleaned was done: they are known from then on."""
    served = list[str]()
    monkeypatch.setattr(counts, "show", lambda request: served.append(request.person.id))
    return served


@pytest.fixture
def bolt(database: Database, slack: Slack, now: list[float], done: list[str]) -> Iterator[App]:
    made = built(database, slack)
    yield made
    slack.released.set()
    end(made)


def asked(bolt: App, kind: str, id_: str, user: str, team: str = "T1") -> BoltResponse:
    """Sends a request of its own as that person's."""
    sent = body(kind, id_)
    if "user_id" in sent:
        return send(bolt, sent | {"user_id": user, "team_id": team})
    if "event" in sent:
        return send(bolt, sent | {"team_id": team, "event": sent["event"] | {"user": user}})
    return send(bolt, sent | {"user": {"id": user}, "team": {"id": team}})


def shown(answer: BoltResponse) -> dict[str, Any]:
    assert answer.status == 200
    found: dict[str, Any] = json.loads(answer.body or "{}")
    return found


def refused(limit: str) -> float:
    return REGISTRY.get_sample_value("cleaned_requests_refused_total", {"limit": limit}) or 0.0


def test_of_2000_commands_of_one_person_few_are_done_and_each_one_of_another_person(
    bolt: App, now: list[float], done: list[str]
):
    before, answers = refused("person"), list[dict[str, Any]]()
    for n in range(2_000):
        answers.append(shown(asked(bolt, "command", "/cleaned", "UBUSY")))
        if n % 500 == 0:
            assert shown(asked(bolt, "command", "/cleaned", "UOTHER")) == {}
    assert refused("person") - before == 2_000 - AT_ONCE
    assert answers[:AT_ONCE] == [{}] * AT_ONCE
    assert all(each.pop("response_type") == "ephemeral" for each in answers[AT_ONCE:])
    assert {each["text"] for each in answers[AT_ONCE:]} <= set(SAID.values())
    now[0] += 1
    assert shown(asked(bolt, "command", "/cleaned", "UBUSY")) == {}
    end(bolt)
    assert sorted(done) == ["UBUSY"] * (AT_ONCE + 1) + ["UOTHER"] * 4


def test_a_workspace_that_asks_for_too_much_is_refused_and_another_one_is_served(bolt: App, done: list[str]):
    people = [f"U{n}" for n in range(3 * AT_ONCE + 2)]
    answers = [shown(asked(bolt, "command", "/cleaned", user)) for user in people]
    assert [bool(answer) for answer in answers] == [False] * 3 * AT_ONCE + [True, True]
    assert shown(asked(bolt, "command", "/cleaned", "U0", "T2")) == {}


@pytest.mark.parametrize(("kind", "id_"), sorted(key for key in declared() if key[0] != "step"))
def test_each_listener_answers_what_is_too_much_at_once_in_the_persons_language_and_does_nothing(
    kind: str, id_: str, bolt: App, slack: Slack, done: list[str], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(Respond, "__call__", lambda _, **message: slack.sent.append(("respond", message)))
    slack.released.set()
    for _ in range(AT_ONCE):
        asked(bolt, "command", "/cleaned", "U1")
    until = monotonic() + 20
    while len(done) < AT_ONCE:
        assert monotonic() < until
        sleep(0.001)
    answer = shown(asked(bolt, kind, id_, "U1"))
    for _ in range(3):  # told once
        asked(bolt, kind, id_, "U1")
    end(bolt)
    told = [json.dumps(given, ensure_ascii=False) for _, given in slack.sent]
    match kind:
        case "command":
            assert answer == {"response_type": "ephemeral", "text": SAID["fr"]}
        case "submission":
            assert answer["response_action"] == "push"
            assert SAID["fr"] in json.dumps(answer, ensure_ascii=False)
        case "options":
            assert answer == {"options": []}
        case _:
            assert answer == {}
    is_told = kind in ("action", "message_shortcut") or id_ in ("message", "app_mention")
    assert [SAID["fr"] in each for each in told] == [True] * is_told


@pytest.mark.parametrize("kind", ["submission", "options"])
def test_of_the_threads_that_answer_a_person_takes_a_part(
    kind: str, bolt: App, slack: Slack, monkeypatch: pytest.MonkeyPatch
):
    """The listener is held: it answers when it may."""
    holding, may_end = Semaphore(0), Event()

    def hold(*_: object) -> list[dict[str, Any]]:
        holding.release()
        assert may_end.wait(20)
        return []

    monkeypatch.setattr(listeners, "_options", hold)
    monkeypatch.setattr(listeners, "_view", lambda *_: listeners.OnTop({"blocks": hold()}))
    id_ = next(id_ for each, id_ in sorted(declared()) if each == kind)
    with ThreadPoolExecutor(3) as pool:
        held = [pool.submit(asked, bolt, kind, id_, "U1") for _ in range(2)]
        for _ in held:
            assert holding.acquire(timeout=20)
        before = refused("answering")
        answer = shown(asked(bolt, kind, id_, "U1"))
        assert answer == {"options": []} or SAID["en"] in json.dumps(answer)
        assert refused("answering") == before + 1
        other = pool.submit(asked, bolt, kind, id_, "U2")
        assert holding.acquire(timeout=20)
        may_end.set()
        assert [each.result(20).status for each in (*held, other)] == [200] * 3


def test_a_person_whose_calls_wait_for_slack_is_refused_until_they_are_fewer(
    bolt: App, slack: Slack, now: list[float], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(threads, "MOST_WAITING_OF_ONE_PERSON", 2)
    for _ in range(threads.SLOW_OF_ONE_PERSON + 2):
        now[0] += 10
        assert shown(asked(bolt, "command", "/cleaned-list", "U1")) == {}
    running = bolt.listener_runner.listener_executor
    assert isinstance(running, threads.Threads)
    until = monotonic() + 20
    while not running.has_many_waiting(threads.Caller("U1", "T1")):
        assert monotonic() < until
        sleep(0.001)
    assert shown(asked(bolt, "command", "/cleaned-list", "U1"))["text"] in SAID.values()
    assert shown(asked(bolt, "command", "/cleaned-list", "U2")) == {}
