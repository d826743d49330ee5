"""Rows go into an audience: added, changed or left as they are, with the figures, in the caller's transaction."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from bot.contacts import rows
from storage.contacts import bulk, figures
from storage.contacts.values import Row
from storage.core.database import Session
from storage.core.tables import AudienceRow

Add = Callable[[Row, int], Row]
Merge = Callable[[Row, Row], Row]


@dataclass(slots=True)
class UpsertCounts:
    """How many rows were added, changed, left as they were, refused."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0
    refused: int = 0


def load(
    session: Session,
    audience: AudienceRow,
    given: Sequence[Row],
    add: Add,
    merge: Merge,
    outcome: UpsertCounts,
    moved: Mapping[str, Row] | None = None,
) -> None:
    """Takes the rows in. The audience is locked.

    `add` makes a contact of a row and an id; `merge` changes the first row by the second, and gives the first back where
    that says nothing new. `moved`: contacts that are here under another address, by the one that a row has.
    """
    before: Mapping[str, Row] = {}
    # A first import meets nothing: adding without looking is twice as quick. Once one was there, look.
    met = outcome.changed + outcome.unchanged > 0 or bool(moved)
    if not met:
        added, changed = _sort(audience, before, given, add, merge)
        met = not bulk.insert(session, list(added.values()))
    if met:
        before = bulk.existing(session, audience.id, map(rows.KEY, given)) | dict(moved or {})
        added, changed = _sort(audience, before, given, add, merge)
        bulk.insert(session, list(added.values()))
        bulk.rewrite(session, list(changed.values()))
    audience.next_contact_id += len(added)
    outcome.added += len(added)
    outcome.changed += len(changed)
    outcome.unchanged += len(given) - len(added) - len(changed)
    tally = rows.tally(added.values())
    for key, row in changed.items():
        tally[rows.cell(before[key])] -= 1
        tally[rows.cell(row)] += 1
    figures.apply(session, audience.id, tally)


def _sort(
    audience: AudienceRow, before: Mapping[str, Row], given: Sequence[Row], add: Add, merge: Merge
) -> tuple[dict[str, Row], dict[str, Row]]:
    """The new contacts and those that change, by lower-case address."""
    added: dict[str, Row] = {}
    changed: dict[str, Row] = {}
    first = audience.next_contact_id
    for row in given:
        key = rows.KEY(row)
        if (old := changed.get(key) or before.get(key)) is not None:
            new = merge(old, row)
            if new is not old:
                changed[key] = new
        elif key in added:
            added[key] = merge(added[key], row)
        else:
            added[key] = add(row, first + len(added))
    return added, changed
