"""What clients may hold of the web server: connections, time and memory, each with a bound.

Where a bound is reached, the connection goes that has waited longest for its client; one whose request is complete
never does. So strangers push each other out, and a right request, which comes in one piece, is served.
"""

import asyncio
import logging
import sys
from collections import Counter
from collections.abc import Sequence
from enum import Enum
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from math import inf

from aiohttp import web

from handlers.slack import errors
from handlers.web.seldom import SeldomLog

if sys.platform != "win32":
    import resource

MOST_CONNECTIONS = 1_000  # and at most half of the files that the process may open
MOST_BYTES = 16 << 20  # of requests that are not complete
LARGEST_HEAD = 32 << 10  # bytes
LARGEST_REST = 64 << 10  # bytes that may follow a request before it is answered
READ_BUFFER = 32 << 10  # bytes; aiohttp holds up to twice as many for a connection
SERVER = "cleaned"  # the header; aiohttp's own tells versions
END_OF_HEAD = b"\r\n\r\n"
HEAD_TOO_LARGE = (
    b"HTTP/1.1 431 Request Header Fields Too Large\r\n"
    b"Server: cleaned\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
)

Network = IPv4Network | IPv6Network

log = logging.getLogger(__name__)


class Phase(Enum):
    """What a connection waits for. The value: for how many seconds."""

    HEAD = 10.0
    BODY = 30.0
    IDLE = 75.0  # until the next request begins
    WORK = inf  # until we answer


class Connections:
    """The open connections of a server; used in the thread of its loop only.

    `proxies`: whose X-Forwarded-For is believed.
    """

    def __init__(self, proxies: Sequence[Network] = ()) -> None:
        self.most = min(MOST_CONNECTIONS, _most_files() // 2)
        self.most_of_a_peer = self.most // 2
        self.log = SeldomLog(log)
        self.incomplete_bytes = 0
        self._proxies = proxies
        self._open: dict[Connection, None] = {}  # the longer in its phase, the nearer to the front
        self._n_of: Counter[str | None] = Counter()

    def __len__(self) -> int:
        return len(self._open)

    def peer(self, address: str) -> str | None:
        """Whom a new connection counts for. None for a proxy's: only its requests count for somebody."""
        return None if self._is_proxy(address) else _peer(address)

    def forwarded_peer(self, request: web.BaseRequest) -> str:
        """Whom a proxy's request counts for: the last address in X-Forwarded-For that is not a proxy's."""
        hops = ",".join(request.headers.getall("X-Forwarded-For", [])).split(",")
        return next((_peer(hop) for hop in map(_without_port, reversed(hops)) if not self._is_proxy(hop)), "")

    def make_room(self, peer: str | None) -> bool:
        """Makes room for another connection of the peer. Returns False if all are at work."""
        return self.make_room_for_request(peer) and (len(self._open) < self.most or self.drop_one())

    def make_room_for_request(self, peer: str | None) -> bool:
        """The same where the connection is open already, and is to count for the peer from now on."""
        return peer is None or self._n_of[peer] < self.most_of_a_peer or self.drop_one(peer)

    def drop_one(self, peer: str | None = None) -> bool:
        """Closes the one that has waited longest, of all or of a peer. Returns False if all are at work."""
        for connection in self._open:
            if connection.phase is not Phase.WORK and peer in (None, connection.peer):
                self._drop(connection)
                return True
        self.log.warning("All connections are at work; another one was refused.")
        return False

    def enter(self, connection: "Connection") -> None:
        """The connection is new, or enters another phase."""
        self.leave(connection)
        self._open[connection] = None
        self._n_of[connection.peer] += 1

    def leave(self, connection: "Connection") -> None:
        if connection in self._open:
            del self._open[connection]
            self._n_of[connection.peer] -= 1
            if not self._n_of[connection.peer]:
                del self._n_of[connection.peer]

    def limit_bytes(self) -> None:
        """Closes those that have sent most of a request that isn't complete, until MOST_BYTES are left."""
        while self.incomplete_bytes > MOST_BYTES:
            waiting = [each for each in self._open if each.phase is not Phase.WORK]
            if not waiting:
                return
            self._drop(max(waiting, key=lambda each: each.received))

    def close_overdue(self, now: float) -> None:
        """Closes those whose time is up."""
        for connection in [each for each in self._open if each.deadline <= now]:
            connection.drop()

    def close_idle(self) -> None:
        """Closes those that have no request under way."""
        for connection in [each for each in self._open if each.phase in (Phase.HEAD, Phase.IDLE)]:
            connection.drop()

    def _drop(self, connection: "Connection") -> None:
        self.log.warning("Too many connections wait for their clients; some of them were closed.")
        connection.drop()

    def _is_proxy(self, address: str) -> bool:
        parsed = _parse(address)
        return parsed is not None and any(parsed in network for network in self._proxies)


class Connection(asyncio.Protocol):
    """A connection. aiohttp gets a request once its head is complete; until then a connection costs little."""

    def __init__(
        self,
        connections: Connections,
        peer: str | None,
        server: web.Server,
        loop: asyncio.AbstractEventLoop,
    ) -> None:
        self.peer = peer
        self._is_proxy = peer is None
        self.phase = Phase.HEAD
        self.deadline = inf
        self.received = 0  # bytes since the last request was complete
        self._connections, self._server, self._loop = connections, server, loop
        self._transport: asyncio.Transport | None = None
        self._handler: HttpProtocol | None = None
        self._head = bytearray()
        self._is_closed = False
        self._is_answered = False
        self.enter(Phase.HEAD)

    def enter(self, phase: Phase) -> None:
        if self._is_closed:
            return
        self.phase = phase
        self.deadline = self._loop.time() + phase.value
        if phase is not Phase.BODY:
            self._count(-self.received)
        self._connections.enter(self)

    def begin(self, request: web.BaseRequest) -> bool:
        """A request begins, whose body may still have to come. Returns False if its sender has too many at work."""
        self._is_answered = False
        if self.phase is Phase.IDLE:
            self.enter(Phase.BODY)
        if self._is_proxy and not self._count_for(self._connections.forwarded_peer(request)):
            return False
        request.content.on_eof(self._complete)
        return True

    def finish(self) -> None:
        """The request is answered; what is missing of its body is read and dropped, so that its sender reads that."""
        self._is_answered = True
        if self._is_proxy:
            self._count_for(None)
        if self.phase is Phase.WORK:
            self.enter(Phase.IDLE)

    def drop(self) -> None:
        """Closes it without an answer."""
        self._leave()
        if self._transport is not None:
            self._transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        if self._is_closed:  # dropped in the meantime
            transport.abort()

    def data_received(self, data: bytes) -> None:
        if self.phase is Phase.IDLE:
            self.enter(Phase.HEAD)
        self._count(len(data))
        if self.phase is Phase.HEAD:
            self._receive_head(data)
        elif self.phase is Phase.WORK and self.received > LARGEST_REST:
            self.drop()
        else:
            self._feed(data)
        self._connections.limit_bytes()

    def pause_writing(self) -> None:
        if self._handler is not None:
            self._handler.pause_writing()

    def resume_writing(self) -> None:
        if self._handler is not None:
            self._handler.resume_writing()

    def connection_lost(self, exc: Exception | None) -> None:
        self._leave()
        self._transport = None
        if self._handler is not None:
            self._handler.connection_lost(exc)

    def _receive_head(self, data: bytes) -> None:
        searched = max(0, len(self._head) - len(END_OF_HEAD) + 1)
        self._head += data
        # What can't be a request goes to the parser at once, which says so.
        is_request = self._head[:1].isalpha() and self._head[:1].isupper()
        if not is_request or self._head.find(END_OF_HEAD, searched) >= 0:
            self.enter(Phase.BODY)
            head, self._head = bytes(self._head), bytearray()
            self._feed(head)
        elif len(self._head) > LARGEST_HEAD and self._transport is not None:
            self._transport.write(HEAD_TOO_LARGE)
            self._transport.close()

    def _feed(self, data: bytes) -> None:
        if self._transport is None or self._transport.is_closing():
            return
        try:
            if self._handler is None:
                self._handler = HttpProtocol(self, self._connections.log, self._server, self._loop)
                self._handler.connection_made(self._transport)
            self._handler.data_received(data)
        except Exception as error:  # noqa: BLE001  asyncio would log it with its message, which quotes the request
            self._connections.log.warning("A request can't be parsed: %s.", errors.name(error))
            self.drop()

    def _complete(self) -> None:
        self.enter(Phase.IDLE if self._is_answered else Phase.WORK)

    def _count_for(self, peer: str | None) -> bool:
        """Lets a proxy's connection count for a peer. Returns False if the peer has too many at work."""
        if self._is_closed or not self._connections.make_room_for_request(peer):
            return False
        self._connections.leave(self)
        self.peer = peer
        self._connections.enter(self)
        return True

    def _count(self, n: int) -> None:
        self.received += n
        self._connections.incomplete_bytes += n

    def _leave(self) -> None:
        self._is_closed = True
        self._count(-self.received)
        self._connections.leave(self)


class HttpProtocol(web.RequestHandler):
    """aiohttp's part of a connection. aiohttp's logs would quote the request; these say what happened, seldom."""

    def __init__(
        self,
        connection: Connection,
        seldom: SeldomLog,
        server: web.Server,
        loop: asyncio.AbstractEventLoop,
    ) -> None:
        super().__init__(
            server,
            loop=loop,
            keepalive_timeout=Phase.IDLE.value,
            access_log=None,  # type: ignore[arg-type]  # as web.AppRunner allows
            read_bufsize=READ_BUFFER,
            auto_decompress=False,
        )
        self.connection = connection
        self._seldom = seldom

    def handle_error(
        self,
        request: web.BaseRequest,  # noqa: ARG002  the names are aiohttp's
        status: int = 500,
        exc: BaseException | None = None,  # noqa: ARG002
        message: str | None = None,  # noqa: ARG002
    ) -> web.StreamResponse:
        self._seldom.warning("A malformed request was answered with %s.", status)
        response = web.Response(status=status, headers={"Server": SERVER})
        response.force_close()
        return response

    def log_exception(self, *_args: object, **_named: object) -> None:
        self._seldom.warning("A request broke off, or its body is not encoded as its headers say.")


def _peer(address: str) -> str:
    """The address; of IPv6 the first 64 bits, which one client may have to itself."""
    parsed = _parse(address)
    return (
        str(IPv6Network((parsed, 64), strict=False))
        if isinstance(parsed, IPv6Address)
        else str(parsed or address)
    )


@lru_cache(1_000)
def _parse(address: str) -> IPv4Address | IPv6Address | None:
    try:
        parsed = ip_address(address)
    except ValueError:
        return None
    return (parsed.ipv4_mapped or parsed) if isinstance(parsed, IPv6Address) else parsed


def _without_port(hop: str) -> str:
    """`192.0.2.1:80` and `[2001:db8::1]:80` without the port that some proxies add."""
    hop = hop.strip()
    if hop.startswith("["):
        return hop[1:].partition("]")[0]
    return hop.partition(":")[0] if hop.count(":") == 1 else hop


def _most_files() -> int:
    """How many files the process may open."""
    if sys.platform == "win32":
        return 2 * MOST_CONNECTIONS
    most, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return 2 * MOST_CONNECTIONS if most == resource.RLIM_INFINITY else most
