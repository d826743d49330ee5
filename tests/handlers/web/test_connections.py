"""What strangers can't do to the web server: hold it, fill its memory or its log, or learn its versions."""

import asyncio
import gzip
import logging
import socket
import time
import zlib
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, suppress
from errno import EMFILE
from ipaddress import ip_network
from threading import Event
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import make_mocked_request
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.core.settings import BadSetting, Settings, load
from handlers.web import connections, server
from handlers.web.connections import Connections, Phase
from handlers.web.seldom import SeldomLog
from handlers.web.server import Server

HEALTH = b"GET /health HTTP/1.1\r\nHost: bot\r\n\r\n"
HALVES = {
    "silent": b"",
    "head": b"POST /echo HTTP/1.1\r\nHost: bot\r\nX-A: ",
    "body": b"POST /echo HTTP/1.1\r\nHost: bot\r\nContent-Length: 10\r\n\r\n{",
    "chunks": b"POST /echo HTTP/1.1\r\nHost: bot\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab",
    "nowhere": b"POST /nowhere HTTP/1.1\r\nHost: bot\r\nContent-Length: 10\r\n\r\n{",
    "next head": HEALTH + b"GET /health HTTP/1.1\r\nX-A: ",
}
MOST = 8
ADDRESS = "ann@example.com"


class Bot:
    """A server with few connections, and its clients. `/work` is answered once `release` is set."""

    def __init__(self, proxies: Sequence[str] = ()) -> None:
        self.release, self.working = Event(), 0
        application = web.Application()
        application.router.add_get("/health", self._health)
        application.router.add_post("/echo", self._echo)
        application.router.add_get("/work", self._work)
        application.router.add_get("/fault", self._fault)
        self._threads = ThreadPoolExecutor(MOST)
        self._open = ExitStack()
        self.server = Server(application, "127.0.0.1", 0, [ip_network(each) for each in proxies])
        self.server.start()

    def close(self) -> None:
        self.release.set()
        self._open.close()
        self.server.stop()
        self._threads.shutdown()

    def hold(self, data: bytes) -> socket.socket:
        line = self._open.enter_context(socket.create_connection(("127.0.0.1", self.server.port), timeout=10))
        line.sendall(data)
        return line

    def ask(self, data: bytes = HEALTH) -> bytes:
        """The answer, once it is there; b"" if the connection was closed without one."""
        with closing(self.hold(data)) as line:
            return _received(line)

    def phases(self) -> list[Phase]:
        phases: list[Phase] = self.in_loop(lambda: [each.phase for each in self.server.connections._open])
        return phases

    def at(self, seconds: float) -> None:
        """Lets this many seconds pass for the connections that are open now."""
        self.in_loop(lambda: self.server.connections.close_overdue(self.server._loop.time() + seconds))

    def in_loop(self, work: Callable[[], Any]) -> Any:
        async def call() -> Any:
            return work()

        return asyncio.run_coroutine_threadsafe(call(), self.server._loop).result(10)

    async def _health(self, _request: web.Request) -> web.Response:
        return web.Response(text="ok")

    async def _echo(self, request: web.Request) -> web.Response:
        return web.Response(body=await request.read())

    async def _work(self, _request: web.Request) -> web.Response:
        self.working += 1
        await asyncio.get_running_loop().run_in_executor(self._threads, self.release.wait)
        return web.Response(text="done")

    async def _fault(self, _request: web.Request) -> web.Response:
        raise RuntimeError(ADDRESS)


@pytest.fixture
def bot(monkeypatch: pytest.MonkeyPatch) -> Iterator[Bot]:
    monkeypatch.setattr(connections, "MOST_CONNECTIONS", MOST)
    running = Bot()
    yield running
    running.close()


@pytest.mark.parametrize("half", HALVES.values(), ids=HALVES)
def test_half_open_connections_push_out_each_other_and_no_right_request(bot: Bot, half: bytes):
    for _ in range(5):
        for _ in range(MOST):
            bot.hold(half)
        assert bot.ask().startswith(b"HTTP/1.1 200 ")
        assert len(bot.phases()) <= MOST


def test_idle_connections_do_not_make_right_requests_push_out_each_other(bot: Bot):
    for _ in range(MOST // 2):
        assert _received(bot.hold(HEALTH)).endswith(b"ok")
    wait_until(lambda: bot.phases() == [Phase.IDLE] * (MOST // 2))
    first, second = bot.hold(HEALTH[:-2]), bot.hold(HEALTH[:-2])
    wait_until(lambda: bot.phases()[-2:] == [Phase.HEAD] * 2)
    for line in (first, second):
        line.sendall(HEALTH[-2:])
        assert _received(line).endswith(b"ok")


def test_a_request_that_is_complete_is_never_pushed_out(bot: Bot):
    at_work = [bot.hold(b"GET /work HTTP/1.1\r\nHost: bot\r\n\r\n") for _ in range(MOST // 2)]
    wait_until(lambda: bot.working == MOST // 2)
    assert bot.ask() == b"", "this peer has as many at work as it may have"
    bot.release.set()
    for line in at_work:
        assert _received(line).endswith(b"done")
    assert bot.ask().endswith(b"ok")


@pytest.mark.parametrize(
    ("half", "phase"),
    [
        (b"", Phase.HEAD),
        (HALVES["head"], Phase.HEAD),
        (HALVES["body"], Phase.BODY),
        (HALVES["chunks"], Phase.BODY),
        (HALVES["nowhere"], Phase.BODY),
    ],
)
@pytest.mark.parametrize("is_first", [True, False])
def test_no_client_is_waited_for_longer_than_its_phase_however_it_trickles(
    bot: Bot, half: bytes, phase: Phase, is_first: bool
):
    line = bot.hold(b"" if is_first else HEALTH)
    if not is_first:
        assert _received(line).endswith(b"ok")
        phase = Phase.IDLE if half == b"" else phase
    for n in range(0, len(half), 10):
        line.sendall(half[n : n + 10])
    wait_until(lambda: bot.phases() == [phase])
    bot.at(phase.value - 5)
    assert bot.phases() == [phase]
    bot.at(phase.value)
    assert bot.phases() == []
    while line.recv(1_000):
        pass


def test_a_request_at_work_has_all_the_time_it_needs(bot: Bot):
    line = bot.hold(b"GET /work HTTP/1.1\r\nHost: bot\r\n\r\n")
    wait_until(lambda: bot.working == 1)
    bot.at(1e9)
    bot.release.set()
    assert _received(line).endswith(b"done")


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br", "zstd", "GZIP", "identity, gzip", "x"])
@pytest.mark.parametrize("path", ["/echo", "/nowhere"])
def test_a_compressed_body_is_refused_and_not_inflated(bot: Bot, encoding: str, path: str):
    bomb = (gzip.compress if "gzip" in encoding else zlib.compress)(bytes(1 << 20))
    head = f"POST {path} HTTP/1.1\r\nHost: bot\r\nContent-Encoding: {encoding}\r\nContent-Length: {len(bomb)}\r\n\r\n"
    answer = bot.ask(head.encode() + bomb)
    assert answer.startswith(b"HTTP/1.1 415 ")
    assert b'{"error": "This body is compressed.' in answer


def test_a_body_that_says_it_is_not_compressed_is_taken_as_it_is(bot: Bot):
    head = b"POST /echo HTTP/1.1\r\nHost: bot\r\nContent-Encoding: identity\r\nContent-Length: 2\r\n\r\n"
    assert bot.ask(head + b"hi").endswith(b"hi")


def test_what_is_sent_and_not_complete_is_bounded_and_the_largest_goes_first(
    bot: Bot, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(connections, "MOST_BYTES", 100_000)
    small = bot.hold(HALVES["body"])
    large = [
        bot.hold(b"POST /echo HTTP/1.1\r\nHost: bot\r\nContent-Length: 900000\r\n\r\n" + b"x" * 60_000)
        for _ in range(2)
    ]
    wait_until(lambda: bot.phases() == [Phase.BODY, Phase.BODY])
    assert bot.in_loop(lambda: bot.server.connections.incomplete_bytes) < 100_000
    small.sendall(b"3456789}!")
    assert _received(small).endswith(b"{3456789}!")
    for line in large:
        line.close()
    wait_until(lambda: bot.in_loop(lambda: bot.server.connections.incomplete_bytes) == 0)


def test_a_head_without_end_is_refused(bot: Bot):
    line = bot.hold(b"GET /health HTTP/1.1\r\nX: " + b"x" * (connections.LARGEST_HEAD + 1))
    assert _received(line).startswith(b"HTTP/1.1 431 ")


def test_what_follows_a_request_at_work_is_not_kept_without_bound(bot: Bot):
    line = bot.hold(b"GET /work HTTP/1.1\r\nHost: bot\r\n\r\n")
    wait_until(lambda: bot.working == 1)
    line.settimeout(0.1)
    with suppress(OSError):  # it is read no further, or closed
        line.sendall(HEALTH * 1_000_000)
    kept = bot.in_loop(lambda: sum(each.received for each in bot.server.connections._open))
    assert kept < connections.LARGEST_REST + (256 << 10), "asyncio reads up to 256 KiB at once"


@pytest.mark.parametrize(
    "data",
    [
        HEALTH,
        b"GET /nowhere HTTP/1.1\r\nHost: bot\r\n\r\n",
        b"nonsense\r\n\r\n",
        b"G" * 40_000,
        HALVES["nowhere"],
    ],
)
def test_no_answer_tells_a_version(bot: Bot, data: bytes):
    head = bot.ask(data).partition(b"\r\n\r\n")[0].decode()
    assert [line for line in head.splitlines() if line.startswith("Server:")] == ["Server: cleaned"]
    assert "aiohttp" not in head


SECRET = "secret-of-someone"
PARTS = st.sampled_from(
    [
        *(
            b"GET ",
            b"POST ",
            b"/health",
            b" HTTP/1.1",
            b"\r\n",
            b"\r\n\r\n",
            b"\n",
            b"\x00",
            b"\xff",
            b":",
            b" ",
        ),
        *(
            b"Host: bot",
            b"Content-Length: ",
            b"Transfer-Encoding: chunked",
            b"Content-Encoding: gzip",
            b"-1",
            b"5",
        ),
        *(
            b"Upgrade: websocket",
            b"Connection: upgrade",
            b"Expect: 100-continue",
            b"Cookie: ",
            b"[::",
            b"%",
            b"//",
        ),
        SECRET.encode(),
    ]
)


def test_malformed_requests_leave_none_of_their_bytes_and_no_traceback_in_the_log(
    bot: Bot, caplog: pytest.LogCaptureFixture
):
    caplog.set_level(logging.DEBUG)

    @settings(max_examples=150, suppress_health_check=list(HealthCheck), database=None)
    @given(st.lists(PARTS, max_size=14).map(b"".join))
    def send(data: bytes) -> None:
        with closing(bot.hold(data)) as line:
            line.shutdown(socket.SHUT_WR)
            while line.recv(10_000):
                pass

    send()
    for data in (
        f"GET /{SECRET * 2_000} HTTP/1.1\r\n\r\n",
        f"{SECRET}\r\n\r\n",
        f"GET / HTTP/1.1\r\n{SECRET}\r\n\r\n",
    ):
        bot.ask(data.encode())
    assert bot.ask().endswith(b"ok")
    assert SECRET not in caplog.text
    assert "Traceback" not in caplog.text
    assert len(caplog.records) < 20


def test_a_fault_is_logged_with_its_reference_and_without_its_message(
    bot: Bot, caplog: pytest.LogCaptureFixture
):
    answer = bot.ask(b"GET /fault HTTP/1.1\r\nHost: bot\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 500 ")
    reference = answer.decode().rpartition(": ")[2].rstrip('."}')
    assert f"Fault {reference} in a request: " in caplog.text
    assert "RuntimeError" in caplog.text
    assert ADDRESS not in caplog.text


def test_without_files_the_server_says_so_once_and_comes_back_by_itself(
    bot: Bot, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    monkeypatch.setattr(server, "ACCEPT_AGAIN_SECONDS", 0.001)
    accept, failures = bot.server._loop.sock_accept, iter(range(30))

    async def fail(listening: socket.socket) -> Any:
        if next(failures, None) is not None:
            raise OSError(EMFILE, "Too many open files")
        return await accept(listening)

    monkeypatch.setattr(bot.server._loop, "sock_accept", fail)
    assert bot.ask().endswith(b"ok")  # was accepted by the call from before
    assert bot.ask().endswith(b"ok")
    told = [each for each in caplog.messages if "Too many open files" in each]
    assert told == ["Connections can't be accepted: Too many open files."]


def test_half_of_the_files_that_may_be_open_are_enough(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(connections, "_most_files", lambda: 256)
    assert Connections().most == 128


def test_behind_a_proxy_a_client_counts_by_its_forwarded_address(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(connections, "MOST_CONNECTIONS", MOST)
    bot = Bot(["127.0.0.0/8", "::1"])

    def from_(address: str, path: str) -> bytes:
        return f"GET {path} HTTP/1.1\r\nHost: bot\r\nX-Forwarded-For: 6.6.6.6, {address}, 127.0.0.2\r\n\r\n".encode()

    try:
        at_work = [bot.hold(from_("192.0.2.1", "/work")) for _ in range(MOST // 2)]
        wait_until(lambda: bot.working == MOST // 2)
        assert bot.ask(from_("192.0.2.1", "/health")).startswith(b"HTTP/1.1 503 ")
        assert bot.ask(from_("192.0.2.2", "/health")).startswith(b"HTTP/1.1 200 ")
        bot.release.set()
        for line in at_work:
            assert _received(line).endswith(b"done")
        assert bot.ask(from_("192.0.2.1", "/health")).startswith(b"HTTP/1.1 200 ")
        assert set(bot.in_loop(lambda: bot.server.connections._n_of)) <= {None}
        for _ in range(MOST):
            bot.hold(b"")
        wait_until(lambda: bot.phases() == [Phase.HEAD] * MOST)
        assert bot.ask(from_("192.0.2.1", "/health")).startswith(b"HTTP/1.1 200 ")
        assert len(bot.phases()) >= MOST - 1, "one had to go"
    finally:
        bot.close()


@pytest.mark.parametrize(
    ("header", "peer"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("1.1.1.1, 192.0.2.1:4711", "192.0.2.1"),
        ("192.0.2.1, 10.0.0.9", "192.0.2.1"),
        ("192.0.2.1, ::ffff:10.0.0.9", "192.0.2.1"),
        ("[2001:db8:1:2:3::4]:80", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::", "2001:db8:1:2::/64"),
        ("192.0.2.1, unknown", "unknown"),
        ("10.0.0.1", ""),
        ("", ""),
    ],
)
def test_the_last_address_that_is_not_a_proxy_s_is_the_client_s(header: str, peer: str):
    request = make_mocked_request("GET", "/", headers={"X-Forwarded-For": header})
    connected = Connections([ip_network("10.0.0.0/8")])
    assert connected.forwarded_peer(request) == peer


def test_only_a_proxy_of_the_settings_is_believed():
    connected = Connections([ip_network("10.0.0.0/8"), ip_network("2001:db8::1")])
    assert [connected.peer(each) for each in ("10.1.2.3", "::ffff:10.1.2.3", "2001:db8::1")] == [None] * 3
    assert connected.peer("192.0.2.1") == "192.0.2.1"
    assert connected.peer("2001:db8::2") == "2001:db8::/64"


@settings(max_examples=50)
@given(st.text(alphabet="0123456789abcdef.:[]%, /x", max_size=60))
def test_any_forwarded_address_is_somebody_s(header: str):
    request = make_mocked_request("GET", "/", headers={"X-Forwarded-For": header})
    assert isinstance(Connections().forwarded_peer(request), str)


def test_the_setting_takes_addresses_and_networks_and_nothing_else():
    read = Settings.model_validate({"CLEANED_PROXIES": "127.0.0.1, 10.0.0.0/8 ::1"})
    assert [str(each) for each in read.proxies] == ["127.0.0.1/32", "10.0.0.0/8", "::1/128"]
    with pytest.raises(BadSetting) as raised:
        load(_env_file=None, CLEANED_PROXIES="nginx")
    assert raised.value.values == {"name": "CLEANED_PROXIES"}


def test_a_line_that_strangers_cause_comes_once_a_minute_with_how_many_were_left_out(
    caplog: pytest.LogCaptureFixture,
):
    now = [0.0]
    seldom = SeldomLog(logging.getLogger("x"), lambda: now[0])
    for second in range(130):
        now[0] = float(second)
        seldom.warning("It %s.", "happened")
    seldom.warning("Another.")
    assert caplog.messages == [
        "It happened.",
        "It happened. (59 more like it since the last line.)",
        "It happened. (59 more like it since the last line.)",
        "Another.",
    ]


def wait_until(fact: Callable[[], bool]) -> None:
    for _ in range(1_000):
        if fact():
            return
        time.sleep(0.01)
    raise AssertionError("it did not come to that")


def _received(line: socket.socket) -> bytes:
    """The first answer on a connection."""
    answer = b""
    while b"\r\n\r\n" not in answer or len(answer.partition(b"\r\n\r\n")[2]) < _length(answer):
        try:
            more = line.recv(10_000)
        except ConnectionResetError:
            return answer
        if not more:
            return answer
        answer += more
    return answer


def _length(answer: bytes) -> int:
    head = answer.partition(b"\r\n\r\n")[0].lower()
    return int(head.partition(b"content-length: ")[2].split(b"\r\n")[0] or 0)
