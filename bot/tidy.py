"""What nobody needs any more goes."""

from datetime import datetime, timedelta

from bot.webhooks import TOKENS_KEPT
from storage import drafts, webhooks
from storage.database import Database

DRAFTS_KEPT = timedelta(days=30)


def tidy(database: Database, now: datetime) -> int:
    """Drops the plans and lists that were left lying, and the tokens of old webhooks; returns how many."""
    with database.transaction() as session:
        tokens = webhooks.forget(session, now - TOKENS_KEPT)
        return drafts.forget(session, now - DRAFTS_KEPT) + tokens
