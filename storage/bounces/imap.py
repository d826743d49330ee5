"""A mailbox on an IMAP server: reads unseen messages, and marks them as seen once they are taken in.

Nothing is deleted or moved. Errors are types with the key of a sentence; none holds a user name or a password.
"""

import imaplib
import re
import ssl
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from ipaddress import ip_address
from itertools import pairwise
from typing import ClassVar

from imap_tools import BaseMailBox, MailBox, MailBoxUnencrypted
from imap_tools.errors import ImapToolsError, MailboxFolderSelectError, MailboxLoginError

from storage.bounces.imap_address import ImapAddress
from storage.bounces.message_files import LARGEST, MailMessage

MOST_MESSAGES = 500  # each time the mailbox is opened
SEARCHED_AT_ONCE = (
    50_000  # messages: imaplib gives up on a line of 1 MB, which holds the uids of some 130,000
)
MESSAGES_AT_ONCE = 50
BYTES_AT_ONCE = 8 << 20
TIMEOUT = 30.0  # seconds

_UID = re.compile(rb"\bUID (\d+)")
_SIZE = re.compile(rb"\bRFC822\.SIZE (\d+)")


class MailboxError(Exception):
    """The mailbox can't be read. `key` and `values` make the sentence."""

    key: ClassVar[str]

    def __init__(self, **values: str | int) -> None:
        super().__init__(self.key)
        self.values = values


class LoginRefused(MailboxError):
    """The server rejected the user or the password. Values: host."""

    key = "bounces-imap-login"


class NoSuchFolder(MailboxError):
    """The server does not open the folder, or only read-only. Values: host, folder."""

    key = "bounces-imap-folder"


class UntrustedServer(MailboxError):
    """The server's certificate is not valid for it, or it offers no encryption. Values: host."""

    key = "bounces-imap-certificate"


class ServerUnreachable(MailboxError):
    """The server does not answer, or the connection broke. Values: host, port."""

    key = "bounces-imap-unreachable"


class Mailbox:
    """An open folder."""

    def __init__(self, client: imaplib.IMAP4, n_messages: int) -> None:
        """`n_messages`: how many the folder had when it was opened."""
        self._client = client
        self._n_messages = n_messages

    def unseen_uids(self) -> Sequence[str]:
        """Returns the uids of unseen messages, the oldest first."""
        lines = [line for line in self._search_unseen() if isinstance(line, bytes)]
        uids = sorted(int(word) for line in lines for word in line.split() if word.isdigit())
        return [str(uid) for uid in uids]

    def batches(self) -> Iterator[Sequence[tuple[str, MailMessage]]]:
        """Yields unseen messages with their uids, several at once, at most MOST_MESSAGES in all.

        They stay unseen. A message larger than LARGEST is cut.
        """
        for uids in _grouped(self._sizes(self.unseen_uids()[:MOST_MESSAGES])):
            if messages := self.fetch(uids):
                yield messages

    def fetch(self, uids: Sequence[str]) -> Sequence[tuple[str, MailMessage]]:
        """Returns those messages that the server returns, with their uids. They stay unseen."""
        try:
            answers = self._command("FETCH", ",".join(uids), f"(UID BODY.PEEK[]<0.{LARGEST}>)")
        except imaplib.IMAP4.abort:
            raise
        except imaplib.IMAP4.error:
            # A message that the server fails to return must not hold up the others; it stays unseen.
            return [message for uid in uids for message in self.fetch([uid])] if len(uids) > 1 else []
        messages = []
        for answer, following in pairwise([*answers, None]):
            if not isinstance(answer, tuple):
                continue
            head, raw = answer
            # Servers send the uid before the message's text or after it.
            match = _UID.search(head) or (_UID.search(following) if isinstance(following, bytes) else None)
            if match and (uid := match[1].decode()) in uids:
                messages.append((uid, MailMessage(f"IMAP {uid}", raw, len(raw))))
        return messages

    def mark_seen(self, uids: Sequence[str]) -> None:
        if not uids:
            return
        # Not the library's own `flag`, which also expunges what somebody has marked as deleted.
        self._command("STORE", ",".join(uids), "+FLAGS.SILENT", r"(\Seen)")

    def _search_unseen(self) -> Iterator[bytes | tuple[bytes, bytes] | None]:
        if self._n_messages <= SEARCHED_AT_ONCE:
            yield from self._command("SEARCH", "UNSEEN")
            return
        for first in range(1, self._n_messages + 1, SEARCHED_AT_ONCE):
            last = first + SEARCHED_AT_ONCE - 1
            # `*` is the last message: servers refuse numbers beyond it.
            numbers = f"{first}:{last if last < self._n_messages else '*'}"
            yield from self._command("SEARCH", numbers, "UNSEEN")

    def _sizes(self, uids: Sequence[str]) -> Iterator[tuple[str, int]]:
        lines = self._command("FETCH", ",".join(uids), "(UID RFC822.SIZE)") if uids else []
        for line in lines:
            if not isinstance(line, bytes):
                continue
            match, size = _UID.search(line), _SIZE.search(line)
            if match and size and (uid := match[1].decode()) in uids:
                yield uid, int(size[1])

    def _command(self, *command: str) -> list[bytes | tuple[bytes, bytes] | None]:
        status, answers = self._client.uid(*command)
        if status != "OK":
            raise imaplib.IMAP4.error
        return answers


@contextmanager
def open_mailbox(address: ImapAddress, *, read_only: bool = False) -> Iterator[Mailbox]:
    """Opens the folder; `read_only`: nothing can be marked. Raises MailboxError, also while the mailbox is used."""
    try:
        with _connected(address) as box:
            _log_in(box, address)
            _, [n_messages, *_] = box.folder.set(address.folder, readonly=read_only)
            yield Mailbox(box.client, int(n_messages or 0))
    except MailboxLoginError:
        raise LoginRefused(host=address.host) from None
    except (MailboxFolderSelectError, imaplib.IMAP4.readonly):
        raise NoSuchFolder(host=address.host, folder=address.folder) from None
    except ssl.SSLCertVerificationError:
        raise UntrustedServer(host=address.host) from None
    except (ImapToolsError, imaplib.IMAP4.error, OSError):
        raise ServerUnreachable(host=address.host, port=address.port) from None


@contextmanager
def _connected(address: ImapAddress) -> Iterator[BaseMailBox]:
    """The connection. After an error it is closed without logging out, which would wait for a server that is gone."""
    if address.is_encrypted:
        tls = ssl.create_default_context()
        box: BaseMailBox = MailBox(address.host, address.port, TIMEOUT, ssl_context=tls)
    else:
        box = MailBoxUnencrypted(address.host, address.port, TIMEOUT)
    try:
        if not address.is_encrypted and not _is_this_machine(address.host):
            if "STARTTLS" not in box.client.capabilities:
                raise UntrustedServer(host=address.host)
            box.client.starttls(ssl.create_default_context())
        yield box
        with suppress(ImapToolsError, imaplib.IMAP4.error, OSError):
            box.logout()
    finally:
        with suppress(OSError):
            box.client.shutdown()


def _log_in(box: BaseMailBox, address: ImapAddress) -> None:
    try:
        if (address.user + address.password).isascii():
            box.login(address.user, address.password, initial_folder=None)
        else:
            box.login_utf8(address.user, address.password, initial_folder=None)
    except imaplib.IMAP4.abort:
        raise
    except imaplib.IMAP4.error:
        raise LoginRefused(host=address.host) from None


def _grouped(sizes: Iterator[tuple[str, int]]) -> Iterator[Sequence[str]]:
    group: list[str] = []
    n_bytes = 0
    for uid, size in sizes:
        if group and (len(group) == MESSAGES_AT_ONCE or n_bytes + size > BYTES_AT_ONCE):
            yield group
            group, n_bytes = [], 0
        group.append(uid)
        n_bytes += size
    if group:
        yield group


def _is_this_machine(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
