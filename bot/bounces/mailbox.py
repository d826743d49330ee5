"""Messages come in: each is read, what it says of addresses is taken in, and what can't be used is set aside.

From files or from a mailbox on a server; read twice, a message counts once.
"""

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from bot.bounces import intake as bounce_intake
from bot.bounces.events import Notice
from bot.bounces.intake import Aside, Intake
from bot.bounces.messages import NO_RECIPIENT, SOURCE, UNREADABLE, Reading, read
from storage.bounces import imap, quarantine
from storage.bounces.imap import Mailbox
from storage.bounces.imap_address import ImapAddress
from storage.bounces.mailboxes import MailMessage
from storage.core.database import Database

AT_ONCE = 200  # messages that are read before they are taken in
NOTICES_AT_ONCE = 500  # in one transaction
BYTES_AT_ONCE = 32 << 20
KEPT = (UNREADABLE, NO_RECIPIENT)  # the reasons for which a message is set aside


@dataclass(frozen=True, slots=True)
class MailOutcome:
    """What became of messages: `kinds` of their notices, `reasons` of those that gave none."""

    messages: int = 0
    kinds: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    intake: Intake = field(default_factory=Intake)

    def __add__(self, other: "MailOutcome") -> "MailOutcome":
        return MailOutcome(
            self.messages + other.messages,
            self.kinds + other.kinds,
            self.reasons + other.reasons,
            self.intake + other.intake,
        )


@dataclass(frozen=True, slots=True)
class Post:
    """What messages say, each thing with the name of its message."""

    messages: int
    notices: Sequence[tuple[str, Notice]]
    asides: Sequence[tuple[str, Aside]]
    reasons: Counter[str]


@dataclass(frozen=True, slots=True)
class Kept:
    """Something that is kept aside, and where it came from."""

    at: datetime
    where: str
    reason: str
    address: str
    detail: str


def batches(messages: Iterable[MailMessage]) -> Iterator[list[MailMessage]]:
    """The messages, as many at once as go into one transaction and into little memory."""
    batch: list[MailMessage] = []
    weight = 0
    for each in messages:
        batch.append(each)
        weight += len(each.raw)
        if len(batch) == AT_ONCE or weight >= BYTES_AT_ONCE:
            yield batch
            batch, weight = [], 0
    if batch:
        yield batch


def read_all(messages: Sequence[MailMessage], now: datetime, audience: str = "") -> Post:
    """Reads the messages. `audience`: the name of the only audience that they are about."""
    notices: list[tuple[str, Notice]] = []
    asides: list[tuple[str, Aside]] = []
    reasons: Counter[str] = Counter()
    for each in messages:
        reading, fault = _read(each.raw, now)
        notices += [(each.name, replace(notice, audience=audience)) for notice in reading.notices]
        if reading.reason:
            reasons[reading.reason] += 1
        if reading.reason in KEPT:
            asides.append((each.name, _aside(each, reading.reason, fault)))
    return Post(len(messages), notices, asides, reasons)


def take_in(database: Database, post: Post, now: datetime) -> MailOutcome:
    """Takes in what the messages say, and keeps aside what can't be used."""
    notices = [notice for _, notice in post.notices]
    # A report may be about a thousand addresses.
    parts = (notices[n : n + NOTICES_AT_ONCE] for n in range(0, len(notices), NOTICES_AT_ONCE))
    intake = sum((bounce_intake.take_in(database, part, now) for part in parts), Intake())
    bounce_intake.set_aside(database, [each for _, each in post.asides], now)
    kinds = Counter(str(notice.kind) for _, notice in post.notices)
    return MailOutcome(post.messages, kinds, post.reasons, intake)


def kept(database: Database, post: Post) -> Iterator[Kept]:
    """What is kept aside of that post, now or since an earlier time."""
    things: list[tuple[str, Notice | Aside]] = [*post.notices, *post.asides]
    places = {bounce_intake.aside_uid(what): where for where, what in things}
    with database.reading() as session:
        rows = quarantine.of(session, places)
    for uid, where in places.items():
        if row := rows.get(uid):
            yield Kept(row.at, where, row.reason, row.address, row.detail)


def all_kept(database: Database) -> Iterator[Kept]:
    """All that is kept aside, from wherever it came, the oldest first."""
    with database.reading() as session:
        for row in quarantine.every(session):
            yield Kept(row.at, row.source, row.reason, row.address, row.detail)


def look(
    database: Database, place: ImapAddress, now: datetime, go_on: Callable[[], bool] = lambda: True
) -> MailOutcome:
    """Takes in what nobody has seen yet in a mailbox, and only then marks it as seen. Raises storage.bounces.imap.MailboxFault.

    It ends early when `go_on` says no before a batch of messages.

    If it ends in between, or somebody else looks at the same time, messages are read twice: they count once.
    """
    outcome = MailOutcome()
    with imap.opened(place) as box:
        for batch in box.batches():
            if not go_on():
                break
            outcome += _taken(database, box, batch, now)
    return outcome


def waiting(place: ImapAddress) -> int:
    """How many messages nobody has seen; nothing changes. Raises storage.bounces.imap.MailboxFault."""
    with imap.opened(place, only_look=True) as box:
        return len(box.unseen())


def _taken(
    database: Database, box: Mailbox, batch: Sequence[tuple[str, MailMessage]], now: datetime
) -> MailOutcome:
    outcome = take_in(database, read_all([message for _, message in batch], now), now)
    box.mark_seen([uid for uid, _ in batch])
    return outcome


def _read(raw: bytes, now: datetime) -> tuple[Reading, str]:
    """What it says; and the fault, if reading it failed in a way that nobody foresaw."""
    try:
        return read(raw, now), ""
    except Exception as error:  # noqa: BLE001  one message must not hold up those behind it
        return Reading((), UNREADABLE), type(error).__qualname__


def _aside(message: MailMessage, reason: str, fault: str) -> Aside:
    return Aside(hashlib.sha256(message.raw).hexdigest(), SOURCE, reason, detail=fault, content=message.raw)
