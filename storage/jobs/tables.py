"""Tables of jobs, of plans, and of what keeps processes from doing the same work twice."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, BigInteger, CheckConstraint, Column, Index
from sqlmodel import Field

from storage.core.tables import Table, partial_index


class JobKind(StrEnum):
    """What a job does."""

    IMPORT = "import"
    EXPORT = "export"
    ARCHIVE = "archive"
    RESTORE = "restore"
    SYNC = "sync"
    ADD = "add"
    FIX = "fix"
    REVERSAL = "reversal"
    QUESTION = "question"
    CLEANING = "cleaning"
    NOTICE = "notice"
    FORGET = "forget"


class JobState(StrEnum):
    """A job's state. `docs/architecture.md` shows the transitions."""

    RECEIVING = "receiving"  # its file is being stored
    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


UNFINISHED = (JobState.WAITING, JobState.RUNNING)
ENDED = (JobState.DONE, JobState.FAILED)


class HandledRequest(Table, table=True):
    """A Slack request that was handled, by Slack's own key for it. Deleted after a while.

    `answer` is what a submitted form was answered with, as JSON: the same for a process that receives it again.
    """

    __tablename__ = "delivery"

    __table_args__ = (Index("ix_delivery_seen_at", "seen_at"),)

    key: str = Field(primary_key=True)
    seen_at: datetime
    answer: str | None = None


class LeaseRow(Table, table=True):
    """The owner of work that one process does at a time. The row `claim` is only ever locked, never taken."""

    __tablename__ = "turn"

    name: str = Field(primary_key=True)
    owner: str
    until: datetime  # expired from then on


class PlanRow(Table, table=True):
    """What a person sees and has not confirmed yet: a filtered list with its ticks, or a planned action.

    `used_at` is set once, by the confirmation, so that a second click has no effect.
    """

    __tablename__ = "draft"

    id: str = Field(primary_key=True)
    kind: str
    user_id: str
    audience_id: int = Field(foreign_key="audience.id")
    data: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    n: int = Field(sa_type=BigInteger)
    revision: int = Field(sa_type=BigInteger)  # the audience's, when it was counted
    made_at: datetime
    used_at: datetime | None = None


class JobRow(Table, table=True):
    """Long work. The process that runs it holds the lease; any process may take over an expired one.

    `bot.jobs.jobs` has the values that `data`, `cursor`, `notify` and `result` hold.
    """

    __tablename__ = "job"

    __table_args__ = (
        Index("ix_job_state_lease_until", "state", "lease_until"),
        partial_index("ix_job_untold", "made_at", where="told_at IS NULL"),
        CheckConstraint(f"state IN ({', '.join(repr(str(state)) for state in JobState)})", name="state"),
    )

    id: str = Field(primary_key=True)
    kind: str
    audience_id: int | None = Field(default=None, foreign_key="audience.id")
    state: str = JobState.WAITING.value
    data: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))  # what to do
    cursor: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))  # how far it is
    notify: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))  # whom to tell, and where
    result: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    done: int = Field(default=0, sa_type=BigInteger)
    total: int = Field(default=0, sa_type=BigInteger)
    attempts: int = 0
    owner: str | None = None
    lease_until: datetime | None = None
    made_by: str
    made_at: datetime
    finished_at: datetime | None = None
    told_at: datetime | None = (
        None  # when the person was sent the receipt; a finished job without it is still work
    )
