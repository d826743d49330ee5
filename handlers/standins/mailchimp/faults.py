"""Fault injection."""

import re
from dataclasses import dataclass, field
from enum import StrEnum
from threading import Lock


class FaultKind(StrEnum):
    """`FORBIDDEN` (403) and `TOO_MANY` (429) have no body; `SLOW` delays a correct response."""

    TOO_MANY = "too_many"
    SERVER_ERROR = "server_error"
    FORBIDDEN = "forbidden"
    RESET = "reset"
    SLOW = "slow"
    BROKEN_JSON = "broken_json"


@dataclass
class Fault:
    """A fault for calls of `method` ("*": any) whose whole path matches the regular expression `path`.

    It is injected `times` times (None: until cleared), into every `every`-th matching call.
    `afterwards`: the call takes effect first and only its response is lost. `seconds`: the delay of `SLOW`.
    `seen`: matching calls so far.
    """

    kind: FaultKind
    method: str = "*"
    path: str = ".*"
    times: int | None = 1
    every: int = 1
    afterwards: bool = False
    seconds: float = 0.0
    seen: int = 0

    def matches(self, method: str, path: str) -> bool:
        return self.method in {"*", method} and re.fullmatch(self.path, path) is not None


@dataclass
class MailchimpFaults:
    """Faults to inject; a call gets the first one that matches. `happened`: kind, method and path of those injected."""

    scheduled: list[Fault] = field(default_factory=list)
    happened: list[tuple[FaultKind, str, str]] = field(default_factory=list)
    _lock: Lock = field(default_factory=Lock)

    def add(
        self,
        kind: FaultKind,
        method: str = "*",
        path: str = ".*",
        *,
        times: int | None = 1,
        every: int = 1,
        afterwards: bool = False,
        seconds: float = 0.0,
    ) -> None:
        """Schedules a fault; `path`: regular expression for the whole path after `/3.0`."""
        with self._lock:
            self.scheduled.append(Fault(kind, method, path, times, every, afterwards, seconds))

    def clear(self) -> None:
        with self._lock:
            self.scheduled.clear()

    def take(self, method: str, path: str) -> Fault | None:
        """Returns the fault to inject into this call, counts it down and records it in `happened`."""
        with self._lock:
            for fault in self.scheduled:
                if not fault.matches(method, path):
                    continue
                fault.seen += 1
                if fault.seen % fault.every:
                    continue
                self._count_down(fault)
                self.happened.append((fault.kind, method, path))
                return fault
        return None

    def _count_down(self, fault: Fault) -> None:
        if fault.times is not None:
            fault.times -= 1
            if fault.times < 1:
                self.scheduled.remove(fault)
