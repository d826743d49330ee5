"""The HTTP API of the page: JSON requests, one WebSocket for each window, the page's own files."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from aiohttp import WSMsgType, web
from aiohttp.typedefs import Handler

from handlers.standins.slack import files
from handlers.standins.slack.delivery import Delivery, SocketModeDelivery
from handlers.standins.slack.faults import SlackFaults
from handlers.standins.slack.manifest import Manifest
from handlers.standins.slack.state import Channel, SlackError, StoredMessage, StoredView, WorkspaceState
from handlers.standins.slack.teams.directory import Directory
from handlers.standins.slack.user_actions import UserActions
from handlers.standins.types import Json

PAGE = Path(__file__).parent / "page"
MIME = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml", ".html": "text/html"}

PostHandler = Callable[[Json], Awaitable[Json]]


@dataclass(frozen=True)
class Who:
    """A person in a workspace."""

    state: WorkspaceState
    user: str


@dataclass
class PageApi:
    """`actions`: by team; `windows`: person and open WebSocket of each window."""

    directory: Directory
    manifest: Manifest
    actions: dict[str, UserActions]
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
            web.get("/{team:T[A-Z0-9]+}/", guarded(self._index)),
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

    async def _index(self, request: web.Request) -> web.StreamResponse:
        if request.match_info.get("team", self.directory.first.team.id) not in self.directory.states:
            raise web.HTTPNotFound
        return web.FileResponse(PAGE / "index.html", headers={"Cache-Control": "no-store"})

    async def _page_file(self, request: web.Request) -> web.StreamResponse:
        path = (PAGE / request.match_info["file"]).resolve()
        if not path.is_relative_to(PAGE) or not path.is_file():
            raise web.HTTPNotFound
        mime = MIME.get(path.suffix, "application/octet-stream")
        return web.FileResponse(path, headers={"Content-Type": mime, "Cache-Control": "no-store"})

    async def _state(self, request: web.Request) -> web.StreamResponse:
        who = self._who(request.query)
        state, user = who.state, who.user
        people = [
            self._person_json(state, person.id) for person in state.people.values() if not person.is_bot
        ]
        home = state.homes.get(user)
        return web.json_response(
            {
                "me": user,
                "team": state.team.id,
                "teams": [
                    {"id": each.team.id, "name": each.team.name, "installed": each.installed}
                    for each in self.directory
                ],
                "people": people,
                "channels": [
                    self._channel_json(state, channel)
                    for channel in state.channels.values()
                    if user in channel.members
                ],
                "commands": list(self.manifest.commands) if state.installed else [],
                "shortcuts": self._shortcuts(state),
                "functions": [
                    {"callback_id": callback_id, **function}
                    for callback_id, function in self.manifest.functions.items()
                    if state.installed
                ],
                "bot": self._bot_json(state),
                "home": home.content if home else None,
                "views": [view for each in self.directory for view in each.open_views(user)],
                "notices": state.notices[user],
                "refused": state.refused,
                "executions": {
                    each.id: {"state": each.state, "outputs": each.outputs, "error": each.error}
                    for each in state.executions.values()
                },
            }
        )

    def _person_json(self, state: WorkspaceState, user: str) -> Json:
        person = state.people[user]
        keys = ("id", "name", "real_name", "locale", "tz", "title")
        document: Json = {key: getattr(person, key) for key in keys}
        return document if person.belongs_to(state.team.id) else document | {"stranger": True}

    def _shortcuts(self, state: WorkspaceState) -> list[Json]:
        if not state.installed:
            return []
        return [shortcut for shortcut in self.manifest.shortcuts if shortcut["type"] == "message"]

    def _bot_json(self, state: WorkspaceState) -> Json | None:
        bot = state.people.get(state.bot_user)
        if bot is None or not state.installed:
            return None
        return {"id": bot.id, "name": bot.real_name, "connected": self.delivery.connected}

    def _channel_json(self, state: WorkspaceState, channel: Channel) -> Json:
        direct = channel.kind == "im"
        name = state.people[state.bot_user].real_name if direct else channel.name
        kind = "im" if direct else "channel"
        members = len(channel.members)
        bot_in = state.has_bot(channel)
        return {"id": channel.id, "name": name, "kind": kind, "bot_in": bot_in, "members": members}

    async def _messages(self, request: web.Request) -> web.StreamResponse:
        who = self._who(request.query)
        channel = self._channel(who, request.query.get("channel"))
        visible = [message for message in channel.messages if message.only_for in (None, who.user)]
        return web.json_response({"messages": [who.state.page_message(message) for message in visible]})

    async def _socket(self, request: web.Request) -> web.StreamResponse:
        window = web.WebSocketResponse(heartbeat=30)
        user = self._who(request.query).user
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
        who = self._who(request.query)
        try:
            return web.json_response(await files.upload_from_page(who.state, who.user, request))
        except SlackError as error:
            return web.json_response({"ok": False, "error": error.name}, status=400)

    async def _download(self, request: web.Request) -> web.StreamResponse:
        key = request.match_info["id"]
        state = next((each for each in self.directory if key in each.files), None)
        if state is None:
            raise web.HTTPNotFound
        people = [person.id for person in state.people.values() if not person.is_bot]
        # A link in a message names no person: it works if anybody may see the file.
        users = [request.query["user"]] if "user" in request.query else people
        file = state.files[key]
        if not any(files.may_see(state, file, user) for user in users):
            raise web.HTTPNotFound
        return files.download(file)

    async def _command(self, body: Json) -> Json:
        who = self._who(body)
        channel = self._channel(who, body.get("channel"))
        return await self._actions(who.state).command(who.user, channel, str(body["text"]))

    async def _say(self, body: Json) -> Json:
        who = self._who(body)
        channel = self._channel(who, body.get("channel"))
        answer = await self._actions(who.state).say(who.user, channel, str(body["text"]))
        # In a shared channel the bots of all its workspaces hear it.
        for state in self.directory:
            if state is not who.state and state.channels.get(channel.id) is channel and channel.kind != "im":
                self._actions(state).hear(channel, channel.messages[-1])
        return answer

    async def _action(self, body: Json) -> Json:
        who, container = self._who(body), body["container"]
        action = {**body["action"], "block_id": body["block_id"]}
        values = body.get("state", {}).get("values", {})
        if "channel" in container:
            channel, message = self._message(who, container)
            actions = self._of_author(who, channel, message)
            return await actions.message_action(who.user, channel, message, action, values)
        state, view = self._view(who, container)
        return await self._actions(state).view_action(view, action, values)

    async def _options(self, body: Json) -> Json:
        who, container = self._who(body), body["container"]
        payload: Json
        if "channel" in container:
            channel, message = self._message(who, container)
            actions = self._of_author(who, channel, message)
            payload = {
                "container": {"type": "message", "message_ts": message.ts, "channel_id": channel.id},
                "channel": {"id": channel.id, "name": channel.name},
            }
        else:
            state, view = self._view(who, container)
            actions = self._actions(state)
            payload = actions.view_container(view)
        query = str(body.get("value", ""))
        return await actions.options(who.user, payload, body["block_id"], body["action_id"], query)

    async def _submit(self, body: Json) -> Json:
        state, view = self._view(self._who(body), body)
        return await self._actions(state).submit(view, body.get("state", {}).get("values", {}))

    async def _close(self, body: Json) -> Json:
        state, view = self._view(self._who(body), body)
        return await self._actions(state).close(view, everything=bool(body.get("all")))

    async def _shortcut(self, body: Json) -> Json:
        who = self._who(body)
        channel, message = self._message(who, body)
        actions = self._actions(who.state)
        return await actions.shortcut(who.user, channel, message, str(body["callback_id"]))

    async def _home(self, body: Json) -> Json:
        who = self._who(body)
        tab = "messages" if body.get("tab") == "messages" else "home"
        return await self._actions(who.state).open_home(who.user, tab)

    async def _step(self, body: Json) -> Json:
        state = self._who(body).state
        return await self._actions(state).run_step(str(body["callback_id"]), body.get("inputs", {}))

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

    def _who(self, named: Mapping[str, Any]) -> Who:
        """The person `user`, in the workspace `team`; by default the first that they belong to.

        A visitor of a workspace's page who isn't named is its first person.
        """
        user, team = str(named.get("user") or ""), named.get("team")
        if not user and team in self.directory.states:
            user = next(iter(self.directory.states[team].people))
        homes = [state for state in self.directory.homes_of(user) if team in (None, "", state.team.id)]
        if not homes or homes[0].people[user].is_bot:
            raise web.HTTPBadRequest(text="no such person")
        return Who(homes[0], user)

    def _actions(self, state: WorkspaceState) -> UserActions:
        return self.actions[state.team.id]

    def _of_author(self, who: Who, channel: Channel, message: StoredMessage) -> UserActions:
        """The workspace whose bot posted a message: in a shared channel perhaps another than the person's."""
        own = message.user == who.state.bot_user
        state = None if own else self.directory.with_bot(message.user, channel.id)
        return self._actions(state or who.state)

    def _channel(self, who: Who, channel_id: str | None) -> Channel:
        channel = who.state.channels.get(channel_id or "")
        if channel is None or who.user not in channel.members:
            raise web.HTTPNotFound(text="no such channel")
        return channel

    def _message(self, who: Who, container: Json) -> tuple[Channel, StoredMessage]:
        channel = self._channel(who, container["channel"])
        message = who.state.message(channel, container["ts"])
        if message is None or message.only_for not in (None, who.user):
            raise SlackError("message_not_found")
        return channel, message

    def _view(self, who: Who, container: Json) -> tuple[WorkspaceState, StoredView]:
        """A view, and the workspace whose app opened it."""
        if container.get("home"):
            state, view = who.state, who.state.homes.get(who.user)
        else:
            state = self.directory.with_view(str(container["view_id"]))
            view = state.views[str(container["view_id"])]
        if view is None or view.user != who.user:
            raise SlackError("view_not_found")
        return state, view


def _json_handler(handler: PostHandler) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    async def respond(request: web.Request) -> web.StreamResponse:
        try:
            body = await handler(await request.json())
        except SlackError as error:
            body = {"ok": False, "error": error.name}
        return web.json_response(body)

    return respond
