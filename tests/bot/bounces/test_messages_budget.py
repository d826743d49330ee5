"""Reading a message takes bounded work, counted in steps: what would take more is set aside with that reason."""

from datetime import UTC, datetime
from email.errors import HeaderParseError
from email.header import decode_header
from itertools import count

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from bot.bounces.messages import parts
from bot.bounces.messages.budget import MOST, MOST_SECONDS, Budget, Work
from bot.bounces.messages.reader import read
from bot.bounces.messages.results import TOO_MUCH
from tests.bot.bounces.messages import ALL
from tests.bot.bounces.messages.hostile import FAILED, GROUP, HEAD, HOSTILE, filled, recipients, report
from tests.support.mails import bounce

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
SIZE = 30_000  # bytes


def steps(raw: bytes) -> int:
    """The steps that reading takes; none is taken beyond the budget."""
    budget = Budget()
    reading = read(raw, NOW, budget)
    assert (reading.reason is None) == bool(reading.events)
    beyond = [work for work, number in MOST.items() if budget.spent[work] > number]
    assert not beyond or (reading.reason, reading.detail) == (TOO_MUCH, *beyond)
    return sum(budget.spent.values())


@pytest.mark.parametrize("kind", HOSTILE)
def test_the_steps_grow_no_faster_than_the_message(kind):
    small, large = steps(HOSTILE[kind](SIZE)), steps(HOSTILE[kind](4 * SIZE))
    assert large <= 4.5 * small + 5_000


def test_the_samples_need_a_tenth_of_what_one_message_may_take():
    budgets = [Budget() for _ in ALL]
    for sample, budget in zip(ALL, budgets, strict=True):
        read(sample.raw, NOW, budget)
    assert all(10 * budget.spent[work] <= most for budget in budgets for work, most in MOST.items())


@pytest.mark.parametrize("number", [10, 1_000])
def test_returned_headers_are_decoded_once_for_all_recipients(number):
    budget = Budget()
    headers = filled(b"To: " + b"=?utf-8?q?a" * 50 + b"\n", 100_000)
    reading = read(report(recipients(number), headers), NOW, budget)
    assert len(reading.events) == number
    assert headers.count(b"To: ") <= budget.spent[Work.HEADERS] <= headers.count(b"To: ") + 10


@pytest.mark.parametrize(
    ("work", "raw"),
    [
        (Work.RECIPIENTS, report(recipients(1_001), b"To: a@example.com")),
        (Work.RECIPIENTS, HEAD + FAILED + filled(b"<a%d@example.com>: 550 user unknown\n", 20_000)),
        (Work.RECIPIENTS, HOSTILE["failed recipients"](SIZE)),
        (Work.HEADERS, HOSTILE["returned to"](300_000)),
        (Work.HEADER_LINES, HOSTILE["parts: headers alone"](300_000)),
        (Work.REPORT_LINES, HOSTILE["fields: continued"](70_000)),
        (Work.CHARACTERS, HOSTILE["fields: long"](1_100_000)),
        (Work.CHARACTERS, HOSTILE["parts: texts"](6_000_000)),
        (Work.PARTS, HOSTILE["parts: empty"](SIZE)),
        (Work.DEPTH, HOSTILE["nested messages"](SIZE)),
    ],
)
def test_what_is_beyond_has_its_own_reason_and_says_of_what_there_is_too_much(work, raw):
    reading = read(raw, NOW)
    assert (reading.events, reading.reason, reading.detail) == ((), TOO_MUCH, work)


def test_what_is_nested_too_deep_does_not_matter_where_the_addresses_are_known():
    raw = bounce("ada@example.com").replace(
        b"Content-Type: text/rfc822-headers\n\n", b"Content-Type: message/rfc822\n\n" * 20
    )
    budget = Budget()
    assert [event.address for event in read(raw, NOW, budget).events] == ["ada@example.com"]
    assert budget.left_out is Work.DEPTH


def test_the_time_is_bounded_as_well():
    clock = count(step=MOST_SECONDS)
    reading = read(report(recipients(1_000), b"To: a@example.com"), NOW, Budget(clock=lambda: next(clock)))
    assert (reading.reason, reading.detail) == (TOO_MUCH, Work.TIME)


@given(st.text(st.sampled_from("=?qb_ 2A\f"), max_size=60), st.text(st.sampled_from("=?qbA "), max_size=20))
def test_encoded_words_are_decoded_as_the_library_does(value, tail):
    """Which takes time in the square of the number of unfinished ones, and so gets to see none behind the last end."""
    value = f"{value}=?utf-8?q?{value}?= {tail}"
    one_line = " ".join(value.split())
    try:
        pieces = decode_header(one_line)
    except HeaderParseError:
        pieces = [(one_line, None)]
    whole = "".join(p if isinstance(p, str) else p.decode("utf-8", "replace") for p, _ in pieces)
    assume("\ufffd" not in whole)  # this program falls back to Latin-1
    assert parts.decoded_header(value) == " ".join((whole or one_line).split())


def test_the_library_is_not_asked_for_encoded_words_that_do_not_end(monkeypatch):
    asked: list[str] = []

    def decode(value: str) -> object:
        asked.append(value)
        return decode_header(value)

    monkeypatch.setattr(parts, "decode_header", decode)
    unfinished = "=?utf-8?q?a" * 300
    assert parts.decoded_header(f"=?utf-8?q?ada?= {unfinished}") == f"ada {unfinished}"
    assert parts.decoded_header(f"{unfinished}\f=?utf-8?q?ada?=")
    assert all(value.endswith("?=") for value in asked)
    assert len(asked) == 2


@settings(max_examples=30)
@given(
    st.lists(st.sampled_from(sorted(HOSTILE)), min_size=1, max_size=3),
    st.integers(1, 30_000),
    st.binary(max_size=50),
)
def test_kinds_within_each_other(kinds, size, odd):
    """The steps stay in proportion to the size, whatever is put into what."""
    raw = odd
    for kind in kinds:
        hostile = HOSTILE[kind](size)
        raw = hostile + b"\n--b\nContent-Type: message/rfc822\n\n" + raw
    assert steps(raw) <= 20 * len(raw) + 5_000


@settings(max_examples=30)
@given(st.integers(0, 40), st.integers(0, 40), st.sampled_from([b"To: ", b"Return-Path: ", b"X-Campaign: "]))
def test_a_report_with_any_number_of_recipients_and_headers_is_read(number, headers, name):
    returned = b"".join(name + b"=?utf-8?q?a%d=40b.example?=\n" % n for n in range(headers)) + b"X: y\n"
    budget = Budget()
    reading = read(report(b"".join(GROUP % n for n in range(number)) + b"\n", returned), NOW, budget)
    assert budget.spent[Work.RECIPIENTS] <= max(number, 1)
    assert budget.spent[Work.HEADERS] <= headers + 10
    assert {event.address for event in reading.events} >= {f"reader{n}@example.com" for n in range(number)}
