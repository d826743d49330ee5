"""Each provider's list is read to its end, whatever happens meanwhile, and the key goes nowhere else."""

import json
import logging
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import settings as few
from hypothesis import strategies as st
from pydantic import ValidationError

from bot.bounces.suppressions import KINDS, ListNotSetUp, Provider
from bot.core.settings import BadSetting
from storage.bounces.suppressions.api import LONGEST_WAIT_SECONDS, TRIES
from storage.bounces.suppressions.entries import Suppression, parsed_time
from storage.bounces.suppressions.errors import (
    InvalidAnswer,
    InvalidApiUrl,
    KeyRefused,
    NoSuchList,
    ProviderBusy,
    ProviderUnreachable,
    RequestRefused,
    SuppressionListError,
)
from tests.conftest import NOW
from tests.support.suppression_lists import (
    ACCOUNTS,
    DOMAINS,
    FIRST,
    KEY,
    SETTINGS,
    Account,
    Brevo,
    Listed,
    SendGrid,
    listed,
)
from tests.support.suppression_reading import Waits, read, settings

PAGE_SIZES = {"ses": 1000, "sendgrid": 500, "postmark": 1000, "mailgun": 1000, "brevo": 100}
providers = pytest.mark.parametrize("provider", list(ACCOUNTS))


def addresses(found: list[Suppression]) -> list[str]:
    return sorted(entry.address for entry in found)


class Answers:
    """A server that answers what it is told; keeps the requests."""

    def __init__(self, answer: Callable[[httpx.Request], httpx.Response]) -> None:
        self.answer = answer
        self.requests: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        return self.answer(request)


@providers
@pytest.mark.parametrize("pages", [0, 1, 2])
@pytest.mark.parametrize("more", [-1, 0, 1])
def test_a_list_of_any_length_is_complete_and_has_each_entry_once(provider: str, pages: int, more: int):
    entries = listed(max(0, pages * PAGE_SIZES[provider] + more))
    found = read(provider, ACCOUNTS[provider](entries))
    assert addresses(found) == sorted(each.address for each in entries)


@providers
def test_an_entry_has_the_providers_reason_and_time_and_the_servers_words(provider: str):
    entries = [Listed("ada@example.com"), Listed("bob@example.com", "complaint", FIRST.replace(day=2))]
    found = {entry.address: entry for entry in read(provider, ACCOUNTS[provider](entries))}
    kinds = {address: KINDS[Provider(provider)][entry.reason] for address, entry in found.items()}
    assert kinds == {"ada@example.com": "hard", "bob@example.com": "complaint"}
    assert [entry.at for entry in found.values()] == [each.at for each in sorted(entries, key=_order(found))]
    if provider in ("sendgrid", "mailgun"):
        assert "550 5.1.1 no such user" in found["ada@example.com"].diagnostic


def _order(found: dict[str, Suppression]) -> Callable[[Listed], int]:
    return lambda each: list(found).index(each.address)


@providers
def test_what_passes_is_tried_again_after_the_pause_that_the_provider_asks_for(provider: str):
    reset = str(int(NOW.timestamp()) + 40)
    account = ACCOUNTS[provider](listed(3))
    account.faults = {
        1: (429, {"Retry-After": "7"}),
        2: (429, {"Retry-After": "Tue, 24 Nov 2026 09:31:00 GMT"}),
        3: (500, {"X-RateLimit-Reset": reset}),
    }
    waits = Waits()
    assert len(read(provider, account, waits)) == 3
    assert waits.pauses == [7, 53, 0]


@pytest.mark.parametrize(
    ("header", "value", "seconds"),
    [
        ("X-RateLimit-Reset", str(int(NOW.timestamp()) + 40), 40),
        ("X-RateLimit-Reset", "12", 12),
        ("x-sib-ratelimit-reset", "33", 33),
        ("X-RateLimit-Reset", "1392815263", 0),
        ("Retry-After", "soon", 0),
        ("Retry-After", "-5", 0),
        ("Retry-After", "nan", 0),
    ],
)
def test_every_way_to_say_when_the_limit_ends_is_understood(header: str, value: str, seconds: float):
    account = SendGrid(listed(3), faults={1: (429, {header: value})})
    waits = Waits()
    assert len(read("sendgrid", account, waits)) == 3
    assert waits.pauses == [seconds]


@providers
@pytest.mark.parametrize("status", [0, 429, 500, 503])
def test_what_does_not_pass_ends_after_some_tries_with_an_error_that_says_which(provider: str, status: int):
    account = ACCOUNTS[provider](listed(3), faults=dict.fromkeys(range(1, 100), (status, {})))
    expected = ProviderBusy if status == 429 else ProviderUnreachable
    with pytest.raises(expected):
        read(provider, account)
    assert account.requests == TRIES


def test_a_pause_of_hours_is_not_waited_for():
    account = SendGrid(listed(3), faults={1: (429, {"Retry-After": str(LONGEST_WAIT_SECONDS + 1)})})
    waits = Waits()
    with pytest.raises(ProviderBusy):
        read("sendgrid", account, waits)
    assert waits.pauses == []


WRONG: dict[str, tuple[dict[str, Any], type[SuppressionListError]]] = {
    "ses": ({"CLEANED_SES_KEY": "AKIDEXAMPLE:wrong"}, KeyRefused),
    "sendgrid": ({"CLEANED_SENDGRID_API_KEY": "wrong"}, KeyRefused),
    "postmark": ({"CLEANED_POSTMARK_API_TOKEN": "wrong"}, KeyRefused),
    "mailgun": ({"CLEANED_MAILGUN_API_KEY": "wrong"}, KeyRefused),
    "brevo": ({"CLEANED_BREVO_API_KEY": "wrong"}, KeyRefused),
}


@providers
def test_a_wrong_key_is_said_at_once(provider: str):
    changed, error = WRONG[provider]
    account = ACCOUNTS[provider](listed(3))
    with pytest.raises(error):
        read(provider, account, **changed)
    assert account.requests == 1


def test_another_region_or_domain_is_said():
    with pytest.raises(KeyRefused):
        read("ses", ACCOUNTS["ses"](listed(3)), CLEANED_SES_REGION="us-east-1")
    with pytest.raises(NoSuchList):
        read("mailgun", ACCOUNTS["mailgun"](listed(3)), CLEANED_MAILGUN_DOMAINS="other.example.com")


@providers
@pytest.mark.parametrize("status", [301, 400, 422])
def test_what_is_refused_is_not_tried_again(provider: str, status: int):
    account = ACCOUNTS[provider](listed(3), faults={1: (status, {"Location": "https://else.example/"})})
    with pytest.raises(RequestRefused) as refused:
        read(provider, account)
    assert refused.value.values["status"] == status
    assert account.requests == 1


NEEDED = [(name.split("_")[1].lower(), name) for name in SETTINGS]


@pytest.mark.parametrize(("provider", "name"), NEEDED)
def test_a_missing_setting_is_named_before_anything_is_asked(provider: str, name: str):
    account = ACCOUNTS[provider](listed(3))
    unset: dict[str, Any] = {name: "" if name == "CLEANED_MAILGUN_DOMAINS" else None}
    with pytest.raises(ListNotSetUp) as missing:
        read(provider, account, **unset)
    assert missing.value.values == {"name": name}
    assert account.requests == 0


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("CLEANED_SES_KEY", "only-an-id"),
        ("CLEANED_SES_KEY", "id:"),
        ("CLEANED_SES_KEY", "id:secret:token:more"),
        ("CLEANED_SES_REGION", "eu-west-3.evil.example/"),
        ("CLEANED_BREVO_API_KEY", "two\nlines"),
        ("CLEANED_SENDGRID_API_KEY", "clé"),
    ],
)
def test_a_setting_that_can_not_be_right_is_refused(
    name: str, value: str, monkeypatch: pytest.MonkeyPatch, tmp_path
):
    from bot.core.settings import load

    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv(name, value)
    with pytest.raises(BadSetting) as bad:
        load()
    assert bad.value.values["name"] == name


@pytest.mark.parametrize(
    "url",
    [
        "http://api.sendgrid.com",
        "http://127.0.0.1.example.com",
        "ftp://127.0.0.1",
        "https://user:password@api.sendgrid.com",
        "https://api.sendgrid.com?a=b",
        "https://api.sendgrid.com#a",
        "https://",
        "api.sendgrid.com",
    ],
)
def test_another_base_has_to_be_https_and_a_host_alone(url: str):
    account = SendGrid(listed(1))
    with pytest.raises((InvalidApiUrl, ValidationError)):  # of the client, and of the setting
        read("sendgrid", account, CLEANED_PROVIDER_URL=url)
    assert account.requests == 0


def test_the_base_of_another_region_and_of_this_machine_are_used():
    for base in (
        "https://api.eu.sendgrid.com",
        "https://api.eu.sendgrid.com/",
        "http://127.0.0.1:9",
        "http://[::1]",
    ):
        server = Answers(lambda _: httpx.Response(200, json=[]))
        assert read("sendgrid", server, CLEANED_PROVIDER_URL=base) == []
        assert {str(request.url).startswith(base.rstrip("/") + "/v3/") for request in server.requests} == {
            True
        }


@pytest.mark.parametrize(
    "following",
    [
        "https://evil.example/v3/mg.example.com/bounces?page=next",
        "http://api.mailgun.net/v3/mg.example.com/bounces",
        "https://api.mailgun.net:444/v3/mg.example.com/bounces",
        "https://api.mailgun.net@evil.example/",
        "https://a:b@api.mailgun.net/v3/mg.example.com/bounces",
        "//evil.example/",
        "https://[",
        "",
        None,
        7,
    ],
)
def test_mailguns_next_page_is_not_fetched_from_another_server(following: Any):
    page = {"items": [{"address": "ada@example.com"}], "paging": {"next": following}}
    server = Answers(lambda _: httpx.Response(200, json=page))
    with pytest.raises(InvalidAnswer):
        read("mailgun", server)
    assert len(server.requests) == 1


REPEATED: dict[str, Any] = {
    "ses": {"SuppressedDestinationSummaries": [{"EmailAddress": "a@b.example"}], "NextToken": "same"},
    "sendgrid": [{"email": f"a{n}@b.example"} for n in range(500)],
    "mailgun": {
        "items": [{"address": "a@b.example"}],
        "paging": {"next": f"https://api.mailgun.net/v3/{DOMAINS[0]}/complaints?page=next&address=a"},
    },
    "brevo": {"count": 1_000, "contacts": [{"email": f"a{n}@b.example"} for n in range(100)]},
}


@pytest.mark.parametrize("provider", list(REPEATED))
def test_a_list_that_repeats_itself_ends(provider: str):
    server = Answers(lambda _: httpx.Response(200, json=REPEATED[provider]))
    with pytest.raises(InvalidAnswer):
        read(provider, server)
    assert len(server.requests) <= 3


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                "items paging next contacts count reason code email created created_at address Suppressions "
                "MessageStreams ID EmailAddress NextToken SuppressedDestinationSummaries LastUpdateTime".split()
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=8,
)


@providers
@few(max_examples=40, deadline=None)
@given(body=JSON | st.binary())
def test_any_answer_gives_entries_or_an_error_with_a_sentence(provider: str, body: Any):
    def answer(_: httpx.Request) -> httpx.Response:
        return httpx.Response(200, content=body if isinstance(body, bytes) else json.dumps(body).encode())

    try:
        found = read(provider, Answers(answer))
    except SuppressionListError:
        return
    assert all(isinstance(entry, Suppression) for entry in found)


@pytest.mark.parametrize("account_type", [SendGrid, Brevo])
@few(max_examples=25, deadline=None)
@given(
    n=st.integers(0, 1_300),
    removals=st.dictionaries(st.integers(1, 30), st.sets(st.integers(0, 1_299), max_size=400), max_size=4),
    added=st.dictionaries(st.integers(1, 30), st.integers(1, 120), max_size=3),
)
def test_entries_that_stay_are_read_although_others_come_and_go(
    account_type: type[Account], n: int, removals: dict[int, set[int]], added: dict[int, int]
):
    entries = listed(n)
    gone = {each.address for indexes in removals.values() for each in _picked(entries, indexes)}
    staying = {each.address for each in entries} - gone
    account = account_type(list(entries))

    def change(request: int) -> None:
        out = {each.address for each in _picked(entries, removals.get(request, set()))}
        account.entries[:] = [each for each in account.entries if each.address not in out]
        late = added.get(request, 0)
        account.entries += [Listed(f"late{request}-{i}@d.example", at=NOW) for i in range(late)]

    account.before = change
    found = addresses(read("sendgrid" if account_type is SendGrid else "brevo", account))
    assert staying <= set(found)
    assert len(found) == len(set(found))


def _picked(entries: list[Listed], indexes: set[int]) -> list[Listed]:
    return [each for n, each in enumerate(entries) if n in indexes]


@providers
def test_neither_key_nor_address_is_logged(provider: str, caplog: pytest.LogCaptureFixture):
    caplog.set_level(logging.DEBUG)
    account = ACCOUNTS[provider](listed(PAGE_SIZES[provider] + 1), faults={1: (500, {})})
    read(provider, account)
    assert "500" in caplog.text
    for secret in (KEY, "person"):
        assert secret not in caplog.text


@providers
def test_no_key_is_in_the_settings_repr(provider: str):
    assert KEY not in repr(settings())


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (1_777_622_400, FIRST),
        (1_777_622_400_000, FIRST),
        (1_777_622_400.0, FIRST),
        ("1777622400", FIRST),
        ("2026-05-01T08:00:00Z", FIRST),
        ("2026-05-01T10:00:00.000+02:00", FIRST),
        ("2026-05-01T04:00:00-04:00", FIRST),
        ("2026-05-01T08:00:00", FIRST),
        ("Fri, 01 May 2026 08:00:00 GMT", FIRST),
        ("Fri, 01 May 2026 08:00:00 UTC", FIRST),
        ("Fri, 01 May 2026 10:00:00 +0200", FIRST),
        ("yesterday", None),
        ("", None),
        (None, None),
        (True, None),
        (1e300, None),
        (float("nan"), None),
        ("9" * 400, None),
        ([], None),
    ],
)
def test_every_form_of_a_time_is_read(value: object, expected: object):
    assert parsed_time(value) == expected
