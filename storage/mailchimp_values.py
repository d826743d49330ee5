"""What Mailchimp knows, as values: contacts, audiences, batches. Their repr shows no address and no secret."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from hashlib import md5
from math import isfinite
from typing import Literal, NamedTuple, cast

from storage.names import Status

Document = Mapping[str, object]
MergeValue = str | int | float | Mapping[str, str]  # a mapping for an address field

Event = Literal["subscribe", "unsubscribe", "profile", "cleaned", "upemail", "campaign"]
EVENTS: tuple[Event, ...] = ("subscribe", "unsubscribe", "profile", "cleaned", "upemail", "campaign")
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
class Audience:
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
class Location:
    """Where Mailchimp believes a contact to be. Offsets are in hours from GMT."""

    latitude: float
    longitude: float
    gmt_offset: int
    dst_offset: int
    country: str
    time_zone: str
    region: str


NOWHERE = Location(0.0, 0.0, 0, 0, "", "", "")


@dataclass(frozen=True)
class Permission:
    """A marketing permission. The ids are each audience's own."""

    id: str
    text: str
    enabled: bool


class Member(NamedTuple):
    """A contact: a tuple, since an audience has many. `leid` and `euid` are named as in Mailchimp's export files.

    `tags` are at most 50 of `tag_count`.
    """

    hash: str
    address: str
    status: Status
    leid: int
    euid: str
    merge_fields: Mapping[str, MergeValue]
    tags: tuple[str, ...]
    tag_count: int
    rating: int
    signup_ip: str
    signup_at: datetime | None
    confirm_ip: str
    confirm_at: datetime | None
    changed_at: datetime | None
    location: Location
    note: str
    permissions: tuple[Permission, ...]

    def __repr__(self) -> str:
        return f"Member(status={self.status!r}, leid={self.leid!r})"


@dataclass(frozen=True)
class MemberPage:
    """Contacts, and how many there are on all pages.

    `unreadable` were left out: without an address (who has a telephone number alone), or with a status not known
    here. `ids`: of all in their order, theirs too.
    """

    members: tuple[Member, ...]
    total: int
    unreadable: int
    ids: tuple[int, ...] = ()


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


def document(body: bytes) -> Document:
    """Raises ValueError."""
    read = json.loads(body.decode())
    if isinstance(read, dict):
        return read
    raise ValueError


def member_hash(address: str) -> str:
    """A contact's id in its audience."""
    return md5(address.lower().encode(), usedforsecurity=False).hexdigest()


def account(document: Document) -> Account:
    return Account(
        id=text(document, "account_id"),
        name=text(document, "account_name"),
        role=text(document, "role"),
        contacts=number(document, "total_subscribers"),
    )


def audience(document: Document) -> Audience:
    stats = part(document, "stats")
    return Audience(
        id=text(document, "id"),
        web_id=number(document, "web_id"),
        name=text(document, "name"),
        subscribed=number(stats, "member_count"),
        unsubscribed=number(stats, "unsubscribe_count"),
        cleaned=number(stats, "cleaned_count"),
        double_optin=document.get("double_optin") is True,
        marketing_permissions=document.get("marketing_permissions") is True,
        signup_url=text(document, "subscribe_url_long"),
    )


def merge_field(document: Document) -> MergeField:
    choices = part(document, "options").get("choices")
    return MergeField(
        tag=text(document, "tag"),
        name=text(document, "name"),
        type=text(document, "type"),
        required=document.get("required") is True,
        choices=tuple(str(choice) for choice in choices) if isinstance(choices, list) else (),
    )


def member(document: Document) -> Member:
    """Raises ValueError where there is no address, or a status not known here."""
    if not (address := text(document, "email_address")):
        raise ValueError
    place = part(document, "location")
    return Member(
        hash=text(document, "id") or member_hash(address),
        address=address,
        status=status_of(text(document, "status")),
        leid=number(document, "web_id"),
        euid=text(document, "unique_email_id"),
        merge_fields=cast("Mapping[str, MergeValue]", part(document, "merge_fields")),
        tags=tuple([text(tag, "name") for tag in parts(document, "tags")]),
        tag_count=number(document, "tags_count"),
        rating=number(document, "member_rating"),
        signup_ip=text(document, "ip_signup"),
        signup_at=moment(document, "timestamp_signup"),
        confirm_ip=text(document, "ip_opt"),
        confirm_at=moment(document, "timestamp_opt"),
        changed_at=moment(document, "last_changed"),
        location=_location(place),
        note=text(part(document, "last_note"), "note") if "last_note" in document else "",
        permissions=tuple([_permission(each) for each in parts(document, "marketing_permissions")]),
    )


def member_page(document: Document) -> MemberPage:
    rows = parts(document, "members")
    members = tuple(found for row in rows if (found := _readable(row)))
    ids = tuple(number(row, "web_id") for row in rows)
    return MemberPage(members, number(document, "total_items"), len(rows) - len(members), ids)


def bounces(document: Document) -> tuple[Bounce, ...]:
    """Those of an activity feed."""
    return tuple(
        _bounce(each) for each in parts(document, "activity") if text(each, "activity_type") == "bounce"
    )


def abuse_reports(document: Document) -> AbuseReportPage:
    return AbuseReportPage(
        tuple(
            AbuseReport(
                hash=text(each, "email_id"),
                address=text(each, "email_address"),
                campaign_id=text(each, "campaign_id"),
                at=moment(each, "date"),
            )
            for each in parts(document, "abuse_reports")
        ),
        number(document, "total_items"),
    )


def batch(document: Document) -> Batch:
    """Raises ValueError on a status not known here."""
    return Batch(
        id=text(document, "id"),
        status=BatchStatus(text(document, "status")),
        total=number(document, "total_operations"),
        finished=number(document, "finished_operations"),
        errored=number(document, "errored_operations"),
        submitted_at=moment(document, "submitted_at"),
        completed_at=moment(document, "completed_at"),
        results_url=text(document, "response_body_url"),
    )


def webhook(document: Document) -> Webhook:
    return Webhook(
        id=text(document, "id"),
        url=text(document, "url"),
        events=frozenset(name for name, is_on in part(document, "events").items() if is_on is True),
        origins=frozenset(name for name, is_on in part(document, "sources").items() if is_on is True),
        secret=text(document, "secret"),
    )


def status_of(name: str) -> Status:
    """From Mailchimp's word. Raises ValueError on another."""
    found = _STATUSES.get(name)
    if found is None:
        raise ValueError
    return found


_STATUSES = {**{str(each): each for each in Status}, "transactional": Status.NONSUBSCRIBED}


def name_of(status: Status) -> str:
    """Mailchimp's word."""
    return "transactional" if status is Status.NONSUBSCRIBED else status.value


def text(document: Document, name: str) -> str:
    value = document.get(name)
    return value if isinstance(value, str) else "" if value is None else str(value)


def number(document: Document, name: str) -> int:
    """0 where there is none."""
    if isinstance(value := document.get(name), int):
        return int(value)
    read = _float(document, name)
    return int(read) if isfinite(read) else 0


def moment(document: Document, name: str) -> datetime | None:
    """Aware, in UTC; Mailchimp writes an empty text where there is none."""
    written = document.get(name)
    if not written or not isinstance(written, str):
        return None
    try:
        found = datetime.fromisoformat(written)
    except ValueError:
        return None
    if found.tzinfo is UTC:
        return found
    return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)


def part(document: Document, name: str) -> Document:
    """An object inside; Mailchimp writes an empty list for some empty objects."""
    value = document.get(name)
    return value if isinstance(value, dict) else {}


def parts(document: Document, name: str) -> Sequence[Document]:
    value = document.get(name)
    if not value or not isinstance(value, list):
        return ()
    return [each for each in value if isinstance(each, dict)]


def _readable(document: Document) -> Member | None:
    try:
        return member(document)
    except ValueError:
        return None


def _location(place: Document) -> Location:
    if not any(place.values()):  # as of most contacts
        return NOWHERE
    return Location(
        latitude=_float(place, "latitude"),
        longitude=_float(place, "longitude"),
        gmt_offset=number(place, "gmtoff"),
        dst_offset=number(place, "dstoff"),
        country=text(place, "country_code"),
        time_zone=text(place, "timezone"),
        region=text(place, "region"),
    )


def _permission(document: Document) -> Permission:
    return Permission(
        id=text(document, "marketing_permission_id"),
        text=text(document, "text"),
        enabled=document.get("enabled") is True,
    )


def _bounce(document: Document) -> Bounce:
    return Bounce(
        kind="hard" if text(document, "bounce_type") == "hard" else "soft",
        campaign_id=text(document, "campaign_id"),
        campaign=text(document, "campaign_title"),
        at=moment(document, "created_at_timestamp"),
    )


def _float(document: Document, name: str) -> float:
    value = document.get(name)
    if not isinstance(value, str | int | float):
        return 0.0
    try:
        return float(value)
    except ValueError:
        return 0.0
