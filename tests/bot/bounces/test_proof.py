"""With a key, a bounce message counts as more than soft only for the recipient whose tag is in it."""

import hashlib
import hmac
import re
import subprocess
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.bounces import mailbox, proof
from bot.bounces.events import EventKind
from storage.bounces.message_files import MailMessage
from storage.core.database import Database
from tests.conftest import NOW
from tests.support import mails
from tests.support.bot.intake import audience, contact

KEY = "a key that nobody guesses"
ANN, BEN = "ann@example.com", "ben@example.com"
DOCUMENT = (Path(__file__).parents[3] / "docs/bounces.md").read_text(encoding="utf-8")


def returned(raw: bytes, path: str) -> bytes:
    """The message as it comes to that return path."""
    return raw.replace(b"news-bounces@example.org", path.encode())


def kinds(raw: bytes, key: str | None = KEY) -> dict[str, EventKind]:
    """Address → kind."""
    messages = mailbox.read_messages([MailMessage("box", raw, len(raw))], NOW, key=key)
    return {event.address: event.kind for _, event in messages.events}


def plain(address: str) -> str:
    return f"bounces+{proof.tag(address, KEY)}@list.example.com"


def verp(address: str) -> str:
    return f"bounces+{proof.tag(address, KEY)}-{address.replace('@', '=')}@list.example.com"


@pytest.mark.parametrize("path", [plain, verp])
def test_only_the_tag_of_the_recipient_proves_a_bounce(path):
    assert kinds(returned(mails.bounce(ANN), path(ANN))) == {ANN: EventKind.HARD}
    assert kinds(returned(mails.bounce(ANN), path(ANN).upper())) == {ANN: EventKind.HARD}
    assert kinds(returned(mails.bounce("Ann@EXAMPLE.com"), plain(ANN))) == {"Ann@EXAMPLE.com": EventKind.HARD}
    assert kinds(returned(mails.bounce(ANN), plain(BEN))) == {ANN: EventKind.SOFT}
    assert kinds(mails.bounce(ANN)) == {ANN: EventKind.SOFT}
    assert kinds(mails.bounce(ANN), key=None) == {ANN: EventKind.HARD}, "without a key nothing changes"


def test_a_complaint_needs_proof_too():
    forged = mails.complaint(ANN)
    assert kinds(forged) == {ANN: EventKind.SOFT}
    answered = forged.replace(b"From: News <news@example.org>", b"Return-Path: <%s>" % plain(ANN).encode())
    assert answered != forged
    assert kinds(answered) == {ANN: EventKind.COMPLAINT}


def test_a_return_path_that_names_the_recipient_tells_whose_mail_was_forwarded():
    elsewhere = mails.bounce("ann@home.example.net")
    assert kinds(returned(elsewhere, verp(ANN))) == {ANN: EventKind.HARD}
    forged = verp(ANN).replace("ann=", "ben=")
    assert kinds(returned(elsewhere, forged)) == {"ann@home.example.net": EventKind.SOFT}


def test_a_bounce_that_names_no_address_is_about_the_one_in_its_return_path():
    assert list(kinds(returned(mails.nobody_s(), verp(ANN)))) == [ANN]
    assert kinds(returned(mails.nobody_s(), plain(ANN))) == {}


def test_an_international_domain_is_proven_in_both_writings():
    for written in ("ann@caf\u00e9.example.com", "ann@xn--caf-dma.example.com"):
        raw = returned(mails.bounce("ann@xn--caf-dma.example.com"), plain(written))
        assert list(kinds(raw).values()) == [EventKind.HARD]


def test_a_report_on_many_counts_as_hard_for_the_proven_ones_only(database: Database):
    audience(database, ANN, BEN)
    both = returned(mails.bounce(ANN), plain(ANN)).replace(
        b"Diagnostic-Code: smtp; 550 5.1.1 User unknown\n",
        b"Diagnostic-Code: smtp; 550 5.1.1 User unknown\n\n"
        b"Final-Recipient: rfc822; %s\nAction: failed\nStatus: 5.1.1\n" % BEN.encode(),
    )
    assert kinds(both) == {ANN: EventKind.HARD, BEN: EventKind.SOFT}
    messages = mailbox.read_messages([MailMessage("box", both, len(both))], NOW, key=KEY)
    assert mailbox.take_in(database, messages, NOW).intake.cleaned == 1
    assert [contact(database, each).status for each in (ANN, BEN)] == ["cleaned", "subscribed"]


ADDRESSES = st.from_regex(r"[a-z0-9.+_-]{1,30}@[a-z0-9]{1,20}\.[a-z]{2,6}", fullmatch=True)


@settings(max_examples=50)
@given(st.binary(max_size=300), ADDRESSES, st.text(st.sampled_from("0123456789abcdef+-=@"), max_size=80))
def test_nothing_that_lacks_the_tag_proves_anything(noise: bytes, address: str, path: str):
    raw = returned(mails.bounce(address), f"bounces+{path}@list.example.com") + noise
    if proof.tag(address, KEY).encode() not in raw.lower():
        assert EventKind.HARD not in kinds(raw).values()
        assert EventKind.COMPLAINT not in kinds(raw).values()


def test_the_tag_is_the_documented_one():
    """As openssl makes it, by the document's own line."""
    [line] = re.findall(r"^    (printf .*openssl.*)$", DOCUMENT, re.MULTILINE)
    environment = {"CLEANED_RETURN_PATH_KEY": KEY, "PATH": "/usr/bin:/bin:/usr/local/bin"}
    try:
        made = subprocess.run(
            line, shell=True, env=environment, capture_output=True, text=True, check=True
        ).stdout.strip()
    except subprocess.CalledProcessError:
        made = ""
    by_hand = hmac.new(KEY.encode(), ANN.encode(), hashlib.sha256).hexdigest()[:16]
    assert proof.tag(ANN, KEY) == by_hand
    assert made in ("", by_hand), "openssl may be missing here"


def test_a_message_full_of_return_paths_is_looked_at_in_part():
    paths = "".join(f"bounces+{n:016x}-p{n}=example.com@x " for n in range(20_000))
    raw = mails.bounce("ann@home.example.net") + paths.encode() + verp(ANN).encode()
    assert kinds(raw) == {"ann@home.example.net": EventKind.SOFT}
