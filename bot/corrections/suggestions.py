"""Suggesting the address that was meant by a mistyped one, from common mail domains and the audience's own.

A domain known to exist is never corrected: a common one, one that subscribed contacts of the audience use, or a real one
that is a letter away from a common one. The local part is left as it is, except for characters at its edges that no
address has.

Confidence: each candidate domain is weighted by how many people use it and by the probability of the typing error; the
alternative is that the typed domain is a real one that we don't know, which is likely for short names.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import lru_cache

from rapidfuzz import process
from rapidfuzz.distance import OSA

from bot.core.addresses import BadAddressReason, try_validate
from bot.corrections.domains import BRANDS, COMMON, ENDINGS, ONLY, REAL, WORLDWIDE
from bot.corrections.slips import Slip, classify_slip

# The least confidence of a suggestion: more likely right than all alternatives together. With every single typing error
# in the 60 most common domains (tests/bot/corrections/test_suggestions.py), 0.5 gives a precision of 99.8 % and a recall
# of 93 %, 0.7 gives 99.9 % and 91 %; below 0.5, existing short domains are taken for errors.
THRESHOLD = 0.5
PROTECTED_FROM = 5  # subscribed contacts from which a domain is taken to exist
TARGET_FROM = 20  # subscribed contacts from which a domain is a candidate
TARGET_RATIO = 20  # how many times the contacts of the mistyped domain a candidate needs


class SuggestionReason(StrEnum):
    """Why a domain is suggested: keys of sentences."""

    COMMON_DOMAIN = "common-domain"  # it is a common mail domain
    OWN_DOMAIN = "own-domain"  # many contacts of the audience use it
    SAME_DOMAIN = "same-domain"  # it is the typed domain without the error


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A corrected address. `confidence` is its probability, from THRESHOLD to 1; `written` is the domain as typed."""

    address: str
    confidence: float
    reason: SuggestionReason
    slip: Slip
    written: str


class Suggester:
    """Suggests corrections for one audience. `healthy` holds its domains and their numbers of subscribed contacts."""

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
        """Returns a valid address other than this one, None if no correction is likely enough."""
        local, at, domain = address.rpartition("@")
        if at and _IS_WELL_FORMED(address):  # nearly all addresses of a list
            correction = self._correction(domain)
            return _suggestion(address, local, domain, correction) if correction else None
        return self._suggest_malformed(address)

    def correct_all(self, addresses: Sequence[str]) -> dict[int, str]:
        """Returns the addresses that `suggest` gives, by their positions in `addresses`; for bulk work."""
        domains = [address.partition("@")[2] for address in addresses]
        distinct = set(domains)
        if not _are_well_formed(addresses, distinct):
            suggestions = enumerate(map(self.suggest, addresses))
            return {i: suggestion.address for i, suggestion in suggestions if suggestion}
        right = {domain: found.domain for domain in distinct if (found := self._correction(domain))}
        corrected = {
            i: _corrected(addresses[i], addresses[i].partition("@")[0], right[domain])
            for i, domain in enumerate(domains)
            if domain in right
        }
        return {i: address for i, address in corrected.items() if address}

    def is_likely_typo(self, domain: str) -> bool:
        """Whether addresses of this domain get a suggestion."""
        return self._correction(domain) is not None

    def _suggest_malformed(self, address: str) -> Suggestion | None:
        """Suggests for text with several @ or none, or with characters that can't stand where they do."""
        text = _unwrapped(address)
        slip = Slip.STRAY if text == address else Slip.AROUND
        if "@" not in text.strip(_EDGES):
            local, correction = self._split(text)
            return _suggestion(address, local, text, correction) if correction else None
        local, _, domain = text.rpartition("@")
        if "@" in local.strip(_EDGES):
            slip = Slip.AT
            local, domain = _merge_ats(local.strip(_EDGES), domain)
        elif local.rstrip().endswith("@"):
            slip = Slip.AT
        correction = self._correction(domain) or _Correction(domain, 0.9, SuggestionReason.SAME_DOMAIN, slip)
        return _suggestion(address, local.strip(_EDGES), domain, correction)

    def _find(self, written: str) -> "_Correction | None":
        """Returns the correction of a domain; the corrected domain is not corrected again."""
        domain = written.lower()
        if domain in self._protected:
            return None
        clean = _without_stray_characters(domain)
        if clean == domain:
            bare = domain.removeprefix("www.")
            if bare != domain and bare in self._protected:
                return _Correction(bare, 0.97, SuggestionReason.SAME_DOMAIN, Slip.AROUND)
            return self._match(domain, possible=True)
        correction = _Correction(clean, 0.97, SuggestionReason.SAME_DOMAIN, Slip.STRAY)
        if clean in self._protected:
            return correction
        # The domain can't exist as it is written, so it may have more errors.
        return self._match(clean, possible=False) or replace(correction, confidence=0.7)

    def _match(self, domain: str, *, possible: bool) -> "_Correction | None":
        """Finds a known domain nearby, a known error in the ending, or both. `possible`: the domain may exist."""
        name, _, rest = domain.partition(".")
        if name in ONLY and _ONE_COUNTRY(rest):
            return _Correction(ONLY[name], 0.97, SuggestionReason.COMMON_DOMAIN, Slip.ENDING)
        near = self._near(domain, slips=1)
        if near:
            return self._likeliest(domain, near, possible=possible)
        fixed = _with_ending_fixed(domain)
        if fixed:
            near = [] if fixed in self._protected else self._near(fixed, slips=1)
            correction = self._likeliest(fixed, near, possible=True)
            if correction:
                return replace(correction, slip=Slip.SEVERAL)
            confidence = 0.97 if fixed in self._protected else 0.85
            return _Correction(fixed, confidence, SuggestionReason.SAME_DOMAIN, Slip.ENDING)
        return None if possible else self._likeliest(domain, self._near(domain, slips=2), possible=False)

    def _near(self, domain: str, *, slips: int) -> "list[tuple[float, str, Slip]]":
        """Returns (weight, domain, slip) for the known domains at most so many typing errors away."""
        matches = process.extract(
            domain, self._targets, scorer=OSA.distance, score_cutoff=slips, limit=None, processor=None
        )
        weighted = [(*self._weight(domain, target, int(distance)), target) for target, distance, _ in matches]
        return [(weight, target, slip) for weight, slip, target in weighted if weight]

    def _likeliest(
        self, domain: str, near: "list[tuple[float, str, Slip]]", *, possible: bool
    ) -> "_Correction | None":
        """Returns the likeliest of them, None if it is no likelier than all others and the typed domain together."""
        if not near:
            return None
        weight, target, slip = max(near)
        typed_weight = _weight_of_typed(domain, target) if possible else 0
        confidence = min(weight / (sum(weight for weight, _, _ in near) + typed_weight), 0.98)
        if confidence < THRESHOLD:
            return None
        return _Correction(target, round(confidence, 2), _reason(target), slip)

    def _weight(self, domain: str, target: str, distance: int) -> tuple[float, Slip]:
        """Returns how likely `target` is meant and mistyped as `domain`, 0 if it is out of the question."""
        name = target.partition(".")[0]
        if distance != 1:
            likelihood = _TWO_SLIPS if distance and len(name) >= _VERY_LONG else 0
            return self._use(domain, target) * likelihood, Slip.SEVERAL
        slip = classify_slip(domain, target)
        return self._use(domain, target) * slip.likelihood, slip.slip

    def _use(self, domain: str, target: str) -> float:
        """Returns how much a domain is used relative to the others, falling with its rank."""
        if target in _RANKS:
            return 1 / (_RANKS[target] + 10)
        # A domain of the audience is not generally known: it needs many contacts and a long name.
        enough = self._healthy[target] >= TARGET_RATIO * self._healthy.get(domain, 0)
        return 0.02 if enough and len(target.partition(".")[0]) >= _LONG else 0

    def _split(self, text: str) -> "tuple[str, _Correction | None]":
        """Splits text without @ that ends in a known domain into the local part and the correction."""
        text = text.strip(_EDGES)
        if text.lower() in self._protected:
            return text, None  # a domain without a local part
        for domain in self._longest_first:
            local = text[: -len(domain)]
            if text.lower().endswith(domain):
                name = domain.partition(".")[0]
                if len(name) < _SHORT and local[-1].isalnum():
                    return text, None  # more likely the end of another word
                return _without_key_of_at(local), _Correction(domain, 0.8, _reason(domain), Slip.AT)
        return text, None


@dataclass(frozen=True, slots=True)
class _Correction:
    domain: str
    confidence: float
    reason: SuggestionReason
    slip: Slip


# Lengths of a domain's name: a short one may be the end of a word; few real domains are a letter away from a long one,
# or two letters from a very long one.
_SHORT, _LONG, _VERY_LONG = 4, 6, 8
_TWO_SLIPS = 1e-4  # the likelihood of two errors in one domain
_EDGES = " .,;:@\t\n\u00a0\u200b"
# Characters of the key of @ and of keys beside it: @ is on 2 (QWERTY), à (AZERTY) or ' (United Kingdom).
_INSTEAD_OF_AT = " .,;\"'#àé²_-\u00a0"
_IS_WELL_FORMED = re.compile(
    r"(?!mailto:)[^\s.,;:@<>()\[\]\"](?:[^\s@<>]*[^\s.,;:@<>])?@[^@<>()\[\]\"]*", re.IGNORECASE
).fullmatch
_PERHAPS_MALFORMED = (*map(chr, range(ord(" ") + 1)), *',;:<>()[]"')
_STRAY = re.compile(
    r"[\x00-,/:-`{-\x7f\u00a0\u200b]"
)  # characters of ASCII that no domain has, and white space
_EXTRA_DOTS = re.compile(r"(?<![-.])[-.]*\.[-.]*")
_DIGITS_AT_END = re.compile(r"(?<=\.[a-z]{2})([a-z]*)\d+$")
_ONE_COUNTRY = re.compile(r"[^.]*|c[a-z]{0,2}\.[a-z]{1,3}").fullmatch  # `fr`, `com.fr`, `co.uk`, `con.br`
_IN_BRACKETS = re.compile(r"<\s*+(?:mailto:)?+([^<>@]*@[^<>]*)>", re.IGNORECASE).search
_AROUND = re.compile(r"^\s*(?:[<(\[\"]|mailto:)+|(?<![>)\]\"])(?:[>)\]\"]|\s\([^()@]*\))+\s*$", re.IGNORECASE)
_RANKS = {domain: rank for rank, domain in enumerate(COMMON)}
# Endings of small countries that are more likely another ending with a letter missing.
_SHORT_OF = frozenset({("co", "com"), ("cm", "com"), ("om", "com"), ("ne", "net"), ("et", "net")})
# The weight of an unknown domain being real, by the length of its name: nearly all names of two or three letters are
# registered, hardly any of ten.
_REAL = (1.0, 1.0, 1e-2, 1.5e-4, 1.5e-5, 4e-6, 1e-6, 3e-7, 1e-7)
_REAL_NOT_COM = 0.3  # the factor for another ending than .com

_SLIPS_OF_ENDINGS = {
    **dict.fromkeys(
        "con cmo comm vom xom ocm cpm c coom ccom clm comn comf comg cim cmm c0m kom coml comp".split(), "com"
    ),
    **dict.fromkeys("fe ft frr ffr rf dr fd f ftr fdr".split(), "fr"),
    **dict.fromkeys("nte ner nett nrt ney".split(), "net"),
    **dict.fromkeys("orgg ogr rog orh or og".split(), "org"),
}


def _reason(target: str) -> SuggestionReason:
    return SuggestionReason.COMMON_DOMAIN if target in _RANKS else SuggestionReason.OWN_DOMAIN


def _suggestion(written: str, local: str, domain: str, correction: _Correction) -> Suggestion | None:
    address = _corrected(written, local, correction.domain)
    if address is None:
        return None
    return Suggestion(address, correction.confidence, correction.reason, correction.slip, domain.lower())


def _corrected(written: str, local: str, domain: str) -> str | None:
    """Returns the address in its normal form; None if it is invalid or the one that was written."""
    result = try_validate(f"{local}@{domain}")
    return None if isinstance(result, BadAddressReason) or result[1] == written.lower() else result[0]


def _are_well_formed(addresses: Sequence[str], domains: Collection[str]) -> bool:
    """Whether `_IS_WELL_FORMED` certainly holds for all; quick, since all are searched as one text."""
    together = f"|{'|'.join(addresses)}"
    return (
        together.count("@") == len(addresses)
        and "" not in domains  # hence each has exactly one @
        and together.isascii()
        and not any(sign in together for sign in (*_PERHAPS_MALFORMED, "|.", "|@", ".@"))
    )


def _unwrapped(text: str) -> str:
    """Removes `mailto:`, brackets, and a name around the address."""
    inside = _IN_BRACKETS(text)
    text = inside[1] if inside else text
    return _AROUND.sub("", text) if "@" in _AROUND.sub("", text) else text


def _merge_ats(local: str, domain: str) -> tuple[str, str]:
    """Returns the local part and the domain of text with more than one @; `local` is the text before the last."""
    local, _, middle = local.partition("@")
    middle = middle.strip(_EDGES)
    if middle.lower() == domain.strip(_EDGES).lower():  # the domain was typed twice
        return local, domain
    # An @ in place of a dot; if the text between has a dot, these are two domains, and "@" makes the result invalid.
    return local, f"{middle}.{domain}" if middle.isalnum() else "@"


def _without_key_of_at(local: str) -> str:
    """Removes the key that was pressed instead of the @."""
    rest = local.rstrip(_INSTEAD_OF_AT)
    # 2 is the key of @ without Shift, but part of a number after another digit.
    return rest[:-1] if rest == local and rest[-1:] == "2" and not rest[-2:-1].isdigit() else rest


def _without_stray_characters(domain: str) -> str:
    """Removes characters that no domain has, doubled dots, and digits after the ending."""
    clean = _STRAY.sub("", domain.replace(",", ".").replace(";", "."))
    clean = _EXTRA_DOTS.sub(".", clean).strip(".-")
    return _DIGITS_AT_END.sub(r"\1", clean)


def _with_ending_fixed(domain: str) -> str | None:
    """Returns the domain with a mistyped ending corrected or a doubled one removed; None if the ending has no error."""
    name, _, ending = domain.rpartition(".")
    if name.endswith(f".{ending}") and name in _RANKS:
        return name
    return f"{name}.{_SLIPS_OF_ENDINGS[ending]}" if name and ending in _SLIPS_OF_ENDINGS else None


def _weight_of_typed(domain: str, target: str) -> float:
    """Returns how likely the typed domain is right, as a real domain that we don't know."""
    name, _, rest = domain.partition(".")
    ending = domain.rpartition(".")[2]
    if ending not in ENDINGS or not name:
        return 0
    target_name, _, target_rest = target.partition(".")
    if name == target_name:
        if rest.partition(".")[2] and target_rest.rpartition(".")[2] == ending:
            return 0  # the error is in the `com` of `com.br`
        if (rest, target_rest) in _SHORT_OF:
            return 0
        if name in BRANDS or len(name) < _LONG:
            return 1  # the same name in another country
    real = _REAL[min(len(name), len(_REAL) - 1)]
    return real if rest == "com" else real * _REAL_NOT_COM
