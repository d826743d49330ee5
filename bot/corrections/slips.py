"""Typing errors: which single error turns one word into another, and how likely it is."""

from dataclasses import dataclass
from enum import StrEnum


class Slip(StrEnum):
    """The kind of typing error in an address: keys of sentences."""

    SWAPPED = "swapped"  # two adjacent letters
    MISSING = "missing"  # a letter
    DOUBLED = "doubled"  # a letter
    EXTRA = "extra"  # a letter
    NEIGHBOUR = "neighbour"  # a key beside the right one
    OTHER_LETTER = "other-letter"  # any other key
    NO_DOT = "no-dot"
    SEVERAL = "several"  # more than one of these
    ENDING = "ending"  # the top-level domain
    STRAY = "stray"  # characters that no address has
    AROUND = "around"  # `mailto:`, brackets, a name, `www.`
    AT = "at"  # the @ is missing, doubled, or replaced by another key


@dataclass(frozen=True, slots=True)
class WeightedSlip:
    """A typing error, and its probability given that the word has one."""

    slip: Slip
    likelihood: float


def classify_slip(typed: str, meant: str) -> WeightedSlip:
    """Returns the error that turned `meant` into `typed`; they are one edit apart (optimal string alignment)."""
    at = next(
        (i for i, (a, b) in enumerate(zip(typed, meant, strict=False)) if a != b),
        min(len(typed), len(meant)),
    )
    if len(typed) < len(meant):
        return WeightedSlip(Slip.NO_DOT if meant[at] == "." else Slip.MISSING, 0.25 / len(meant))
    if len(typed) > len(meant):
        return _extra(typed, meant, at)
    if sorted(typed) == sorted(meant):
        return WeightedSlip(Slip.SWAPPED, 0.2 / len(meant))
    if (typed[at], meant[at]) in _NEIGHBOURS:
        return WeightedSlip(Slip.NEIGHBOUR, 0.2 / (len(meant) * _KEYS_AROUND))
    return WeightedSlip(Slip.OTHER_LETTER, 0.05 / (len(meant) * _KEYS_ELSEWHERE))


def _extra(typed: str, meant: str, at: int) -> WeightedSlip:
    extra = typed[at]
    if at and typed[at - 1] == extra:
        return WeightedSlip(Slip.DOUBLED, 0.15 / len(meant))
    adjacent = {*typed[max(at - 1, 0) : at], *typed[at + 1 : at + 2]}
    if any((extra, key) in _NEIGHBOURS for key in adjacent):
        return WeightedSlip(Slip.EXTRA, 0.1 / (len(meant) * 2 * _KEYS_AROUND))
    return WeightedSlip(Slip.EXTRA, 0.05 / (len(meant) * _KEYS_ELSEWHERE))


# How many keys touch a key, and how many others might be pressed: the probabilities above are divided by these.
_KEYS_AROUND, _KEYS_ELSEWHERE = 6, 20
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
