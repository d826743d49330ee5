"""Tables of bounces: policies, evidence, activity, bursts, incidents, batches of verdicts, quarantine, webhook tokens."""

from datetime import datetime

from sqlalchemy import BigInteger, Column, Index, LargeBinary, Text
from sqlmodel import Field

from storage.core.tables import Table


class CleaningPolicy(Table, table=True):
    """Thresholds of one audience; without a row the defaults of `bot.bounces.verdicts.policy.Policy` apply."""

    __tablename__ = "cleaning_policy"
    audience_id: int = Field(primary_key=True, foreign_key="audience.id")
    soft_without_activity: int
    soft_with_activity: int
    outage_addresses: int
    set_by: str
    set_at: datetime


class Evidence(Table, table=True):
    """A bounce or a complaint about a contact; `uid` makes a repeated report the same row."""

    __table_args__ = (
        Index("ix_evidence_contact", "audience_id", "contact_id", "at"),
        Index(
            "ix_evidence_domain", "audience_id", "domain", "at", "contact_id"
        ),  # covers the search for bursts
        Index("ix_evidence_at", "audience_id", "at", "fault", "contact_id", "domain"),  # and for incidents
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
    fault: str | None = None  # `bot.bounces.events.Fault`: what the server blames about the sender


class Activity(Table, table=True):
    """The latest delivery to a contact, and its latest open or click.

    Bounces until `dismissed_until` don't count: an operator has reversed the verdict on them.
    """

    audience_id: int = Field(primary_key=True, foreign_key="audience.id")
    contact_id: int = Field(primary_key=True, sa_type=BigInteger)
    delivered_at: datetime | None = None
    active_at: datetime | None = None
    dismissed_until: datetime | None = None


class BurstRow(Table, table=True):
    """A period in which many addresses of a domain bounced. The policy decides which of them count as outages."""

    __tablename__ = "outage"
    audience_id: int = Field(primary_key=True, foreign_key="audience.id")
    domain: str = Field(primary_key=True)
    since: datetime = Field(primary_key=True)
    until: datetime
    addresses: int


class IncidentRow(Table, table=True):
    """A period in which many servers, or a large one, refused our mail for a fault of ours.

    Incidents with the same `notice` are told in one message; "" if it was too late to tell.
    """

    __tablename__ = "incident"
    audience_id: int = Field(primary_key=True, foreign_key="audience.id")
    id: str = Field(primary_key=True)
    since: datetime
    until: datetime
    notice: str | None = None
    n_shown: int = Field(default=0, sa_type=BigInteger)  # addresses, when the message was last written
    ended_at: datetime | None = None  # when its end was told


class VerdictBatch(Table, table=True):
    """Contacts that the bounces of one source cleaned within an hour. `n_reversed` of them have their status back.

    If they were too many, the others are held (`HeldVerdict`) until an operator answers.
    """

    __tablename__ = "verdict_batch"
    __table_args__ = (Index("ix_verdict_batch_since", "audience_id", "since"),)

    audience_id: int = Field(primary_key=True, foreign_key="audience.id")
    id: str = Field(primary_key=True)
    source: str
    since: datetime
    until: datetime
    n: int = Field(default=0, sa_type=BigInteger)
    n_reversed: int = Field(default=0, sa_type=BigInteger)
    held_at: datetime | None = None  # when the first verdict was held
    asked_at: datetime | None = None  # when the question to operators was created
    answer: str | None = None  # `bot.bounces.verdicts.batches.Answer`
    answered_by: str | None = None


class HeldVerdict(Table, table=True):
    """A contact that would be cleaned, and isn't until an operator has answered what is with its batch."""

    __tablename__ = "held_verdict"
    __table_args__ = (Index("ix_held_verdict_batch", "audience_id", "batch", "contact_id"),)

    audience_id: int = Field(primary_key=True, foreign_key="audience.id")
    contact_id: int = Field(primary_key=True, sa_type=BigInteger)
    batch: str


class Quarantined(Table, table=True):
    """What could not be used: an event for an unknown address, an unreadable message. Deleted after a while."""

    __tablename__ = "set_aside"
    __table_args__ = (Index("ix_set_aside_at", "at"),)

    uid: str = Field(primary_key=True)
    at: datetime
    source: str
    reason: str
    address: str = ""
    detail: str = Field(default="", sa_column=Column(Text, nullable=False))
    content: bytes | None = Field(default=None, sa_column=Column(LargeBinary, nullable=True))


class WebhookToken(Table, table=True):
    """A one-time token of a signed webhook; `body` is the SHA-256 of the first body that came with it."""

    __tablename__ = "webhook_token"
    token: str = Field(primary_key=True)
    body: str
    at: datetime
