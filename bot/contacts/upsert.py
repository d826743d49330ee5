"""Adding rows to an audience or merging them into its contacts, and updating its stored figures."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from bot.contacts.rows import address_key_of, count_figures, figure_key
from storage.contacts import bulk, figures
from storage.contacts.values import Row
from storage.core.database import Session
from storage.core.tables import AudienceRow
from storage.privacy import forgotten

MANY = 10_000  # rows: whoever adds or changes as many has PostgreSQL renew its statistics of the contacts

Add = Callable[[Row, int], Row]
Merge = Callable[[Row, Row], Row]


@dataclass(frozen=True, slots=True)
class UpsertCounts:
    """How many rows were added, changed a contact, changed nothing, or were refused.

    `forgotten` rows are about people who were erased: they are left out.
    """

    added: int
    changed: int
    unchanged: int
    refused: int
    forgotten: int = 0

    def with_refused(self, n: int, forgotten: int = 0) -> "UpsertCounts":
        """With so many more rows that were refused, or would have been but for the person's erasure."""
        return replace(self, refused=self.refused + n, forgotten=self.forgotten + forgotten)


NO_ROWS = UpsertCounts(0, 0, 0, 0)


def add_new(session: Session, audience: AudienceRow, rows: Sequence[Row]) -> bool:
    """Adds the rows, which are contacts but for their ids and revision; adds none and returns False if not all are new.

    It does so too if two have the same address, or if a person was erased. The caller holds the audience's lock.
    """
    keys = set(map(address_key_of, rows))
    erased = forgotten.load(session)
    if len(keys) < len(rows) or (erased and any(key in erased for key in keys)):
        return False
    first_id, revision = audience.next_contact_id, audience.revision
    if not bulk.insert_new(session, audience.id, rows, first_id=first_id, revision=revision):
        return False
    audience.next_contact_id += len(rows)
    figures.apply_changes(session, audience.id, count_figures(rows))
    return True


def upsert_rows(
    session: Session,
    audience: AudienceRow,
    rows: Sequence[Row],
    add: Add,
    merge: Merge,
    so_far: UpsertCounts,
    moved: Mapping[str, Row] | None = None,
) -> UpsertCounts:
    """Adds each row as a contact or merges it into the contact with its address; returns the counts so far with these.

    The caller holds the audience's lock. `add(row, id)` returns the new contact; `merge(contact, row)` returns the
    changed contact, or the same object if nothing changes. `moved` holds contacts that are stored under another address,
    by the lower-case address of their row.
    """
    n_rows = len(rows)
    if erased := forgotten.load(session):
        rows = [row for row in rows if address_key_of(row) not in erased]
    stored = bulk.find_by_address_keys(session, audience.id, map(address_key_of, rows))
    existing = stored | dict(moved or {})
    added, changed = _sort(audience, existing, rows, add, merge)
    bulk.insert(session, list(added.values()))
    bulk.update(session, list(changed.values()))
    audience.next_contact_id += len(added)
    changes = count_figures(added.values())
    for key, contact in changed.items():
        changes[figure_key(existing[key])] -= 1
        changes[figure_key(contact)] += 1
    figures.apply_changes(session, audience.id, changes)
    return replace(
        so_far,
        added=so_far.added + len(added),
        changed=so_far.changed + len(changed),
        unchanged=so_far.unchanged + len(rows) - len(added) - len(changed),
        forgotten=so_far.forgotten + n_rows - len(rows),
    )


def _sort(
    audience: AudienceRow, existing: Mapping[str, Row], rows: Sequence[Row], add: Add, merge: Merge
) -> tuple[dict[str, Row], dict[str, Row]]:
    """Returns the new contacts and the changed ones, each by its row's lower-case address."""
    added: dict[str, Row] = {}
    changed: dict[str, Row] = {}
    first_id = audience.next_contact_id
    for row in rows:
        key = address_key_of(row)
        if (old := changed.get(key) or existing.get(key)) is not None:
            new = merge(old, row)
            if new is not old:
                changed[key] = new
        elif key in added:
            added[key] = merge(added[key], row)
        else:
            added[key] = add(row, first_id + len(added))
    return added, changed
