"""The address of a mailbox on an IMAP server, in the setting's form. Apart, since it is read wherever settings are."""

from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit

PORTS = {"imaps": 993, "imap": 143}


class InvalidImapAddress(ValueError):
    """Not `imaps://user:password@host/FOLDER`."""


@dataclass(frozen=True, slots=True)
class ImapAddress:
    """Where the mailbox is, and as whom it is opened."""

    host: str
    port: int
    folder: str
    is_encrypted: bool  # from the first byte; else by STARTTLS, save on this machine
    user: str = field(repr=False)
    password: str = field(repr=False)


def place(url: str) -> ImapAddress:
    """What `imaps://user:password@host:port/FOLDER` says; the folder is INBOX if none is named. Raises BadAddress."""
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
