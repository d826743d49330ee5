"""A contact's columns, statuses and clean reasons; imports no database library, for processes that open none."""

from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

Row = tuple[Any, ...]  # a contact, in the order of COLUMNS

# All but `archive_number`, which only archives write.
COLUMNS = tuple(
    """
    audience_id id address address_key domain status status_before revision merge_fields
    tags notes member_rating optin_time optin_ip confirm_time confirm_ip latitude longitude gmtoff dstoff
    timezone cc region leid euid cleaned_at clean_reason clean_campaign_title clean_campaign_id clean_diagnostic remote_id
    remote_hash
    """.split()
)


# `cleaned_at` of a cleaned contact if nobody knows when it was cleaned: no date of it is shown, written to a file or
# counted in a week. A time, and not NULL, because lists are sorted and paged by it: these contacts come last.
UNKNOWN_TIME = datetime(1970, 1, 1, tzinfo=UTC)


def known(cleaned_at: datetime | None) -> datetime | None:
    """Returns the time of cleaning; None if it is not known."""
    return None if cleaned_at == UNKNOWN_TIME else cleaned_at


class Status(StrEnum):
    """A contact's status, named as in Mailchimp; `nonsubscribed` is its transactional contact."""

    SUBSCRIBED = "subscribed"
    UNSUBSCRIBED = "unsubscribed"
    NONSUBSCRIBED = "nonsubscribed"
    PENDING = "pending"
    CLEANED = "cleaned"
    ARCHIVED = "archived"


class CleanReason(StrEnum):
    """Why a contact was cleaned; `unknown` for those of Mailchimp's export files, which don't tell."""

    HARD = "hard"
    SOFT = "soft"
    ABUSE = "abuse"
    UNKNOWN = "unknown"
