"""Finds addresses in headers, reports and prose, and chooses the one that the mailing list knows."""

import re
from collections.abc import Iterable, Iterator, Mapping

from bot.bounces.messages.budget import Work
from bot.bounces.messages.parts import MimePart, decoded_header

LONGEST_VALUE = 10_000  # characters of a header
LONGEST_FIELD = 1_000  # characters of a report's field that are searched for its address

# An atom such as o'brien, or a quoted string. A quotation mark before an address does not belong to it.
_LOCAL = r"""(?:[^\s<>()\[\]"',;:@\\][^\s<>()\[\]",;:@\\]{0,63}|"(?:[^"\n\\]|\\[ -~]){1,62}")"""
_CANDIDATE = re.compile(rf"""{_LOCAL}@[^\s<>()\[\]"',;:@/\\=*|!?]{{1,255}}""")
_PREFIX = re.compile(
    r"^(?:mailto|smtp|rfc822|to|e-?mail)[=:]|^[=*|\u2018\u201c\u00ab`]+|^&lt;", re.IGNORECASE
)
_QUOTED = re.compile(r'"(?:[^"\n\\]|\\[ -~]){1,62}"@[^"@]+')
_NEEDLESSLY_QUOTED = re.compile(r'"([\w!#$%&\'*+/=?^`{|}~-]+(?:\.[\w!#$%&\'*+/=?^`{|}~-]+)*)"')
_ADDRESS_TYPE = re.compile(r"^(?:\s{0,9}[\w-]{1,30}\s{0,9};)+")
_UTF8_ESCAPE = re.compile(r"\\x\{([0-9A-Fa-f]{1,6})\}")
_XTEXT_ESCAPE = re.compile(r"\+([0-9A-F]{2})")
_VERP = re.compile(
    r"\+(?:\d+-[0-9a-f]{4}-|[0-9a-f]{16}-)?([^@+]{1,64}(?:\+[^@+]{1,40})?)=([a-z0-9-]+(?:\.[a-z0-9-]+)+)@",
    re.IGNORECASE,
)
_BATV = re.compile(r"^(?:prvs|msprvs1|btv1)=[^=@]{1,40}=+", re.IGNORECASE)
_ROLES = re.compile(
    r"(?:mailer-?_?daemon|mail-daemon|postmaster|mdaemon|majordomo|no-?reply|do-?not-?reply)(?:@|\+)",
    re.IGNORECASE,
)
_REDACTED = re.compile(
    r"redact|undisclosed|anonymi[sz]ed|^x+@|^\*+@|hidden|@(?:redacted|example\.invalid)|not-disclosed",
    re.IGNORECASE,
)


def in_text(text: str) -> Iterator[tuple[str, int, int]]:
    """Yields every address with its start and end; takes time in proportion to the length of the text."""
    if "@" not in text:
        return
    for match in _CANDIDATE.finditer(text):
        address = normalized(match[0])
        if address:
            yield address, *match.span()


def normalized(text: str) -> str:
    """Returns the address without prefixes, quotes and punctuation around it, or "" if it is not an address."""
    address = text.strip(" <>\t")
    if not _QUOTED.match(address):
        address = _PREFIX.sub("", address.strip(" <>\t\"'")).rpartition("='")[2]
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
    if needlessly := _NEEDLESSLY_QUOTED.fullmatch(local):
        local = needlessly[1]
    return f"{local}@{domain}"


def in_headers(part: MimePart | None, names: Iterable[str]) -> list[str]:
    """Returns all addresses of these headers, each once, in order."""
    if part is None:
        return []
    # Most messages have few of these headers.
    return list(
        dict.fromkeys(address for name in names if name in part.headers for address in _of(part, name))
    )


def _of(part: MimePart, name: str) -> list[str]:
    if name not in part.addresses:
        values = part.headers[name]
        part.budget.spend(Work.HEADERS, len(values))
        decoded = (decoded_header(value[:LONGEST_VALUE]) for value in values)
        part.addresses[name] = [address for value in decoded for address, *_ in in_text(value)]
    return part.addresses[name]


def from_field(value: str) -> str:
    """Returns the address in `rfc822; a@example.org` or `utf-8; …` (RFC 6533, with its escapes), or ""."""
    value = value[:LONGEST_FIELD]
    text = _UTF8_ESCAPE.sub(lambda match: _character(match[1]), _ADDRESS_TYPE.sub("", value, count=1))
    address = next((address for address, *_ in in_text(text)), "")
    return address or normalized(text)


def from_xtext(value: str) -> str:
    """As `from_field`, for an Original-Recipient, where some servers leave the escapes of RFC 3461 (`+3D`)."""
    address = from_field(value)
    local, _, domain = address.rpartition("@")
    if "+3D" in local or "+2B" in local or "+40" in address:
        return normalized(_XTEXT_ESCAPE.sub(lambda match: chr(int(match[1], 16)), address))
    return f"{local}@{domain}" if address else ""


def from_verp_headers(part: MimePart) -> str:
    """Returns the recipient encoded in the address that the bounce was sent to, or "". See `from_verp`."""
    for name in ("to", "delivered-to", "x-original-to", "envelope-to", "x-envelope-to"):
        for value in part.headers.get(name, ()):
            if address := from_verp(value):
                return address
    return ""


def from_verp(text: str) -> str:
    """Returns the recipient in a variable envelope return path (`bounces+a=example.org@list.example`), or ""."""
    match = _VERP.search(text[:2000])
    return normalized(f"{match[1]}@{match[2]}") if match else ""


def without_tag(address: str) -> str:
    """Returns the address without the tag of a signed return path (BATV): `prvs=0123abcdef=a@example.org`."""
    return _BATV.sub("", address)


def is_role(address: str) -> bool:
    """Whether it is an address of the mail system itself."""
    return _ROLES.match(address) is not None


def is_redacted(address: str) -> bool:
    return _REDACTED.search(address) is not None


def sent_to(returned: MimePart | None) -> dict[str, str]:
    """Returns the addresses that the returned message was sent to: in lower case → as written there."""
    addresses = in_headers(returned, ("to", "x-envelope-to", "x-original-to", "envelope-to", "x-rcpt-to"))
    return {address.lower(): address for address in addresses}


def as_known(original: str, final: str, known: Mapping[str, str], *, alone: bool) -> str:
    """Returns the one of those that is `known` (see `sent_to`), else the original address, else the final one.

    If the report has one recipient (`alone`) and the returned message names one, that one replaces an address that
    was evidently rewritten on the way: the same name at a host of its domain, or not at a public domain.
    """
    for address in (original, final):
        if address and address.lower() in known:
            return address
    best = original or final
    if alone and len(known) == 1:
        [only] = known.values()
        return only if _is_rewritten(best, only) else best
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
