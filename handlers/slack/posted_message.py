"""A message that stands already: who posted it died before it was noted. By its metadata, which nobody sees, it is known."""

from copy import copy
from datetime import datetime, timedelta
from typing import Any

from slack_sdk import WebClient
from slack_sdk.http_retry.builtin_handlers import RateLimitErrorRetryHandler

PAGE = 200  # messages
CLOCKS_DIFFER = timedelta(minutes=5)  # ours and Slack's, at most

MessageMetadata = dict[str, Any]


def once(client: WebClient) -> WebClient:
    """The same without the SDK's second tries after a fault: the message might then be there twice. One that was
    too many was not taken, and is tried again.
    """
    alone = copy(client)
    alone.retry_handlers = [
        each for each in client.retry_handlers if isinstance(each, RateLimitErrorRetryHandler)
    ]
    return alone


def find(client: WebClient, channel: str, mark: MessageMetadata, since: datetime) -> str | None:
    """The ts of the message with that metadata; None if there is none. Raises SlackApiError."""
    page: dict[str, Any] = {"channel": channel, "oldest": str((since - CLOCKS_DIFFER).timestamp())}
    while True:
        answer = client.conversations_history(**page, include_all_metadata=True, limit=PAGE)
        for message in answer["messages"]:
            metadata = message.get("metadata") or {}
            if all(metadata.get(key) == value for key, value in mark.items()):
                return str(message["ts"])
        page["cursor"] = (answer.get("response_metadata") or {}).get("next_cursor")
        if not page["cursor"]:
            return None
