"""A call of a Web API method: its arguments, the scopes and the channels it may use."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from handlers.standins.slack.manifest import Manifest
from handlers.standins.slack.state import Channel, SlackError, WorkspaceState
from handlers.standins.slack.teams.values import Installation
from handlers.standins.types import Json


@dataclass(frozen=True)
class MethodCall:
    """The parsed arguments of one call, and what the call may use: the workspace and the app's installation.

    `names`: of all workspaces, by id.
    """

    state: WorkspaceState
    manifest: Manifest
    arguments: Json
    installation: Installation
    names: dict[str, str] = field(default_factory=dict)

    def required(self, name: str) -> str:
        """A required argument. Raises `invalid_arguments` with Slack's message."""
        value = self.arguments.get(name)
        if value in (None, ""):
            raise SlackError("invalid_arguments", f"[ERROR] missing required field: {name}")
        return str(value)

    def optional(self, name: str) -> str | None:
        value = self.arguments.get(name)
        return None if value in (None, "") else str(value)

    def flag(self, name: str) -> bool:
        return self.arguments.get(name) in (True, 1, "1", "true", "True")

    def limit(self, most: int = 1000) -> int:
        return max(1, min(int(self.arguments.get("limit") or most), most))

    def require_scope(self, *scopes: str) -> None:
        """Checks that the app was given one of these scopes. Raises `missing_scope`."""
        if scopes and not self.installation.scopes & set(scopes):
            provided = ",".join(sorted(self.installation.scopes))
            raise SlackError("missing_scope", needed=scopes[0], provided=provided)

    def channel(self, name: str = "channel") -> Channel:
        """A channel the bot can see. Raises `channel_not_found`."""
        channel_id = self.optional(name) or ""
        channel = self.state.channels.get(channel_id.removeprefix("#"))
        if channel is None or (channel.kind != "channel" and not self.state.has_bot(channel)):
            raise SlackError("channel_not_found")
        return channel

    def joined_channel(self, name: str = "channel") -> Channel:
        """A channel the bot is in; a person's id means their direct messages. Raises `not_in_channel` too."""
        channel_id = self.required(name)
        if (person := self.state.people.get(channel_id)) is not None and not person.is_bot:
            if not person.belongs_to(self.state.team.id):
                raise SlackError("channel_not_found")
            return self.state.direct(channel_id)
        channel = self.channel(name)
        if not self.state.has_bot(channel):
            raise SlackError("not_in_channel")
        return channel


WebApiMethod = Callable[[MethodCall], Json]
# By method name: the scopes, any one of which allows it, and the function that runs it.
MethodTable = dict[str, tuple[tuple[str, ...], WebApiMethod]]


def page_of(call: MethodCall, items: list[Any], most: int = 1000) -> tuple[list[Any], Json]:
    """One page of `items`, and the `response_metadata` with the next cursor. Raises `invalid_cursor`."""
    cursor = call.optional("cursor") or "0"
    if not cursor.isdecimal() or int(cursor) > len(items):
        raise SlackError("invalid_cursor")
    start, size = int(cursor), call.limit(most)
    next_cursor = str(start + size) if start + size < len(items) else ""
    return items[start : start + size], {"response_metadata": {"next_cursor": next_cursor}}
