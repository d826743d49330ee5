"""The contacts of one audience: compact, and always in the order of their last change."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from hashlib import md5
from typing import NamedTuple

STATUSES = ("subscribed", "unsubscribed", "cleaned", "pending", "transactional", "archived")


class Bounce(NamedTuple):
    """`kind`: "hard" or "soft"; `at`: seconds since 1970."""

    kind: str
    campaign: str
    at: int


class Member(NamedTuple):
    """One contact; a change makes a new value.

    Times are whole seconds since 1970, 0 for none. `merge`: the merge fields as JSON text, which is smaller than
    objects and already what a page of contacts is made of. `permissions`: ids of those given.
    `barred`: unsubscribed by their own hand, or cleaned; only they themselves can subscribe again.
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
    bounces: tuple[Bounce, ...] = ()
    reason: str = ""
    barred: bool = False
    source: str = "API - Generic"


class Members:
    """All contacts of an audience, the archived ones too."""

    def __init__(self) -> None:
        self._by_id: dict[str, Member] = {}
        self._ordered: dict[str | None, list[Member]] = {status: [] for status in (None, *STATUSES)}
        self._otherwise: dict[tuple[str | None, str], list[Member]] = {}

    def __len__(self) -> int:
        return len(self._by_id)

    def __iter__(self) -> Iterator[Member]:
        return iter(self._by_id.values())

    def get(self, key: str) -> Member | None:
        """By what stands in a path: the hash, the address, or the contact's id."""
        if "@" in key:
            return self._by_id.get(hash_of(key))
        return self._by_id.get(key) or self._by_id.get(key[::-1])

    def fill(self, members: Iterable[Member]) -> None:
        """Adds many new ones at once."""
        for member in members:
            self._by_id[member.id] = member
            for status in _places(member):
                self._ordered[status].append(member)
        for ordered in self._ordered.values():
            ordered.sort(key=_place)
        self._otherwise.clear()

    def put(self, member: Member) -> None:
        """Adds one, or takes the place of the one with its id."""
        self.remove(member.id)
        self._by_id[member.id] = member
        for status in _places(member):
            ordered = self._ordered[status]
            ordered.insert(bisect_left(ordered, _place(member), key=_place), member)

    def remove(self, key: str) -> None:
        """Out of the books, as a change of address needs; nothing if there is none."""
        member = self._by_id.pop(key, None)
        self._otherwise.clear()
        if member is not None:
            for status in _places(member):
                ordered = self._ordered[status]
                del ordered[bisect_left(ordered, _place(member), key=_place)]

    def count(self, status: str | None) -> int:
        """None: all that aren't archived."""
        return len(self._ordered[status])

    def changed_after(self, status: str | None, seconds: int) -> int:
        ordered = self._ordered[status]
        return len(ordered) - bisect_right(ordered, seconds, key=_changed)

    def ordered(
        self, status: str | None, sort_field: str, after: int | None, before: int | None
    ) -> Sequence[Member]:
        """Those of a status (None: all that aren't archived) changed between two moments, both left out.

        `sort_field`: "last_changed" (no work), "timestamp_signup" or "timestamp_opt" (sorted once).
        """
        by_change = self._ordered[status]
        first = 0 if after is None else bisect_right(by_change, after, key=_changed)
        last = len(by_change) if before is None else bisect_left(by_change, before, key=_changed)
        whole = first == 0 and last == len(by_change)
        if sort_field == "last_changed":
            return by_change if whole else by_change[first:last]
        key = _opt if sort_field == "timestamp_opt" else _signup
        if not whole:
            return sorted(by_change[first:last], key=key)
        if (status, sort_field) not in self._otherwise:
            self._otherwise[status, sort_field] = sorted(by_change, key=key)
        return self._otherwise[status, sort_field]


def hash_of(address: str) -> str:
    """The id of a contact: MD5 of the lower-case address."""
    return md5(address.lower().encode(), usedforsecurity=False).hexdigest()


def _places(member: Member) -> tuple[str | None, ...]:
    """A cleaned, say, contact stands among the cleaned and among all; an archived one only among the archived."""
    return ("archived",) if member.status == "archived" else (None, member.status)


def _place(member: Member) -> tuple[int, str]:
    return member.changed, member.id


def _changed(member: Member) -> int:
    return member.changed


def _signup(member: Member) -> tuple[int, str]:
    return member.signup, member.id


def _opt(member: Member) -> tuple[int, str]:
    return member.opt, member.id
