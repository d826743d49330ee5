"""Over HTTP: size, then who sent it, then what it says, then the answer once it is stored."""

import base64
import gzip
import json
import logging
import socket
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from aiohttp import web
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA1
from sqlmodel import func, select

from bot.core.settings import BadSetting, Settings
from bot.maintenance.cleanup import delete_expired
from handlers.web.webhooks import routes
from storage.bounces.tables import Evidence, Quarantined, WebhookToken
from storage.core.database import Database
from tests.conftest import NOW
from tests.handlers.web.webhooks import conftest as senders
from tests.handlers.web.webhooks import samples
from tests.handlers.web.webhooks.conftest import SENDERS, Bot
from tests.support.audiences import statuses

PROVIDERS = list(SENDERS)
NOTHING = {"cleaned": 0, "counted": 0, "activity": 0, "repeated": 0, "ignored": 0, "unknown": 0}
OLD = {
    "ses": timedelta(minutes=61),
    "sendgrid": timedelta(minutes=61),
    "mailgun": timedelta(hours=10),
    "resend": timedelta(seconds=301),
    "json": timedelta(seconds=301),
}


def hard(name: str) -> senders.Signed:
    return SENDERS[name](samples.HARD[name])


def count(database: Database, table: type) -> int:
    with database.reading() as session:
        return session.exec(select(func.count()).select_from(table)).one()


def ann(database: Database) -> str:
    return statuses(database, 1)[samples.ANN]


@pytest.mark.parametrize("name", PROVIDERS)
def test_a_hard_bounce_cleans_and_the_answer_says_so(bot: Bot, name: str):
    assert bot.post(name, *hard(name)) == (200, NOTHING | {"cleaned": 1})
    assert ann(bot.database) == "cleaned"


@pytest.mark.parametrize("name", PROVIDERS)
def test_what_comes_twice_counts_once(bot: Bot, name: str):
    signed = hard(name)
    bot.post(name, *signed)
    assert bot.post(name, *signed) == (200, NOTHING | {"repeated": 1})
    assert count(bot.database, Evidence) == 1


@pytest.mark.parametrize("name", PROVIDERS)
def test_an_unknown_address_is_set_aside(bot: Bot, name: str):
    event = json.loads(json.dumps(samples.HARD[name]).replace("ann@example.com", "eve@example.net"))
    assert bot.post(name, *SENDERS[name](event)) == (200, NOTHING | {"unknown": 1})
    assert count(bot.database, Quarantined) == 1


@pytest.mark.parametrize("name", PROVIDERS)
def test_an_unsigned_or_forged_call_is_refused_and_changes_nothing(bot: Bot, name: str, caplog):
    body, headers = hard(name)
    forged = [
        (body, {}),
        (body.replace(b"ann@", b"bob@"), headers),
        *((body, headers | {key: value[:-9] + "AAAAAAAA="}) for key, value in headers.items()),
        *((body, headers | {key: "\xe9" * 40}) for key in headers),
    ]
    # No signature covers these bodies: password, token, or a token that is good for one body.
    unbound = {"postmark": 1, "brevo": 1, "mailgun": 1}
    if name in unbound:
        del forged[unbound[name]]
    if name in ("ses", "mailgun"):  # the signature stands in the body
        forged = [
            (body.replace(b'"Signature"', b'"Sign"').replace(b'"signature": "', b'"signature": "0'), {})
        ]
    for sent in forged:
        status, answer = bot.post(name, *sent)
        assert (status, set(answer)) == (401, {"error"}), sent
    assert ann(bot.database) == "subscribed"
    assert count(bot.database, Evidence) == count(bot.database, Quarantined) == 0
    assert "example.com" not in caplog.text
    assert f"bounces/{name}: 401" in caplog.text


@pytest.mark.parametrize("name", OLD)
def test_a_stale_or_future_signature_is_refused(bot: Bot, name: str):
    event = samples.HARD[name]
    for at in (NOW - OLD[name], NOW + timedelta(minutes=6)):
        status, answer = bot.post(name, *SENDERS[name](event, at=at))
        assert status == 401
        assert "signed" in answer["error"]
    assert ann(bot.database) == "subscribed"


@pytest.mark.parametrize("name", OLD)
def test_a_replay_after_the_window_is_refused(bot: Bot, name: str):
    signed = hard(name)
    assert bot.post(name, *signed)[0] == 200
    bot.now += OLD[name]
    assert bot.post(name, *signed)[0] == 401


@pytest.mark.parametrize("name", PROVIDERS)
def test_twenty_megabytes_are_refused_before_they_are_sent(bot: Bot, name: str):
    with socket.create_connection(("127.0.0.1", bot.port), timeout=10) as line:
        head = f"POST /bounces/{name} HTTP/1.1\r\nHost: x\r\nContent-Length: {20 << 20}\r\n\r\n"
        line.sendall(head.encode())
        assert line.recv(100).startswith(b"HTTP/1.1 413 ")


@pytest.mark.parametrize("name", PROVIDERS)
def test_a_large_body_of_unknown_length_is_refused_while_it_comes(bot: Bot, name: str):
    with socket.create_connection(("127.0.0.1", bot.port), timeout=10) as line:
        line.sendall(
            f"POST /bounces/{name} HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n".encode()
        )
        for _ in range(17):
            line.sendall(b"10000\r\n" + b" " * (64 << 10) + b"\r\n")
        assert line.recv(100).startswith(b"HTTP/1.1 413 ")


@pytest.mark.parametrize("name", PROVIDERS)
@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b"3", b"\xff\xfe", b"[" * 100_000, b'{"a": NaN}', b'"\\ud800"']
)
def test_a_malformed_body_is_a_bad_request(bot: Bot, name: str, body: bytes):
    signed = SENDERS[name](body) if name not in ("ses", "mailgun") else (body, {})
    status, answer = bot.post(name, *signed)
    if name in ("sendgrid", "brevo") and body == b"[]":
        assert (status, answer) == (200, NOTHING)  # a batch of none
    else:
        assert (status, set(answer)) == (400, {"error"})


def test_malformed_json_inside_a_signed_sns_message_is_a_bad_request(bot: Bot):
    for message in ("", "{", "[]", "hello"):
        assert bot.post("ses", *senders.sns(message))[0] == 400


def test_faults_in_our_own_form_are_listed_and_nothing_is_taken(bot: Bot):
    status, answer = bot.post("json", *senders.own([samples.own(), samples.own(id="2", at="noon")]))
    assert status == 400
    assert answer["faults"] == [
        "events[1].at: a past time is expected here, in ISO 8601 with its zone, such as 2026-01-31T09:30:00Z"
    ]
    assert ann(bot.database) == "subscribed"


def test_a_compressed_body_is_refused(bot: Bot):
    body, headers = hard("json")
    status, answer = bot.post("json", gzip.compress(body), headers | {"Content-Encoding": "gzip"})
    assert (status, set(answer)) == (415, {"error"})


@pytest.mark.parametrize("name", PROVIDERS)
def test_other_methods_are_not_allowed(bot: Bot, name: str):
    for method in ("GET", "PUT", "DELETE"):
        assert bot.request(method, f"/bounces/{name}")[0] == 405


@pytest.mark.parametrize("name", PROVIDERS)
def test_a_way_in_without_its_setting_is_not_there(database: Database, name: str):
    application = web.Application()
    routes.add(application, Settings.model_validate({}), database, lambda: NOW)
    assert [resource.canonical for resource in application.router.resources()] == []


def test_a_token_of_mailgun_is_good_for_one_body(bot: Bot):
    first = senders.mailgun(samples.mailgun("delivered"), token="t" * 50)
    assert bot.post("mailgun", *first) == (200, NOTHING | {"activity": 1})
    other = senders.mailgun(samples.mailgun_failed(), token="t" * 50)
    status, answer = bot.post("mailgun", *other)
    assert (status, answer["error"]) == (
        401,
        "This token was used with another body before: it is valid for one.",
    )
    assert ann(bot.database) == "subscribed"
    assert bot.post("mailgun", *first)[0] == 200


def test_old_tokens_are_tidied_away(bot: Bot):
    bot.post("mailgun", *hard("mailgun"))
    assert delete_expired(bot.database, NOW + timedelta(days=1)) == 0
    assert delete_expired(bot.database, NOW + timedelta(days=3)) == 1
    assert count(bot.database, WebhookToken) == 0


def test_a_fault_answers_500_with_a_reference_and_is_taken_when_it_comes_again(bot: Bot, monkeypatch, caplog):
    def fail(*_: object) -> None:
        raise RuntimeError(samples.ANN)

    with monkeypatch.context() as patch:
        patch.setattr(routes, "store", fail)
        status, answer = bot.post("json", *hard("json"))
    assert (status, set(answer)) == (500, {"error", "reference"})
    assert answer["reference"] in caplog.text
    assert "example.com" not in caplog.text
    assert bot.post("json", *hard("json"))[0] == 200


def test_nothing_personal_is_logged(bot: Bot, caplog):
    caplog.set_level(logging.DEBUG)
    for name in PROVIDERS:
        bot.post(name, *hard(name))
        bot.post(name, hard(name)[0], {})
    assert "ann" not in caplog.text
    assert "example" not in caplog.text


def test_many_at_once_are_stored_and_counted_each_for_itself(bot: Bot):
    events = [samples.own("soft", id=str(n), code="4.2.2", diagnostic="") for n in range(60)]
    signed = [
        senders.own([event, samples.own("opened", id=f"o{n}", email="eve@example.net")])
        for n, event in enumerate(events)
    ]
    with ThreadPoolExecutor(12) as pool:
        answers = list(pool.map(lambda each: bot.post("json", *each), signed))
    assert answers == [(200, NOTHING | {"counted": 1, "unknown": 1})] * 60
    assert count(bot.database, Evidence) == 60


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("CLEANED_SENDGRID_KEY", "AAAA"),
        ("CLEANED_SENDGRID_KEY", "not base64 é"),
        ("CLEANED_SES_TOPICS", "bounces"),
    ],
)
def test_a_setting_that_can_never_work_stops_the_bot_at_its_start(
    database: Database, setting: str, value: str
):
    with pytest.raises(BadSetting) as raised:
        routes.add(web.Application(), Settings.model_validate({setting: value}), database, lambda: NOW)
    assert raised.value.values == {"name": setting}


def test_a_body_that_does_not_come_is_not_waited_for(bot: Bot, monkeypatch):
    monkeypatch.setattr(routes, "BODY_TIMEOUT", 0.05)
    with socket.create_connection(("127.0.0.1", bot.port), timeout=10) as line:
        line.sendall(b"POST /bounces/json HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n{")
        assert line.recv(100).startswith(b"HTTP/1.1 408 ")


def test_both_signatures_of_postal_are_understood_and_the_newer_goes_first(bot: Bot):
    body, newer = hard("postal")
    older = {"X-Postal-Signature": base64.b64encode(senders.RSA.sign(body, PKCS1v15(), SHA1())).decode()}
    wrong = {"X-Postal-Signature-256": older["X-Postal-Signature"]}
    assert bot.post("postal", body, older | wrong)[0] == 401
    assert bot.post("postal", body, {"X-Postal-Signature": newer["X-Postal-Signature-256"]})[0] == 401
    assert bot.post("postal", body, older)[0] == 200
    assert bot.post("postal", body, older | newer)[0] == 200


def test_a_secret_of_resend_that_is_being_replaced_is_one_of_several_signatures(bot: Bot):
    body, headers = hard("resend")
    signature = headers["svix-signature"]
    assert bot.post("resend", body, headers | {"svix-signature": f"v1,AAAA {signature} v2,BBBB"})[0] == 200
    for wrong in (signature.removeprefix("v1,"), signature.replace("v1,", "v1a,"), f"v1, {signature[3:]}"):
        assert bot.post("resend", body, headers | {"svix-signature": wrong})[0] == 401


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("CLEANED_RESEND_SECRET", "whsec_not base64 at all"),
        ("CLEANED_POSTAL_KEY", "not base64 at all"),
        (
            "CLEANED_POSTAL_KEY",
            senders.SETTINGS.sendgrid_key.get_secret_value() if senders.SETTINGS.sendgrid_key else "",
        ),
    ],
)
def test_a_key_of_another_kind_is_named(name: str, value: str):
    with pytest.raises(BadSetting) as bad:
        routes.receivers(Settings.model_validate({name: value}))
    assert bad.value.values == {"name": name}
