"""The people of the workspace as Slack knows them: language, time zone, role. Cached for some minutes."""

import logging
from collections.abc import Callable, Collection
from dataclasses import dataclass
from threading import Lock
from time import monotonic
from typing import Any, TypeVar

from slack_sdk import WebClient
from slack_sdk.errors import SlackClientError

from bot.core import permissions
from bot.core.errors import NotAnOperator
from handlers.words import Words, words

KEPT_SECONDS = 300
_GROUP = "S"  # ids of user groups start with it

log = logging.getLogger(__name__)
Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Person:
    """Who asks. `timezone` is an IANA name."""

    id: str
    words: Words
    timezone: str
    runs_workspace: bool


class People:
    """Asks Slack, once in five minutes for each person and user group. `operators`: user and group ids."""

    def __init__(self, client: WebClient, operators: Collection[str]) -> None:
        self.operators = tuple(operators)
        self._client = client
        self._kept: dict[str, tuple[float, Any]] = {}
        self._lock = Lock()

    def person(self, user_id: str) -> Person:
        """Where Slack doesn't answer: English, UTC, no rights; asked again the next time."""
        try:
            return self._cached(user_id, self._ask_person)
        except (SlackClientError, OSError) as error:
            log.warning("users.info failed: %s", type(error).__name__)
            return Person(user_id, words(None), "UTC", runs_workspace=False)

    def require_operator(self, person: Person) -> None:
        """Raises NotAnOperator, which names who can help."""
        operators: set[str] = set()
        if not person.runs_workspace:
            operators = {user for each in self.operators for user in self._members(each)}
        permissions.require_operator(
            person.id,
            runs_workspace=person.runs_workspace,
            operators=operators,
            helpers=[_mention(each) for each in self.operators],
        )

    def is_operator(self, person: Person) -> bool:
        try:
            self.require_operator(person)
        except NotAnOperator:
            return False
        return True

    def _ask_person(self, user_id: str) -> Person:
        user: dict[str, Any] = self._client.users_info(user=user_id, include_locale=True)["user"]
        return Person(
            id=user_id,
            words=words(user.get("locale")),
            timezone=user.get("tz") or "UTC",
            runs_workspace=bool(user.get("is_admin") or user.get("is_owner")),
        )

    def _members(self, operator: str) -> Collection[str]:
        if not operator.startswith(_GROUP):
            return (operator,)
        try:
            return self._cached(operator, self._ask_group)
        except (SlackClientError, OSError) as error:
            log.warning("usergroups.users.list failed: %s", type(error).__name__)
            return ()

    def _ask_group(self, group: str) -> Collection[str]:
        found: list[str] = self._client.usergroups_users_list(usergroup=group)["users"]
        return found

    def _cached(self, key: str, ask: Callable[[str], Value]) -> Value:
        with self._lock:
            until, value = self._kept.get(key, (0.0, None))
        if monotonic() >= until:
            value = ask(key)
            with self._lock:
                self._kept[key] = (monotonic() + KEPT_SECONDS, value)
        return value  # type: ignore[no-any-return]  # one dict holds both kinds


def _mention(operator: str) -> str:
    return f"<!subteam^{operator}>" if operator.startswith(_GROUP) else f"<@{operator}>"
