"""The newest lines of the journal: who did what, when, to how many contacts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from storage.audiences import audiences, journal
from storage.core.database import Database


@dataclass(frozen=True, slots=True)
class JournalEntry:
    """A line of the journal. `audience` is a name, or empty if the line is about none.

    `what` is archive, restore, export, import, fix, review, review-taken-back, reverse, clean, not-typo, maybe-typo,
    policy, mend, digest, forget, lift or retention.
    """

    who: str
    what: str
    n: int
    at: datetime
    audience: str


def latest(database: Database, most: int, without: Sequence[str] = ()) -> Sequence[JournalEntry]:
    """The newest lines, newest first, without those of these kinds and those that nobody asked for."""
    with database.reading() as session:
        names = {audience.id: audience.name for audience in audiences.list_all(session)}
        return [
            JournalEntry(
                row.who, row.what, row.n, row.at, names.get(row.audience_id, "") if row.audience_id else ""
            )
            for row in journal.read(session, most=most, without=("sync", "retention", *without))
        ]
