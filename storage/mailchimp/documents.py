"""Mailchimp's JSON documents, read into values."""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from math import isfinite
from typing import cast

from storage.mailchimp.values import (
    NOWHERE,
    AbuseReport,
    AbuseReportPage,
    Account,
    Batch,
    BatchStatus,
    Bounce,
    Document,
    Location,
    Member,
    MemberPage,
    MergeField,
    MergeValue,
    Permission,
    RemoteAudience,
    Webhook,
    member_hash,
    status_of,
)


def parse(body: bytes) -> Document:
    """Raises ValueError."""
    read = json.loads(body.decode())
    if isinstance(read, dict):
        return read
    raise ValueError


def account(document: Document) -> Account:
    return Account(
        id=text(document, "account_id"),
        name=text(document, "account_name"),
        role=text(document, "role"),
        contacts=number(document, "total_subscribers"),
    )


def audience(document: Document) -> RemoteAudience:
    stats = part(document, "stats")
    return RemoteAudience(
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
