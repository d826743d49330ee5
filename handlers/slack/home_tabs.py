"""Who has opened the Home tab lately, and what it shows them. Slack doesn't tell who looks at it.

In memory only: each process looks after the tabs that were opened through it, whatever process changes what they show.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from threading import Lock
from time import monotonic
from typing import Any

from bot.corrections.typo_counts import TypoCounts

MOST = 50  # people
LATELY_SECONDS = 12 * 3600.0


@dataclass
class Tab:
    """A person's tab. `published_at` is by the monotonic clock; `shown` a hash of the view.

    Who publishes it holds `lock`, so that `shown` is what Slack got last.
    """

    used_at: float
    lock: Lock = field(default_factory=Lock, repr=False)
    published_at: float = 0.0
    shown: str = ""
    is_behind: bool = False  # something that people wait for has changed since
    is_moving: bool = False  # something may have changed that can wait, such as a progress


class HomeTabs:
    """The tabs of one workspace, of those who used the bot last first."""

    def __init__(self) -> None:
        self._tabs: dict[str, Tab] = {}
        self._lock = Lock()
        self.typo_counts = TypoCounts()

    def opened(self, user_id: str) -> None:
        """To be called when the person opens the tab, or changes something: they may look at it."""
        now = monotonic()
        with self._lock:
            tab = self._tabs.pop(user_id, None) or Tab(now)
            tab.used_at, tab.is_behind = now, True  # something may change just while it is published
            self._tabs[user_id] = tab
            for user in list(self._tabs)[:-MOST]:
                del self._tabs[user]

    def closed(self, user_id: str) -> None:
        """To be called when Slack refuses the person's tab."""
        with self._lock:
            self._tabs.pop(user_id, None)

    def publishing(self, user_id: str) -> Lock:
        """The lock of the person's tab."""
        tab = self._tabs.get(user_id)
        return tab.lock if tab else Lock()

    def published(self, user_id: str, view: dict[str, Any]) -> None:
        with self._lock:
            if tab := self._tabs.get(user_id):
                tab.published_at, tab.shown = monotonic(), _hash(view)

    def shows(self, user_id: str, view: dict[str, Any]) -> bool:
        """Whether the tab shows that view already."""
        tab = self._tabs.get(user_id)
        return tab is not None and tab.shown == _hash(view)

    def open(self) -> Sequence[tuple[str, Tab]]:
        """The people whose tab may be looked at, whoever used the bot last first."""
        since = monotonic() - LATELY_SECONDS
        with self._lock:
            self._tabs = {user: tab for user, tab in self._tabs.items() if tab.used_at >= since}
            return [*self._tabs.items()][::-1]


def _hash(view: dict[str, Any]) -> str:
    return sha256(json.dumps(view).encode()).hexdigest()
