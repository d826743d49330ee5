"""Every table. Keys are led by the audience, so that contacts of one audience lie together."""

from collections.abc import Sequence
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    Text,
    text,
)
from sqlmodel import Field, SQLModel

from storage.contacts.values import Reason, Status

__all__ = ["Reason", "Status"]  # beside the tables

# Alembic's batch mode on SQLite can only change constraints that have a name.
SQLModel.metadata.naming_convention = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


def _index_of_cleaned(name: str, *columns: str, beside: Sequence[str] = ()) -> Index:
    """By these columns and then by when they were cleaned: of the cleaned contacts alone.

    What stands `beside` is there to be read: whoever counts by it too needs no look at the contacts.
    """
    cleaned = text("status = 'cleaned'")
    key = ("audience_id", *columns, "cleaned_at", "id", *beside)
    return Index(name, *key, sqlite_where=cleaned, postgresql_where=cleaned)


class Source(StrEnum):
    """Where an audience's truth is: in this database, or with Mailchimp, and then it is mirrored here."""

    LOCAL = "local"
    MAILCHIMP = "mailchimp"


class Audience(SQLModel, table=True):
    """A mailing list. Whoever writes to its contacts locks this row first: one writer an audience.

    `remote_id` and `remote` (what its owner says of it) are there for a mirrored one; all that changed before
    `mirrored_until` is here.
    """

    __table_args__ = (Index("uq_audience_remote", "source", "remote_id", unique=True),)

    id: int | None = Field(default=None, primary_key=True)
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
    worth_a_look: int = Field(default=0, sa_type=BigInteger)  # cleaned contacts with a weak verdict; kept
    created_at: datetime


class Contact(SQLModel, table=True):
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


class ContactCount(SQLModel, table=True):
    """How many contacts of an audience have a status and a clean reason ('' = none); kept with each write."""

    __tablename__ = "contact_count"
    audience_id: int = Field(primary_key=True, foreign_key="audience.id")
    status: str = Field(primary_key=True)
    reason: str = Field(primary_key=True)
    n: int = Field(sa_type=BigInteger)


class CleanedDay(SQLModel, table=True):
    """How many contacts were cleaned on a day (UTC), archived since or not."""

    __tablename__ = "cleaned_day"
    audience_id: int = Field(primary_key=True, foreign_key="audience.id")
    day: date = Field(primary_key=True)
    reason: str = Field(primary_key=True)
    n: int = Field(sa_type=BigInteger)


class DomainCount(SQLModel, table=True):
    """How many contacts of a domain are subscribed, and how many are cleaned."""

    __tablename__ = "domain_count"
    audience_id: int = Field(primary_key=True, foreign_key="audience.id")
    domain: str = Field(primary_key=True)
    subscribed: int = Field(sa_type=BigInteger)
    cleaned: int = Field(sa_type=BigInteger)


class CleaningPolicy(SQLModel, table=True):
    """An audience's own thresholds; without a row the defaults of `bot.bounces.policy` hold."""

    __tablename__ = "cleaning_policy"
    audience_id: int = Field(primary_key=True, foreign_key="audience.id")
    soft_without_activity: int
    soft_with_activity: int
    outage_addresses: int
    set_by: str
    set_at: datetime


class Evidence(SQLModel, table=True):
    """A bounce or a complaint about a contact. `uid` makes it once, however often it is told."""

    __table_args__ = (
        Index("ix_evidence_contact", "audience_id", "contact_id", "at"),
        Index("ix_evidence_domain", "audience_id", "domain", "at", "contact_id"),  # all that outages ask for
    )

    audience_id: int = Field(primary_key=True, foreign_key="audience.id")
    uid: str = Field(primary_key=True)
    contact_id: int = Field(sa_type=BigInteger)
    domain: str
    kind: str
    at: datetime
    code: str = ""
    cause: str = ""
    diagnostic: str = Field(default="", sa_column=Column(Text, nullable=False))
    campaign: str = ""
    source: str


class Activity(SQLModel, table=True):
    """The latest delivery to a contact, and the last time that it opened or clicked."""

    audience_id: int = Field(primary_key=True, foreign_key="audience.id")
    contact_id: int = Field(primary_key=True, sa_type=BigInteger)
    delivered_at: datetime | None = None
    active_at: datetime | None = None


class Verdict(SQLModel, table=True):
    """Why the policy cleaned a contact. `weakness` says why that is worth a look; "" when it isn't."""

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


class Outage(SQLModel, table=True):
    """A time in which many addresses of a domain bounced: not counted against them."""

    audience_id: int = Field(primary_key=True, foreign_key="audience.id")
    domain: str = Field(primary_key=True)
    since: datetime = Field(primary_key=True)
    until: datetime
    addresses: int


class NotTypo(SQLModel, table=True):
    """A person has said that this cleaned contact's address is right as it is."""

    __tablename__ = "not_typo"
    audience_id: int = Field(primary_key=True, foreign_key="audience.id")
    contact_id: int = Field(primary_key=True, sa_type=BigInteger)
    said_by: str
    said_at: datetime


class SetAside(SQLModel, table=True):
    """What came in and could not be used: an unknown address, an unreadable message. Tidied after a while."""

    __tablename__ = "set_aside"
    __table_args__ = (Index("ix_set_aside_at", "at"),)

    uid: str = Field(primary_key=True)
    at: datetime
    source: str
    reason: str
    address: str = ""
    detail: str = Field(default="", sa_column=Column(Text, nullable=False))
    content: bytes | None = Field(default=None, sa_column=Column(LargeBinary, nullable=True))


class WebhookToken(SQLModel, table=True):
    """A one-time token of a signed webhook, and the SHA-256 of the body that it came with first."""

    __tablename__ = "webhook_token"
    token: str = Field(primary_key=True)
    body: str
    at: datetime


class Delivery(SQLModel, table=True):
    """A command, click, submission or event that was handled: `key` is Slack's own for it. Tidied after a while."""

    __table_args__ = (Index("ix_delivery_seen_at", "seen_at"),)

    key: str = Field(primary_key=True)
    seen_at: datetime


class Turn(SQLModel, table=True):
    """Whose turn it is to do what one process at a time does. The row `claim` is only ever locked."""

    name: str = Field(primary_key=True)
    owner: str
    until: datetime  # from then on it is anyone's


class Draft(SQLModel, table=True):
    """What a person is looking at and has not confirmed: a filtered list with its ticks, a plan to act.

    `used_at` is set once, by the confirmation: the second click finds it set.
    """

    id: str = Field(primary_key=True)
    kind: str
    user_id: str
    audience_id: int = Field(foreign_key="audience.id")
    data: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    n: int = Field(sa_type=BigInteger)
    revision: int = Field(sa_type=BigInteger)  # the audience's, when it was counted
    made_at: datetime
    used_at: datetime | None = None


class Job(SQLModel, table=True):
    """Long work. Whoever does it holds the lease; a lease that ran out is anyone's."""

    __table_args__ = (
        Index("ix_job_state_lease_until", "state", "lease_until"),
        Index(
            "ix_job_untold",
            "made_at",
            sqlite_where=text("told_at IS NULL"),
            postgresql_where=text("told_at IS NULL"),
        ),
        CheckConstraint("state IN ('receiving', 'waiting', 'running', 'done', 'failed')", name="state"),
    )

    id: str = Field(primary_key=True)
    kind: str
    audience_id: int | None = Field(default=None, foreign_key="audience.id")
    state: str = "waiting"
    data: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))  # what to do
    cursor: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))  # how far it is
    notify: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))  # whom to tell, and where
    result: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    done: int = Field(default=0, sa_type=BigInteger)
    total: int = Field(default=0, sa_type=BigInteger)
    attempts: int = 0
    owner: str | None = None
    lease_until: datetime | None = None
    made_by: str
    made_at: datetime
    finished_at: datetime | None = None
    told_at: datetime | None = None  # when the person had the receipt; finished and untold is work too


class UploadPart(SQLModel, table=True):
    """A piece of the file that an import reads: any process can carry the import on."""

    __tablename__ = "upload_part"
    job_id: str = Field(primary_key=True, foreign_key="job.id")
    n: int = Field(primary_key=True)
    body: bytes = Field(sa_column=Column(LargeBinary, nullable=False))


class RefusedRow(SQLModel, table=True):
    """A row an import could not use, kept until the person has the file of them."""

    __tablename__ = "refused_row"
    job_id: str = Field(primary_key=True, foreign_key="job.id")
    n: int = Field(primary_key=True)
    file: str
    line: int
    reason: str
    row: str = Field(sa_column=Column(Text, nullable=False))


class Archive(SQLModel, table=True):
    """One bulk archive: who, when, how many. Its members are what Undo brings back."""

    __table_args__ = (Index("ix_archive_made_at", "audience_id", "made_at"),)

    audience_id: int = Field(primary_key=True, foreign_key="audience.id")
    id: str = Field(primary_key=True)
    made_by: str
    made_at: datetime
    n: int = Field(default=0, sa_type=BigInteger)
    restored: int = Field(default=0, sa_type=BigInteger)
    left_alone: int = Field(default=0, sa_type=BigInteger)  # changed between the preview and the work


class ArchiveMember(SQLModel, table=True):
    """A contact that an archive took, and the status it had."""

    __tablename__ = "archive_member"
    audience_id: int = Field(primary_key=True)
    archive_id: str = Field(primary_key=True)
    contact_id: int = Field(primary_key=True, sa_type=BigInteger)
    status_before: str
    restored_at: datetime | None = None


class Outgoing(SQLModel, table=True):
    """A change of a mirrored contact that its owner has to make, and what came of it.

    `state`: waiting; sent (the answer is not known yet); done; refused, with `refusal` a key and `detail` the
    owner's own words.
    """

    __table_args__ = (
        Index("ix_outgoing_state", "audience_id", "job_id", "state", "contact_id"),
        CheckConstraint("state IN ('waiting', 'sent', 'done', 'refused')", name="state"),
    )

    audience_id: int = Field(primary_key=True, foreign_key="audience.id")
    job_id: str = Field(primary_key=True)
    contact_id: int = Field(primary_key=True, sa_type=BigInteger)
    state: str = "waiting"
    refusal: str = ""
    detail: str = Field(default="", sa_column=Column(Text, nullable=False))
    batch_id: str = ""


class Consent(SQLModel, table=True):
    """The record of a correction: who ticked the permission, when, the words shown, old and new address."""

    id: int | None = Field(
        default=None, primary_key=True, sa_type=BigInteger().with_variant(Integer, "sqlite")
    )
    audience_id: int = Field(foreign_key="audience.id")
    old_contact_id: int | None = Field(default=None, sa_type=BigInteger)
    old_address: str | None = None
    contact_id: int = Field(sa_type=BigInteger)
    address: str
    given_by: str
    given_at: datetime
    wording: str
    language: str


class Export(SQLModel, table=True):
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


class Digest(SQLModel, table=True):
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


class DigestRun(SQLModel, table=True):
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


class Journal(SQLModel, table=True):
    """Append-only: who did what, when, to how many."""

    id: int | None = Field(
        default=None, primary_key=True, sa_type=BigInteger().with_variant(Integer, "sqlite")
    )
    at: datetime
    who: str
    what: str
    audience_id: int | None = Field(default=None, foreign_key="audience.id")
    n: int = Field(sa_type=BigInteger)
    detail: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
