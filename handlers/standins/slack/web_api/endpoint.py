"""The HTTP endpoint of the Web API: fault injection, authentication, scopes, then the method."""

import base64
import binascii
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from handlers.standins.slack.faults import SlackFaults
from handlers.standins.slack.manifest import Manifest
from handlers.standins.slack.state import SlackError, WorkspaceState
from handlers.standins.slack.teams.directory import Directory
from handlers.standins.slack.teams.installations import Installations
from handlers.standins.slack.teams.values import Installation
from handlers.standins.slack.web_api.auth import Credentials, OAuthMethods
from handlers.standins.slack.web_api.calls import MethodCall, MethodTable
from handlers.standins.types import Json

# Arguments that are JSON inside a form.
_JSON_ARGUMENTS = {"view", "blocks", "attachments", "files", "metadata", "outputs"}


# What an app installed for an organization has to name the workspace for.
_OF_ONE_TEAM = {"bots.info", "conversations.list", "usergroups.list", "usergroups.users.list", "users.list"}


@dataclass(frozen=True)
class WebApi:
    """`connection_url`: returns a new Socket Mode URL, for `apps.connections.open`."""

    directory: Directory
    installations: Installations
    oauth: OAuthMethods
    manifest: Manifest
    faults: SlackFaults
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
        scopes = self.manifest.scopes
        try:
            arguments = await _arguments(request)
            token, credentials = _token(request, arguments), _credentials(request, arguments)
            if known := self.installations.tokens.get(token):
                scopes = frozenset(known.installation.scopes)
            body = {"ok": True, **self._call(name, arguments, token, credentials)}
        except SlackError as error:
            body = self._error_body(name, error)
        return web.json_response(body, headers={"x-oauth-scopes": ",".join(sorted(scopes))})

    def _call(self, name: str, arguments: Json, token: str, credentials: Credentials) -> Json:
        if name == "oauth.v2.access":
            return self.oauth.access(arguments, credentials)
        if name == "apps.connections.open":
            self._check_app_token(token)
            return {"url": self.connection_url()}
        own = {"apps.uninstall", "auth.revoke"}
        if name not in self.methods and name not in own:
            raise SlackError("unknown_method", req_method=name)
        installation = self._authenticate(token)
        state = self._state(installation, name, arguments)
        names = {each.team.id: each.team.name for each in self.directory}
        call = MethodCall(state, self.manifest, arguments, installation, names)
        if name == "apps.uninstall":
            return self.oauth.uninstall(call, credentials)
        if name == "auth.revoke":
            return self.oauth.revoke(call)
        scopes, method = self.methods[name]
        call.require_scope(*scopes)
        return method(call)

    def _check_app_token(self, token: str) -> None:
        if not token:
            raise SlackError("not_authed")
        if token in self.installations.tokens:
            raise SlackError("not_allowed_token_type")
        if token != self.app_token:
            raise SlackError("invalid_auth")
        if self.faults.revoked:
            raise SlackError("token_revoked")

    def _authenticate(self, token: str) -> Installation:
        if not token:
            raise SlackError("not_authed")
        if token == self.app_token:
            raise SlackError("not_allowed_token_type")
        installation = self.installations.authenticate(token)
        if self.faults.revoked:
            raise SlackError("token_revoked")
        return installation

    def _state(self, installation: Installation, name: str, arguments: Json) -> WorkspaceState:
        """The workspace that a call is about. `team_id` is read from an organization's app only, as Slack documents.

        Raises `missing_argument`, `team_access_not_granted`.
        """
        states = self.directory.of_installation(installation)
        if not installation.is_enterprise_install:
            return states[0]
        if team_id := arguments.get("team_id"):
            named = [state for state in states if state.team.id == team_id]
            if not named:
                raise SlackError("team_access_not_granted")
            return named[0]
        if name in _OF_ONE_TEAM:
            raise SlackError("missing_argument", "[ERROR] missing required field: team_id")
        if not states:
            raise SlackError("team_access_not_granted")
        return next((state for state in states if _knows(state, arguments)), states[0])

    def _error_body(self, name: str, error: SlackError) -> Json:
        """Records a refused call and returns the body of its response."""
        self.directory.first.refuse(name, error.name, error.messages)
        body: Json = {"ok": False, "error": error.name, **error.details}
        if error.messages:
            body["response_metadata"] = {"messages": list(error.messages)}
        return body


def _knows(state: WorkspaceState, arguments: Json) -> bool:
    """Whether the first thing that a call names is of this workspace."""
    places: dict[str, Any] = {
        "channel": state.channels.keys() | state.people.keys(),
        "channel_id": state.channels,
        "trigger_id": state.triggers,
        "view_id": state.views,
        "external_id": {view.content["external_id"] for view in state.views.values()},
        "function_execution_id": state.executions,
        "user_id": state.people,
        "user": state.people,
        "users": state.people,
    }
    named = [(key, arguments[key]) for key in places if arguments.get(key)]
    return bool(named) and str(named[0][1]).removeprefix("#") in places[named[0][0]]


def _token(request: web.Request, arguments: Json) -> str:
    header = request.headers.get("Authorization", "")
    return header.removeprefix("Bearer ").strip() or str(arguments.pop("token", ""))


def _credentials(request: web.Request, arguments: Json) -> Credentials:
    """The client's id and secret: by HTTP Basic authentication, or as arguments."""
    kind, _, encoded = request.headers.get("Authorization", "").partition(" ")
    if kind == "Basic":
        try:
            client_id, _, secret = base64.b64decode(encoded, validate=True).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            return "", ""
        return client_id, secret
    return str(arguments.get("client_id", "")), str(arguments.get("client_secret", ""))


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
