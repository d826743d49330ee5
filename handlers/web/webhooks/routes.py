"""`POST /bounces/<provider>`: limits the size, authenticates, parses, and answers once the events are stored."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from importlib import import_module

from aiohttp import web
from prometheus_client import Counter

from bot.bounces.webhooks import WebhookPayload, store
from bot.core.settings import BadSetting, Settings
from bot.jobs.jobs import Clock
from handlers import logs, tracing
from handlers.slack import errors
from handlers.web.seldom import SeldomLog
from handlers.web.webhooks import own
from handlers.web.webhooks.collector import Collector
from handlers.web.webhooks.fetches import Waiting
from handlers.web.webhooks.requests import (
    BodyTimeout,
    BodyTooLarge,
    InvalidBody,
    Receiver,
    TemporarilyUnavailable,
    Unauthenticated,
    WebhookError,
    WebhookRequest,
)
from handlers.web.webhooks.sources import Sources, source_of
from storage.core.database import Database

# The setting that switches each provider on, by the name of its module.
PROVIDERS = {
    "ses": "ses_topics",
    "sendgrid": "sendgrid_key",
    "postmark": "postmark_password",
    "mailgun": "mailgun_key",
    "brevo": "brevo_token",
    "resend": "resend_secret",
    "mailtrap": "mailtrap_secret",
    "postal": "postal_key",
}
LARGEST_BODY = 1 << 20  # bytes
BODY_TIMEOUT = 20.0  # seconds
THREADS = 4  # that authenticate and parse
SMALL_BODY = 8 << 10  # bytes; authenticated and parsed at once, in less time than a thread takes to begin
WAIT_SECONDS = 10.0  # for Amazon's certificate
REQUESTS = Counter(
    "cleaned_webhook_requests", "Requests of webhooks, by the status of the answer.", ["way", "status"]
)

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def _receiver(provider: str, setting: str) -> Callable[[Settings], Receiver | None]:
    """The provider's `receiver`. Its module is imported only with its setting: some take 10 MB, for cryptography."""

    def receiver(settings: Settings) -> Receiver | None:
        if not getattr(settings, setting):
            return None
        module = import_module(f"handlers.web.webhooks.providers.{provider}")
        made: Receiver | None = module.receiver(settings)
        return made

    return receiver


RECEIVERS: Mapping[str, Callable[[Settings], Receiver | None]] = {
    **{name: _receiver(name, setting) for name, setting in PROVIDERS.items()},
    own.NAME: own.receiver,
}

log = logging.getLogger(__name__)


def add(application: web.Application, settings: Settings, database: Database, clock: Clock) -> None:
    """Adds the route of each provider that is configured. Raises BadSetting."""
    intake = Intake(settings, database, clock)
    for name, handler in intake.handlers.items():
        application.router.add_post(f"/bounces/{name}", handler)
    application.on_cleanup.append(lambda _: intake.close())


class Intake:
    """Takes in the webhooks of a workspace. `handlers`: of each provider that its settings configure, by name.

    Raises BadSetting.
    """

    def __init__(self, settings: Settings, database: Database, clock: Clock) -> None:
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="webhooks")
        self._collector = Collector(lambda payloads: store(database, payloads, clock()))
        self.handlers: Mapping[str, Handler] = {
            name: _handler(name, receive, self._threads, self._collector, clock)
            for name, receive in receivers(settings).items()
        }

    async def close(self) -> None:
        """Waits until everything pending is stored."""
        await self._collector.close()
        self._threads.shutdown()


def receivers(settings: Settings) -> Mapping[str, Receiver]:
    """Returns the receiver of each provider that is configured, by name. Raises BadSetting."""
    return {name: receive for name, receiver in RECEIVERS.items() if (receive := receiver(settings))}


def faults(settings: Settings) -> list[BadSetting]:
    """Returns what is wrong with the settings of all providers."""
    found = []
    for receiver in RECEIVERS.values():
        try:
            receiver(settings)
        except BadSetting as error:
            found.append(error)
    return found


def guarded(name: str, handler: Handler) -> Handler:
    """Wraps a handler: its errors are answered as JSON, and logged under the name; each source may call so often."""
    seldom, sources = SeldomLog(log), Sources()

    async def answer(request: web.Request) -> web.StreamResponse:
        try:
            with sources.admitted(source_of(request)):
                return await handler(request)
        except WebhookError as error:
            seldom.warning("%s: %s %s", name, error.status, error.message)
            return _rejection(error)
        except ConnectionError:  # the sender has hung up
            raise
        except Exception as error:  # noqa: BLE001  a provider retries after this answer
            return _internal_error(name, error)

    way = name.removeprefix("bounces/")

    async def handle(request: web.Request) -> web.StreamResponse:
        with tracing.span(f"webhook {way}", way=way):
            response = await answer(request)
            tracing.note(status=response.status)
        REQUESTS.labels(way, response.status).inc()
        return response

    return handle


async def read_body(request: web.Request, largest: int = LARGEST_BODY) -> bytes:
    """Reads the raw body, at most `largest` bytes. Raises BodyTooLarge, BodyTimeout, InvalidBody."""
    too_large = BodyTooLarge(f"At most {largest:,} bytes a request: send fewer events in each.")
    if (request.content_length or 0) > largest:
        raise too_large
    body = bytearray()
    try:
        async with asyncio.timeout(BODY_TIMEOUT):
            async for chunk in request.content.iter_any():
                body += chunk
                if len(body) > largest:
                    raise too_large
    except TimeoutError:
        raise BodyTimeout(f"The body did not arrive within {BODY_TIMEOUT:.0f} seconds.") from None
    except web.RequestPayloadError:
        raise InvalidBody("The body is not encoded as its headers say.") from None
    return bytes(body)


async def _receive(receive: Receiver, request: WebhookRequest, threads: ThreadPoolExecutor) -> WebhookPayload:
    """A request that waits for a fetch occupies no thread meanwhile. Raises WebhookError."""
    while True:
        try:
            if len(request.body) <= SMALL_BODY:
                return receive(request)
            return await asyncio.get_running_loop().run_in_executor(threads, receive, request)
        except Waiting as waiting:
            fetched = asyncio.wrap_future(waiting.fetched)
        try:
            # Shielded: other requests wait for the same fetch.
            await asyncio.wait_for(asyncio.shield(fetched), WAIT_SECONDS)
        except TimeoutError:
            raise TemporarilyUnavailable(
                f"What this message needs did not arrive within {WAIT_SECONDS:.0f} seconds. Send it again later."
            ) from None


def _handler(
    name: str, receive: Receiver, threads: ThreadPoolExecutor, collector: Collector, clock: Clock
) -> Handler:
    async def handle(request: web.Request) -> web.Response:
        body = await read_body(request)
        headers = {key.lower(): value for key, value in request.headers.items()}
        webhook_request = WebhookRequest(body, headers, clock())
        payload = await _receive(receive, webhook_request, threads)
        counts = await collector.put(payload, name)
        if counts is None:
            raise Unauthenticated("This token was used with another body before: it is valid for one.")
        return web.json_response(asdict(counts))

    return guarded(f"bounces/{name}", handle)


def _rejection(error: WebhookError) -> web.Response:
    answer = {"error": error.message} | ({"faults": error.faults} if error.faults else {})
    response = web.json_response(answer, status=error.status)
    if error.retry_after:
        response.headers["Retry-After"] = str(error.retry_after)
    # The rest of a large body is read and dropped, so that its sender reads the answer; a slow body is not waited for.
    if isinstance(error, BodyTimeout):
        response.force_close()
    return response


def _internal_error(name: str, error: Exception) -> web.Response:
    reference = logs.reference()
    log.error("%s, fault %s: %s", name, reference, errors.trace(error))
    message = "Something went wrong here, and it is in the log of the bot. Send this again later."
    return web.json_response({"error": message, "reference": reference}, status=500)
