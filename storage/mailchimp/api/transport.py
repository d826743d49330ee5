"""Sends requests to Mailchimp: connection limit, time-outs, retries, errors as types."""

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
from prometheus_client import Counter

from storage.core import tls
from storage.mailchimp.api import documents
from storage.mailchimp.api.errors import (
    BadAnswer,
    MailchimpError,
    TooManyConnections,
    Unavailable,
    WrongDataCentre,
    problem,
)
from storage.mailchimp.api.limiter import MAX_CONNECTIONS, ConnectionLimiter, Permit
from storage.mailchimp.api.values import Document

CONNECT_SECONDS = 10.0
CALL_SECONDS = 120.0  # Mailchimp's own limit for a call
TOTAL_SECONDS = 300.0  # of all tries; the last one may begin at the end of it
TRIES = 6
FIRST_PAUSE_SECONDS = 1.0  # at most; doubled after each try
LONGEST_PAUSE_SECONDS = 30.0

CALLS = Counter(
    "cleaned_mailchimp_calls",
    "Calls to Mailchimp, by the status of the answer or why none came.",
    ["method", "outcome"],
)

log = logging.getLogger(__name__)

Value = TypeVar("Value")
Method = Literal["GET", "PUT", "PATCH", "POST", "DELETE"]


@dataclass(frozen=True)
class ApiRequest:
    """A call. An idempotent one may be sent again when its answer is lost."""

    method: Method
    path: str
    params: Mapping[str, str | int] | None = None
    body: Mapping[str, object] | None = None
    is_idempotent: bool = True

    @property
    def label(self) -> str:
        """For the log, without the contact's hash."""
        return f"{self.method} {_HASH.sub('…', self.path)}"


@dataclass(frozen=True)
class Timing:
    """What tests replace: `pause` sleeps for some seconds, `clock` returns monotonic seconds."""

    pause: Callable[[float], None] = time.sleep
    clock: Callable[[], float] = time.monotonic
    jitter: Callable[[float], float] = lambda most: random.uniform(0, most)  # noqa: S311 (spreads retries, no secret)


class ConnectionPool:
    """Connections to one base URL with one key, opened at the first call and shared by its clients."""

    def __init__(self, transport: httpx.BaseTransport | None = None) -> None:
        """`transport`: replaces the network, in tests."""
        self.limiter = ConnectionLimiter()
        self._transport = transport
        self._lock = threading.Lock()
        self._http: httpx.Client | None = None
        self._clients = 0

    def add_client(self) -> None:
        with self._lock:
            self._clients += 1

    def remove_client(self) -> None:
        """Closes the connections after the last client; retained permits of the limiter stay taken."""
        with self._lock:
            self._clients -= 1
            if not self._clients and self._http:
                self._http.close()
                self._http = None

    @property
    def is_closed(self) -> bool:
        return not self._clients

    def http(self) -> httpx.Client:
        with self._lock:
            self._http = self._http or httpx.Client(
                transport=self._transport,
                verify=tls.context(),
                limits=httpx.Limits(max_connections=MAX_CONNECTIONS),
                timeout=httpx.Timeout(CALL_SECONDS, connect=CONNECT_SECONDS),
            )
            return self._http


def shared_pool(key: str, base: str) -> ConnectionPool:
    """The one pool of this process for this key and base URL."""
    name = sha256(f"{key} {base}".encode()).digest()
    with _POOLS_LOCK:
        return _POOLS.setdefault(name, ConnectionPool())


class Transport:
    """Sends the requests of one client."""

    def __init__(
        self,
        key: str,
        base: httpx.URL,
        centre: str,
        pool: ConnectionPool,
        connections: int,
        tries: int,
        timing: Timing,
    ) -> None:
        """`centre`: the data centre that the key names, or empty."""
        self.pool = pool
        self._is_mailchimp = base.host.endswith(".api.mailchimp.com")
        self._auth = httpx.BasicAuth("any", key)
        self._base = str(base).rstrip("/")
        self._centre = centre
        self._connections = min(connections, MAX_CONNECTIONS)
        self._tries = tries
        self._timing = timing
        self._is_patient = False

    def without_retries(self) -> "Transport":
        transport = copy(self)
        transport._tries = 1  # noqa: SLF001  of the same class
        return transport

    def patient(self) -> "Transport":
        transport = copy(self)
        transport._is_patient = True  # noqa: SLF001  of the same class
        return transport

    def send(self, request: ApiRequest) -> Document:
        """Returns the answer's JSON, empty for an answer without a body. Raises a MailchimpError.

        Retries after network errors, 429 and 5xx if the request is idempotent, or certainly did not arrive.
        """
        return _document(self.fetch(request))

    def fetch(self, request: ApiRequest) -> bytes:
        """Returns the answer's body, as `send` otherwise."""
        while True:
            try:
                return self._fetch_in_time(request)
            except TooManyConnections as error:
                is_safe = request.is_idempotent or not error.arrived
                if not self._is_patient or not is_safe or self.pool.is_closed:
                    raise
                self._timing.pause(min(error.retry_after or 0, LONGEST_PAUSE_SECONDS))

    def _fetch_in_time(self, request: ApiRequest) -> bytes:
        deadline = self._timing.clock() + TOTAL_SECONDS
        return self._retry(
            lambda: self._attempt(request, deadline), deadline, request.label, request.is_idempotent
        )

    def retry(self, call: Callable[[], Value]) -> Value:
        """Returns the result of an idempotent call, retried as a request is."""
        deadline = self._timing.clock() + TOTAL_SECONDS
        return self._retry(call, deadline, "a batch's results", is_idempotent=True)

    def _retry(self, call: Callable[[], Value], deadline: float, label: str, is_idempotent: bool) -> Value:
        has_arrived = False
        for tries in range(1, self._tries + 1):
            try:
                return call()
            except MailchimpError as error:
                error.tries = tries
                has_arrived = error.arrived = has_arrived or error.arrived
                delay = self._retry_delay(error, deadline, is_safe=is_idempotent or not has_arrived)
                if delay is None:
                    raise
            log.info("Mailchimp: %s, try %s of %s failed; retry in %.1f s", label, tries, self._tries, delay)
            self._timing.pause(delay)
        raise AssertionError  # the last try has returned or raised

    def _retry_delay(self, error: MailchimpError, deadline: float, *, is_safe: bool) -> float | None:
        """Seconds until the next try; None if there must be none."""
        if error.tries == self._tries or not is_safe or not error.is_retryable:
            return None
        longest = min(LONGEST_PAUSE_SECONDS, FIRST_PAUSE_SECONDS * 2 ** (error.tries - 1))
        delay = self._timing.jitter(longest) + (error.retry_after or 0)
        return delay if self._timing.clock() + delay < deadline else None

    def _attempt(self, request: ApiRequest, deadline: float) -> bytes:
        timeout = max(0.0, deadline - self._timing.clock())
        try:
            with self.pool.limiter.acquire(self._connections, timeout) as permit:
                response = self._exchange(request, permit)
        except TimeoutError:
            raise TooManyConnections(0) from None
        except MailchimpError as error:
            CALLS.labels(request.method, type(error).__name__).inc()
            raise
        CALLS.labels(request.method, response.status_code).inc()
        try:
            return self._body(response)
        except TooManyConnections:
            self.pool.limiter.shrink(self._connections, permit)
            raise

    def _exchange(self, request: ApiRequest, permit: Permit) -> httpx.Response:
        try:
            return self._fetch(request)
        except httpx.TimeoutException as error:
            if not isinstance(error, _NOT_ARRIVED):
                permit.retain()
            raise _failure(error, self._centre if self._is_mailchimp else "") from None
        except httpx.HTTPError as error:
            raise _failure(error, self._centre if self._is_mailchimp else "") from None

    def _fetch(self, request: ApiRequest) -> httpx.Response:
        """The whole answer. Takes CALL_SECONDS at most, since httpx's time-out is per chunk."""
        deadline = self._timing.clock() + CALL_SECONDS
        http_request = self.pool.http().build_request(
            request.method,
            self._base + request.path,
            params=request.params,
            content=None if request.body is None else json.dumps(request.body),
            headers=_ACCEPT if request.body is None else {**_ACCEPT, "Content-Type": "application/json"},
        )
        response = self.pool.http().send(http_request, auth=self._auth, stream=True)
        try:
            chunks = []
            for chunk in response.iter_bytes():
                chunks.append(chunk)
                if self._timing.clock() > deadline:
                    raise httpx.ReadTimeout("answer too slow")
        finally:
            response.close()
        return httpx.Response(
            response.status_code, headers=_kept_headers(response.headers), content=b"".join(chunks)
        )

    def _body(self, response: httpx.Response) -> bytes:
        if response.status_code >= httpx.codes.MULTIPLE_CHOICES:
            error = problem(response.status_code, response.content, self._centre)
            error.retry_after = _retry_after(response.headers.get("retry-after", ""))
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
    """A network error as a MailchimpError, without its URL, which may hold a hash."""
    causes = _causes(error)
    is_unresolved = any(isinstance(cause, socket.gaierror) for cause in causes)
    is_untrusted = any(isinstance(cause, ssl.SSLCertVerificationError) for cause in causes)
    if centre and (is_untrusted or (is_unresolved and _is_online())):
        return WrongDataCentre(centre=centre)
    if isinstance(error, httpx.DecodingError):
        return BadAnswer(reason=type(error).__name__)
    return Unavailable(type(error).__name__, arrived=not isinstance(error, _NOT_ARRIVED))


_NOT_ARRIVED = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)


def _causes(error: BaseException) -> Sequence[BaseException]:
    causes: list[BaseException] = []
    cause: BaseException | None = error
    while cause is not None and cause not in causes:
        causes.append(cause)
        cause = cause.__cause__ or cause.__context__
    return causes


def _is_online() -> bool:
    """Whether a host that exists can be resolved: if not, an unresolved one says nothing about the data centre."""
    try:
        socket.getaddrinfo("mailchimp.com", 443)
    except OSError:
        return False
    return True


def _retry_after(header: str) -> float | None:
    """Seconds, from a Retry-After header in either form."""
    try:
        return max(0.0, float(header))
    except ValueError:
        pass
    try:
        time = parsedate_to_datetime(header)
    except ValueError:
        return None
    return max(0.0, (time - datetime.now(UTC)).total_seconds()) if time.tzinfo else None


def _kept_headers(headers: httpx.Headers) -> dict[str, str]:
    return {name: headers[name] for name in ("content-type", "retry-after") if name in headers}


def _without_hashes(record: logging.LogRecord) -> bool:
    """A filter for httpx, which logs each URL: paths hold contacts' hashes, queries the signature of batch results."""
    if isinstance(record.args, tuple):
        record.args = tuple(_redacted(arg) if isinstance(arg, httpx.URL) else arg for arg in record.args)
    return True


def _redacted(url: httpx.URL) -> str:
    return _HASH.sub("…", str(url.copy_with(query=None)))


_HASH = re.compile(r"(?<![0-9a-f])[0-9a-f]{32}(?![0-9a-f])")
_ACCEPT = {"Accept": "application/json, application/problem+json"}
_POOLS: dict[bytes, ConnectionPool] = {}
_POOLS_LOCK = threading.Lock()

logging.getLogger("httpx").addFilter(_without_hashes)
