"""`/healthz`: the process answers. `/readyz`: all that it needs to work is there, each part by its name."""

import asyncio
from collections.abc import Callable, Collection, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Lock
from time import monotonic

from aiohttp import web

from handlers.logs import LastError

ANSWERS_WITHIN_SECONDS = 3.0
FRESH_SECONDS = 1.0  # a look is not repeated meanwhile, whoever asks
WELL, NO_ANSWER = "ok", "no answer"

Check = Callable[[], str]
"""Returns what is wrong, in a few words that strangers may read; "" if nothing is."""


class Health:
    """Looks at each part in a thread of its own: one that doesn't answer hides no other.

    `partial`: the checks whose faults are told, and leave the process ready, since most of it works.
    """

    def __init__(
        self,
        checks: Mapping[str, Check],
        last_error: Callable[[], LastError | None] = lambda: None,
        partial: Collection[str] = (),
    ) -> None:
        self._checks, self._last_error, self._partial = checks, last_error, partial
        self._threads = ThreadPoolExecutor(len(checks) or 1, thread_name_prefix="health")
        self._looks: dict[str, tuple[float, Future[str]]] = {}  # when each began
        self._lock = Lock()
        self._found: Mapping[str, str] = {}
        self._found_at = -FRESH_SECONDS
        self._one_request = asyncio.Lock()  # however many ask at once, they take one thread

    def add(self, application: web.Application) -> None:
        """Adds the routes. `/health` is `/healthz`, as version 0.1 named it."""
        for path in ("/healthz", "/health"):
            application.router.add_get(path, _alive)
        application.router.add_get("/readyz", self._ready)

    def look(self) -> Mapping[str, str]:
        """Returns the state of each part: WELL, or what is wrong. Takes ANSWERS_WITHIN_SECONDS at most."""
        with self._lock:
            if monotonic() >= self._found_at + FRESH_SECONDS:
                for name, check in self._checks.items():
                    if name not in self._looks or self._looks[name][1].done():
                        self._looks[name] = monotonic(), self._threads.submit(check)
                self._found = {name: _state(*self._looks[name]) for name in self._checks}
                self._found_at = monotonic()
            return self._found

    def close(self) -> None:
        self._threads.shutdown(wait=False)

    async def _ready(self, _request: web.Request) -> web.Response:
        async with self._one_request:
            found = await asyncio.to_thread(self.look)
        is_ready = all(state == WELL or name in self._partial for name, state in found.items())
        error = self._last_error()
        return web.json_response(
            {"ready": is_ready, "checks": dict(found), "last_error": error.to_json() if error else None},
            status=200 if is_ready else 503,
        )


async def _alive(_request: web.Request) -> web.Response:
    return web.json_response({"ok": True})


def _state(began: float, look: Future[str]) -> str:
    try:
        return look.result(max(0.0, began + ANSWERS_WITHIN_SECONDS - monotonic())) or WELL
    except TimeoutError:
        return NO_ANSWER
    except Exception as error:  # noqa: BLE001  a check that fails is a fault of its part
        return f"not known: {type(error).__name__}"
