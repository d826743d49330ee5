"""The HTTP server: Slack's requests where Socket Mode is not used, webhooks, and the health check."""

import asyncio
import logging
import socket
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from itertools import count
from threading import Thread
from typing import TYPE_CHECKING, Any

from aiohttp import web
from aiohttp.typedefs import Handler
from slack_bolt import App
from slack_sdk.signature import SignatureVerifier

from bot.core.settings import Settings
from bot.jobs.jobs import Clock
from handlers import logs
from handlers.slack import errors
from handlers.slack.context import AppContext
from handlers.slack.web_api import sdk_workarounds
from handlers.slack.web_api.metrics import ACKNOWLEDGEMENT
from handlers.web import metrics
from handlers.web.connections import SERVER, Connection, Connections, HttpProtocol, Network
from handlers.web.health import Health
from handlers.web.webhooks import mailchimp, of_workspaces, routes
from handlers.web.webhooks.requests import Unauthenticated, WebhookError
from handlers.web.webhooks.sources import Sources, source_of
from storage.core.database import Database

if TYPE_CHECKING:
    from handlers.slack.installation.flow import Flow

LARGEST_REQUEST = 4 << 20  # bytes
BACKLOG = 4_096  # connections that the system holds until they are accepted
ACCEPTED_AT_ONCE = 8  # in a turn of the loop; few, so that none is pushed out before it was read
ACCEPT_AGAIN_SECONDS = 0.1
OVERDUE_SECONDS = 1.0  # between two looks
RETRY_AFTER = 5  # seconds

log = logging.getLogger(__name__)


class Server:
    """A web server in a thread of its own. `proxies`: whose X-Forwarded-For is believed."""

    def __init__(
        self, application: web.Application, host: str, port: int, proxies: Sequence[Network] = ()
    ) -> None:
        application.middlewares.insert(0, _protect)
        application.on_response_prepare.append(_name_server)
        self._loop = asyncio.new_event_loop()
        self._loop.set_exception_handler(self._log_fault)
        self._thread = Thread(target=self._loop.run_forever, name="web", daemon=True)
        self._runner = web.AppRunner(application)
        self._address = (host, port)
        self._sockets: list[socket.socket] = []
        self._tasks: set[asyncio.Task[Any]] = set()
        self.connections = Connections(proxies)

    def start(self) -> None:
        """Raises OSError if the port is taken."""
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self._listen(), self._loop).result()

    def stop(self) -> None:
        asyncio.run_coroutine_threadsafe(self._close(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    @property
    def port(self) -> int:
        """The port that the started server listens on; a free one where the settings say 0."""
        return int(self._sockets[0].getsockname()[1])

    async def _listen(self) -> None:
        await self._runner.setup()
        self._sockets += _listening_sockets(*self._address)
        for each in self._sockets:
            self._run(self._accept(each))
        self._run(self._close_overdue())

    async def _close(self) -> None:
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for each in self._sockets:
            each.close()
        self.connections.close_idle()
        await self._runner.cleanup()

    def _run(self, work: Coroutine[Any, Any, Any]) -> None:
        task = self._loop.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _accept(self, listening: socket.socket) -> None:
        """Accepts connections for ever. asyncio's own server logs each failure, and tries 128 times on end."""
        for n in count(1):
            try:
                accepted, address = await self._loop.sock_accept(listening)
            except OSError as error:
                self.connections.log.warning("Connections can't be accepted: %s.", error.strerror)
                await asyncio.sleep(ACCEPT_AGAIN_SECONDS)
                continue
            self._serve(accepted, str(address[0]))
            if n % ACCEPTED_AT_ONCE == 0:
                await asyncio.sleep(0)

    def _serve(self, accepted: socket.socket, address: str) -> None:
        peer = self.connections.peer(address)
        if not self.connections.make_room(peer):
            accepted.close()
            return
        assert self._runner.server
        connection = Connection(self.connections, peer, self._runner.server, self._loop)
        self._run(self._connect(connection, accepted))

    async def _connect(self, connection: Connection, accepted: socket.socket) -> None:
        try:
            await self._loop.connect_accepted_socket(lambda: connection, accepted)
        except OSError:  # the client has gone
            connection.drop()
            accepted.close()

    async def _close_overdue(self) -> None:
        while True:
            await asyncio.sleep(OVERDUE_SECONDS)
            self.connections.close_overdue(self._loop.time())

    def _log_fault(self, _loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        """Logs an error outside a request; asyncio's own line may quote what a client sent."""
        error = context.get("exception")
        self.connections.log.warning(
            "Fault of the web server: %s", errors.trace(error) if error else "unknown"
        )


def _listening_sockets(host: str, port: int) -> list[socket.socket]:
    """A socket for each address of the host. Raises OSError if the port is taken."""
    listening: list[socket.socket] = []
    found = socket.getaddrinfo(host or None, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    for family, _, _, _, (address, *_) in dict.fromkeys(found):
        each = socket.create_server((str(address), port), family=family, backlog=BACKLOG)
        each.setblocking(False)
        port = port or each.getsockname()[1]
        listening.append(each)
    return listening


@web.middleware
async def _protect(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Refuses compressed bodies, of which a kilobyte can become a megabyte, and logs faults without their messages."""
    with logs.referenced():
        return await _handle(request, handler)


async def _handle(request: web.Request, handler: Handler) -> web.StreamResponse:
    protocol = request.protocol
    assert isinstance(protocol, HttpProtocol)
    if not protocol.connection.begin(request):
        return _refusal(503, "Too many requests are open. Send this again in a few seconds.")
    try:
        encodings = ",".join(request.headers.getall("Content-Encoding", [])).split(",")
        if not {each.strip().lower() for each in encodings} <= {"", "identity"}:
            return _refusal(415, "This body is compressed. Send it without a Content-Encoding.")
        return await handler(request)
    except web.HTTPException:
        raise
    except Exception as error:  # noqa: BLE001  aiohttp would log it with its message
        if request.transport is None:  # the client has hung up
            return web.Response(status=400)
        return _internal_error(error)
    finally:
        protocol.connection.finish()


def _internal_error(error: Exception) -> web.Response:
    reference = logs.reference()
    log.error("Fault %s in a request: %s", reference, errors.trace(error))
    return _refusal(500, f"Something went wrong here, and it is in the log of the bot: {reference}.")


def _refusal(status: int, message: str) -> web.Response:
    retry = {"Retry-After": str(RETRY_AFTER)} if status == 503 else {}
    return web.json_response({"error": message}, status=status, headers=retry)


async def _name_server(_request: web.Request, response: web.StreamResponse) -> None:
    response.headers["Server"] = SERVER


def start(
    bolt: App,
    settings: Settings,
    database: Database,
    contexts: Callable[[], Sequence[AppContext]],
    clock: Clock,
    *,
    slack_threads: int,
    health: Health | None = None,
    install: "Flow | None" = None,
) -> Server:
    """Listens on the settings' host and port: health; `/slack/events` when a signing secret is set; webhooks.

    `contexts` are those of the workspaces; `database` is the main one, which the bot token's workspace uses. `install`:
    with it, the pages where people install the app in their workspace, and the webhooks of each.
    `slack_threads`: how many of Slack's requests can wait for their acknowledgement at the same time.
    Raises BadSetting for the settings of a webhook, OSError if the port is taken.
    """
    application = web.Application()
    health = health or Health({})
    health.add(application)
    metrics.add(application, settings, contexts, clock, health)
    if settings.slack_signing_secret:
        verifier = SignatureVerifier(settings.slack_signing_secret.get_secret_value())
        _add_slack(application, bolt, verifier, slack_threads)
    if install:
        from handlers.web import installation  # noqa: PLC0415  only here: few bots need it

        installation.add(application, install)
    routes.add(application, settings, database, clock)
    mailchimp.add(application, settings, database, clock)
    if install:
        of_workspaces.add(application, contexts, clock)
    server = Server(application, settings.host, settings.port, settings.proxies)
    server.start()
    log.info("Listening on %s, port %s.", settings.host, server.port)
    return server


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

    Bolt's adapter for aiohttp makes an AsyncBoltRequest, which a synchronous App can't dispatch, and decodes the body
    before anybody has checked the signature of its bytes. It also loads the SDK's asynchronous client.
    """
    sources = Sources()

    async def signed_body(request: web.Request) -> bytes:
        with sources.admitted(source_of(request)):
            body = await routes.read_body(request, LARGEST_REQUEST)
            if not sdk_workarounds.is_signed(verifier, body, request.headers):
                raise Unauthenticated("Slack has not signed this.")
        return body

    async def handle(request: web.Request) -> web.Response:
        try:
            body = await signed_body(request)
        except WebhookError as error:
            retry = {"Retry-After": str(error.retry_after)} if error.retry_after else {}
            return web.Response(status=error.status, headers=retry)
        try:
            bolt_request = sdk_workarounds.parse_request(body, request.query_string, request.headers)
        except ValueError:
            return web.Response(status=400)
        with ACKNOWLEDGEMENT.labels("http").time():
            response = await asyncio.get_running_loop().run_in_executor(executor, bolt.dispatch, bolt_request)
        headers = response.first_headers_without_set_cookie()
        return web.Response(status=response.status, text=response.body, headers=headers)

    return handle
