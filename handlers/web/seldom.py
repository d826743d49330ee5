"""Log lines that strangers can cause: each kind at most once a minute, with how many were left out."""

import logging
from collections.abc import Callable
from threading import Lock
from time import monotonic

EVERY_SECONDS = 60.0


class SeldomLog:
    """Logs a text at most once in EVERY_SECONDS. The texts must be few: they contain nothing that comes from outside."""

    def __init__(self, log: logging.Logger, clock: Callable[[], float] = monotonic) -> None:
        self._log, self._clock = log, clock
        self._logged: dict[str, tuple[float, int]] = {}  # when, and how many were left out since
        self._lock = Lock()

    def warning(self, message: str, *values: object) -> None:
        text, now = message % values, self._clock()
        with self._lock:
            logged_at, left_out = self._logged.get(text, (-EVERY_SECONDS, 0))
            is_due = now - logged_at >= EVERY_SECONDS
            self._logged[text] = (now, 0) if is_due else (logged_at, left_out + 1)
        if is_due:
            self._log.warning(
                "%s", f"{text} ({left_out} more like it since the last line.)" if left_out else text
            )
