"""What is fetched because a message names it: each URL once, seldom, and in threads that nothing else waits for."""

from collections import OrderedDict, defaultdict, deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock
from typing import Generic, TypeVar
from urllib.parse import urlsplit

import httpx

from handlers.web.webhooks.requests import TemporarilyUnavailable, Unauthenticated, WebhookError

PER_HOUR = 12  # fetches from one host
FIRST_PAUSE = timedelta(minutes=1)  # after a failure; doubled by each that follows
LONGEST_PAUSE = timedelta(minutes=8)
MOST_KEPT = 16
THREADS = 4

_HOUR = timedelta(hours=1)

T = TypeVar("T")
Fetch = Callable[[str], bytes]
"""Returns what is at a URL. Raises OSError or httpx.HTTPError."""


class Waiting(Exception):
    """The message needs what is being fetched: it has to be received again when `fetched` is done."""

    def __init__(self, fetched: "Future[None]") -> None:
        super().__init__()
        self.fetched = fetched


@dataclass(frozen=True, slots=True)
class _Failure:
    error: WebhookError
    pause: timedelta
    until: datetime


class Fetches(Generic[T]):
    """What was fetched, by URL. No caller waits here, and callers for the same URL share one fetch.

    `parse` raises ValueError for what it can't use. `subject` begins the sentences of errors.
    """

    def __init__(self, fetch: Fetch, parse: Callable[[bytes], T], subject: str) -> None:
        self._fetch, self._parse, self._subject = fetch, parse, subject
        self._kept: OrderedDict[str, T] = OrderedDict()  # the next to be dropped comes first
        self._running: dict[str, Future[None]] = {}
        self._failures: dict[str, _Failure] = {}
        self._started: defaultdict[str, deque[datetime]] = defaultdict(deque)  # by host, within the last hour
        self._lock = Lock()
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="webhooks-fetch")

    def get(self, url: str, now: datetime) -> T:
        """Returns what is at the URL. Raises Waiting while it is fetched; TemporarilyUnavailable, Unauthenticated."""
        with self._lock:
            if url in self._kept:
                return self._kept[url]
            if url not in self._running:
                self._check_pause(url, now)
                self._count(url, now)
                self._running[url] = self._threads.submit(self._load, url, now)
            raise Waiting(self._running[url])

    def keep(self, url: str) -> None:
        """What is at the URL has proved useful: it is dropped later than what strangers have had fetched."""
        with self._lock:
            if url in self._kept:
                self._kept.move_to_end(url)

    def _check_pause(self, url: str, now: datetime) -> None:
        failure = self._failures.get(url)
        if failure and now < failure.until:
            raise type(failure.error)(failure.error.message)

    def _count(self, url: str, now: datetime) -> None:
        started = self._started[urlsplit(url).netloc]
        while started and started[0] <= now - _HOUR:
            started.popleft()
        if len(started) >= PER_HOUR:
            raise TemporarilyUnavailable(
                f"{self._subject} can't be fetched: its host was asked {PER_HOUR} times within an hour."
            )
        started.append(now)

    def _load(self, url: str, now: datetime) -> None:
        fetched: T | WebhookError | None = None
        try:
            fetched = self._fetch_and_parse(url)
        finally:  # in one step: whoever comes between would have it fetched again
            with self._lock:
                del self._running[url]
                if isinstance(fetched, WebhookError):
                    self._remember(url, fetched, now)
                elif fetched is not None:
                    self._store(url, fetched)

    def _fetch_and_parse(self, url: str) -> T | WebhookError:
        try:
            return self._parse(self._fetch(url))
        except (OSError, httpx.HTTPError):
            return TemporarilyUnavailable(f"{self._subject} can't be fetched at the moment.")
        except ValueError:
            return Unauthenticated(f"{self._subject} was fetched and can't be used.")

    def _remember(self, url: str, error: WebhookError, now: datetime) -> None:
        for old in [old for old, failure in self._failures.items() if failure.until <= now - _HOUR]:
            del self._failures[old]
        before = self._failures.get(url)
        pause = min(before.pause * 2, LONGEST_PAUSE) if before else FIRST_PAUSE
        self._failures[url] = _Failure(error, pause, now + pause)

    def _store(self, url: str, fetched: T) -> None:
        self._failures.pop(url, None)
        while len(self._kept) >= MOST_KEPT:
            self._kept.popitem(last=False)
        self._kept[url] = fetched
        self._kept.move_to_end(url, last=False)
