"""Slack sends a command, a click or an event again: it is done once, by one of the processes."""

from datetime import datetime, timedelta

from storage.core import dedupe
from storage.core.database import Database

KEPT = timedelta(minutes=15)  # Slack sends again at once, after one and after five minutes


def is_first(database: Database, key: str, now: datetime) -> bool:
    """Whether no process has had this delivery. SQLite serves one process, which knows by itself."""
    if database.is_sqlite:
        return True
    with database.transaction() as session:
        return dedupe.claim(session, key, now)
