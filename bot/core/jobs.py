"""Long work: a row with a state, a lease and a progress. A process that dies leaves a row for another.

Each step of a job changes contacts and the job's row in one transaction, held by the lease: a step has
happened whole, once, or not at all.
"""

import os
import secrets
import socket
from collections.abc import Callable, Collection, Iterator
from datetime import datetime, timedelta
from typing import Any

from storage.core import jobs
from storage.core.database import Database, Session
from storage.core.tables import JobRow

LEASE = timedelta(seconds=30)  # renewed with each step; a step takes well under a second

RETRY, LONGEST_RETRY = timedelta(seconds=3), timedelta(minutes=1)

Clock = Callable[[], datetime]
Work = Callable[[Database, JobRow, Clock], Iterator[JobRow]]

STEP = timedelta(seconds=0.8)  # others wait for its locks, for less than a second
FEWEST = 1 / 20  # of what a step takes at most

IMPORT, EXPORT, ARCHIVE, RESTORE, SYNC = "import", "export", "archive", "restore", "sync"
ADD = "add"


class Pace:
    """How much a step takes, so that it lasts about STEP: `most` where the database is quick enough."""

    def __init__(self, most: int) -> None:
        self.n = self._most = most

    def took(self, time: timedelta) -> None:
        """So long the last step of `n` took."""
        if time > timedelta(0):  # clocks are put back
            self.n = max(int(self._most * FEWEST), 1, min(self._most, int(self.n * (STEP / time))))


def new_id() -> str:
    return secrets.token_hex(8)


def owner() -> str:
    """This process and thread of work, for the lease."""
    return f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(3)}"


def new(
    kind: str, *, by: str, now: datetime, audience_id: int | None = None, total: int = 0, **data: Any
) -> JobRow:
    """A job that waits for its turn. `data` says what to do."""
    notify = data.pop("notify", None) or {}
    return JobRow(
        id=new_id(),
        kind=kind,
        audience_id=audience_id,
        data=data,
        cursor={},
        notify=notify,
        result={},
        total=total,
        made_by=by,
        made_at=now,
    )


def claim(database: Database, kinds: Collection[str], owner: str, now: datetime) -> JobRow | None:
    """The next job to do, now the owner's; None when there is none."""
    with database.transaction() as session:
        return jobs.claim(session, kinds, owner, now, now + LEASE)


def claim_one(database: Database, job_id: str, owner: str, now: datetime) -> JobRow | None:
    """That job, now the owner's; None while another does it, or other work has its audience."""
    with database.transaction() as session:
        return jobs.claim_one(session, job_id, owner, now, now + LEASE)


def free_dead(database: Database) -> None:
    """Frees what processes of this machine held that are gone: nobody waits for their leases to run out.

    To be called before this process takes work. A number of a process that was given again keeps its lease.
    """
    with database.transaction() as session:
        for owner in filter(is_dead, jobs.owners(session)):
            jobs.free(session, owner)


def free(database: Database, owner: str) -> None:
    """Frees what that owner holds, to be carried on at once."""
    with database.transaction() as session:
        jobs.free(session, owner)


def look(database: Database, job_id: str) -> JobRow | None:
    """The job as it stands."""
    with database.reading() as session:
        return jobs.get(session, job_id)


def step(session: Session, job: JobRow, now: datetime, **changes: Any) -> JobRow:
    """The job a step further, in the transaction of what the step did. Raises storage.core.jobs.LeaseLost."""
    return jobs.save(session, job, lease_until=now + LEASE, **changes)


def finish(session: Session, job: JobRow, now: datetime, **result: Any) -> JobRow:
    """The job is done, in the transaction of its last step."""
    return step(session, job, now, state="done", finished_at=now, result=result)


def fail(database: Database, job: JobRow, now: datetime, key: str, /, **values: Any) -> JobRow:
    """The job can't be done: the sentence's key and values are kept for the receipt."""
    with database.transaction() as session:
        return step(
            session, job, now, state="failed", finished_at=now, result={"error": key, "values": values}
        )


def note(database: Database, job: JobRow, now: datetime, **notify: Any) -> JobRow:
    """Keeps where the person is told (channel, ts, …)."""
    with database.transaction() as session:
        return step(session, job, now, notify={**job.notify, **notify})


def remember(database: Database, job: JobRow, now: datetime, **values: Any) -> JobRow:
    """Keeps these in the cursor, for whoever carries the job on."""
    with database.transaction() as session:
        return step(session, job, now, cursor={**job.cursor, **values})


def told(database: Database, job: JobRow, now: datetime) -> None:
    """The person has the receipt: nothing is left to do."""
    with database.transaction() as session:
        jobs.save(session, job, told_at=now, lease_until=None)


def release(database: Database, job: JobRow) -> None:
    """Gives the job back, to be carried on at once by whoever comes."""
    with database.transaction() as session:
        jobs.release(session, job)


def give_back_unharmed(database: Database, job: JobRow, now: datetime) -> None:
    """Gives the job back after a trouble that is not its own, which counts as no attempt. Keeps whom it told where."""
    with database.transaction() as session:
        jobs.save(session, job, lease_until=now + RETRY, attempts=max(job.attempts - 1, 0), notify=job.notify)


def give_back(database: Database, job: JobRow, now: datetime) -> None:
    """Gives the job back after a fault, to be tried again after a while that grows."""
    with database.transaction() as session:
        jobs.save(session, job, lease_until=now + min(RETRY * job.attempts, LONGEST_RETRY))


def is_dead(owner: str) -> bool:
    """Whether that process is gone for certain. Our own number was another's before us: in a container it is always the same."""
    host, _, rest = owner.partition(":")
    number = rest.partition(":")[0]
    if host != socket.gethostname() or not number.isdecimal() or os.name != "posix":
        return False
    if int(number) == os.getpid():
        return True
    try:
        os.kill(int(number), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return False
