"""CSV files that were handed out."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, Column, Index
from sqlmodel import Field

from storage.core.tables import Table


class Export(Table, table=True):
    """One CSV that was handed out: who asked, when, how many rows, where Slack keeps it."""

    __table_args__ = (Index("ix_export_made_at", "audience_id", "made_at"),)

    audience_id: int = Field(primary_key=True, foreign_key="audience.id")
    id: str = Field(primary_key=True)
    made_by: str
    made_at: datetime
    segment: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    n: int = Field(sa_type=BigInteger)
    channel: str | None = None
    file_id: str | None = None
    permalink: str | None = None
