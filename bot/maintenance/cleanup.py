"""What nobody needs any more goes."""

from datetime import datetime, timedelta

from bot.bounces.webhooks import TOKENS_KEPT
from bot.core.dedupe import KEPT as DELIVERIES_KEPT
from storage.bounces import quarantine, webhook_tokens
from storage.core import dedupe, plans
from storage.core import jobs as job_rows
from storage.core.database import Database
from storage.core.tables import JobKind
from storage.mailchimp import outgoing

DRAFTS_KEPT = timedelta(days=30)
QUARANTINE_KEPT = timedelta(days=30)
OUTCOMES_KEPT = timedelta(days=30)
OUTCOMES_AT_ONCE = 20_000
SYNCS_KEPT = timedelta(days=1)  # there is one every few minutes; what it did is in the journal


def tidy(database: Database, now: datetime) -> int:
    """Drops old plans, lists, syncs, webhook tokens, deliveries and outcomes, and what came in and was of no use.

    Returns how many.
    """
    return _outcomes(database, now) + _others(database, now)


def _outcomes(database: Database, now: datetime) -> int:
    """The receipts say them, with the files; an answer that comes late is looked for during a week."""
    with database.reading() as session:
        boxes = outgoing.of_receipts_before(session, now - OUTCOMES_KEPT)
    n = 0
    for box in boxes:
        while True:
            with database.transaction() as session:
                dropped = outgoing.delete_some(session, box, OUTCOMES_AT_ONCE)
            n += dropped
            if dropped < OUTCOMES_AT_ONCE:
                break
    return n


def _others(database: Database, now: datetime) -> int:
    with database.transaction() as session:
        return (
            plans.forget(session, now - DRAFTS_KEPT)
            + quarantine.delete_before(session, now - QUARANTINE_KEPT)
            + webhook_tokens.delete_before(session, now - TOKENS_KEPT)
            + dedupe.forget(session, now - DELIVERIES_KEPT)
            + job_rows.delete_told(session, JobKind.SYNC, now - SYNCS_KEPT)
        )
