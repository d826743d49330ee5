"""How many calls may be under way at once. One count for a process: Mailchimp counts by user, not by client."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

MOST_CONNECTIONS = 10
HELD_SECONDS = 30.0  # after a call that timed out, when Mailchimp may still be busy with it


class Slots:
    """Places for calls, shared by all who call with one key. The next one waits until a place is free."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """`clock`: seconds, never going back."""
        self._clock = clock
        self._free = threading.Condition()
        self._busy = 0
        self._held: list[float] = []  # until when

    @contextmanager
    def one(self, most: int, seconds: float) -> Iterator["Slot"]:
        """A place among `most`, given back at the end. Raises TimeoutError after `seconds` of waiting."""
        self._take(most, seconds)
        slot = Slot()
        try:
            yield slot
        finally:
            self._give_back(slot)

    def _take(self, most: int, seconds: float) -> None:
        until = self._clock() + seconds
        with self._free:
            while (wait := self._wait(most, until)) is not None:
                if wait <= 0:
                    raise TimeoutError
                self._free.wait(wait)
            self._busy += 1

    def _wait(self, most: int, until: float) -> float | None:
        """How long to wait before looking again, in seconds; None where a place is free."""
        now = self._clock()
        self._held = [each for each in self._held if each > now]
        if self._busy + len(self._held) < most:
            return None
        return min([until, *self._held]) - now

    def _give_back(self, slot: "Slot") -> None:
        with self._free:
            self._busy -= 1
            if slot.is_held:
                self._held.append(self._clock() + HELD_SECONDS)
            self._free.notify_all()


class Slot:
    """A call's place."""

    is_held = False

    def hold(self) -> None:
        """It stays taken for HELD_SECONDS after the call."""
        self.is_held = True
