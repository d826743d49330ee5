"""How the workspace misbehaves when it is told to."""

from dataclasses import dataclass, field


@dataclass
class Faults:
    """By Web API method; `revoked`: the bot's tokens are no longer taken; the rest is counted down."""

    rate_limits: dict[str, tuple[int, int]] = field(default_factory=dict)
    server_errors: dict[str, int] = field(default_factory=dict)
    slow: dict[str, float] = field(default_factory=dict)
    twice: int = 0
    revoked: bool = False

    def rate_limit(self, method: str, times: int = 1, retry_after: int = 1) -> None:
        """The next `times` calls of a method get 429 with `Retry-After` in seconds."""
        self.rate_limits[method] = (times, retry_after)

    def server_error(self, method: str, times: int = 1) -> None:
        """The next `times` calls of a method get 500."""
        self.server_errors[method] = times

    def slow_down(self, method: str, seconds: float) -> None:
        """Each call of a method waits first; 0 ends it."""
        self.slow[method] = seconds

    def deliver_twice(self, envelopes: int = 1) -> None:
        """The next envelopes are each sent a second time."""
        self.twice = envelopes

    def take_rate_limit(self, method: str) -> int | None:
        """Seconds to say in `Retry-After`, when this call is to be refused."""
        times, retry_after = self.rate_limits.get(method, (0, 0))
        if times < 1:
            return None
        self.rate_limits[method] = (times - 1, retry_after)
        return retry_after

    def take_server_error(self, method: str) -> bool:
        times = self.server_errors.get(method, 0)
        self.server_errors[method] = max(times - 1, 0)
        return times > 0

    def take_twice(self) -> bool:
        self.twice = max(self.twice, 0)
        wanted = self.twice > 0
        self.twice -= wanted
        return wanted
