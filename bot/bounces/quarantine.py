"""Quarantine: events and messages that could not be used, kept for a person to look at, each once."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.bounces.events import LONGEST_ADDRESS, LONGEST_DIAGNOSTIC, digest
from bot.privacy.forgotten import names_forgotten
from storage.bounces import quarantine as quarantine_rows
from storage.core.database import Database
from storage.core.text import storable_line
from storage.privacy import forgotten
from storage.privacy.forgotten import Forgotten

UNKNOWN_ADDRESS = "unknown-address"
UNKNOWN_AUDIENCE = "unknown-audience"
MIRRORED_ADDRESS = "mirrored-address"  # only audiences of Mailchimp have it
LARGEST_CONTENT = 64 << 10  # bytes


@dataclass(frozen=True, slots=True)
class QuarantineItem:
    """What could not be used. `reason` is a key that handlers turn into words; `content` is the raw message."""

    uid: str
    source: str
    reason: str
    address: str = ""
    detail: str = ""
    content: bytes | None = None


@dataclass(frozen=True, slots=True)
class QuarantineEntry:
    """A quarantined item as listed; `where` is the message that it came from, or the source."""

    at: datetime
    where: str
    reason: str
    address: str
    detail: str


def add(database: Database, items: Sequence[QuarantineItem], now: datetime) -> int:
    """Quarantines the items; returns how many were not there yet. What is about a person who was erased is left out."""
    if not items:
        return 0
    with database.reading() as session:
        erased = forgotten.load(session)
    rows = [
        {
            "uid": row_uid(item),
            "at": now,
            "source": item.source,
            "reason": item.reason,
            "address": storable_line(item.address, LONGEST_ADDRESS),
            "detail": storable_line(item.detail, LONGEST_DIAGNOSTIC),
            "content": item.content[:LARGEST_CONTENT] if item.content else None,
        }
        for item in items
        if not _is_about(item, erased)
    ]
    with database.transaction() as session:
        return quarantine_rows.add(session, rows)


def _is_about(item: QuarantineItem, erased: Forgotten) -> bool:
    content = item.content.decode("utf-8", "replace") if item.content and erased else ""
    return any(names_forgotten(text, erased) for text in (item.address, item.detail, content))


def row_uid(item: QuarantineItem) -> str:
    """Returns the key of the item's row."""
    # The same whether or not a mirror has the address, which may change between two reports of one event.
    reason = UNKNOWN_ADDRESS if item.reason == MIRRORED_ADDRESS else item.reason
    return digest(item.source, item.uid, reason)


def entries(database: Database, names: Mapping[str, str]) -> Iterator[QuarantineEntry]:
    """Yields the entries that exist of these, quarantined now or earlier: `row_uid` → name of the message."""
    with database.reading() as session:
        rows = quarantine_rows.by_uids(session, names)
    for uid, name in names.items():
        if row := rows.get(uid):
            yield QuarantineEntry(row.at, name, row.reason, row.address, row.detail)


def all_entries(database: Database) -> Iterator[QuarantineEntry]:
    """Yields everything in quarantine, from whatever source, the oldest first."""
    with database.reading() as session:
        for row in quarantine_rows.all_rows(session):
            yield QuarantineEntry(row.at, row.source, row.reason, row.address, row.detail)
