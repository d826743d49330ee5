"""An address is found however it is written, and nobody else's is."""

import base64
import json
import quopri
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.privacy.spellings import ERASED, Spellings

ANN = "ann.o+news@sub.example.com"
MINE = Spellings([ANN])
IDN = Spellings(["zoé@école.example"])
WRITTEN = (
    ANN,
    "Ann.O+News@Sub.Example.COM",
    "<ann.o+news@sub.example.com>",
    "mailto:ann.o+news@sub.example.com?subject=x",
    "'ann.o+news@sub.example.com', unknown",
    "rfc822;ann.o+news@sub.example.com.",
    "https://x.example/u?e=ann.o+news%40sub.example.com&x=1",
    "%3Cann.o+news@sub.example.com%3E",
    "bounce-7+ann.o+news=sub.example.com@lists.example.org",
    r"a line\nann.o+news@sub.example.com\r\n",
    "prvs=123=ann.o+news@sub.example.com",
)
OTHERS = (
    "joann.o+news@sub.example.com",
    "x.ann.o+news@sub.example.com",
    "o'ann.o+news@sub.example.com",
    "dot-ann.o+news@sub.example.com",
    "ann.o+news@sub.example.com.au",
    "ann.o+news@sub.example.community",
    "ann.o+news@sub-example.com",
    "annXo+news@sub.example.com",
    "ann.o@sub.example.com",
    "",
)


@pytest.mark.parametrize("text", WRITTEN)
def test_it_is_found_and_taken_out_of_a_text(text: str):
    assert MINE.mentions(text)
    assert MINE.mentions({"a": [{"b": text}]})
    assert MINE.mentions({text: 1})
    assert ERASED in MINE.without(text)
    assert not MINE.mentions(MINE.without({text: [text, 3, None]}))


@pytest.mark.parametrize("text", OTHERS)
def test_an_address_that_only_resembles_it_stays(text: str):
    assert not MINE.mentions(text)
    assert MINE.without([text]) == [text]


@pytest.mark.parametrize("text", ["ZOÉ@ÉCOLE.example", "zoé@xn--cole-9oa.example"])
def test_a_domain_is_found_in_both_its_forms_in_whatever_case(text: str):
    assert IDN.mentions(text)
    assert IDN.mentions(json.dumps({"a": text}))
    assert IDN.mentions(quote(text))


@pytest.mark.parametrize(
    ("encoding", "body"),
    [
        ("7bit", f"550 {ANN} unknown".encode()),
        ("base64", base64.encodebytes(f"550 {ANN} unknown".encode())),
        ("quoted-printable", quopri.encodestring(f"{'é' * 30} 550 {ANN} unknown {'é' * 30}".encode())),
    ],
)
def test_it_is_found_in_a_message_however_a_part_is_encoded(encoding: str, body: bytes):
    head = f"Content-Type: multipart/mixed; boundary=x\n\n--x\nContent-Transfer-Encoding: {encoding}\n\n"
    assert MINE.mentions(head.encode() + body + b"\n--x--\n")
    assert not MINE.mentions(head.encode() + b"aGVsbG8=\n--x--\n")


@given(st.text(st.characters(codec="ascii", categories=["L", "N"]), min_size=1), st.sampled_from("._-+"))
def test_any_address_is_found_in_a_link_and_not_in_a_longer_one(local: str, sign: str):
    address = f"{local.lower()}{sign}a@example.com"
    mine = Spellings([address])
    assert mine.mentions(f"https://x.example/?u={quote(address)}")
    assert mine.mentions(f"Dear {address.upper()}, hello")
    assert not mine.mentions(f"x{sign}{address} {address}x")


def test_a_text_is_the_address_only_as_a_whole():
    assert MINE.are(f" {ANN.upper()} ")
    assert not MINE.are(f"o'{ANN}")
    assert not MINE.are(None)
