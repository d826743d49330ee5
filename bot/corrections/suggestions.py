"""The address that a mistyped one was meant to be: measured against the common mail domains and the audience's own.

A domain that exists is not corrected into another: not a common one, not one that healthy contacts of the
audience use, not one of the real domains that stand a letter away from a common one. The part before the @ is
the person's own affair: only what can't be meant at its edges goes.

How sure: each domain that may have been meant is weighed by how many people use it and how often a hand slips so;
against it stands how likely the typed domain is somebody's own, which short names are.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import lru_cache

from rapidfuzz import process
from rapidfuzz.distance import OSA

from bot.core.addresses import BadAddressReason, checked
from bot.corrections.domains import BRANDS, COMMON, ENDINGS, ONLY, REAL, WORLDWIDE
from bot.corrections.slips import Slip, slip_between

# Below it nothing is suggested: half means likelier right than all else together. Measured with every single slip of
# the 60 commonest domains (tests/bot/corrections/test_suggestions.py) 0.5 has 99.8 % right and finds 93 %; 0.7 has 99.9 % and 91 %;
# below 0.5 short domains that exist are taken for slips.
THRESHOLD = 0.5
PROTECTED_FROM = 5  # healthy contacts: a domain that so many use is right
TARGET_FROM = 20  # healthy contacts: a domain that so many use may be what was meant
TARGET_RATIO = 20  # and it has so many times the contacts of the mistyped one


class SuggestionReason(StrEnum):
    """Why that domain was meant: keys that handlers turn into words."""

    COMMON_DOMAIN = "common-domain"  # everybody uses it
    OWN_DOMAIN = "own-domain"  # many contacts of the audience use it
    SAME_DOMAIN = "same-domain"  # what is left when the slip is gone


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A corrected address. `confidence` is between THRESHOLD and 1: how likely the person meant this one.

    `written` is the domain as it was typed.
    """

    address: str
    confidence: float
    reason: SuggestionReason
    slip: Slip
    written: str


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
        self._longest_first = sorted(self._targets, key=len, reverse=True)
        self._correction = lru_cache(maxsize=1 << 16)(self._find)

    def suggest(self, address: str) -> Suggestion | None:
        """The address that was meant; None where nothing is likely enough. Always a valid, other address."""
        local, at, domain = address.rpartition("@")
        if at and _TIDY(address):  # nearly all addresses of a list
            found = self._correction(domain)
            return _suggestion(address, local, domain, found) if found else None
        return self._suggest_untidy(address)

    def corrected(self, addresses: Sequence[str]) -> dict[int, str]:
        """The addresses that `suggest` gives: the place among the written ones → the one that was meant."""
        domains = [address.partition("@")[2] for address in addresses]
        each = set(domains)
        if not _are_tidy(addresses, each):
            suggested = enumerate(map(self.suggest, addresses))
            return {i: suggestion.address for i, suggestion in suggested if suggestion}
        meant = {domain: found.domain for domain in each if (found := self._correction(domain))}
        corrected = {
            i: _corrected(addresses[i], addresses[i].partition("@")[0], meant[domain])
            for i, domain in enumerate(domains)
            if domain in meant
        }
        return {i: address for i, address in corrected.items() if address}

    def is_likely_typo(self, domain: str) -> bool:
        """Whether addresses of this domain get a suggestion."""
        return self._correction(domain) is not None

    def _suggest_untidy(self, address: str) -> Suggestion | None:
        """Of what has more than one @ or none, or signs that don't belong before it."""
        text = _unwrapped(address)
        slip = Slip.STRAY if text == address else Slip.AROUND
        if "@" not in text.strip(_EDGES):
            local, found = self._split(text)
            return _suggestion(address, local, text, found) if found else None
        local, _, domain = text.rpartition("@")
        if "@" in local.strip(_EDGES):
            slip = Slip.AT
            local, domain = _one_at(local.strip(_EDGES), domain)
        elif local.rstrip().endswith("@"):
            slip = Slip.AT
        found = self._correction(domain) or _Correction(domain, 0.9, SuggestionReason.SAME_DOMAIN, slip)
        return _suggestion(address, local.strip(_EDGES), domain, found)

    def _find(self, written: str) -> "_Correction | None":
        """What the domain was meant to be. A domain that is corrected once is right: there is no second turn."""
        domain = written.lower()
        if domain in self._protected:
            return None
        tidy = _tidied(domain)
        if tidy == domain:
            bare = domain.removeprefix("www.")
            if bare != domain and bare in self._protected:
                return _Correction(bare, 0.97, SuggestionReason.SAME_DOMAIN, Slip.AROUND)
            return self._meant(domain, possible=True)
        found = _Correction(tidy, 0.97, SuggestionReason.SAME_DOMAIN, Slip.STRAY)
        if tidy in self._protected:
            return found
        # It can't exist as it is written, so more of it may be wrong.
        return self._meant(tidy, possible=False) or replace(found, confidence=0.7)

    def _meant(self, domain: str, *, possible: bool) -> "_Correction | None":
        """A known domain nearby, a known slip of the ending, or both at once. `possible`: the domain may exist."""
        name, _, rest = domain.partition(".")
        if name in ONLY and _ONE_COUNTRY(rest):
            return _Correction(ONLY[name], 0.97, SuggestionReason.COMMON_DOMAIN, Slip.ENDING)
        near = self._near(domain, slips=1)
        if near:
            return self._likeliest(domain, near, possible=possible)
        mended = _mended(domain)
        if mended:
            again = None if mended in self._protected else self._near(mended, slips=1)
            found = self._likeliest(mended, again, possible=True) if again else None
            if found:
                return replace(found, slip=Slip.SEVERAL)
            sure = 0.97 if mended in self._protected else 0.85
            return _Correction(mended, sure, SuggestionReason.SAME_DOMAIN, Slip.ENDING)
        return None if possible else self._likeliest(domain, self._near(domain, slips=2), possible=False)

    def _near(self, domain: str, *, slips: int) -> "list[tuple[float, str, Slip]]":
        """The targets so many slips away: how likely each is meant and then typed so, which, and the slip."""
        found = process.extract(
            domain, self._targets, scorer=OSA.distance, score_cutoff=slips, limit=None, processor=None
        )
        weighed = [(*self._weight(domain, target, int(distance)), target) for target, distance, _ in found]
        return [(weight, target, slip) for weight, slip, target in weighed if weight]

    def _likeliest(
        self, domain: str, near: "list[tuple[float, str, Slip]]", *, possible: bool
    ) -> "_Correction | None":
        """The likeliest of them; None where the others, or that the domain is right, are nearly as likely."""
        if not near:
            return None
        weight, target, slip = max(near)
        rival = _somebody_else(domain, target) if possible else 0
        confidence = min(weight / (sum(each[0] for each in near) + rival), 0.98)
        if confidence < THRESHOLD:
            return None
        own = target not in _RANKS
        reason = SuggestionReason.OWN_DOMAIN if own else SuggestionReason.COMMON_DOMAIN
        return _Correction(target, round(confidence, 2), reason, slip)

    def _weight(self, domain: str, target: str, distance: int) -> tuple[float, Slip]:
        """How likely `target` is meant and then typed so; 0 where it isn't to be thought of."""
        name = target.partition(".")[0]
        if distance != 1:
            likely = _TWO_SLIPS if distance and len(name) >= _VERY_LONG else 0
            return self._use(domain, target) * likely, Slip.SEVERAL
        slipped = slip_between(domain, target)
        return self._use(domain, target) * slipped.likelihood, slipped.slip

    def _use(self, domain: str, target: str) -> float:
        """How much a target is used, beside the others: the second half as much as the first, and so on."""
        if target in _RANKS:
            return 1 / (_RANKS[target] + 10)
        # Not everybody knows this domain: it takes many contacts, and a long name.
        enough = self._healthy[target] >= TARGET_RATIO * self._healthy.get(domain, 0)
        return 0.02 if enough and len(target.partition(".")[0]) >= _LONG else 0

    def _split(self, text: str) -> "tuple[str, _Correction | None]":
        """A text without @ that ends in a known domain: what stands before it, and the domain."""
        text = text.strip(_EDGES)
        if text.lower() in self._protected:
            return text, None  # a domain, and nobody's name
        for domain in self._longest_first:
            local = text[: -len(domain)]
            if text.lower().endswith(domain):
                name = domain.partition(".")[0]
                if len(name) < _SHORT and local[-1].isalnum():
                    return text, None  # the end of another word
                own = domain not in _RANKS
                reason = SuggestionReason.OWN_DOMAIN if own else SuggestionReason.COMMON_DOMAIN
                return _without_key_of_at(local), _Correction(domain, 0.8, reason, Slip.AT)
        return text, None


@dataclass(frozen=True, slots=True)
class _Correction:
    domain: str
    confidence: float
    reason: SuggestionReason
    slip: Slip


_SHORT = 4  # letters of a name: a shorter one may be the end of a word
_LONG = 6  # few real domains stand a letter away from a long one
_VERY_LONG = 8
_TWO_SLIPS = 1e-4
_EDGES = " .,;:@\t\n\u00a0\u200b"
# The keys of the @ and those beside it: on QWERTY it is on the 2, on AZERTY on the à, in Britain on the '.
_INSTEAD_OF_AT = " .,;\"'#àé²_-\u00a0"
_TIDY = re.compile(
    r"(?!mailto:)[^\s.,;:@<>()\[\]\"](?:[^\s@<>]*[^\s.,;:@<>])?@[^@<>()\[\]\"]*", re.IGNORECASE
).fullmatch
_PERHAPS_UNTIDY = (*map(chr, range(ord(" ") + 1)), *',;:<>()[]"')
_STRAY = re.compile(r"[\x00-,/:-`{-\x7f\u00a0\u200b]")  # ASCII that no domain has, and white space
_EXTRA_DOTS = re.compile(r"[-.]*\.[-.]*")
_DIGITS_AT_END = re.compile(r"(?<=\.[a-z]{2})([a-z]*)\d+$")
_ONE_COUNTRY = re.compile(r"[^.]*|c[a-z]{0,2}\.[a-z]{1,3}").fullmatch  # `fr`, `com.fr`, `co.uk`, `con.br`
_IN_BRACKETS = re.compile(r"<\s*(?:mailto:)?([^<>]*@[^<>]*)>", re.IGNORECASE).search
_AROUND = re.compile(r"^\s*(?:[<(\[\"]|mailto:)+|(?:[>)\]\"]|\s\([^()@]*\))+\s*$", re.IGNORECASE)
_RANKS = {domain: rank for rank, domain in enumerate(COMMON)}
# Endings of small countries, and the ending that is typed so by a letter too few.
_SHORT_OF = frozenset({("co", "com"), ("cm", "com"), ("om", "com"), ("ne", "net"), ("et", "net")})
# How likely a domain with so many letters before the dot is somebody's own, beside a common one's slips. All
# names of two or three letters are taken, hardly any of ten.
_TAKEN = (1.0, 1.0, 1e-2, 1.5e-4, 1.5e-5, 4e-6, 1e-6, 3e-7, 1e-7)
_TAKEN_ELSEWHERE = 0.3  # with another ending than .com

_SLIPS_OF_ENDINGS = {
    **dict.fromkeys(
        "con cmo comm vom xom ocm cpm c coom ccom clm comn comf comg cim cmm c0m kom coml comp".split(), "com"
    ),
    **dict.fromkeys("fe ft frr ffr rf dr fd f ftr fdr".split(), "fr"),
    **dict.fromkeys("nte ner nett nrt ney".split(), "net"),
    **dict.fromkeys("orgg ogr rog orh or og".split(), "org"),
}


def _suggestion(written: str, local: str, domain: str, found: _Correction) -> Suggestion | None:
    address = _corrected(written, local, found.domain)
    if address is None:
        return None
    return Suggestion(address, found.confidence, found.reason, found.slip, domain.lower())


def _corrected(written: str, local: str, domain: str) -> str | None:
    """The address in its normal form; None if there can't be one, or it is the one that was written."""
    result = checked(f"{local}@{domain}")
    return None if isinstance(result, BadAddressReason) or result[1] == written.lower() else result[0]


def _are_tidy(addresses: Sequence[str], domains: Collection[str]) -> bool:
    """Whether it is certain that `_TIDY` holds for each: one look at all of them, which are many."""
    together = f"|{'|'.join(addresses)}"
    return (
        together.count("@") == len(addresses)
        and "" not in domains  # so there is one @ in each
        and together.isascii()
        and not any(sign in together for sign in (*_PERHAPS_UNTIDY, "|.", "|@", ".@"))
    )


def _unwrapped(text: str) -> str:
    """Without `mailto:`, brackets and the name around."""
    inside = _IN_BRACKETS(text)
    text = inside[1] if inside else text
    return _AROUND.sub("", text) if "@" in _AROUND.sub("", text) else text


def _one_at(local: str, domain: str) -> tuple[str, str]:
    """Of a text with an @ too many: what stands before the first, and the domain."""
    local, _, before = local.partition("@")
    before = before.strip(_EDGES)
    if before.lower() == domain.strip(_EDGES).lower():  # typed twice
        return local, domain
    # An @ where a dot was meant; with a dot too it would be two domains.
    return local, f"{before}.{domain}" if before.isalnum() else "@"


def _without_key_of_at(local: str) -> str:
    """What was typed before the domain, without the key that stood for the @."""
    rest = local.rstrip(_INSTEAD_OF_AT)
    # The key of the @ without Shift; after another digit it is part of a number.
    return rest[:-1] if rest == local and rest[-1:] == "2" and not rest[-2:-1].isdigit() else rest


def _tidied(domain: str) -> str:
    """The domain without what no domain has."""
    tidy = _STRAY.sub("", domain.replace(",", ".").replace(";", "."))
    tidy = _EXTRA_DOTS.sub(".", tidy).strip(".-")
    return _DIGITS_AT_END.sub(r"\1", tidy)


def _mended(domain: str) -> str | None:
    """The domain with the ending that was meant, where it ends as no domain does, or twice in the same."""
    name, _, ending = domain.rpartition(".")
    if name.endswith(f".{ending}") and name in _RANKS:
        return name
    return f"{name}.{_SLIPS_OF_ENDINGS[ending]}" if name and ending in _SLIPS_OF_ENDINGS else None


def _somebody_else(domain: str, target: str) -> float:
    """How likely the typed domain is right: somebody else's, whom we don't know."""
    name, _, rest = domain.partition(".")
    ending = domain.rpartition(".")[2]
    if ending not in ENDINGS or not name:
        return 0
    meant_name, _, meant_rest = target.partition(".")
    if name == meant_name:
        if rest.partition(".")[2] and meant_rest.rpartition(".")[2] == ending:
            return 0  # in the `com` of `com.br`
        if (rest, meant_rest) in _SHORT_OF:
            return 0
        if name in BRANDS or len(name) < _LONG:
            return 1  # the same name in another country
    taken = _TAKEN[min(len(name), len(_TAKEN) - 1)]
    return taken if rest == "com" else taken * _TAKEN_ELSEWHERE
