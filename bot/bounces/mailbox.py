"""Takes in bounce messages from files or from an IMAP mailbox; those that cannot be used are quarantined.

A message that is read twice counts once.
"""

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from bot.bounces import attempts, intake, proof, quarantine
from bot.bounces.events import EventKind, MailEvent
from bot.bounces.intake import IntakeCounts
from bot.bounces.messages.reader import read
from bot.bounces.messages.results import NO_RECIPIENT, SOURCE, TOO_MUCH, UNREADABLE, Reading
from bot.bounces.quarantine import QuarantineEntry, QuarantineItem
from storage.bounces import imap
from storage.bounces.imap import Mailbox
from storage.bounces.imap_address import ImapAddress
from storage.bounces.message_files import MailMessage
from storage.core.database import Database, Unreachable

MESSAGES_AT_ONCE = 200  # read before their events are taken in
BYTES_AT_ONCE = 32 << 20
EVENTS_AT_ONCE = 500  # in one transaction
INTERRUPTED = "interrupted"  # reading it ended the process, twice
QUARANTINED_REASONS = (UNREADABLE, NO_RECIPIENT, TOO_MUCH, INTERRUPTED)


@dataclass(frozen=True, slots=True)
class MailOutcome:
    """What became of messages."""

    messages: int = 0
    kinds: Counter[str] = field(default_factory=Counter)
    """Kind → how many of their events."""
    reasons: Counter[str] = field(default_factory=Counter)
    """Reason → how many of those without events."""
    intake: IntakeCounts = field(default_factory=IntakeCounts)

    def __add__(self, other: "MailOutcome") -> "MailOutcome":
        return MailOutcome(
            self.messages + other.messages,
            self.kinds + other.kinds,
            self.reasons + other.reasons,
            self.intake + other.intake,
        )


@dataclass(frozen=True, slots=True)
class ReadMessages:
    """What messages report: events and items to quarantine, each with the name of its message."""

    n_messages: int
    events: Sequence[tuple[str, MailEvent]]
    unusable: Sequence[tuple[str, QuarantineItem]]
    reasons: Counter[str]

    def __add__(self, other: "ReadMessages") -> "ReadMessages":
        return ReadMessages(
            self.n_messages + other.n_messages,
            [*self.events, *other.events],
            [*self.unusable, *other.unusable],
            self.reasons + other.reasons,
        )


def batches(messages: Iterable[MailMessage]) -> Iterator[list[MailMessage]]:
    """Yields the messages in lists of at most MESSAGES_AT_ONCE and about BYTES_AT_ONCE."""
    batch: list[MailMessage] = []
    n_bytes = 0
    for message in messages:
        batch.append(message)
        n_bytes += len(message.raw)
        if len(batch) == MESSAGES_AT_ONCE or n_bytes >= BYTES_AT_ONCE:
            yield batch
            batch, n_bytes = [], 0
    if batch:
        yield batch


def read_messages(
    messages: Sequence[MailMessage], now: datetime, audience: str = "", key: str | None = None
) -> ReadMessages:
    """Reads the messages; `audience` is the name of the only audience that they concern, if there is one.

    With the `key` of return paths, reports without proof count as soft at most, see `bot.bounces.proof`.
    """
    events: list[tuple[str, MailEvent]] = []
    unusable: list[tuple[str, QuarantineItem]] = []
    reasons: Counter[str] = Counter()
    for message in messages:
        reading, fault = _read(message.raw, now)
        reported = proof.proven_only(reading.events, message.raw, key) if key else reading.events
        events += [(message.name, replace(_dated(event, now), audience=audience)) for event in reported]
        if reading.reason:
            reasons[reading.reason] += 1
        if reading.reason in QUARANTINED_REASONS:
            unusable.append(
                (message.name, _quarantine_item(message, reading.reason, fault or reading.detail))
            )
    return ReadMessages(len(messages), events, unusable, reasons)


def read_guarded(
    database: Database,
    messages: Sequence[MailMessage],
    now: datetime,
    audience: str = "",
    key: str | None = None,
) -> ReadMessages:
    """As `read_messages`, for messages of which reading one may end the process: killed, or out of memory.

    A message for which that has happened is read after the others, alone. When it has happened again, the message is
    no longer read, but quarantined.
    """
    tried = list(zip(messages, attempts.counts(database, messages), strict=True))
    together = [message for message, count in tried if not count]
    alone = [[message] for message, count in tried if 0 < count < attempts.MOST]
    interrupted = [message for message, count in tried if count >= attempts.MOST]
    items = [(message.name, _quarantine_item(message, INTERRUPTED, "")) for message in interrupted]
    results = ReadMessages(len(items), (), items, Counter({INTERRUPTED: len(items)}))
    for group in filter(None, (together, *alone)):
        attempt = attempts.begin(database, group, now)
        results += read_messages(group, now, audience, key)
        attempts.end(database, attempt)
    return results


def take_in(database: Database, read_messages: ReadMessages, now: datetime) -> MailOutcome:
    """Takes in the events and quarantines what cannot be used."""
    events = [event for _, event in read_messages.events]
    # One delivery report may concern a thousand addresses.
    counts = intake.take_in_parts(database, events, now, EVENTS_AT_ONCE)
    quarantine.add(database, [item for _, item in read_messages.unusable], now)
    kinds = Counter(str(event.kind) for event in events)
    return MailOutcome(read_messages.n_messages, kinds, read_messages.reasons, counts)


def quarantined(database: Database, read_messages: ReadMessages) -> Iterator[QuarantineEntry]:
    """Yields what is in quarantine from these messages, now or since an earlier reading."""
    items = [(name, intake.quarantine_item(event)) for name, event in read_messages.events]
    items += read_messages.unusable
    return quarantine.entries(database, {quarantine.row_uid(item): name for name, item in items})


def take_in_unseen(
    database: Database,
    address: ImapAddress,
    now: datetime,
    may_continue: Callable[[], bool] = lambda: True,
    key: str | None = None,
) -> MailOutcome:
    """Takes in the unseen messages of an IMAP mailbox, then marks them as seen. `key` as in `read_messages`.

    Those that may have ended the process before come last. Stops before the next batch of messages once
    `may_continue` returns False. If the process ends in between, or two processes do this at once, messages are read
    twice and count once. Raises storage.bounces.imap.MailboxError; and Unreachable, once all is tried, if the server of an
    audience is gone that messages may concern: these stay unseen.
    """
    outcome, gone = MailOutcome(), None
    with imap.open_mailbox(address) as mailbox:
        for batch in _suspects_last(database, mailbox):
            if not may_continue():
                break
            try:
                outcome += _take_in_batch(database, mailbox, batch, now, key)
            except Unreachable as error:  # only some audiences: the others go on
                gone = error
    if gone:
        raise gone
    return outcome


def count_unseen(address: ImapAddress) -> int:
    """Counts the unseen messages without changing anything. Raises storage.bounces.imap.MailboxError."""
    with imap.open_mailbox(address, read_only=True) as mailbox:
        return len(mailbox.unseen_uids())


def _suspects_last(database: Database, mailbox: Mailbox) -> Iterator[Sequence[tuple[str, MailMessage]]]:
    """The batches of the mailbox, without the messages that were tried before: these follow, one at a time."""
    suspects: list[str] = []
    for batch in mailbox.batches():
        counts = attempts.counts(database, [message for _, message in batch])
        suspects += [uid for (uid, _), count in zip(batch, counts, strict=True) if count]
        if fresh := [each for each, count in zip(batch, counts, strict=True) if not count]:
            yield fresh
    for uid in suspects:
        yield mailbox.fetch([uid])


def _take_in_batch(
    database: Database,
    mailbox: Mailbox,
    batch: Sequence[tuple[str, MailMessage]],
    now: datetime,
    key: str | None,
) -> MailOutcome:
    messages = [message for _, message in batch]
    outcome = take_in(database, read_guarded(database, messages, now, key=key), now)
    mailbox.mark_seen([uid for uid, _ in batch])
    return outcome


def _read(raw: bytes, now: datetime) -> tuple[Reading, str]:
    """The reading; and the type of the error, if reading raised one."""
    try:
        return read(raw, now), ""
    except Exception as error:  # noqa: BLE001  one message must not hold up those behind it
        return Reading((), UNREADABLE), type(error).__qualname__


def _dated(event: MailEvent, now: datetime) -> MailEvent:
    """A soft bounce with the time of its arrival: its `Date:` is what its sender wrote, and each day counts."""
    return replace(event, at=now) if event.kind is EventKind.SOFT else event


def _quarantine_item(message: MailMessage, reason: str, fault: str) -> QuarantineItem:
    uid = hashlib.sha256(message.raw).hexdigest()
    return QuarantineItem(uid, SOURCE, reason, detail=fault, content=message.raw)
