"""What the bot reads by itself and can't at the moment, so that people see it: the mailbox, Mailchimp's account.

Kept in the database, because one process tries and all show it. Written only when it changes.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from storage.core.database import Database
from storage.workspaces import breakdowns
from storage.workspaces.tables import BreakdownRow


class Place(StrEnum):
    """What can't be read."""

    MAILBOX = "mailbox"
    MAILCHIMP = "mailchimp"


@dataclass(frozen=True, slots=True)
class Breakdown:
    """A place that could not be read since that time. `key` and `values` are the sentence that says why."""

    place: Place
    key: str
    values: Mapping[str, str | int]
    since: datetime


def current(database: Database) -> Sequence[Breakdown]:
    """All that there are, the oldest first."""
    with database.reading() as session:
        return [
            Breakdown(Place(row.name), row.key, row.details, row.since) for row in breakdowns.all_(session)
        ]


def note(database: Database, place: Place, key: str, values: Mapping[str, str | int], now: datetime) -> None:
    """Records that the place can't be read, and why. It is broken since it was noted first."""
    with database.reading() as session:
        known = breakdowns.get(session, place)
    if known and (known.key, known.details) == (key, dict(values)):
        return
    since = known.since if known else now
    with database.transaction() as session:
        breakdowns.put(session, BreakdownRow(name=place, key=key, details=dict(values), since=since))


def clear(database: Database, place: Place) -> None:
    """Records that the place can be read."""
    with database.reading() as session:
        known = breakdowns.get(session, place)
    if known:
        with database.transaction() as session:
            breakdowns.delete(session, place)
