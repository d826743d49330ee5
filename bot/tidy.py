"""What nobody needs any more goes."""

from datetime import datetime, timedelta

from storage import aside, drafts
from storage.database import Database

DRAFTS_KEPT = timedelta(days=30)
ASIDE_KEPT = timedelta(days=30)
TOKENS_KEPT = timedelta(days=1)  # a webhook that is told again later than that is refused for its age


def tidy(database: Database, now: datetime) -> int:
    """Drops the plans and lists that were left lying, and what came in and was of no use; returns how many."""
    with database.transaction() as session:
        return (
            drafts.forget(session, now - DRAFTS_KEPT)
            + aside.forget(session, now - ASIDE_KEPT)
            + aside.forget_tokens(session, now - TOKENS_KEPT)
        )
