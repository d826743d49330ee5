"""Mailgun's bounces and complaints of each domain, read by the URL of the next page.

https://documentation.mailgun.com/docs/mailgun/api-reference/send/mailgun/bounces/get-v3--domainid--bounces, and the same
for complaints.
"""

from collections.abc import Iterator, Mapping, Sequence
from urllib.parse import quote

import httpx

from storage.bounces.suppressions.api import ProviderApi
from storage.bounces.suppressions.entries import Page, objects, suppression

BASE = "https://api.mailgun.net"
LISTS = ("complaints", "bounces")
PAGE_SIZE = 1_000  # Mailgun's most


def auth(key: str) -> httpx.Auth:
    """How the key is sent."""
    return httpx.BasicAuth("api", key)


def pages(api: ProviderApi, domains: Sequence[str]) -> Iterator[Page]:
    """Yields all entries; `reason` is the name of the list. Raises SuppressionListError."""
    for domain in domains:
        for name in LISTS:
            yield from _pages(api, domain, name)


def _pages(api: ProviderApi, domain: str, name: str) -> Iterator[Page]:
    answer = api.get(f"/v3/{quote(domain, safe='')}/{name}", {"limit": PAGE_SIZE})
    read: set[str] = set()
    # There is always a next page; the one after the last is empty.
    while entries := objects(answer, "items", api.provider):
        yield Page(
            [
                suppression(
                    entry, address="address", reason=name, at="created_at", diagnostic=("code", "error")
                )
                for entry in entries
            ]
        )
        following = _next(answer)
        if not following or following in read:
            raise api.invalid_answer()
        read.add(following)
        answer = api.get_url(following)


def _next(answer: object) -> str:
    paging = answer.get("paging") if isinstance(answer, Mapping) else None
    following = paging.get("next") if isinstance(paging, Mapping) else None
    return following if isinstance(following, str) else ""
