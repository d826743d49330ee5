"""Which deliveries were handled: Slack sends one again at once, after 1 and after 5 minutes (Socket Mode too)."""

from collections import OrderedDict
from threading import Lock
from time import monotonic
from typing import Any

KEPT_SECONDS = 900


class Handled:
    """What this process has seen. Effects are once by the database's own rows; this spares the second answer."""

    def __init__(self) -> None:
        self._seen: OrderedDict[str, float] = OrderedDict()
        self._lock = Lock()

    def before(self, body: dict[str, Any]) -> bool:
        """Whether this delivery came before. Those without an id are always new."""
        key = body.get("event_id") or body.get("trigger_id")
        if not key or body.get("type") == "block_suggestion":
            return False
        now = monotonic()
        with self._lock:
            while self._seen and next(iter(self._seen.values())) < now - KEPT_SECONDS:
                self._seen.popitem(last=False)
            if key in self._seen:
                return True
            self._seen[key] = now
            return False
