"""`POST /bounces/<provider>`: size first, then who sent it, then what it says, then the answer once it is stored."""

import asyncio
import logging
import secrets
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict

from aiohttp import web

from bot.bounces.webhooks import Parcel, store
from bot.core.jobs import Clock
from bot.core.settings import Settings
from handlers.slack import errors
from handlers.web.webhooks import brevo, mailgun, own, postmark, sendgrid, ses
from handlers.web.webhooks.calls import Call, Forged, Receive, Refused, TooLarge, TooSlow, Unreadable
from handlers.web.webhooks.collector import Collector
from storage.core.database import Database

RECEIVERS: Mapping[str, Callable[[Settings], Receive | None]] = {
    provider.NAME: provider.receiver for provider in (ses, sendgrid, postmark, mailgun, brevo, own)
}
LARGEST_BODY = 1 << 20  # bytes
BODY_SECONDS = 20.0
RETRY_SECONDS = 5
THREADS = 4  # that check and read; one may wait for Amazon's certificate

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

log = logging.getLogger(__name__)


def add(application: web.Application, settings: Settings, database: Database, clock: Clock) -> None:
    """Adds the route of each provider whose setting is there. Raises BadSetting."""
    switched_on = receivers(settings)
    if not switched_on:
        return
    threads = ThreadPoolExecutor(THREADS, thread_name_prefix="webhooks")
    collector = Collector(lambda parcels: store(database, parcels, clock()))
    for name, receive in switched_on.items():
        application.router.add_post(f"/bounces/{name}", _handler(name, receive, threads, collector, clock))

    async def stop(_application: web.Application) -> None:
        await collector.close()
        threads.shutdown()

    application.on_cleanup.append(stop)


def receivers(settings: Settings) -> Mapping[str, Receive]:
    """What takes the calls of each provider whose setting is there. Raises BadSetting."""
    return {name: receive for name, make in RECEIVERS.items() if (receive := make(settings))}


def guarded(name: str, take: Handler) -> Handler:
    """`take`, with its refusals and faults answered and logged under the name."""

    async def handle(request: web.Request) -> web.StreamResponse:
        try:
            return await take(request)
        except Refused as refused:
            return _refusal(name, refused)
        except Exception as error:  # noqa: BLE001  a provider tries again after this answer
            return _fault(name, error)

    return handle


async def body_of(request: web.Request) -> bytes:
    """The raw body, never more of it than the limit. Raises TooLarge, TooSlow, Unreadable."""
    too_large = TooLarge(f"At most {LARGEST_BODY:,} bytes a request: send fewer events in each.")
    if (request.content_length or 0) > LARGEST_BODY:
        raise too_large
    body = bytearray()
    try:
        async with asyncio.timeout(BODY_SECONDS):
            async for piece in request.content.iter_any():
                body += piece
                if len(body) > LARGEST_BODY:
                    raise too_large
    except TimeoutError:
        raise TooSlow(f"The body did not come within {BODY_SECONDS:.0f} seconds.") from None
    except web.RequestPayloadError:
        raise Unreadable("The body is not encoded as its headers say.") from None
    return bytes(body)


def _handler(
    name: str, receive: Receive, threads: ThreadPoolExecutor, collector: Collector, clock: Clock
) -> Handler:
    async def take(request: web.Request) -> web.Response:
        body = await body_of(request)
        headers = {key.lower(): value for key, value in request.headers.items()}
        call = Call(body, headers, clock())
        brought = await asyncio.get_running_loop().run_in_executor(threads, receive, call)
        outcome = await collector.put(Parcel(brought.notices, brought.ignored, brought.token))
        if outcome is None:
            raise Forged("This token came with another body before: it is good for one.")
        return web.json_response(asdict(outcome))

    return guarded(f"bounces/{name}", take)


def _refusal(name: str, refused: Refused) -> web.Response:
    log.warning("%s: %s %s", name, refused.status, refused.said)
    answer = {"error": refused.said} | ({"faults": refused.faults} if refused.faults else {})
    response = web.json_response(answer, status=refused.status)
    if refused.status == 503:
        response.headers["Retry-After"] = str(RETRY_SECONDS)
    # The rest of a large body is read and dropped, so that its sender reads the answer; a slow one is not waited for.
    if isinstance(refused, TooSlow):
        response.force_close()
    return response


def _fault(name: str, error: Exception) -> web.Response:
    reference = secrets.token_hex(4)
    log.error("%s, fault %s: %s", name, reference, errors.trace(error))
    said = "Something went wrong here, and it is in the log of the bot. Send this again later."
    return web.json_response({"error": said, "reference": reference}, status=500)
