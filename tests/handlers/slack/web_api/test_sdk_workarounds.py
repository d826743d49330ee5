"""The faults that `sdk_workarounds` works around are still in the installed libraries.

A test that fails here after an upgrade says what can go; the tests of the work-arounds themselves stand at the end.
"""

import base64
import hashlib
import io
import logging
import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any, ClassVar

import pytest
from hypothesis import given
from hypothesis import strategies as st
from slack_bolt import App, BoltRequest
from slack_bolt.authorization import AuthorizeResult
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.http_retry import HttpRequest, HttpResponse, RateLimitErrorRetryHandler, RetryState
from slack_sdk.signature import SignatureVerifier
from slack_sdk.socket_mode.builtin import client as socket_client
from slack_sdk.socket_mode.builtin.client import SocketModeClient
from slack_sdk.socket_mode.builtin.connection import Connection, ConnectionState

from handlers.slack.web_api import sdk_workarounds
from handlers.slack.web_api.sdk_workarounds import UnansweredRequests

IDENTITY = AuthorizeResult(enterprise_id=None, team_id="T1", bot_token="xoxb-test")
SILENT = logging.getLogger("tests.silent")
SILENT.setLevel(logging.CRITICAL)

# Bolt's log lines


def test_bolt_warns_that_the_token_of_the_environment_is_not_used(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-test")
    App(
        logger=logging.getLogger("tests.loud"),
        client=WebClient("xoxb-test"),
        authorize=lambda: IDENTITY,
        signing_secret="secret",
    )
    hidden = [record for record in caplog.records if not sdk_workarounds.is_not_token_warning(record)]
    assert len(hidden) == 2, "mended: delete is_not_token_warning, or the part of it that fits nothing"


# Requests over HTTP that Slack never sends


@pytest.mark.parametrize(
    ("body", "timestamp", "signature"),
    [(b"\xff", "now", "v0=00"), (b"{}", "abc", "v0=00"), (b"{}", "now", "v0=\xe9")],
    ids=["not UTF-8", "no number", "not ASCII"],
)
def test_the_sdk_raises_for_what_slack_can_t_have_signed(body: bytes, timestamp: str, signature: str):
    at = str(int(time.time())) if timestamp == "now" else timestamp
    headers = {"X-Slack-Request-Timestamp": at, "X-Slack-Signature": signature}
    verifier = SignatureVerifier("secret")
    try:
        verifier.is_valid_request(body, dict(headers))
    except (ValueError, TypeError):
        assert not sdk_workarounds.is_signed(verifier, body, headers)
    else:
        pytest.fail("mended: delete is_signed once all of these are")


@pytest.mark.parametrize("body", ["[]", "3"])
def test_bolt_raises_an_attribute_error_for_json_that_is_no_object(body: str):
    headers = {"content-type": "application/json"}
    try:
        BoltRequest(body=body, headers=dict(headers))
    except AttributeError:
        with pytest.raises(ValueError, match=r"no|not"):
            sdk_workarounds.parse_request(body.encode(), "", headers)
    else:
        pytest.fail("mended: delete the except of parse_request")


# The SDK's Web API client


class Answers(BaseHTTPRequestHandler):
    """Answers each request with a proxy's error page, or not at all."""

    methods: ClassVar[list[str]] = []
    page: ClassVar[bytes | None] = None

    def do_POST(self) -> None:
        self.methods.append(self.path)
        if self.page is None:
            self.close_connection = True
            return
        self.send_response(503)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(self.page)))
        self.end_headers()
        self.wfile.write(self.page)

    def log_message(self, *_: Any) -> None:
        """Says nothing."""


@pytest.fixture
def web_api(monkeypatch: pytest.MonkeyPatch) -> Iterator[WebClient]:
    monkeypatch.setattr(Answers, "methods", [])
    with ThreadingHTTPServer(("127.0.0.1", 0), Answers) as server:
        thread = Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield WebClient("xoxb-test", base_url=f"http://127.0.0.1:{server.server_port}/api/", logger=SILENT)
        server.shutdown()
        thread.join()


def test_the_sdk_posts_a_message_again_whose_answer_was_lost(web_api: WebClient):
    with pytest.raises((OSError, SlackClientError)):
        web_api.chat_postMessage(channel="C1", text="Hello")
    assert len(Answers.methods) == 2, "mended: delete without_connection_retries"
    with pytest.raises((OSError, SlackClientError)):
        sdk_workarounds.without_connection_retries(web_api).chat_postMessage(channel="C1", text="Hello")
    assert len(Answers.methods) == 3


def test_the_sdk_puts_a_sentence_where_slack_s_error_code_is(
    web_api: WebClient, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(Answers, "page", b"<p>Try later.</p>")
    with pytest.raises(SlackApiError) as raised:
        web_api.auth_test()
    assert raised.value.response.get("error"), "mended: look whether error_code is still needed"
    assert sdk_workarounds.error_code(raised.value) is None


def test_the_sdk_reads_a_whole_file_before_it_uploads_it(monkeypatch: pytest.MonkeyPatch):
    sizes: list[int | None] = []

    class File(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            sizes.append(size)
            return super().read(size)

    client = WebClient("xoxb-test")
    monkeypatch.setattr(client, "files_getUploadURLExternal", lambda **_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        client.files_upload_v2(file=File(b"body"), filename="a.csv")
    assert sizes == [-1], "mended: look whether Uploads.send, which streams, is still needed"


# The SDK's Socket Mode client


class Recorded:
    """In the place of a Connection: records the flag that its reader is given."""

    made: ClassVar[list["Recorded"]] = []

    def __init__(self, **_: Any) -> None:
        self.flag: ConnectionState | None = None
        self.is_closed = Event()
        self.session_id = "1"
        self.last_ping_pong_time = None
        self.made.append(self)

    def connect(self) -> None: ...

    def check_state(self) -> None: ...

    def is_active(self) -> bool:
        return not self.is_closed.is_set()

    def close(self) -> None:
        self.is_closed.set()

    def run_until_completion(self, flag: ConnectionState) -> None:
        self.flag = self.flag or flag


@pytest.fixture
def recorded(monkeypatch: pytest.MonkeyPatch) -> list[Recorded]:
    monkeypatch.setattr(socket_client, "Connection", Recorded)
    monkeypatch.setattr(Recorded, "made", [])
    return Recorded.made


def unconnected(kind: type[SocketModeClient] = SocketModeClient) -> SocketModeClient:
    client = kind("xapp-test", logger=SILENT, web_client=WebClient(), concurrency=1)
    client.current_session_runner.target = lambda: None  # the test reads
    client.wss_uri = "ws://127.0.0.1/"
    return client


@pytest.mark.parametrize("is_worked_around", [False, True])
def test_the_sdk_reads_a_replaced_connection_for_ever(recorded: list[Recorded], is_worked_around: bool):
    read = sdk_workarounds.read_connection if is_worked_around else SocketModeClient._run_current_session

    class ReadTooEarly(SocketModeClient):
        """Its reader looks just after the connection was replaced, and before the flag is."""

        def __setattr__(self, name: str, value: object) -> None:
            super().__setattr__(name, value)
            if name == "current_session" and value is not None:
                read(self)

    client = unconnected(ReadTooEarly)
    client.connect()
    client.connect()
    first = recorded[0]
    assert first.is_closed.is_set()
    assert first.flag
    assert first.flag.terminated == is_worked_around, "mended: delete read_connection and what serves it"
    client.close()


@pytest.mark.parametrize("is_worked_around", [False, True])
def test_the_sdk_closes_the_connection_while_a_request_is_being_answered(
    recorded: list[Recorded], is_worked_around: bool
):
    has_come, may_answer = Event(), Event()

    def answer(*_: Any) -> None:
        has_come.set()
        assert may_answer.wait(5)

    client = unconnected()
    client.socket_mode_request_listeners.append(answer)
    unanswered = UnansweredRequests(client)
    client.connect()
    client._on_message('{"type": "slash_commands", "envelope_id": "1", "payload": {}}')
    assert has_come.wait(5)
    with ThreadPoolExecutor(1) as threads:
        closing = threads.submit(unanswered.wait if is_worked_around else lambda close: close(), client.close)
        is_cut_off = recorded[0].is_closed.wait(0.5)
        may_answer.set()
        closing.result(5)
    assert recorded[0].is_closed.is_set()
    assert is_cut_off != is_worked_around, "mended: delete UnansweredRequests"


@contextmanager
def silent_connection() -> Iterator[Connection]:
    """A connection to a server that accepts it and says nothing more, not even to a ping."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def accept() -> socket.socket:
            peer, _ = server.accept()
            request = b""
            while b"\r\n\r\n" not in request:
                request += peer.recv(1024)
            key = next(
                line.split()[1]
                for line in request.splitlines()
                if line.lower().startswith(b"sec-websocket-key")
            )
            digest = hashlib.sha1(key + b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11").digest()
            accepted = base64.b64encode(digest).decode()
            lines = ("HTTP/1.1 101 Switching Protocols", "Upgrade: websocket", "Connection: Upgrade")
            peer.sendall("\r\n".join((*lines, f"Sec-WebSocket-Accept: {accepted}", "", "")).encode())
            return peer

        with ThreadPoolExecutor(1) as threads:
            accepting = threads.submit(accept)
            connection = Connection(f"ws://127.0.0.1:{server.getsockname()[1]}/link?a=1", SILENT)
            connection.connect()
            with accepting.result(5):
                assert connection.sock
                connection.sock.settimeout(1)  # three seconds by default
                yield connection
                if connection.is_active():
                    connection.disconnect()


@pytest.mark.parametrize("is_worked_around", [False, True])
def test_the_sdk_never_takes_a_connection_for_dead_that_has_answered_no_ping(
    is_worked_around: bool, monkeypatch: pytest.MonkeyPatch
):
    with silent_connection() as connection:
        if is_worked_around:
            client: Any = unconnected()
            client.current_session, client.closed = connection, True
            sdk_workarounds.read_connection(client)
            client.current_session = None
            client.close()
        now = time.time()
        monkeypatch.setattr(time, "time", lambda: now + 3_600)
        connection.check_state()
        is_dead = not connection.is_active()
    assert is_dead == is_worked_around, "mended: delete the line with last_ping_pong_time in read_connection"


@pytest.mark.parametrize("is_worked_around", [False, True])
def test_the_sdk_waits_for_something_to_read_before_it_closes_a_connection(is_worked_around: bool):
    client = unconnected()
    with silent_connection() as connection:
        flag = ConnectionState()  # type: ignore[no-untyped-call]
        reader = Thread(target=connection.run_until_completion, args=(flag,))
        reader.start()
        time.sleep(0.2)  # it is in `recv`
        client.current_session, client.current_session_state = connection, flag
        began = time.monotonic()
        if is_worked_around:
            sdk_workarounds.hang_up(client)
        flag.terminated = True
        client.disconnect()
        took = time.monotonic() - began
        reader.join(5)
    client.close()
    assert (took < 0.4) == is_worked_around, "mended: delete hang_up"


def test_the_sdk_fails_where_two_threads_drop_a_connection():
    with silent_connection() as connection, ThreadPoolExecutor(2) as threads:
        with connection.sock_receive_lock:
            dropping = [threads.submit(connection.disconnect) for _ in range(2)]
            time.sleep(0.2)  # both have asked whether there is a socket
        faults = [future.exception(5) for future in dropping]
    assert sorted(type(fault).__name__ for fault in faults) == ["AttributeError", "NoneType"], (
        "mended: delete the except of close"
    )


# The work-arounds


def rate_limited(retry_after: str) -> HttpResponse:
    return HttpResponse(status_code=429, headers={"Retry-After": [retry_after]})


def attempts(client: WebClient, answers: list[HttpResponse]) -> int:
    """How many of these answers are followed by another attempt, without the sleep before it."""
    [handler] = [each for each in client.retry_handlers if isinstance(each, RateLimitErrorRetryHandler)]
    state, request = RetryState(), HttpRequest(method="POST", url="", headers={})
    for n, answer in enumerate(answers):
        if not handler.can_retry(state=state, request=request, response=answer):
            return n
        state.increment_current_attempt()
    return len(answers)


def patient() -> WebClient:
    client = WebClient("xoxb-test")
    client.retry_handlers.append(RateLimitErrorRetryHandler(max_retry_count=5))
    return client


def test_the_sdk_waits_as_long_as_slack_asks_for():
    assert attempts(patient(), [rate_limited("3600")] * 3) == 3, "mended: delete _BoundedRateLimits"


@given(st.lists(st.integers(0, 40), max_size=8))
def test_a_call_that_a_person_waits_for_is_put_off_for_a_bounded_time(asked: list[int]):
    n = attempts(sdk_workarounds.less_patient(patient()), [rate_limited(str(seconds)) for seconds in asked])
    limit = sdk_workarounds.RATE_LIMIT_SECONDS
    assert n <= 5
    assert sum(asked[:n]) <= limit
    assert n in {5, len(asked)} or sum(asked[: n + 1]) > limit, "it gives up too early"


def test_a_client_for_others_stays_as_it_is():
    client = patient()
    copied = sdk_workarounds.less_patient(client)
    assert (client.timeout, copied.timeout) == (30, sdk_workarounds.CALL_SECONDS)
    assert attempts(client, [rate_limited("3600")]) == 1
    assert attempts(copied, [HttpResponse(status_code=200, headers={})]) == 0
