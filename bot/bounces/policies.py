"""An audience's own cleaning policy: looked up, and changed by an operator."""

from collections.abc import Mapping
from dataclasses import fields
from datetime import datetime

from bot.bounces.policy import Policy
from bot.core.errors import CleanedError
from storage.bounces import bounces
from storage.bounces.tables import CleaningPolicy
from storage.core import journal
from storage.core.database import Database, Session

MOST = 1_000_000


THRESHOLDS = tuple(field.name for field in fields(Policy))


class BadThreshold(CleanedError):
    """A threshold is no whole number in its range: `threshold` says which of `THRESHOLDS`. Values: least, most."""

    key = "error-bad-threshold"

    def __init__(self, threshold: str, least: int) -> None:
        super().__init__(least=least, most=MOST)
        self.threshold = threshold


def of(session: Session, audience_id: int) -> Policy:
    """The audience's policy, in the caller's transaction."""
    row = bounces.policy(session, audience_id)
    if row is None:
        return Policy()
    return Policy(row.soft_without_activity, row.soft_with_activity, row.outage_addresses)


def look(database: Database, audience_id: int) -> Policy:
    with database.reading() as session:
        return of(session, audience_id)


def read(typed: Mapping[str, str]) -> Policy:
    """The policy that was typed: a text for each of `THRESHOLDS`. Raises BadThreshold for what is no number."""
    return Policy(**{name: _number(name, typed[name]) for name in THRESHOLDS})


def change(database: Database, audience_id: int, policy: Policy, *, by: str, now: datetime) -> None:
    """From now on the audience is judged so; what is cleaned stays cleaned. Raises BadThreshold."""
    for name, least in _LEAST.items():
        if not least <= getattr(policy, name) <= MOST:
            raise BadThreshold(name, least)
    if policy.soft_with_activity < policy.soft_without_activity:
        raise BadThreshold("soft_with_activity", policy.soft_without_activity)
    with database.transaction() as session:
        bounces.put_policy(
            session,
            CleaningPolicy(
                audience_id=audience_id,
                soft_without_activity=policy.soft_without_activity,
                soft_with_activity=policy.soft_with_activity,
                outage_addresses=policy.outage_addresses,
                set_by=by,
                set_at=now,
            ),
        )
        journal.write(session, who=by, what="policy", at=now, n=0, audience_id=audience_id)


_LEAST = {"soft_without_activity": 1, "soft_with_activity": 1, "outage_addresses": 2}


def _number(name: str, text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise BadThreshold(name, _LEAST[name]) from None
