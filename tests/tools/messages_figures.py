"""How well messages are read, by kind: `python -m tests.tools.messages_figures`.

Recipients and hard/soft/complaint are counted by address; a false positive is an event where there should be none.
Then the replies of tests/bot/bounces/replies: what passes and is called hard cleans a valid contact at once.
Below, how long hostile messages take: the slowest kinds for their size, of those in tests/bot/bounces/messages.
"""

import time
from collections import Counter
from datetime import UTC, datetime

from bot.bounces.diagnosis import diagnose
from bot.bounces.events import EventKind
from bot.bounces.messages.reader import read
from tests.bot.bounces.messages import ALL, Sample
from tests.bot.bounces.messages.hostile import HOSTILE, Hostile
from tests.bot.bounces.replies import REPLIES

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
ROUNDS = 10
HOSTILE_BYTES = (10_000, 240_000, 9_900_000)
SLOWEST = 5  # shown of each size


def main() -> None:
    rows: dict[str, Counter[str]] = {}
    for sample in ALL:
        rows.setdefault(sample.group, Counter()).update(_counted(sample))
    print(f"{'kind':<20}{'messages':>9}{'recipients found':>20}{'kind right':>14}{'false positives':>18}")
    for group, counts in [*rows.items(), ("all", sum(rows.values(), Counter()))]:
        expected = counts["expected"]
        found, right = f"{counts['found']} of {expected}", f"{counts['right']} of {expected}"
        print(f"{group:<20}{counts['messages']:>9}{found:>20}{right:>14}{counts['false']:>18}")
    for file, counts in _replies().items():
        print(
            f"replies, {file:<12}{counts['soft']:>5} pass, {counts['false hard']} called hard;"
            f"{counts['hard']:>5} dead, {counts['missed hard']} missed"
        )
    print(f"{_speed():,.0f} messages/s on one core, {_average():,.0f} bytes each")
    for size in HOSTILE_BYTES:
        taken = sorted(((_seconds(kind, size), name) for name, kind in HOSTILE.items()), reverse=True)
        slowest = "; ".join(f"{name} {seconds:.2f}" for seconds, name in taken[:SLOWEST])
        print(f"seconds for hostile messages of about {size:,} bytes, of {len(taken)} kinds: {slowest}")


def _counted(sample: Sample) -> Counter[str]:
    wanted = {fact.address.lower(): fact for fact in sample.facts}
    read_as = {event.address.lower(): event for event in read(sample.raw, NOW).events}
    both = wanted.keys() & read_as.keys()
    return Counter(
        messages=1,
        expected=len(wanted),
        found=len(both),
        right=sum(wanted[address].kind == read_as[address].kind for address in both),
        false=len(read_as.keys() - wanted.keys()),
    )


def _replies() -> dict[str, Counter[str]]:
    files: dict[str, Counter[str]] = {}
    for reply in REPLIES:
        counts = files.setdefault(reply.file, Counter())
        counts[str(reply.kind)] += 1
        if diagnose(reply.code, reply.words)[0] != reply.kind:
            counts["missed hard" if reply.kind is EventKind.HARD else "false hard"] += 1
    return files


def _speed() -> float:
    start = time.process_time()
    for _ in range(ROUNDS):
        for sample in ALL:
            read(sample.raw, NOW)
    return ROUNDS * len(ALL) / (time.process_time() - start)


def _seconds(kind: Hostile, size: int) -> float:
    raw = kind(size)
    start = time.process_time()
    read(raw, NOW)
    return time.process_time() - start


def _average() -> float:
    return sum(len(sample.raw) for sample in ALL) / len(ALL)


if __name__ == "__main__":
    main()
