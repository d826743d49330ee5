"""The work that reading one message may take: counted in steps, so that a message ends alike wherever it is read."""

import time
from collections.abc import Callable, Mapping
from enum import StrEnum
from types import MappingProxyType


class Work(StrEnum):
    """What is counted. A value is kept as the detail of a message that went into quarantine."""

    PARTS = "parts"
    DEPTH = "nested parts"
    HEADER_LINES = "header lines"
    HEADERS = "headers decoded"
    CHARACTERS = "characters decoded"
    REPORT_LINES = "lines of reports"
    RECIPIENTS = "recipients"
    TIME = "time"


# Some ten times what the largest real bounces need: a report about 1,000 recipients that returns a whole message.
MOST: Mapping[Work, int] = MappingProxyType(
    {
        Work.PARTS: 100,
        Work.HEADER_LINES: 50_000,
        Work.HEADERS: 10_000,
        Work.CHARACTERS: 5_000_000,
        Work.REPORT_LINES: 20_000,
        Work.RECIPIENTS: 1_000,  # mail servers accept no message for more
    }
)
MOST_SECONDS = 10.0  # of this thread's processor time: for what the steps don't count
STEPS_BETWEEN_LOOKS = 1_000  # at the clock


class TooMuchWork(Exception):
    """Reading the message would take more work than one message may."""

    def __init__(self, work: Work) -> None:
        super().__init__(work)
        self.work = work


class Budget:
    """What is left for one message; all its parts share it."""

    def __init__(
        self, most: Mapping[Work, int] = MOST, clock: Callable[[], float] = time.thread_time
    ) -> None:
        """`clock`: seconds of processor time, so that a busy machine does not make a message unreadable."""
        self.spent = dict.fromkeys(Work, 0)
        self.left_out: Work | None = None
        """Why some of the message was not looked at, though it is read all the same."""
        self._most = most
        self._clock = clock
        self._until = clock() + MOST_SECONDS
        self._next_look = STEPS_BETWEEN_LOOKS

    def spend(self, work: Work, steps: int = 1) -> None:
        """Counts the work before it is done. Raises TooMuchWork."""
        self.spent[work] += steps
        if self.spent[work] > self._most[work]:
            raise TooMuchWork(work)
        self._next_look -= steps
        if self._next_look < 0:
            self._next_look = STEPS_BETWEEN_LOOKS
            self.check_time()

    def has(self, work: Work) -> bool:
        """Whether any of it is left. If not, what comes next is left out."""
        if self.spent[work] < self._most[work]:
            return True
        self.left_out = work
        return False

    def check_time(self) -> None:
        """Raises TooMuchWork once the time is over."""
        if self._clock() > self._until:
            raise TooMuchWork(Work.TIME)
