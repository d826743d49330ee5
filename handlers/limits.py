"""How often something may be done: a token bucket for each of those who do it."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from time import monotonic

MOST_KEYS = 10_000  # remembered by one limit
_ROUNDING = 1e-6  # seconds


class RateLimit:
    """Allows each key so many a second on average, and so many at once after a pause.

    The keys that were used last are remembered, MOST_KEYS of them; for the others the pause is taken to be over.
    """

    def __init__(self, a_second: float, at_once: int, clock: Callable[[], float] = monotonic) -> None:
        self._seconds_of_one = 1 / a_second
        self._seconds_of_all = at_once / a_second
        self._clock = clock
        self._empty_again: OrderedDict[Hashable, float] = (
            OrderedDict()
        )  # when what the key took no longer counts
        self._lock = Lock()

    def take(self, key: Hashable) -> bool:
        """Takes one, if there is one."""
        now = self._clock()
        with self._lock:
            has_one = self._wait(key, now) == 0
            empty_again = max(now, self._empty_again.get(key, now))
            self._empty_again[key] = empty_again + self._seconds_of_one * has_one
            self._empty_again.move_to_end(key)
            if len(self._empty_again) > MOST_KEYS:
                self._empty_again.popitem(last=False)
        return has_one

    def wait(self, key: Hashable) -> float:
        """Seconds until there is one to take; 0 if there is."""
        with self._lock:
            return self._wait(key, self._clock())

    def _wait(self, key: Hashable, now: float) -> float:
        wait = self._empty_again.get(key, now) + self._seconds_of_one - self._seconds_of_all - now
        return wait if wait > _ROUNDING else 0.0
