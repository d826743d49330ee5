"""Mailchimp's webhooks ring: what changed is fetched, once, whatever was posted, and by nobody else."""

import http.client
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlencode

import pytest
from aiohttp import web
from sqlmodel import select

from bot.core.settings import Settings
from bot.jobs import jobs
from bot.mailchimp import webhooks
from bot.mailchimp.mirror import sync
from bot.mailchimp.mirror.jobs import SYNC
from bot.maintenance.cleanup import delete_expired
from handlers.terminal.checks import command as check
from handlers.terminal.checks import mailchimp_webhooks
from handlers.web.server import Server
from handlers.web.webhooks import mailchimp
from handlers.web.webhooks.own import signature
from handlers.words import words
from storage.bounces.tables import WebhookToken
from storage.core.database import Database
from storage.core.tables import AudienceRow
from storage.jobs.tables import JobRow
from tests.support.mirrors import Mirrored, mirrored

SECRET = "dontguessmeplease"
WORDS = words("en")


@dataclass
class Ringing:
    """A mirror whose bot listens."""

    both: Mirrored
    port: int

    @property
    def public_url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def url(self) -> str:
        return f"{self.public_url}{webhooks.PATH}{SECRET}"

    @property
    def remote_id(self) -> str:
        return self.both.remote_id

    def settings(self) -> Settings:
        return Settings.model_validate(
            {
                "mailchimp_api_key": self.both.mailchimp.key,
                "mailchimp_api_url": self.both.mailchimp.url,
                "CLEANED_PUBLIC_URL": self.public_url,
                "CLEANED_MAILCHIMP_WEBHOOK_SECRET": SECRET,
                "database_url": self.both.database.url.render_as_string(hide_password=False),
            }
        )

    def ask(
        self, method: str, path: str, body: bytes = b"", headers: dict[str, str] | None = None
    ) -> tuple[int, bytes]:
        asked = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            asked.request(method, path, body, headers or {})
            answer = asked.getresponse()
            return answer.status, answer.read()
        finally:
            asked.close()

    def post(self, body: bytes, headers: dict[str, str] | None = None, secret: str = SECRET) -> int:
        return self.ask("POST", f"{webhooks.PATH}{secret}", body, headers)[0]

    def event(self, **changed: str) -> bytes:
        fields = {
            "type": "cleaned",
            "fired_at": "2026-11-24 09:30:00",
            "data[list_id]": self.remote_id,
            "data[campaign_id]": "4fjk2ma9xd",
            "data[reason]": "hard",
            "data[email]": "api+cleaned@example.com",
        }
        return urlencode({name: value for name, value in (fields | changed).items() if value}).encode()

    def waiting(self) -> list[JobRow]:
        with self.both.database.reading() as session:
            return list(
                session.exec(select(JobRow).where(JobRow.kind == SYNC.kind, JobRow.state == "waiting"))
            )

    def set_up(self) -> str:
        """Mailchimp calls us; the secret that signs."""
        (place,) = webhooks.set_up(self.both.database, self.both.client, self.url, self.both.times.now)
        assert place.is_set_up
        return webhooks.signing_secret(self.both.database, self.remote_id) or ""

    def carry_on(self) -> None:
        *_, job = sync.work(self.both.client, self.both.database, self.both.claim(), self.both.times)
        jobs.mark_told(self.both.database, job, self.both.times())


@pytest.fixture
def ringing(database: Database) -> Iterator[Ringing]:
    with mirrored(database, 60) as both:
        both.sync()
        both.mailchimp.rules.webhook_retries = ()
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        ringing = Ringing(both, port)
        application = web.Application()
        mailchimp.add(application, ringing.settings(), database, lambda: both.times.now)
        server = Server(application, "127.0.0.1", port)
        server.start()
        yield ringing
        server.stop()


@pytest.mark.parametrize("signs", [True, False])
def test_everything_that_mailchimp_tells_of_is_here_after_one_sync(ringing: Ringing, signs: bool):
    both, m, audience = ringing.both, ringing.both.mailchimp, ringing.remote_id
    m.rules.sign_webhooks, m.rules.webhooks_twice = signs, True
    assert bool(ringing.set_up()) == signs
    both.times.now += timedelta(hours=1)
    first = [both.address("subscribed", n) for n in range(5)]
    m.clean(audience, first[0])
    m.clean(audience, first[1], "abuse")
    m.unsubscribe(audience, first[2])
    m.change_profile(audience, first[3], FNAME="Zoé")
    m.change_address(audience, first[4], "other@elsewhere.example")
    m.subscribe(audience, "new@example.com")
    m.settle()
    assert {each.status for each in m.deliveries} == {200}
    assert len(m.deliveries) == 12
    assert len(ringing.waiting()) == 1
    ringing.carry_on()
    both.assert_same()
    assert both.contacts()[first[0]]["clean_reason"] == "hard"
    assert both.contacts()[first[1]]["clean_reason"] == "abuse"


def test_one_that_rings_while_a_sync_is_under_way_has_another_follow(ringing: Ringing):
    both = ringing.both
    ringing.set_up()
    both.request()
    work = sync.work(both.client, both.database, both.claim(), both.times)
    while next(work).progress.stage < 2:
        pass
    address = both.address("subscribed")
    both.times.now += timedelta(seconds=20)
    both.mailchimp.clean(both.remote_id, address)
    both.mailchimp.settle()
    *_, job = work
    jobs.mark_told(both.database, job, both.times())
    assert both.contacts()[address]["status"] == "subscribed"
    ringing.carry_on()
    both.assert_same()


def test_the_same_told_again_rings_once(ringing: Ringing):
    assert ringing.post(ringing.event()) == 200
    (job,) = ringing.waiting()
    ringing.carry_on()
    assert ringing.post(ringing.event()) == 200
    assert ringing.waiting() == []
    assert ringing.post(ringing.event(fired_at="2026-11-24 09:30:01")) == 200
    (other,) = ringing.waiting()
    assert other.id != job.id
    with ringing.both.database.reading() as session:
        assert all("example" not in token.token for token in session.exec(select(WebhookToken)))
    assert delete_expired(ringing.both.database, ringing.both.times.now + timedelta(days=3)) >= 2


def test_mailchimp_is_answered_when_it_looks_whether_the_url_is_right(ringing: Ringing):
    assert ringing.ask("GET", f"{webhooks.PATH}{SECRET}")[0] == 200
    assert ringing.ask("GET", f"{webhooks.PATH}guessed")[0] == 401
    assert ringing.ask("GET", webhooks.PATH)[0] == 404


def test_a_wrong_secret_in_the_url_is_refused(ringing: Ringing):
    for end in ("%00", "%20", "%0a", "%ff", "%ed%a0%80", "%EF%BF%BD", "?", "%3F"):
        expected = 200 if end == "?" else 401  # an empty query is not part of the path
        assert ringing.ask("GET", f"{webhooks.PATH}{SECRET}{end}")[0] == expected
    assert ringing.post(ringing.event(), secret="guessed") == 401
    assert ringing.post(ringing.event(), secret=f"{SECRET}%00") == 401
    assert ringing.waiting() == []


def signed(secret: str, body: bytes, seconds: float) -> dict[str, str]:
    stamp = str(int(seconds))
    return {"X-Mailchimp-Signature": f"t={stamp},v1={signature(secret, stamp, body)}"}


def test_one_that_we_made_has_to_be_signed(ringing: Ringing):
    secret = ringing.set_up()
    body, now = ringing.event(), ringing.both.times.now.timestamp()
    assert ringing.post(body) == 401
    assert ringing.post(body, signed("another", body, now)) == 401
    assert ringing.post(body + b"&a=b", signed(secret, body, now)) == 401
    assert ringing.post(body, signed(secret, body, now - 301)) == 401
    assert ringing.post(body, signed(secret, body, now + 301)) == 401
    assert ringing.post(body, {"X-Mailchimp-Signature": "t=1,v1=é".encode().decode("latin-1")}) == 401
    assert ringing.waiting() == []
    assert ringing.post(body, signed(secret, body, now - 299)) == 200
    assert len(ringing.waiting()) == 1


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{}",
        b"\xff\xfe",
        b"type=cleaned",
        b"type=%ff&data[list_id]=a&fired_at=2026-11-24",
        b"data[list_id]=a&fired_at=2026-11-24 09:30:00",
        b"type=cleaned&data[list_id]=a&fired_at=soon",
        b"&".join(b"a=b" for _ in range(3_000)),
    ],
)
def test_what_is_malformed_is_refused(ringing: Ringing, body: bytes):
    status, answer = ringing.ask("POST", f"{webhooks.PATH}{SECRET}", body)
    assert status == 400
    assert b"error" in answer
    assert ringing.waiting() == []


def test_what_is_too_large_is_refused(ringing: Ringing):
    assert ringing.post(b"type=" + b"a" * (1 << 20)) == 413


def test_lists_that_are_not_mirrored_are_ignored(ringing: Ringing):
    assert ringing.post(ringing.event(**{"data[list_id]": "a6b5da1054"})) == 200
    assert ringing.waiting() == []


def test_without_the_setting_there_is_no_route(database: Database):
    application = web.Application()
    mailchimp.add(application, Settings(), database, lambda: pytest.fail("no call"))
    assert not list(application.router.routes())


def lines(ringing: Ringing) -> list[str]:
    return [each.text for each in check.findings(WORDS, ringing.settings()) if "Trail news" in each.text]


def test_check_offers_to_set_them_up_and_does_it_when_asked(ringing: Ringing):
    assert lines(ringing) == [WORDS("check-mailchimp-webhook-missing", audience="Trail news")]
    made = mailchimp_webhooks.set_up(WORDS, ringing.settings())
    assert [each.text for each in made] == [WORDS("check-mailchimp-webhook", audience="Trail news")]
    assert lines(ringing) == [WORDS("check-mailchimp-webhook", audience="Trail news")]
    assert len(ringing.both.client.webhooks(ringing.remote_id)) == 1
    mailchimp_webhooks.set_up(WORDS, ringing.settings())
    assert len(ringing.both.client.webhooks(ringing.remote_id)) == 1


def test_check_says_why_one_can_not_be_set_up(ringing: Ringing):
    elsewhere = ringing.settings().model_copy(update={"public_url": "http://127.0.0.1:9"})
    (failed,) = mailchimp_webhooks.set_up(WORDS, elsewhere)
    assert failed.is_fault
    assert "Trail news" in failed.text


def test_the_secret_outlasts_what_mailchimp_says_of_the_audience(ringing: Ringing):
    secret = ringing.set_up()
    sync.discover(ringing.both.database, ringing.both.client, ringing.both.times())
    with ringing.both.database.reading() as session:
        audience = session.get_one(AudienceRow, ringing.both.id)
        assert audience.remote["webhook_secret"] == secret
