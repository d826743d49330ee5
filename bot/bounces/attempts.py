"""Attempts to read messages, marked before and unmarked after: one that ends the process is not tried for ever.

A mark is a row of the quarantine that nobody is shown, and that is deleted as the others are. What ended the process
stays marked; those that were read together with it as well, and reading them once more, alone, does no harm.
"""

import hashlib
from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from uuid import uuid4

from bot.bounces.messages.results import SOURCE
from storage.bounces import quarantine as quarantine_rows
from storage.bounces.message_files import MailMessage
from storage.core.database import Database

MOST = 2  # the first one together with other messages, the second one alone


def counts(database: Database, messages: Sequence[MailMessage]) -> Sequence[int]:
    """Returns for each message how many attempts to read it have not come to an end."""
    with database.reading() as session:
        marks = quarantine_rows.attempts(session)
    marked = Counter(name for mark in marks for name in mark.split())
    return [marked[_name(message)] if marked else 0 for message in messages]


def begin(database: Database, messages: Sequence[MailMessage], now: datetime) -> str:
    """Marks an attempt to read the messages; returns its id."""
    attempt = f"{quarantine_rows.FIRST_ATTEMPT}{uuid4().hex}"
    row = {
        "uid": attempt,
        "at": now,
        "source": SOURCE,
        "reason": "attempt",
        "address": "",
        "detail": " ".join(map(_name, messages)),
        "content": None,
    }
    with database.transaction() as session:
        quarantine_rows.add(session, [row])
    return attempt


def end(database: Database, attempt: str) -> None:
    """Unmarks an attempt that came to an end."""
    with database.transaction() as session:
        quarantine_rows.delete(session, attempt)


def _name(message: MailMessage) -> str:
    return hashlib.sha256(message.raw).hexdigest()[:32]
