"""Secrets, tokens and signatures are compared exactly: no other text passes for one."""

import base64
import json

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from handlers.web.webhooks.credentials import basic_credentials, bearer_token, constant_time_equals
from handlers.web.webhooks.requests import Unauthenticated, WebhookError, WebhookRequest
from handlers.web.webhooks.routes import RECEIVERS
from tests.conftest import NOW
from tests.handlers.web.webhooks import conftest as senders
from tests.handlers.web.webhooks import samples
from tests.handlers.web.webhooks.conftest import SECRET, SENDERS, SETTINGS

TEXTS = st.text(st.characters(exclude_categories=[]), max_size=8)
# What a database, a header or a lenient reader takes away or replaces.
LOST = ["\0", " ", "\t", "\n", "\r", "\x1f", "\x85", "\xa0", "\u200b", "\ud800", "\udcff", "?", "\ufffd", "="]


def around(text: str) -> list[str]:
    """Texts that a lenient reader takes for this one."""
    put = [each for lost in LOST for each in (text + lost, lost + text, text[:5] + lost + text[5:])]
    put += [text.upper(), text[:-1], text * 2, text + "x" * 500, text.replace("a", "\uff41"), ""]
    return [each for each in put if each != text]


def status(name: str, body: bytes, headers: dict[str, str]) -> int:
    receive = RECEIVERS[name](SETTINGS)
    assert receive
    try:
        receive(WebhookRequest(body, {name.lower(): value for name, value in headers.items()}, NOW))
    except WebhookError as error:
        return error.status
    return 200


@given(TEXTS, TEXTS)
@example("a?b", "a\ud800b")
@example("\udcff", "\udcfe")
@example("secret", "secret\0")
@example("\u00e9", "e\u0301")
def test_two_texts_are_equal_only_if_they_are_the_same(received: str, expected: str):
    assert constant_time_equals(received, received)
    assert constant_time_equals(received, expected) == (received == expected)


@given(TEXTS)
def test_an_authorization_header_is_read_as_it_is(text: str):
    assert bearer_token(f"Bearer {text}") == text
    assert bearer_token(f"Basic {text}") == basic_credentials(f"Bearer {text}") == ""
    encoded = base64.b64encode(text.encode("utf-8", "surrogatepass")).decode()
    assert basic_credentials(f"basic {encoded}") in (text, "")  # "" where it is not UTF-8
    assert basic_credentials(f"Basic {encoded} ") == basic_credentials(f"Basic \x1f{encoded}") == ""


def basic(credentials: str) -> dict[str, str]:
    encoded = base64.b64encode(credentials.encode("utf-8", "surrogatepass")).decode()
    return {"Authorization": f"Basic {encoded}"}


def test_no_other_token_of_brevo_passes():
    """It may be the password of Basic authentication too, of any user."""
    body, headers = senders.brevo(samples.HARD["brevo"])
    assert status("brevo", body, headers) == status("brevo", body, basic(f"x:{SECRET}")) == 200
    for value in around(SECRET):
        assert status("brevo", body, {"Authorization": f"Bearer {value}"}) == 401, value
        assert status("brevo", body, basic(f"x:{value}")) == 401, value


def test_no_other_credentials_of_postmark_pass():
    body, headers = senders.postmark(samples.HARD["postmark"])
    assert status("postmark", body, headers) == 200
    for value in around(f"postmark:{SECRET}"):
        assert status("postmark", body, basic(value)) == 401, value


@pytest.mark.parametrize("name", ["token", "timestamp", "signature"])
def test_no_other_token_time_or_signature_of_mailgun_passes(name: str):
    body = json.loads(senders.mailgun(samples.HARD["mailgun"])[0])
    assert status("mailgun", json.dumps(body).encode(), {}) == 200
    value = body["signature"][name]
    for other in [*around(value), f"{value}.0", f"+{value}", f"0{value}", "\u0661" * 10]:
        changed = body | {"signature": body["signature"] | {name: other}}
        assert status("mailgun", json.dumps(changed).encode(), {}) == 401, other
    malformed: list[object] = [None, 5, [value], {}]
    for no_text in malformed:
        changed = body | {"signature": body["signature"] | {name: no_text}}
        assert status("mailgun", json.dumps(changed).encode(), {}) in (400, 401), no_text


def test_no_digit_moves_between_mailgun_s_time_and_its_token():
    body = json.loads(senders.mailgun(samples.HARD["mailgun"], token="1234567890" * 5)[0])
    assert status("mailgun", json.dumps(body).encode(), {}) == 200
    both = body["signature"]["timestamp"] + body["signature"]["token"]
    for n in (*range(10), *range(11, 25)):
        changed = body | {"signature": body["signature"] | {"timestamp": both[:n], "token": both[n:]}}
        assert status("mailgun", json.dumps(changed).encode(), {}) == 401, n


@pytest.mark.parametrize("name", ["sendgrid", "json"])
def test_no_other_header_passes_where_a_header_signs(name: str):
    body, headers = SENDERS[name](samples.HARD[name])
    assert status(name, body, headers) == 200
    for key, value in headers.items():
        for other in (
            value[:-1],
            value[1:],
            value + "\0",
            value + "\ud800",
            f"\0{value}",
            value.replace("1", "\u0661"),
        ):
            if other != value:
                assert status(name, body, headers | {key: other}) == 401, (key, other)


@given(st.sampled_from(["postmark", "brevo"]), TEXTS, st.sampled_from(["Basic", "Bearer", "bAsIc", ""]))
@settings(max_examples=100)
def test_no_header_of_a_stranger_passes(name: str, text: str, scheme: str):
    body, _ = SENDERS[name](samples.HARD[name])
    receive = RECEIVERS[name](SETTINGS)
    assert receive
    with pytest.raises(Unauthenticated):
        receive(WebhookRequest(body, {"authorization": f"{scheme} {text}"}, NOW))
