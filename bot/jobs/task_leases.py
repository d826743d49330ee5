"""Leases of recurring tasks: one process at a time runs each, and another takes over when that one dies.

A SQLite database has a single process, so no lease is needed there.
"""

from datetime import datetime, timedelta

from bot.jobs import jobs
from storage.core.database import Database
from storage.jobs import task_leases


def acquire(database: Database, name: str, owner: str, now: datetime, duration: timedelta) -> bool:
    """Acquires or renews the task's lease for that duration; False while another owner holds it."""
    if database.is_sqlite:
        return True
    with database.transaction() as session:
        return task_leases.acquire(session, name, owner, now, now + duration)


def release_dead(database: Database, now: datetime) -> None:
    """Ends the leases of processes of this machine that have died, as `jobs.release_dead` does."""
    if database.is_sqlite:
        return
    with database.transaction() as session:
        for owner in filter(jobs.is_dead, task_leases.owners(session, now)):
            task_leases.release_all(session, owner, now)


def release_all(database: Database, owner: str, now: datetime) -> None:
    """Ends all leases of the owner."""
    if database.is_sqlite:
        return
    with database.transaction() as session:
        task_leases.release_all(session, owner, now)
