"""Second tries only where they are safe; eight calls at once for the process; nothing private in a log."""

import json
import logging
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from handlers.standins.mailchimp.standin import Standin
from storage.contacts.values import Status
from storage.mailchimp.api import limiter as mailchimp_limiter
from storage.mailchimp.api import transport as mailchimp_transport
from storage.mailchimp.api.batches import archive_operation
from storage.mailchimp.api.client import Client
from storage.mailchimp.api.errors import MailchimpError, NotFound, TooManyConnections, Unavailable
from storage.mailchimp.api.limiter import GROW_SECONDS, TIMED_OUT_SECONDS, ConnectionLimiter
from storage.mailchimp.api.transport import LONGEST_PAUSE_SECONDS, TOTAL_SECONDS, TRIES, Timing
from tests.storage.mailchimp.api.answers import (
    ADDRESS,
    BATCH,
    HASH,
    KEY,
    MEMBER,
    Clock,
    client,
    problem,
    scripted,
)

OK = httpx.Response(200, json=MEMBER)
LOST = [
    httpx.ReadError("reset"),
    httpx.ReadTimeout("slow"),
    httpx.RemoteProtocolError("cut"),
    httpx.Response(500),
    httpx.Response(502, text="<html>"),
]
NOT_DONE = [
    httpx.ConnectError("refused"),
    httpx.ConnectTimeout("slow"),
    httpx.Response(429),
    httpx.Response(403),
]


@pytest.mark.parametrize("failure", [*LOST, *NOT_DONE])
def test_what_is_the_same_twice_is_tried_again(failure):
    calls: list[Callable[[Client], object]] = [
        lambda mailchimp: mailchimp.member("l1", HASH),
        lambda mailchimp: mailchimp.archive("l1", HASH),
        lambda mailchimp: mailchimp.put_member("l1", ADDRESS, status_if_new=Status.PENDING),
        lambda mailchimp: mailchimp.set_status("l1", HASH, ADDRESS, Status.CLEANED),
        lambda mailchimp: mailchimp.add_tags("l1", HASH, ["vip"]),
    ]
    for call in calls:
        mailchimp, script = scripted(failure, failure, OK)
        call(mailchimp)
        assert len(script.requests) == 3


def start(mailchimp: Client) -> None:
    mailchimp.start_batch([archive_operation("1", "l1", HASH)])


@pytest.mark.parametrize(
    "call", [start, lambda mailchimp: mailchimp.add_webhook("l1", "https://example.com")]
)
@pytest.mark.parametrize("failure", LOST)
def test_what_may_have_begun_is_never_sent_again(call, failure):
    mailchimp, script = scripted(failure)
    with pytest.raises(Unavailable) as caught:
        call(mailchimp)
    assert len(script.requests) == 1
    assert caught.value.arrived


@pytest.mark.parametrize("failure", NOT_DONE)
def test_a_batch_that_surely_did_not_begin_is_sent_again(failure):
    mailchimp, script = scripted(failure, httpx.Response(200, json=BATCH))
    start(mailchimp)
    assert len(script.requests) == 2


def test_a_batch_that_never_arrived_says_so_and_one_that_may_have_does_not():
    mailchimp, _ = scripted(httpx.ConnectError("refused"))
    with pytest.raises(Unavailable) as caught:
        start(mailchimp)
    assert not caught.value.arrived
    mailchimp, script = scripted(httpx.Response(429), httpx.ReadError("reset"))
    with pytest.raises(Unavailable) as caught:
        start(mailchimp)
    assert (caught.value.arrived, caught.value.tries, len(script.requests)) == (True, 2, 2)


@pytest.mark.parametrize("answer", [problem(status, "No") for status in (400, 401, 404, 405)])
def test_a_refusal_is_not_tried_again(answer):
    mailchimp, script = scripted(answer)
    with pytest.raises(MailchimpError):
        mailchimp.set_status("l1", HASH, ADDRESS, Status.CLEANED)
    assert len(script.requests) == 1


def test_pauses_double_up_to_a_limit_and_tries_end():
    clock = Clock()
    mailchimp, script = scripted(httpx.Response(500), clock=clock)
    with pytest.raises(Unavailable) as caught:
        mailchimp.account()
    assert clock.pauses == [1, 2, 4, 8, 16]
    assert max(clock.pauses) <= LONGEST_PAUSE_SECONDS
    assert (len(script.requests), caught.value.tries) == (TRIES, TRIES)


def test_who_waits_can_ask_for_one_try():
    transport = httpx.MockTransport(lambda _: httpx.Response(500))
    with Client(KEY, tries=1, transport=transport) as mailchimp, pytest.raises(Unavailable) as caught:
        mailchimp.account()
    assert caught.value.tries == 1


def test_a_patient_client_can_be_asked_for_one_try_and_stays_patient():
    mailchimp, script = scripted(httpx.Response(500), clock=Clock())
    with pytest.raises(Unavailable):
        mailchimp.without_retries().account()
    assert len(script.requests) == 1
    with pytest.raises(Unavailable):
        mailchimp.account()
    assert len(script.requests) == 1 + TRIES


@pytest.mark.parametrize(
    ("header", "least"),
    [
        ("7", 7),
        ("a date", 85),
        ("soon", 0),
        ("", 0),
        ("-5", 0),
    ],
)
def test_the_pause_is_the_one_that_was_asked_for(header, least):
    if header == "a date":
        header = format_datetime(datetime.now(UTC) + timedelta(seconds=90), usegmt=True)
    clock = Clock()
    mailchimp, _ = scripted(httpx.Response(429, headers={"Retry-After": header}), OK, clock=clock)
    mailchimp.member("l1", HASH)
    assert least <= clock.pauses[0] - 1 <= least + 6


def test_a_pause_beyond_the_total_time_is_not_made():
    clock = Clock()
    headers = {"Retry-After": str(TOTAL_SECONDS)}
    mailchimp, script = scripted(httpx.Response(429, headers=headers), clock=clock)
    with pytest.raises(TooManyConnections) as caught:
        mailchimp.account()
    assert (clock.pauses, len(script.requests), caught.value.retry_after) == ([], 1, TOTAL_SECONDS)


def test_an_answer_that_trickles_is_a_time_out():
    clock = Clock()

    def drip() -> Iterator[bytes]:
        for _ in range(100):
            clock.now += 30
            yield b" "

    class Stream(httpx.SyncByteStream):
        def __iter__(self):
            return drip()

    mailchimp = client(lambda _: httpx.Response(200, stream=Stream()), clock)
    with pytest.raises(Unavailable) as caught:
        start(mailchimp)
    assert caught.value.values["reason"] == "ReadTimeout"
    assert clock.now == 150


def test_a_place_is_held_for_a_while_after_a_time_out():
    """Mailchimp may still be busy with the call."""
    clock = Clock()
    limiter = ConnectionLimiter(lambda: clock.now)
    with limiter.acquire(1, 0) as permit:
        permit.retain()
    with pytest.raises(TimeoutError), limiter.acquire(1, 0):
        pass
    with limiter.acquire(2, 0):
        pass
    clock.now += TIMED_OUT_SECONDS + 1
    with limiter.acquire(1, 0):
        pass


@pytest.mark.parametrize(
    ("failure", "is_held"),
    [
        (httpx.ReadTimeout("slow"), True),
        (httpx.WriteTimeout("slow"), True),
        (httpx.ConnectTimeout("slow"), False),
        (httpx.ReadError("reset"), False),
        (httpx.Response(500), False),
    ],
)
def test_the_place_of_a_call_is_held_only_after_a_time_out(failure, is_held):
    mailchimp, _ = scripted(failure, OK)
    mailchimp.member("l1", HASH)
    assert len(mailchimp._transport.pool.limiter._retained_until) == is_held


def test_a_call_that_finds_no_place_in_time_did_not_arrive(monkeypatch):
    monkeypatch.setattr(mailchimp_transport, "TOTAL_SECONDS", 0.01)
    mailchimp, script = scripted(OK)
    with ExitStack() as stack:
        for _ in range(10):
            stack.enter_context(mailchimp._transport.pool.limiter.acquire(10, 0))
        with pytest.raises(TooManyConnections) as caught:
            mailchimp.account()
    assert not caught.value.arrived
    assert not script.requests


def taken(limiter: ConnectionLimiter, limit: int) -> int:
    """How many calls the limiter lets through at once."""
    with ExitStack() as stack:
        for n in range(20):
            try:
                stack.enter_context(limiter.acquire(limit, 0))
            except TimeoutError:
                return n
    raise AssertionError


@given(
    st.lists(st.sampled_from(["refused", "late", 1.0, GROW_SECONDS, 200.0]), max_size=12), st.integers(1, 10)
)
@example(events=["refused", 10.0, 10.0, "refused"], limit=4)
@example(events=["refused", *[200.0] * 6, "late"], limit=2)
def test_a_refusal_halves_the_connections_and_time_brings_them_back(events: list[str | float], limit: int):
    clock = Clock()
    limiter = ConnectionLimiter(lambda: clock.now)
    before = taken(limiter, limit)
    assert before == limit
    with limiter.acquire(1, 0) as early:
        pass
    refused_at = None
    for event in events:
        if event == "late":  # of a call that was sent with those refused before
            if refused_at is not None:
                early.since = refused_at
                limiter.shrink(limit, early)
                assert taken(limiter, limit) == before
        elif event == "refused":
            clock.now += 0.01
            before = taken(limiter, limit)  # one more may just have been allowed
            with limiter.acquire(limit, 0) as permit:
                pass
            limiter.shrink(limit, permit)
            refused_at = clock.now
            assert taken(limiter, limit) == max(1, before // 2)
        else:
            clock.now += float(event)
            assert before <= taken(limiter, limit) <= limit
        before = taken(limiter, limit)
    clock.now += 10 * GROW_SECONDS
    assert taken(limiter, limit) == limit


@pytest.mark.parametrize("answer", [httpx.Response(429), httpx.Response(403)])
def test_an_answer_of_too_many_makes_the_client_take_fewer_places(answer: httpx.Response):
    mailchimp, _ = scripted(answer, OK)
    limiter = mailchimp._transport.pool.limiter
    mailchimp.member("l1", HASH)
    assert limiter.allowed() == 4


def test_a_waiting_call_goes_on_when_the_limit_has_grown_again(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(mailchimp_limiter, "GROW_SECONDS", 0.05)
    limiter = ConnectionLimiter()
    with limiter.acquire(2, 0) as permit:
        limiter.shrink(2, permit)
        with limiter.acquire(2, 20):
            assert limiter.allowed() >= 2


def test_work_that_nobody_waits_for_outlasts_any_number_of_refusals():
    clock = Clock()
    answers = [httpx.Response(429, headers={"Retry-After": "9999"}), *[httpx.Response(429)] * 300]
    mailchimp, script = scripted(*answers, OK, clock=clock)
    mailchimp.patient().member("l1", HASH)
    assert len(script.requests) == 302
    assert clock.now > TOTAL_SECONDS
    assert max(clock.pauses) <= LONGEST_PAUSE_SECONDS
    mailchimp, script = scripted(httpx.Response(429), httpx.ReadError("reset"))
    with pytest.raises(Unavailable):
        start(mailchimp.patient())
    assert len(script.requests) == 2


def test_it_ends_with_its_client_all_the_same():
    mailchimp, _ = scripted(httpx.Response(429))
    mailchimp.close()
    with pytest.raises(TooManyConnections):
        mailchimp.patient().account()


def test_two_processes_and_a_third_party_on_one_key_are_all_served():
    """Of ten connections, the third party holds four all the time; each process would take eight."""
    timing = Timing(pause=lambda seconds: time.sleep(min(seconds, 0.002)))
    with Standin() as standin, ExitStack() as stack:
        standin.rules.latency = 0.002
        standin._api._in_progress[standin.key] = 4
        mailchimps = [
            stack.enter_context(
                Client(standin.key, standin.url, transport=httpx.HTTPTransport(), timing=timing)
            ).patient()
            for _ in range(2)
        ]
        pool = stack.enter_context(ThreadPoolExecutor(20))
        calls = [pool.submit(mailchimps[n % 2].account) for n in range(120)]
        assert {call.result().name for call in calls} == {"Northwind Trail Club"}
        refused = [request for request in standin.requests if request.status == 429]
        assert max(request.concurrent for request in standin.requests if request.status == 200) <= 10
        assert len(refused) < len(calls), "and refused ones are fewer than those answered"


class Server(ThreadingHTTPServer):
    """Answers when told to, and counts the calls and the connections that are there at once."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.guard = threading.Condition()
        self.now = self.most = self.connections = 0
        self.go = threading.Event()

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/3.0"

    def wait_for(self, calls: int) -> None:
        with self.guard:
            assert self.guard.wait_for(lambda: self.now == calls, 20)


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Server

    def setup(self) -> None:
        super().setup()
        with self.server.guard:
            self.server.connections += 1

    def do_GET(self) -> None:
        with self.server.guard:
            self.server.now += 1
            self.server.most = max(self.server.most, self.server.now)
            self.server.guard.notify_all()
        self.server.go.wait(20)
        with self.server.guard:
            self.server.now -= 1
        body = json.dumps({"account_name": "Ann & Co"}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (named by the base)
        """Silence."""


@contextmanager
def serving() -> Iterator[Server]:
    server = Server()
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield server
    finally:
        server.go.set()
        server.shutdown()
        thread.join()
        server.server_close()


def test_the_ninth_call_waits_whichever_client_makes_it():
    with serving() as server, ExitStack() as stack:
        clients = [stack.enter_context(Client(KEY, server.base)) for _ in range(4)]
        with ThreadPoolExecutor(25) as pool:
            calls = [pool.submit(clients[number % 4].account) for number in range(25)]
            server.wait_for(8)
            server.go.set()
            assert {call.result().name for call in calls} == {"Ann & Co"}
        assert server.most == 8
        assert server.connections <= 8, "and the connections are kept for the next calls"


def test_a_client_may_take_fewer_places():
    with serving() as server, Client(KEY, server.base, connections=3) as mailchimp:
        with ThreadPoolExecutor(8) as pool:
            calls = [pool.submit(mailchimp.account) for _ in range(8)]
            server.wait_for(3)
            server.go.set()
            assert len([call.result() for call in calls]) == 8
        assert server.most == 3


def test_a_client_opens_nothing_until_it_is_asked_and_closes_only_its_own():
    with serving() as server:
        server.go.set()
        first, second = Client(KEY, server.base), Client(KEY, server.base)
        other = Client(KEY.replace("0", "1"), server.base)
        assert server.connections == 0
        assert first._transport.pool is second._transport.pool is not other._transport.pool
        first.account()
        first.close()
        first.close()
        second.account()
        assert server.connections == 1
        second.close()
        assert second._transport.pool._http is None
        other.close()


def test_nobody_listening_is_unavailable():
    with serving() as server:
        base = server.base
    with Client(KEY, base, timing=Clock().timing()) as mailchimp, pytest.raises(Unavailable) as caught:
        mailchimp.account()
    assert (caught.value.arrived, caught.value.tries) == (False, TRIES)


def test_no_log_holds_the_key_an_address_or_its_hash(caplog):
    """Nor does httpx's own, nor httpcore's, at their most talkative."""
    caplog.set_level(logging.DEBUG)
    with serving() as server, Client(KEY, server.base, timing=Clock().timing()) as mailchimp:
        server.go.set()
        with pytest.raises(MailchimpError):
            mailchimp.member("l1", HASH)
        with pytest.raises(Unavailable):
            mailchimp.put_member("l1", ADDRESS, status_if_new=Status.PENDING)
    mailchimp, _ = scripted(httpx.Response(500), problem(404, "Resource Not Found", ADDRESS))
    with pytest.raises(NotFound):
        mailchimp.member("l1", HASH)
    assert "GET /lists/l1/members/…, try 1 of 6 failed" in caplog.text
    assert "HTTP Request: GET" in caplog.text
    assert "httpcore" in caplog.text
    secret = httpx.BasicAuth("any", KEY)._auth_header
    for private in (ADDRESS, ADDRESS.lower(), HASH, KEY, KEY[:12], secret, secret.split()[1]):
        assert private not in caplog.text
