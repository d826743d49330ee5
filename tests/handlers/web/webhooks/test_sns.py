"""Amazon SNS: who may speak, and which certificate may prove it."""

import base64
import http.server
import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Thread

import httpx
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from handlers.web.webhooks import fetches, routes
from handlers.web.webhooks.providers import ses
from handlers.web.webhooks.providers import sns as receiving
from handlers.web.webhooks.providers.sns import CERTIFICATE, host, own_url
from handlers.web.webhooks.requests import Unauthenticated, WebhookError, WebhookRequest
from tests.conftest import NOW
from tests.handlers.web.webhooks import samples
from tests.handlers.web.webhooks.conftest import (
    CERTIFICATE_URL,
    ELLIPTIC,
    SETTINGS,
    TOPIC,
    Amazon,
    Bot,
    certificate,
    own,
    sns,
)

HOUR = timedelta(hours=1)
ELLIPTIC_CERTIFICATE = certificate(signed_by=ELLIPTIC)
FILE = CERTIFICATE_URL.rpartition("/")[2]
CHINESE_TOPIC = "arn:aws-cn:sns:cn-north-1:123456789012:bounces"


@dataclass
class Alone:
    """The receiver of Amazon's messages, without the server and the database."""

    amazon: Amazon = field(default_factory=Amazon)
    now: datetime = NOW

    def __post_init__(self) -> None:
        receive = ses.receiver(SETTINGS, self.amazon.fetch)
        assert receive
        self.receive = receive

    def post(self, body: bytes) -> tuple[int, str]:
        """The status, and the sentence of a refusal."""
        while True:
            try:
                self.receive(WebhookRequest(body, {}, self.now))
            except fetches.Waiting as waiting:
                wait([waiting.fetched])
            except WebhookError as error:
                return error.status, error.message
            else:
                return 200, ""


@pytest.fixture
def alone() -> Alone:
    return Alone()


SUBSCRIBE = "https://sns.eu-west-3.amazonaws.com/?Action=ConfirmSubscription&TopicArn=x&Token=2336412f37"


@pytest.mark.parametrize("version", ["1", "2"])
def test_both_versions_of_the_signature_hold_and_the_certificate_is_fetched_once(bot: Bot, version: str):
    for _ in range(3):
        assert bot.post("ses", *sns(samples.ses_bounce(), version=version))[0] == 200
    assert bot.amazon.fetched == [CERTIFICATE_URL]


def test_another_version_does_not(alone: Alone):
    assert alone.post(sns(samples.ses_bounce(), SignatureVersion="3")[0])[0] == 401


@pytest.mark.parametrize(
    "url",
    [
        f"http://sns.eu-west-3.amazonaws.com/{FILE}",
        f"HTTPS://sns.eu-west-3.amazonaws.com/{FILE}",
        f"https:/sns.eu-west-3.amazonaws.com/{FILE}",
        f"//sns.eu-west-3.amazonaws.com/{FILE}",
        f"https://sns.eu-west-3.amazonaws.com.example.org/{FILE}",
        f"https://sns.eu-west-3.amazonaws.com@example.org/{FILE}",
        f"https://user@sns.eu-west-3.amazonaws.com/{FILE}",
        f"https://@sns.eu-west-3.amazonaws.com/{FILE}",
        f"https://sns.eu-west-3.amazonaws.com:443/{FILE}",
        f"https://sns.eu-west-3.amazonaws.com:/{FILE}",
        f"https://sns.eu-west-3.amazonaws.com:8443/{FILE}",
        f"https://SNS.eu-west-3.amazonaws.com/{FILE}",
        f"https://sns.eu-west-3.amazonaws.com./{FILE}",
        f"https://sns.eu-west-3.amazonaws.com.cn/{FILE}",
        f"https://sns.us-east-1.amazonaws.com/{FILE}",  # not the topic's region
        f"https://sns.eu-west-3.evil.amazonaws.com/{FILE}",
        f"https://sns。eu-west-3.amazonaws.com/{FILE}",
        f"https://sns.eu-west-3.amazonaws.com\uff0f{FILE}",
        f"https://bucket.s3.eu-west-3.amazonaws.com/{FILE}",
        f"https://[sns.eu-west-3.amazonaws.com/{FILE}",
        f"https://sns.eu-west-3.amazonaws.com\\@example.org/{FILE}",
        f"https://sns.eu-west-3.amazonaws.com/../{FILE}",
        f"https://sns.eu-west-3.amazonaws.com/./{FILE}",
        f"https://sns.eu-west-3.amazonaws.com//{FILE}",
        f"https://sns.eu-west-3.amazonaws.com/x/../{FILE}",
        f"https://sns.eu-west-3.amazonaws.com/%2e%2e/{FILE}",
        f"https://sns.eu-west-3.amazonaws.com/{FILE}?x=.pem",
        f"https://sns.eu-west-3.amazonaws.com/{FILE}?",
        f"https://sns.eu-west-3.amazonaws.com/{FILE}#",
        f"https://sns.eu-west-3.amazonaws.com/{FILE};x",
        f"https://sns.eu-west-3.amazonaws.com/{FILE}/",
        f"https://sns.eu-west-3.amazonaws.com/?x=/{FILE}",
        f"https://sns.eu-west-3.amazonaws.com/{FILE.upper()}",
        f"https://sns.eu-west-3.amazonaws.com/{FILE.replace('S', '%53')}",
        "https://sns.eu-west-3.amazonaws.com/SimpleNotificationService-ABCDEF.pem",
        "https://sns.eu-west-3.amazonaws.com/SimpleNotificationService-.pem",
        "https://sns.eu-west-3.amazonaws.com/SimpleNotificationService-\u0661.pem",
        "https://sns.eu-west-3.amazonaws.com/SimpleNotificationService-1234.pem.pem",
        "https://sns.eu-west-3.amazonaws.com/SimpleNotificationService.pem",
        "https://sns.eu-west-3.amazonaws.com/a.pem",
        f"{CERTIFICATE_URL}\n",
        f"{CERTIFICATE_URL} ",
        f" {CERTIFICATE_URL}",
        f"{CERTIFICATE_URL}\0",
        f"{CERTIFICATE_URL}\ud800",
        "",
        None,
        ["x"],
    ],
)
def test_a_certificate_from_anywhere_else_is_not_even_fetched(alone: Alone, url: object):
    message = json.loads(sns(samples.ses_bounce())[0]) | {"SigningCertURL": url}
    status, sentence = alone.post(json.dumps(message).encode())
    assert status == (401 if isinstance(url, str | None) else 400)
    assert "amazonaws.com" not in sentence
    assert alone.amazon.fetched == []


@given(
    place=st.integers(0, len(CERTIFICATE_URL)),
    dropped=st.integers(0, 3),
    put=st.text(max_size=3) | st.sampled_from(["", "..", "/../", "%2e", "?", "#", "@", ":443", ".cn", "f"]),
)
@settings(max_examples=300)
def test_no_other_form_of_the_url_is_accepted(place: int, dropped: int, put: str):
    url = CERTIFICATE_URL[:place] + put + CERTIFICATE_URL[place + dropped :]
    before, after = "https://sns.eu-west-3.amazonaws.com/SimpleNotificationService-", ".pem"
    digits = url.removeprefix(before).removesuffix(after)
    if url == before + digits + after and 0 < len(digits) <= 64 and set(digits) <= set("0123456789abcdef"):
        assert own_url(url, TOPIC, CERTIFICATE) == url
    else:
        with pytest.raises(Unauthenticated):
            own_url(url, TOPIC, CERTIFICATE)


HOSTILE = st.tuples(
    st.sampled_from(["https", "http", "HTTPS", ""]),
    st.sampled_from(["://", ":/", "//", ":\\\\"]),
    st.sampled_from(["", "@", "user:password@", "example.org\\@", "example.org#@"]),
    st.sampled_from(["sns.", "SNS.", "sns%2e", "", "x.sns.", "sns-fips."]),
    st.sampled_from(["eu-west-3", "cn-north-1", "us-east-1", "eu-west-3.evil", "eu-west-\u0663", "*"]),
    st.sampled_from([".amazonaws.com", ".amazonaws.com.cn", ".amazonaws.com.", ".amazonaws。com", ".org"]),
    st.sampled_from(["", ":443", ":", ":80"]),
    st.sampled_from(["/", "//", "/../", "/%2e/", "/x/", "/?"]),
    st.sampled_from([FILE, f"{FILE}?", f"{FILE}#x", "x.pem", ""]),
)


@given(HOSTILE.map("".join))
@example(f"https://sns.eu-west-3.amazonaws.com/{FILE}")
@example(f"https://sns.cn-north-1.amazonaws.com.cn/{FILE}")
@settings(max_examples=300)
def test_what_is_accepted_has_the_one_host_of_the_region_and_nothing_else(url: str):
    for topic, one in (
        (TOPIC, f"https://sns.eu-west-3.amazonaws.com/{FILE}"),
        (CHINESE_TOPIC, f"https://sns.cn-north-1.amazonaws.com.cn/{FILE}"),
    ):
        if url == one:
            assert httpx.URL(own_url(url, topic, CERTIFICATE)).host == one.split("/")[2]
        else:
            with pytest.raises(Unauthenticated):
                own_url(url, topic, CERTIFICATE)


@pytest.mark.parametrize(
    ("topic", "expected"),
    [
        (TOPIC, "sns.eu-west-3.amazonaws.com"),
        (CHINESE_TOPIC, "sns.cn-north-1.amazonaws.com.cn"),
        ("arn:aws-us-gov:sns:us-gov-west-1:123456789012:x", "sns.us-gov-west-1.amazonaws.com"),
        ("arn:aws:sns:ap-southeast-4:123456789012:x.fifo", "sns.ap-southeast-4.amazonaws.com"),
    ],
)
def test_the_region_of_the_topic_names_the_host(topic: str, expected: str):
    assert host(topic) == expected


@pytest.mark.parametrize(
    "topic",
    [
        "arn:aws:sns:eu-west-3.evil:123456789012:x",
        "arn:aws:sns::123456789012:x",
        "arn:aws:sns:eu-west-3:\u0661\u0662\u0663456789012:x",
        "arn:aws:sns:eu-west-3:123456789012:x\n",
        "arn:aws:sqs:eu-west-3:123456789012:x",
    ],
)
def test_what_is_no_topic_has_no_host(topic: str):
    with pytest.raises(Unauthenticated):
        host(topic)


def unsigned() -> list[object]:
    """What a stranger who knows the topic can send, and that shows without a certificate that it is not SNS's."""
    message = json.loads(sns(samples.ses_bounce())[0])
    without = [{name: value for name, value in message.items() if name != left} for left in message]
    stale = [json.loads(sns(samples.ses_bounce(), at=NOW + late)[0]) for late in (-2 * HOUR, 2 * HOUR)]
    return [
        *(each for each in without if "UnsubscribeURL" in each and each.get("Subject")),
        *stale,
        *(message | {"Signature": value} for value in ("", "AAAA", "A" * 8_000, "*" * 344, "\0", "é" * 344)),
        *(message | {"SignatureVersion": value} for value in ("", "0", "3", "2 ", "\u0662", "2\0")),
        *(
            message | {"Timestamp": value}
            for value in ("", "now", "2026-11-24", "2026-11-24T09:30:00", "9" * 400)
        ),
        *(
            message | {"Type": value}
            for value in ("", "notification", "Notification\0", "SubscriptionConfirmation")
        ),
        *(message | {"TopicArn": value} for value in ("", "x", TOPIC + "\0", TOPIC + " ", TOPIC.upper())),
        *(message | {"Message": value} for value in (None, "\ud800")),
    ]


def test_what_shows_that_it_is_unsigned_has_nothing_fetched(alone: Alone):
    messages = unsigned()
    answers = [alone.post(json.dumps(message).encode())[0] for message in messages]
    assert len(messages) >= 35
    assert set(answers) <= {400, 401}
    assert alone.amazon.fetched == []


def forged(n: int = 0, at: datetime = NOW) -> bytes:
    """Signed by somebody else; each `n` names another certificate."""
    url = CERTIFICATE_URL.replace("-0123", f"-{n:04x}") if n else CERTIFICATE_URL
    signature = base64.b64encode(bytes(256)).decode()
    return json.dumps(
        json.loads(sns(samples.ses_bounce(), at=at)[0]) | {"Signature": signature, "SigningCertURL": url}
    ).encode()


def test_forty_forged_messages_have_one_certificate_fetched(alone: Alone):
    assert {alone.post(forged())[0] for _ in range(40)} == {401}
    assert alone.amazon.fetched == [CERTIFICATE_URL]


def test_certificates_that_strangers_name_are_fetched_seldom(alone: Alone):
    assert {alone.post(forged(n))[0] for n in range(1, 41)} == {503}
    assert len(alone.amazon.fetched) == fetches.PER_HOUR


def test_certificates_that_strangers_name_do_not_displace_the_true_one(alone: Alone):
    assert alone.post(sns(samples.ses_bounce())[0])[0] == 200
    names = range(1, 4 * fetches.PER_HOUR + 1)
    for n in names:
        alone.amazon.answers[json.loads(forged(n))["SigningCertURL"]] = certificate()
    for n in names:
        alone.now += HOUR / fetches.PER_HOUR
        assert alone.post(forged(n, alone.now))[0] == 401
    assert len(alone.amazon.fetched) == 1 + len(names) > 2 * fetches.MOST_KEPT
    assert alone.post(sns(samples.ses_bounce(), at=alone.now)[0])[0] == 200
    assert alone.amazon.fetched.count(CERTIFICATE_URL) == 1


def test_messages_that_wait_for_a_certificate_share_one_fetch_and_hold_up_no_other_provider(bot: Bot):
    bot.amazon.answering.clear()
    with ThreadPoolExecutor(3 * routes.THREADS) as pool:
        waiting = [
            pool.submit(bot.post, "ses", *sns(samples.ses_bounce())) for _ in range(3 * routes.THREADS)
        ]
        try:
            assert bot.amazon.asked.wait(20)
            others = [bot.post("json", *own([samples.own(id=str(n))]))[0] for n in range(8)]
        finally:
            bot.amazon.answering.set()
        assert others == [200] * 8
        assert [each.result()[0] for each in waiting] == [200] * len(waiting)
    assert bot.amazon.fetched == [CERTIFICATE_URL]


def test_a_message_waits_for_a_certificate_only_so_long_and_gives_up_for_no_other(
    bot: Bot, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(routes, "WAIT_SECONDS", 0.01)
    bot.amazon.answering.clear()
    try:
        for n in range(1, fetches.THREADS + 1):  # the true one has to wait for a thread
            assert bot.post("ses", forged(n), {})[0] == 503
        assert bot.post("ses", *sns(samples.ses_bounce()))[0] == 503
    finally:
        bot.amazon.answering.set()
    monkeypatch.undo()
    assert bot.post("ses", *sns(samples.ses_bounce()))[0] == 200
    assert bot.amazon.fetched.count(CERTIFICATE_URL) == 1


def test_a_topic_that_the_setting_does_not_name_may_not_speak(alone: Alone):
    other, _ = sns(samples.ses_bounce(), TopicArn=TOPIC.replace("bounces", "others"))
    status, sentence = alone.post(other)
    assert (status, alone.amazon.fetched) == (401, [])
    assert "CLEANED_SES_TOPICS" in sentence


@pytest.mark.parametrize("days", [(-9, -1), (1, 9)])
def test_a_certificate_out_of_date_proves_nothing(alone: Alone, days: tuple[int, int]):
    since, until = (NOW + timedelta(days=each) for each in days)
    alone.amazon.answers[CERTIFICATE_URL] = certificate(since, until)
    assert [alone.post(sns(samples.ses_bounce())[0])[0] for _ in range(3)] == [401] * 3
    assert alone.amazon.fetched == [CERTIFICATE_URL]


@pytest.mark.parametrize("found", [b"", b"\0" * 100, b"-----BEGIN CERTIFICATE-----\n", ELLIPTIC_CERTIFICATE])
def test_what_is_no_certificate_proves_nothing(alone: Alone, found: bytes):
    alone.amazon.answers[CERTIFICATE_URL] = found
    assert [alone.post(sns(samples.ses_bounce())[0])[0] for _ in range(3)] == [401] * 3
    assert alone.amazon.fetched == [CERTIFICATE_URL]


def test_where_the_certificate_cannot_be_fetched_amazon_is_asked_to_come_again(bot: Bot):
    bot.amazon.answers.clear()
    body, headers = sns(samples.ses_bounce())
    status, _, answered = bot.request("POST", "/bounces/ses", body, headers)
    assert (status, answered["Retry-After"]) == (503, "5")
    bot.amazon.answers[CERTIFICATE_URL] = certificate()
    assert bot.post("ses", body, headers)[0] == 503  # it was asked just now
    bot.now += fetches.FIRST_PAUSE
    assert bot.post("ses", body, headers)[0] == 200
    assert bot.amazon.fetched == [CERTIFICATE_URL] * 2


def test_raw_message_delivery_is_unsigned_and_refused(alone: Alone):
    status, sentence = alone.post(json.dumps(samples.ses_bounce()).encode())
    assert status == 401
    assert "raw message delivery" in sentence


def test_a_subscription_is_confirmed_at_amazon_s_own_address(bot: Bot, caplog):
    caplog.set_level("INFO")
    bot.amazon.answers[SUBSCRIBE] = b"<ConfirmSubscriptionResponse/>"
    asked = sns(
        "You have chosen to subscribe…", Type="SubscriptionConfirmation", Token="2336", SubscribeURL=SUBSCRIBE
    )
    assert bot.post("ses", *asked)[0] == 200
    assert bot.post("ses", *asked)[0] == 200
    assert bot.amazon.fetched == [CERTIFICATE_URL, SUBSCRIBE]
    assert f"The subscription to {TOPIC} is confirmed." in caplog.text


@pytest.mark.parametrize(
    "url",
    [
        SUBSCRIBE.replace("https", "http"),
        SUBSCRIBE.replace(".com", ".com.cn"),
        SUBSCRIBE.replace("eu-west-3", "us-east-1"),
        SUBSCRIBE.replace("ConfirmSubscription", "Unsubscribe"),
        SUBSCRIBE.replace("/?", "/x?"),
        SUBSCRIBE.replace("/?", "/../?"),
        SUBSCRIBE + "#x",
        SUBSCRIBE + "/../",
        SUBSCRIBE + "\n",
        "https://169.254.169.254/",
        "https://example.org/",
    ],
)
def test_a_subscription_is_confirmed_nowhere_else(alone: Alone, url: str):
    asked, _ = sns("…", Type="SubscriptionConfirmation", Token="2336", SubscribeURL=url)
    assert alone.post(asked)[0] == 401
    assert alone.amazon.fetched == [CERTIFICATE_URL]


def test_a_subscription_that_cannot_be_confirmed_is_asked_for_again(bot: Bot):
    asked = sns("…", Type="SubscriptionConfirmation", Token="2336", SubscribeURL=SUBSCRIBE)
    assert [bot.post("ses", *asked)[0] for _ in range(10)] == [503] * 10
    assert bot.amazon.fetched == [CERTIFICATE_URL, SUBSCRIBE]
    bot.amazon.answers[SUBSCRIBE] = b"<ConfirmSubscriptionResponse/>"
    bot.now += fetches.FIRST_PAUSE
    assert bot.post("ses", *asked)[0] == 200


def test_the_end_of_a_subscription_is_logged_and_not_undone(bot: Bot, caplog):
    ended = sns("…", Type="UnsubscribeConfirmation", Token="2336", SubscribeURL=SUBSCRIBE)
    assert bot.post("ses", *ended)[0] == 200
    assert bot.amazon.fetched == [CERTIFICATE_URL]
    assert "was unsubscribed" in caplog.text


def test_what_was_changed_after_signing_is_refused(alone: Alone):
    body, _ = sns(samples.ses_bounce())
    for before, after in ((b"eventType", b"EventType"), (b"Autumn", b"Winter"), (b"22b80b92", b"22b80b93")):
        assert alone.post(body.replace(before, after))[0] == 401


class Answer(http.server.BaseHTTPRequestHandler):
    """A server of whatever the test puts into `said`."""

    said: tuple[int, dict[str, str], bytes]
    paths: list[str]

    def do_GET(self) -> None:
        self.paths.append(self.path)
        status, headers, body = self.said
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Nothing is logged."""


@pytest.fixture
def server() -> Iterator[tuple[type[Answer], str]]:
    answer = type("Answering", (Answer,), {"paths": []})
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), answer) as serving:
        Thread(target=serving.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        yield answer, f"http://127.0.0.1:{serving.server_port}/first"
        serving.shutdown()


def test_what_is_there_is_fetched(server: tuple[type[Answer], str]):
    answer, url = server
    answer.said = (200, {}, b"there")
    assert receiving.fetch(url) == b"there"


@pytest.mark.parametrize(
    "said",
    [
        (302, {"Location": "/second"}, b""),
        (404, {}, b"none"),
        (500, {}, b""),
        (200, {}, b"x" * (receiving.LARGEST_RESPONSE + 1)),
    ],
)
def test_no_redirect_is_followed_and_neither_errors_nor_large_answers_are_taken(
    server: tuple[type[Answer], str], said: tuple[int, dict[str, str], bytes]
):
    answer, url = server
    answer.said = said
    with pytest.raises(httpx.HTTPError):
        receiving.fetch(url)
    assert answer.paths == ["/first"]


def test_an_answer_that_takes_too_long_in_all_is_not_taken(
    server: tuple[type[Answer], str], monkeypatch: pytest.MonkeyPatch
):
    answer, url = server
    answer.said = (200, {}, b"there")
    monkeypatch.setattr(receiving, "FETCH_SECONDS", -1.0)
    with pytest.raises(httpx.HTTPError):
        receiving.fetch(url)
