"""`GET /slack/install` and `/slack/oauth_redirect`: the app is installed in a workspace by a person in a browser."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

from aiohttp import web
from slack_bolt import BoltRequest, BoltResponse

from handlers import logs
from handlers.slack import errors
from handlers.slack.installation import pages
from handlers.slack.installation.flow import Flow
from handlers.slack.installation.installations import INSTALL_PATH, REDIRECT_PATH
from handlers.slack.installation.pages import NotInstalled
from handlers.slack.installation.store import TooManyStates
from handlers.slack.web_api import sdk_workarounds

THREADS = 4  # of these pages alone: however many strangers ask for them, Slack's requests have theirs
WAITING = 32  # requests in all; others are refused
RETRY_AFTER = 5  # seconds

log = logging.getLogger(__name__)


def add(application: web.Application, flow: Flow) -> None:
    """Adds both routes. A HEAD request would begin an installation, so there is none."""
    threads = ThreadPoolExecutor(THREADS, thread_name_prefix="installation")
    slots = asyncio.Semaphore(WAITING)

    async def shut_down(_application: web.Application) -> None:
        threads.shutdown(wait=False)

    for path, handle in ((INSTALL_PATH, flow.handle_installation), (REDIRECT_PATH, flow.handle_callback)):
        application.router.add_get(path, _handler(handle, threads, slots), allow_head=False)
    application.on_cleanup.append(shut_down)


def _handler(
    handle: Callable[[BoltRequest], BoltResponse], threads: ThreadPoolExecutor, slots: asyncio.Semaphore
) -> Callable[[web.Request], Awaitable[web.Response]]:
    async def answer(request: web.Request) -> web.Response:
        if slots.locked():
            return _failure(request, NotInstalled.BUSY)
        async with slots:
            try:
                bolt_request = sdk_workarounds.parse_request(b"", request.query_string, request.headers)
                found = await asyncio.get_running_loop().run_in_executor(threads, handle, bolt_request)
            except TooManyStates:
                return _failure(request, NotInstalled.BUSY)
            except Exception as error:  # noqa: BLE001  its message may have what the browser has sent
                reference = logs.reference()
                log.error("Fault %s in an installation: %s", reference, errors.trace(error))  # noqa: TRY400
                return _failure(request, NotInstalled.FAULT, reference)
        return _response(found.status, found.body, found.headers.get("set-cookie", ()))

    return answer


def _failure(request: web.Request, why: NotInstalled, reference: str = "") -> web.Response:
    words = pages.preferred(request.headers.get("Accept-Language", ""))
    response = _response(why.status, pages.failure(words, why, reference))
    if why == NotInstalled.BUSY:
        response.headers["Retry-After"] = str(RETRY_AFTER)
    return response


def _response(status: int, page: str, cookies: Sequence[str] = ()) -> web.Response:
    """Not Bolt's `to_aiohttp_response`, which leaves SameSite out of a cookie."""
    response = web.Response(
        status=status, text=page, content_type="text/html", charset="utf-8", headers=pages.HEADERS
    )
    for cookie in cookies:
        response.headers.add("Set-Cookie", cookie)
    return response
