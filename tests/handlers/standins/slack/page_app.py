"""A fake of the workspace's server: serves the page with canned responses and records the requests."""

import asyncio
import threading
from collections.abc import Callable
from pathlib import Path

from aiohttp import WSMsgType, web

import handlers.standins.slack
from tests.handlers.standins.slack import page_payloads as payloads
from tests.handlers.standins.slack.page_payloads import Json

FOLDER = Path(handlers.standins.slack.__file__).parent / "page"


class PageApp:
    """Runs in its own thread. `asked`: (path, body) of every POST; `answers`: response, or function, by path."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, Json]] = []
        self.answers: dict[str, Json | Callable[[Json], Json]] = {}
        self.messages: dict[str, list[Json]] = {"C0NEWS": list(payloads.MESSAGES)}
        self.sockets: set[web.WebSocketResponse] = set()
        self.url = ""
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, name="page-app")

    def start(self) -> "PageApp":
        self._thread.start()
        self._ready.wait(10)
        return self

    def stop(self) -> None:
        asyncio.run_coroutine_threadsafe(self._end(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)

    def tell(self, event: Json) -> None:
        """Sends an event to every WebSocket."""
        asyncio.run_coroutine_threadsafe(self._tell(event), self._loop).result(5)

    def cut(self) -> None:
        """Closes every WebSocket."""
        asyncio.run_coroutine_threadsafe(self._cut(), self._loop).result(5)

    def asked_for(self, what: str) -> list[Json]:
        return [body for name, body in self.asked if name == what]

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(self._begin())
        self._ready.set()
        self._loop.run_forever()
        self._loop.close()

    async def _begin(self) -> None:
        app = web.Application()
        app.add_routes(
            [
                web.get("/", self._index),
                web.get("/page/state", self._state),
                web.get("/page/messages", self._messages),
                web.get("/page/socket", self._socket),
                web.post("/page/upload", self._upload),
                web.post("/page/{what}", self._post),
                web.static("/page", FOLDER),
            ]
        )
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}/"

    async def _end(self) -> None:
        await self._cut()
        await self._runner.cleanup()

    async def _tell(self, event: Json) -> None:
        for socket in set(self.sockets):
            await socket.send_json(event)

    async def _cut(self) -> None:
        for socket in set(self.sockets):
            await socket.close()

    async def _index(self, _request: web.Request) -> web.FileResponse:
        return web.FileResponse(FOLDER / "index.html")

    async def _state(self, request: web.Request) -> web.Response:
        return web.json_response(payloads.state(request.query["user"]))

    async def _messages(self, request: web.Request) -> web.Response:
        return web.json_response({"messages": self.messages.get(request.query["channel"], [])})

    async def _upload(self, request: web.Request) -> web.Response:
        part = (await request.post())["file"]
        assert isinstance(part, web.FileField)
        size = len(part.file.read())
        file = {
            "id": "F9",
            "name": part.filename,
            "size": size,
            "mimetype": part.content_type,
            "url": "/files/F9/x",
        }
        return web.json_response({"file": file})

    async def _post(self, request: web.Request) -> web.Response:
        what, body = request.match_info["what"], await request.json()
        self.asked.append((what, body))
        answer = self.answers.get(what, {"ok": True})
        return web.json_response(answer(body) if callable(answer) else answer)

    async def _socket(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        self.sockets.add(socket)
        async for received in socket:
            if received.type is WSMsgType.ERROR:
                break
        self.sockets.discard(socket)
        return socket
