"""Addresses in headers, reports and prose, and whose a failing address is as the list knows it."""

import re
from collections.abc import Iterable, Iterator

from bot.bounces.messages.parts import MimePart, decoded_header

_LOCAL = r"""(?:[^\s<>()\[\]"',;:@\\]{1,64}|"[^"\n<>@]{1,62}")"""
_FOUND = re.compile(rf"""{_LOCAL}@[^\s<>()\[\]"',;:@/\\=*|!?]{{1,255}}""")
_PREFIX = re.compile(
    r"^(?:mailto|smtp|rfc822|to|e-?mail)[=:]|^[=*|\u2018\u201c\u00ab`]+|^&lt;", re.IGNORECASE
)
_HEX = re.compile(r"\\x\{([0-9A-Fa-f]{1,6})\}")
_XTEXT = re.compile(r"\+([0-9A-F]{2})")
_VERP = re.compile(
    r"\+(?:\d+-[0-9a-f]{4}-)?([^@=+]{1,64}(?:\+[^@=+]{1,40})?)=([a-z0-9-]+(?:\.[a-z0-9-]+)+)@", re.IGNORECASE
)
_ROLES = re.compile(
    r"(?:mailer-?_?daemon|mail-daemon|postmaster|mdaemon|majordomo|no-?reply|do-?not-?reply)(?:@|\+)",
    re.IGNORECASE,
)
_REDACTED = re.compile(
    r"redact|undisclosed|anonymi[sz]ed|^x+@|^\*+@|hidden|@(?:redacted|example\.invalid)|not-disclosed",
    re.IGNORECASE,
)


def in_text(text: str) -> Iterator[tuple[str, int, int]]:
    """Every address with where it begins and ends; a text of any length costs time in proportion."""
    if "@" not in text:
        return
    for found in _FOUND.finditer(text):
        address = tidied(found[0])
        if address:
            yield address, *found.span()


def tidied(text: str) -> str:
    """The address without what clings to it, or "" where it is none."""
    address = _PREFIX.sub("", text.strip(" <>\t\"'"))
    address = address.rstrip(".>,;:!?”’»…-_'\"`")
    local, at, domain = address.rpartition("@")
    if (
        not at
        or not local
        or not domain
        or len(local) > 64
        or ".." in domain
        or domain.startswith((".", "-"))
    ):
        return ""
    if local.startswith('"') and local.endswith('"') and re.fullmatch(r"[\w.+-]+", local[1:-1]):
        local = local[1:-1]
    return f"{local}@{domain}"


def in_headers(part: MimePart | None, names: Iterable[str]) -> list[str]:
    """All addresses of these headers, each once, in order."""
    if part is None:
        return []
    values = (decoded_header(value[:10_000]) for name in names for value in part.headers.get(name, ()))
    return list(dict.fromkeys(address for value in values for address, *_ in in_text(value)))


def of_field(value: str) -> str:
    """The address in `rfc822; a@example.org` or `utf-8; …` (RFC 6533, with its escapes), or ""."""
    _, _, text = value.rpartition(";") if ";" in value else ("", "", value)
    text = _HEX.sub(lambda found: _character(found[1]), text)
    found = next((address for address, *_ in in_text(text)), "")
    return found or tidied(text)


def of_xtext(value: str) -> str:
    """As `of_field`, for an Original-Recipient, in which some leave the escapes of RFC 3461 (`+3D`)."""
    address = of_field(value)
    local, _, domain = address.rpartition("@")
    if "+3D" in local or "+2B" in local or "+40" in address:
        return tidied(_XTEXT.sub(lambda found: chr(int(found[1], 16)), address))
    return f"{local}@{domain}" if address else ""


def of_verp(part: MimePart) -> str:
    """Whom a return address with a recipient inside (`bounces+a=example.org@list.example`) was made for, or ""."""
    for name in ("to", "delivered-to", "x-original-to", "envelope-to", "x-envelope-to"):
        for value in part.headers.get(name, ()):
            if found := of_verp_text(value):
                return found
    return ""


def of_verp_text(text: str) -> str:
    found = _VERP.search(text[:2000])
    return tidied(f"{found[1]}@{found[2]}") if found else ""


def is_role(address: str) -> bool:
    """An address of the mail system itself."""
    return _ROLES.match(address) is not None


def is_redacted(address: str) -> bool:
    return _REDACTED.search(address) is not None


def as_known(original: str, final: str, returned: MimePart | None, *, alone: bool) -> str:
    """Which of the two the list knows: what the returned message was sent to, else the original, else the final one.

    A final address that is plainly an inner rewrite (same name, a host of the same domain, or no real domain) gives
    way to the only recipient (`alone`) that the returned message names.
    """
    sent_to = in_headers(returned, ("to", "x-envelope-to", "x-original-to", "envelope-to", "x-rcpt-to"))
    keys = {address.lower(): address for address in sent_to}
    for address in (original, final):
        if address and address.lower() in keys:
            return address
    best = original or final
    if alone and len(sent_to) == 1 and _is_rewritten(best, sent_to[0]):
        return sent_to[0]
    return best


def _is_rewritten(inner: str, outer: str) -> bool:
    if not inner:
        return True
    local, _, domain = inner.lower().rpartition("@")
    if local.replace("%", "@") == outer.lower():
        return True
    outer_local, _, outer_domain = outer.lower().rpartition("@")
    if "." not in domain or domain.endswith((".local", ".localdomain", ".lan", ".internal", ".intern")):
        return True
    return local == outer_local and domain.endswith(f".{outer_domain}")


def _character(digits: str) -> str:
    number = int(digits, 16)
    return chr(number) if number < 0x110000 and not 0xD800 <= number < 0xE000 else ""
