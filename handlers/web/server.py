"""The HTTP server: Slack's requests where Socket Mode is not used, webhooks, and the health check."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from concurrent.futures import Executor, ThreadPoolExecutor
from threading import Thread

from aiohttp import web
from slack_bolt import App
from slack_bolt.adapter.aiohttp import to_aiohttp_response
from slack_sdk.signature import SignatureVerifier

from bot.core.jobs import Clock
from bot.core.settings import Settings
from handlers.slack import sdk_workarounds
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
        """The port that the started server listens on; a free one where the settings say 0."""
        return int(self._runner.addresses[0][1])

    async def _listen(self) -> None:
        await self._runner.setup()
        await web.TCPSite(self._runner, *self._address).start()


def start(bolt: App, settings: Settings, database: Database, clock: Clock, *, slack_threads: int) -> Server:
    """Listens on the settings' host and port: `/health`; `/slack/events` when a signing secret is set; webhooks.

    `slack_threads`: how many of Slack's requests can wait for their acknowledgement at the same time.
    Raises BadSetting for the settings of a webhook, OSError if the port is taken.
    """
    application = web.Application(client_max_size=LARGEST_REQUEST)
    application.router.add_get("/health", _health)
    if settings.slack_signing_secret:
        verifier = SignatureVerifier(settings.slack_signing_secret.get_secret_value())
        _add_slack(application, bolt, verifier, slack_threads)
    routes.add(application, settings, database, clock)
    mailchimp.add(application, settings, database, clock)
    server = Server(application, settings.host, settings.port)
    server.start()
    log.info("Listening on %s, port %s.", settings.host, server.port)
    return server


async def _health(_request: web.Request) -> web.Response:
    return web.json_response({"ok": True})


def _add_slack(application: web.Application, bolt: App, verifier: SignatureVerifier, threads: int) -> None:
    executor = ThreadPoolExecutor(threads, thread_name_prefix="slack-request")

    async def shut_down(_application: web.Application) -> None:
        executor.shutdown(wait=False)

    application.router.add_post("/slack/events", _slack_handler(bolt, verifier, executor))
    application.on_cleanup.append(shut_down)


def _slack_handler(
    bolt: App, verifier: SignatureVerifier, executor: Executor
) -> Callable[[web.Request], Awaitable[web.Response]]:
    """Hands Slack's requests to Bolt, whose `dispatch` waits for the acknowledgement in a thread of the executor.

    Of Bolt's adapter for aiohttp only `to_aiohttp_response` fits. Its `to_bolt_request` makes an AsyncBoltRequest, which
    a synchronous App can't dispatch, and decodes the body before anybody has checked the signature of its bytes.
    """

    async def handle(request: web.Request) -> web.Response:
        body = await request.read()
        if not sdk_workarounds.is_signed(verifier, body, request.headers):
            return web.Response(status=401)
        try:
            bolt_request = sdk_workarounds.parse_request(body, request.query_string, request.headers)
        except ValueError:
            return web.Response(status=400)
        response = await asyncio.get_running_loop().run_in_executor(executor, bolt.dispatch, bolt_request)
        return await to_aiohttp_response(response)

    return handle
