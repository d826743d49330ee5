"""Finds, by its metadata, a message posted by a process that crashed before recording it."""

from datetime import datetime, timedelta
from typing import Any

from slack_sdk import WebClient

PAGE = 200  # messages
MAX_CLOCK_SKEW = timedelta(minutes=5)  # between this machine and Slack

MessageMetadata = dict[str, Any]  # people don't see it


def find(client: WebClient, channel: str, metadata: MessageMetadata, since: datetime) -> str | None:
    """The ts of a message in the channel with that metadata; None if there is none. Raises SlackApiError."""
    arguments: dict[str, Any] = {"channel": channel, "oldest": str((since - MAX_CLOCK_SKEW).timestamp())}
    while True:
        page = client.conversations_history(**arguments, include_all_metadata=True, limit=PAGE)
        for message in page["messages"]:
            message_metadata = message.get("metadata") or {}
            if all(message_metadata.get(key) == value for key, value in metadata.items()):
                return str(message["ts"])
        arguments["cursor"] = (page.get("response_metadata") or {}).get("next_cursor")
        if not arguments["cursor"]:
            return None
