"""Audiences of cleaned contacts for tests of lists."""

from collections.abc import Iterable
from typing import Any

from bot.contacts import rows
from storage.audiences import audiences
from storage.contacts import bulk, figures, values
from storage.core.database import Database
from tests.conftest import NOW


def fill(database: Database, people: Iterable[dict[str, Any]], audience: str = "News") -> int:
    """Adds cleaned contacts, each given as a dict of columns; returns the audience's id."""
    with database.transaction() as session:
        made = audiences.get_or_add(session, audience, NOW)
        assert made.id
        revision = bulk.lock(session, made.id).revision
        added = []
        for each in people:
            n = made.next_contact_id
            made.next_contact_id += 1
            address = each.get("address", f"u{n}@orange.fr")
            columns = {
                "audience_id": made.id,
                "id": n,
                "address": address,
                "address_key": address.lower(),
                "domain": address.partition("@")[2],
                "status": "cleaned",
                "revision": revision,
                "merge_fields": "{}",
                "cleaned_at": bulk.encode_time(each.get("at", NOW)),
                "clean_reason": "hard",
            } | {key: value for key, value in each.items() if key not in ("at", "address")}
            added.append(tuple(columns.get(name) for name in values.COLUMNS))
        bulk.insert(session, added)
        figures.apply_changes(session, made.id, figures.FigureChanges(map(rows.figure_key, added)))
        return made.id
