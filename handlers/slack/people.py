"""The people of the workspace: their language, time zone and role, as Slack tells them. Cached for five minutes."""

import logging
from collections.abc import Callable, Collection
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from threading import Lock
from time import monotonic
from typing import Any, TypeVar

from slack_sdk import WebClient
from slack_sdk.errors import SlackClientError

from bot.core.errors import NotAnOperator
from bot.core.operators import require_operator
from handlers.words import Words, words

CACHED_SECONDS = 300
LOOKUP_THREADS = 32
_GROUP = "S"  # ids of user groups start with it

log = logging.getLogger(__name__)
Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Person:
    """A member of the workspace. `timezone` is an IANA name; `runs_workspace`: whether they are an owner or admin."""

    id: str
    words: Words
    timezone: str
    runs_workspace: bool


class People:
    """Looks up people and user groups at Slack, and caches them. `operators`: user and group ids."""

    def __init__(self, client: WebClient, operators: Collection[str]) -> None:
        self.operators = tuple(operators)
        self._client = client
        self._cache: dict[str, tuple[float, Any]] = {}  # id → expiry, value
        self._lookups: dict[str, Future[None]] = {}
        self._lock = Lock()
        self._pool = ThreadPoolExecutor(LOOKUP_THREADS, thread_name_prefix="people")

    def person(self, user_id: str) -> Person:
        """Returns the person; if Slack doesn't answer, one with English, UTC and no role, who is not cached."""
        try:
            return self._get(user_id, self._fetch_person)
        except (SlackClientError, OSError) as error:
            log.warning("users.info failed: %s", type(error).__name__)
            return Person(user_id, words(None), "UTC", runs_workspace=False)

    def is_known(self, user_id: str, *, within: float) -> bool:
        """Whether the person and their role are cached, or can be fetched within so many seconds.

        For requests that have to be answered within three seconds, and so can't wait for the Web API.
        """
        if self._is_cached(user_id):
            return True
        with self._lock:
            lookup = self._lookups.get(user_id)
            if lookup is None or lookup.done():
                lookup = self._lookups[user_id] = self._pool.submit(self._prefetch, user_id)
        wait([lookup], timeout=within)
        return self._is_cached(user_id)

    def require_operator(self, person: Person) -> None:
        """Raises NotAnOperator, with the operators as its helpers."""
        operators: set[str] = set()
        if not person.runs_workspace:
            operators = {user for operator in self.operators for user in self._members(operator)}
        require_operator(
            person.id,
            runs_workspace=person.runs_workspace,
            operators=operators,
            helpers=[_mention(operator) for operator in self.operators],
        )

    def is_operator(self, person: Person) -> bool:
        try:
            self.require_operator(person)
        except NotAnOperator:
            return False
        return True

    def _prefetch(self, user_id: str) -> None:
        self.is_operator(self.person(user_id))

    def _is_cached(self, user_id: str) -> bool:
        now = monotonic()
        with self._lock:
            expiry, person = self._cache.get(user_id, (0.0, None))
            if now >= expiry:
                return False
            if person.runs_workspace:
                return True
            groups = (operator for operator in self.operators if operator.startswith(_GROUP))
            return all(now < self._cache.get(group, (0.0, None))[0] for group in groups)

    def _fetch_person(self, user_id: str) -> Person:
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
            return self._get(operator, self._fetch_group)
        except (SlackClientError, OSError) as error:
            log.warning("usergroups.users.list failed: %s", type(error).__name__)
            return ()

    def _fetch_group(self, group: str) -> Collection[str]:
        users: list[str] = self._client.usergroups_users_list(usergroup=group)["users"]
        return users

    def _get(self, key: str, fetch: Callable[[str], Value]) -> Value:
        """Returns the cached value, or fetches and caches it."""
        with self._lock:
            expiry, value = self._cache.get(key, (0.0, None))
        if monotonic() >= expiry:
            value = fetch(key)
            with self._lock:
                self._cache[key] = (monotonic() + CACHED_SECONDS, value)
        return value  # type: ignore[no-any-return]  # one dict holds both kinds


def _mention(operator: str) -> str:
    return f"<!subteam^{operator}>" if operator.startswith(_GROUP) else f"<@{operator}>"
