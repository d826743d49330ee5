"""Limits simultaneous calls. One limiter serves a process, since Mailchimp counts connections per user.

Other processes and programs with keys of the same user count too, and nothing tells how many connections they have. So
the limit is halved when Mailchimp refuses one more, and grows again by one connection at a time.
"""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

MAX_CONNECTIONS = 10  # that Mailchimp allows a user
DEFAULT_CONNECTIONS = 8  # some are left to others
GROW_SECONDS = 10.0  # without a refusal, after which one more connection is tried
TIMED_OUT_SECONDS = 30.0  # during which Mailchimp may still be working on a call that timed out


class ConnectionLimiter:
    """A semaphore whose permits can stay taken for a while after a call."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """`clock`: monotonic seconds."""
        self._clock = clock
        self._released = threading.Condition()
        self._active = 0
        self._retained_until: list[float] = []
        self._allowed = MAX_CONNECTIONS  # at `_shrunk_at`
        self._shrunk_at: float | None = None

    @contextmanager
    def acquire(self, limit: int, timeout: float) -> Iterator["Permit"]:
        """Waits until fewer than `limit` permits are taken. Raises TimeoutError after `timeout` seconds."""
        self._acquire(limit, timeout)
        permit = Permit(self._clock())
        try:
            yield permit
        finally:
            self._release(permit)

    def shrink(self, limit: int, permit: "Permit") -> None:
        """Halves what is left of `limit`, because the call with that permit met one connection too many.

        Calls that were sent before the last time change nothing: they were too many together.
        """
        with self._released:
            if self._shrunk_at is None or permit.since > self._shrunk_at:
                now = self._clock()
                self._allowed, self._shrunk_at = max(1, min(limit, self._allowed_at(now)) // 2), now

    def allowed(self) -> int:
        """How many connections are open at most, unless the caller's own limit is lower."""
        with self._released:
            return self._allowed_at(self._clock())

    def _allowed_at(self, now: float) -> int:
        if self._shrunk_at is None:
            return MAX_CONNECTIONS
        return min(MAX_CONNECTIONS, self._allowed + int((now - self._shrunk_at) / GROW_SECONDS))

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
        taken = self._active + len(self._retained_until)
        if taken < min(limit, self._allowed_at(now)):
            return None
        changes = [deadline, *self._retained_until]
        if taken < limit and self._shrunk_at is not None:
            changes.append(now + GROW_SECONDS - (now - self._shrunk_at) % GROW_SECONDS)
        return min(changes) - now

    def _release(self, permit: "Permit") -> None:
        with self._released:
            self._active -= 1
            if permit.is_retained:
                self._retained_until.append(self._clock() + TIMED_OUT_SECONDS)
            self._released.notify_all()


class Permit:
    """Permission for one call, given at `since`."""

    is_retained = False

    def __init__(self, since: float) -> None:
        self.since = since

    def retain(self) -> None:
        """Keeps the permit taken for TIMED_OUT_SECONDS after the call."""
        self.is_retained = True
