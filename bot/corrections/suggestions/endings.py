"""Endings of domains: which one is meant by one that is mistyped, cut off, or has something glued to it."""

import re
from collections.abc import Iterator

from bot.corrections.suggestions.domains import (
    ENDINGS,
    GENERIC,
    GLUED_LOOKALIKES,
    MAIN,
    NAMES,
    NOT_GENERIC,
    RANKS,
)
from bot.corrections.suggestions.values import Slip

SHORT = 4  # the length of a name that may be a word of its own


def without_repetition(domain: str) -> str:
    """Removes what repeats the ending: `.com.com`."""
    return _REPEATED.sub(r"\1", domain)


def other_endings(domain: str) -> Iterator[tuple[str, Slip]]:
    """Yields what the domain is with another ending that may be meant, for a known name or an impossible ending."""
    name, _, rest = domain.partition(".")
    head, _, ending = domain.rpartition(".")
    if not head:
        if len(domain) > SHORT:
            yield MAIN.get(domain, f"{domain}.com"), Slip.ENDING
    elif ending in _SLIPS_OF_ENDINGS:
        yield f"{head}.{_SLIPS_OF_ENDINGS[ending]}", Slip.ENDING
    elif ending in _SLIPS_OF_COM:
        yield f"{head}.com", Slip.ENDING
    joined = f"{name}{rest}"
    if rest and rest not in ENDINGS and joined in MAIN:  # `hot.mail`
        yield MAIN[joined], Slip.EXTRA
    if joined in RANKS:  # `hot.mail.com`
        yield joined, Slip.EXTRA
    if name in NAMES:
        yield from _other_endings_of_known(domain, name, rest)
    squeezed = _RUNS.sub(r"\1\1", domain)
    if squeezed != domain:
        yield squeezed, Slip.DOUBLED


def _other_endings_of_known(domain: str, name: str, rest: str) -> Iterator[tuple[str, Slip]]:
    if rest in {"uk", "com.uk"}:
        yield f"{name}.co.uk", Slip.ENDING
    if rest in GENERIC and name in NOT_GENERIC:
        yield f"{name}.com", Slip.ENDING
    for end in range(min(len(domain) - 1, _LONGEST), len(name) + 2, -1):
        if domain[:end] in RANKS:  # the longest that something is glued to
            if _is_glued(domain, end):
                yield domain[:end], Slip.STRAY
            break


def _is_glued(domain: str, end: int) -> bool:
    """Whether what follows a known domain is something else that was glued to it."""
    known, glued = domain[:end], domain[end:]
    ending, last = known.rpartition(".")[2], domain.rpartition(".")[2]
    if glued in {ending, known}:
        return True
    if glued.startswith(".") or f"{known}.{glued}" in RANKS:
        return False
    return ending in _GLUED_TO and last not in ENDINGS and last not in GLUED_LOOKALIKES


def with_ending_fixed(domain: str) -> str | None:
    """Returns the domain with a mistyped ending corrected or a doubled one removed; None if the ending has no error."""
    name, _, ending = domain.rpartition(".")
    half = ending[: len(ending) // 2]
    if half in ENDINGS and half * 2 == ending:  # `comcom`
        return f"{name}.{half}"
    return f"{name}.{_SLIPS_OF_ENDINGS[ending]}" if name and ending in _SLIPS_OF_ENDINGS else None


_REPEATED = re.compile(r"(\.[a-z]{2,3})\1+$")
_LONGEST = max(map(len, RANKS))
_RUNS = re.compile(r"([a-z])\1{2,}")
_GLUED_TO = frozenset({"com", "net", "org"})
# Of a known domain: with another name, other endings are as likely.
_SLIPS_OF_COM = frozenset({"o", "m", "v", "x"})
_SLIPS_OF_ENDINGS = {
    **dict.fromkeys(
        "con cmo comm vom xom ocm cpm c coom ccom clm comn comf comg cim cmm c0m kom coml comp".split(), "com"
    ),
    **dict.fromkeys("fe ft frr ffr rf dr fd f ftr fdr".split(), "fr"),
    **dict.fromkeys("nte ner nett nrt ney".split(), "net"),
    **dict.fromkeys("orgg ogr rog orh or og".split(), "org"),
}
