"""Verdicts on cleaned contacts, and the figure of those worth a look."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Select, Table, func, literal_column, select
from sqlmodel import Session, col
from sqlmodel import select as select_model

from storage.contacts import figures
from storage.contacts.contacts import IS_CLEANED, TABLE
from storage.contacts.tables import VerdictRow
from storage.core import engines

_VERDICTS: Table = VerdictRow.__table__  # type: ignore[attr-defined]


def of_contacts(session: Session, audience_id: int, contact_ids: Collection[int]) -> dict[int, VerdictRow]:
    """Returns the verdicts on these contacts, where there are any: contact id → verdict."""
    rows = session.exec(
        select_model(VerdictRow).where(
            col(VerdictRow.audience_id) == audience_id, col(VerdictRow.contact_id).in_(contact_ids)
        )
    )
    return {row.contact_id: row for row in rows}


def save(session: Session, audience_id: int, rows: Sequence[Mapping[str, Any]]) -> None:
    """Inserts verdicts or replaces those of the same contacts, except what is of the first one: `at`, the status before
    and the batch.

    The contacts must have their new status already: the figure of those worth a look is derived from it.
    """
    if not rows:
        return
    statement = engines.insert(session, _VERDICTS)
    keys = [column.name for column in _VERDICTS.primary_key]
    kept = (*keys, "at", "status_before", "batch")
    changed = {c.name: statement.excluded[c.name] for c in _VERDICTS.columns if c.name not in kept}
    before = _count_weak(session, audience_id, rows)
    session.connection().execute(
        statement.on_conflict_do_update(index_elements=keys, set_=changed), [dict(row) for row in rows]
    )
    figures.add_worth_a_look(session, audience_id, _count_weak(session, audience_id, rows) - before)


def count_worth_a_look(session: Session, audience_id: int, since: datetime, until: datetime) -> int:
    """Counts the contacts with a weak verdict, still cleaned, that were cleaned in `since <= t < until`."""
    # The contact's own time, as in all figures: an import may have brought another than the verdict's.
    in_period = (TABLE.c.cleaned_at >= since, TABLE.c.cleaned_at < until)
    query = _weak_verdicts().where(_VERDICTS.c.audience_id == audience_id, *in_period)
    n: int = session.connection().execute(query).scalar_one()
    return n


def _count_weak(session: Session, audience_id: int, rows: Sequence[Mapping[str, Any]]) -> int:
    """How many of the rows' contacts are cleaned and have a weak verdict."""
    ids = [row["contact_id"] for row in rows]
    query = _weak_verdicts().where(_VERDICTS.c.audience_id == audience_id, _VERDICTS.c.contact_id.in_(ids))
    n: int = session.connection().execute(query).scalar_one()
    return n


def _weak_verdicts() -> Select[int]:
    same = (TABLE.c.audience_id == _VERDICTS.c.audience_id) & (TABLE.c.id == _VERDICTS.c.contact_id)
    weak = _VERDICTS.c.weakness != literal_column("''")
    return select(func.count()).select_from(_VERDICTS.join(TABLE, same)).where(weak, IS_CLEANED)
