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
    """One run of the digest. Inserting its row claims it, which can be done once.

    Its state follows from the columns:

    - posted: `posted_at` is set;
    - failed: `failed` is set, to the reason why it can't be posted;
    - given back: `owner` is empty, and any process may try again;
    - posting: `channel` is set, and the message may already be there;
    - claimed: none of these.
    """

    __tablename__ = "digest_run"
    digest_id: int = Field(primary_key=True)
    due_at: datetime = Field(primary_key=True)
    claimed_at: datetime
    owner: str
    attempts: int = 1  # processes that claimed it and did not record how it ended
    since: datetime
    posted_at: datetime | None = None
    failed: str | None = None
    channel: str | None = None
    ts: str | None = None

    @property
    def is_given_back(self) -> bool:
        return not self.owner
