"""The weekly digest's settings and its runs."""

from datetime import datetime

from sqlalchemy import JSON, Column
from sqlmodel import Field

from storage.core.tables import Table


class Digest(Table, table=True):
    """The weekly digest's settings: one row, id 1. `weekday` 0 is Monday; `at` is HH:MM in `timezone`."""

    id: int = Field(default=1, primary_key=True)
    channel: str
    weekday: int
    at: str
    timezone: str
    audience_ids: list[int] = Field(sa_column=Column(JSON, nullable=False))  # empty: all of them
    language: str
    paused: bool = False
    set_by: str
    set_at: datetime


class DigestRun(Table, table=True):
    """One digest and period. The insert of this row is the claim: it can be made once.

    An empty `owner`: given back, anyone may try again. `failed`: why it can't be posted, for good. `channel` and no
    `posted_at`: it may stand there.
    """

    __tablename__ = "digest_run"
    digest_id: int = Field(primary_key=True)
    due_at: datetime = Field(primary_key=True)
    claimed_at: datetime
    owner: str
    attempts: int = 1  # processes that held it and did not say how it ended
    since: datetime
    posted_at: datetime | None = None
    failed: str | None = None
    channel: str | None = None
    ts: str | None = None
