"""What an audience may be like after what people were told, and whether it is. No database, no Slack.

A work whose answer never came may have happened or not, but whole: the audience then has several possible worlds,
until a checkpoint shows which of them is real.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from itertools import permutations, product
from threading import Lock
from typing import Any

SHOWN = 5  # examples in a difference
CLEANED = "cleaned"

Line = tuple[str, str, int]
"""Of the journal: who, what, to how many."""
File = tuple[str, frozenset[str]]
"""An export: by whom, and the addresses in it."""


@dataclass(frozen=True)
class World:
    """A state of an audience. `archives`: by id, the contacts that are still in it, with the status before."""

    statuses: Mapping[str, str] = field(default_factory=dict)
    archives: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    journal: Counter[Line] = field(default_factory=Counter)
    files: Counter[File] = field(default_factory=Counter)

    def cleaned(self, domain: str = "") -> frozenset[str]:
        return frozenset(a for a, s in self.statuses.items() if s == CLEANED and a.endswith(domain))

    def noted(self, who: str, what: str, n: int) -> "World":
        return replace(self, journal=self.journal + Counter({(who, what, n): 1}))


Effect = Callable[[World], World | None]
"""What a work does; None in a world where the person would have been told something else."""


def archive(who: str, addresses: Collection[str], key: str, told: int | None = None) -> Effect:
    """A contact that is not there yet is one of an import beside, which the effect of that import adds."""

    def effect(world: World) -> World | None:
        taken = {a: CLEANED for a in addresses if world.statuses.get(a, CLEANED) == CLEANED}
        if told not in (None, len(taken)):
            return None
        archives = {**world.archives, key: taken} if taken else world.archives
        statuses = {**world.statuses, **dict.fromkeys(taken, "archived")}
        return replace(world, statuses=statuses, archives=archives).noted(who, "archive", len(taken))

    return effect


def restore(who: str, key: str, addresses: Collection[str] | None, told: int | None = None) -> Effect:
    """Of all that is left in the archive, or of these contacts."""

    def effect(world: World) -> World | None:
        members = world.archives.get(key, {})
        back = {a: s for a, s in members.items() if addresses is None or a in addresses}
        if told not in (None, len(back)):
            return None
        archives = {**world.archives, key: {a: s for a, s in members.items() if a not in back}}
        statuses = {**world.statuses, **back}
        return replace(world, statuses=statuses, archives=archives).noted(who, "restore", len(back))

    return effect


def import_(
    who: str, addresses: Collection[str], told: int | None = None, known: Collection[str] = ()
) -> Effect:
    """As cleaned ones; those that are `known` are there already, and stay as they are."""

    def effect(world: World) -> World | None:
        # One that is archived already was taken along by an archive beside: see there.
        new = dict.fromkeys([a for a in addresses if a not in known], CLEANED)
        if told not in (None, len(new)):
            return None
        return replace(world, statuses={**new, **world.statuses}).noted(who, "import", len(new))

    return effect


def export(who: str, addresses: Collection[str], told: int | None = None) -> Effect:
    def effect(world: World) -> World | None:
        if told not in (None, len(addresses)):
            return None
        files = world.files + Counter({(who, frozenset(addresses)): 1})
        return replace(world, files=files).noted(who, "export", len(addresses))

    return effect


def fix(who: str, address: str) -> Effect:
    def effect(world: World) -> World | None:
        return replace(world, statuses={**world.statuses, address: "subscribed"}).noted(who, "fix", 1)

    return effect


@dataclass(frozen=True)
class Work:
    """`certain`: its person was told that it is done, or that it will be."""

    effect: Effect
    certain: bool


class AudienceModel:
    """One audience. One person at a time works on it, with imports in the terminal beside."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.worlds = [World()]
        self.is_settled = True
        """Whether nothing that was asked for is still to come."""
        self.beside: frozenset[str] = frozenset()
        """The contacts of the last import in the terminal: what a person was shown may be of before it or after it."""
        self.differences: list[str] = []
        self._held, self._lock = Lock(), Lock()

    @property
    def world(self) -> World:
        return self.worlds[0]

    @contextmanager
    def held(self) -> Iterator[bool]:
        """Yields whether it is free for one person's work."""
        free = self._held.acquire(blocking=False)
        try:
            yield free and self.is_settled and len(self.worlds) == 1
        finally:
            if free:
                self._held.release()

    def shown(self, n: int, domain: str = "") -> frozenset[str] | None:
        """The cleaned contacts that a list of `n` shows; None if no world has so many."""
        for world in self.worlds:
            beside = frozenset(a for a in self.beside if a.endswith(domain))
            there = world.cleaned(domain)
            for addresses in (there, there - beside, there | (beside - world.statuses.keys())):
                if len(addresses) == n:
                    return addresses
        return None

    def add(self, told: str, *works: Work) -> None:
        """Takes in works, in any order: each that is certain, and each other one or not. `told`: in words."""
        with self._lock:
            worlds: list[World] = []
            for chosen in product(*[(True,) if work.certain else (True, False) for work in works]):
                done = [work.effect for work, is_done in zip(works, chosen, strict=True) if is_done]
                for order in permutations(done):
                    worlds += [after for world in self.worlds if (after := _after(world, order)) is not None]
            if worlds:
                self.worlds = _distinct(worlds)
            else:
                self.differences.append(f"{self.name}: {told}, but {_figures(self.worlds[0])}")

    def compare(self, found: World) -> list[str]:
        """The differences from what is there, which is the only possible world from now on."""
        with self._lock:
            told, self.differences, self.is_settled = self.differences, [], True
            unlike = [_unlike(world, found) for world in self.worlds]
            self.worlds = [found]
            best = min(unlike, key=len)
            n = len(unlike)
            return told + [
                f"{self.name}: {line} (best of {n} possible)" if n > 1 else f"{self.name}: {line}"
                for line in best
            ]


def _after(world: World, effects: Iterable[Effect]) -> World | None:
    after: World | None = world
    for effect in effects:
        after = effect(after) if after is not None else None
    return after


def _distinct(worlds: Iterable[World]) -> list[World]:
    distinct: list[World] = []
    for world in worlds:
        if world not in distinct:
            distinct.append(world)
    return distinct


def _unlike(expected: World, found: World) -> list[str]:
    lines = []
    addresses = sorted(expected.statuses.keys() | found.statuses.keys())
    pairs = Counter(
        (expected.statuses.get(a, "nothing"), found.statuses.get(a, "nothing")) for a in addresses
    )
    lines += [
        f"{n} contacts told to be {told} are {real}" for (told, real), n in pairs.items() if told != real
    ]
    counters: Sequence[tuple[str, Counter[Any], Counter[Any]]] = (
        ("in the journal", expected.journal, found.journal),
        ("archives with so many contacts", _archives(expected), _archives(found)),
        ("exported files", _sizes(expected), _sizes(found)),
    )
    for what, told, real in counters:
        if told != real:
            lines.append(f"{what}: told {_few(told - real)}, there {_few(real - told)}")
    if expected.files != found.files and _sizes(expected) == _sizes(found):
        lines.append("exported files of the right size with other addresses")
    if not lines and _members(expected) != _members(found):
        lines.append("archives with other contacts")
    return lines


def _few(counter: Counter[Any]) -> str:
    return str(dict(counter.most_common(SHOWN))) if counter else "nothing more"


def _members(world: World) -> Counter[Any]:
    return Counter(frozenset(members.items()) for members in world.archives.values() if members)


def _archives(world: World) -> Counter[Any]:
    return Counter(len(members) for members in world.archives.values() if members)


def _sizes(world: World) -> Counter[Any]:
    sizes: Counter[Any] = Counter()
    for (who, addresses), n in world.files.items():
        sizes[who, len(addresses)] += n
    return sizes


def _figures(world: World) -> str:
    return f"the contacts are {dict(Counter(world.statuses.values()))}"


@dataclass(frozen=True)
class FoundJob:
    """A job with someone to tell: the texts of all messages about it."""

    id: str
    kind: str
    state: str
    is_told: bool
    messages: Sequence[str]
    refused: int = 0
    """Rows that an import refused and could hand out."""
    refused_files: int = 0


def compare_jobs(jobs: Iterable[FoundJob]) -> list[str]:
    lines = []
    for job in jobs:
        name = f"{job.kind} {job.id}"
        if not job.is_told:
            lines.append(f"{name} is {job.state} and under way for ever")
        elif job.state != "done":
            lines.append(f"{name} is {job.state}: {job.messages}")
        if len(job.messages) != 1:
            lines.append(f"{name} has {len(job.messages)} messages: {list(job.messages)}")
        if job.refused_files != bool(job.refused):
            lines.append(f"{name} refused {job.refused} rows, with {job.refused_files} files of them")
    return lines


@dataclass
class Digests:
    """Of each due time, whether a digest must be there (True) or may be. What else is posted is a difference."""

    expected: dict[str, bool] = field(default_factory=dict)

    def forbid(self, due: str) -> None:
        self.expected.pop(due, None)

    def missing(self, posted: Collection[str], until: str = "9") -> list[str]:
        """Those that must be there, due before `until`, and are not."""
        must = [due for due, is_certain in list(self.expected.items()) if is_certain and due < until]
        return [due for due in must if due not in posted]

    def compare(self, runs: Mapping[str, bool], messages: Mapping[str, int], until: str = "9") -> list[str]:
        """`runs`: due time → posted; `messages`: how many there are of each due time."""
        lines = [f"the digest of {due} is not there" for due in self.missing(messages, until)]
        lines += [
            f"the digest of {due} was posted, and must not be" for due in messages if due not in self.expected
        ]
        lines += [f"the digest of {due} was posted {n} times" for due, n in messages.items() if n > 1]
        lines += [
            f"the digest of {due} is {'' if is_posted else 'not '}recorded as posted, and {'' if due in messages else 'not '}there"
            for due, is_posted in runs.items()
            if is_posted != (due in messages)
        ]
        return lines
