"""Slips of the hand: what was done to a word that it became another one, and how often hands do that."""

from dataclasses import dataclass
from enum import StrEnum


class Slip(StrEnum):
    """What is wrong with an address: keys that handlers turn into words."""

    SWAPPED = "swapped"  # two letters
    MISSING = "missing"  # a letter
    DOUBLED = "doubled"  # a letter
    EXTRA = "extra"  # a letter
    NEIGHBOUR = "neighbour"  # the key beside the right one
    OTHER_LETTER = "other-letter"
    NO_DOT = "no-dot"
    SEVERAL = "several"  # more than one of these
    ENDING = "ending"
    STRAY = "stray"  # signs that no address has
    AROUND = "around"  # `mailto:`, brackets, a name, `www.`
    AT = "at"  # the @: missing, doubled, or another key


@dataclass(frozen=True, slots=True)
class Slipped:
    """One slip, and how likely it is that a hand that slips in this word does just this."""

    slip: Slip
    likelihood: float


def slip_between(typed: str, meant: str) -> Slipped:
    """The slip that made `typed` of `meant`, which are one edit apart (OSA)."""
    at = next(
        (i for i, (a, b) in enumerate(zip(typed, meant, strict=False)) if a != b),
        min(len(typed), len(meant)),
    )
    if len(typed) < len(meant):
        return Slipped(Slip.NO_DOT if meant[at] == "." else Slip.MISSING, 0.25 / len(meant))
    if len(typed) > len(meant):
        return _extra(typed, meant, at)
    if sorted(typed) == sorted(meant):
        return Slipped(Slip.SWAPPED, 0.2 / len(meant))
    if (typed[at], meant[at]) in _NEIGHBOURS:
        return Slipped(Slip.NEIGHBOUR, 0.2 / (len(meant) * _KEYS_AROUND))
    return Slipped(Slip.OTHER_LETTER, 0.05 / (len(meant) * _KEYS_ELSEWHERE))


def _extra(typed: str, meant: str, at: int) -> Slipped:
    extra = typed[at]
    if at and typed[at - 1] == extra:
        return Slipped(Slip.DOUBLED, 0.15 / len(meant))
    beside = {*typed[max(at - 1, 0) : at], *typed[at + 1 : at + 2]}
    if any((extra, key) in _NEIGHBOURS for key in beside):
        return Slipped(Slip.EXTRA, 0.1 / (len(meant) * 2 * _KEYS_AROUND))
    return Slipped(Slip.EXTRA, 0.05 / (len(meant) * _KEYS_ELSEWHERE))


# How many keys touch a key, and how many of the others somebody might press: the likelihoods above are shared
# among them.
_KEYS_AROUND, _KEYS_ELSEWHERE = 6, 20
_ROWS = (
    ("1234567890-", "qwertyuiop", "asdfghjkl", "zxcvbnm"),
    ("1234567890-", "azertyuiop", "qsdfghjklm", "wxcvbn"),
)


def _neighbours() -> frozenset[tuple[str, str]]:
    """The pairs of keys that touch on a QWERTY or an AZERTY keyboard."""
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
