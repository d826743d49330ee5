"""The cleaning policy that an operator has set for an audience: read, validated and saved."""

from collections.abc import Mapping
from dataclasses import fields
from datetime import datetime

from bot.audiences import audiences
from bot.bounces.verdicts.policy import Policy
from bot.core.errors import CleanedError
from storage.audiences import journal
from storage.bounces.tables import CleaningPolicy
from storage.bounces.verdicts import policies as policy_rows
from storage.core.database import Database, Session

THRESHOLDS = tuple(field.name for field in fields(Policy))
HIGHEST_THRESHOLD = 1_000_000


class BadThreshold(CleanedError):
    """A threshold is not a whole number in its range; `threshold` is one of `THRESHOLDS`. Values: least, most."""

    key = "error-bad-threshold"

    def __init__(self, threshold: str, least: int) -> None:
        super().__init__(least=least, most=HIGHEST_THRESHOLD)
        self.threshold = threshold


def get(database: Database, audience_id: int) -> Policy:
    """Returns the audience's policy; the defaults if none was saved."""
    with database.reading() as session:
        return load(session, audience_id)


def load(session: Session, audience_id: int) -> Policy:
    """As `get`, in the caller's transaction."""
    row = policy_rows.get(session, audience_id)
    if row is None:
        return Policy()
    return Policy(row.soft_without_activity, row.soft_with_activity, row.outage_addresses)


def parse(typed: Mapping[str, str]) -> Policy:
    """Returns the policy from the text typed for each of `THRESHOLDS`. Raises BadThreshold if one is not an integer."""
    return Policy(**{name: _integer(name, typed[name]) for name in THRESHOLDS})


def save(
    database: Database,
    audience_id: int,
    policy: Policy,
    *,
    by: str,
    now: datetime,
    signup_url: str | None = None,
) -> None:
    """Saves the policy for future verdicts; contacts already cleaned stay cleaned.

    `signup_url`: as of `audiences.set_signup_url`; None leaves the audience's as it is. Raises BadThreshold, BadSignupUrl.
    """
    for name, least in _LEAST.items():
        if not least <= getattr(policy, name) <= HIGHEST_THRESHOLD:
            raise BadThreshold(name, least)
    if policy.soft_with_activity < policy.soft_without_activity:
        raise BadThreshold("soft_with_activity", policy.soft_without_activity)
    with database.transaction() as session:
        if signup_url is not None:
            audiences.set_signup_url(session, audience_id, signup_url)
        policy_rows.save(
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


def _integer(name: str, text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise BadThreshold(name, _LEAST[name]) from None
