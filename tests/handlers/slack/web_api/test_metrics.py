"""Every call of Slack's Web API is counted once, by how it ended, and Slack's wish to wait too."""

import json
from collections.abc import Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any, ClassVar

import pytest
from prometheus_client import REGISTRY
from slack_sdk.errors import SlackClientError

from bot.core.settings import Settings
from handlers.slack.web_api import sdk_workarounds
from handlers.slack.workspaces import web_client

Answer = tuple[int, dict[str, str], str]
OK: Answer = (200, {}, json.dumps({"ok": True}))
REFUSED: Answer = (200, {}, json.dumps({"ok": False, "error": "not_in_channel"}))
WAIT: Answer = (429, {"Retry-After": "0"}, json.dumps({"ok": False, "error": "ratelimited"}))
PAGE: Answer = (503, {}, "<p>Try later.</p>")


class Answers(BaseHTTPRequestHandler):
    given: ClassVar[list[Answer]] = []

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        status, headers, body = self.given.pop(0)
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, *_: Any) -> None:
        """Says nothing."""


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Answers) as server:
        thread = Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/api/"
        server.shutdown()
        thread.join()


def counted() -> dict[str, float]:
    calls = {
        sample.labels["outcome"]: sample.value
        for metric in REGISTRY.collect()
        for sample in metric.samples
        if sample.name == "cleaned_slack_calls_total" and sample.labels["method"] == "chat.update"
    }
    return calls | {"waits": REGISTRY.get_sample_value("cleaned_slack_rate_limited_total") or 0.0}


@pytest.mark.parametrize("is_hasty", [False, True])
@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ([OK], {"ok": 1}),
        ([REFUSED], {"not_in_channel": 1}),
        ([PAGE], {"no_answer": 1}),
        ([WAIT, WAIT, OK], {"ok": 1, "waits": 2}),
        ([WAIT] * 6, {"ratelimited": 1, "waits": 5}),
    ],
)
def test_a_call_is_counted_by_how_it_ended(
    url: str, is_hasty: bool, answers: list[Answer], expected: dict[str, int], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("slack_sdk.http_retry.builtin_handlers.time.sleep", lambda _: None)
    monkeypatch.setattr(Answers, "given", answers[:])
    patient = web_client(Settings.model_validate({"slack_api_url": url, "slack_bot_token": "xoxb-1"}))
    client = sdk_workarounds.less_patient(patient) if is_hasty else patient
    before = counted()
    with suppress(SlackClientError):
        client.chat_update(channel="C1", ts="1", text="Hello")
    after = counted()
    assert {
        key: after[key] - before.get(key, 0) for key in after if after[key] != before.get(key, 0)
    } == expected


def test_a_slack_that_is_not_there_is_no_answer():
    client = web_client(
        Settings.model_validate({"slack_api_url": "http://127.0.0.1:1/", "slack_bot_token": "xoxb-1"})
    )
    client.retry_handlers.clear()
    before = counted()
    with pytest.raises(OSError, match="refused"):
        client.chat_update(channel="C1", ts="1", text="Hello")
    assert counted()["no_answer"] == before.get("no_answer", 0) + 1
