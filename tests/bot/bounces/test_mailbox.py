"""Messages come in: what they say is taken in once, what can't be used is kept aside, and all of it is counted."""

import re
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.bounces import attempts, mailbox, quarantine
from bot.bounces.events import EventKind
from bot.bounces.intake import IntakeCounts
from bot.bounces.mailbox import MailOutcome
from bot.bounces.messages.reader import read
from bot.bounces.messages.results import TOO_MUCH, Reading
from bot.bounces.quarantine import QuarantineItem
from bot.maintenance.cleanup import delete_expired
from storage.bounces import imap
from storage.bounces.imap import ServerUnreachable
from storage.bounces.imap_address import parse_imap_url
from storage.bounces.message_files import MailMessage
from storage.bounces.tables import WebhookToken
from storage.core.database import Database
from tests.bot.bounces.messages import hostile
from tests.conftest import NOW
from tests.support import mails
from tests.support.audiences import import_csv, statuses
from tests.support.figures import emptied
from tests.support.imap import Served, serving

ALL = [
    mails.bounce("ada@example.com"),
    mails.full("bob@example.com"),
    mails.complaint("cy@example.com"),
    mails.away("ada@example.com"),
    mails.LETTER,
    mails.bounce("nobody@example.com"),
    mails.nobody_s(),
]


@pytest.fixture
def served() -> Iterator[Served]:
    with serving(Served()) as running:
        yield running


def subscribed(database: Database, audience: str = "News") -> int:
    rows = "Email\nada@example.com\nbob@example.com\ncy@example.com\n"
    return import_csv(database, rows, name="subscribed_email_audience_export_x.csv", audience=audience)


def taken(database: Database, raws: list[bytes], audience: str = "") -> MailOutcome:
    messages = [MailMessage(f"box#{n}", raw, len(raw)) for n, raw in enumerate(raws, 1)]
    return mailbox.take_in(database, mailbox.read_messages(messages, NOW, audience), NOW)


def test_each_message_is_counted_by_what_it_is(database: Database):
    audience_id = subscribed(database)
    outcome = taken(database, ALL)
    assert outcome.messages == 7
    assert outcome.kinds == Counter({EventKind.HARD: 2, EventKind.SOFT: 1, EventKind.COMPLAINT: 1})
    assert outcome.reasons == Counter({"auto-reply": 1, "not-a-bounce": 1, "no-recipient": 1})
    assert outcome.intake == IntakeCounts(cleaned=2, counted=1, unknown=1)
    expected = {"ada@example.com": "cleaned", "bob@example.com": "subscribed", "cy@example.com": "cleaned"}
    assert statuses(database, audience_id) == expected


DATES = [
    *(f"Date: {day} Nov 2026 10:00:00 +0000" for day in range(10, 30)),
    *("Date: 1 Jan 1970 00:00:00 +0000", "Date: 31 Dec 9999 23:59:59 +0000", "Date: soon", "X-Date: none"),
]


@settings(max_examples=5)
@given(st.lists(st.sampled_from(DATES), min_size=15, max_size=24, unique=True))
def test_whatever_dates_soft_bounces_bear_those_of_one_day_are_one_day(database: Database, dates: list[str]):
    emptied(database)
    audience_id = subscribed(database)
    written = mails.full("bob@example.com").decode()
    raws = [
        re.sub("Date: .*", date, written, count=1).replace("Message-ID: <", f"Message-ID: <{n}.").encode()
        for n, date in enumerate(dates)
    ]
    assert taken(database, raws).intake == IntakeCounts(counted=len(dates))
    assert statuses(database, audience_id)["bob@example.com"] == "subscribed"
    for day in range(1, 7):
        now = NOW + timedelta(days=day)
        messages = mailbox.read_messages([MailMessage("box", mails.full("bob@example.com", day), 0)], now)
        cleaned = mailbox.take_in(database, messages, now).intake.cleaned
        assert cleaned == (day == 6), "the seventh day that it arrives"


def test_a_second_time_counts_nothing(database: Database):
    subscribed(database)
    taken(database, ALL)
    again = taken(database, ALL)
    assert again.intake == IntakeCounts(repeated=3, unknown=1)
    assert len(list(quarantine.all_entries(database))) == 2


def test_what_is_kept_aside_is_told_with_its_message_also_the_second_time(database: Database):
    subscribed(database)
    messages = [MailMessage(f"box#{n}", raw, len(raw)) for n, raw in enumerate(ALL, 1)]
    post = mailbox.read_messages(messages, NOW)
    for _ in range(2):
        mailbox.take_in(database, post, NOW)
        found = [(each.where, each.reason, each.address) for each in mailbox.quarantined(database, post)]
        expected = [("box#6", "unknown-address", "nobody@example.com"), ("box#7", "no-recipient", "")]
        assert found == expected
    sources = {(each.where, each.reason) for each in quarantine.all_entries(database)}
    assert sources == {("message", "unknown-address"), ("message", "no-recipient")}


def test_an_audience_that_is_named_is_the_only_one_meant(database: Database):
    news, shop = subscribed(database), subscribed(database, "Shop")
    assert taken(database, ALL[:1], "Shop").intake == IntakeCounts(cleaned=1)
    assert statuses(database, news)["ada@example.com"] == "subscribed"
    assert statuses(database, shop)["ada@example.com"] == "cleaned"


def test_a_message_that_breaks_the_reading_is_kept_aside_and_the_others_go_on(
    database: Database, monkeypatch: pytest.MonkeyPatch
):
    subscribed(database)

    def fail(raw: bytes, now: object) -> object:
        if raw == mails.LETTER:
            raise RecursionError("ada@example.com")
        return read(raw, now)  # type: ignore[arg-type]

    monkeypatch.setattr(mailbox, "read", fail)
    outcome = taken(database, ALL[:6])
    assert outcome.reasons["unreadable"] == 1
    assert outcome.intake.cleaned == 2
    [kept] = [each for each in quarantine.all_entries(database) if each.reason == "unreadable"]
    assert kept.detail == "RecursionError"


def test_batches_hold_so_many_messages_and_so_many_bytes(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(mailbox, "MESSAGES_AT_ONCE", 3)
    monkeypatch.setattr(mailbox, "BYTES_AT_ONCE", 10)
    messages = [MailMessage("", b"x" * size, size) for size in (1, 1, 1, 1, 20, 1)]
    assert [[len(each.raw) for each in batch] for batch in mailbox.batches(messages)] == [
        [1, 1, 1],
        [1, 20],
        [1],
    ]
    assert list(mailbox.batches([])) == []


def test_a_mailbox_is_taken_in_and_then_marked(database: Database, served: Served):
    audience_id = subscribed(database)
    served.folders["INBOX"] = dict(enumerate(ALL, 1))
    assert mailbox.count_unseen(parse_imap_url(served.url())) == 7
    outcome = mailbox.take_in_unseen(database, parse_imap_url(served.url()), NOW)
    assert (outcome.messages, outcome.intake) == (7, IntakeCounts(cleaned=2, counted=1, unknown=1))
    assert served.seen == set(range(1, 8))
    assert statuses(database, audience_id)["ada@example.com"] == "cleaned"
    assert mailbox.take_in_unseen(database, parse_imap_url(served.url()), NOW) == MailOutcome()


def test_what_came_before_a_break_is_taken_in_and_the_rest_the_next_time(
    database: Database, served: Served, monkeypatch: pytest.MonkeyPatch
):
    subscribed(database)
    monkeypatch.setattr(imap, "MESSAGES_AT_ONCE", 3)
    served.folders["INBOX"] = dict(enumerate(ALL, 1))
    served.drops_after = 3
    with pytest.raises(ServerUnreachable):
        mailbox.take_in_unseen(database, parse_imap_url(served.url()), NOW)
    assert served.seen == set()
    served.drops_after = 0
    assert mailbox.take_in_unseen(database, parse_imap_url(served.url()), NOW).intake == IntakeCounts(
        cleaned=2, counted=1, unknown=1
    )


def test_a_crash_between_the_taking_in_and_the_marking_counts_nothing_twice(
    database: Database, served: Served, monkeypatch: pytest.MonkeyPatch
):
    subscribed(database)
    served.folders["INBOX"] = dict(enumerate(ALL, 1))

    def crash(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(imap.Mailbox, "mark_seen", crash)
        with pytest.raises(KeyboardInterrupt):
            mailbox.take_in_unseen(database, parse_imap_url(served.url()), NOW)
    assert mailbox.take_in_unseen(database, parse_imap_url(served.url()), NOW).intake == IntakeCounts(
        repeated=3, unknown=1
    )
    assert len(served.seen) == 7


def test_two_that_look_at_once_count_each_message_once(database: Database, served: Served):
    subscribed(database)
    served.folders["INBOX"] = {n: mails.full("bob@example.com", n) for n in range(1, 41)}
    with ThreadPoolExecutor(2) as pool:
        looks = [
            pool.submit(mailbox.take_in_unseen, database, parse_imap_url(served.url()), NOW) for _ in range(2)
        ]
        first, second = (each.result(60).intake for each in looks)
    assert first.counted + first.cleaned + second.counted + second.cleaned == 40
    assert len(served.seen) == 40


def test_what_was_kept_aside_goes_after_thirty_days_and_a_token_after_two(database: Database):
    quarantine.add(database, [QuarantineItem("old", "message", "unreadable")], NOW - timedelta(days=31))
    quarantine.add(database, [QuarantineItem("new", "message", "unreadable")], NOW - timedelta(days=29))
    with database.transaction() as session:
        session.add(WebhookToken(token="old", body="", at=NOW - timedelta(hours=49)))
        session.add(WebhookToken(token="new", body="", at=NOW - timedelta(hours=47)))
    assert delete_expired(database, NOW) == 2
    assert [each.at for each in quarantine.all_entries(database)] == [NOW - timedelta(days=29)]
    with database.reading() as session:
        assert session.get(WebhookToken, "new")
        assert session.get(WebhookToken, "old") is None


def poisonous(monkeypatch: pytest.MonkeyPatch, poison: bytes) -> list[bytes]:
    """Reading the poison ends the process from now on, as a kill does; returns what is read, in order."""
    begun: list[bytes] = []

    def read_or_die(raw: bytes, now: datetime) -> Reading:
        begun.append(raw)
        if raw == poison:
            raise SystemExit
        return read(raw, now)

    monkeypatch.setattr(mailbox, "read", read_or_die)
    return begun


def reasons(database: Database) -> list[str]:
    return sorted(each.reason for each in quarantine.all_entries(database))


def test_messages_that_take_too_much_are_set_aside_and_those_behind_them_are_taken_in(
    database: Database, served: Served
):
    audience_id = subscribed(database)
    made = [
        hostile.report(hostile.recipients(1_001), b"To: a@example.com"),
        hostile.HOSTILE["returned to"](300_000),
        hostile.HOSTILE["nested messages"](50_000),
    ]
    served.folders["INBOX"] = dict(enumerate([*made, *ALL[:3]], 1))
    outcome = mailbox.take_in_unseen(database, parse_imap_url(served.url()), NOW)
    assert outcome.reasons == Counter({TOO_MUCH: 3})
    assert outcome.intake == IntakeCounts(cleaned=2, counted=1)
    assert statuses(database, audience_id)["ada@example.com"] == "cleaned"
    assert served.seen == set(range(1, 7))
    entries = list(quarantine.all_entries(database))
    assert {each.reason for each in entries} == {TOO_MUCH}
    assert {each.detail for each in entries} == {"recipients", "headers decoded", "nested parts"}
    assert mailbox.take_in_unseen(database, parse_imap_url(served.url()), NOW) == MailOutcome()


def test_a_message_that_ends_the_process_comes_last_then_never_again(
    database: Database, served: Served, monkeypatch: pytest.MonkeyPatch
):
    audience_id = subscribed(database)
    address = parse_imap_url(served.url())
    served.folders["INBOX"] = dict(enumerate([mails.LETTER, *ALL[:3]], 1))
    begun = poisonous(monkeypatch, mails.LETTER)
    with pytest.raises(SystemExit):
        mailbox.take_in_unseen(database, address, NOW)
    assert served.seen == set()
    served.folders["INBOX"][9] = mails.bounce("cy@example.com")
    begun.clear()
    with pytest.raises(SystemExit):
        mailbox.take_in_unseen(database, address, NOW)
    assert begun == [mails.bounce("cy@example.com"), mails.LETTER]
    assert statuses(database, audience_id)["cy@example.com"] == "cleaned"
    begun.clear()
    outcome = mailbox.take_in_unseen(database, address, NOW)
    assert mails.LETTER not in begun
    assert outcome.reasons == Counter({"interrupted": 1})
    assert served.seen == {1, 2, 3, 4, 9}
    assert statuses(database, audience_id)["ada@example.com"] == "cleaned"
    assert reasons(database) == ["interrupted"]


def test_a_file_with_a_message_that_ends_the_process_is_taken_in_at_the_third_time(
    database: Database, monkeypatch: pytest.MonkeyPatch
):
    subscribed(database)
    poisonous(monkeypatch, mails.LETTER)
    messages = [MailMessage(f"box#{n}", raw, len(raw)) for n, raw in enumerate([mails.LETTER, *ALL[:3]], 1)]
    for _ in range(2):
        with pytest.raises(SystemExit):
            mailbox.read_guarded(database, messages, NOW)
    results = mailbox.read_guarded(database, messages, NOW)
    assert (results.n_messages, results.reasons) == (4, Counter({"interrupted": 1}))
    assert mailbox.take_in(database, results, NOW).intake == IntakeCounts(cleaned=2, counted=1)
    [entry] = mailbox.quarantined(database, results)
    assert (entry.where, entry.reason) == ("box#1", "interrupted")


def test_a_mark_is_shown_to_nobody_and_deleted_after_thirty_days(
    database: Database, monkeypatch: pytest.MonkeyPatch
):
    messages = [MailMessage("box#1", mails.LETTER, 1)]
    with monkeypatch.context() as patch:
        poisonous(patch, mails.LETTER)
        with pytest.raises(SystemExit):
            mailbox.read_guarded(database, messages, NOW)
    assert attempts.counts(database, messages) == [1]
    assert reasons(database) == []
    assert mailbox.read_guarded(database, messages, NOW).reasons == Counter({"not-a-bounce": 1})
    assert attempts.counts(database, messages) == [1]
    assert delete_expired(database, NOW + timedelta(days=31)) == 1
    assert attempts.counts(database, messages) == [0]
