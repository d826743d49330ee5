"""The address that a mistyped one was meant to be: measured against the common mail domains and the audience's own.

A domain that exists is not corrected into another: not a common one, not one that healthy contacts of the
audience use, not one of the real domains that stand a letter away from a common one. The part before the @ is
the person's own affair: only what can't be meant at its edges goes.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from rapidfuzz import process
from rapidfuzz.distance import OSA

from bot.addresses import BadAddressReason, checked
from bot.domains import COMMON, ENDINGS, ONLY, REAL, WORLDWIDE


class SuggestionReason(StrEnum):
    """Why an address looks mistyped: keys that handlers turn into words."""

    COMMON_DOMAIN = "common-domain"  # nearly a domain that everybody uses
    OWN_DOMAIN = "own-domain"  # nearly a domain that many contacts of the audience use
    ENDING = "ending"  # no domain ends like that
    STRAY = "stray"  # signs that no address has
    NO_AT = "no-at"


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A corrected address. `confidence` is between 0 and 1: how likely the person meant this one."""

    address: str
    confidence: float
    reason: SuggestionReason


class Suggester:
    """Suggests corrections for one audience.

    `healthy`: the audience's domains and how many subscribed contacts each has.
    """

    def __init__(self, healthy: Mapping[str, int]) -> None:
        self._healthy = healthy
        self._protected = frozenset(
            {*COMMON, *REAL, *WORLDWIDE, *(d for d, n in healthy.items() if n >= PROTECTED_FROM)}
        )
        own = [d for d, n in healthy.items() if n >= TARGET_FROM and d not in _RANKS]
        self._targets = (*COMMON, *own)
        self._correction = lru_cache(maxsize=1 << 16)(self._find)

    def suggest(self, address: str) -> Suggestion | None:
        """The address that was meant; None where nothing better is known. Always a valid, other address."""
        local, at, domain = address.rpartition("@")
        if not at:
            local, found = self._split(address)
            return _suggestion(address, local, found) if found else None
        correction = self._correction(domain)
        if correction is None and "@" not in local and local == local.strip(_EDGES):
            return None  # nearly all addresses of a list
        if "@" in local.rstrip(_EDGES):  # an @ where a dot was meant
            local, _, before = local.partition("@")
            domain = f"{before.strip(_EDGES)}.{domain}"
            correction = self._correction(domain)
        as_it_is = _Correction(domain, 0.9, SuggestionReason.STRAY)
        return _suggestion(address, local.strip(_EDGES), correction or as_it_is)

    def is_likely_typo(self, domain: str) -> bool:
        """Whether addresses of this domain get a suggestion."""
        return self._correction(domain) is not None

    def _find(self, written: str) -> "_Correction | None":
        """What the domain was meant to be. A domain that is corrected once is right: there is no second turn."""
        domain = written.lower()
        if domain in self._protected:
            return None
        tidy = _EXTRA_DOTS.sub(".", _STRAY.sub("", domain.replace(",", ".").replace(";", "."))).strip(".-")
        if tidy == domain:
            return self._meant(domain, slips=1)
        if tidy in self._protected:
            return _Correction(tidy, 0.99, SuggestionReason.STRAY)
        # It can't exist as it is written, so more of it may be wrong.
        return self._meant(tidy, slips=2) or _Correction(tidy, 0.7, SuggestionReason.STRAY)

    def _meant(self, domain: str, *, slips: int) -> "_Correction | None":
        """A known slip of the ending, a known domain nearby, or both at once."""
        name, _, ending = domain.rpartition(".")
        mended = f"{name}.{_SLIPS_OF_ENDINGS[ending]}" if name and ending in _SLIPS_OF_ENDINGS else None
        if mended in self._protected:
            return _Correction(mended, 0.97, SuggestionReason.ENDING)
        near = self._nearest(domain, slips=slips)
        if near or not mended:
            return near
        return self._nearest(mended, slips=1) or _Correction(mended, 0.85, SuggestionReason.ENDING)

    def _nearest(self, domain: str, *, slips: int) -> "_Correction | None":
        """The likeliest target that is at most so many slips away."""
        name = domain.partition(".")[0]
        if name in ONLY:
            return _Correction(ONLY[name], 0.97, SuggestionReason.ENDING)
        near = process.extract(
            domain, self._targets, scorer=OSA.distance, score_cutoff=slips, limit=None, processor=None
        )
        likely = [
            (likelihood, target)
            for target, distance, _ in near
            if (likelihood := self._likelihood(domain, target, int(distance)))
        ]
        if not likely:
            return None
        confidence, target = max(likely, key=lambda found: (found[0], -_RANKS.get(found[1], len(_RANKS))))
        own = target not in _RANKS
        return _Correction(
            target, confidence, SuggestionReason.OWN_DOMAIN if own else SuggestionReason.COMMON_DOMAIN
        )

    def _likelihood(self, domain: str, target: str, distance: int) -> float:
        """How likely `target` was meant; 0 where `domain` may well be one of its own."""
        if distance == 0:
            return 0
        name = target.partition(".")[0]
        likelihood = _slip(domain, target) if distance == 1 else 0.8 * (len(name) >= _VERY_LONG)
        if target in _RANKS:
            return likelihood
        # Not everybody knows this domain: it takes many contacts, and a long name.
        enough = self._healthy[target] >= TARGET_RATIO * self._healthy.get(domain, 0)
        return likelihood - 0.05 if enough and len(name) >= _LONG else 0

    def _split(self, text: str) -> "tuple[str, _Correction | None]":
        """A text without @ that ends in a common domain: what stands before it, and the domain."""
        text = text.strip(_EDGES)
        for domain in _LONGEST_FIRST:
            if text.lower().endswith(domain):
                local = text[: -len(domain)].rstrip(_INSTEAD_OF_AT)
                return local, _Correction(domain, 0.8, SuggestionReason.NO_AT)
        return text, None


PROTECTED_FROM = 5  # healthy contacts: a domain that so many use is right
TARGET_FROM = 20  # healthy contacts: a domain that so many use may be what was meant
TARGET_RATIO = 20  # and it has so many times the contacts of the mistyped one


@dataclass(frozen=True, slots=True)
class _Correction:
    domain: str
    confidence: float
    reason: SuggestionReason


_LONG = 6  # letters of a name: few real domains stand a letter away from a long one
_VERY_LONG = 8
_EDGES = " .,;@\t\n\u00a0"
_INSTEAD_OF_AT = " .,;\"'à²_-"  # beside the @ on the keyboards
_STRAY = re.compile(r"[\x00-,/:-`{-\x7f\u00a0\u200b]")  # ASCII that no domain has, and white space
_EXTRA_DOTS = re.compile(r"[-.]*\.[-.]*")
_RANKS = {domain: rank for rank, domain in enumerate(COMMON)}
_LONGEST_FIRST = sorted(COMMON, key=len, reverse=True)

_SLIPS_OF_ENDINGS = {
    **dict.fromkeys(
        "con cmo comm vom xom ocm cpm c coom ccom clm comn comf comg cim cmm c0m kom".split(), "com"
    ),
    **dict.fromkeys("fe ft frr ffr rf dr fd f ftr fdr".split(), "fr"),
    **dict.fromkeys("nte ner nett nrt ney".split(), "net"),
    **dict.fromkeys("orgg ogr rog orh".split(), "org"),
}


def _suggestion(written: str, local: str, found: _Correction) -> Suggestion | None:
    result = checked(f"{local}@{found.domain}")
    if isinstance(result, BadAddressReason) or result[1] == written.lower():
        return None
    return Suggestion(result[0], found.confidence, found.reason)


def _slip(domain: str, target: str) -> float:
    """How likely somebody types `domain`, one edit away, for `target`; 0 where it may be another's domain."""
    at = next(
        (i for i, (a, b) in enumerate(zip(domain, target, strict=False)) if a != b),
        min(len(domain), len(target)),
    )
    name, _, ending = target.partition(".")
    if at >= len(name):  # in the dot or behind it: the name is right
        return _slip_of_ending(domain, name, ending)
    length = len(name)
    if len(domain) != len(target):
        return _slip_of_length(domain, target, at, length)
    if sorted(domain) == sorted(target):
        return 0.95 if length >= 4 else 0.7  # swapped
    if _are_neighbours(domain[at], target[at]):
        return 0.92 if length >= 5 else 0.6
    return 0.75 if length >= _LONG else 0.0


def _slip_of_length(domain: str, target: str, at: int, length: int) -> float:
    """A letter too many or too few, at that place of a name of that length."""
    longer = len(domain) > len(target)
    if longer and domain[at] in (domain[at - 1 : at] or " ", target[at]):
        return 0.95  # doubled
    likely = 0.9 if longer else 0.93
    return likely if length >= 5 else 0.7 if length == 4 else 0.0


def _slip_of_ending(domain: str, name: str, ending: str) -> float:
    """The name is right, what follows it is not."""
    typed = domain[len(name) :].lstrip(".")
    if not domain.startswith(f"{name}.") or typed.rpartition(".")[2] not in ENDINGS:
        return 0.97
    if "." in ending and typed.rpartition(".")[2] == ending.rpartition(".")[2]:
        return 0.9  # in the `com` of `com.br`
    if typed in _SHORT_OF_COM and ending == "com":
        return 0.9
    return 0.7 if len(name) >= 5 else 0.0


_SHORT_OF_COM = frozenset({"co", "cm", "om"})
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


def _are_neighbours(a: str, b: str) -> bool:
    return (a, b) in _NEIGHBOURS
