"""What nobody needs any more goes."""

from datetime import datetime, timedelta

from bot import jobs
from bot.deliveries import KEPT as DELIVERIES_KEPT
from bot.webhooks import TOKENS_KEPT
from storage import aside, deliveries, drafts, webhooks
from storage import jobs as job_rows
from storage.database import Database

DRAFTS_KEPT = timedelta(days=30)
ASIDE_KEPT = timedelta(days=30)
SYNCS_KEPT = timedelta(days=1)  # there is one every few minutes; what it did is in the journal


def tidy(database: Database, now: datetime) -> int:
    """Drops old plans, lists, syncs, webhook tokens and deliveries, and what came in and was of no use; returns how many."""
    with database.transaction() as session:
        return (
            drafts.forget(session, now - DRAFTS_KEPT)
            + aside.forget(session, now - ASIDE_KEPT)
            + webhooks.forget(session, now - TOKENS_KEPT)
            + deliveries.forget(session, now - DELIVERIES_KEPT)
            + job_rows.forget_told(session, jobs.SYNC, now - SYNCS_KEPT)
        )
