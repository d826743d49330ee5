"""HTTP: Slack's requests where Socket Mode is not used, bounces by webhook, and whether the bot is well."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from threading import Thread

from aiohttp import web
from slack_bolt import App, BoltRequest
from slack_sdk.signature import SignatureVerifier

from bot.core.jobs import Clock
from bot.core.settings import Settings
from handlers.web.webhooks import mailchimp, routes
from storage.core.database import Database

LARGEST_REQUEST = 4 << 20  # bytes

log = logging.getLogger(__name__)


class Server:
    """A web server in a thread of its own."""

    def __init__(self, application: web.Application, host: str, port: int) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = Thread(target=self._loop.run_forever, name="web", daemon=True)
        self._runner = web.AppRunner(application, access_log=None)
        self._address = (host, port)

    def start(self) -> None:
        """Raises OSError if the port is taken."""
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self._listen(), self._loop).result()

    def stop(self) -> None:
        asyncio.run_coroutine_threadsafe(self._runner.cleanup(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    @property
    def port(self) -> int:
        """The one that it listens on, once it does."""
        return int(self._runner.addresses[0][1])

    async def _listen(self) -> None:
        await self._runner.setup()
        await web.TCPSite(self._runner, *self._address).start()


def start(bolt: App, settings: Settings, database: Database, clock: Clock) -> Server:
    """Listens on the settings' host and port: `/health`; `/slack/events` when a signing secret is set; webhooks.

    Raises BadSetting for the settings of a webhook, OSError if the port is taken.
    """
    application = web.Application(client_max_size=LARGEST_REQUEST)
    application.router.add_get("/health", _health)
    if settings.slack_signing_secret:
        verifier = SignatureVerifier(settings.slack_signing_secret.get_secret_value())
        application.router.add_post("/slack/events", _slack(bolt, verifier))
    routes.add(application, settings, database, clock)
    mailchimp.add(application, settings, database, clock)
    server = Server(application, settings.host, settings.port)
    server.start()
    log.info("Listening on %s, port %s.", settings.host, server.port)
    return server


async def _health(_request: web.Request) -> web.Response:
    return web.json_response({"ok": True})


def _slack(bolt: App, verifier: SignatureVerifier) -> Callable[[web.Request], Awaitable[web.Response]]:
    async def handle(request: web.Request) -> web.Response:
        body = await request.read()
        if not _is_slack(verifier, body, request):
            return web.Response(status=401)
        try:
            asked = _read(body, request)
        except (ValueError, AttributeError):  # Bolt's, for JSON that is no object
            return web.Response(status=400)
        answer = await asyncio.to_thread(bolt.dispatch, asked)
        headers = {key: values[0] for key, values in answer.headers.items()}
        return web.Response(status=answer.status, body=answer.body.encode(), headers=headers)

    return handle


def _is_slack(verifier: SignatureVerifier, body: bytes, request: web.Request) -> bool:
    try:
        return verifier.is_valid_request(body, dict(request.headers))
    except (ValueError, TypeError):  # no UTF-8, a time that is no number, a signature that is not ASCII
        return False


def _read(body: bytes, request: web.Request) -> BoltRequest:
    """Raises ValueError or AttributeError for what Slack never sends."""
    return BoltRequest(
        body=body.decode(),
        query=request.query_string,
        headers={key: [value] for key, value in request.headers.items()},
    )
