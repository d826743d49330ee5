"""The HTTP API of the page: JSON requests, one WebSocket for each window, the page's own files."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path

from aiohttp import WSMsgType, web
from aiohttp.typedefs import Handler

from handlers.standins.slack import files
from handlers.standins.slack.delivery import Delivery, SocketModeDelivery
from handlers.standins.slack.faults import SlackFaults
from handlers.standins.slack.manifest import Manifest
from handlers.standins.slack.state import (
    BOT_USER,
    Channel,
    SlackError,
    StoredMessage,
    StoredView,
    WorkspaceState,
)
from handlers.standins.slack.user_actions import UserActions
from handlers.standins.types import Json

PAGE = Path(__file__).parent / "page"
MIME = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml", ".html": "text/html"}

PostHandler = Callable[[Json], Awaitable[Json]]


@dataclass
class PageApi:
    """`windows`: person and open WebSocket of each window."""

    state: WorkspaceState
    manifest: Manifest
    actions: UserActions
    delivery: Delivery
    faults: SlackFaults
    windows: list[tuple[str, web.WebSocketResponse]] = field(default_factory=list)

    def routes(self, guarded: Callable[[Handler], Handler]) -> list[web.AbstractRouteDef]:
        """`guarded` wraps each handler, and refuses who may not use the page."""
        posts: dict[str, PostHandler] = {
            "command": self._command,
            "say": self._say,
            "action": self._action,
            "options": self._options,
            "submit": self._submit,
            "close": self._close,
            "shortcut": self._shortcut,
            "home": self._home,
            "step": self._step,
            "faults": self._faults,
        }
        return [
            web.get("/", guarded(self._index)),
            web.get("/page/state", guarded(self._state)),
            web.get("/page/messages", guarded(self._messages)),
            web.get("/page/socket", guarded(self._socket)),
            web.post("/page/upload", guarded(self._upload)),
            *(web.post(f"/page/{name}", guarded(_json_handler(handler))) for name, handler in posts.items()),
            web.get("/page/{file:.+}", guarded(self._page_file)),
            web.get("/files/{id}/{name}", guarded(self._download)),
        ]

    async def push(self, user: str | None, event: Json) -> None:
        """Sends an event to the windows of a person, or of everybody."""
        for person, window in list(self.windows):
            if user in (None, person) and not window.closed:
                try:
                    await window.send_json(event)
                except ConnectionError:
                    continue  # its own handler removes it from the list

    async def _index(self, _request: web.Request) -> web.StreamResponse:
        return web.FileResponse(PAGE / "index.html", headers={"Cache-Control": "no-store"})

    async def _page_file(self, request: web.Request) -> web.StreamResponse:
        path = (PAGE / request.match_info["file"]).resolve()
        if not path.is_relative_to(PAGE) or not path.is_file():
            raise web.HTTPNotFound
        mime = MIME.get(path.suffix, "application/octet-stream")
        return web.FileResponse(path, headers={"Content-Type": mime, "Cache-Control": "no-store"})

    async def _state(self, request: web.Request) -> web.StreamResponse:
        user = self._user(request.query.get("user"))
        people = [person for person in self.state.people.values() if not person.is_bot]
        keys = ("id", "name", "real_name", "locale", "tz", "title")
        home = self.state.homes.get(user)
        bot = self.state.people[BOT_USER]
        return web.json_response(
            {
                "me": user,
                "people": [{key: getattr(person, key) for key in keys} for person in people],
                "channels": [
                    self._channel_json(channel)
                    for channel in self.state.channels.values()
                    if user in channel.members
                ],
                "commands": list(self.manifest.commands),
                "shortcuts": [
                    shortcut for shortcut in self.manifest.shortcuts if shortcut["type"] == "message"
                ],
                "functions": [
                    {"callback_id": callback_id, **function}
                    for callback_id, function in self.manifest.functions.items()
                ],
                "bot": {"id": bot.id, "name": bot.real_name, "connected": self.delivery.connected},
                "home": home.content if home else None,
                "views": self.state.open_views(user),
                "notices": self.state.notices[user],
                "refused": self.state.refused,
                "executions": {
                    each.id: {"state": each.state, "outputs": each.outputs, "error": each.error}
                    for each in self.state.executions.values()
                },
            }
        )

    def _channel_json(self, channel: Channel) -> Json:
        direct = channel.kind == "im"
        name = self.state.people[BOT_USER].real_name if direct else channel.name
        kind = "im" if direct else "channel"
        members = len(channel.members)
        return {"id": channel.id, "name": name, "kind": kind, "bot_in": channel.bot_in, "members": members}

    async def _messages(self, request: web.Request) -> web.StreamResponse:
        user = self._user(request.query.get("user"))
        channel = self._channel(user, request.query.get("channel"))
        visible = [message for message in channel.messages if message.only_for in (None, user)]
        return web.json_response({"messages": [self.state.page_message(message) for message in visible]})

    async def _socket(self, request: web.Request) -> web.StreamResponse:
        window = web.WebSocketResponse(heartbeat=30)
        user = self._user(request.query.get("user"))
        await window.prepare(request)
        self.windows.append((user, window))
        try:
            async for message in window:
                if message.type is WSMsgType.ERROR:
                    break
        finally:
            self.windows.remove((user, window))
        return window

    async def _upload(self, request: web.Request) -> web.StreamResponse:
        user = self._user(request.query.get("user"))
        try:
            return web.json_response(await files.upload_from_page(self.state, user, request))
        except SlackError as error:
            return web.json_response({"ok": False, "error": error.name}, status=400)

    async def _download(self, request: web.Request) -> web.StreamResponse:
        file = self.state.files.get(request.match_info["id"])
        people = [person.id for person in self.state.people.values() if not person.is_bot]
        # A link in a message names no person: it works if anybody may see the file.
        users = [request.query["user"]] if "user" in request.query else people
        if file is None or not any(files.may_see(self.state, file, user) for user in users):
            raise web.HTTPNotFound
        return files.download(file)

    async def _command(self, body: Json) -> Json:
        user = self._user(body.get("user"))
        return await self.actions.command(user, self._channel(user, body.get("channel")), str(body["text"]))

    async def _say(self, body: Json) -> Json:
        user = self._user(body.get("user"))
        return await self.actions.say(user, self._channel(user, body.get("channel")), str(body["text"]))

    async def _action(self, body: Json) -> Json:
        user, container = self._user(body.get("user")), body["container"]
        action = {**body["action"], "block_id": body["block_id"]}
        values = body.get("state", {}).get("values", {})
        if "channel" in container:
            channel, message = self._message(user, container)
            return await self.actions.message_action(user, channel, message, action, values)
        return await self.actions.view_action(self._view(user, container), action, values)

    async def _options(self, body: Json) -> Json:
        user, container = self._user(body.get("user")), body["container"]
        payload: Json
        if "channel" in container:
            channel, message = self._message(user, container)
            payload = {
                "container": {"type": "message", "message_ts": message.ts, "channel_id": channel.id},
                "channel": {"id": channel.id, "name": channel.name},
            }
        else:
            payload = self.actions.view_container(self._view(user, container))
        query = str(body.get("value", ""))
        return await self.actions.options(user, payload, body["block_id"], body["action_id"], query)

    async def _submit(self, body: Json) -> Json:
        user = self._user(body.get("user"))
        return await self.actions.submit(self._view(user, body), body.get("state", {}).get("values", {}))

    async def _close(self, body: Json) -> Json:
        user = self._user(body.get("user"))
        return await self.actions.close(self._view(user, body), everything=bool(body.get("all")))

    async def _shortcut(self, body: Json) -> Json:
        user = self._user(body.get("user"))
        channel, message = self._message(user, body)
        return await self.actions.shortcut(user, channel, message, str(body["callback_id"]))

    async def _home(self, body: Json) -> Json:
        tab = "messages" if body.get("tab") == "messages" else "home"
        return await self.actions.open_home(self._user(body.get("user")), tab)

    async def _step(self, body: Json) -> Json:
        self._user(body.get("user"))
        return await self.actions.run_step(str(body["callback_id"]), body.get("inputs", {}))

    async def _faults(self, body: Json) -> Json:
        if limit := body.get("rate_limited"):
            self.faults.rate_limit(limit["method"], limit.get("times", 1), limit.get("retry_after", 1))
        if failing := body.get("server_error"):
            self.faults.server_error(failing["method"], failing.get("times", 1))
        if slow := body.get("slow"):
            self.faults.slow_down(slow["method"], slow["seconds"])
        self.faults.twice = body.get("deliver_twice", self.faults.twice)
        self.faults.revoked = body.get("revoked", self.faults.revoked)
        if body.get("drop_socket") and isinstance(self.delivery, SocketModeDelivery):
            self.delivery.drop()
        return {"ok": True}

    def _user(self, user: str | None) -> str:
        if user not in self.state.people or user == BOT_USER:
            raise web.HTTPBadRequest(text="no such person")
        return user

    def _channel(self, user: str, channel_id: str | None) -> Channel:
        channel = self.state.channels.get(channel_id or "")
        if channel is None or user not in channel.members:
            raise web.HTTPNotFound(text="no such channel")
        return channel

    def _message(self, user: str, container: Json) -> tuple[Channel, StoredMessage]:
        channel = self._channel(user, container["channel"])
        message = self.state.message(channel, container["ts"])
        if message is None or message.only_for not in (None, user):
            raise SlackError("message_not_found")
        return channel, message

    def _view(self, user: str, container: Json) -> StoredView:
        is_home = container.get("home")
        view = self.state.homes.get(user) if is_home else self.state.views.get(container["view_id"])
        if view is None or view.user != user:
            raise SlackError("view_not_found")
        return view


def _json_handler(handler: PostHandler) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    async def respond(request: web.Request) -> web.StreamResponse:
        try:
            body = await handler(await request.json())
        except SlackError as error:
            body = {"ok": False, "error": error.name}
        return web.json_response(body)

    return respond
