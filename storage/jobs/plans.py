"""Plans: what a person sees and has not confirmed yet."""

from datetime import datetime
from typing import Any

from sqlalchemy import Table, delete, update
from sqlmodel import Session, col

from storage.core.engines import insert
from storage.jobs.tables import PlanRow

TABLE: Table = PlanRow.__table__  # type: ignore[attr-defined]


def add(session: Session, plan: PlanRow) -> PlanRow:
    session.add(plan)
    session.flush()
    return plan


def get(session: Session, plan_id: str) -> PlanRow | None:
    return session.get(PlanRow, plan_id)


def put(
    session: Session, plan_id: str, kind: str, *, user_id: str, audience_id: int, made_at: datetime
) -> None:
    """Stores a plan that has nothing but an audience, in the place of one with the same id."""
    own = {"kind": kind, "user_id": user_id, "audience_id": audience_id, "made_at": made_at}
    added = insert(session, TABLE).values(id=plan_id, data={}, n=0, revision=0, **own)
    session.connection().execute(added.on_conflict_do_update(index_elements=[TABLE.c.id], set_=own))


def mark_used(session: Session, plan_id: str, now: datetime) -> bool:
    """Marks the plan confirmed; False if it was confirmed before, or does not exist."""
    unused = update(PlanRow).where(col(PlanRow.id) == plan_id, col(PlanRow.used_at).is_(None))
    return bool(session.connection().execute(unused.values(used_at=now)).rowcount)


def save(session: Session, plan_id: str, **columns: Any) -> None:
    """Writes these columns of the plan."""
    session.connection().execute(update(PlanRow).where(col(PlanRow.id) == plan_id).values(**columns))
    session.expire_all()


def delete_before(session: Session, before: datetime) -> int:
    """Deletes plans made before that time; returns how many."""
    return session.connection().execute(delete(PlanRow).where(col(PlanRow.made_at) < before)).rowcount


def get_locked(session: Session, plan_id: str) -> PlanRow | None:
    """The plan, its row locked until the transaction ends, so that simultaneous clicks are handled one by one."""
    return session.get(PlanRow, plan_id, with_for_update=True)
