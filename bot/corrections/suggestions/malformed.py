"""Text that is no address as it stands: what an address in it may be, with characters removed that none has."""

import re
import unicodedata
from collections.abc import Iterator

from bot.corrections.suggestions.domains import ENDINGS

EDGES = " .,;:@^\t\n\u00a0\u200b"
is_well_formed = re.compile(
    r"(?!mailto:)[^\s.,;:@^<>()\[\]\"](?:[^\s@<>]*[^\s.,;:@^<>])?@[^@<>()\[\]\"]*", re.IGNORECASE
).fullmatch
# Characters of the key of @ and of keys beside it: @ is on 2 (QWERTY), à (AZERTY) or ' (United Kingdom), and " is where @
# is on another keyboard.
_INSTEAD_OF_AT = " .,;\"'#àé²_-\u00a0"
_RARE_INSTEAD_OF_AT = "\"'#àé²2"
# Each looks at a run of white space or signs from its beginning only: from every character of it would take the square.
_SPELT_AT = re.compile(r"(?:(?<!\s)\s++)?[(\[{]\s*+(?:at|@)\s*+[)\]}]\s*+|(?<!\s)\s++at\s++", re.IGNORECASE)
_SPELT_DOT = re.compile(
    r"(?:(?<!\s)\s++)?[(\[{]\s*+(?:dot|\.)\s*+[)\]}]\s*+|(?<!\s)\s++dot\s++", re.IGNORECASE
)
_IN_BRACKETS = re.compile(r"<\s*+(?:mailto:)?+([^<>@]*@[^<>]*)>", re.IGNORECASE).search
_AROUND = re.compile(r"^\s*(?:[<(\[\"]|mailto:)+|(?<![>)\]\"])(?:[>)\]\"]|\s\([^()@]*\))+\s*$", re.IGNORECASE)

_IS_PLAIN = re.compile(r"(?:[a-z0-9]+(?:-+[a-z0-9]+)*\.)+[a-z]+").fullmatch
_DOTS = str.maketrans(dict.fromkeys(",;\u00b7\u2022\u3002\uff0e\uff61", "."))
_EXTRA_DOTS = re.compile(r"(?<![-.])[-.]*\.[-.]*")
_DIGITS_AT_END = re.compile(r"(?<=\.[a-z]{2})([a-z]*)\d+$")
_GLUED_URL = re.compile(r"(?<=\.)(com|net|org|info|[a-z]{2})(?:https?|www\.)(?s:.*)$")
_AFTER = re.compile(r"(?<![^\w.,;^-])[^\w.,;^-]+[\w/](?s:.*)$")  # what follows a domain: a path, another word


def unwrapped(text: str) -> str:
    """Removes `mailto:`, brackets, and a name around the address, and reads a spelt `(at)`."""
    inside = _IN_BRACKETS(text)
    text = inside[1] if inside else text
    if "@" not in text:
        text = _SPELT_DOT.sub(".", _SPELT_AT.sub("@", text))
    return _AROUND.sub("", text) if "@" in _AROUND.sub("", text) else text


def merge_ats(local: str, domain: str) -> tuple[str, str]:
    """Returns the local part and the domain of text with more than one @; `local` is the text before the last."""
    local, _, middle = local.partition("@")
    middle = middle.strip(EDGES)
    typed = domain.strip(EDGES).lower()
    if typed == middle.lower() or typed.startswith(f"{middle.lower()}."):  # the domain was typed twice
        return local, domain
    # An @ in place of a dot; if the text between has a dot, these are two domains, and "@" makes the result invalid.
    return local, f"{middle}.{domain}" if middle.isalnum() else "@"


def without_key_of_at(local: str) -> str:
    """Removes the key that was pressed instead of the @."""
    rest = local.rstrip(_INSTEAD_OF_AT)
    # 2 is the key of @ without Shift, but part of a number after another digit.
    return rest[:-1] if rest == local and rest[-1:] == "2" and not rest[-2:-1].isdigit() else rest


def splits_at_key_of_at(text: str) -> Iterator[tuple[str, str]]:
    """Yields what stands before and after each character that may be typed instead of the @, from the end."""
    for i in range(len(text) - 1, 0, -1):
        if text[i] in _RARE_INSTEAD_OF_AT and not (text[i] == "2" and text[i - 1].isdigit()):
            yield text[:i], text[i + 1 :]


def cleaned(domain: str) -> list[str]:
    """Returns what a domain in lower case may be without what no domain has, the likelier first.

    That is the domain itself if it is well formed. Letters with accents remain: such domains exist.
    """
    if _IS_PLAIN(domain) and "http" not in domain and "www" not in domain:
        return [domain]
    without = _without_stray_characters(domain)
    before = _without_stray_characters(_AFTER.sub("", domain))
    # A path follows a whole domain; in the middle of one, the sign is a stray one.
    return [without, before] if before != without and _has_ending(before) else [without]


def without_accents(domain: str) -> str:
    decomposed = unicodedata.normalize("NFKD", domain)
    return "".join(sign for sign in decomposed if not unicodedata.combining(sign))


def _without_stray_characters(domain: str) -> str:
    """Removes characters that no domain has, doubled dots, an address of a page, and digits after the ending."""
    dotted = domain.translate(_DOTS)
    clean = "".join(sign for sign in dotted if sign.isalnum() or sign in ".-")
    clean = _EXTRA_DOTS.sub(".", clean).strip(".-")
    return _DIGITS_AT_END.sub(r"\1", _GLUED_URL.sub(r"\1", clean))


def _has_ending(domain: str) -> bool:
    name, _, ending = domain.rpartition(".")
    return bool(name) and ending in ENDINGS
