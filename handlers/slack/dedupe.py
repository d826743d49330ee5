"""Which deliveries were handled: Slack sends one again at once, after 1 and after 5 minutes (Socket Mode too)."""

from collections import OrderedDict
from threading import Lock
from time import monotonic
from typing import Any

from bot.core import dedupe
from bot.core.jobs import Clock
from storage.core.database import Database

KEPT_SECONDS = dedupe.KEPT.total_seconds()
# Their effect comes before their answer. All others are answered first, and then looked up: the answer can't wait.
LOOKED_UP_FIRST = ("view_submission", "event_callback")


class Doubled(Exception):
    """Another process has had this delivery, and does what it asks for."""


class Handled:
    """What this process has seen, and what any has (in the database). Effects are once by the database's own rows
    anyway; this spares the second answer.
    """

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database, self._clock = database, clock
        self._seen: OrderedDict[str, float] = OrderedDict()
        self._lock = Lock()

    def before(self, body: dict[str, Any]) -> bool:
        """Whether this delivery came before, as far as that is known without delay. Those without an id are new."""
        key = _key(body)
        if not key:
            return False
        if self._saw(key):
            return True
        return body.get("type") in LOOKED_UP_FIRST and not self._is_first(key)

    def after_answer(self, body: dict[str, Any]) -> None:
        """To be called when Slack has its answer, before there is any effect. Raises Doubled."""
        key = _key(body)
        if key and body.get("type") not in LOOKED_UP_FIRST and not self._is_first(key):
            raise Doubled

    def _is_first(self, key: str) -> bool:
        return dedupe.is_first(self._database, key, self._clock())

    def _saw(self, key: str) -> bool:
        now = monotonic()
        with self._lock:
            while self._seen and next(iter(self._seen.values())) < now - KEPT_SECONDS:
                self._seen.popitem(last=False)
            if key in self._seen:
                return True
            self._seen[key] = now
            return False


def _key(body: dict[str, Any]) -> str:
    """Slack's own for this delivery, the same when it comes again; "" where there is none."""
    if body.get("type") == "block_suggestion":
        return ""
    return str(body.get("event_id") or body.get("trigger_id") or "")
