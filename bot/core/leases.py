"""What each process would look after is done by one of them at a time, and by another when that one is gone.

SQLite serves one process, which is always the one.
"""

from datetime import datetime, timedelta

from bot.core import jobs
from storage.core import leases
from storage.core.database import Database


def take(database: Database, name: str, owner: str, now: datetime, lasts: timedelta) -> bool:
    """Whether it is the owner's turn, and stays so for that long; who has it may take it again."""
    if database.is_sqlite:
        return True
    with database.transaction() as session:
        return leases.take(session, name, owner, now, now + lasts)


def free_dead(database: Database, now: datetime) -> None:
    """Frees what processes of this machine had that are gone, as `jobs.free_dead` does."""
    if database.is_sqlite:
        return
    with database.transaction() as session:
        for owner in filter(jobs.is_dead, leases.owners(session, now)):
            leases.free(session, owner, now)


def give_back(database: Database, owner: str, now: datetime) -> None:
    """All that were the owner's are anyone's at once."""
    if database.is_sqlite:
        return
    with database.transaction() as session:
        leases.free(session, owner, now)
