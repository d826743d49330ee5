"""Plans: what a person sees before they confirm it. A modal carries the plan's id and nothing else."""

from datetime import datetime
from typing import Any

from bot.core.errors import AlreadyDone, PlanGone
from bot.core.jobs import new_id
from storage.core import plans
from storage.core.database import Session
from storage.core.tables import PlanRow


def keep(
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
    """A new plan. `n` and `revision`: what was counted, and the audience's revision at that moment."""
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


def look(session: Session, draft_id: str, user_id: str) -> PlanRow:
    """The person's plan. Raises PlanGone."""
    draft = plans.get(session, draft_id)
    if draft is None or draft.user_id != user_id:
        raise PlanGone
    return draft


def use(session: Session, draft_id: str, user_id: str, now: datetime) -> PlanRow:
    """The person's plan, confirmed by this transaction and no other. Raises PlanGone, AlreadyDone."""
    draft = look(session, draft_id, user_id)
    if not plans.use(session, draft_id, now):
        raise AlreadyDone
    return draft
