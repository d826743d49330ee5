"""A notice: what a mail server or a provider says of one address. Every way in makes these, and nothing else."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class EventKind(StrEnum):
    """What happened. Only the first three speak against an address."""

    HARD = "hard"  # a permanent failure of the address
    SOFT = "soft"  # a failure that may pass
    COMPLAINT = "complaint"  # the person reported the mail as abuse
    DELIVERED = "delivered"
    ACTIVE = "active"  # the person opened or clicked


class Cause(StrEnum):
    """Why mail failed, as far as the code and the diagnostic tell."""

    NO_MAILBOX = "no-mailbox"  # no such person there
    NO_DOMAIN = "no-domain"  # no such domain, or none that takes mail
    DISABLED = "disabled"  # the mailbox is there and closed
    FULL = "full"  # over quota
    POLICY = "policy"  # refused for who sends: a block list, authentication, a rate
    CONTENT = "content"  # refused for what is sent
    SIZE = "size"  # the message is too large
    SERVER = "server"  # the provider or the way to it has trouble
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """One fact about one address.

    `at` is aware; `source` is the way in (`ses`, `message`, …); `uid` is the same when that source tells the same
    fact again; `code` is an enhanced status code (RFC 3463, `5.1.1`) or ""; `diagnostic` is the server's own words;
    `audience` is the name of the only audience meant, "" for all that have the address.
    """

    address: str
    kind: EventKind
    at: datetime
    source: str
    uid: str
    code: str = ""
    cause: Cause = Cause.UNKNOWN
    diagnostic: str = ""
    campaign: str = ""
    audience: str = ""
