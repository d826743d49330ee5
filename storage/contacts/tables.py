"""Tables of contacts and of their stored counts. Keys begin with the audience, so that its rows are stored together."""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKeyConstraint,
    Index,
)
from sqlmodel import Field

from storage.contacts.values import Status
from storage.core.tables import Table, partial_index


def _index_of_cleaned(
    name: str, *columns: str, beside: Sequence[str] = (), and_: str = "", only_on: str | None = None
) -> Index:
    """A partial index of cleaned contacts by these columns and the time of cleaning.

    Columns in `beside` are at its end, so that counting by them reads the index alone. `and_` restricts it further;
    `only_on`: the one dialect that has it.
    """
    key = ("audience_id", *columns, "cleaned_at", "id", *beside)
    return partial_index(name, *key, where=f"status = 'cleaned'{and_ and ' AND '}{and_}", only_on=only_on)


# In bytes. A row of an index of PostgreSQL has 2,704 at most, of which an address may take a thousand.
_FIELDS_LENGTH = "octet_length(CAST(merge_fields AS TEXT))"
HAS_SHORT_FIELDS = f"{_FIELDS_LENGTH} <= 1500"
# `> 1500`, of which PostgreSQL would expect a third of all contacts, and so plan for a long query.
HAS_LONG_FIELDS = f"LEAST({_FIELDS_LENGTH}, 1501) = 1501"


_ARCHIVED_CLEANED = "status = 'archived' AND cleaned_at IS NOT NULL"


class Contact(Table, table=True):
    """One address of an audience. Times that the bot only hands on are kept as the text of Mailchimp's files."""

    __table_args__ = (
        ForeignKeyConstraint(["audience_id"], ["audience.id"]),
        Index("uq_contact_address_key", "audience_id", "address_key", unique=True),
        # What is searched for a text is in SQLite's index. One of PostgreSQL can't hold merge fields of any length: the
        # short ones are in its second index, beside the key, and the third names the contacts with long ones.
        _index_of_cleaned("ix_contact_cleaned", only_on="postgresql"),
        _index_of_cleaned(
            "ix_contact_cleaned_text",
            beside=["address_key", "clean_reason", "merge_fields"],
            only_on="sqlite",
        ),
        _index_of_cleaned("ix_contact_cleaned_short", and_=HAS_SHORT_FIELDS, only_on="postgresql"),
        _index_of_cleaned("ix_contact_cleaned_long", and_=HAS_LONG_FIELDS, only_on="postgresql"),
        # They keep filtered lists quick with ten million contacts.
        _index_of_cleaned("ix_contact_cleaned_domain", "domain", beside=["clean_reason"]),
        _index_of_cleaned(
            "ix_contact_cleaned_campaign", "clean_campaign_title", beside=["clean_reason", "domain"]
        ),
        _index_of_cleaned("ix_contact_cleaned_reason", "clean_reason"),
        # A sync of few changes asks Mailchimp about a few of many.
        partial_index(
            "ix_contact_unexplained",
            *("audience_id", "revision", "id"),
            where="status = 'cleaned' AND clean_reason = 'unknown'",
        ),
        # What was cleaned in a week counts also after it was archived.
        partial_index(
            "ix_contact_archived_cleaned",
            *("audience_id", "cleaned_at", "clean_reason"),
            where=_ARCHIVED_CLEANED,
        ),
        # In the order of archives, which take contacts in the order of their cleaning: so new entries are at its end.
        partial_index(
            "ix_contact_archive_number",
            *("audience_id", "archive_number", "cleaned_at", "id"),
            where="archive_number IS NOT NULL",
        ),
        partial_index(
            "ix_contact_remote_id",
            "audience_id",
            "remote_id",
            where="remote_id IS NOT NULL",
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
    )  # Mailchimp's, which stays when the address changes
    remote_hash: str | None = None  # Mailchimp's id in paths, where it is not the hash that is computed here
    archive_number: int | None = Field(
        default=None, sa_type=BigInteger
    )  # `number` of the archive that holds it


class ContactCount(Table, table=True):
    """Number of contacts with a status and a clean reason ("" for none)."""

    __tablename__ = "contact_count"
    audience_id: int = Field(primary_key=True, foreign_key="audience.id")
    status: str = Field(primary_key=True)
    reason: str = Field(primary_key=True)
    n: int = Field(sa_type=BigInteger)


class CleanedDay(Table, table=True):
    """Number of contacts cleaned on a day (UTC), including those archived since."""

    __tablename__ = "cleaned_day"
    audience_id: int = Field(primary_key=True, foreign_key="audience.id")
    day: date = Field(primary_key=True)
    reason: str = Field(primary_key=True)
    n: int = Field(sa_type=BigInteger)


class DomainCount(Table, table=True):
    """Number of subscribed and of cleaned contacts of a domain."""

    __tablename__ = "domain_count"
    audience_id: int = Field(primary_key=True, foreign_key="audience.id")
    domain: str = Field(primary_key=True)
    subscribed: int = Field(sa_type=BigInteger)
    cleaned: int = Field(sa_type=BigInteger)


class VerdictRow(Table, table=True):
    """Why the policy cleaned a contact. `weakness` is the reason to review the verdict, "" if there is none.

    A review moves the weakness to `reviewed`, with who and when; taking it back moves it back. So whatever counts
    contacts worth a look counts those without a review. `status_before` and `batch` are None in rows of version 0.1.
    """

    __tablename__ = "verdict"

    __table_args__ = (
        partial_index(
            "ix_verdict_weak",
            "audience_id",
            "at",
            where="weakness != ''",
        ),
        Index("ix_verdict_batch", "audience_id", "batch", "contact_id"),
        partial_index(
            "ix_verdict_reviewed",
            "audience_id",
            "contact_id",
            where="reviewed_at IS NOT NULL",
        ),
    )

    audience_id: int = Field(primary_key=True, foreign_key="audience.id")
    contact_id: int = Field(primary_key=True, sa_type=BigInteger)
    at: datetime  # when it was cleaned
    reason: str
    counted: int  # soft bounces, at most one a day
    needed: int  # soft bounces after which the policy cleans
    cause: str
    code: str
    weakness: str = ""
    status_before: str | None = None  # the contact's, before it was cleaned
    batch: str | None = None  # the id of a VerdictBatch
    reviewed: str | None = None
    reviewed_by: str | None = None
    reviewed_at: datetime | None = None
