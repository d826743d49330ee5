"""A mailbox on an IMAP server: what nobody has seen yet is read, and marked once it is taken in.

Nothing is deleted or moved. The errors are types with a key, for the sentence; none of them holds a name or a password.
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
from storage.bounces.mailboxes import LARGEST, MailMessage

MOST_AT_A_LOOK = 500  # messages
MOST_AT_ONCE = 50  # messages
BYTES_AT_ONCE = 8 << 20
ANSWERS_WITHIN = 30.0  # seconds

_UID = re.compile(rb"\bUID (\d+)")
_SIZE = re.compile(rb"\bRFC822\.SIZE (\d+)")


class MailboxFault(Exception):
    """The mailbox can't be read. `key` names the sentence, `values` fill it."""

    key: ClassVar[str]

    def __init__(self, **values: str | int) -> None:
        super().__init__(self.key)
        self.values = values


class LoginRefused(MailboxFault):
    """The server refuses the user or the password. Values: host."""

    key = "bounces-imap-login"


class NoSuchFolder(MailboxFault):
    """The server doesn't open that folder, or not so that messages can be marked. Values: host, folder."""

    key = "bounces-imap-folder"


class NotTrusted(MailboxFault):
    """The server's certificate is not its own, or nobody vouches for it; or it offers no encryption. Values: host."""

    key = "bounces-imap-certificate"


class NotReached(MailboxFault):
    """The server does not answer, or broke off. Values: host, port."""

    key = "bounces-imap-unreachable"


class Mailbox:
    """An opened folder."""

    def __init__(self, client: imaplib.IMAP4) -> None:
        self._client = client

    def unseen(self) -> Sequence[str]:
        """The uids of what nobody has seen, the oldest first."""
        lines = [each for each in self._asked("SEARCH", "UNSEEN") if isinstance(each, bytes)]
        return [
            str(uid) for uid in sorted(int(each) for line in lines for each in line.split() if each.isdigit())
        ]

    def batches(self) -> Iterator[Sequence[tuple[str, MailMessage]]]:
        """What nobody has seen, with its uid: some messages at once, at most MOST_AT_A_LOOK in all.

        They stay unseen. A message that is larger than LARGEST comes without its end.
        """
        for uids in _grouped(self._sizes(self.unseen()[:MOST_AT_A_LOOK])):
            if found := self._fetched(uids):
                yield found

    def mark_seen(self, uids: Sequence[str]) -> None:
        # Not by the library's own `flag`, which would also remove for good what somebody has marked as deleted.
        self._asked("STORE", ",".join(uids), "+FLAGS.SILENT", r"(\Seen)")

    def _sizes(self, uids: Sequence[str]) -> Iterator[tuple[str, int]]:
        answers = self._asked("FETCH", ",".join(uids), "(UID RFC822.SIZE)") if uids else []
        for line in answers:
            if not isinstance(line, bytes):
                continue
            uid, size = _UID.search(line), _SIZE.search(line)
            if uid and size and (told := uid[1].decode()) in uids:
                yield told, int(size[1])

    def _fetched(self, uids: Sequence[str]) -> Sequence[tuple[str, MailMessage]]:
        try:
            answers = self._asked("FETCH", ",".join(uids), f"(UID BODY.PEEK[]<0.{LARGEST}>)")
        except imaplib.IMAP4.abort:
            raise
        except imaplib.IMAP4.error:
            # One that the server can't give must not hold up the others; it stays unseen.
            return [each for uid in uids for each in self._fetched([uid])] if len(uids) > 1 else []
        found = []
        for answer, following in pairwise([*answers, None]):
            if not isinstance(answer, tuple):
                continue
            head, raw = answer
            # The uid stands before the message's text or after it, as the server likes.
            uid = _UID.search(head) or (_UID.search(following) if isinstance(following, bytes) else None)
            if uid and uid[1].decode() in uids:
                found.append((uid[1].decode(), MailMessage(f"IMAP {uid[1].decode()}", raw, len(raw))))
        return found

    def _asked(self, *command: str) -> list[bytes | tuple[bytes, bytes] | None]:
        status, answers = self._client.uid(*command)
        if status != "OK":
            raise imaplib.IMAP4.error
        return answers


@contextmanager
def opened(where: ImapAddress, *, only_look: bool = False) -> Iterator[Mailbox]:
    """The folder, opened. `only_look`: nothing can be marked. Raises MailboxFault, also while it is used."""
    try:
        with _connected(where) as box:
            _log_in(box, where)
            box.folder.set(where.folder, readonly=only_look)
            yield Mailbox(box.client)
    except MailboxLoginError:
        raise LoginRefused(host=where.host) from None
    except (MailboxFolderSelectError, imaplib.IMAP4.readonly):
        raise NoSuchFolder(host=where.host, folder=where.folder) from None
    except ssl.SSLCertVerificationError:
        raise NotTrusted(host=where.host) from None
    except (ImapToolsError, imaplib.IMAP4.error, OSError):
        raise NotReached(host=where.host, port=where.port) from None


@contextmanager
def _connected(where: ImapAddress) -> Iterator[BaseMailBox]:
    """The connection. After a fault it is only closed: a server that is gone is not waited for again."""
    trusting = ssl.create_default_context()
    if where.is_encrypted:
        box: BaseMailBox = MailBox(where.host, where.port, ANSWERS_WITHIN, ssl_context=trusting)
    else:
        box = MailBoxUnencrypted(where.host, where.port, ANSWERS_WITHIN)
    try:
        if not where.is_encrypted and not _is_this_machine(where.host):
            if "STARTTLS" not in box.client.capabilities:
                raise NotTrusted(host=where.host)
            box.client.starttls(trusting)
        yield box
        with suppress(ImapToolsError, imaplib.IMAP4.error, OSError):
            box.logout()
    finally:
        with suppress(OSError):
            box.client.shutdown()


def _log_in(box: BaseMailBox, where: ImapAddress) -> None:
    try:
        if (where.user + where.password).isascii():
            box.login(where.user, where.password, initial_folder=None)
        else:
            box.login_utf8(where.user, where.password, initial_folder=None)
    except imaplib.IMAP4.abort:
        raise
    except imaplib.IMAP4.error:
        raise LoginRefused(host=where.host) from None


def _grouped(sizes: Iterator[tuple[str, int]]) -> Iterator[Sequence[str]]:
    group: list[str] = []
    weight = 0
    for uid, size in sizes:
        if group and (len(group) == MOST_AT_ONCE or weight + size > BYTES_AT_ONCE):
            yield group
            group, weight = [], 0
        group.append(uid)
        weight += size
    if group:
        yield group


def _is_this_machine(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
