"""Is this text an address, what is its normal form, and which addresses does a message hold?

The verdict and the normal form are email-validator's, without its look-up of the domain (DNS). Almost all addresses
of a list are plain ASCII: a pattern decides these, and only the rest goes to email-validator. The tests compare the
two on what a list holds and on what an attacker would send.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from email_validator import SPECIAL_USE_DOMAIN_NAMES, EmailNotValidError, validate_email
from email_validator.rfc_constants import CASE_INSENSITIVE_MAILBOX_NAMES, EMAIL_MAX_LENGTH


class BadAddressReason(StrEnum):
    """Why a text is no address: keys that handlers turn into words."""

    EMPTY = "empty"
    TOO_LONG = "too-long"
    NO_AT = "no-at"
    SPACES = "spaces"
    NO_LOCAL = "no-local"
    NO_DOMAIN = "no-domain"
    SPECIAL_USE = "special-use"
    BAD_DOMAIN = "bad-domain"
    BAD_LOCAL = "bad-local"


class InvalidAddress(ValueError):
    """The text is no address; `reason` says why. The message never holds the text, which may be personal data."""

    def __init__(self, reason: BadAddressReason) -> None:
        super().__init__(reason.value)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Address:
    """An address in its normal form.

    `key` is what uniqueness is decided on: the address in lower case, as Mailchimp does (it identifies a
    contact by the MD5 of the lower-case address). `domain` is in lower case.
    """

    address: str
    key: str
    domain: str


def validate(text: str) -> Address:
    """The address in `text`, white space around it left out; raises BadAddress."""
    result = checked(text)
    if isinstance(result, BadAddressReason):
        raise InvalidAddress(result)
    return Address(*result)


def checked(text: str) -> tuple[str, str, str] | BadAddressReason:
    """As `validate`, for bulk work: (address, key, domain), or why not; nothing is raised."""
    text = text.strip()
    if len(text) > EMAIL_MAX_LENGTH:
        return BadAddressReason.TOO_LONG
    written, _, domain = text.rpartition("@")
    known = _plain_domain(domain)
    if known is None or not _PLAIN_LOCAL(written):
        return _checked_slowly(text)
    if known is BadAddressReason.SPECIAL_USE:
        return known
    lower = written.lower()
    key = f"{lower}@{known}"
    return (key if lower == written or lower in _CASE_INSENSITIVE else f"{written}@{known}"), key, known


def find_addresses(text: str) -> list[str]:
    """The addresses in a Slack message's text, and what nearly is one, as written, in order, each once.

    Reads Slack's escapes (`&amp;`) and links (`<mailto:a@b.fr|a@b.fr>`); needs an @ to see an address. Time is
    linear in the text's length.
    """
    found: dict[str, str] = {}
    for chunk in _SEPARATORS.split(_unescaped(text)):
        if "@" in chunk and "://" not in chunk:
            for address in _near_addresses(chunk):
                found.setdefault(address.lower(), address)
    return list(found.values())


_ATOM = r"[a-zA-Z0-9_!#$%&'*+\-/=?^`{|}~]+"
# No label with hyphens in third and fourth place: that is Punycode, which needs the long look, or forbidden.
_LABEL = r"(?!..--)[a-zA-Z0-9](?:[a-zA-Z0-9\-]{0,61}[a-zA-Z0-9])?"
_PLAIN_LOCAL = re.compile(rf"{_ATOM}(?:\.{_ATOM})*").fullmatch
_PLAIN_DOMAIN = re.compile(rf"{_LABEL}(?:\.{_LABEL})+(?<=[a-zA-Z])").fullmatch
_SPECIAL_USE = tuple(f".{name}" for name in SPECIAL_USE_DOMAIN_NAMES)
_CASE_INSENSITIVE = frozenset(CASE_INSENSITIVE_MAILBOX_NAMES)


@lru_cache(maxsize=10_000)
def _plain_domain(domain: str) -> str | None:
    """The domain in lower case, or BadAddressReason.SPECIAL_USE; None if it needs the long look."""
    if not _PLAIN_DOMAIN(domain):
        return None
    domain = domain.lower()
    return BadAddressReason.SPECIAL_USE if f".{domain}".endswith(_SPECIAL_USE) else domain


def _checked_slowly(text: str) -> tuple[str, str, str] | BadAddressReason:
    try:
        found = validate_email(text, check_deliverability=False)
    except EmailNotValidError:
        return _fault(text)
    return found.normalized, found.normalized.lower(), found.domain.lower()


def _fault(text: str) -> BadAddressReason:
    """The first thing wrong with a text that email-validator refused."""
    local, at, domain = text.rpartition("@")
    faults = {
        BadAddressReason.EMPTY: not text,
        BadAddressReason.TOO_LONG: len(text.encode("utf-8", "replace")) > EMAIL_MAX_LENGTH,
        BadAddressReason.SPACES: any(map(str.isspace, text)),
        BadAddressReason.NO_AT: not at,
        BadAddressReason.NO_LOCAL: not local,
        BadAddressReason.NO_DOMAIN: not domain,
        BadAddressReason.SPECIAL_USE: f".{domain.lower()}".endswith(_SPECIAL_USE),
        BadAddressReason.BAD_DOMAIN: not _is_domain(domain),
    }
    return next((reason for reason, found in faults.items() if found), BadAddressReason.BAD_LOCAL)


def _is_domain(domain: str) -> bool:
    try:
        validate_email(f"a@{domain}", check_deliverability=False)
    except EmailNotValidError:
        return False
    return True


# Each class leaves out "<", so that a scan ends where the next one begins: never quadratic.
_MAILTO = re.compile(r"<mailto:([^<>|]*)(?:\|([^<>]*))?>")
_LINK = re.compile(r"<[a-z]+://[^<>|]*(?:\|([^<>]*))?>")
_MENTION = re.compile(r"<[@#!][^<>]*>")
_SEPARATORS = re.compile(r"[\s<>()\[\]{}|\"“”«»]+")
_BETWEEN_ADDRESSES = re.compile(r"[,;]+")
_AROUND = ".,;:!?'\u2019*_~`…"  # punctuation, and Slack's marks for bold, italic, strike and code


def _unescaped(text: str) -> str:
    text = _MAILTO.sub(lambda link: link[2] if "@" in (link[2] or "") else link[1], text)
    text = _LINK.sub(lambda link: f" {link[1] or ''} ", text)
    text = _MENTION.sub(" ", text)
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def _near_addresses(chunk: str) -> Iterator[str]:
    """`a@b.fr,c@d.fr` is two; in `a@b,fr` the comma may stand for a dot, and stays."""
    several = chunk.count("@") > 1 and _BETWEEN_ADDRESSES.search(chunk)
    for part in _BETWEEN_ADDRESSES.split(chunk) if several else [chunk]:
        address = part.strip(_AROUND).removeprefix("mailto:")
        local, _, domain = address.rpartition("@")
        local = _BETWEEN_ADDRESSES.split(local)[-1]
        if local.strip("@") and domain:
            yield f"{local}@{domain}"
