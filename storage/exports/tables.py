"""The table of exports."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, Column, Index
from sqlmodel import Field

from storage.core.tables import Table


class Export(Table, table=True):
    """An export: who made it, when, how many rows, and which file at Slack."""

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
