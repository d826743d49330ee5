"""A stranger who is refused again and again isn't listened to for a while; providers send as much as they do."""

import socket
import time
from collections.abc import Iterator

import pytest
from aiohttp import web
from slack_sdk.signature import SignatureVerifier

from bot.core.settings import load
from handlers.web import server
from handlers.web.server import Server
from handlers.web.webhooks import mailchimp, routes, sources
from handlers.web.webhooks.requests import TemporarilyUnavailable, TooManyRequests, Unauthenticated
from handlers.web.webhooks.sources import Sources
from storage.core.database import Database
from tests.conftest import NOW
from tests.handlers.web.webhooks import samples
from tests.handlers.web.webhooks.conftest import SECRET, SENDERS, SETTINGS
from tests.support.signatures import SECRET as SLACK_SECRET
from tests.support.signatures import signed

FEW = 3
WAYS = [f"/bounces/{name}" for name in SENDERS] + [f"/mailchimp/{SECRET}x", "/slack/events"]
pytestmark = pytest.mark.filterwarnings("error")


def refuse(at: Sources, source: str) -> bool:
    """Whether the source was listened to, and refused."""
    with pytest.raises((Unauthenticated, TooManyRequests)) as error, at.admitted(source):
        raise Unauthenticated("")
    assert error.value.retry_after in ((1,) if error.type is TooManyRequests else (0,))
    return error.type is Unauthenticated


def test_a_stranger_is_listened_to_seldom_and_one_that_was_accepted_once_always():
    now = 0.0
    known = Sources(lambda: now)
    with known.admitted("provider"):
        pass
    at_once = sources.REFUSED_OF_ONE_SOURCE[1]
    for source, expected in (("stranger", at_once), ("other", at_once), ("provider", 5_000)):
        assert [refuse(known, source) for _ in range(5_000)] == [True] * expected + [False] * (
            5_000 - expected
        )
    now += 60
    assert refuse(known, "stranger")


def test_a_provider_may_send_bursts_and_a_thousand_a_second_without_end_and_no_more_than_is_sane():
    now = 0.0
    known = Sources(lambda: now)
    refused = 0
    for n in range(40_000):
        now = n / 1_000
        with known.admitted("provider"):
            pass
    for _ in range(30_000):
        try:
            with known.admitted("provider"):
                pass
        except TooManyRequests:
            refused += 1
    assert 10_000 <= refused <= 10_001


def test_what_is_not_the_senders_fault_does_not_count():
    known = Sources(lambda: 0.0)
    for _ in range(2 * sources.REFUSED_OF_ONE_SOURCE[1]):
        with pytest.raises(TemporarilyUnavailable), known.admitted("provider"):
            raise TemporarilyUnavailable("")
    assert refuse(known, "provider")


def test_few_are_remembered(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(sources, "MOST_PROVEN", 5)
    known = Sources(lambda: 0.0)
    for n in range(50):
        with known.admitted(str(n)):
            pass
    assert list(known._proven) == ["45", "46", "47", "48", "49"]


@pytest.fixture(params=["", "127.0.0.1"], ids=["without a proxy", "behind a proxy"])
def proxies(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def port(database: Database, proxies: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """A server with all ways in, that listens to few refused requests of one source."""
    monkeypatch.setattr(sources, "REFUSED_OF_ONE_SOURCE", (0.001, FEW))
    settings = SETTINGS.model_copy(
        update={"mailchimp_webhook_secret": load(_env_file=None, CLEANED_BOUNCE_SECRET=SECRET).bounce_secret}
    )
    application = web.Application()
    routes.add(application, settings, database, lambda: NOW)
    mailchimp.add(application, settings, database, lambda: NOW)
    server._add_slack(application, None, SignatureVerifier(SLACK_SECRET), 1)  # type: ignore[arg-type]
    networks = load(_env_file=None, CLEANED_PROXIES=proxies).proxies
    running = Server(application, "127.0.0.1", 0, networks)
    running.start()
    yield running.port
    running.stop()


def ask(port: int, path: str, body: bytes = b"", headers: dict[str, str] | None = None, n: int = -1) -> bytes:
    """The head of the answer; `n`: how long the body is said to be."""
    lines = {"Host": "bot", "Content-Length": str(len(body) if n < 0 else n), **(headers or {})}
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    with socket.create_connection(("127.0.0.1", port), timeout=20) as line:
        line.sendall(f"POST {path} HTTP/1.1\r\n{head}\r\n".encode() + body)
        return line.recv(1_000)


@pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
@pytest.mark.parametrize("path", WAYS)
def test_after_a_few_refusals_a_stranger_gets_429_before_the_body_is_there(
    port: int, path: str, proxies: str
):
    """Whoever names another address in each request is believed only if that is a proxy's word."""
    refused = [ask(port, path, b"{}", {"X-Forwarded-For": "192.0.2.1"}) for _ in range(FEW)]
    assert {each.split(b" ")[1] for each in refused} <= {b"400", b"401"}
    answer = ask(port, path, n=1_000_000, headers={"X-Forwarded-For": "192.0.2.1"})
    assert answer.startswith(b"HTTP/1.1 429 ")
    assert b"Retry-After: " in answer
    other = ask(port, path, b"{}", {"X-Forwarded-For": "192.0.2.1, 198.51.100.7"})
    assert other.split(b" ")[1] in ((b"400", b"401") if proxies else (b"429",))


@pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
@pytest.mark.parametrize("proxies", [""], indirect=True)
def test_strangers_at_the_address_of_a_proxy_that_is_not_named_keep_out_no_provider(port: int):
    body, headers = SENDERS["json"](samples.HARD["json"])
    assert ask(port, "/bounces/json", body, headers).startswith(b"HTTP/1.1 200 ")
    for _ in range(5 * FEW):
        assert ask(port, "/bounces/json", body).startswith(b"HTTP/1.1 401 ")
    assert ask(port, "/bounces/json", body, headers).startswith(b"HTTP/1.1 200 ")
    form = signed(b"{", time.time())
    for _ in range(2):
        assert ask(port, "/slack/events", b"{", form | {"Content-Type": "application/json"}).startswith(
            b"HTTP/1.1 400 "
        )
