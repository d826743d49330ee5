"""Fault injection."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, field

HELD_SECONDS = 0.01  # between two looks


@dataclass
class SlackFaults:
    """Faults by Web API method.

    `rate_limits`: calls left and `Retry-After`; `server_errors`: calls left; `slow`: seconds; `revoked`: the bot's
    tokens are no longer accepted; `held`: methods that don't answer until they are released; `twice`: payloads left to deliver twice.
    """

    rate_limits: dict[str, tuple[int, int]] = field(default_factory=dict)
    server_errors: dict[str, int] = field(default_factory=dict)
    slow: dict[str, float] = field(default_factory=dict)
    held: set[str] = field(default_factory=set)
    twice: int = 0
    revoked: bool = False

    def rate_limit(self, method: str, times: int = 1, retry_after: int = 1) -> None:
        """Answers the next `times` calls of a method with 429 and `Retry-After` in seconds."""
        self.rate_limits[method] = (times, retry_after)

    def server_error(self, method: str, times: int = 1) -> None:
        """Answers the next `times` calls of a method with 500."""
        self.server_errors[method] = times

    def slow_down(self, method: str, seconds: float) -> None:
        """Delays every call of a method; 0 ends it."""
        self.slow[method] = seconds

    def hold(self, methods: Iterable[str]) -> None:
        """Lets every call of these methods wait until `release`."""
        self.held = set(methods)

    def release(self) -> None:
        self.held = set()

    async def wait(self, method: str) -> None:
        """Returns when this call may be answered."""
        await asyncio.sleep(self.slow.get(method, 0))
        while method in self.held:  # noqa: ASYNC110  released from another thread
            await asyncio.sleep(HELD_SECONDS)

    def deliver_twice(self, payloads: int = 1) -> None:
        """Delivers each of the next payloads a second time."""
        self.twice = payloads

    def take_rate_limit(self, method: str) -> int | None:
        """Returns the `Retry-After` in seconds if this call is to be rate-limited, and counts it."""
        times, retry_after = self.rate_limits.get(method, (0, 0))
        if times < 1:
            return None
        self.rate_limits[method] = (times - 1, retry_after)
        return retry_after

    def take_server_error(self, method: str) -> bool:
        """Returns whether this call is to fail, and counts it."""
        times = self.server_errors.get(method, 0)
        self.server_errors[method] = max(times - 1, 0)
        return times > 0

    def take_twice(self) -> bool:
        """Returns whether this payload is to be delivered twice, and counts it."""
        times = max(self.twice, 0)
        self.twice = max(times - 1, 0)
        return times > 0
