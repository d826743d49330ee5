"""The journal's newest lines: who did what, when, to how many."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from storage.core import audiences, journal
from storage.core.database import Database


@dataclass(frozen=True, slots=True)
class JournalEntry:
    """`what` is archive, restore, export, import, fix, not-typo, maybe-typo, policy, mend or digest.

    `audience` is its name, '' where it is of none.
    """

    who: str
    what: str
    n: int
    at: datetime
    audience: str


def latest(database: Database, most: int) -> Sequence[JournalEntry]:
    """The newest first; of syncs none, since mostly nobody asked for them."""
    with database.reading() as session:
        names = {each.id: each.name for each in audiences.every(session)}
        return [
            JournalEntry(
                row.who, row.what, row.n, row.at, names.get(row.audience_id, "") if row.audience_id else ""
            )
            for row in journal.read(session, most=most, without=("sync",))
        ]
