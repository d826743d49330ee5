"""Handles each Slack request once, though Slack may send it several times and to several processes."""

from datetime import datetime, timedelta

from storage.core import dedupe
from storage.core.database import Database

REQUESTS_KEPT = timedelta(minutes=15)  # Slack retries at once, after one minute and after five


def is_first(database: Database, key: str, now: datetime) -> bool:
    """Whether no process has handled this request. Always true on SQLite: its only process checks that in memory."""
    if database.is_sqlite:
        return True
    with database.transaction() as session:
        return dedupe.mark_handled(session, key, now)
