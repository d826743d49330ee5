"""Evidence on contacts: their bounces and complaints, and their latest delivery and activity."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from functools import cache
from operator import attrgetter
from typing import Any

from sqlalchemy import Executable, Table, bindparam, case, delete, func, insert, select
from sqlmodel import Session, col
from sqlmodel import select as select_model

from storage.bounces.tables import Activity, Evidence
from storage.core import engines

_EVIDENCE: Table = Evidence.__table__  # type: ignore[attr-defined]
_ACTIVITY: Table = Activity.__table__  # type: ignore[attr-defined]

_EXISTING = select(_EVIDENCE.c.uid).where(
    _EVIDENCE.c.audience_id == bindparam("audience_id"), engines.Among(_EVIDENCE.c.uid, "uids")
)
_INSERT = insert(_EVIDENCE)
_OF_CONTACTS = select_model(Evidence).where(
    col(Evidence.audience_id) == bindparam("audience_id"),
    engines.Among(col(Evidence.contact_id), "contact_ids"),
)
_ACTIVITY_OF = select_model(Activity).where(
    col(Activity.audience_id) == bindparam("audience_id"),
    engines.Among(col(Activity.contact_id), "contact_ids"),
)


def add(
    session: Session, audience_id: int, rows: Iterable[Mapping[str, Any]]
) -> dict[str, Mapping[str, Any]]:
    """Inserts the evidence whose uid is not there yet, of several rows with the same the first; returns them by uid.

    The caller holds the audience's lock.
    """
    new: dict[str, Mapping[str, Any]] = {}
    for row in rows:
        new.setdefault(row["uid"], row)
    if not new:
        return new
    values = {"audience_id": audience_id, "uids": new.keys()}
    for uid in session.connection().execute(_EXISTING, values).scalars():
        del new[uid]
    if new:
        session.connection().execute(_INSERT, list(new.values()))
    return new


def of_contacts(session: Session, audience_id: int, contact_ids: Collection[int]) -> Sequence[Evidence]:
    """Returns all evidence on these contacts, the newest first."""
    rows = session.exec(_OF_CONTACTS, params={"audience_id": audience_id, "contact_ids": contact_ids})
    # Sorted here: for the sake of the order, SQLite would read the evidence on all contacts by an index of the times.
    return sorted(sorted(rows, key=attrgetter("uid")), key=attrgetter("at"), reverse=True)


def delete_before(session: Session, audience_id: int, before: datetime, most: int) -> int:
    """Deletes bounces older than that, at most `most`; returns how many.

    Complaints stay: nobody who complained is ever asked for another address.
    """
    old = (_EVIDENCE.c.audience_id == audience_id, _EVIDENCE.c.at < before, _EVIDENCE.c.kind != "complaint")
    uids = select(_EVIDENCE.c.uid).where(*old).limit(most)
    statement = delete(_EVIDENCE).where(_EVIDENCE.c.audience_id == audience_id, _EVIDENCE.c.uid.in_(uids))
    return session.connection().execute(statement).rowcount


def record_activity(
    session: Session,
    audience_id: int,
    activity: Mapping[int, tuple[datetime | None, datetime | None]],
) -> None:
    """Updates the latest times: contact id → (delivered at, active at), None where nothing is new."""
    if not activity:
        return
    rows = [
        {
            "audience_id": audience_id,
            "contact_id": contact_id,
            "delivered_at": delivered_at,
            "active_at": active_at,
        }
        for contact_id, (delivered_at, active_at) in activity.items()
    ]
    session.connection().execute(_record(for_sqlite=engines.is_sqlite(session)), rows)


def activity_of(session: Session, audience_id: int, contact_ids: Collection[int]) -> dict[int, Activity]:
    """Returns the activity of these contacts, where there is any: contact id → row."""
    rows = session.exec(_ACTIVITY_OF, params={"audience_id": audience_id, "contact_ids": contact_ids})
    return {row.contact_id: row for row in rows}


@cache
def _record(*, for_sqlite: bool) -> Executable:
    statement = engines.insert_into(_ACTIVITY, for_sqlite=for_sqlite)
    latest = {
        # A comparison with NULL is not true, so that None leaves the time that is there.
        name: case(
            (statement.excluded[name] > _ACTIVITY.c[name], statement.excluded[name]),
            else_=func.coalesce(_ACTIVITY.c[name], statement.excluded[name]),
        )
        for name in ("delivered_at", "active_at")
    }
    return statement.on_conflict_do_update(index_elements=_ACTIVITY.primary_key, set_=latest)
