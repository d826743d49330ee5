"""Whatever bytes come: no error, and an answer within a short time."""

import random
import time
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.bounces.events import EventKind
from bot.bounces.messages.reader import read
from tests.bot.bounces.messages import ALL

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
RAWS = [sample.raw for sample in ALL if sample.raw]
LONGEST_SECONDS = 10  # of processor time, on a slow machine, for the worst that was found


def assert_sound(raw: bytes) -> None:
    start = time.process_time()
    reading = read(raw, NOW)
    assert time.process_time() - start < LONGEST_SECONDS
    assert (reading.reason is None) == bool(reading.events)
    for event in reading.events:
        assert event.kind in {EventKind.HARD, EventKind.SOFT, EventKind.COMPLAINT}
        assert event.at <= NOW
        assert event.at.tzinfo is not None
        assert "@" in event.address
        for text in (event.address, event.diagnostic, event.campaign):
            assert text.isprintable()
            text.encode()


@given(st.binary(max_size=2000))
def test_any_bytes(raw):
    assert_sound(raw)


@given(st.sampled_from(RAWS), st.randoms(use_true_random=False), st.integers(1, 30))
def test_mutated_samples(raw, chance, changes):
    assert_sound(mutated(raw, chance, changes))


@given(st.sampled_from(RAWS), st.floats(0, 1))
def test_samples_that_were_cut_off(raw, share):
    assert_sound(raw[: int(len(raw) * share)])


@given(
    st.sampled_from(RAWS),
    st.sampled_from(
        [
            "utf-7",
            "utf-16",
            "idna",
            "punycode",
            "base64",
            "zlib",
            "unicode_escape",
            "x\0y",
            "hz",
            "rot13",
            "cp037",
        ]
    ),
)
def test_wrong_charsets(raw, charset):
    kind = b"Content-Type: text/plain; charset="
    assert_sound(raw.replace(b"Content-Type: text/plain", kind + charset.encode()))
    assert_sound(raw.replace(b"Subject: ", f"Subject: =?{charset}?b?//79/A==?= ".encode()))


@given(st.text(), st.text(), st.text())
def test_any_words_in_a_bounce(name, subject, body):
    assert_sound(
        f"From: {name} <mailer-daemon@example.net>\nSubject: failure {subject}\n\n{body}".encode(
            "utf-8", "replace"
        )
    )


_HEAD = b"From: MAILER-DAEMON@example.net\nSubject: failure notice\n"
_REPORT = (
    _HEAD + b"Content-Type: multipart/report; boundary=b\n\n--b\nContent-Type: message/delivery-status\n\n"
)
_FIELDS = (
    b"Final-Recipient: rfc822; a%d@example.com\nAction: failed\nDiagnostic-Code: smtp; "
    + b"user mailbox message account " * 100
    + b"\n\n"
)
_EVIL = {
    "nested": _HEAD
    + b"".join(b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (n, n) for n in range(3000)),
    "nested-messages": _HEAD + b"Content-Type: message/rfc822\n\n" * 3000,
    "same-boundary": _HEAD
    + b"Content-Type: multipart/mixed; boundary=b\n\n"
    + b"--b\nContent-Type: multipart/mixed; boundary=b\n\n" * 3000,
    "many-parts": _HEAD + b"Content-Type: multipart/mixed; boundary=b\n\n" + b"--b\n\nx\n" * 100_000,
    "huge-header": b"Subject: " + b"=?utf-8?q?a?= " * 100_000 + b"\n\n",
    "many-headers": b"".join(b"X-%d: y\n" % n for n in range(100_000)) + b"\n",
    "folded-headers": b"Subject: a\n" + b" b\n" * 300_000 + b"\n",
    "no-headers": b"no header\n" * 100_000 + b"Subject: x\n",
    "addresses": _HEAD + b"\n" + b"a@b.example " * 80_000,
    "address-lines": _HEAD + b"\n" + b"".join(b"<a%d@example.com>: no\n" % n for n in range(40_000)),
    "at-signs": _HEAD + b"\n" + b"@" * 500_000,
    "local-part": _HEAD + b"\n" + b"a" * 500_000 + b"@",
    "tags": _HEAD + b"Content-Type: text/html\n\n" + b"<a" * 300_000,
    "styles": _HEAD + b"Content-Type: text/html\n\n" + b"<style>" * 100_000 + b"<!--" * 100_000,
    "markers": _HEAD + b"\n" + b"--- original message\n.\n" * 40_000,
    "spaces": _HEAD + b"\n" + b" " * 1_000_000,
    "tabs-and-lines": _HEAD + b"\n" + b"\t\n \n" * 300_000,
    "words": _HEAD + b"\n<a@example.com>: " + b"user mailbox message account " * 40_000,
    "groups": _REPORT + b"".join(_FIELDS % n for n in range(2000)) + b"\n--b--\n",
    "fields": _REPORT + b"Final-Recipient: rfc822; a@example.com\nStatus: " + b"5." * 300_000 + b"\n--b--\n",
    "arrows": _HEAD + b"To: " + b"<" * 200_000 + b"\n\n" + b"<" * 300_000,
    "numbers": _HEAD + b"\n<a@example.com>: " + b"550 5.1." * 100_000,
    "dashes": _HEAD + b"\n" + b"-" * 500_000 + b"\n" + b"-=" * 200_000,
    "receipts": _HEAD + b"X-Failed-Recipients: " + b"a@example.com, " * 50_000 + b"\n\nuser unknown",
    "dates": b"Date: " + b"1 " * 100_000 + b"\n" + _HEAD + b"\n<a@example.com>: no",
    "base64": _HEAD + b"Content-Transfer-Encoding: base64\n\n" + b"=A=" * 300_000,
}


@pytest.mark.parametrize("name", _EVIL)
def test_what_is_made_to_take_long(name):
    assert_sound(_EVIL[name])


def mutated(raw: bytes, chance: random.Random, changes: int) -> bytes:
    """The message with bytes changed, pieces left out, doubled, and pieces of other samples put in."""
    message = bytearray(raw)
    for _ in range(changes):
        where, length = chance.randrange(len(message) + 1), chance.randrange(1, 60)
        other = chance.choice(RAWS)
        start = chance.randrange(len(other))
        pieces = (
            b"",
            bytes([chance.randrange(256)]),
            bytes(message[where : where + length]) * 2,
            other[start : start + length],
        )
        message[where : where + length] = chance.choice(pieces)
    return bytes(message)
