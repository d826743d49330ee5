"""The table of the journal. That of audiences is in `storage.core.tables`, because nearly all tables refer to it."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, Column, Integer
from sqlmodel import Field

from storage.core.tables import Table


class JournalRow(Table, table=True):
    """A line of the journal: who did what, when, to how many contacts. Lines are never changed."""

    __tablename__ = "journal"

    id: int = Field(
        default=None,  # None until the row is flushed
        primary_key=True,
        sa_type=BigInteger().with_variant(Integer, "sqlite"),
    )
    at: datetime
    who: str
    what: str
    audience_id: int | None = Field(default=None, foreign_key="audience.id")
    n: int = Field(sa_type=BigInteger)
    detail: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
