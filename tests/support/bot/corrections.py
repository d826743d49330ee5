"""Cleaned contacts with typing errors, and corrections of them in a local audience."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from bot.contacts import rows
from bot.corrections import corrections
from bot.corrections.corrections import (
    Correction,
    FilledForm,
    Form,
)
from storage.audiences import audiences
from storage.bounces.tables import Evidence
from storage.contacts import bulk, figures, values
from storage.core.database import Database
from tests.conftest import NOW

ME = "U0OLIVIA"


WORDING = "This person gave me permission to email them"


LABELS = ["Prénom", "Last Name", "Town"]


NAMES = '{"Prénom":"Ada","Last Name":"Roy","Town":"Lens"}'


def fill(database: Database, people: Iterable[dict[str, Any]], audience: str = "News") -> int:
    """Adds contacts, cleaned ones unless they say otherwise; returns the audience's id."""
    with database.transaction() as session:
        made = audiences.get_or_add(session, audience, NOW)
        assert made.id
        made.merge_labels = LABELS
        revision = bulk.lock(session, made.id).revision
        added = []
        for n, each in enumerate(people):
            status = each.get("status", "cleaned")
            columns = {
                "audience_id": made.id,
                "id": made.next_contact_id,
                "address_key": each["address"].lower(),
                "domain": each["address"].partition("@")[2].lower(),
                "status": status,
                "status_before": "cleaned" if status == "archived" else None,
                "revision": revision,
                "merge_fields": NAMES,
                "cleaned_at": bulk.encode_time(NOW - timedelta(minutes=n)) if status == "cleaned" else None,
                "clean_reason": "hard" if status == "cleaned" else None,
            } | each
            added.append(tuple(columns.get(name) for name in values.COLUMNS))
            made.next_contact_id += 1
        assert bulk.insert(session, added)
        figures.apply_changes(session, made.id, figures.FigureChanges(map(rows.figure_key, added)))
        return made.id


def begin(database: Database, audience_id: int, contact_id: int = 1, by: str = ME) -> Form:
    return corrections.begin(
        database, audience_id, contact_id, by=by, now=NOW, wording=WORDING, language="en"
    )


def add(database: Database, form: Form, address: str = "ada@gmail.com", **more: Any) -> Correction:
    filled = FilledForm(address=address, **{"permission": True, **more})
    return corrections.add(database, form.plan_id, filled, by=ME, now=NOW)


def complain(database: Database, audience_id: int, contact_id: int) -> None:
    """A complaint comes in about a contact that is cleaned already."""
    evidence = Evidence(
        audience_id=audience_id,
        uid=f"complaint-{contact_id}",
        contact_id=contact_id,
        domain="gmial.com",
        kind="complaint",
        at=NOW,
        source="ses",
    )
    with database.transaction() as session:
        session.add(evidence)
