"""How the stand-in misbehaves when it is told to."""

import re
from dataclasses import dataclass, field
from enum import StrEnum
from threading import Lock


class FaultKind(StrEnum):
    """`FORBIDDEN` and `TOO_MANY` come without a body; a `SLOW` one is answered rightly, late."""

    TOO_MANY = "too_many"
    SERVER_ERROR = "server_error"
    FORBIDDEN = "forbidden"
    RESET = "reset"
    SLOW = "slow"
    BROKEN_JSON = "broken_json"


@dataclass
class Fault:
    """For calls of `method` ("*": any) whose path matches the expression `path`.

    It happens `times` times (None: until cleared), at each `every`-th matching call.
    `afterwards`: the call has its effect first, only its answer is lost. `seconds`: how late a slow one is.
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
class Faults:
    """Those still to happen; the first that matches a call is the one it gets."""

    waiting: list[Fault] = field(default_factory=list)
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
        """`path` is a regular expression for the whole path after `/3.0`."""
        with self._lock:
            self.waiting.append(Fault(kind, method, path, times, every, afterwards, seconds))

    def clear(self) -> None:
        with self._lock:
            self.waiting.clear()

    def take(self, method: str, path: str) -> Fault | None:
        """The fault that this call gets; it is counted down and noted in `happened`."""
        with self._lock:
            for fault in self.waiting:
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
                self.waiting.remove(fault)
