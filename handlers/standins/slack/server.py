"""The local workspace as one thing: started in a thread of its own, for `cleaned demo` and for tests.

with Workspace(Path("manifest.yml")) as workspace:
    App(token=workspace.bot_token, client=WebClient(base_url=workspace.api_url, …))
"""

import asyncio
import secrets
import threading
import time
from collections.abc import Callable, Coroutine
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import Any, Self

from aiohttp import web
from aiohttp.typedefs import Handler
from yarl import URL

from handlers.standins.slack import files, manifest, messages, methods
from handlers.standins.slack.delivery import ACK_SECONDS, Delivery, RequestUrl, Sockets
from handlers.standins.slack.faults import Faults
from handlers.standins.slack.page_api import PageApi
from handlers.standins.slack.state import SlackError, State, fill
from handlers.standins.slack.user_actions import EVENT_RETRIES_SECONDS, Doings
from handlers.standins.slack.web_api import WebApi
from handlers.standins.types import Json

HOST = "127.0.0.1"


class Workspace:
    """Slack's side of the wire, on 127.0.0.1 only.

    `port` 0 takes a free one; `data` is the folder for uploaded files (default: a temporary one);
    `request_url`: sends signed requests there instead of using Socket Mode.
    Give the bot `api_url`, `bot_token`, `app_token`, `signing_secret`.
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
        self.bot_token = "xoxb-local-" + secrets.token_hex(12)
        self.app_token = "xapp-1-A0CLEANED-" + secrets.token_hex(12)
        self.signing_secret = secrets.token_hex(16)
        self.faults = Faults()
        self._temporary = TemporaryDirectory(prefix="workspace-")
        self.state = State(clock=clock, folder=data or Path(self._temporary.name))
        self.state.folder.mkdir(parents=True, exist_ok=True)
        self._manifest = manifest.load(manifest_path)
        fill(self.state, self._manifest.name)
        self._port = port
        self._delivery: Delivery
        self._sockets = Sockets(self.state, self.faults, self._manifest.socket_mode, ack_seconds)
        if request_url is None:
            self._delivery = self._sockets
        else:
            self._delivery = RequestUrl(
                self.state, self.faults, request_url, self.signing_secret, ack_seconds
            )
        self._doings = Doings(self.state, self._manifest, self._delivery, event_retries)
        self._page = PageApi(self.state, self._manifest, self._doings, self._delivery, self.faults)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name="workspace", daemon=True)
        self._events: asyncio.Queue[tuple[str | None, Json]] = asyncio.Queue()

    @property
    def url(self) -> str:
        """Where the page is."""
        return self.state.url

    @property
    def api_url(self) -> str:
        """The Web API's base, as `SLACK_API_URL` and `WebClient(base_url=…)` want it."""
        return f"{self.state.url}/api/"

    @property
    def refused(self) -> list[Json]:
        """What the bot did that Slack doesn't take: {"method", "error", "messages"}, oldest first."""
        return self.state.refused

    @property
    def connections(self) -> int:
        """How many sockets of the bot are open."""
        return len(self._sockets.open)

    def start(self) -> Self:
        """Returns when it listens. Raises OSError when the port is taken."""
        self._thread.start()
        try:
            self._call(self._serve())
        except OSError:
            self.stop()
            raise
        return self

    def stop(self) -> None:
        """Closes every connection and takes the uploaded files of a temporary folder away."""
        if self._thread.is_alive():
            self._call(self._close())
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join()
        self._loop.close()
        self._temporary.cleanup()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def drop_socket(self, *, silent: bool = False) -> None:
        """Cuts the bot's connections; `silent`: so that the bot isn't told and just hears nothing any more."""
        self._loop.call_soon_threadsafe(lambda: self._sockets.drop(silent=silent))

    def refresh_sockets(self) -> None:
        """Asks the bot's connections to come anew, as Slack does now and then."""
        self._call(self._sockets.refresh())

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_forever()

    def _call(self, work: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop).result(timeout=30)

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
        await self._doings.stop()
        self._pushing.cancel()
        for connection in list(self._sockets.open):
            await connection.socket.close()
        for _, window in list(self._page.windows):
            await window.close()
        await self._runner.cleanup()

    async def _push(self) -> None:
        """Events reach the pages in the order they happened."""
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
            {**methods.METHODS, **files.METHODS},
            self._sockets.ticket,
        )
        application = web.Application(client_max_size=10 << 20, middlewares=[_own_pages_only])
        application.add_routes(
            [
                web.route("*", "/api/{method}", api.serve),
                web.get("/link/", self._sockets.serve),
                web.post("/respond/{token}", self._respond),
                web.post("/upload/v1/{token}", self._receive),
                web.get("/files-pri/{file}/{rest:.+}", self._download),
                *self._page.routes(),
            ]
        )
        return application

    async def _respond(self, request: web.Request) -> web.StreamResponse:
        try:
            messages.respond(self.state, request.match_info["token"], await request.json())
        except SlackError as error:
            said = {"method": "response_url", "error": error.name, "messages": list(error.messages)}
            self.state.refused.append(said)
            gone = error.name in {"invalid_url", "expired_url", "used_url"}
            return web.json_response({"ok": False, "error": error.name}, status=404 if gone else 400)
        return web.Response(text="ok")

    async def _receive(self, request: web.Request) -> web.StreamResponse:
        return await files.receive(self.state, request)

    async def _download(self, request: web.Request) -> web.StreamResponse:
        """A file by the bot's token; without it, Slack's sign-in page."""
        file = self.state.files.get(request.match_info["file"].rpartition("-")[2])
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        allowed = token == self.bot_token and not self.faults.revoked
        if file is None or not allowed or "files:read" not in self._manifest.scopes:
            return web.Response(text="<!DOCTYPE html><title>Sign in</title>", content_type="text/html")
        return files.download(file)


@web.middleware
async def _own_pages_only(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Other sites open in the same browser may not act here, not by a name that leads to 127.0.0.1 either."""
    origin = request.headers.get("Origin")
    hosts = [request.url.host, *([URL(origin).host] if origin else [])]
    if not set(hosts) <= {HOST, "localhost"} or (origin and URL(origin).port != request.url.port):
        raise web.HTTPForbidden(text="This page may not use the local workspace.")
    return await handler(request)
