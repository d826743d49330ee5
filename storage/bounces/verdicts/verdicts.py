"""Verdicts on cleaned contacts, and the figure of those worth a look."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Executable,
    Select,
    Table,
    bindparam,
    case,
    func,
    literal_column,
    or_,
    select,
    update,
)
from sqlmodel import Session, col
from sqlmodel import select as select_model

from storage.contacts import figures
from storage.contacts.contacts import IS_CLEANED, IS_CLEANED_BY_ID, TABLE
from storage.contacts.tables import VerdictRow
from storage.core import engines

_VERDICTS: Table = VerdictRow.__table__  # type: ignore[attr-defined]
_REVIEW = ("reviewed", "reviewed_by", "reviewed_at")
_OF_CONTACTS = select_model(VerdictRow).where(
    col(VerdictRow.audience_id) == bindparam("audience_id"),
    engines.Among(col(VerdictRow.contact_id), "contact_ids"),
)


def of_contacts(session: Session, audience_id: int, contact_ids: Collection[int]) -> dict[int, VerdictRow]:
    """Returns the verdicts on these contacts, where there are any: contact id → verdict."""
    if not contact_ids:
        return {}
    rows = session.exec(_OF_CONTACTS, params={"audience_id": audience_id, "contact_ids": contact_ids})
    return {row.contact_id: row for row in rows}


def save(session: Session, audience_id: int, rows: Sequence[Mapping[str, Any]]) -> None:
    """Inserts verdicts or replaces those of the same contacts, except what is of the first one: `at`, the status before
    and the batch. A review stays, unless the verdict has become weak for another reason.

    The contacts must have their new status already: the figure of those worth a look is derived from it.
    """
    if not rows:
        return
    before = _count_weak(session, audience_id, rows)
    session.connection().execute(
        _save(for_sqlite=engines.is_sqlite(session)),
        [{name: value for name, value in row.items() if name not in _REVIEW} for row in rows],
    )
    figures.add_worth_a_look(session, audience_id, _count_weak(session, audience_id, rows) - before)


def review(
    session: Session, audience_id: int, contact_ids: Collection[int], by: str, at: datetime
) -> list[int]:
    """Marks the weak verdicts on these contacts as reviewed; returns the contacts. The caller holds the audience's lock."""
    weak = _VERDICTS.c.weakness != literal_column("''")
    values = {"reviewed": _VERDICTS.c.weakness, "weakness": "", "reviewed_by": by, "reviewed_at": at}
    return _change(session, audience_id, contact_ids, weak, values)


def take_back_review(session: Session, audience_id: int, contact_ids: Collection[int]) -> list[int]:
    """Makes the reviewed verdicts on these contacts weak again; returns the contacts. Under the audience's lock."""
    values = {"weakness": _VERDICTS.c.reviewed} | dict.fromkeys(_REVIEW)
    return _change(session, audience_id, contact_ids, _VERDICTS.c.reviewed_at.is_not(None), values)


def count_worth_a_look(session: Session, audience_id: int, since: datetime, until: datetime) -> int:
    """Counts the contacts with a weak verdict, still cleaned, that were cleaned in `since <= t < until`."""
    # The contact's own time, as in all figures: an import may have brought another than the verdict's.
    in_period = (TABLE.c.cleaned_at >= since, TABLE.c.cleaned_at < until)
    query = _count_weak_where(_VERDICTS.c.audience_id == audience_id, IS_CLEANED, *in_period)
    n: int = session.connection().execute(query).scalar_one()
    return n


def _change(
    session: Session,
    audience_id: int,
    contact_ids: Collection[int],
    condition: ColumnElement[bool],
    values: Mapping[str, Any],
) -> list[int]:
    """Sets the values where the condition holds, and adds what that changes to the figure of those worth a look."""
    chosen = (_VERDICTS.c.audience_id == audience_id, _VERDICTS.c.contact_id.in_(contact_ids), condition)
    ids = list(session.connection().execute(select(_VERDICTS.c.contact_id).where(*chosen)).scalars())
    rows = [{"contact_id": contact_id} for contact_id in ids]
    before = _count_weak(session, audience_id, rows)
    changed = (_VERDICTS.c.audience_id == audience_id, _VERDICTS.c.contact_id.in_(ids))
    session.connection().execute(update(_VERDICTS).where(*changed).values(values))
    figures.add_worth_a_look(session, audience_id, _count_weak(session, audience_id, rows) - before)
    return ids


@cache
def _save(*, for_sqlite: bool) -> Executable:
    statement = engines.insert_into(_VERDICTS, for_sqlite=for_sqlite)
    keys = [column.name for column in _VERDICTS.primary_key]
    kept = (*keys, "at", "status_before", "batch", *_REVIEW)
    changed: dict[str, ColumnElement[Any]] = {
        c.name: statement.excluded[c.name] for c in _VERDICTS.columns if c.name not in kept
    }
    weakness = statement.excluded.weakness
    is_reviewed = _VERDICTS.c.reviewed == weakness
    changed["weakness"] = case((is_reviewed, literal_column("''")), else_=weakness)
    stays = or_(is_reviewed, weakness == literal_column("''"))
    changed |= {name: case((stays, _VERDICTS.c[name]), else_=None) for name in _REVIEW}
    return statement.on_conflict_do_update(index_elements=keys, set_=changed)


def _count_weak_where(*conditions: ColumnElement[bool]) -> Select[int]:
    same = (TABLE.c.audience_id == _VERDICTS.c.audience_id) & (TABLE.c.id == _VERDICTS.c.contact_id)
    weak = _VERDICTS.c.weakness != literal_column("''")
    return select(func.count()).select_from(_VERDICTS.join(TABLE, same)).where(weak, *conditions)


_WEAK = _count_weak_where(
    _VERDICTS.c.audience_id == bindparam("audience_id"),
    engines.Among(_VERDICTS.c.contact_id, "contact_ids"),
    IS_CLEANED_BY_ID,
)


def _count_weak(session: Session, audience_id: int, rows: Sequence[Mapping[str, Any]]) -> int:
    """How many of the rows' contacts are cleaned and have a weak verdict."""
    ids = [row["contact_id"] for row in rows]
    values = {"audience_id": audience_id, "contact_ids": ids}
    n: int = session.connection().execute(_WEAK, values).scalar_one()
    return n
