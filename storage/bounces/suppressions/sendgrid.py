"""Twilio SendGrid's lists, each read by offset.

https://www.twilio.com/docs/sendgrid/api-reference/bounces-api/retrieve-all-bounces, and the same for blocks, spam
reports and invalid emails.
"""

from collections.abc import Iterator
from functools import partial

from storage.bounces.suppressions.api import ProviderApi
from storage.bounces.suppressions.entries import Page, Suppression, objects, offset_pages, suppression

BASE = "https://api.sendgrid.com"
LISTS = ("spam_reports", "bounces", "invalid_emails", "blocks")
PAGE_SIZE = 500  # SendGrid's most


def headers(key: str) -> dict[str, str]:
    """How the key is sent."""
    return {"Authorization": f"Bearer {key}"}


def pages(api: ProviderApi) -> Iterator[Page]:
    """Yields all entries; `reason` is the name of the list. Raises SuppressionListError."""
    # The newest come first: later ones would move all that follow.
    until = int(api.timing.now().timestamp())
    for name in LISTS:
        for entries in offset_pages(partial(_fetch, api, name, until), PAGE_SIZE, api.provider):
            yield Page(entries)


def _fetch(api: ProviderApi, name: str, until: int, offset: int) -> list[Suppression]:
    answer = api.get(f"/v3/suppression/{name}", {"limit": PAGE_SIZE, "offset": offset, "end_time": until})
    return [
        suppression(entry, address="email", reason=name, at="created", diagnostic=("status", "reason"))
        for entry in objects(answer, "", api.provider)
    ]
