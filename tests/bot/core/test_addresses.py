"""The verdict and the normal form are email-validator's; only quicker."""

import time

import pytest
from email_validator import EmailNotValidError, validate_email
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.core import addresses
from bot.core.addresses import (
    Address,
    BadAddressReason,
    InvalidAddress,
    find_addresses,
    try_validate,
    validate,
)
from tests.support import samples

LOCALS = st.one_of(
    st.from_regex(r"[A-Za-z0-9._+'-]{1,20}", fullmatch=True),
    st.from_regex(r"[!-~]{1,66}", fullmatch=True),
    st.sampled_from(
        ["Postmaster", "ABUSE", "élodie", "ﬁn", "a..b", ".a", "a.", '"a b"', "a" * 64, "a" * 65, "é" * 33]
    ),
)
LABELS = st.one_of(
    st.from_regex(r"[A-Za-z0-9-]{1,8}", fullmatch=True),
    st.sampled_from(
        [
            *"1a-",
            "xn--caf-dma",
            "xn--zzz",
            "ab--cd",
            "café",
            "CAFÉ",
            "a" * 63,
            "a" * 64,
            "ß",
            "İ",
            "。",
            "%",
            "_a",
            "",
        ]
    ),
)
ENDINGS = st.sampled_from(
    [
        "fr",
        "COM",
        "co.uk",
        "f",
        "1",
        "a1",
        "1a",
        "test",
        "Local",
        "localhost",
        "invalid",
        "example",
        "xn--p1ai",
        "-",
        "",
    ]
)
DOMAINS = st.builds(lambda labels, end: ".".join([*labels, end]), st.lists(LABELS, max_size=4), ENDINGS)
NEAR = st.builds("{}@{}".format, LOCALS, DOMAINS)


def _judged(text: str) -> tuple[str, str] | None:
    """email-validator's (normal form, domain) or None."""
    try:
        found = validate_email(text, check_deliverability=False)
    except EmailNotValidError:
        return None
    return found.normalized, found.domain


def _agrees(text: str) -> None:
    found, expected = try_validate(text), _judged(text.strip())
    if isinstance(found, BadAddressReason):
        assert expected is None
    else:
        assert expected is not None
        assert found == (expected[0], expected[0].lower(), expected[1].lower())


@settings(max_examples=700)
@given(NEAR)
@example("a@b.c--d.fr")
@example("a@xn--80ak6aa92e.com")
@example("POSTMASTER@Example.FR")
@example("a@[127.0.0.1]")
@example("Name <a@b.fr>")
@example("a@b.fr\n")
@example("a@b\u00adc.fr")
@example("a@" + "b." * 126 + "fr")
@example("a" * 64 + "@" + ("b" * 62 + ".") * 3 + "fr")
def test_what_nearly_is_an_address_is_judged_as_email_validator_does(text):
    _agrees(text)


@settings(max_examples=500)
@given(st.text(max_size=300))
def test_any_text_is_judged_as_email_validator_does(text):
    _agrees(text)


@settings(max_examples=500)
@given(
    st.text(st.characters(max_codepoint=127), max_size=30),
    st.text(st.characters(max_codepoint=127), max_size=260),
)
def test_any_ascii_around_an_at_is_judged_as_email_validator_does(local, domain):
    _agrees(f"{local}@{domain}")


def test_what_a_list_holds_is_judged_as_email_validator_does():
    for status in samples.HEADERS:
        for row in samples.rows(status, 1_000):
            _agrees(row[0])


def test_the_normal_form_of_a_normal_form_is_itself():
    address = validate("  Léa.Dupont@CAFÉ.fr ")
    assert address == Address("Léa.Dupont@café.fr", "léa.dupont@café.fr", "café.fr")
    assert validate(address.address) == address


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", BadAddressReason.EMPTY),
        ("  ", BadAddressReason.EMPTY),
        ("nobody", BadAddressReason.NO_AT),
        ("@b.fr", BadAddressReason.NO_LOCAL),
        ("a@", BadAddressReason.NO_DOMAIN),
        ("a b@c.fr", BadAddressReason.SPACES),
        ("a@b.test", BadAddressReason.SPECIAL_USE),
        ("a@localhost", BadAddressReason.SPECIAL_USE),
        ("a@b", BadAddressReason.BAD_DOMAIN),
        ("a@b..fr", BadAddressReason.BAD_DOMAIN),
        ("freddie@mailchii.&mp.com", BadAddressReason.BAD_DOMAIN),
        ("a..b@c.fr", BadAddressReason.BAD_LOCAL),
        ("a@b@c.fr", BadAddressReason.BAD_LOCAL),
        ("a" * 250 + "@b.fr", BadAddressReason.TOO_LONG),
        ("é" * 130 + "@b.fr", BadAddressReason.TOO_LONG),
    ],
)
def test_a_refusal_says_why_and_never_repeats_the_text(text, reason):
    with pytest.raises(InvalidAddress) as caught:
        validate(text)
    assert caught.value.reason is reason
    assert str(caught.value) == reason.value


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", []),
        ("no address here, @here or @channel", []),
        ("write to lea@gmial.com.", ["lea@gmial.com"]),
        ("<mailto:lea@gmial.com|lea@gmial.com> bounced", ["lea@gmial.com"]),
        ("<mailto:lea@gmial.com|Léa> bounced", ["lea@gmial.com"]),
        ("Léa <lea@b.fr>, (paul@c.fr); «anne@d.fr»", ["lea@b.fr", "paul@c.fr", "anne@d.fr"]),
        ("a@b.fr,c@d.fr;e@f.fr", ["a@b.fr", "c@d.fr", "e@f.fr"]),
        ("lea@gmail,com", ["lea@gmail,com"]),
        ("A@b.fr a@B.fr", ["A@b.fr"]),
        ("*lea@b.fr* _paul@c.fr_ `anne@d.fr`", ["lea@b.fr", "paul@c.fr", "anne@d.fr"]),
        ("tom&amp;co@b.fr", ["tom&co@b.fr"]),
        ("<@U123> <#C1|list> <!here> <https://x.fr/@y|see>", []),
        ("&lt;lea@b.fr&gt;", ["lea@b.fr"]),
        ("mailto:lea@b.fr", ["lea@b.fr"]),
        ("https://user@host.fr/", []),
    ],
)
def test_the_addresses_in_a_message_are_found(text, found):
    assert find_addresses(text) == found


@pytest.mark.parametrize(
    "text",
    [
        "",
        "nobody",
        "@b.fr",
        "a@",
        "a b@c.fr",
        "é b@c.fr",
        "a@b",
        "a@b..fr",
        "a..b@c.fr",
        "a@b@c.fr",
        "a@-b.fr",
    ],
)
def test_what_plain_rules_refuse_is_refused_without_email_validator(text, monkeypatch: pytest.MonkeyPatch):
    """It takes fifty times as long, and a file may hold any number of such rows."""
    addresses._is_domain.cache_clear()
    monkeypatch.setattr(addresses, "validate_email", None)
    assert isinstance(try_validate(text), BadAddressReason)


@given(st.text(st.sampled_from("ab.@<>|,; \n&ltmo:/éI"), max_size=200))
def test_what_is_found_in_a_message_is_near_an_address(text):
    for address in find_addresses(text):
        local, _, domain = address.rpartition("@")
        assert local
        assert domain
        assert not set(address) & set(" \n<>|")


@pytest.mark.parametrize("piece", ["<", "<mailto:", "@", "a@", ",", "a@b,", "<mailto:a|", "&lt;", "https://"])
def test_a_long_message_is_searched_in_linear_time(piece):
    """40,000 characters are the most that Slack lets through."""
    start = time.process_time()
    find_addresses(piece * (40_000 // len(piece)))
    assert time.process_time() - start < 1
