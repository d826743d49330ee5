"""Suggesting the address that was meant by a mistyped one, from common mail domains and the audience's own.

A domain known to exist is never corrected: a common one, one that subscribed contacts of the audience use, or a real one
that is a letter away from a common one. The local part is left as it is, except for characters at its edges that no
address has.

Confidence: each candidate domain is weighted by how many people use it and by the probability of the typing error; the
alternative is that the typed domain is a real one that we don't know, which is likely for short names.
"""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from string import ascii_lowercase

from rapidfuzz import process
from rapidfuzz.distance import OSA

from bot.core.addresses import BadAddressReason, try_validate
from bot.corrections.suggestions import endings, malformed
from bot.corrections.suggestions.domains import (
    BRANDS,
    COMMON,
    CROWDED,
    ENDINGS,
    GENERIC,
    NAMES,
    NOT_GENERIC,
    ONLY,
    RANKS,
    REAL,
    USUAL,
    WORLDWIDE,
)
from bot.corrections.suggestions.malformed import EDGES
from bot.corrections.suggestions.neighbours import Neighbours
from bot.corrections.suggestions.slips import classify_slip, two_slips_likelihood
from bot.corrections.suggestions.values import PROTECTED_FROM, Slip, Suggestion, SuggestionReason

# The least confidence of a suggestion: more likely right than all alternatives together; below it, existing short domains
# are taken for errors. Precision and recall by kind of error: `python -m tests.tools.suggestion_figures`.
THRESHOLD = 0.5
TARGET_FROM = 20  # subscribed contacts from which a domain is a candidate
TARGET_RATIO = 20  # how many times the contacts of the mistyped domain a candidate needs


class Suggester:
    """Suggests corrections for one audience. `healthy` holds its domains and their numbers of subscribed contacts."""

    def __init__(self, healthy: Mapping[str, int]) -> None:
        self._healthy = healthy
        self._protected = frozenset(
            {*RANKS, *REAL, *WORLDWIDE, *(d for d, n in healthy.items() if n >= PROTECTED_FROM)}
        )
        own = [d for d, n in healthy.items() if n >= TARGET_FROM and d not in RANKS]
        self._known = frozenset({*RANKS, *own})
        self._own = Neighbours(own)
        self._correction = lru_cache(maxsize=1 << 16)(self._find)

    def suggest(self, address: str) -> Suggestion | None:
        """Returns a valid address other than this one, None if no correction is likely enough."""
        local, at, domain = address.rpartition("@")
        if at and malformed.is_well_formed(address):  # nearly all addresses of a list
            correction = self._correction(domain)
            return _suggestion(address, local, domain, correction) if correction else None
        return self._suggest_malformed(address) if len(address) <= _LONGEST else None

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
        text = malformed.unwrapped(address)
        slip = Slip.STRAY if text == address else Slip.AROUND
        if "@" not in text.strip(EDGES):
            local, correction = self._split(text)
            return _suggestion(address, local.strip(EDGES), text, correction) if correction else None
        local, _, domain = text.rpartition("@")
        if "@" in local.strip(EDGES):
            slip = Slip.AT
            local, domain = malformed.merge_ats(local.strip(EDGES), domain)
        elif local.rstrip().endswith("@") or "@" not in address:
            slip = Slip.AT
        correction = self._correction(domain) or _Correction(domain, 0.9, SuggestionReason.SAME_DOMAIN, slip)
        return _suggestion(address, local.strip(EDGES), domain, correction)

    def _find(self, written: str) -> "_Correction | None":
        """Returns the correction of a domain; the corrected domain is not corrected again."""
        domain = written.lower()
        if domain in self._protected or not domain.strip(EDGES) or len(domain) > _LONGEST:
            return None
        cleaned = malformed.cleaned(domain)
        if cleaned == [domain] and not domain.startswith("www."):
            return self._match(domain, possible=True)
        if domain.startswith("-") and (correction := self._match(domain, possible=False)):
            return correction  # `-online.de`: a letter is missing
        for clean in cleaned:
            bare = clean.removeprefix("www.")
            if bare in self._protected:
                slip = Slip.STRAY if clean == bare else Slip.AROUND
                return _Correction(bare, 0.97, SuggestionReason.SAME_DOMAIN, slip)
        return self._match_malformed(domain, cleaned)

    def _match_malformed(self, domain: str, cleaned: Sequence[str]) -> "_Correction | None":
        """Finds the correction of a domain that can't exist as it is written, so it may have more errors."""
        for clean in reversed(cleaned):
            if correction := self._match(clean, possible=False):
                return correction
        clean = cleaned[-1]
        if clean == domain or len(clean.rpartition(".")[2]) < _SHORTEST_ENDING:
            return None
        return _Correction(clean, 0.7, SuggestionReason.SAME_DOMAIN, Slip.STRAY)

    def _match(self, domain: str, *, possible: bool) -> "_Correction | None":
        """Finds a known domain nearby, a known error in the ending, or both. `possible`: the domain may exist."""
        if not domain.isascii():
            plain = malformed.without_accents(domain)
            known = plain if plain in self._protected else None
            return _Correction(known, 0.9, SuggestionReason.SAME_DOMAIN, Slip.NEIGHBOUR) if known else None
        name, _, rest = domain.partition(".")
        if name in ONLY and _ONE_COUNTRY(rest):
            return _Correction(ONLY[name], 0.97, SuggestionReason.COMMON_DOMAIN, Slip.ENDING)
        once = endings.without_repetition(domain)
        if once != domain and once in self._protected:  # `.com.com`
            return _Correction(once, 0.97, SuggestionReason.SAME_DOMAIN, Slip.ENDING)
        candidates = [*self._near(domain), *self._near_otherwise(domain)]
        if not candidates:
            candidates = list(self._two_slips_away(domain))
        if candidates:
            correction = self._likeliest(domain, candidates, possible=possible)
            if correction:
                return correction
        fixed = endings.with_ending_fixed(domain)
        if fixed is None or (candidates and domain.rpartition(".")[2] in ENDINGS):
            return None
        confidence = 0.97 if fixed in self._protected else 0.85
        return _Correction(fixed, confidence, SuggestionReason.SAME_DOMAIN, Slip.ENDING)

    def _near(self, domain: str) -> "Iterator[_Candidate]":
        """Yields the known domains one typing error away."""
        for target in (*_NEIGHBOURS.find(domain), *self._own.find(domain)):
            slip = classify_slip(domain, target)
            yield _Candidate(self._use(domain, target) * slip.likelihood, target, slip.slip)

    def _near_otherwise(self, domain: str) -> "Iterator[_Candidate]":
        """Yields the known domains that have another ending than the typed one, with or without another error."""
        for meant, slip in endings.other_endings(domain):
            if meant in RANKS:
                yield _Candidate(self._use(domain, meant) * _OTHER_ENDING, meant, slip)
            elif meant not in self._protected:
                for near in self._near(meant):
                    if near.weight > _weight_of_typed(meant, near.domain):
                        yield replace(near, weight=near.weight * _OTHER_ENDING, slip=Slip.SEVERAL)
        name, _, rest = domain.partition(".")
        if rest in USUAL and name not in NAMES:
            for known in _ONLY_NAMES.find(name):
                weight = self._use(domain, ONLY[known]) * classify_slip(name, known).likelihood
                yield _Candidate(weight * _OTHER_COUNTRY, ONLY[known], Slip.SEVERAL)

    def _two_slips_away(self, domain: str) -> "Iterator[_Candidate]":
        """Yields the commonest domains, and those with very long names, that are two typing errors away."""
        if domain.partition(".")[0] in NAMES:
            return
        near = _TWO_SLIPS.get(domain[:1], ())
        matches = process.extract(
            domain, near, scorer=OSA.distance, score_cutoff=2, limit=None, processor=None
        )
        for target, _, _ in matches:
            likelihood = two_slips_likelihood(domain, target)
            yield _Candidate(self._use(domain, target) * likelihood, target, Slip.SEVERAL)

    def _likeliest(
        self, domain: str, candidates: "Sequence[_Candidate]", *, possible: bool
    ) -> "_Correction | None":
        """Returns the likeliest of them, None if it is no likelier than all others and the typed domain together."""
        known: dict[str, _Candidate] = {}
        for candidate in candidates:
            first = known.setdefault(candidate.domain, candidate)
            known[candidate.domain] = replace(first, weight=max(first.weight, candidate.weight))
        best = max(known.values(), key=lambda candidate: candidate.weight)
        if not best.weight:
            return None
        typed = _weight_of_typed(domain, best.domain) if possible else 0
        all_known = sum(candidate.weight for candidate in known.values())
        confidence = min(best.weight / (all_known + max(typed, _NO_SLIP)), 0.98)
        if confidence < (_SURER if _is_other_ending(domain, best) else THRESHOLD):
            return None
        return _Correction(best.domain, round(confidence, 2), _reason(best.domain), best.slip)

    def _use(self, domain: str, target: str) -> float:
        """Returns how much a domain is used relative to the others, falling with its rank."""
        if target in RANKS:
            return 1 / (RANKS[target] + 10)
        # A domain of the audience is not generally known: it needs many contacts and a long name.
        enough = self._healthy[target] >= TARGET_RATIO * self._healthy.get(domain, 0)
        return 0.02 if enough and len(target.partition(".")[0]) >= _LONG else 0

    def _split(self, text: str) -> "tuple[str, _Correction | None]":
        """Splits text without @ that ends in a known domain into the local part and the correction."""
        text = text.strip(EDGES)
        if text.lower() in self._protected:
            return text, None  # a domain without a local part
        written = text.lower()
        for start in range(max(1, len(text) - _LONGEST_NAME), len(text)):
            local, domain = text[:start], written[start:]
            if domain in self._known:  # the longest one
                if len(domain.partition(".")[0]) < _SHORT and local[-1].isalnum():
                    return text, None  # more likely the end of another word
                return malformed.without_key_of_at(local), _Correction(domain, 0.8, _reason(domain), Slip.AT)
        for local, domain in malformed.splits_at_key_of_at(text):
            correction = self._correction(domain)
            if correction and correction.domain in RANKS:
                return local, replace(correction, slip=Slip.SEVERAL)
        return text, None


@dataclass(frozen=True, slots=True)
class _Candidate:
    weight: float  # how likely this domain is meant, relative to the others
    domain: str
    slip: Slip


@dataclass(frozen=True, slots=True)
class _Correction:
    domain: str
    confidence: float
    reason: SuggestionReason
    slip: Slip


# Lengths of a domain's name: a short one may be the end of a word; few real domains are a letter away from a long one,
# or two letters from a very long one.
_SHORT, _LONG, _VERY_LONG = endings.SHORT, 6, 7
_LONGEST = 1_000  # characters of an address with something glued to it; longer text is not searched
_LONGEST_NAME = 253  # characters of a domain (RFC 1035)
_PERHAPS_MALFORMED = (*map(chr, range(ord(" ") + 1)), *',;:^<>()[]"')
_ONE_COUNTRY = re.compile(r"[^.]*|(?:c[a-z]{0,2}|o)\.[a-z]{1,3}").fullmatch  # `fr`, `com.fr`, `con.br`
_NEIGHBOURS = Neighbours(RANKS)
_COMMONEST = 60
_ONLY_NAMES = Neighbours(name for name, domain in ONLY.items() if RANKS[domain] < _COMMONEST)
# The domains of which two typing errors are recognised, by their first two letters: the first one is seldom mistyped.
_TWO_SLIPS = {
    letter: [
        domain
        for rank, domain in enumerate(COMMON)
        if letter in domain[:2] and domain.index(".") >= (_LONG - 1 if rank < _COMMONEST else _VERY_LONG)
    ]
    for letter in ascii_lowercase
}
# The likelihood of an error in the ending, and of another ending of a name that has only one.
_OTHER_ENDING, _OTHER_COUNTRY = 0.02, 0.01
_SURER = 0.8  # the least confidence where the ending alone is mistyped
_SHORTEST_ENDING = 2
_SUBDOMAIN = 1e-4  # the weight of a real domain like `g.mail.com`
_NO_SLIP = 1e-9  # the weight of what is no typing error at all
# Endings of small countries that are more likely another ending with a letter missing.
_SHORT_OF = frozenset(
    {("co", "com"), ("cm", "com"), ("om", "com"), ("ne", "net"), ("et", "net"), ("uk", "co.uk")}
)
# The weight of an unknown domain being real, by the length of its name: nearly all names of two or three letters are
# registered, hardly any of ten.
_REAL = (1.0, 1.0, 1e-2, 1.5e-4, 2.5e-5, 4e-6, 1e-6, 3e-7, 1e-7)
# The factors for its ending: fewer names are registered under others than .com.
_REAL_ENDING = {**dict.fromkeys(CROWDED, 0.3), "com": 1.0}
_REAL_ELSEWHERE = 0.06


def _is_other_ending(domain: str, candidate: _Candidate) -> bool:
    """Whether the ending alone is mistyped: those of several countries may be nearly as likely, known here or not."""
    same_name = domain.partition(".")[0] == candidate.domain.partition(".")[0]
    return same_name and candidate.slip is not Slip.ENDING


def _reason(target: str) -> SuggestionReason:
    return SuggestionReason.COMMON_DOMAIN if target in RANKS else SuggestionReason.OWN_DOMAIN


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
    """Whether `is_well_formed` certainly holds for all; quick, since all are searched as one text."""
    together = f"|{'|'.join(addresses)}"
    return (
        together.count("@") == len(addresses)
        and "" not in domains  # hence each has exactly one @
        and together.isascii()
        and not any(sign in together for sign in (*_PERHAPS_MALFORMED, "|.", "|@", ".@"))
    )


def _weight_of_typed(domain: str, target: str) -> float:
    """Returns how likely the typed domain is right, as a real domain that we don't know."""
    name, _, rest = domain.partition(".")
    ending = domain.rpartition(".")[2]
    if ending not in ENDINGS or not name:
        return 0
    if domain.replace(".", "", 1) == target:
        return _SUBDOMAIN
    target_name, _, target_rest = target.partition(".")
    real = _REAL[min(len(name), len(_REAL) - 1)]
    if name == target_name:
        if rest.partition(".")[2] and target_rest.rpartition(".")[2] == ending:
            return 0  # the error is in the `com` of `com.br`
        if (rest, target_rest) in _SHORT_OF or (rest in GENERIC and name in NOT_GENERIC):
            is_common = len(name) >= _SHORT and RANKS.get(target, 0) < len(COMMON)
            return 0 if is_common else 2 * real  # `hey.co`: short names are taken there
        if name in BRANDS or len(name) < _LONG:
            return 1  # the same name in another country
    return real * _REAL_ENDING.get(rest, _REAL_ELSEWHERE)
