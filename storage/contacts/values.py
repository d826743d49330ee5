"""The words of a contact: light to load, for a process that opens no database."""

from enum import StrEnum
from typing import Any

Row = tuple[Any, ...]  # a contact, in the order of COLUMNS

COLUMNS = tuple(
    """
    audience_id id address address_key domain status status_before revision merge_fields
    tags notes member_rating optin_time optin_ip confirm_time confirm_ip latitude longitude gmtoff dstoff
    timezone cc region leid euid cleaned_at clean_reason clean_campaign_title clean_campaign_id clean_diagnostic remote_id
    """.split()
)


class Status(StrEnum):
    """Where a contact stands. `nonsubscribed` is Mailchimp's transactional contact."""

    SUBSCRIBED = "subscribed"
    UNSUBSCRIBED = "unsubscribed"
    NONSUBSCRIBED = "nonsubscribed"
    PENDING = "pending"
    CLEANED = "cleaned"
    ARCHIVED = "archived"


class CleanReason(StrEnum):
    """Why a contact was cleaned. Mailchimp's export files do not say: `unknown`."""

    HARD = "hard"
    SOFT = "soft"
    ABUSE = "abuse"
    UNKNOWN = "unknown"
