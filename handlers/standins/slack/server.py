"""The local workspace, a stand-in for Slack: runs in its own thread, for `cleaned demo` and for tests.

with Workspace(Path("manifest.yml")) as workspace:
    App(token=workspace.bot_token, client=WebClient(base_url=workspace.api_url, …))
"""

import asyncio
import secrets
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from aiohttp import web

from handlers.standins.server import HOST, StandinServer
from handlers.standins.slack import files, manifest, messages
from handlers.standins.slack.delivery import ACK_SECONDS, Delivery, HttpDelivery, SocketModeDelivery
from handlers.standins.slack.faults import SlackFaults
from handlers.standins.slack.page_access import PageAccess, add_headers, same_origin_only
from handlers.standins.slack.page_api import PageApi
from handlers.standins.slack.state import SlackError, WorkspaceState, populate
from handlers.standins.slack.user_actions import EVENT_RETRIES_SECONDS, UserActions
from handlers.standins.slack.web_api.endpoint import WebApi
from handlers.standins.slack.web_api.methods import METHODS
from handlers.standins.types import Json


class Workspace(StandinServer):
    """A server on 127.0.0.1 only; configure the bot with `api_url`, `bot_token`, `app_token`, `signing_secret`.

    `port`: 0 for any free one; `data`: folder for uploaded files (default: a temporary one);
    `request_url`: sends signed requests there instead of using Socket Mode;
    `event_retries`: seconds to wait before each retry of an event; `clock`: returns seconds since the epoch.
    """

    def __init__(
        self,
        manifest_path: Path,
        port: int = 0,
        data: Path | None = None,
        *,
        request_url: str | None = None,
        ack_seconds: float = ACK_SECONDS,
        event_retries: tuple[float, ...] = EVENT_RETRIES_SECONDS,
        clock: Callable[[], float] = time.time,
    ) -> None:
        super().__init__("workspace")
        self.bot_token = "xoxb-local-" + secrets.token_hex(12)
        self.app_token = "xapp-1-A0CLEANED-" + secrets.token_hex(12)
        self.signing_secret = secrets.token_hex(16)
        self.faults = SlackFaults()
        self._temporary = TemporaryDirectory(prefix="workspace-")
        self.state = WorkspaceState(clock=clock, folder=data or Path(self._temporary.name))
        self.state.folder.mkdir(parents=True, exist_ok=True)
        self._manifest = manifest.load(manifest_path)
        populate(self.state, self._manifest.name)
        self._port = port
        self._delivery: Delivery
        self._socket_mode = SocketModeDelivery(
            self.state, self.faults, self._manifest.socket_mode, ack_seconds
        )
        if request_url is None:
            self._delivery = self._socket_mode
        else:
            self._delivery = HttpDelivery(
                self.state, self.faults, request_url, self.signing_secret, ack_seconds
            )
        self._actions = UserActions(self.state, self._manifest, self._delivery, event_retries)
        self._access = PageAccess()
        self._page = PageApi(self.state, self._manifest, self._actions, self._delivery, self.faults)
        self._events: asyncio.Queue[tuple[str | None, Json]] = asyncio.Queue()

    @property
    def url(self) -> str:
        """URL of the server."""
        return self.state.url

    @property
    def address(self) -> str:
        """URL of the page, with the token without which it opens for nobody."""
        return self._access.address(self.state.url)

    @property
    def api_url(self) -> str:
        """Base URL of the Web API, for `SLACK_API_URL` and `WebClient(base_url=…)`."""
        return f"{self.state.url}/api/"

    @property
    def refused(self) -> list[Json]:
        """The bot's calls that Slack would refuse: {"method", "error", "messages"}, oldest first."""
        return self.state.refused

    @property
    def connections(self) -> int:
        """Number of the bot's Socket Mode connections."""
        return len(self._socket_mode.connections)

    def stop(self) -> None:
        """Closes every connection and deletes the temporary folder with uploaded files."""
        super().stop()
        self._temporary.cleanup()

    def drop_socket(self, *, silent: bool = False) -> None:
        """Cuts the bot's connections; `silent`: without closing them, so the bot only stops receiving."""
        self._loop.call_soon_threadsafe(lambda: self._socket_mode.drop(silent=silent))

    def refresh_sockets(self) -> None:
        """Asks the bot to replace its connections, as Slack does regularly."""
        self._call(self._socket_mode.refresh())

    async def _serve(self) -> None:
        self._runner = web.AppRunner(self._application(), access_log=None, shutdown_timeout=1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, HOST, self._port)
        self._pushing = asyncio.create_task(self._push())
        await site.start()
        port = self._runner.addresses[0][1]
        self.state.url = f"http://{HOST}:{port}"
        self.state.push = lambda user, event: self._events.put_nowait((user, event))

    async def _close(self) -> None:
        await self._actions.stop()
        self._pushing.cancel()
        for connection in list(self._socket_mode.connections):
            await connection.socket.close()
        for _, window in list(self._page.windows):
            await window.close()
        await self._runner.cleanup()

    async def _push(self) -> None:
        """Pushes events to the pages in order."""
        while True:
            user, event = await self._events.get()
            await self._page.push(user, event)

    def _application(self) -> web.Application:
        api = WebApi(
            self.state,
            self._manifest,
            self.faults,
            self.bot_token,
            self.app_token,
            METHODS,
            self._socket_mode.new_url,
        )
        application = web.Application(client_max_size=10 << 20, middlewares=[same_origin_only])
        application.on_response_prepare.append(add_headers)
        application.add_routes(
            [
                web.route("*", "/api/{method}", api.serve),
                web.get("/link/", self._socket_mode.serve),
                web.post("/respond/{token}", self._respond),
                web.post("/upload/v1/{token}", self._receive),
                web.get("/files-pri/{file}/{rest:.+}", self._download),
                *self._page.routes(self._access.guarded),
            ]
        )
        return application

    async def _respond(self, request: web.Request) -> web.StreamResponse:
        try:
            messages.respond(self.state, request.match_info["token"], await request.json())
        except SlackError as error:
            self.state.refuse("response_url", error.name, error.messages)
            gone = error.name in {"invalid_url", "expired_url", "used_url"}
            return web.json_response({"ok": False, "error": error.name}, status=404 if gone else 400)
        return web.Response(text="ok")

    async def _receive(self, request: web.Request) -> web.StreamResponse:
        return await files.receive(self.state, request)

    async def _download(self, request: web.Request) -> web.StreamResponse:
        """Serves a file to the bot's token; otherwise, as Slack does, a sign-in page."""
        file = self.state.files.get(request.match_info["file"].rpartition("-")[2])
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        allowed = token == self.bot_token and not self.faults.revoked
        if file is None or not allowed or "files:read" not in self._manifest.scopes:
            return web.Response(text="<!DOCTYPE html><title>Sign in</title>", content_type="text/html")
        return files.download(file)
