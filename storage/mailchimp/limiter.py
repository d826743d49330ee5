"""Limits simultaneous calls. One limiter serves a process, since Mailchimp counts connections per user."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

MAX_CONNECTIONS = 10
TIMED_OUT_SECONDS = 30.0  # during which Mailchimp may still be working on a call that timed out


class ConnectionLimiter:
    """A semaphore whose permits can stay taken for a while after a call."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """`clock`: monotonic seconds."""
        self._clock = clock
        self._released = threading.Condition()
        self._active = 0
        self._retained_until: list[float] = []

    @contextmanager
    def acquire(self, limit: int, timeout: float) -> Iterator["Permit"]:
        """Waits until fewer than `limit` permits are taken. Raises TimeoutError after `timeout` seconds."""
        self._acquire(limit, timeout)
        permit = Permit()
        try:
            yield permit
        finally:
            self._release(permit)

    def _acquire(self, limit: int, timeout: float) -> None:
        deadline = self._clock() + timeout
        with self._released:
            while (seconds := self._seconds_to_wait(limit, deadline)) is not None:
                if seconds <= 0:
                    raise TimeoutError
                self._released.wait(seconds)
            self._active += 1

    def _seconds_to_wait(self, limit: int, deadline: float) -> float | None:
        """Seconds until the next check; None if a permit is free."""
        now = self._clock()
        self._retained_until = [until for until in self._retained_until if until > now]
        if self._active + len(self._retained_until) < limit:
            return None
        return min([deadline, *self._retained_until]) - now

    def _release(self, permit: "Permit") -> None:
        with self._released:
            self._active -= 1
            if permit.is_retained:
                self._retained_until.append(self._clock() + TIMED_OUT_SECONDS)
            self._released.notify_all()


class Permit:
    """Permission for one call."""

    is_retained = False

    def retain(self) -> None:
        """Keeps the permit taken for TIMED_OUT_SECONDS after the call."""
        self.is_retained = True
