"""What the page asks and hears: one origin, JSON, one WebSocket a window."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path

from aiohttp import WSMsgType, web

from handlers.standins.slack import files
from handlers.standins.slack.delivery import Delivery, Sockets
from handlers.standins.slack.faults import Faults
from handlers.standins.slack.manifest import Manifest
from handlers.standins.slack.state import BOT_USER, Channel, Message, SlackError, State, View
from handlers.standins.slack.user_actions import Doings
from handlers.standins.types import Json

PAGE = Path(__file__).parent / "page"
MIME = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml", ".html": "text/html"}

Do = Callable[[Json], Awaitable[Json]]


@dataclass
class PageApi:
    state: State
    manifest: Manifest
    doings: Doings
    delivery: Delivery
    faults: Faults
    windows: list[tuple[str, web.WebSocketResponse]] = field(default_factory=list)

    def routes(self) -> list[web.AbstractRouteDef]:
        posts: dict[str, Do] = {
            "command": self._command,
            "say": self._say,
            "action": self._action,
            "options": self._options,
            "submit": self._submit,
            "close": self._close,
            "shortcut": self._shortcut,
            "home": self._home,
            "faults": self._faults,
        }
        return [
            web.get("/", self._index),
            web.get("/page/state", self._state),
            web.get("/page/messages", self._messages),
            web.get("/page/socket", self._socket),
            web.post("/page/upload", self._upload),
            *(web.post(f"/page/{name}", _answering(do)) for name, do in posts.items()),
            web.get("/page/{file:.+}", self._file_of_page),
            web.get("/files/{id}/{name}", self._download),
        ]

    async def push(self, user: str | None, event: Json) -> None:
        """Sends an event to this person's windows, or to all."""
        for whose, window in list(self.windows):
            if user in (None, whose) and not window.closed:
                try:
                    await window.send_json(event)
                except ConnectionError:
                    continue  # its own handler takes it from the list

    async def _index(self, _request: web.Request) -> web.StreamResponse:
        return web.FileResponse(PAGE / "index.html", headers={"Cache-Control": "no-store"})

    async def _file_of_page(self, request: web.Request) -> web.StreamResponse:
        path = (PAGE / request.match_info["file"]).resolve()
        if not path.is_relative_to(PAGE) or not path.is_file():
            raise web.HTTPNotFound
        mime = MIME.get(path.suffix, "application/octet-stream")
        return web.FileResponse(path, headers={"Content-Type": mime, "Cache-Control": "no-store"})

    async def _state(self, request: web.Request) -> web.StreamResponse:
        user = self._user(request.query.get("user"))
        people = [one for one in self.state.people.values() if not one.is_bot]
        shown = ("id", "name", "real_name", "locale", "tz", "title")
        home = self.state.homes.get(user)
        bot = self.state.people[BOT_USER]
        return web.json_response(
            {
                "me": user,
                "people": [{key: getattr(one, key) for key in shown} for one in people],
                "channels": [
                    self._channel(one) for one in self.state.channels.values() if user in one.members
                ],
                "commands": list(self.manifest.commands),
                "shortcuts": [one for one in self.manifest.shortcuts if one["type"] == "message"],
                "bot": {"id": bot.id, "name": bot.real_name, "connected": self.delivery.connected},
                "home": home.content if home else None,
                "views": self.state.stack(user),
                "notices": self.state.notices[user],
                "refused": self.state.refused,
            }
        )

    def _channel(self, channel: Channel) -> Json:
        direct = channel.kind == "im"
        name = self.state.people[BOT_USER].real_name if direct else channel.name
        kind = "im" if direct else "channel"
        members = len(channel.members)
        return {"id": channel.id, "name": name, "kind": kind, "bot_in": channel.bot_in, "members": members}

    async def _messages(self, request: web.Request) -> web.StreamResponse:
        user = self._user(request.query.get("user"))
        channel = self._room(user, request.query.get("channel"))
        seen = [one for one in channel.messages if one.only_for in (None, user)]
        return web.json_response({"messages": [self.state.shown_message(one) for one in seen]})

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
        people = [one.id for one in self.state.people.values() if not one.is_bot]
        # A link in a message names no person: any of the three may follow it who may see the file.
        users = [request.query["user"]] if "user" in request.query else people
        if file is None or not any(files.may_see(self.state, file, user) for user in users):
            raise web.HTTPNotFound
        return files.download(file)

    async def _command(self, said: Json) -> Json:
        user = self._user(said.get("user"))
        return await self.doings.command(user, self._room(user, said.get("channel")), str(said["text"]))

    async def _say(self, said: Json) -> Json:
        user = self._user(said.get("user"))
        return await self.doings.say(user, self._room(user, said.get("channel")), str(said["text"]))

    async def _action(self, said: Json) -> Json:
        user, where = self._user(said.get("user")), said["container"]
        action = {**said["action"], "block_id": said["block_id"]}
        typed = said.get("state", {}).get("values", {})
        if "channel" in where:
            channel, message = self._message(user, where)
            return await self.doings.message_action(user, channel, message, action, typed)
        return await self.doings.view_action(self._view(user, where), action, typed)

    async def _options(self, said: Json) -> Json:
        user, where = self._user(said.get("user")), said["container"]
        place: Json
        if "channel" in where:
            channel, message = self._message(user, where)
            container = {"type": "message", "message_ts": message.ts, "channel_id": channel.id}
            place = {"container": container, "channel": {"id": channel.id, "name": channel.name}}
        else:
            place = self.doings.place(self._view(user, where))
        typed = str(said.get("value", ""))
        return await self.doings.options(user, place, said["block_id"], said["action_id"], typed)

    async def _submit(self, said: Json) -> Json:
        user = self._user(said.get("user"))
        return await self.doings.submit(self._view(user, said), said.get("state", {}).get("values", {}))

    async def _close(self, said: Json) -> Json:
        user = self._user(said.get("user"))
        return await self.doings.close(self._view(user, said), everything=bool(said.get("all")))

    async def _shortcut(self, said: Json) -> Json:
        user = self._user(said.get("user"))
        channel, message = self._message(user, said)
        return await self.doings.shortcut(user, channel, message, str(said["callback_id"]))

    async def _home(self, said: Json) -> Json:
        return await self.doings.open_home(self._user(said.get("user")))

    async def _faults(self, said: Json) -> Json:
        if limit := said.get("rate_limited"):
            self.faults.rate_limit(limit["method"], limit.get("times", 1), limit.get("retry_after", 1))
        if failing := said.get("server_error"):
            self.faults.server_error(failing["method"], failing.get("times", 1))
        if slow := said.get("slow"):
            self.faults.slow_down(slow["method"], slow["seconds"])
        self.faults.twice = said.get("deliver_twice", self.faults.twice)
        self.faults.revoked = said.get("revoked", self.faults.revoked)
        if said.get("drop_socket") and isinstance(self.delivery, Sockets):
            self.delivery.drop()
        return {"ok": True}

    def _user(self, user: str | None) -> str:
        if user not in self.state.people or user == BOT_USER:
            raise web.HTTPBadRequest(text="no such person")
        return user

    def _room(self, user: str, channel_id: str | None) -> Channel:
        channel = self.state.channels.get(channel_id or "")
        if channel is None or user not in channel.members:
            raise web.HTTPNotFound(text="no such channel")
        return channel

    def _message(self, user: str, where: Json) -> tuple[Channel, Message]:
        channel = self._room(user, where["channel"])
        message = self.state.message(channel, where["ts"])
        if message is None or message.only_for not in (None, user):
            raise SlackError("message_not_found")
        return channel, message

    def _view(self, user: str, where: Json) -> View:
        view = self.state.homes.get(user) if where.get("home") else self.state.views.get(where["view_id"])
        if view is None or view.user != user:
            raise SlackError("view_not_found")
        return view


def _answering(do: Do) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    async def handler(request: web.Request) -> web.StreamResponse:
        try:
            said = await do(await request.json())
        except SlackError as error:
            said = {"ok": False, "error": error.name}
        return web.json_response(said)

    return handler
