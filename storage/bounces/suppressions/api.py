"""Reads from a provider's HTTP API: https only, GET only, pauses where the provider asks for them."""

import json
import logging
import random
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from ipaddress import ip_address
from urllib.parse import quote, urlencode

import httpx

from storage.bounces.suppressions.errors import (
    InvalidAnswer,
    InvalidApiUrl,
    KeyRefused,
    NoSuchList,
    ProviderBusy,
    ProviderUnreachable,
    RequestRefused,
)
from storage.core import tls

TRIES = 6
TIMEOUT = httpx.Timeout(60.0, connect=10.0)
FIRST_PAUSE_SECONDS = 1.0  # doubled after each try, where the provider says nothing
LONGEST_PAUSE_SECONDS = 60.0
LONGEST_WAIT_SECONDS = 900.0  # that the provider may ask for
LARGEST_ANSWER = 512 << 20  # bytes: Postmark gives a stream's whole list in one answer

# Number of seconds until the limit is lifted (Brevo), and time at which it is (SendGrid).
_RESET_IN = "x-sib-ratelimit-reset"
_RESET_AT = "x-ratelimit-reset"

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Timing:
    """What tests replace: `pause` sleeps for some seconds, `now` is the time."""

    pause: Callable[[float], None] = time.sleep
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    jitter: Callable[[float], float] = lambda most: random.uniform(0, most)  # noqa: S311 (spreads retries, no secret)


class ProviderApi:
    """One provider's API with one key."""

    def __init__(
        self,
        provider: str,
        base: str,
        *,
        headers: Mapping[str, str] | None = None,
        auth: httpx.Auth | None = None,
        transport: httpx.BaseTransport | None = None,
        timing: Timing | None = None,
    ) -> None:
        """`transport` replaces the network, in tests. Raises InvalidApiUrl."""
        self.provider = provider
        self.base = _checked(base)
        self.timing = timing or Timing()
        self._http = httpx.Client(
            headers={"Accept": "application/json", **(headers or {})},
            auth=auth,
            transport=transport,
            verify=tls.context(),
            timeout=TIMEOUT,
        )

    def close(self) -> None:
        self._http.close()

    def get(self, path: str, params: Mapping[str, str | int] | None = None) -> object:
        """Returns the JSON of the answer. `path` begins with a slash. Raises SuppressionListError."""
        # Not by httpx, which writes a space as "+": Amazon reads that as a plus in what is signed.
        return self._get(f"{self.base}{path}?{urlencode(params or {}, quote_via=quote)}".rstrip("?"))

    def get_url(self, url: str) -> object:
        """As `get`, for a URL that the provider gave: one of another server would be told the key."""
        if not _is_below(url, self.base):
            raise self.invalid_answer()
        return self._get(url)

    def invalid_answer(self) -> InvalidAnswer:
        return InvalidAnswer(provider=self.provider)

    def _get(self, url: str) -> object:
        for n in range(1, TRIES + 1):
            status, headers, body = self._attempt(url)
            if status == httpx.codes.OK:
                return self._parsed(body)
            if not _is_passing(status):
                raise self._refusal(status)
            wait = self._wait(status, headers, n)
            if n == TRIES or wait > LONGEST_WAIT_SECONDS:
                break
            log.info("%s answered %s; try %s of %s in %.1f s", self.provider, status, n + 1, TRIES, wait)
            self.timing.pause(wait)
        raise (ProviderBusy if status == httpx.codes.TOO_MANY_REQUESTS else ProviderUnreachable)(
            provider=self.provider
        )

    def _attempt(self, url: str) -> tuple[int, Mapping[str, str], bytes]:
        """Status (0 without an answer), headers and body."""
        try:
            with self._http.stream("GET", url) as response:
                return response.status_code, response.headers, self._body(response)
        except httpx.HTTPError:  # its text may hold the URL, and that an address
            return 0, {}, b""

    def _body(self, response: httpx.Response) -> bytes:
        chunks, size = [], 0
        for chunk in response.iter_bytes():
            size += len(chunk)
            if size > LARGEST_ANSWER:
                raise self.invalid_answer()
            chunks.append(chunk)
        return b"".join(chunks)

    def _parsed(self, body: bytes) -> object:
        try:
            value: object = json.loads(body)
        except (ValueError, RecursionError):
            raise self.invalid_answer() from None
        return value

    def _refusal(self, status: int) -> Exception:
        if status in (httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN):
            return KeyRefused(provider=self.provider)
        if status == httpx.codes.NOT_FOUND:
            return NoSuchList(provider=self.provider)
        return RequestRefused(provider=self.provider, status=status)

    def _wait(self, status: int, headers: Mapping[str, str], n: int) -> float:
        """Seconds until the next try, `n` being the number of tries so far."""
        asked = _asked_wait(status, headers, self.timing.now())
        if asked is not None:
            return asked + self.timing.jitter(FIRST_PAUSE_SECONDS)
        return self.timing.jitter(min(LONGEST_PAUSE_SECONDS, FIRST_PAUSE_SECONDS * 2**n))


def _checked(base: str) -> str:
    try:
        url = httpx.URL(base)
    except (httpx.InvalidURL, ValueError):
        raise InvalidApiUrl from None
    is_safe = url.scheme == "https" or (url.scheme == "http" and _is_this_machine(url.host))
    if not (is_safe and url.host) or url.userinfo or url.query or url.fragment:
        raise InvalidApiUrl
    return str(url).rstrip("/")


def _is_this_machine(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _is_below(url: str, base: str) -> bool:
    """Whether the URL is of the same server as the base: scheme, host and port."""
    try:
        one, other = httpx.URL(url), httpx.URL(base)
    except (httpx.InvalidURL, ValueError):
        return False
    return (one.scheme, one.host, one.port, one.userinfo) == (other.scheme, other.host, other.port, b"")


def _is_passing(status: int) -> bool:
    return status in (0, httpx.codes.REQUEST_TIMEOUT, httpx.codes.TOO_MANY_REQUESTS) or status >= 500


def _asked_wait(status: int, headers: Mapping[str, str], now: datetime) -> float | None:
    """Seconds that the provider asks to wait, by any of the headers that they use; None without one."""
    if after := headers.get("retry-after"):
        return _seconds(after, now)
    if status != httpx.codes.TOO_MANY_REQUESTS:
        return None  # the others are in every answer
    if (reset := _number(headers.get(_RESET_IN, ""))) is not None:
        return reset
    if (reset := _number(headers.get(_RESET_AT, ""))) is not None:
        # Some give the number of seconds instead of a time.
        return max(0.0, reset - now.timestamp()) if reset > 1_000_000_000 else reset
    return None


def _seconds(retry_after: str, now: datetime) -> float | None:
    if (number := _number(retry_after)) is not None:
        return number
    try:
        at = parsedate_to_datetime(retry_after)
    except ValueError:
        return None
    return max(0.0, (at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp() - now.timestamp())


def _number(text: str) -> float | None:
    """The number, unless it is negative or none."""
    try:
        number = float(text)
    except ValueError:
        return None
    return number if 0 <= number < float("inf") else None


def _without_query(record: logging.LogRecord) -> bool:
    """A filter for httpx, which logs each URL: Mailgun's pages are found by an address in the query."""
    if isinstance(record.args, tuple):
        record.args = tuple(
            arg.copy_with(query=None) if isinstance(arg, httpx.URL) else arg for arg in record.args
        )
    return True


logging.getLogger("httpx").addFilter(_without_query)
