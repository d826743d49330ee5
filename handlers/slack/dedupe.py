"""Detects requests that Slack sends again: at once, after one and after five minutes (in Socket Mode too)."""

from collections import OrderedDict
from threading import Lock
from time import monotonic
from typing import Any

from bot.core import dedupe
from bot.core.jobs import Clock
from storage.core.database import Database

KEPT_SECONDS = dedupe.REQUESTS_KEPT.total_seconds()
# These take effect before they are acknowledged, so the database is asked first. All others are acknowledged first,
# since the acknowledgement can't wait for the database.
CHECKED_FIRST = ("view_submission", "event_callback")


class DuplicateRequest(Exception):
    """Another process has received this request, and carries it out."""


class SeenRequests:
    """The requests received before: by this process, in memory, and by any process, in the database.

    Effects happen once because of the database's own rows anyway; this avoids a second answer to the person.
    """

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database, self._clock = database, clock
        self._seen: OrderedDict[str, float] = OrderedDict()
        self._lock = Lock()

    def is_duplicate(self, body: dict[str, Any]) -> bool:
        """Whether this request was received before, as far as is known without delay. One without an id is new."""
        key = _key(body)
        if not key:
            return False
        if self._is_in_memory(key):
            return True
        return body.get("type") in CHECKED_FIRST and not self._is_first(key)

    def check_acknowledged(self, body: dict[str, Any]) -> None:
        """To be called once the request is acknowledged, before it takes effect. Raises DuplicateRequest."""
        key = _key(body)
        if key and body.get("type") not in CHECKED_FIRST and not self._is_first(key):
            raise DuplicateRequest

    def _is_first(self, key: str) -> bool:
        return dedupe.is_first(self._database, key, self._clock())

    def _is_in_memory(self, key: str) -> bool:
        """Whether the key was there before; adds it if not."""
        now = monotonic()
        with self._lock:
            while self._seen and next(iter(self._seen.values())) < now - KEPT_SECONDS:
                self._seen.popitem(last=False)
            if key in self._seen:
                return True
            self._seen[key] = now
            return False


def _key(body: dict[str, Any]) -> str:
    """Slack's id of the request, which is the same when it is sent again; "" if it has none."""
    if body.get("type") == "block_suggestion":
        return ""
    return str(body.get("event_id") or body.get("trigger_id") or "")
