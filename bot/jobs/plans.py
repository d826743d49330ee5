"""Plans: what a person sees before they confirm it. A modal carries the plan's id and nothing else."""

from datetime import datetime
from typing import Any

from bot.core.errors import AlreadyDone, PlanGone
from bot.jobs.jobs import new_id
from storage.core.database import Session
from storage.jobs import plans
from storage.jobs.tables import PlanRow


def create(
    session: Session,
    kind: str,
    *,
    user_id: str,
    audience_id: int,
    now: datetime,
    data: dict[str, Any],
    n: int = 0,
    revision: int = 0,
) -> PlanRow:
    """Stores a new plan. `n` is the number of contacts, counted at that `revision` of the audience."""
    return plans.add(
        session,
        PlanRow(
            id=new_id(),
            kind=kind,
            user_id=user_id,
            audience_id=audience_id,
            data=data,
            n=n,
            revision=revision,
            made_at=now,
        ),
    )


def get(session: Session, plan_id: str, user_id: str) -> PlanRow:
    """The person's plan. Raises PlanGone."""
    plan = plans.get(session, plan_id)
    if plan is None or plan.user_id != user_id:
        raise PlanGone
    return plan


def use(session: Session, plan_id: str, user_id: str, now: datetime) -> PlanRow:
    """Marks the person's plan confirmed, which works once, and returns it. Raises PlanGone, AlreadyDone."""
    plan = get(session, plan_id, user_id)
    if not plans.mark_used(session, plan_id, now):
        raise AlreadyDone
    return plan
