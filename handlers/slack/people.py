"""The people of the workspace: their language, time zone and standing, as Slack tells them. Cached for a minute."""

import logging
from collections.abc import Callable, Collection, Iterable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, replace
from threading import Lock
from time import monotonic
from typing import Any, TypeVar

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError

from bot.core.errors import NotAnOperator, RoleUnknown
from bot.workspaces.operators import Standing, is_operator
from handlers.words import Words, words

CACHED_SECONDS = 60  # from when Slack is asked: a role that was taken away counts no longer
LOOKUP_THREADS = 32
_GROUP = "S"  # ids of user groups start with it
# Answers of Slack's, not failures: there is no such person, or no such (enabled) user group.
_NO_PERSON = frozenset({"user_not_found", "user_not_visible"})
_NO_GROUP = frozenset({"no_such_subteam", "plan_upgrade_required"})

log = logging.getLogger(__name__)
Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who uses the bot. `timezone` is an IANA name; `teams`: the workspaces (and organization) they are of."""

    id: str
    words: Words
    timezone: str
    standing: Standing
    teams: frozenset[str] = frozenset()


class People:
    """Looks up people and user groups at Slack, and caches them.

    `operators`: user and group ids; `team_id`: the workspace that the bot is installed in.
    """

    def __init__(self, client: WebClient, operators: Collection[str], team_id: str) -> None:
        self.operators = tuple(operators)
        self._team_id = team_id
        self._client = client
        self._cache: dict[str, tuple[float, Any]] = {}  # id → when it was asked for, value
        self._lookups: dict[str, Future[None]] = {}
        self._lock = Lock()
        self._pool = ThreadPoolExecutor(LOOKUP_THREADS, thread_name_prefix="people")

    def person(self, user_id: str, teams: Iterable[str] = ()) -> Person:
        """Returns the person. `teams`: the workspaces that a request says it comes from.

        If Slack doesn't answer: their last known language and time zone, or English and UTC, and no role, not cached.
        If a workspace is not theirs, it is somebody else's request: they have no role.
        """
        try:
            person = self._get(user_id, self._fetch_person)
        except (SlackClientError, OSError) as error:
            log.warning("users.info failed: %s", type(error).__name__)
            known: Person = self._cache.get(user_id, (0.0, _unknown(user_id)))[1]
            return replace(known, standing=Standing.UNKNOWN)
        is_theirs = person.teams.union({self._team_id}).issuperset(teams)
        return person if is_theirs else replace(person, standing=Standing.NOBODY)

    def known_words(self, user_id: str) -> Words:
        """The person's language as Slack told it last, else English. Doesn't ask Slack."""
        with self._lock:
            person: Person | None = self._cache.get(user_id, (0.0, None))[1]
        return person.words if person else words(None)

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
        """Raises NotAnOperator, with the operators as its helpers; RoleUnknown if Slack couldn't be asked."""
        if person.standing is Standing.UNKNOWN:
            raise RoleUnknown
        if not is_operator(
            person.standing,
            is_named=person.id in self.operators,
            is_in_group=lambda: self._is_in_group(person.id),
        ):
            raise NotAnOperator(helpers=tuple(map(_mention, self.operators)))

    def is_operator(self, person: Person) -> bool:
        try:
            self.require_operator(person)
        except (NotAnOperator, RoleUnknown):
            return False
        return True

    def is_of_workspace(self, person: Person) -> bool:
        """Whether the person is of the workspace, as a member or a guest. Raises RoleUnknown."""
        if person.standing is Standing.UNKNOWN:
            raise RoleUnknown
        return person.standing is not Standing.NOBODY and self._team_id in person.teams

    def _prefetch(self, user_id: str) -> None:
        self.is_operator(self.person(user_id))

    def _is_cached(self, user_id: str) -> bool:
        now = monotonic()
        with self._lock:
            asked, person = self._cache.get(user_id, (-CACHED_SECONDS, None))
            if person is None or now >= asked + CACHED_SECONDS:
                return False
            if person.standing is not Standing.MEMBER or user_id in self.operators:
                return True
            return all(
                group in self._cache and now < self._cache[group][0] + CACHED_SECONDS
                for group in self._groups
            )

    def _fetch_person(self, user_id: str) -> Person:
        try:
            user: dict[str, Any] = self._client.users_info(user=user_id, include_locale=True)["user"]
        except SlackApiError as error:
            if error.response.get("error") in _NO_PERSON:
                return _unknown(user_id, Standing.NOBODY)
            raise
        teams = _teams(user)
        return Person(
            id=user_id,
            words=words(user.get("locale")),
            timezone=user.get("tz") or "UTC",
            standing=_standing(user, is_of_workspace=self._team_id in teams),
            teams=teams,
        )

    @property
    def _groups(self) -> list[str]:
        return [operator for operator in self.operators if operator.startswith(_GROUP)]

    def _is_in_group(self, user_id: str) -> bool:
        """Raises RoleUnknown if Slack doesn't tell the members of a group, and no other group has the person."""
        failures = []
        for group in self._groups:
            try:
                if user_id in self._get(group, self._fetch_group):
                    return True
            except (SlackClientError, OSError) as error:
                log.warning("usergroups.users.list failed: %s", type(error).__name__)
                failures.append(error)
        if failures:
            raise RoleUnknown from failures[0]
        return False

    def _fetch_group(self, group: str) -> Collection[str]:
        try:
            users: list[str] = self._client.usergroups_users_list(usergroup=group)["users"]
        except SlackApiError as error:
            if error.response.get("error") in _NO_GROUP:
                return ()
            raise
        return users

    def _get(self, key: str, fetch: Callable[[str], Value]) -> Value:
        """Returns the cached value, or fetches and caches it."""
        now = monotonic()
        with self._lock:
            asked, value = self._cache.get(key, (-CACHED_SECONDS, None))
        if value is None or now >= asked + CACHED_SECONDS:
            value = fetch(key)
            with self._lock:
                # What was true when Slack was asked need not be when it answers.
                self._cache[key] = (now, value)
        return value  # type: ignore[no-any-return]  # one dict holds both kinds


def teams_named(body: dict[str, Any]) -> set[str]:
    """The workspaces that a request says it comes from: where it was made, and its person's."""
    team, user, ids = body.get("team"), body.get("user"), [body.get("team_id")]
    if isinstance(team, dict):
        ids.append(team.get("id"))
    if isinstance(user, dict):
        ids.append(user.get("team_id"))
    return {str(id_) for id_ in ids if id_}


def _unknown(user_id: str, standing: Standing = Standing.UNKNOWN) -> Person:
    return Person(user_id, words(None), "UTC", standing)


def _teams(user: dict[str, Any]) -> frozenset[str]:
    """The workspaces that the person is of: in Enterprise Grid several, and their organization."""
    organization = user.get("enterprise_user") or {}
    teams = (user.get("team_id"), organization.get("enterprise_id"), *(organization.get("teams") or ()))
    return frozenset(team for team in teams if team)


def _standing(user: dict[str, Any], *, is_of_workspace: bool) -> Standing:
    """What `users.info` says of the person. The flags of somebody who is gone, or from elsewhere, mean nothing here."""
    if user.get("deleted") or user.get("is_bot"):
        return Standing.NOBODY
    is_guest = user.get("is_restricted") or user.get("is_ultra_restricted") or user.get("is_stranger")
    if is_guest or not is_of_workspace:
        return Standing.OUTSIDER
    return Standing.RUNS_WORKSPACE if user.get("is_admin") or user.get("is_owner") else Standing.MEMBER


def _mention(operator: str) -> str:
    return f"<!subteam^{operator}>" if operator.startswith(_GROUP) else f"<@{operator}>"
