"""Decodes Mailchimp's JSON into values. Missing and malformed fields get an empty value."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from math import isfinite
from typing import TypeVar

import msgspec

from storage.mailchimp.api.values import (
    AbuseReport,
    AbuseReportPage,
    Account,
    Batch,
    BatchStatus,
    Bounce,
    Document,
    MergeField,
    RemoteAudience,
    Webhook,
)

Value = TypeVar("Value")


def parse(body: bytes) -> Document:
    """Decodes a JSON object. Raises ValueError."""
    document = decode(body, _DECODER)
    if isinstance(document, dict):
        return document
    raise ValueError


def decode(body: bytes, decoder: msgspec.json.Decoder[Value]) -> Value:
    """Decodes JSON; drops NUL and lone surrogates, as `storage.core.text.storable` does.

    Raises ValueError; its subclass ValidationError if the JSON does not match the decoder's type.
    """
    if _NUL in body:
        body = _storable(body)
    try:
        return decoder.decode(body)
    except msgspec.ValidationError:
        raise
    except msgspec.DecodeError:  # perhaps for a lone surrogate
        return decoder.decode(_storable(body))


def account(document: Document) -> Account:
    return Account(
        id=get_text(document, "account_id"),
        name=get_text(document, "account_name"),
        role=get_text(document, "role"),
        contacts=get_number(document, "total_subscribers"),
    )


def audience(document: Document) -> RemoteAudience:
    stats = get_object(document, "stats")
    return RemoteAudience(
        id=get_text(document, "id"),
        web_id=get_number(document, "web_id"),
        name=get_text(document, "name"),
        subscribed=get_number(stats, "member_count"),
        unsubscribed=get_number(stats, "unsubscribe_count"),
        cleaned=get_number(stats, "cleaned_count"),
        double_optin=document.get("double_optin") is True,
        marketing_permissions=document.get("marketing_permissions") is True,
        signup_url=get_text(document, "subscribe_url_long"),
    )


def merge_field(document: Document) -> MergeField:
    choices = get_object(document, "options").get("choices")
    return MergeField(
        tag=get_text(document, "tag"),
        name=get_text(document, "name"),
        type=get_text(document, "type"),
        required=document.get("required") is True,
        choices=tuple(str(choice) for choice in choices) if isinstance(choices, list) else (),
    )


def bounces(document: Document) -> tuple[Bounce, ...]:
    """The bounces of an activity feed."""
    return tuple(
        _bounce(activity)
        for activity in get_objects(document, "activity")
        if get_text(activity, "activity_type") == "bounce"
    )


def abuse_reports(document: Document) -> AbuseReportPage:
    return AbuseReportPage(
        tuple(
            AbuseReport(
                hash=get_text(report, "email_id"),
                address=get_text(report, "email_address"),
                campaign_id=get_text(report, "campaign_id"),
                at=get_time(report, "date"),
            )
            for report in get_objects(document, "abuse_reports")
        ),
        get_number(document, "total_items"),
    )


def batch(document: Document) -> Batch:
    """Raises ValueError for an unknown status."""
    return Batch(
        id=get_text(document, "id"),
        status=BatchStatus(get_text(document, "status")),
        total=get_number(document, "total_operations"),
        finished=get_number(document, "finished_operations"),
        errored=get_number(document, "errored_operations"),
        submitted_at=get_time(document, "submitted_at"),
        completed_at=get_time(document, "completed_at"),
        results_url=get_text(document, "response_body_url"),
    )


def webhook(document: Document) -> Webhook:
    return Webhook(
        id=get_text(document, "id"),
        url=get_text(document, "url"),
        events=frozenset(name for name, is_on in get_object(document, "events").items() if is_on is True),
        origins=frozenset(name for name, is_on in get_object(document, "sources").items() if is_on is True),
        secret=get_text(document, "secret"),
    )


def get_text(document: Document, name: str) -> str:
    value = document.get(name)
    return value if isinstance(value, str) else "" if value is None else str(value)


def get_number(document: Document, name: str) -> int:
    """0 if there is none."""
    if isinstance(value := document.get(name), int):
        return int(value)
    value = _float(document, name)
    return int(value) if isfinite(value) else 0


def get_time(document: Document, name: str) -> datetime | None:
    """Aware, in UTC; None where there is none."""
    value = document.get(name)
    return parse_time(value) if isinstance(value, str) else None


def parse_time(text: str) -> datetime | None:
    """Aware, in UTC; None for an invalid time, and for the empty text that Mailchimp writes where there is none."""
    if not text:
        return None
    try:
        time = datetime.fromisoformat(text)
        if time.tzinfo is UTC:
            return time
        return (time if time.tzinfo else time.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):  # such as year 1 in a time zone ahead of UTC
        return None


def get_object(document: Document, name: str) -> Document:
    """A nested object, empty where Mailchimp writes an empty list for it."""
    value = document.get(name)
    return value if isinstance(value, dict) else {}


def get_objects(document: Document, name: str) -> Sequence[Document]:
    """The objects of a nested list."""
    value = document.get(name)
    if not value or not isinstance(value, list):
        return ()
    return [item for item in value if isinstance(item, dict)]


def _bounce(document: Document) -> Bounce:
    return Bounce(
        kind="hard" if get_text(document, "bounce_type") == "hard" else "soft",
        campaign_id=get_text(document, "campaign_id"),
        campaign=get_text(document, "campaign_title"),
        at=get_time(document, "created_at_timestamp"),
    )


def _float(document: Document, name: str) -> float:
    value = document.get(name)
    if not isinstance(value, str | int | float):
        return 0.0
    try:
        return float(value)
    except ValueError:
        return 0.0


def _storable(body: bytes) -> bytes:
    return _ESCAPE.sub(_storable_escape, body)


def _storable_escape(match: re.Match[bytes]) -> bytes:
    escape = match[0]
    return b"" if len(escape) == len(_NUL) else escape


_DECODER = msgspec.json.Decoder()
_NUL = rb"\u0000"
# An escaped backslash comes first, so that what follows it is text; then a surrogate pair, which stays.
_ESCAPE = re.compile(
    rb"\\\\|\\u0000|\\u[dD][89abAB]..\\u[dD][c-fC-F]..|\\u[dD][89a-fA-F]..",
)
