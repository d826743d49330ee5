"""Whatever comes in, from whoever holds the secret: 200 or 400, never a fault, never a hang."""

import copy
import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.bounces.events import MailEvent
from handlers.web.webhooks import own
from handlers.web.webhooks.providers import brevo, mailgun, mailtrap, postal, postmark, resend, sendgrid, ses
from handlers.web.webhooks.requests import InvalidBody, WebhookError, WebhookRequest
from handlers.web.webhooks.routes import RECEIVERS
from tests.conftest import NOW
from tests.handlers.web.webhooks import samples
from tests.handlers.web.webhooks.conftest import SENDERS, SETTINGS, Bot, raw

READERS = {
    "ses": lambda body: ses.read(body, NOW),
    "sendgrid": lambda body: sendgrid.read(body, NOW),
    "postmark": lambda body: postmark.read(body, NOW),
    "mailgun": lambda body: mailgun.read(body, NOW),
    "brevo": lambda body: brevo.read(body, NOW),
    "resend": lambda body: resend.read(body, NOW),
    "mailtrap": lambda body: mailtrap.read(body, NOW),
    "postal": lambda body: postal.read(body, NOW),
    "json": lambda body: own.read(body, NOW),
}
BODIES = {
    "ses": samples.HARD["ses"],
    "sendgrid": samples.HARD["sendgrid"],
    "postmark": samples.HARD["postmark"],
    "mailgun": {"event-data": samples.HARD["mailgun"]},
    "brevo": samples.HARD["brevo"],
    "resend": samples.HARD["resend"],
    "mailtrap": {"events": samples.HARD["mailtrap"]},
    "postal": samples.HARD["postal"],
    "json": {"events": samples.HARD["json"]},
}
TEXTS = st.text(st.characters(exclude_categories=[])) | st.sampled_from(
    ["\ud800", "\0", "a@b.c", "9" * 400, "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "<", "٣"]
)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=12,
)


def places(value: object, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Where something stands in a JSON value."""
    inner: list[tuple[Any, object]] = []
    if isinstance(value, dict):
        inner = list(value.items())
    elif isinstance(value, list):
        inner = list(enumerate(value))
    return [path, *(found for key, each in inner for found in places(each, (*path, key)))]


def changed(name: str) -> st.SearchStrategy[Any]:
    """The provider's hard bounce with other values in up to three places."""

    def put(changes: list[tuple[tuple[Any, ...], object]]) -> object:
        whole: Any = [copy.deepcopy(BODIES[name])]
        for path, value in changes:
            at = whole
            try:
                for key in (0, *path)[:-1]:
                    at = at[key]
                at[(0, *path)[-1]] = value
            except (KeyError, IndexError, TypeError):
                continue  # an earlier change took that place away
        return whole[0]

    change = st.tuples(st.sampled_from(places(BODIES[name])), VALUES)
    return st.lists(change, min_size=1, max_size=3).map(put)


def assert_no_address(told: str) -> None:
    assert "@" not in told


def check(event: MailEvent) -> None:
    for text in (
        event.address,
        event.code,
        event.diagnostic,
        event.campaign,
        event.audience,
        event.uid,
    ):
        assert "\0" not in text
        text.encode()
    assert event.address
    assert NOW - timedelta(days=366 * 27) < event.at <= NOW
    assert isinstance(event.at, datetime)


@pytest.mark.parametrize("name", SENDERS)
@given(data=st.data())
@settings(max_examples=150)
def test_any_change_of_a_body_is_read_or_refused(name: str, data: st.DataObject):
    body = raw(data.draw(changed(name) | VALUES | st.binary(max_size=200)))
    try:
        events = READERS[name](body).events
    except InvalidBody as refused:
        assert_no_address(refused.message + "".join(refused.faults))
        events = ()
    for event in events:
        check(event)


@pytest.mark.parametrize("name", SENDERS)
@given(
    body=st.binary(max_size=200) | VALUES.map(raw),
    headers=st.dictionaries(
        st.sampled_from(
            [
                "authorization",
                "x-cleaned-signature",
                "x-twilio-email-event-webhook-signature",
                "x-twilio-email-event-webhook-timestamp",
            ]
        ),
        TEXTS
        | TEXTS.map("Basic ".__add__)
        | TEXTS.map("Bearer ".__add__)
        | st.from_regex(r"t=\d+,v1=[0-9a-f]{64}"),
    ),
)
@settings(max_examples=100)
def test_whoever_does_not_hold_the_secret_is_refused(name: str, body: bytes, headers: dict[str, str]):
    receive = RECEIVERS[name](SETTINGS)
    assert receive
    with pytest.raises(WebhookError) as raised:
        receive(WebhookRequest(body, headers, NOW))
    assert raised.value.status in (400, 401)


@given(data=st.data())
@settings(max_examples=60)  # what one example stores is the next one's past
def test_no_body_over_http_is_a_fault_or_a_hang(bot: Bot, data: st.DataObject):
    name = data.draw(st.sampled_from(list(SENDERS)))
    value = data.draw(changed(name) | VALUES)
    if name == "mailgun":
        value = value.get("event-data") if isinstance(value, dict) else value
    if name == "ses":
        value = json.dumps(value)
    status, answer = bot.post(name, *SENDERS[name](raw(value) if name not in {"ses", "mailgun"} else value))
    assert status in (200, 400), answer
