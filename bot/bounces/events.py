"""Mail events: what a mail server or a provider reports about one address. Every source produces these."""

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

# What is kept of an event, in characters.
LONGEST_ADDRESS = 320  # 64 of the local part, @, 255 of the domain
LONGEST_DIAGNOSTIC = 1_000
LONGEST_CAMPAIGN = 200
LIST_SUFFIX = "-list"  # of a source that is a provider's own list of addresses it no longer mails: `ses-list`
EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)  # an earlier time comes from a clock that was never set


class EventKind(StrEnum):
    """What happened. Only the first three count against an address."""

    HARD = "hard"  # permanent failure of the address
    SOFT = "soft"  # failure that may be temporary
    COMPLAINT = "complaint"  # the recipient reported the mail as abuse
    DELIVERED = "delivered"
    ACTIVE = "active"  # the recipient opened or clicked


class Cause(StrEnum):
    """Why mail failed, as far as the status code and the diagnostic tell."""

    NO_MAILBOX = "no-mailbox"  # no such user
    NO_DOMAIN = "no-domain"  # no such domain, or one that accepts no mail
    DISABLED = "disabled"  # the mailbox exists but is closed
    FULL = "full"  # over quota
    POLICY = "policy"  # the sender was refused: block list, authentication, rate limit
    CONTENT = "content"  # the content was refused
    SIZE = "size"  # the message is too large
    SERVER = "server"  # trouble of the server or on the way to it
    UNKNOWN = "unknown"


class Fault(StrEnum):
    """What a server blames about the sender: more than Cause.POLICY says, which is also a limit or the recipient's wish."""

    DMARC = "dmarc"
    SPF = "spf"
    DKIM = "dkim"
    AUTHENTICATION = "authentication"  # without saying which of the three, or by neither of several
    BLOCK_LIST = "block-list"
    REPUTATION = "reputation"
    REVERSE_DNS = "reverse-dns"  # of the sending address, or the name that the server greets with
    SENDER = "sender"  # the sender's address or its domain does not exist
    BLOCKED = "blocked"  # the sending server or domain, without saying by which list


@dataclass(frozen=True, slots=True, kw_only=True)
class MailEvent:
    """One event about one address."""

    address: str
    kind: EventKind
    at: datetime
    """Time-zone aware."""
    source: str
    """Where it came from: `ses`, `message`, …"""
    uid: str
    """Identical when the same source reports the same event again."""
    code: str = ""
    """Enhanced status code (RFC 3463) such as `5.1.1`, or ""."""
    cause: Cause = Cause.UNKNOWN
    diagnostic: str = ""
    """The mail server's own words."""
    campaign: str = ""
    audience: str = ""
    """Name of the only audience concerned; "" for every audience that has the address."""


def digest(*parts: str) -> str:
    """Returns 32 hex digits that identify these texts. Rows are found by it: a change would store events twice."""
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:32]
