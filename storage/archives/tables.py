"""Tables of archives and of the contacts in those of mirrored audiences."""

from datetime import datetime

from sqlalchemy import JSON, BigInteger, Column, Index
from sqlmodel import Field

from storage.core.tables import Table


class Archive(Table, table=True):
    """An archive: who made it, when, and how many contacts it has. An Undo restores its members."""

    __table_args__ = (Index("ix_archive_made_at", "audience_id", "made_at"),)

    audience_id: int = Field(primary_key=True, foreign_key="audience.id")
    id: str = Field(primary_key=True)
    made_by: str
    made_at: datetime
    n: int = Field(default=0, sa_type=BigInteger)
    restored: int = Field(default=0, sa_type=BigInteger)
    left_alone: int = Field(default=0, sa_type=BigInteger)  # contacts that changed after the preview
    undone_by: str | None = None  # who restored the last of its contacts
    # The audience's revision when it took its first contacts; `contact.archive_number` of those that it holds.
    number: int | None = Field(default=None, sa_type=BigInteger)
    # Its receipts in channels: channel, ts and language of each.
    shared: list[dict[str, str]] | None = Field(default=None, sa_column=Column(JSON(none_as_null=True)))


class ArchiveMember(Table, table=True):
    """A contact of an archive in a mirrored audience, or of one that version 0.2 made, and the status it had before."""

    __tablename__ = "archive_member"
    audience_id: int = Field(primary_key=True)
    archive_id: str = Field(primary_key=True)
    contact_id: int = Field(primary_key=True, sa_type=BigInteger)
    status_before: str
    restored_at: datetime | None = None
