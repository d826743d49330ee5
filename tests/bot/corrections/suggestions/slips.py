"""Typing errors in a domain, by kind: what tests and `tests.tools.suggestion_figures` measure with."""

import string
from collections import defaultdict
from collections.abc import Iterator

ROWS = (
    ("1234567890-", "qwertyuiop", "asdfghjkl", "zxcvbnm"),
    ("1234567890-", "azertyuiop", "qsdfghjklm", "wxcvbn"),
)
ENDINGS = {
    "com": "con cmo co comm cm vom om c xom coom ocm",
    "fr": "fe ft f r rf frr gr",
    "net": "nte ne nt et ner nett",
    "de": "d ed dee",
    "it": "i ti iy",
    "uk": "u k ku",
}


def slips(domain: str) -> Iterator[tuple[str, str]]:
    """Every single slip: (kind, what is typed)."""
    near = _near()
    for i, sign in enumerate(domain):
        before, after = domain[:i], domain[i + 1 :]
        if sign == ".":
            for kind, instead in zip(DOTS, ("", "..", ",", ";", ".&", ". ", " ."), strict=True):
                yield kind, f"{before}{instead}{after}"
            continue
        yield "missing", before + after
        yield "doubled", before + sign + sign + after
        if after and after[0] not in {".", sign}:
            yield "swapped", before + after[0] + sign + after[1:]
        for other in sorted(near[sign]):
            yield "neighbour", before + other + after
            yield "extra neighbour", before + sign + other + after
        for other in sorted({*string.ascii_lowercase} - near[sign] - {sign}):
            yield "another letter", before + other + after
            yield "extra letter", before + sign + other + after
    yield from (("at the end", domain + stray) for stray in (".", " ", ",", ";", "1"))
    name, _, ending = domain.rpartition(".")
    yield from (("ending", f"{name}.{slip}") for slip in ENDINGS.get(ending, "").split())


def glued(domain: str) -> Iterator[tuple[str, str]]:
    """Domains with something that doesn't belong to them: (kind, what is typed)."""
    for tail in ("http://a.fr/x", "https", "www.a.fr", "/", "/x", "?a=1", domain, " ada"):
        yield "glued behind", domain + tail
    yield "glued behind", f"{domain}{domain[domain.rindex('.') :]}"
    yield "glued behind", f"{domain}{domain.rpartition('.')[2]}"
    for stray in "^)>]}|~*!\"'`\\:_=%$#\u00a0\u200b\u201d\u00b4":
        yield "stray sign", domain + stray
        yield "stray sign", stray + domain
        for at in (1, len(domain) // 2, domain.index(".")):
            yield "stray sign", domain[:at] + stray + domain[at:]
    yield "several of a letter", domain.replace(domain[1], domain[1] * 4, 1)
    name, _, rest = domain.partition(".")
    if rest == "com":
        for ending in (
            "c",
            "co",
            "cm",
            "om",
            "o",
            "m",
            "comcom",
            "com.com.com",
            "commm",
            "comas",
            "com1",
            "com-",
        ):
            yield "cut or glued ending", f"{name}.{ending}"


def twice(domain: str) -> Iterator[tuple[str, str]]:
    """An error in the name and one in the ending."""
    name, _, rest = domain.partition(".")
    for kind, typo in slips(name + "."):
        if kind in {"missing", "doubled", "swapped"} and typo.endswith("."):
            for ending in {
                "com": ("co", "cm", "om", "con", "c", "comm"),
                "fr": ("fe", "f"),
                "net": ("ne", "ner"),
            }.get(rest, ()):
                yield f"{kind}, and the ending", typo + ending


DOTS = ("no dot", "two dots", "comma", "semicolon", "stray &", "space", "space")
ANY_LETTER = {"another letter", "extra letter"}


def _near() -> defaultdict[str, set[str]]:
    near: defaultdict[str, set[str]] = defaultdict(set)
    for rows in ROWS:
        at = {(r, c): key for r, row in enumerate(rows) for c, key in enumerate(row)}
        for (r, c), key in at.items():
            around = ((r, c + 1), (r, c - 1), (r + 1, c), (r + 1, c - 1), (r - 1, c), (r - 1, c + 1))
            near[key] |= {at[place] for place in around if place in at}
    return near
