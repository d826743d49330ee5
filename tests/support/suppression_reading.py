"""Reading a stand-in's list as the command does, without a network and without waiting."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import httpx

from bot.bounces import suppressions
from bot.bounces.suppressions import Provider
from bot.core.settings import Settings
from storage.bounces.suppressions.api import Timing
from storage.bounces.suppressions.entries import Suppression
from tests.conftest import NOW
from tests.support.suppression_lists import SETTINGS

Server = Callable[[httpx.Request], httpx.Response]


def settings(**changed: object) -> Settings:
    return Settings(_env_file=None, **(SETTINGS | changed))  # type: ignore[arg-type]  # pydantic checks them


@dataclass
class Waits:
    """The pauses, which take no time; the clock goes on by them."""

    pauses: list[float] = field(default_factory=list)
    now: datetime = NOW

    @property
    def timing(self) -> Timing:
        return Timing(pause=self._pause, now=lambda: self.now, jitter=lambda _: 0.0)

    def _pause(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.now += timedelta(seconds=seconds)


def read(provider: str, account: Server, waits: Waits | None = None, **changed: Any) -> list[Suppression]:
    """All entries."""
    pages = suppressions.read(
        settings(**changed),
        Provider(provider),
        transport=httpx.MockTransport(account),
        timing=(waits or Waits()).timing,
    )
    return [entry for page in pages for entry in page.entries]
