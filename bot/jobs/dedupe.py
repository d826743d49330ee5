"""Handles each Slack request once, though Slack may send it several times and to several processes."""

from datetime import datetime, timedelta

from storage.core.database import Database
from storage.jobs import dedupe

REQUESTS_KEPT = timedelta(minutes=15)  # Slack retries at once, after one minute and after five
MOST_ANSWER = 256 << 10  # characters; Slack takes views of 250 kB


def is_first(database: Database, key: str, now: datetime) -> bool:
    """Whether no process has handled this request. Always true on SQLite: its only process checks that in memory."""
    if database.is_sqlite:
        return True
    with database.transaction() as session:
        return dedupe.mark_handled(session, key, now)


def keep_answer(database: Database, key: str, answer: str) -> None:
    """Keeps what answered the request, for a process that receives it again; not if it is longer than MOST_ANSWER."""
    if database.is_sqlite or len(answer) > MOST_ANSWER:
        return
    with database.transaction() as session:
        dedupe.set_answer(session, key, answer)


def kept_answer(database: Database, key: str) -> str | None:
    """What answered the request in another process; None if that is not known, or not yet."""
    with database.reading() as session:
        return dedupe.get_answer(session, key)
