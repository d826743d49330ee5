"""What Mailchimp knows, as values: contacts, audiences, batches. Their repr shows no address and no secret."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from hashlib import md5
from typing import Literal

from storage.contacts.values import Status

Document = Mapping[str, object]
MergeValue = str | int | float | Mapping[str, str]  # a mapping for an address field

WebhookEvent = Literal["subscribe", "unsubscribe", "profile", "cleaned", "upemail", "campaign"]
EVENTS: tuple[WebhookEvent, ...] = ("subscribe", "unsubscribe", "profile", "cleaned", "upemail", "campaign")
Origin = Literal["user", "admin", "api"]
ORIGINS: tuple[Origin, ...] = ("user", "admin", "api")


@dataclass(frozen=True)
class Account:
    """Whose key it is. `role` is Mailchimp's word: owner, admin, manager, author, viewer."""

    id: str
    name: str
    role: str
    contacts: int  # subscribed, of all audiences


@dataclass(frozen=True)
class RemoteAudience:
    """A list. The three counts are Mailchimp's own, up to some minutes old; `web_id` is for links to its pages.

    `signup_url`: the form by which people subscribe themselves.
    """

    id: str
    web_id: int
    name: str
    subscribed: int
    unsubscribed: int
    cleaned: int
    double_optin: bool
    marketing_permissions: bool
    signup_url: str = ""


@dataclass(frozen=True)
class MergeField:
    """A column of an audience. `choices` are those of a radio or dropdown field."""

    tag: str
    name: str
    type: str
    required: bool
    choices: tuple[str, ...]


@dataclass(frozen=True)
class Bounce:
    """One bounce of a contact."""

    kind: Literal["hard", "soft"]
    campaign_id: str
    campaign: str
    at: datetime | None


@dataclass(frozen=True)
class AbuseReport:
    """A contact reported a campaign as abuse."""

    hash: str = field(repr=False)
    address: str = field(repr=False)
    campaign_id: str
    at: datetime | None


@dataclass(frozen=True)
class AbuseReportPage:
    """Reports, and how many there are on all pages."""

    reports: tuple[AbuseReport, ...]
    total: int


class BatchStatus(StrEnum):
    """Where a batch stands. Finished is not succeeded: its results say what became of each operation."""

    PENDING = "pending"
    PREPROCESSING = "preprocessing"
    STARTED = "started"
    FINALIZING = "finalizing"
    FINISHED = "finished"


@dataclass(frozen=True)
class Batch:
    """A batch of operations. `results_url` is there when it is finished, and good for some minutes only."""

    id: str
    status: BatchStatus
    total: int
    finished: int
    errored: int
    submitted_at: datetime | None
    completed_at: datetime | None
    results_url: str = field(repr=False)


@dataclass(frozen=True)
class Webhook:
    """Where Mailchimp tells what happens. `secret` comes once, with the answer that made it; older ones have none."""

    id: str
    url: str = field(repr=False)
    events: frozenset[str]
    origins: frozenset[str]
    secret: str = field(repr=False)


def member_hash(address: str) -> str:
    """A contact's id in its audience."""
    return md5(address.lower().encode(), usedforsecurity=False).hexdigest()


def name_of(status: Status) -> str:
    """Mailchimp's word."""
    return "transactional" if status is Status.NONSUBSCRIBED else status.value


# By Mailchimp's word.
STATUSES: Mapping[str, Status] = {
    **{status.value: status for status in Status},
    name_of(Status.NONSUBSCRIBED): Status.NONSUBSCRIBED,
}
