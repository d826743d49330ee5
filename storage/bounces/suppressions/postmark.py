"""Postmark's suppressions: one answer for each message stream of the server.

https://postmarkapp.com/developer/api/suppressions-api, https://postmarkapp.com/developer/api/message-streams-api
"""

from collections.abc import Iterator, Mapping
from urllib.parse import quote

from storage.bounces.suppressions.api import ProviderApi
from storage.bounces.suppressions.entries import Page, Suppression, objects, suppression, text

BASE = "https://api.postmarkapp.com"
ENTRIES_AT_ONCE = 1_000


def headers(token: str) -> dict[str, str]:
    """How the server's token is sent."""
    return {"X-Postmark-Server-Token": token}


def pages(api: ProviderApi) -> Iterator[Page]:
    """Yields all entries; `reason` is Postmark's `SuppressionReason`. Raises SuppressionListError."""
    for stream in _streams(api):
        answer = api.get(f"/message-streams/{quote(stream, safe='')}/suppressions/dump")
        entries = objects(answer, "Suppressions", api.provider)
        for n in range(0, len(entries), ENTRIES_AT_ONCE):
            yield Page([_entry(entry) for entry in entries[n : n + ENTRIES_AT_ONCE]])


def _streams(api: ProviderApi) -> list[str]:
    """The ids of the streams that send."""
    answer = api.get("/message-streams", {"MessageStreamType": "All"})
    streams = [
        stream for stream in objects(answer, "MessageStreams", api.provider) if isinstance(stream, Mapping)
    ]
    return [text(stream.get("ID")) for stream in streams if stream.get("MessageStreamType") != "Inbound"]


def _entry(entry: object) -> Suppression:
    reason = text(entry.get("SuppressionReason")) if isinstance(entry, Mapping) else ""
    return suppression(entry, address="EmailAddress", reason=reason, at="CreatedAt")
