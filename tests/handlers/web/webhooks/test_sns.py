"""Amazon SNS: who may speak, and which certificate may prove it."""

import json
from datetime import timedelta

import pytest

from tests.conftest import NOW
from tests.handlers.web.webhooks import samples
from tests.handlers.web.webhooks.conftest import CERTIFICATE_URL, TOPIC, Bot, certificate, sns

SUBSCRIBE = "https://sns.eu-west-3.amazonaws.com/?Action=ConfirmSubscription&TopicArn=x&Token=2336412f37"


@pytest.mark.parametrize("version", ["1", "2"])
def test_both_versions_of_the_signature_hold_and_the_certificate_is_fetched_once(bot: Bot, version: str):
    for _ in range(3):
        assert bot.post("ses", *sns(samples.ses_bounce(), version=version))[0] == 200
    assert bot.amazon.fetched == [CERTIFICATE_URL]


def test_another_version_does_not(bot: Bot):
    assert bot.post("ses", *sns(samples.ses_bounce(), SignatureVersion="3"))[0] == 401


@pytest.mark.parametrize(
    "url",
    [
        "http://sns.eu-west-3.amazonaws.com/a.pem",
        "https://sns.eu-west-3.amazonaws.com.example.org/a.pem",
        "https://sns.eu-west-3.amazonaws.com@example.org/a.pem",
        "https://user@sns.eu-west-3.amazonaws.com/a.pem",
        "https://sns.eu-west-3.amazonaws.com:8443/a.pem",
        "https://SNS.eu-west-3.amazonaws.com/a.pem",
        "https://sns.us-east-1.amazonaws.com/a.pem",  # not the topic's region
        "https://sns.eu-west-3.evil.amazonaws.com/a.pem",
        "https://bucket.s3.eu-west-3.amazonaws.com/a.pem",
        "https://sns.eu-west-3.amazonaws.com/a.txt",
        "https://sns.eu-west-3.amazonaws.com/a?x=.pem",
        "https://sns.eu-west-3.amazonaws.com/a#.pem",
        "https://sns.eu-west-3.amazonaws.com\\@example.org/a.pem",
        "https://sns.eu-west-3.amazonaws.com/\n.pem",
        "https://[sns.eu-west-3.amazonaws.com/a.pem",
        "//sns.eu-west-3.amazonaws.com/a.pem",
        "",
    ],
)
def test_a_certificate_from_anywhere_else_is_not_even_fetched(bot: Bot, url: str):
    assert bot.post("ses", *sns(samples.ses_bounce(), SigningCertURL=url))[0] == 401
    assert bot.amazon.fetched == []


def test_a_topic_that_the_setting_does_not_name_may_not_speak(bot: Bot):
    other = sns(samples.ses_bounce(), TopicArn=TOPIC.replace("bounces", "others"))
    status, answer = bot.post("ses", *other)
    assert (status, bot.amazon.fetched) == (401, [])
    assert "CLEANED_SES_TOPICS" in answer["error"]


@pytest.mark.parametrize("days", [(-9, -1), (1, 9)])
def test_a_certificate_out_of_date_proves_nothing(bot: Bot, days: tuple[int, int]):
    since, until = (NOW + timedelta(days=each) for each in days)
    bot.amazon.answers[CERTIFICATE_URL] = certificate(since, until)
    assert bot.post("ses", *sns(samples.ses_bounce()))[0] == 401


def test_what_is_no_certificate_proves_nothing(bot: Bot):
    bot.amazon.answers[CERTIFICATE_URL] = b"-----BEGIN CERTIFICATE-----\n"
    assert bot.post("ses", *sns(samples.ses_bounce()))[0] == 401


def test_where_the_certificate_cannot_be_fetched_amazon_is_asked_to_come_again(bot: Bot):
    bot.amazon.answers.clear()
    body, headers = sns(samples.ses_bounce())
    status, _, answered = bot.request("POST", "/bounces/ses", body, headers)
    assert (status, answered["Retry-After"]) == (503, "5")
    bot.amazon.answers[CERTIFICATE_URL] = certificate()
    assert bot.post("ses", body, headers)[0] == 200


def test_raw_message_delivery_is_unsigned_and_refused(bot: Bot):
    body = json.dumps(samples.ses_bounce()).encode()
    status, answer = bot.post("ses", body, {"x-amz-sns-rawdelivery": "true"})
    assert status == 401
    assert "raw message delivery" in answer["error"]


def test_a_subscription_is_confirmed_at_amazon_s_own_address(bot: Bot, caplog):
    caplog.set_level("INFO")
    bot.amazon.answers[SUBSCRIBE] = b"<ConfirmSubscriptionResponse/>"
    asked = sns(
        "You have chosen to subscribe…", Type="SubscriptionConfirmation", Token="2336", SubscribeURL=SUBSCRIBE
    )
    assert bot.post("ses", *asked)[0] == 200
    assert bot.amazon.fetched == [CERTIFICATE_URL, SUBSCRIBE]
    assert f"The subscription to {TOPIC} is confirmed." in caplog.text


@pytest.mark.parametrize(
    "url",
    [
        "http://sns.eu-west-3.amazonaws.com/?Action=ConfirmSubscription",
        "https://169.254.169.254/",
        "https://example.org/",
    ],
)
def test_a_subscription_is_confirmed_nowhere_else(bot: Bot, url: str):
    asked = sns("…", Type="SubscriptionConfirmation", Token="2336", SubscribeURL=url)
    assert bot.post("ses", *asked)[0] == 401
    assert bot.amazon.fetched == [CERTIFICATE_URL]


def test_a_subscription_that_cannot_be_confirmed_is_asked_for_again(bot: Bot):
    asked = sns("…", Type="SubscriptionConfirmation", Token="2336", SubscribeURL=SUBSCRIBE)
    assert bot.post("ses", *asked)[0] == 503


def test_the_end_of_a_subscription_is_logged_and_not_undone(bot: Bot, caplog):
    ended = sns("…", Type="UnsubscribeConfirmation", Token="2336", SubscribeURL=SUBSCRIBE)
    assert bot.post("ses", *ended)[0] == 200
    assert bot.amazon.fetched == [CERTIFICATE_URL]
    assert "was unsubscribed" in caplog.text


def test_what_was_changed_after_signing_is_refused(bot: Bot):
    body, headers = sns(samples.ses_bounce())
    for before, after in ((b"eventType", b"EventType"), (b"Autumn", b"Winter"), (b"22b80b92", b"22b80b93")):
        assert bot.post("ses", body.replace(before, after), headers)[0] == 401
