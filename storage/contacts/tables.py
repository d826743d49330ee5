"""Contacts and the figures that are kept of them. Keys are led by the audience, so that its contacts lie together."""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKeyConstraint,
    Index,
    text,
)
from sqlmodel import Field

from storage.contacts.values import Status
from storage.core.tables import Table


def _index_of_cleaned(name: str, *columns: str, beside: Sequence[str] = ()) -> Index:
    """By these columns and then by when they were cleaned: of the cleaned contacts alone.

    What stands `beside` is there to be read: whoever counts by it too needs no look at the contacts.
    """
    cleaned = text("status = 'cleaned'")
    key = ("audience_id", *columns, "cleaned_at", "id", *beside)
    return Index(name, *key, sqlite_where=cleaned, postgresql_where=cleaned)


class Contact(Table, table=True):
    """One address of an audience. Times Mailchimp only passes through stay as the text of its files."""

    __table_args__ = (
        ForeignKeyConstraint(["audience_id"], ["audience.id"]),
        Index("uq_contact_address_key", "audience_id", "address_key", unique=True),
        _index_of_cleaned("ix_contact_cleaned"),
        # Lists by one of these stay quick at ten million contacts.
        _index_of_cleaned("ix_contact_cleaned_domain", "domain", beside=["clean_reason"]),
        _index_of_cleaned(
            "ix_contact_cleaned_campaign", "clean_campaign_title", beside=["clean_reason", "domain"]
        ),
        _index_of_cleaned("ix_contact_cleaned_reason", "clean_reason"),
        Index(
            "ix_contact_remote_id",
            "audience_id",
            "remote_id",
            sqlite_where=text("remote_id IS NOT NULL"),
            postgresql_where=text("remote_id IS NOT NULL"),
        ),
        CheckConstraint(f"status IN ({', '.join(repr(str(s)) for s in Status)})", name="status"),
        CheckConstraint("status != 'cleaned' OR cleaned_at IS NOT NULL", name="cleaned_has_time"),
        CheckConstraint("(status = 'archived') = (status_before IS NOT NULL)", name="archive_remembers"),
    )

    audience_id: int = Field(primary_key=True)
    id: int = Field(primary_key=True, sa_type=BigInteger)
    address: str
    address_key: str  # lower case: what uniqueness is decided on
    domain: str
    status: str
    status_before: str | None = None  # before the archive
    revision: int = Field(sa_type=BigInteger)  # the audience's, when this contact last changed
    merge_fields: dict[str, str] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    tags: str | None = None
    notes: str | None = None
    member_rating: str | None = None
    optin_time: str | None = None
    optin_ip: str | None = None
    confirm_time: str | None = None
    confirm_ip: str | None = None
    latitude: str | None = None
    longitude: str | None = None
    gmtoff: str | None = None
    dstoff: str | None = None
    timezone: str | None = None
    cc: str | None = None
    region: str | None = None
    leid: str | None = None
    euid: str | None = None
    cleaned_at: datetime | None = None
    clean_reason: str | None = None
    clean_campaign_title: str | None = None
    clean_campaign_id: str | None = None
    clean_diagnostic: str | None = None
    remote_id: int | None = Field(
        default=None, sa_type=BigInteger
    )  # the owner's, the same for another address


class ContactCount(Table, table=True):
    """How many contacts of an audience have a status and a clean reason ('' = none); kept with each write."""

    __tablename__ = "contact_count"
    audience_id: int = Field(primary_key=True, foreign_key="audience.id")
    status: str = Field(primary_key=True)
    reason: str = Field(primary_key=True)
    n: int = Field(sa_type=BigInteger)


class CleanedDay(Table, table=True):
    """How many contacts were cleaned on a day (UTC), archived since or not."""

    __tablename__ = "cleaned_day"
    audience_id: int = Field(primary_key=True, foreign_key="audience.id")
    day: date = Field(primary_key=True)
    reason: str = Field(primary_key=True)
    n: int = Field(sa_type=BigInteger)


class DomainCount(Table, table=True):
    """How many contacts of a domain are subscribed, and how many are cleaned."""

    __tablename__ = "domain_count"
    audience_id: int = Field(primary_key=True, foreign_key="audience.id")
    domain: str = Field(primary_key=True)
    subscribed: int = Field(sa_type=BigInteger)
    cleaned: int = Field(sa_type=BigInteger)


class VerdictRow(Table, table=True):
    """Why the policy cleaned a contact. `weakness` says why that is worth a look; "" when it isn't."""

    __tablename__ = "verdict"

    __table_args__ = (
        Index(
            "ix_verdict_weak",
            "audience_id",
            "at",
            sqlite_where=text("weakness != ''"),
            postgresql_where=text("weakness != ''"),
        ),
    )

    audience_id: int = Field(primary_key=True, foreign_key="audience.id")
    contact_id: int = Field(primary_key=True, sa_type=BigInteger)
    at: datetime  # when it was cleaned
    reason: str
    counted: int  # soft bounces, one a day
    needed: int
    cause: str
    code: str
    weakness: str = ""
