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
    by the lower-case address of their row; None if the rows may all be new.
    """
    n_rows = len(rows)
    if erased := forgotten.load(session):
        rows = [row for row in rows if address_key_of(row) not in erased]
    # All rows of a first sync are new, and inserting them without a look-up is twice as quick. So this is tried until
    # one of them meets an existing contact.
    is_insert_only = moved is None and not (so_far.changed or so_far.unchanged)
    existing: Mapping[str, Row] = {}
    if is_insert_only:
        added, changed = _sort(audience, existing, rows, add, merge)
        is_insert_only = bulk.insert(session, list(added.values()))
    if not is_insert_only:
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
