"""Validating and normalising e-mail addresses, and finding them in messages.

What is valid, and its normal form, is decided as email-validator does, without a look-up of the domain (DNS). Almost
all addresses of a list are plain ASCII: these are matched by a pattern, which is much quicker, and only the others are
passed to email-validator. Tests compare the two on addresses of lists and on malicious ones.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from email_validator import SPECIAL_USE_DOMAIN_NAMES, EmailNotValidError, validate_email
from email_validator.rfc_constants import CASE_INSENSITIVE_MAILBOX_NAMES, EMAIL_MAX_LENGTH


class BadAddressReason(StrEnum):
    """Why text is no valid address: keys of sentences."""

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
    """The text is no valid address, for `reason`. The message doesn't hold the text, which may be personal data."""

    def __init__(self, reason: BadAddressReason) -> None:
        super().__init__(reason.value)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Address:
    """An address in its normal form.

    `key` is the address in lower case, by which contacts are unique, as at Mailchimp (which identifies a contact by the
    MD5 of it). `domain` is in lower case.
    """

    address: str
    key: str
    domain: str


def validate(text: str) -> Address:
    """Returns the address, without white space around it. Raises InvalidAddress."""
    result = try_validate(text)
    if isinstance(result, BadAddressReason):
        raise InvalidAddress(result)
    return Address(*result)


def try_validate(text: str) -> tuple[str, str, str] | BadAddressReason:
    """Returns (address, key, domain), or the reason why the text is no address; for bulk work, where raising is slow."""
    text = text.strip()
    if len(text) > EMAIL_MAX_LENGTH:
        return BadAddressReason.TOO_LONG
    local, _, written_domain = text.rpartition("@")
    domain = _plain_domain(written_domain)
    if domain is None or not _PLAIN_LOCAL(local):
        return _validate_with_library(text) if _is_for_library(text) else _reason(text)
    if domain is BadAddressReason.SPECIAL_USE:
        return domain
    lower = local.lower()
    key = f"{lower}@{domain}"
    return (key if lower == local or lower in _CASE_INSENSITIVE else f"{local}@{domain}"), key, domain


def find_addresses(text: str) -> list[str]:
    """Returns the addresses in a Slack message, and text that resembles one, as written, in order, without repetitions.

    Reads Slack's escapes (`&amp;`) and links (`<mailto:a@b.fr|a@b.fr>`). Text without @ is never taken for an address.
    The time is linear in the text's length.
    """
    addresses: dict[str, str] = {}
    for chunk in _SEPARATORS.split(_unescaped(text)):
        if "@" in chunk and "://" not in chunk:
            for address in _addresses_in(chunk):
                addresses.setdefault(address.lower(), address)
    return list(addresses.values())


_ATOM = r"[a-zA-Z0-9_!#$%&'*+\-/=?^`{|}~]+"
# No label with hyphens as third and fourth character: that is Punycode, which email-validator decodes, or forbidden.
_LABEL = r"(?!..--)[a-zA-Z0-9](?:[a-zA-Z0-9\-]{0,61}[a-zA-Z0-9])?"
_PLAIN_LOCAL = re.compile(rf"{_ATOM}(?:\.{_ATOM})*").fullmatch
_PLAIN_DOMAIN = re.compile(rf"{_LABEL}(?:\.{_LABEL})+(?<=[a-zA-Z])").fullmatch
_SPACE = re.compile(r"\s").search
_SPECIAL_USE = tuple(f".{name}" for name in SPECIAL_USE_DOMAIN_NAMES)
_CASE_INSENSITIVE = frozenset(CASE_INSENSITIVE_MAILBOX_NAMES)


@lru_cache(maxsize=10_000)
def _plain_domain(domain: str) -> str | None:
    """Returns the domain in lower case, or BadAddressReason.SPECIAL_USE; None if email-validator has to decide."""
    if not _PLAIN_DOMAIN(domain):
        return None
    domain = domain.lower()
    return BadAddressReason.SPECIAL_USE if f".{domain}".endswith(_SPECIAL_USE) else domain


def _is_for_library(text: str) -> bool:
    """Whether email-validator may accept text that is not plain: it then takes fifty times as long to say so."""
    local, _, domain = text.rpartition("@")
    return bool(local and domain) and not (_is_ascii_only(text) or _SPACE(text))


def _is_ascii_only(text: str) -> bool:
    """Whether the text is ASCII and stands for nothing else in Punycode."""
    return text.isascii() and "xn--" not in text.lower()


def _validate_with_library(text: str) -> tuple[str, str, str] | BadAddressReason:
    try:
        valid = validate_email(text, check_deliverability=False)
    except EmailNotValidError:
        return _reason(text)
    return valid.normalized, valid.normalized.lower(), valid.domain.lower()


def _reason(text: str) -> BadAddressReason:
    """Returns the first reason that holds for text that email-validator refused or would refuse."""
    local, at, domain = text.rpartition("@")
    reasons = {
        BadAddressReason.EMPTY: not text,
        BadAddressReason.TOO_LONG: len(text.encode("utf-8", "replace")) > EMAIL_MAX_LENGTH,
        BadAddressReason.SPACES: _SPACE(text),
        BadAddressReason.NO_AT: not at,
        BadAddressReason.NO_LOCAL: not local,
        BadAddressReason.NO_DOMAIN: not domain,
        BadAddressReason.SPECIAL_USE: f".{domain.lower()}".endswith(_SPECIAL_USE),
    }
    for reason, holds in reasons.items():
        if holds:
            return reason
    return BadAddressReason.BAD_LOCAL if _is_domain(domain) else BadAddressReason.BAD_DOMAIN


@lru_cache(maxsize=10_000)
def _is_domain(domain: str) -> bool:
    if _plain_domain(domain) or _is_ascii_only(domain):
        return _plain_domain(domain) is not None
    try:
        validate_email(f"a@{domain}", check_deliverability=False)
    except EmailNotValidError:
        return False
    return True


# No character class contains "<", so that a match ends where the next link begins: the time stays linear.
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


def _addresses_in(chunk: str) -> Iterator[str]:
    """Yields two addresses for `a@b.fr,c@d.fr`; keeps the comma of `a@b,fr`, which may be a mistyped dot."""
    several = chunk.count("@") > 1 and _BETWEEN_ADDRESSES.search(chunk)
    for part in _BETWEEN_ADDRESSES.split(chunk) if several else [chunk]:
        address = part.strip(_AROUND).removeprefix("mailto:")
        local, _, domain = address.rpartition("@")
        local = _BETWEEN_ADDRESSES.split(local)[-1]
        if local.strip("@") and domain:
            yield f"{local}@{domain}"
