"""Every sample of tests/bot/bounces/messages is read right: whom, hard or soft, why; and what is no bounce says so."""

from datetime import UTC, datetime

import pytest

from bot.bounces.messages.reader import read
from tests.bot.bounces.messages import ALL, Sample
from tests.bot.bounces.messages.samples import LIST, mail
from tests.support.mails import bounce

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
BY_NAME = {f"{sample.group}: {sample.name}": sample for sample in ALL}
BOUNCE = next(sample for sample in ALL if sample.name == "postfix-unknown")


@pytest.mark.parametrize("name", BY_NAME)
def test_a_sample_is_read_right(name):
    sample: Sample = BY_NAME[name]
    reading = read(sample.raw, NOW)
    assert reading.reason == sample.reason
    assert {(n.address, n.kind) for n in reading.events} == {(f.address, f.kind) for f in sample.facts}
    causes = {n.address: n.cause for n in reading.events}
    assert all(fact.cause in {None, causes[fact.address]} for fact in sample.facts)


def test_there_are_enough_samples():
    assert len(BY_NAME) == len(ALL) >= 150
    assert sum(not sample.facts for sample in ALL) >= 40


def test_what_an_event_tells_besides():
    (event,) = read(BOUNCE.raw, NOW).events
    assert event.at == datetime(2026, 11, 3, 9, 20, 30, tzinfo=UTC)
    assert (event.source, event.code, event.audience) == ("message", "5.1.1", "")
    assert event.campaign == "The November letter"
    assert "User unknown" in event.diagnostic


def test_the_campaigns_own_header_is_better_than_the_subject():
    raw = BOUNCE.raw.replace(b"Subject: The November", b"X-Campaign-Id: november-7\nSubject: The November")
    assert read(raw, NOW).events[0].campaign == "november-7"


def test_the_same_message_has_the_same_identity_and_another_has_another():
    first, again = read(BOUNCE.raw, NOW).events[0], read(BOUNCE.raw, NOW).events[0]
    other = read(BOUNCE.raw.replace(b"Message-ID: <", b"Message-ID: <x", 1), NOW).events[0]
    assert first.uid == again.uid != other.uid
    assert "example.com" not in first.uid


@pytest.mark.parametrize(
    "date",
    [
        "",
        "nonsense",
        "Tue, 3 Nov 2099 10:20:30 +0100",
        "Tue, 99 Nov 2026 99:99:99 +9999",
        "Thu, 1 Jan 1970 00:00:12 +0000",
        "Mon, 1 Jan 0100 00:00:00 +1400",
    ],
)
def test_a_date_that_cannot_be_is_now(date):
    raw = BOUNCE.raw.replace(
        b"Date: Tue, 3 Nov 2026 10:20:30 +0100\nMessage", f"Date: {date}\nMessage".encode()
    )
    assert read(raw, NOW).events[0].at == NOW


def test_what_is_kept_is_one_line_that_a_database_takes():
    body = "<ada@example.com>: user\x00 unknown \udc80 in \x1b[1m this\n   table"
    raw = mail("From: MAILER-DAEMON@example.net\nSubject: failure notice", "").replace(
        b"\n\n", b"\n\n" + body.encode("utf-8", "surrogateescape")
    )
    (event,) = read(raw, NOW).events
    assert event.diagnostic.isprintable()
    assert event.address == "ada@example.com"


def test_a_report_is_about_as_many_recipients_as_a_message_may_have():
    group = (
        "Final-Recipient: rfc822; reader{n}@example.com\nAction: failed\nStatus: 5.1.1\n"
        f"Diagnostic-Code: smtp; 550 5.1.1 User unknown {'in the table of mailboxes ' * 8}\n\n"
    )
    raw = bounce("reader0@example.com").decode()
    begin, end = raw.index("Final-Recipient"), raw.index("--b1\nContent-Type: text/rfc822-headers")
    long = raw[:begin] + "".join(group.format(n=n) for n in range(1000)) + raw[end:]
    assert len({event.address for event in read(long.encode(), NOW).events}) == 1000


def test_of_a_huge_message_the_head_is_read():
    raw = BOUNCE.raw + b"x" * 11_000_000
    assert [n.address for n in read(raw, NOW).events] == ["unknown.reader@example.com"]


def test_the_sender_is_never_the_one_who_failed():
    assert all(event.address != LIST for sample in ALL for event in read(sample.raw, NOW).events)
