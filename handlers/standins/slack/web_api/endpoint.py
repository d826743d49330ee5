"""The HTTP endpoint of the Web API: fault injection, authentication, scopes, then the method."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from handlers.standins.slack.faults import SlackFaults
from handlers.standins.slack.manifest import Manifest
from handlers.standins.slack.state import SlackError, WorkspaceState
from handlers.standins.slack.web_api.calls import MethodCall, MethodTable
from handlers.standins.types import Json

# Arguments that are JSON inside a form.
_JSON_ARGUMENTS = {"view", "blocks", "attachments", "files", "metadata", "outputs"}


@dataclass(frozen=True)
class WebApi:
    """`connection_url`: returns a new Socket Mode URL, for `apps.connections.open`."""

    state: WorkspaceState
    manifest: Manifest
    faults: SlackFaults
    bot_token: str
    app_token: str
    methods: MethodTable
    connection_url: Callable[[], str]

    async def serve(self, request: web.Request) -> web.StreamResponse:
        name = request.match_info["method"]
        await self.faults.wait(name)
        retry_after = self.faults.take_rate_limit(name)
        if retry_after is not None:
            headers = {"Retry-After": str(retry_after)}
            return web.json_response({"ok": False, "error": "ratelimited"}, status=429, headers=headers)
        if self.faults.take_server_error(name):
            return web.Response(status=500, text="Internal Server Error")
        try:
            arguments = await _arguments(request)
            body = {"ok": True, **self._call(name, arguments, _token(request, arguments))}
        except SlackError as error:
            body = self._error_body(name, error)
        return web.json_response(body, headers={"x-oauth-scopes": ",".join(sorted(self.manifest.scopes))})

    def _call(self, name: str, arguments: Json, token: str) -> Json:
        if name == "apps.connections.open":
            self._authenticate(token, self.app_token)
            return {"url": self.connection_url()}
        if name not in self.methods:
            raise SlackError("unknown_method", req_method=name)
        self._authenticate(token, self.bot_token)
        scopes, method = self.methods[name]
        call = MethodCall(self.state, self.manifest, arguments)
        call.require_scope(*scopes)
        return method(call)

    def _authenticate(self, token: str, expected: str) -> None:
        if not token:
            raise SlackError("not_authed")
        if token in {self.bot_token, self.app_token} and token != expected:
            raise SlackError("not_allowed_token_type")
        if token != expected:
            raise SlackError("invalid_auth")
        if self.faults.revoked:
            raise SlackError("token_revoked")

    def _error_body(self, name: str, error: SlackError) -> Json:
        """Records a refused call and returns the body of its response."""
        self.state.refuse(name, error.name, error.messages)
        body: Json = {"ok": False, "error": error.name, **error.details}
        if error.messages:
            body["response_metadata"] = {"messages": list(error.messages)}
        return body


def _token(request: web.Request, arguments: Json) -> str:
    header = request.headers.get("Authorization", "")
    return header.removeprefix("Bearer ").strip() or str(arguments.pop("token", ""))


async def _arguments(request: web.Request) -> Json:
    """Arguments from the query, a form or JSON. Raises `invalid_json`, `json_not_object`, `invalid_arguments`."""
    arguments: Json = dict(request.query)
    if request.content_type == "application/json":
        try:
            # Without arguments the SDK sends an empty body as JSON.
            body = json.loads(await request.text() or "{}")
        except ValueError:
            raise SlackError("invalid_json") from None
        if not isinstance(body, dict):
            raise SlackError("json_not_object")
        arguments |= body
    elif request.can_read_body:
        arguments |= dict(await request.post())
    for name in _JSON_ARGUMENTS & set(arguments):
        arguments[name] = _parse_json(name, arguments[name])
    return arguments


def _parse_json(name: str, value: Any) -> Any:
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except ValueError:
        error = "invalid_blocks_format" if name == "blocks" else "invalid_arguments"
        raise SlackError(error, f"[ERROR] failed to parse JSON [json-pointer:/{name}]") from None
