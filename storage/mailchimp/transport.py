"""Calls to Mailchimp as they go over the wire: places, time-outs, second tries, errors made into types."""

import json
import logging
import random
import re
import socket
import ssl
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from hashlib import sha256
from typing import Literal, TypeVar

import httpx

from storage.mailchimp import documents
from storage.mailchimp.errors import (
    BadAnswer,
    MailchimpError,
    TooManyConnections,
    Unavailable,
    WrongDataCentre,
    problem,
)
from storage.mailchimp.limiter import MOST_CONNECTIONS, Slot, Slots
from storage.mailchimp.values import Document

CONNECT_SECONDS = 10.0
CALL_SECONDS = 120.0  # Mailchimp itself ends a call then
TOTAL_SECONDS = 300.0  # with all its tries; the last one may begin at the end of it
TRIES = 6
FIRST_PAUSE_SECONDS = 1.0  # at most; doubled each time
LONGEST_PAUSE_SECONDS = 30.0

log = logging.getLogger(__name__)

Value = TypeVar("Value")
Method = Literal["GET", "PUT", "PATCH", "POST", "DELETE"]


@dataclass(frozen=True)
class Request:
    """A call. `repeatable`: twice in effect is once, so that it may be sent again when its answer is lost."""

    method: Method
    path: str
    params: Mapping[str, str | int] | None = None
    body: Mapping[str, object] | None = None
    repeatable: bool = True

    @property
    def label(self) -> str:
        """For the log: without the contact's hash."""
        return f"{self.method} {_HASH.sub('…', self.path)}"


@dataclass(frozen=True)
class Timing:
    """What tests replace: `pause` sleeps some seconds, `clock` reads seconds that never go back."""

    pause: Callable[[float], None] = time.sleep
    clock: Callable[[], float] = time.monotonic
    jitter: Callable[[float], float] = lambda most: random.uniform(0, most)  # noqa: S311 (spreads calls, no secret)


class Connections:
    """Connections to one base with one key, made at the first call and shared by all clients that join."""

    def __init__(self, transport: httpx.BaseTransport | None = None) -> None:
        """`transport`: what carries the calls, in tests."""
        self.slots = Slots()
        self._transport = transport
        self._guard = threading.Lock()
        self._http: httpx.Client | None = None
        self._users = 0

    def join(self) -> None:
        with self._guard:
            self._users += 1

    def leave(self) -> None:
        """The last to leave closes the connections; the places held stay held."""
        with self._guard:
            self._users -= 1
            if not self._users and self._http:
                self._http.close()
                self._http = None

    def http(self) -> httpx.Client:
        with self._guard:
            self._http = self._http or httpx.Client(
                transport=self._transport,
                limits=httpx.Limits(max_connections=MOST_CONNECTIONS),
                timeout=httpx.Timeout(CALL_SECONDS, connect=CONNECT_SECONDS),
            )
            return self._http


def line_of(key: str, base: str) -> Connections:
    """The process's one line for this key and base."""
    name = sha256(f"{key} {base}".encode()).digest()
    with _LINES_GUARD:
        return _LINES.setdefault(name, Connections())


class Wire:
    """Sends requests for one client."""

    def __init__(
        self,
        key: str,
        base: httpx.URL,
        centre: str,
        line: Connections,
        connections: int,
        tries: int,
        timing: Timing,
    ) -> None:
        """`centre`: the data centre that the key names, or empty."""
        self.line = line
        self._is_mailchimp = base.host.endswith(".api.mailchimp.com")
        self._auth = httpx.BasicAuth("any", key)
        self._base = str(base).rstrip("/")
        self._centre = centre
        self._connections = min(connections, MOST_CONNECTIONS)
        self._tries = tries
        self._timing = timing

    def once(self) -> "Wire":
        """The same, with one try for each request."""
        hasty = copy(self)
        hasty._tries = 1  # noqa: SLF001  one of its own kind
        return hasty

    def send(self, request: Request) -> Document:
        """The answer's JSON, empty for an answer without a body. Raises a MailchimpError.

        Tried again after network errors, 429 and 5xx where the request is repeatable, or surely did not arrive.
        """
        return _document(self.fetch(request))

    def fetch(self, request: Request) -> bytes:
        """The same, as it came."""
        until = self._timing.clock() + TOTAL_SECONDS
        return self._tried(lambda: self._once(request, until), until, request.label, request.repeatable)

    def repeated(self, call: Callable[[], Value]) -> Value:
        """What `call` gives, tried again as a call to Mailchimp is."""
        return self._tried(
            call, self._timing.clock() + TOTAL_SECONDS, "a batch's results", is_repeatable=True
        )

    def _tried(self, call: Callable[[], Value], until: float, label: str, is_repeatable: bool) -> Value:
        has_arrived = False
        for tries in range(1, self._tries + 1):
            try:
                return call()
            except MailchimpError as error:
                error.tries = tries
                has_arrived = error.arrived = has_arrived or error.arrived
                wait = self._wait(error, until, is_safe=is_repeatable or not has_arrived)
                if wait is None:
                    raise
            log.info(
                "Mailchimp: %s, try %s of %s failed; the next in %.1f s", label, tries, self._tries, wait
            )
            self._timing.pause(wait)
        raise AssertionError  # the last try has returned or raised

    def _wait(self, error: MailchimpError, until: float, *, is_safe: bool) -> float | None:
        """Seconds until the next try, or None where there must be none."""
        if error.tries == self._tries or not is_safe or not error.worth_another_try:
            return None
        most = min(LONGEST_PAUSE_SECONDS, FIRST_PAUSE_SECONDS * 2 ** (error.tries - 1))
        wait = self._timing.jitter(most) + (error.wait or 0)
        return wait if self._timing.clock() + wait < until else None

    def _once(self, request: Request, until: float) -> bytes:
        seconds = max(0.0, until - self._timing.clock())
        try:
            with self.line.slots.one(self._connections, seconds) as slot:
                response = self._exchange(request, slot)
        except TimeoutError:
            raise TooManyConnections(0) from None
        return self._read(response)

    def _exchange(self, request: Request, slot: Slot) -> httpx.Response:
        try:
            return self._fetch(request)
        except httpx.TimeoutException as error:
            if not isinstance(error, _NOT_ARRIVED):
                slot.hold()
            raise _failure(error, self._centre if self._is_mailchimp else "") from None
        except httpx.HTTPError as error:
            raise _failure(error, self._centre if self._is_mailchimp else "") from None

    def _fetch(self, request: Request) -> httpx.Response:
        """With its body. A call takes CALL_SECONDS at most, however slowly its answer trickles."""
        until = self._timing.clock() + CALL_SECONDS
        sent = self.line.http().build_request(
            request.method,
            self._base + request.path,
            params=request.params,
            content=None if request.body is None else json.dumps(request.body),
            headers=_ACCEPT if request.body is None else {**_ACCEPT, "Content-Type": "application/json"},
        )
        response = self.line.http().send(sent, auth=self._auth, stream=True)
        try:
            pieces = []
            for piece in response.iter_bytes():
                pieces.append(piece)
                if self._timing.clock() > until:
                    raise httpx.ReadTimeout("the answer trickles")
        finally:
            response.close()
        return httpx.Response(response.status_code, headers=_kept(response.headers), content=b"".join(pieces))

    def _read(self, response: httpx.Response) -> bytes:
        if response.status_code >= httpx.codes.MULTIPLE_CHOICES:
            error = problem(response.status_code, response.content, self._centre)
            error.wait = _asked(response.headers.get("retry-after", ""))
            raise error
        return response.content


def _document(body: bytes) -> Document:
    if not body:
        return {}
    try:
        return documents.parse(body)
    except ValueError:
        raise BadAnswer(reason="no JSON object") from None


def _failure(error: httpx.HTTPError, centre: str) -> MailchimpError:
    """A network error as a type. Names no URL: it may hold a hash."""
    causes = _causes(error)
    is_nameless = any(isinstance(cause, socket.gaierror) for cause in causes)
    is_untrusted = any(isinstance(cause, ssl.SSLCertVerificationError) for cause in causes)
    if centre and (is_untrusted or (is_nameless and _is_online())):
        return WrongDataCentre(centre=centre)
    if isinstance(error, httpx.DecodingError):
        return BadAnswer(reason=type(error).__name__)
    return Unavailable(type(error).__name__, arrived=not isinstance(error, _NOT_ARRIVED))


_NOT_ARRIVED = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)


def _causes(error: BaseException) -> Sequence[BaseException]:
    found: list[BaseException] = []
    cause: BaseException | None = error
    while cause is not None and cause not in found:
        found.append(cause)
        cause = cause.__cause__ or cause.__context__
    return found


def _is_online() -> bool:
    """Whether a name that surely exists is found: if not, a missing name says nothing about the data centre."""
    try:
        socket.getaddrinfo("mailchimp.com", 443)
    except OSError:
        return False
    return True


def _asked(retry_after: str) -> float | None:
    """Seconds, from a Retry-After header."""
    try:
        return max(0.0, float(retry_after))
    except ValueError:
        pass
    try:
        moment = parsedate_to_datetime(retry_after)
    except ValueError:
        return None
    return max(0.0, (moment - datetime.now(UTC)).total_seconds()) if moment.tzinfo else None


def _kept(headers: httpx.Headers) -> dict[str, str]:
    return {name: headers[name] for name in ("content-type", "retry-after") if name in headers}


def _without_hashes(record: logging.LogRecord) -> bool:
    """Each URL is logged by httpx: ours hold contacts' hashes, and in their query what opens a batch's results."""
    if isinstance(record.args, tuple):
        record.args = tuple(_bare(each) if isinstance(each, httpx.URL) else each for each in record.args)
    return True


def _bare(url: httpx.URL) -> str:
    return _HASH.sub("…", str(url.copy_with(query=None)))


_HASH = re.compile(r"(?<![0-9a-f])[0-9a-f]{32}(?![0-9a-f])")
_ACCEPT = {"Accept": "application/json, application/problem+json"}
_LINES: dict[bytes, Connections] = {}
_LINES_GUARD = threading.Lock()

logging.getLogger("httpx").addFilter(_without_hashes)
