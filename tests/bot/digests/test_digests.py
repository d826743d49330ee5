"""When the digest is due, and who posts it: once, whatever happens."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import select

from bot.contacts.weeks import Week
from bot.digests import digests
from bot.digests.digests import DigestSettings, latest_due, next_due
from storage.audiences import journal
from storage.core.database import Database
from storage.digests.tables import DigestRun
from tests.conftest import NOW
from tests.support.bot.digests import MONDAY, SETTINGS

SUNDAY = 6


def at(weekday: int, hour: int, minute: int, timezone: str) -> DigestSettings:
    return replace(SETTINGS, weekday=weekday, at=time(hour, minute), timezone=timezone)


def test_next_due_is_the_local_time_in_utc():
    assert next_due(SETTINGS, NOW) == MONDAY
    assert next_due(SETTINGS, MONDAY - timedelta(microseconds=1)) == MONDAY
    assert next_due(SETTINGS, MONDAY) == MONDAY + timedelta(weeks=1)


@pytest.mark.parametrize(
    ("settings", "after", "due"),
    [
        # Paris skips 2:00 to 3:00 on 29 March 2026, and has 2:00 to 3:00 twice on 25 October.
        (at(SUNDAY, 2, 30, "Europe/Paris"), "2026-03-23", "2026-03-29T01:00"),
        (at(SUNDAY, 3, 0, "Europe/Paris"), "2026-03-23", "2026-03-29T01:00"),
        (at(SUNDAY, 1, 59, "Europe/Paris"), "2026-03-23", "2026-03-29T00:59"),
        (at(SUNDAY, 2, 30, "Europe/Paris"), "2026-10-19", "2026-10-25T00:30"),
        (at(SUNDAY, 9, 0, "Europe/Paris"), "2026-03-16", "2026-03-22T08:00"),
        (at(SUNDAY, 9, 0, "Europe/Paris"), "2026-03-23", "2026-03-29T07:00"),
        # New York skips 2:00 to 3:00 on 8 March 2026, and has 1:00 to 2:00 twice on 1 November.
        (at(SUNDAY, 2, 0, "America/New_York"), "2026-03-02", "2026-03-08T07:00"),
        (at(SUNDAY, 2, 59, "America/New_York"), "2026-03-02", "2026-03-08T07:00"),
        (at(SUNDAY, 1, 30, "America/New_York"), "2026-10-26", "2026-11-01T05:30"),
        # São Paulo skipped midnight to 1:00 on 4 November 2018, and had 23:00 to midnight twice on 17 February.
        (at(SUNDAY, 0, 30, "America/Sao_Paulo"), "2018-10-30", "2018-11-04T03:00"),
        (at(SUNDAY, 0, 30, "America/Sao_Paulo"), "2018-11-05", "2018-11-11T02:30"),
        (at(5, 23, 30, "America/Sao_Paulo"), "2018-02-12", "2018-02-18T01:30"),
        # Lord Howe moves by half an hour: 2:00 to 2:30 is skipped on 4 October, 1:30 to 2:00 twice on 5 April.
        (at(SUNDAY, 2, 15, "Australia/Lord_Howe"), "2026-09-28", "2026-10-03T15:30"),
        (at(SUNDAY, 1, 45, "Australia/Lord_Howe"), "2026-03-30", "2026-04-04T14:45"),
        (at(SUNDAY, 2, 30, "Asia/Tokyo"), "2026-03-23", "2026-03-28T17:30"),
        (at(SUNDAY, 2, 30, "Asia/Tokyo"), "2026-10-19", "2026-10-24T17:30"),
        # Apia had no 30 December 2011, a Friday.
        (at(4, 9, 0, "Pacific/Apia"), "2011-12-26", "2011-12-30T10:00"),
    ],
)
def test_summer_time_moves_the_digest_with_the_local_clock(settings, after, due):
    """A skipped time is the first moment after it; one that comes twice is the first."""
    found = next_due(settings, datetime.fromisoformat(after).replace(tzinfo=UTC))
    assert found == datetime.fromisoformat(due).replace(tzinfo=UTC)


ZONES = st.sampled_from(
    ["Europe/Paris", "America/New_York", "Asia/Tokyo", "Asia/Kathmandu", "Australia/Lord_Howe", "UTC"]
)


@given(
    settings=st.builds(at, st.integers(0, 6), st.integers(0, 23), st.integers(0, 59), ZONES),
    after=st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001  hypothesis adds it
)
def test_due_moments_are_one_a_week_at_the_local_time(settings, after):
    zone = ZoneInfo(settings.timezone)
    due = next_due(settings, after)
    assert after < due <= after + timedelta(days=7, hours=1)
    days = []
    for _ in range(60):
        local = due.astimezone(zone)
        assert local.weekday() == settings.weekday
        wished = datetime.combine(local.date(), settings.at)
        exists = wished.replace(tzinfo=zone).astimezone(UTC).astimezone(zone).replace(tzinfo=None) == wished
        assert local.time() == settings.at if exists else local.time() > settings.at
        assert local.fold == 0 or not exists
        days.append(local.date())
        assert latest_due(settings, due) == due
        assert latest_due(settings, due + timedelta(days=6)) == due
        due = next_due(settings, due)
    assert {later - earlier for earlier, later in pairwise(days)} == {timedelta(days=7)}


@pytest.mark.parametrize(
    ("zone", "hour", "day"),
    [
        ("Europe/Paris", 2, "2026-03-29"),
        ("Europe/Paris", 2, "2026-10-25"),
        ("America/New_York", 1, "2026-11-01"),
        ("America/Sao_Paulo", 0, "2018-11-04"),
    ],
)
def test_on_a_day_on_which_the_clock_is_changed_one_digest_is_posted(
    database: Database, zone: str, hour: int, day: str
) -> None:
    """Whoever looks every 20 minutes from the day before to the day after finds it due once."""
    start = datetime.fromisoformat(day).replace(tzinfo=UTC) - timedelta(days=1)
    digests.save(database, at(SUNDAY, hour, 30, zone), start)
    claims = []
    for n in range(3 * 24 * 3):
        now = start + timedelta(minutes=20 * n)
        if claim := digests.claim_due(database, now, "a"):
            digests.mark_posted(database, claim, "C1", "1.2", now)
            claims.append(now - claim.due_at)
    assert len(claims) == 1
    assert claims[0] < timedelta(minutes=20)


@pytest.mark.parametrize("back", [timedelta(minutes=5), timedelta(hours=3), timedelta(days=8)])
def test_a_clock_that_jumps_back_makes_no_second_digest(database: Database, back: timedelta) -> None:
    digests.save(database, SETTINGS, NOW)
    now = MONDAY + timedelta(weeks=2)
    claim = digests.claim_due(database, now, "a")
    assert claim
    digests.mark_posted(database, claim, "C1", "1.2", now)
    earlier = [digests.claim_due(database, now - back + timedelta(hours=n), "a") for n in range(1, 24)]
    again = {each.due_at for each in earlier if each}
    assert claim.due_at not in again
    assert digests.claim_due(database, now + timedelta(hours=1), "a") is None


@pytest.mark.parametrize("forwards", [timedelta(hours=5), timedelta(days=20)])
def test_a_clock_that_jumps_forwards_makes_one_digest_at_most(
    database: Database, forwards: timedelta
) -> None:
    digests.save(database, SETTINGS, NOW)
    now = MONDAY - timedelta(minutes=1) + forwards
    claims = [digests.claim_due(database, now + timedelta(minutes=n), "a") for n in range(3)]
    assert sum(each is not None for each in claims) == (1 if forwards < digests.MAX_DELAY else 0)


def test_nothing_is_due_before_it_is_set(database: Database):
    assert digests.current(database) is None
    assert digests.claim_due(database, MONDAY, "a") is None


def test_a_run_is_claimed_once_and_is_about_the_week_before(database: Database):
    assert digests.save(database, SETTINGS, NOW) == digests.current(database) == SETTINGS
    assert digests.claim_due(database, MONDAY - timedelta(seconds=1), "a") is None
    claim = digests.claim_due(database, MONDAY, "a")
    assert claim
    assert claim.week == Week(MONDAY.date() - timedelta(days=1), "Europe/Paris")
    assert digests.claim_due(database, MONDAY, "b") is None
    digests.mark_posted(database, claim, "C0NEWS", "1.2", MONDAY)
    assert digests.claim_due(database, MONDAY + timedelta(hours=1), "b") is None
    later = digests.claim_due(database, MONDAY + timedelta(weeks=1, seconds=9), "b")
    assert later
    assert later.week.before == claim.week


def test_of_eight_threads_one_wins_each_period(database: Database):
    digests.save(database, SETTINGS, NOW)

    def look(n: int) -> datetime | None:
        period, thread = divmod(n, 8)
        now = MONDAY + timedelta(weeks=period, seconds=thread)
        claim = digests.claim_due(database, now, f"thread {thread}")
        if claim:
            digests.mark_posted(database, claim, "C0NEWS", "1.2", now)
        return claim.due_at if claim else None

    with ThreadPoolExecutor(8) as pool:
        won = [due for due in pool.map(look, range(8 * 12)) if due]
    assert sorted(won) == [MONDAY + timedelta(weeks=n) for n in range(12)]


def test_send_now_is_once_for_each_showing_of_the_button(database: Database):
    digests.save(database, SETTINGS, NOW)
    with ThreadPoolExecutor(8) as pool:
        claims = list(pool.map(lambda n: digests.claim_now(database, NOW, NOW, f"{n}"), range(8)))
    assert len([claim for claim in claims if claim]) == 1
    again = MONDAY - timedelta(minutes=1)
    by_hand = digests.claim_now(database, again, again, "a")
    assert by_hand
    digests.mark_posted(database, by_hand, "C0NEWS", "1.2", again)
    due = digests.claim_due(database, MONDAY, "a")
    assert due
    assert due.week == by_hand.week, "the next one is about its whole week all the same"


def test_a_missed_run_is_sent_once_if_less_than_a_day_late(database: Database):
    digests.save(database, SETTINGS, NOW)
    assert digests.claim_due(database, MONDAY + timedelta(days=1), "a") is None
    back = MONDAY + timedelta(hours=23, minutes=59)
    claim = digests.claim_due(database, back, "a")
    assert claim
    assert claim.due_at == MONDAY
    digests.mark_posted(database, claim, "C0NEWS", "1.2", back)
    assert digests.claim_due(database, back, "a") is None


def test_after_a_week_that_was_missed_a_digest_is_about_one_week(database: Database):
    digests.save(database, SETTINGS, NOW)
    first = digests.claim_due(database, MONDAY, "a")
    assert first
    digests.mark_posted(database, first, "C0NEWS", "1.2", MONDAY)
    third = digests.claim_due(database, MONDAY + timedelta(weeks=2), "a")
    assert third
    assert third.week.before.before == first.week


def test_a_pause_sends_nothing_and_going_on_does_not_catch_up(database: Database):
    digests.save(database, SETTINGS, NOW)
    digests.pause(database, True, "U0OLIVIA", NOW)
    assert digests.claim_due(database, MONDAY, "a") is None
    going = digests.pause(database, False, "U0OLIVIA", MONDAY + timedelta(hours=1))
    assert digests.claim_due(database, MONDAY + timedelta(hours=2), "a") is None
    assert digests.claim_due(database, MONDAY + timedelta(weeks=1), "a")
    assert (going.set_by, going.paused) == ("U0OLIVIA", False)


def test_a_pause_needs_a_digest(database: Database):
    with pytest.raises(digests.NotSet):
        digests.pause(database, True, "U0OLIVIA", NOW)
    with pytest.raises(digests.NotSet):
        digests.claim_now(database, NOW, NOW, "a")


def test_a_change_of_the_schedule_counts_from_then(database: Database):
    digests.save(database, SETTINGS, NOW)
    late = MONDAY + timedelta(seconds=10)
    digests.save(database, replace(SETTINGS, at=time(8)), late)
    assert digests.claim_due(database, late, "a") is None


def test_a_change_of_words_does_not_skip_a_run_that_is_just_due(database: Database):
    digests.save(database, SETTINGS, NOW)
    late = MONDAY + timedelta(seconds=10)
    digests.save(database, replace(SETTINGS, language="en", set_by="U0OLIVIA"), late)
    claim = digests.claim_due(database, late, "a")
    assert claim
    assert (claim.settings.language, claim.settings.set_by) == ("en", "U0OLIVIA")


def test_what_a_dead_process_left_is_taken_over_once(database: Database):
    digests.save(database, SETTINGS, NOW)
    dead = digests.claim_due(database, MONDAY, "dead")
    assert dead
    soon, later = MONDAY + timedelta(minutes=1), MONDAY + timedelta(minutes=3)
    assert digests.claim_due(database, soon, "b") is None
    with ThreadPoolExecutor(8) as pool:
        claims = list(pool.map(lambda n: digests.claim_due(database, later, f"{n}"), range(8)))
    assert [(c.due_at, c.week) for c in claims if c] == [(MONDAY, dead.week)]
    # A digest that kills whoever takes it is left alone in the end; each that died with it is three minutes.
    moments = [later + n * timedelta(minutes=3) for n in range(1, 6)]
    assert [digests.claim_due(database, at, "c") is not None for at in moments] == [True] * 3 + [False] * 2
    # The first one was only slow: what it says now is not believed.
    digests.mark_posted(database, dead, "C0NEWS", "1.2", later)
    with database.reading() as session:
        assert session.exec(select(DigestRun)).one().posted_at is None


def test_a_run_given_back_is_tried_again_until_a_day_late(database: Database):
    digests.save(database, SETTINGS, NOW)
    for hours in (0, 1, 2, 23):
        claim = digests.claim_due(database, MONDAY + timedelta(hours=hours), "a")
        assert claim
        assert claim.due_at == MONDAY
        digests.give_back(database, claim)
    assert digests.claim_due(database, MONDAY + timedelta(hours=24), "a") is None


def test_what_was_asked_for_in_a_pause_is_tried_again_too(database: Database):
    digests.save(database, replace(SETTINGS, paused=True), NOW)
    asked = NOW + timedelta(minutes=1)
    claim = digests.claim_now(database, asked, asked, "a")
    assert claim
    digests.give_back(database, claim)
    again = digests.claim_due(database, asked + timedelta(seconds=20), "b")
    assert again
    assert again.due_at == asked


def test_a_pause_stops_a_run_that_was_given_back(database: Database):
    digests.save(database, SETTINGS, NOW)
    claim = digests.claim_due(database, MONDAY, "a")
    assert claim
    digests.give_back(database, claim)
    digests.pause(database, True, "U0OLIVIA", MONDAY + timedelta(minutes=1))
    assert digests.claim_due(database, MONDAY + timedelta(minutes=2), "a") is None


def test_a_failed_run_is_not_tried_again(database: Database):
    digests.save(database, SETTINGS, NOW)
    claim = digests.claim_due(database, MONDAY, "a")
    assert claim
    digests.mark_failed(database, claim, "not_in_channel")
    assert digests.claim_due(database, MONDAY + timedelta(hours=1), "a") is None
    assert digests.claim_due(database, MONDAY + timedelta(weeks=1), "a")


def test_each_change_is_in_the_journal(database: Database):
    digests.save(database, SETTINGS, NOW)
    digests.pause(database, True, "U0OLIVIA", NOW)
    with database.reading() as session:
        lines = [(line.who, line.what, line.detail["settings"]["paused"]) for line in journal.read(session)]
    assert lines == [("U0OLIVIA", "digest", True), ("U0CAMILLE", "digest", False)]


def test_an_unknown_zone_is_refused(database: Database):
    with pytest.raises(digests.UnknownZone):
        digests.save(database, replace(SETTINGS, timezone="Europe/Lille"), NOW)
    assert digests.current(database) is None


def test_zones_are_found_by_city_and_by_region():
    assert digests.find_zones("new y") == ["America/New_York"]
    assert digests.find_zones("paris")[0] == "Europe/Paris"
    assert len(digests.find_zones("")) == 100
    assert digests.find_zones("nowhere") == []
