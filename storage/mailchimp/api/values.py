"""Mailchimp's audiences, bounces, batches and webhooks as values. Their repr shows no address and no secret."""

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
    """An account. `role` is owner, admin, manager, author or viewer."""

    id: str
    name: str
    role: str
    contacts: int  # subscribed, in all audiences


@dataclass(frozen=True)
class RemoteAudience:
    """An audience. Its counts may be some minutes old; `web_id` is for links to Mailchimp's site.

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
    """A merge field of an audience. `choices`: those of a radio or dropdown field."""

    tag: str
    name: str
    type: str
    required: bool
    choices: tuple[str, ...]


@dataclass(frozen=True)
class Bounce:
    """A bounce of a contact."""

    kind: Literal["hard", "soft"]
    campaign_id: str
    campaign: str
    at: datetime | None


@dataclass(frozen=True)
class AbuseReport:
    """A contact's report of a campaign as abuse."""

    hash: str = field(repr=False)
    address: str = field(repr=False)
    campaign_id: str
    at: datetime | None


@dataclass(frozen=True)
class AbuseReportPage:
    """Reports, and the total on all pages."""

    reports: tuple[AbuseReport, ...]
    total: int


class BatchStatus(StrEnum):
    """State of a batch. Operations of a finished one may have failed: see its results."""

    PENDING = "pending"
    PREPROCESSING = "preprocessing"
    STARTED = "started"
    FINALIZING = "finalizing"
    FINISHED = "finished"


@dataclass(frozen=True)
class Batch:
    """A batch of operations. A finished one has a `results_url`, which is valid for some minutes."""

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
    """A webhook. `secret` is returned only when it is added; unsigned webhooks have none."""

    id: str
    url: str = field(repr=False)
    events: frozenset[str]
    origins: frozenset[str]
    secret: str = field(repr=False)


def member_hash(address: str, listed: str | None = None) -> str:
    """The id of a contact in its audience.

    `listed`: as Mailchimp lists it, where that is not what is computed here. Which letters Mailchimp takes for upper case
    beyond ASCII is not documented.
    """
    return listed or md5(address.lower().encode(), usedforsecurity=False).hexdigest()


def status_name(status: Status) -> str:
    """Mailchimp's name of a status."""
    return "transactional" if status is Status.NONSUBSCRIBED else status.value


# By Mailchimp's name of each.
STATUSES: Mapping[str, Status] = {
    **{status.value: status for status in Status},
    status_name(Status.NONSUBSCRIBED): Status.NONSUBSCRIBED,
}
