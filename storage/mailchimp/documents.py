"""Mailchimp's JSON documents, read into values."""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from math import isfinite
from typing import TypeVar

import msgspec

from storage.mailchimp.values import (
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
    """Raises ValueError on anything but a JSON object."""
    document = decode(body, _DECODER)
    if isinstance(document, dict):
        return document
    raise ValueError


def decode(body: bytes, decoder: msgspec.json.Decoder[Value]) -> Value:
    """JSON without what no database stores: NUL, which PostgreSQL's text can't hold, and lone surrogates.

    Raises ValueError; ValidationError of msgspec where the JSON is not of the decoder's type.
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
    """Aware, in UTC; None where there is none."""
    value = document.get(name)
    return parse_time(value) if isinstance(value, str) else None


def parse_time(text: str) -> datetime | None:
    """Aware, in UTC; None for an invalid time, and for the empty text that Mailchimp writes where there is none."""
    if not text:
        return None
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        return None
    if time.tzinfo is UTC:
        return time
    return (time if time.tzinfo else time.replace(tzinfo=UTC)).astimezone(UTC)


def part(document: Document, name: str) -> Document:
    """An object inside; Mailchimp writes an empty list for some empty objects."""
    value = document.get(name)
    return value if isinstance(value, dict) else {}


def parts(document: Document, name: str) -> Sequence[Document]:
    value = document.get(name)
    if not value or not isinstance(value, list):
        return ()
    return [each for each in value if isinstance(each, dict)]


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


def _storable(body: bytes) -> bytes:
    return _ESCAPE.sub(_storable_escape, body)


def _storable_escape(match: re.Match[bytes]) -> bytes:
    escape = match[0]
    if escape == _NUL:
        return b"\\ufffd"
    return b"?" if len(escape) == len(_NUL) else escape


_DECODER = msgspec.json.Decoder()
_NUL = rb"\u0000"
# An escaped backslash comes first, so that what follows it is text; then a surrogate pair, which stays.
_ESCAPE = re.compile(
    rb"\\\\|\\u0000|\\u[dD][89abAB]..\\u[dD][c-fC-F]..|\\u[dD][89a-fA-F]..",
)
