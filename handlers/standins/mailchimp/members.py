"""Members of one audience, in little memory and sorted by their last change."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from hashlib import md5
from typing import NamedTuple

STATUSES = ("subscribed", "unsubscribed", "cleaned", "pending", "transactional", "archived")


class StoredBounce(NamedTuple):
    """`kind`: "hard" or "soft"; `at`: seconds since the epoch."""

    kind: str
    campaign: str
    at: int


class StoredMember(NamedTuple):
    """One member; immutable.

    Times are whole seconds since the epoch, 0 for none. `merge`: the merge fields as JSON text, which takes less
    memory than objects and goes into a response unchanged. `permissions`: ids of the enabled marketing permissions;
    `interests`: of the groups it is in.
    `phone`: of a contact without an address; `email` is empty then, and `id` is no hash and never shown.
    `barred`: in a compliance state (unsubscribed by themselves, or cleaned): the API can't subscribe them again.
    """

    id: str
    email: str
    status: str
    changed: int
    web_id: int
    merge: str
    signup: int = 0
    opt: int = 0
    ip_signup: str = ""
    ip_opt: str = ""
    rating: int = 2
    vip: bool = False
    language: str = ""
    email_type: str = "html"
    tags: tuple[str, ...] = ()
    permissions: frozenset[str] = frozenset()
    interests: frozenset[str] = frozenset()
    bounces: tuple[StoredBounce, ...] = ()
    reason: str = ""
    barred: bool = False
    source: str = "API - Generic"
    phone: str = ""


class StoredMembers:
    """All members of an audience, including archived ones."""

    def __init__(self) -> None:
        self._by_id: dict[str, StoredMember] = {}
        self._ordered: dict[str | None, list[StoredMember]] = {status: [] for status in (None, *STATUSES)}
        self._by_other_time: dict[tuple[str | None, str], list[StoredMember]] = {}

    def __len__(self) -> int:
        return len(self._by_id)

    def __iter__(self) -> Iterator[StoredMember]:
        return iter(self._by_id.values())

    def get(self, key: str) -> StoredMember | None:
        """Finds a member by any identifier allowed in a path: subscriber hash, address or contact id."""
        if "@" in key:
            return self._by_id.get(hash_of(key))
        return self._by_id.get(key) or self._by_id.get(key[::-1])

    def fill(self, members: Iterable[StoredMember]) -> None:
        """Adds many new members at once."""
        for member in members:
            self._by_id[member.id] = member
            for status in _statuses(member):
                self._ordered[status].append(member)
        for ordered in self._ordered.values():
            ordered.sort(key=_sort_key)
        self._by_other_time.clear()

    def put(self, member: StoredMember) -> None:
        """Adds a member, or replaces the one with the same id."""
        self.remove(member.id)
        self._by_id[member.id] = member
        for status in _statuses(member):
            ordered = self._ordered[status]
            ordered.insert(bisect_left(ordered, _sort_key(member), key=_sort_key), member)

    def remove(self, key: str) -> None:
        """Removes a member, as a change of address needs; does nothing for an unknown id."""
        member = self._by_id.pop(key, None)
        self._by_other_time.clear()
        if member is not None:
            for status in _statuses(member):
                ordered = self._ordered[status]
                del ordered[bisect_left(ordered, _sort_key(member), key=_sort_key)]

    def count(self, status: str | None) -> int:
        """Number of members with a status; None: all that aren't archived."""
        return len(self._ordered[status])

    def count_with_address(self, status: str) -> int:
        return sum(bool(member.email) for member in self._ordered[status])

    def changed_after(self, status: str | None, seconds: int) -> int:
        """Number of members of a status changed after a time."""
        ordered = self._ordered[status]
        return len(ordered) - bisect_right(ordered, seconds, key=_changed)

    def ordered(
        self, status: str | None, sort_field: str, after: int | None, before: int | None
    ) -> Sequence[StoredMember]:
        """Members of a status (None: all that aren't archived) changed after `after` and before `before`, exclusive.

        `sort_field`: "last_changed" (already sorted), "timestamp_signup" or "timestamp_opt" (sorted once, then kept).
        """
        by_change = self._ordered[status]
        first = 0 if after is None else bisect_right(by_change, after, key=_changed)
        last = len(by_change) if before is None else bisect_left(by_change, before, key=_changed)
        is_complete = first == 0 and last == len(by_change)
        if sort_field == "last_changed":
            return by_change if is_complete else by_change[first:last]
        key = _opt if sort_field == "timestamp_opt" else _signup
        if not is_complete:
            return sorted(by_change[first:last], key=key)
        if (status, sort_field) not in self._by_other_time:
            self._by_other_time[status, sort_field] = sorted(by_change, key=key)
        return self._by_other_time[status, sort_field]


def hash_of(address: str) -> str:
    """The subscriber hash: MD5 of the lower-case address. Only letters of ASCII become lower case."""
    return md5(address.encode().lower(), usedforsecurity=False).hexdigest()


def _statuses(member: StoredMember) -> tuple[str | None, ...]:
    """The lists a member belongs to: its status and `None` (all); an archived member is only in "archived"."""
    return ("archived",) if member.status == "archived" else (None, member.status)


def _sort_key(member: StoredMember) -> tuple[int, str]:
    return member.changed, member.id


def _changed(member: StoredMember) -> int:
    return member.changed


def _signup(member: StoredMember) -> tuple[int, str]:
    return member.signup, member.id


def _opt(member: StoredMember) -> tuple[int, str]:
    return member.opt, member.id
