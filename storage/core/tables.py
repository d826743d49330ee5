"""What all tables have in common, and the table of audiences, to which nearly all refer.

Keys begin with the audience, so that an audience's rows are stored together.
"""

from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy
from sqlalchemy import JSON, BigInteger, Column, Index
from sqlmodel import Field, SQLModel

# Alembic's batch mode on SQLite can only change constraints that have a name.
SQLModel.metadata.naming_convention = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


def partial_index(name: str, *columns: str, where: str, only_on: str | None = None) -> Index:
    """Declares an index of the rows that meet the condition; `only_on` is the one dialect that has it.

    Migrations make it, so the condition is only noted. `postgresql_where` would import SQLAlchemy's PostgreSQL dialect
    on SQLite too, which takes 2 MB and 30 ms.
    """
    return Index(name, *columns, info={"where": where, "only_on": only_on})


class Table(SQLModel):
    """Base class of all tables."""


def is_spread(table: sqlalchemy.Table) -> bool:
    """Whether the rows are of audiences, which may be on several servers: its key begins with the audience.

    The other tables are on one server (`docs/spreading.md`).
    """
    return next(iter(table.primary_key)).name == "audience_id"


class AudienceSource(StrEnum):
    """Where an audience is maintained: in this database, or at Mailchimp, and then it is mirrored here."""

    LOCAL = "local"
    MAILCHIMP = "mailchimp"


class AudienceRow(Table, table=True):
    """A mailing list. A transaction that changes its contacts locks this row first, so each audience has one writer.

    A mirrored audience has `remote_id` and `remote` (what Mailchimp says about it); all changes made at Mailchimp
    before `mirrored_until` are stored.
    """

    __tablename__ = "audience"

    __table_args__ = (Index("uq_audience_remote", "source", "remote_id", unique=True),)

    id: int = Field(default=None, primary_key=True)  # None until the row is flushed
    name: str = Field(unique=True)
    source: str = Field(default="local", sa_column_kwargs={"server_default": "local"})
    remote_id: str | None = None
    remote: dict[str, Any] = Field(
        default_factory=dict, sa_column=Column(JSON, nullable=False, server_default="{}")
    )
    mirrored_until: datetime | None = None
    merge_labels: list[str] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    revision: int = Field(default=0, sa_type=BigInteger)  # grows with each change of a contact
    next_contact_id: int = Field(default=1, sa_type=BigInteger)
    worth_a_look: int = Field(default=0, sa_type=BigInteger)  # number of cleaned contacts with a weak verdict
    signup_url: str | None = None  # the form by which people subscribe themselves, as an operator set it
    created_at: datetime
