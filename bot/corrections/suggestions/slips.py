"""Typing errors: which error turns one word into another, and how likely it is."""

from collections.abc import Iterator
from dataclasses import dataclass

from rapidfuzz.distance import OSA

from bot.corrections.suggestions.values import Slip


@dataclass(frozen=True, slots=True)
class WeightedSlip:
    """A typing error, and its probability given that the word has one."""

    slip: Slip
    likelihood: float


def classify_slip(typed: str, meant: str) -> WeightedSlip:
    """Returns the error that turned `meant` into `typed`; they are one edit apart (optimal string alignment)."""
    at = _same_letters(typed, meant)
    if len(typed) < len(meant):
        return WeightedSlip(Slip.NO_DOT if meant[at] == "." else Slip.MISSING, 0.25 / len(meant))
    if len(typed) > len(meant):
        return _extra(typed, meant, at)
    if sorted(typed) == sorted(meant):
        return WeightedSlip(Slip.SWAPPED, 0.2 / len(meant))
    if (typed[at], meant[at]) in _NEIGHBOURS:
        return WeightedSlip(Slip.NEIGHBOUR, 0.2 / (len(meant) * _KEYS_AROUND))
    return WeightedSlip(Slip.OTHER_LETTER, 0.05 / (len(meant) * _KEYS_ELSEWHERE))


def _same_letters(a: str, b: str) -> int:
    """Returns how many letters both begin with."""
    differing = (i for i, (x, y) in enumerate(zip(a, b, strict=False)) if x != y)
    return next(differing, min(len(a), len(b)))


def two_slips_likelihood(typed: str, meant: str) -> float:
    """Returns how likely it is that two errors turned `meant` into `typed`, which are two edits apart."""
    ways = (
        classify_slip(typed, between).likelihood * classify_slip(between, meant).likelihood
        for between in _between(typed, meant)
    )
    return _A_SECOND * sum(ways)


def _between(typed: str, meant: str) -> Iterator[str]:
    """Yields the words one edit away from both: only edits where the two differ lead from one to the other."""
    start = max(_same_letters(typed, meant) - 1, 0)
    same_end = max(_same_letters(typed[::-1], meant[::-1]) - 1, 0)
    end = len(typed) - same_end
    letters = {*meant[start : len(meant) - same_end]}
    words = {typed[:i] + typed[i + 1 :] for i in range(start, end)}
    words |= {
        typed[:i] + typed[i + 1] + typed[i] + typed[i + 2 :] for i in range(start, min(end, len(typed) - 1))
    }
    words |= {typed[:i] + letter + typed[i + 1 :] for i in range(start, end) for letter in letters}
    words |= {typed[:i] + letter + typed[i:] for i in range(start, end + 1) for letter in letters}
    return (word for word in words - {typed} if OSA.distance(word, meant, score_cutoff=1) == 1)


def _extra(typed: str, meant: str, at: int) -> WeightedSlip:
    extra = typed[at]
    if at and typed[at - 1] == extra:
        return WeightedSlip(Slip.DOUBLED, 0.15 / len(meant))
    adjacent = {*typed[max(at - 1, 0) : at], *typed[at + 1 : at + 2]}
    if any((extra, key) in _NEIGHBOURS for key in adjacent):
        return WeightedSlip(Slip.EXTRA, 0.1 / (len(meant) * 2 * _KEYS_AROUND))
    return WeightedSlip(Slip.EXTRA, 0.05 / (len(meant) * _KEYS_ELSEWHERE))


_A_SECOND = 0.2  # the probability that a word with one error has another one
# How many keys touch a key, and how many others might be pressed: the probabilities above are divided by these.
_KEYS_AROUND, _KEYS_ELSEWHERE = 6, 20
_VOWELS = frozenset("aeiouy")  # confused by who writes as they hear
_ROWS = (
    ("1234567890-", "qwertyuiop", "asdfghjkl", "zxcvbnm"),
    ("1234567890-", "azertyuiop", "qsdfghjklm", "wxcvbn"),
)


def _neighbours() -> frozenset[tuple[str, str]]:
    """Returns the pairs of keys that touch on a QWERTY or an AZERTY keyboard."""
    places = [
        {key: (r, c + r * 0.4) for r, row in enumerate(rows) for c, key in enumerate(row)} for rows in _ROWS
    ]
    return frozenset(
        (a, b)
        for keys in places
        for a, (row, column) in keys.items()
        for b, (other_row, other_column) in keys.items()
        if a != b and abs(row - other_row) <= 1 and abs(column - other_column) <= 1.1
    )


_NEIGHBOURS = _neighbours()
