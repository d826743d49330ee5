"""HTTP: what Slack never sends is refused, not a fault in the log."""

import http.client
import socket

import pytest
from slack_bolt import App
from slack_bolt.authorization import AuthorizeResult

from bot.settings import Settings
from handlers import web

IDENTITY = AuthorizeResult(enterprise_id=None, team_id="T1", bot_token="xoxb-test")


@pytest.mark.parametrize(
    ("body", "stamp"),
    [(b"\xff\xfe", "0"), (b'{"a":', "0"), (b"[]", "0"), (b"payload=%5B1", "0"), (b"{}", "abc")],
)
def test_a_body_that_cannot_be_read_is_a_bad_request(body, stamp):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    settings = Settings.model_validate({"slack_signing_secret": "s" * 32, "CLEANED_PORT": port})
    server = web.start(App(signing_secret="s" * 32, authorize=lambda: IDENTITY), settings)
    asked = http.client.HTTPConnection("127.0.0.1", port)
    try:
        headers = {"X-Slack-Request-Timestamp": stamp, "Content-Type": "application/json"}
        headers |= {"Content-Type": "application/x-www-form-urlencoded"} if body[:1] == b"p" else {}
        asked.request("POST", "/slack/events", body, headers)
        assert asked.getresponse().status == 400
    finally:
        asked.close()
        server.stop()
