"""An audience's own cleaning policy: looked up, and changed by an operator."""

from datetime import datetime

from bot.cleaning import Policy
from bot.errors import CleanedError
from storage import bounces, journal
from storage.database import Database, Session
from storage.tables import CleaningPolicy

MOST = 1_000_000


class BadThreshold(CleanedError):
    """A threshold is no whole number in its range. Values: least, most."""

    key = "error-bad-threshold"


def of(session: Session, audience_id: int) -> Policy:
    """The audience's policy, in the caller's transaction."""
    row = bounces.policy(session, audience_id)
    if row is None:
        return Policy()
    return Policy(row.soft_without_activity, row.soft_with_activity, row.outage_addresses)


def look(database: Database, audience_id: int) -> Policy:
    with database.reading() as session:
        return of(session, audience_id)


def change(database: Database, audience_id: int, policy: Policy, *, by: str, now: datetime) -> None:
    """From now on the audience is judged so; what is cleaned stays cleaned. Raises BadThreshold."""
    for value, least in (
        (policy.soft_without_activity, 1),
        (policy.soft_with_activity, policy.soft_without_activity),
        (policy.outage_addresses, 2),
    ):
        if not least <= value <= MOST:
            raise BadThreshold(least=least, most=MOST)
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
