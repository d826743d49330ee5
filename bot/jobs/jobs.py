"""Jobs: long work with a state, a lease and stored progress, so that another process carries on when one dies.

A job's type names the classes of three values: the task (what to do), the progress (how far it is) and the result. Each
subject defines its own, for instance in `bot/archives/jobs.py`. A step changes contacts and the job's row in one
transaction, and only while the process holds the lease, so that a step happens exactly once or not at all.
"""

import os
import secrets
import socket
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Generic, TypeVar

from bot.core.errors import NoAudience
from bot.jobs.json_values import from_json, to_json
from storage.core.database import Database, Session
from storage.jobs import jobs
from storage.jobs.tables import UNFINISHED, JobKind, JobRow, JobState

LEASE = timedelta(seconds=30)  # renewed by each step, which takes well under a second

RETRY, LONGEST_RETRY = timedelta(seconds=3), timedelta(minutes=1)

STEP = timedelta(seconds=0.6)  # target duration of a step, which holds locks; some take half as long again
SMALLEST_STEP = 1 / 20  # of the largest

# Keys of the column `result` that are not part of the result: the failure, and who undid an archive (version 0.1).
_BESIDE_RESULT = ("error", "values", "undone_by")


TaskT = TypeVar("TaskT")
ProgressT = TypeVar("ProgressT")
ResultT = TypeVar("ResultT")
# Covariant, since a job is immutable: a job with ArchiveProgress is a job with RemoteProgress.
_Task_co = TypeVar("_Task_co", covariant=True)
_Progress_co = TypeVar("_Progress_co", covariant=True)
_Result_co = TypeVar("_Result_co", covariant=True)

Clock = Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class JobType(Generic[_Task_co, _Progress_co, _Result_co]):
    """A kind of job and the classes of its values. An empty object is the progress of a job that has not begun."""

    kind: JobKind
    task: type[_Task_co]
    progress: type[_Progress_co]
    result: type[_Result_co]


@dataclass(frozen=True, slots=True)
class Recipient:
    """The person whom a job informs, and where.

    `channel` is the person's direct messages, once known; `ts` is the timestamp of the job's message there, once posted;
    `view` names what the modal shows in which the job was confirmed, as long as it shows that.
    """

    user: str
    language: str | None = None
    channel: str | None = None
    view: str | None = None
    ts: str | None = None


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a job failed: a sentence's key and its values."""

    key: str
    values: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Job(Generic[_Task_co, _Progress_co, _Result_co]):
    """A job, as last read or written. `done` and `total` are in contacts, rows or bytes, depending on the type.

    A job without a recipient was started in the terminal or by the scheduler.
    """

    type: JobType[_Task_co, _Progress_co, _Result_co]
    id: str
    target: int | None
    """The audience's id; None while an import's file is not stored."""
    state: JobState
    task: _Task_co
    progress: _Progress_co
    result: _Result_co | None
    failure: Failure | None
    recipient: Recipient | None
    done: int
    total: int
    attempts: int
    owner: str | None
    made_by: str
    made_at: datetime
    finished_at: datetime | None

    @property
    def kind(self) -> JobKind:
        return self.type.kind

    @property
    def audience_id(self) -> int:
        """Raises NoAudience for an import whose file is not stored yet."""
        if self.target is None:
            raise NoAudience
        return self.target

    @property
    def language(self) -> str | None:
        return self.recipient.language if self.recipient else None

    @property
    def outcome(self) -> _Result_co:
        """The result. Raises ValueError for a job that is unfinished, or failed before it did anything."""
        if self.result is None:
            raise ValueError(f"Job {self.id} has no result.")
        return self.result


AnyJob = Job[Any, Any, Any]
Work = Callable[[Database, Job[TaskT, ProgressT, ResultT], Clock], Iterator[Job[TaskT, ProgressT, ResultT]]]


class StepSize:
    """The number of rows per step, adapted so that a step lasts about STEP; at most `most`.

    `first`: of the first step, if not `most`. It shows how quick the database is, so it is to be short on a slow one.
    """

    def __init__(self, most: int, *, first: int | None = None) -> None:
        self._most = most
        self.rows = min(first or most, most)

    def adapt(self, duration: timedelta) -> None:
        """Adapts `rows` to how long the last step of that many rows lasted."""
        if duration >= timedelta(0):  # clocks can be set back
            smallest = max(int(self._most * SMALLEST_STEP), 1)
            enough = int(self.rows * (STEP / duration)) if duration else self._most
            self.rows = max(smallest, min(self._most, enough))


@dataclass(frozen=True, slots=True)
class WorkUnderWay:
    """A job that waits or runs. `done` and `total` as in `Job`; `is_asked_for`: whether a person is told of it."""

    id: str
    kind: JobKind
    audience_id: int | None
    is_waiting: bool
    done: int
    total: int
    made_by: str
    is_asked_for: bool


@dataclass(frozen=True, slots=True)
class Backlog:
    """The jobs of a kind and state that have not ended: how many, and how long ago the oldest was created."""

    kind: str
    state: str
    n: int
    age: timedelta


def backlog(database: Database, now: datetime) -> Sequence[Backlog]:
    """Returns the jobs that have not ended, by kind and state; nothing for those that there are none of."""
    with database.reading() as session:
        return [
            Backlog(kind, state, n, now - oldest) for kind, state, n, oldest in jobs.count_unfinished(session)
        ]


def under_way(database: Database, kinds: Collection[JobKind]) -> Sequence[WorkUnderWay]:
    """Returns the jobs of these kinds that wait or run, by kind in that order, the oldest of each first."""
    with database.reading() as session:
        rows = [row for kind in kinds for row in jobs.unfinished(session, kind)]
    return [
        WorkUnderWay(
            id=row.id,
            kind=JobKind(row.kind),
            audience_id=row.audience_id,
            is_waiting=row.state == JobState.WAITING,
            done=row.done,
            total=row.total,
            made_by=row.made_by,
            is_asked_for=bool(row.notify),
        )
        for row in rows
    ]


def new_id() -> str:
    return secrets.token_hex(8)


def owner() -> str:
    """A new name of a lease owner, for a thread of this process: host, process id and a random part."""
    return f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(3)}"


def create(
    session: Session,
    type_: JobType[TaskT, ProgressT, ResultT],
    task: TaskT,
    *,
    by: str,
    now: datetime,
    audience_id: int | None = None,
    total: int = 0,
    recipient: Recipient | None = None,
    progress: ProgressT | None = None,
    job_id: str | None = None,
    state: JobState = JobState.WAITING,
    lease: tuple[str, datetime] | None = None,
) -> Job[TaskT, ProgressT, ResultT]:
    """Stores a new job. With a `job_id` that is taken, returns the job that has it.

    `lease`: owner and end, for a job that its creator runs itself.
    """
    row = JobRow(
        id=job_id or new_id(),
        kind=type_.kind.value,
        audience_id=audience_id,
        state=state.value,
        data=to_json(task),
        cursor=to_json(progress) if progress else {},
        notify=to_json(recipient) if recipient else {},
        result={},
        total=total,
        made_by=by,
        made_at=now,
        owner=lease[0] if lease else None,
        lease_until=lease[1] if lease else None,
    )
    return read(type_, jobs.add(session, row))


def read(type_: JobType[TaskT, ProgressT, ResultT], row: JobRow) -> Job[TaskT, ProgressT, ResultT]:
    """The job of a row of this type."""
    result = {key: value for key, value in row.result.items() if key not in _BESIDE_RESULT}
    has_result = bool(result) or row.state == JobState.DONE
    return Job(
        type=type_,
        id=row.id,
        target=row.audience_id,
        state=JobState(row.state),
        task=from_json(type_.task, row.data),
        progress=from_json(type_.progress, row.cursor),
        result=from_json(type_.result, result) if has_result else None,
        failure=Failure(row.result["error"], row.result.get("values", {})) if "error" in row.result else None,
        recipient=from_json(Recipient, row.notify) if row.notify else None,
        done=row.done,
        total=row.total,
        attempts=row.attempts,
        owner=row.owner,
        made_by=row.made_by,
        made_at=row.made_at,
        finished_at=row.finished_at,
    )


def get(
    session: Session, type_: JobType[TaskT, ProgressT, ResultT], job_id: str
) -> Job[TaskT, ProgressT, ResultT] | None:
    """The job with that id; None if there is none of this type."""
    row = jobs.get(session, job_id)
    return read(type_, row) if row and row.kind == type_.kind else None


def get_in_transaction(
    database: Database, type_: JobType[TaskT, ProgressT, ResultT], job_id: str
) -> Job[TaskT, ProgressT, ResultT] | None:
    """As `get`, in a transaction of its own."""
    with database.reading() as session:
        return get(session, type_, job_id)


def unfinished(
    session: Session,
    type_: JobType[TaskT, ProgressT, ResultT],
    *,
    audience_id: int | None = None,
    states: Collection[JobState] = UNFINISHED,
) -> Sequence[Job[TaskT, ProgressT, ResultT]]:
    """Jobs of the type that are waiting or running (or in `states`), oldest first."""
    rows = jobs.unfinished(session, type_.kind, audience_id=audience_id, states=states)
    return [read(type_, row) for row in rows]


def may_have_work(database: Database) -> bool:
    """Whether a claim can find a job, of any type. Costs a tenth of a claim."""
    with database.reading() as session:
        return jobs.any_with_work(session)


def claim(
    database: Database, types: Collection[JobType[Any, Any, Any]], owner: str, now: datetime
) -> AnyJob | None:
    """Leases the next job of these types to the owner; None when there is none."""
    by_kind = {type_.kind: type_ for type_ in types}
    with database.transaction() as session:
        row = jobs.claim(session, by_kind.keys(), owner, now, now + LEASE)
    # Parsed after the commit: a row that can't be parsed stays leased for a while, and does not block other jobs.
    return read(by_kind[JobKind(row.kind)], row) if row else None


def claim_one(
    database: Database, job: Job[TaskT, ProgressT, ResultT], owner: str, now: datetime
) -> Job[TaskT, ProgressT, ResultT] | None:
    """Leases this job to the owner; None while another process runs it, or another job changes its audience."""
    with database.transaction() as session:
        row = jobs.claim_one(session, job.id, owner, now, now + LEASE)
    return read(job.type, row) if row else None


def release_dead(database: Database) -> None:
    """Ends the leases of processes of this machine that have died, so that nobody waits for them to expire.

    Call it before this process claims jobs. Leases of a process whose id was reused by another one are kept.
    """
    with database.transaction() as session:
        for name in filter(is_dead, jobs.owners(session)):
            jobs.release_all(session, name)


def release_all(database: Database, owner: str) -> None:
    """Ends all leases of the owner, so that other processes can carry on its jobs at once."""
    with database.transaction() as session:
        jobs.release_all(session, owner)


def step(
    session: Session,
    job: Job[TaskT, ProgressT, ResultT],
    now: datetime,
    *,
    progress: ProgressT | None = None,
    task: TaskT | None = None,
    **columns: Any,
) -> Job[TaskT, ProgressT, ResultT]:
    """Saves the job's progress and renews its lease, in the same transaction as the step's changes.

    `columns`: `done`, `total` or `audience_id`. Values that are not given stay. Raises storage.jobs.jobs.LeaseLost.
    """
    if progress is not None:
        columns["cursor"] = to_json(progress)
    if task is not None:
        columns["data"] = to_json(task)
    row = jobs.save(session, job.id, job.owner, lease_until=now + LEASE, **columns)
    return read(job.type, row)


def finish(
    session: Session,
    job: Job[TaskT, ProgressT, ResultT],
    now: datetime,
    result: ResultT,
    failure: Failure | None = None,
) -> Job[TaskT, ProgressT, ResultT]:
    """Ends the job, in the transaction of its last step. With a failure, the result is what was done before it."""
    state = JobState.FAILED if failure else JobState.DONE
    json = to_json(result) | (_failure_json(failure) if failure else {})
    return step(session, job, now, state=state.value, finished_at=now, result=json)


def fail(
    database: Database, job: Job[TaskT, ProgressT, ResultT], now: datetime, key: str, /, **values: Any
) -> Job[TaskT, ProgressT, ResultT]:
    """Ends the job as failed. `key` and `values` are the sentence for the receipt."""
    result = _failure_json(Failure(key, values))
    with database.transaction() as session:
        return step(session, job, now, state=JobState.FAILED.value, finished_at=now, result=result)


def save_progress(
    database: Database, job: Job[TaskT, ProgressT, ResultT], now: datetime, progress: ProgressT
) -> Job[TaskT, ProgressT, ResultT]:
    """Stores how far the job is, in a transaction of its own."""
    with database.transaction() as session:
        return step(session, job, now, progress=progress)


def renew(
    database: Database, job: Job[TaskT, ProgressT, ResultT], now: datetime
) -> Job[TaskT, ProgressT, ResultT]:
    """Renews the lease, in a transaction of its own."""
    with database.transaction() as session:
        return step(session, job, now)


def set_recipient(
    database: Database, job: Job[TaskT, ProgressT, ResultT], now: datetime, recipient: Recipient
) -> Job[TaskT, ProgressT, ResultT]:
    """Stores whom the job informs and where, once that is known."""
    with database.transaction() as session:
        row = jobs.save(session, job.id, job.owner, lease_until=now + LEASE, notify=to_json(recipient))
    return read(job.type, row)


def mark_told(database: Database, job: AnyJob, now: datetime) -> None:
    """Records that the receipt was sent, after which nothing is left to do."""
    with database.transaction() as session:
        jobs.save(session, job.id, job.owner, told_at=now, lease_until=None)


def release(database: Database, job: AnyJob) -> None:
    """Ends the job's lease, so that any process can carry it on at once. Doesn't count as an attempt."""
    with database.transaction() as session:
        jobs.release(session, job.id, job.owner)


def retry_later(database: Database, job: AnyJob, now: datetime) -> None:
    """Lets the job be claimed again after a fault, after a pause that grows with the attempts."""
    with database.transaction() as session:
        pause = min(RETRY * job.attempts, LONGEST_RETRY)
        jobs.save(session, job.id, job.owner, lease_until=now + pause)


def retry_later_uncounted(database: Database, job: AnyJob, now: datetime) -> None:
    """Lets the job be claimed again after a fault that is not its own, which doesn't count as an attempt."""
    columns = {"lease_until": now + RETRY, "attempts": max(job.attempts - 1, 0)}
    if job.recipient:
        columns["notify"] = to_json(job.recipient)
    with database.transaction() as session:
        jobs.save(session, job.id, job.owner, **columns)


def is_dead(owner: str) -> bool:
    """Whether the owner's process is known to have died.

    An owner with this process's own id was an earlier process: in a container, the id is always the same.
    """
    host, _, rest = owner.partition(":")
    process_id = rest.partition(":")[0]
    if host != socket.gethostname() or not process_id.isdecimal() or os.name != "posix":
        return False
    if int(process_id) == os.getpid():
        return True
    try:
        os.kill(int(process_id), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return False


def _failure_json(failure: Failure) -> dict[str, Any]:
    return {"error": failure.key, "values": dict(failure.values)}
