"""What nobody needs any more goes."""

from datetime import datetime, timedelta

from bot.webhooks import TOKENS_KEPT
from storage import aside, drafts, webhooks
from storage.database import Database

DRAFTS_KEPT = timedelta(days=30)
ASIDE_KEPT = timedelta(days=30)


def tidy(database: Database, now: datetime) -> int:
    """Drops old plans, lists and webhook tokens, and what came in and was of no use; returns how many."""
    with database.transaction() as session:
        return (
            drafts.forget(session, now - DRAFTS_KEPT)
            + aside.forget(session, now - ASIDE_KEPT)
            + webhooks.forget(session, now - TOKENS_KEPT)
        )
