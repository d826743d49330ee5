"""What nobody needs any more goes."""

from datetime import datetime, timedelta

from storage import drafts
from storage.database import Database

DRAFTS_KEPT = timedelta(days=30)


def tidy(database: Database, now: datetime) -> int:
    """Drops the plans and lists that were left lying; returns how many."""
    with database.transaction() as session:
        return drafts.forget(session, now - DRAFTS_KEPT)
