"""HTTP: who sent it is known before anything is read; what Slack never sends is no fault in the log."""

import http.client
import socket
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from slack_bolt import Ack, App
from slack_bolt.authorization import AuthorizeResult

from bot.core.settings import Settings
from handlers.clock import utc_now
from handlers.web import server as web_server
from storage.core.database import Database
from tests.support.signatures import SECRET, signed

THREADS = 12  # more than the event loop's own pool has on few processors
IDENTITY = AuthorizeResult(enterprise_id=None, team_id="T1", bot_token="xoxb-test")
Post = Callable[[bytes, dict[str, str]], int]


everybody = Barrier(THREADS)


def meet(ack: Ack) -> None:
    """Acknowledges once as many wait as there are threads."""
    everybody.wait(2)
    ack("Trouvé")


@pytest.fixture
def post() -> Iterator[Post]:
    """Posts to /slack/events; returns the status."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    settings = Settings.model_validate({"slack_signing_secret": SECRET, "CLEANED_PORT": port})
    database = Database("sqlite:///none.db")  # never opened
    bolt = App(
        signing_secret=SECRET,
        authorize=lambda: IDENTITY,
        listener_executor=ThreadPoolExecutor(THREADS),
    )
    bolt.command("/meet")(meet)
    server = web_server.start(bolt, settings, database, list, utc_now, slack_threads=THREADS)

    def send(body: bytes, headers: dict[str, str]) -> int:
        asked = http.client.HTTPConnection("127.0.0.1", port)
        try:
            asked.request("POST", "/slack/events", body, {"Content-Type": "application/json"} | headers)
            return asked.getresponse().status
        finally:
            asked.close()

    yield send
    server.stop()
    database.close()


@pytest.mark.parametrize("body", [b"[]", b"3", b'{"a":', b"payload=%5B1", b"payload=%5B1%5D"])
def test_a_signed_body_that_cannot_be_read_is_a_bad_request(post: Post, body: bytes):
    form = {"Content-Type": "application/x-www-form-urlencoded"} if body.startswith(b"p") else {}
    assert post(body, signed(body, time.time()) | form) == 400


@pytest.mark.parametrize("body", [b"\xff\xfe", b"[]", b"{}", b'{"a":', b""])
@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"X-Slack-Request-Timestamp": "abc", "X-Slack-Signature": "v0=00"},
        {"X-Slack-Request-Timestamp": "0", "X-Slack-Signature": "v0=00"},
        {"X-Slack-Request-Timestamp": str(int(time.time())), "X-Slack-Signature": "v0=\xe9"},
    ],
)
def test_what_slack_did_not_sign_is_refused_before_it_is_read(
    post: Post, body: bytes, headers: dict[str, str]
):
    assert post(body, headers) == 401


def test_what_was_signed_long_ago_is_refused(post: Post):
    assert post(b"{}", signed(b"{}", time.time() - 301)) == 401
    assert post(b"{}", signed(b"{}", time.time())) != 401


def test_as_many_requests_wait_for_their_answer_at_once_as_bolt_has_listeners(post: Post):
    """The pool of the event loop itself has six threads on two processors."""
    body = b"command=%2Fmeet&team_id=T1&user_id=U1&channel_id=C1"
    headers = signed(body, time.time()) | {"Content-Type": "application/x-www-form-urlencoded"}
    with ThreadPoolExecutor(THREADS) as people:
        assert set(people.map(lambda _: post(body, headers), range(THREADS))) == {200}
