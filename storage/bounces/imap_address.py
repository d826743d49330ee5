"""Parses the URL of a mailbox on an IMAP server. Loads no IMAP library, because every reader of settings imports it."""

from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit

PORTS = {"imaps": 993, "imap": 143}


class InvalidImapAddress(ValueError):
    """The URL is not of the form `imaps://user:password@host/FOLDER`."""


@dataclass(frozen=True, slots=True)
class ImapAddress:
    """Where the mailbox is, and the account that opens it."""

    host: str
    port: int
    folder: str
    is_encrypted: bool  # from the first byte; otherwise by STARTTLS, except on this machine
    user: str = field(repr=False)
    password: str = field(repr=False)


def parse_imap_url(url: str) -> ImapAddress:
    """Parses `imaps://user:password@host:port/FOLDER`; the folder is INBOX if missing. Raises InvalidImapAddress."""
    try:
        parts = urlsplit(url.strip())
        port = parts.port or PORTS[parts.scheme]
        user, password, host = unquote(parts.username or ""), unquote(parts.password or ""), parts.hostname
        folder = unquote(parts.path.strip("/"), errors="strict") or "INBOX"
    except (ValueError, KeyError):
        raise InvalidImapAddress from None
    if not (user and password and host) or not (user + password + folder).isprintable():
        raise InvalidImapAddress
    if parts.query or parts.fragment or (parts.scheme, port) == ("imap", PORTS["imaps"]):
        raise InvalidImapAddress
    return ImapAddress(host, port, folder, parts.scheme == "imaps", user, password)
