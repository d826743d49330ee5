"""How often a source may call a way in: a stranger seldom, one that has proved who it is as often as providers do."""

from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from math import ceil
from time import monotonic

from aiohttp import web

from handlers.limits import RateLimit
from handlers.web.connections import HttpProtocol
from handlers.web.webhooks.requests import TemporarilyUnavailable, TooManyRequests, WebhookError

# A second on average, and at once.
REFUSED_OF_ONE_SOURCE = 10, 200
REQUESTS_OF_ONE_SOURCE = 2_000, 20_000
MOST_PROVEN = 1_000  # sources


def source_of(request: web.Request) -> str | None:
    """The address that the request comes from, or that a proxy of CLEANED_PROXIES names."""
    assert isinstance(request.protocol, HttpProtocol)
    return request.protocol.connection.peer


class Sources:
    """Whoever calls one way in, by address.

    A source whose request was once accepted stays a proven one, also while strangers send from the same address, as
    they seem to behind a proxy that is not in CLEANED_PROXIES. Used in the thread of one event loop only.
    """

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._refused = RateLimit(*REFUSED_OF_ONE_SOURCE, clock)
        self._requests = RateLimit(*REQUESTS_OF_ONE_SOURCE, clock)
        self._proven: OrderedDict[str | None, None] = OrderedDict()

    @contextmanager
    def admitted(self, source: str | None) -> Iterator[None]:
        """Counts what becomes of a request. Raises TooManyRequests, before anything of its body is read."""
        self._check(source)
        try:
            yield
        except TemporarilyUnavailable:
            raise
        except WebhookError:
            self._refused.take(source)
            raise
        self._proven[source] = None
        self._proven.move_to_end(source)
        if len(self._proven) > MOST_PROVEN:
            self._proven.popitem(last=False)

    def _check(self, source: str | None) -> None:
        limit = self._requests if source in self._proven else self._refused
        if limit is self._requests and limit.take(source):
            return
        if wait := limit.wait(source):
            raise TooManyRequests(ceil(wait))
