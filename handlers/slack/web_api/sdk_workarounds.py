"""Every work-around of a fault in Bolt or the Slack SDK, written against slack-bolt 1.30.0 and slack-sdk 3.47.0.

`tests/handlers/slack/web_api/test_sdk_workarounds.py` shows each fault in the installed library. A test that fails there
after an upgrade says what can be deleted here. Where an upstream issue is known, it is named.
"""

import json
import logging
from collections.abc import Callable, Mapping
from contextlib import suppress
from copy import copy
from functools import partial
from socket import SHUT_RDWR
from threading import Lock
from time import monotonic, sleep, time
from typing import Any

from slack_bolt import BoltRequest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.http_retry import HttpRequest, HttpResponse, RetryState
from slack_sdk.http_retry.builtin_handlers import RateLimitErrorRetryHandler
from slack_sdk.signature import SignatureVerifier
from slack_sdk.socket_mode.builtin.client import SocketModeClient
from slack_sdk.socket_mode.builtin.connection import Connection, ConnectionState

ANSWERED_WITHIN_SECONDS = 2.0
CALL_SECONDS = 10  # of one call while a person waits
SILENT_SECONDS = 25.0  # since the last answer to a ping; the client pings every 5 s
RATE_LIMIT_SECONDS = 30.0  # that such a call is put off in all, because Slack asks for it

# Bolt's log lines


def is_not_token_warning(record: logging.LogRecord) -> bool:
    """A log filter without Bolt's warnings that SLACK_BOT_TOKEN is not used (bolt-python issues 502 and 983).

    Bolt reads that variable by itself, and gives these warnings to whoever passes a client and `authorize`.
    """
    message = record.getMessage()
    return "SLACK_BOT_TOKEN" not in message and "`token` will be unused" not in message


# Requests over HTTP that Slack never sends


def is_signed(verifier: SignatureVerifier, body: bytes, headers: Mapping[str, str]) -> bool:
    """Whether Slack signed the body.

    SignatureVerifier raises, instead of answering False, for a body that is not UTF-8, a timestamp that is not a
    number and a signature that is not ASCII. No upstream issue is known.
    """
    try:
        return verifier.is_valid_request(body, dict(headers))
    except (ValueError, TypeError):
        return False


def parse_request(body: bytes, query: str, headers: Mapping[str, str]) -> BoltRequest:
    """The request for a synchronous App. Raises ValueError if the body can't be read.

    BoltRequest raises AttributeError for JSON that is not an object. No upstream issue is known.
    """
    try:
        return BoltRequest(
            body=body.decode(), query=query, headers={name: [value] for name, value in headers.items()}
        )
    except AttributeError as error:
        raise ValueError("The body is not a JSON object.") from error


# The SDK's Web API client


def without_connection_retries(client: WebClient) -> WebClient:
    """A copy of the client that tries a method again only if Slack refused it for its rate limit.

    By default the SDK repeats any method, `chat.postMessage` too, whose connection broke before the answer came; the
    message may then be posted twice. Slack offers no idempotency key (slack-api-specs issue 10).
    """
    restricted = copy(client)
    restricted.retry_handlers = [
        handler for handler in client.retry_handlers if isinstance(handler, RateLimitErrorRetryHandler)
    ]
    return restricted


def less_patient(client: WebClient) -> WebClient:
    """A copy of the client for calls that a person waits for.

    RateLimitErrorRetryHandler sleeps as long as Slack asks for, up to five times, and a call may take 30 s; a thread is
    held meanwhile. No upstream issue is known.
    """
    copied = copy(client)
    copied.timeout = CALL_SECONDS
    copied.retry_handlers = [
        _BoundedRateLimits(handler) if isinstance(handler, RateLimitErrorRetryHandler) else handler
        for handler in client.retry_handlers
    ]
    return copied


class _BoundedRateLimits(RateLimitErrorRetryHandler):
    """Tries again as long as what Slack asks to wait adds up to RATE_LIMIT_SECONDS at most."""

    def __init__(self, handler: RateLimitErrorRetryHandler) -> None:
        super().__init__(max_retry_count=handler.max_retry_count)
        self._handler = handler

    def prepare_for_next_attempt(self, **given: Any) -> None:
        self._handler.prepare_for_next_attempt(**given)

    def can_retry(
        self,
        *,
        state: RetryState,
        request: HttpRequest,
        response: HttpResponse | None = None,
        error: Exception | None = None,
    ) -> bool:
        if response is None or not super().can_retry(
            state=state, request=request, response=response, error=error
        ):
            return False
        asked = next(
            (value[0] for name, value in response.headers.items() if name.lower() == "retry-after"), "1"
        )
        waited = (state.custom_values or {}).get("waited", 0.0) + float(asked)
        state.custom_values = {"waited": waited}
        return bool(waited <= RATE_LIMIT_SECONDS)


def error_code(error: SlackApiError) -> str | None:
    """Slack's error code; None if the answer was not from Slack's API.

    For an answer that is not JSON, such as a proxy's error page, the SDK puts a sentence of its own where the code
    is. No upstream issue is known.
    """
    code = str(error.response.get("error", ""))
    return code if code.isidentifier() else None


# The SDK's Socket Mode client


def replace_reader(client: SocketModeClient) -> None:
    """Makes the client's reading thread call `read_connection`. To be called before `connect`."""
    client.current_session_runner.target = partial(read_connection, client)


def read_connection(client: SocketModeClient) -> None:
    """Reads from the client's connection until it is closed or replaced.

    The SDK's own reading thread checks a flag that is kept beside the connection. `connect` replaces the connection
    first and the flag after it: a thread that starts in between gets the old flag, which is never set again. It stays
    with its connection for ever, and the bot is deaf after the next reconnection. python-slack-sdk issue 1701 may be
    the same.

    The SDK also never takes a connection for dead on which no ping was answered yet: its time without an answer is
    counted from here on. No upstream issue is known.
    """
    connection = client.current_session
    if connection is not None and connection.is_active():
        connection.last_ping_pong_time = connection.last_ping_pong_time or time()
        connection.run_until_completion(_IsReplaced(client, connection))


class _IsReplaced(ConnectionState):
    """The flag by which the SDK's reading loop ends: set once the connection is not the client's any more."""

    def __init__(self, client: SocketModeClient, connection: Connection) -> None:
        self._client, self._connection = client, connection
        super().__init__()  # type: ignore[no-untyped-call]  # the SDK's

    @property
    def terminated(self) -> bool:
        return self._set or self._client.closed or self._client.current_session is not self._connection

    @terminated.setter
    def terminated(self, value: bool) -> None:
        self._set = value


def socket_fault(client: SocketModeClient) -> str:
    """What keeps Slack's requests from coming by the socket, in a few words; "" if nothing does.

    `SocketModeClient.is_connected` is True also for a connection that has been silent for long, and while a thread of
    the client that reads or handles messages has ended. No upstream issue is known.
    """
    threads = (client.current_session_runner, client.message_processor, client.current_app_monitor)
    if not all(thread.is_alive() for thread in threads):
        return "a thread has ended"
    session = client.current_session
    if session is None or not session.is_active():
        return "not connected"
    last = session.last_ping_pong_time
    return "silent" if last is not None and time() - last > SILENT_SECONDS else ""


class UnansweredRequests:
    """Counts the requests that came by the socket and have no answer yet.

    `SocketModeClient.close` does not wait for them: it closes the connection first, and the people whose commands are
    under way see them fail. No upstream issue is known.
    """

    def __init__(self, client: SocketModeClient, observe: Callable[[float], None] = lambda _: None) -> None:
        """To be made before the client connects and after its handler is added.

        `observe` is told after how many seconds each was answered.
        """
        self._observe = observe
        self._since: dict[str, float] = {}  # by envelope id
        self._lock = Lock()
        # The first is called when a message has come, the second when the handler before it has sent the answer.
        client.on_message_listeners.append(self._on_message)
        client.socket_mode_request_listeners.append(lambda _, request: self._toggle(request.envelope_id))

    def wait(self, close: Callable[[], None]) -> None:
        """Waits until all are answered, ANSWERED_WITHIN_SECONDS at most; then calls `close` before another is counted."""
        deadline = monotonic() + ANSWERED_WITHIN_SECONDS
        while True:
            with self._lock:
                if not self._since or monotonic() > deadline:
                    return close()
            sleep(0.005)

    def _on_message(self, message: str) -> None:
        if '"envelope_id"' in message:
            self._toggle(json.loads(message)["envelope_id"])

    def _toggle(self, envelope_id: str) -> None:
        """Adds it, or removes it: the answer may be sent before the SDK calls `_on_message`."""
        with self._lock:
            since = self._since.pop(envelope_id, None)
            if since is None:
                self._since[envelope_id] = monotonic()
            else:
                self._observe(monotonic() - since)


def hang_up(client: SocketModeClient) -> None:
    """Cuts the connection at once and for good; `close` has to follow.

    `SocketModeClient.close` waits for the reading thread to return from `recv`, up to three seconds, in which Slack
    goes on sending requests that can't be answered. No upstream issue is known.
    """
    client.closed, client.auto_reconnect_enabled = True, False
    if client.current_session and (sock := client.current_session.sock):
        with suppress(OSError):  # it may be closed already
            sock.shutdown(SHUT_RDWR)


def close(client: SocketModeClient) -> None:
    """Closes the client and ends its threads.

    `Connection.disconnect` asks whether there is a socket before it takes its lock: if another thread disconnects
    meanwhile, it raises AttributeError. No upstream issue is known.
    """
    try:
        client.close()
    except AttributeError:
        client.close()
