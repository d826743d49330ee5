"""The Web API: who calls, with which scopes, what they ask; then the method."""

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from handlers.standins.slack.faults import Faults
from handlers.standins.slack.manifest import Manifest
from handlers.standins.slack.state import BOT_USER, Channel, SlackError, State
from handlers.standins.types import Json

# Arguments that are JSON inside a form.
_NESTED = {"view", "blocks", "attachments", "files", "metadata"}


@dataclass(frozen=True)
class Call:
    """One call: its arguments and what it may touch."""

    state: State
    manifest: Manifest
    arguments: Json

    def text(self, name: str) -> str:
        """A required argument. Raises `invalid_arguments` with Slack's message."""
        value = self.arguments.get(name)
        if value in (None, ""):
            raise SlackError("invalid_arguments", f"[ERROR] missing required field: {name}")
        return str(value)

    def maybe(self, name: str) -> str | None:
        value = self.arguments.get(name)
        return None if value in (None, "") else str(value)

    def flag(self, name: str) -> bool:
        return self.arguments.get(name) in (True, 1, "1", "true", "True")

    def limit(self, most: int = 1000) -> int:
        return max(1, min(int(self.arguments.get("limit") or most), most))

    def needs(self, *scopes: str) -> None:
        """Any one of these scopes. Raises `missing_scope`."""
        if scopes and not self.manifest.scopes & set(scopes):
            provided = ",".join(sorted(self.manifest.scopes))
            raise SlackError("missing_scope", needed=scopes[0], provided=provided)

    def channel(self, name: str = "channel") -> Channel:
        """A channel the bot can see. Raises `channel_not_found`."""
        wanted = self.maybe(name) or ""
        channel = self.state.channels.get(wanted.removeprefix("#"))
        if channel is None or (channel.kind != "channel" and not channel.bot_in):
            raise SlackError("channel_not_found")
        return channel

    def channel_in(self, name: str = "channel") -> Channel:
        """A channel the bot is in; a person's id means their direct messages. Raises `not_in_channel` too."""
        wanted = self.text(name)
        if wanted in self.state.people and wanted != BOT_USER:
            return self.state.direct(wanted)
        channel = self.channel(name)
        if not channel.bot_in:
            raise SlackError("not_in_channel")
        return channel


Method = Callable[[Call], Json]


@dataclass(frozen=True)
class WebApi:
    """`methods`: by name, the scopes of which one is needed, and what it does."""

    state: State
    manifest: Manifest
    faults: Faults
    bot_token: str
    app_token: str
    methods: dict[str, tuple[tuple[str, ...], Method]]
    open_connection: Callable[[], str]

    async def serve(self, request: web.Request) -> web.StreamResponse:
        name = request.match_info["method"]
        await asyncio.sleep(self.faults.slow.get(name, 0))
        retry_after = self.faults.take_rate_limit(name)
        if retry_after is not None:
            headers = {"Retry-After": str(retry_after)}
            return web.json_response({"ok": False, "error": "ratelimited"}, status=429, headers=headers)
        if self.faults.take_server_error(name):
            return web.Response(status=500, text="Internal Server Error")
        try:
            arguments = await _arguments(request)
            said = {"ok": True, **self._call(name, arguments, _token(request, arguments))}
        except SlackError as error:
            said = self._refusal(name, error)
        return web.json_response(said, headers={"x-oauth-scopes": ",".join(sorted(self.manifest.scopes))})

    def _call(self, name: str, arguments: Json, token: str) -> Json:
        if name == "apps.connections.open":
            self._authenticate(token, self.app_token)
            return {"url": self.open_connection()}
        if name not in self.methods:
            raise SlackError("unknown_method", req_method=name)
        self._authenticate(token, self.bot_token)
        scopes, method = self.methods[name]
        call = Call(self.state, self.manifest, arguments)
        call.needs(*scopes)
        return method(call)

    def _authenticate(self, token: str, wanted: str) -> None:
        if not token:
            raise SlackError("not_authed")
        if token in {self.bot_token, self.app_token} and token != wanted:
            raise SlackError("not_allowed_token_type")
        if token != wanted:
            raise SlackError("invalid_auth")
        if self.faults.revoked:
            raise SlackError("token_revoked")

    def _refusal(self, name: str, error: SlackError) -> Json:
        self.state.refused.append({"method": name, "error": error.name, "messages": list(error.messages)})
        said: Json = {"ok": False, "error": error.name, **error.more}
        if error.messages:
            said["response_metadata"] = {"messages": list(error.messages)}
        return said


def page_of(call: Call, found: list[Any], most: int = 1000) -> tuple[list[Any], Json]:
    """One page of what was found, and the `response_metadata` with the next cursor."""
    cursor = call.maybe("cursor") or "0"
    if not cursor.isdecimal() or int(cursor) > len(found):
        raise SlackError("invalid_cursor")
    start, size = int(cursor), call.limit(most)
    more = str(start + size) if start + size < len(found) else ""
    return found[start : start + size], {"response_metadata": {"next_cursor": more}}


def _token(request: web.Request, arguments: Json) -> str:
    said = request.headers.get("Authorization", "")
    return said.removeprefix("Bearer ").strip() or str(arguments.pop("token", ""))


async def _arguments(request: web.Request) -> Json:
    """Query, form or JSON. Raises `invalid_json`, `invalid_arguments`."""
    made: Json = dict(request.query)
    if request.content_type == "application/json":
        try:
            # The SDK says JSON and sends nothing where there are no arguments.
            body = json.loads(await request.text() or "{}")
        except ValueError:
            raise SlackError("invalid_json") from None
        if not isinstance(body, dict):
            raise SlackError("json_not_object")
        made |= body
    elif request.can_read_body:
        made |= dict(await request.post())
    for name in _NESTED & set(made):
        made[name] = _nested(name, made[name])
    return made


def _nested(name: str, value: Any) -> Any:
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except ValueError:
        error = "invalid_blocks_format" if name == "blocks" else "invalid_arguments"
        raise SlackError(error, f"[ERROR] failed to parse JSON [json-pointer:/{name}]") from None
