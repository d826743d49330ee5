"""Tables of the workspaces that the bot was installed in, and of what can't be read at the moment."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Column
from sqlmodel import Field

from storage.core.tables import Table


class BreakdownRow(Table, table=True):
    """Something outside that the bot reads by itself and can't at the moment. `key` and `details` make the sentence."""

    __tablename__ = "breakdown"

    name: str = Field(primary_key=True)  # `bot.workspaces.breakdowns.Place`
    key: str
    details: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    since: datetime


class WorkspaceRow(Table, table=True):
    """A Slack workspace that the bot was installed in, in the main database; each has a database of its own.

    `place` is the name of that database beside the main one; "" for the workspace that uses the main one.
    """

    __tablename__ = "workspace"

    id: str = Field(primary_key=True)  # Slack's team id
    enterprise_id: str | None = None
    name: str
    place: str
    added_at: datetime
    removed_at: datetime | None = None
