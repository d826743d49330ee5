"""Brevo's blocked contacts, read by offset.

https://developers.brevo.com/reference/get-transac-blocked-contacts
"""

from collections.abc import Iterator, Mapping
from functools import partial

from storage.bounces.suppressions.api import ProviderApi
from storage.bounces.suppressions.entries import Page, Suppression, objects, offset_pages, suppression, text

BASE = "https://api.brevo.com"
PAGE_SIZE = 100  # Brevo's most


def headers(key: str) -> dict[str, str]:
    """How the key is sent."""
    return {"api-key": key}


def pages(api: ProviderApi) -> Iterator[Page]:
    """Yields all entries; `reason` is Brevo's code. Raises SuppressionListError."""
    total: list[int] = []
    for entries in offset_pages(partial(_fetch, api, total), PAGE_SIZE, api.provider):
        yield Page(entries, total[-1] if total else None)


def _fetch(api: ProviderApi, total: list[int], offset: int) -> list[Suppression]:
    # The oldest first, so that later ones move none.
    answer = api.get("/v3/smtp/blockedContacts", {"limit": PAGE_SIZE, "offset": offset, "sort": "asc"})
    if not isinstance(answer, Mapping):
        raise api.invalid_answer()
    count = answer.get("count")
    total[:] = [count if isinstance(count, int) else 0]
    if offset >= total[0] and "contacts" not in answer:
        return []  # where there are none, the field is left out
    return [_entry(entry) for entry in objects(answer, "contacts", api.provider)]


def _entry(entry: object) -> Suppression:
    reason = entry.get("reason") if isinstance(entry, Mapping) else None
    code = text(reason.get("code")) if isinstance(reason, Mapping) else ""
    return suppression(entry, address="email", reason=code, at="blockedAt")
