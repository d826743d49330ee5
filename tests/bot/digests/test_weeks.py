"""One week everywhere: a digest, its chart, `/cleaned`, lists, files and archives against a recount by local days."""

import io
from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest

from bot.archives import archives
from bot.audiences import audiences
from bot.contacts import counts, segments
from bot.contacts.weeks import DAY, Week, bounds, week_at
from bot.corrections import likely_typos
from bot.digests import digests, reports
from bot.exports import exports
from storage.contacts import days
from storage.contacts.contacts import Segment
from storage.core.database import Database
from tests.conftest import NOW
from tests.support.bot.corrections import add, begin, fill
from tests.support.bot.digests import SETTINGS
from tests.support.bot.weeks import ME, UNKNOWN, listed, posted, store, within

# The zone, and the day of a digest after the end of a month or a year, and after each change of the clock.
DIGESTS = [
    ("Europe/Paris", date(2026, 3, 30)),
    ("Europe/Paris", date(2026, 10, 26)),
    ("Europe/Paris", date(2026, 11, 2)),
    ("America/New_York", date(2026, 3, 9)),
    ("America/New_York", date(2026, 11, 2)),
    ("Australia/Lord_Howe", date(2026, 10, 5)),
    ("Asia/Kathmandu", date(2027, 1, 4)),
    ("America/Sao_Paulo", date(2018, 11, 5)),  # midnight was skipped the day before
    ("Pacific/Apia", date(2012, 1, 2)),  # 30 December was skipped
    ("UTC", date(2026, 3, 1)),
]


@pytest.mark.parametrize(("zone", "due"), DIGESTS)
def test_every_figure_of_a_week_is_the_same_wherever_it_stands(
    database: Database, zone: str, due: date
) -> None:
    audience_id, contacts = store(database, zone, due)
    digest = posted(database, zone, due)
    now = days.moment(due, time(9), zone)
    this_week, week_before = within(contacts, due - DAY), within(contacts, due - 8 * DAY)
    cleaned = [each for each in this_week if not each.is_archived]

    # The digest, and its chart.
    [part] = digest.parts
    assert {reason: change.n for reason, change in part.reasons.items() if change.n} == Counter(
        each.reason for each in this_week
    )
    assert (part.total.n, part.total.before) == (len(this_week), len(week_before))
    assert [bar.n for bar in digest.bars[-3:]] == [len(within(contacts, due - n * DAY)) for n in (15, 8, 1)]
    assert sum(count.n for count in part.domains) == len(this_week)
    assert part.archived == len(this_week) - len(cleaned)
    assert part.worth_a_look == sum(each.is_weak for each in cleaned)
    n_typos = sum(typo.n for typo in part.typos)
    assert n_typos == sum(each.is_work for each in this_week)

    # `/cleaned`, Home and the terminal.
    [audience] = audiences.list_all(database)
    found = counts.figures(database, audience, now, digests.zone(database, "UTC"))
    assert found.week == digest.week
    assert (found.this_week, found.week_before) == (len(this_week), len(week_before))
    assert found.today == sum(each.day == due for each in contacts)
    assert found.date_unknown == UNKNOWN

    # What the digest's buttons open.
    segment = Segment(audience_id=audience_id, **digest.week.filters())
    assert listed(database, segment) == len(cleaned)
    plan_id = segments.begin(database, ME, audience_id, NOW, segment)
    assert segments.look(database, plan_id, ME).archived == part.archived
    assert listed(database, replace(segment, worth_a_look=True)) == part.worth_a_look
    assert walked(database, audience_id, digest.week) == n_typos
    assert exports.plan(database, segment, by=ME, now=now).n == len(cleaned)
    assert archives.plan(database, segment, by=ME, word="x", now=now).n == len(cleaned)
    out = io.BytesIO()
    assert exports.write(database, "News", out, now=now, segment=segment) == len(cleaned)
    addresses = {line.partition(b"@")[0].decode() for line in out.getvalue().splitlines()[1:]}
    assert addresses == {f"p{each.n}" for each in cleaned}
    assert Segment.from_json(segment.to_json()) == segment


def walked(database: Database, audience_id: int, week: Week) -> int:
    """How many a walk through the week's likely typos shows, which is what its first step says."""
    step = likely_typos.next_step(database, audience_id, week=week)
    total, n = step[1].total if step else 0, 0
    while step:
        step, n = likely_typos.next_step(database, audience_id, step[1]), n + 1
    assert n == total
    return n


def test_after_five_corrections_the_digest_the_walk_and_the_list_have_five_less(database: Database) -> None:
    people = [{"address": f"u{n}@{('gmial.com', 'hotmial.com')[n % 2]}"} for n in range(8)]
    news = fill(database, [*people, {"address": "u0@gmail.com", "status": "subscribed"}])
    week = week_at(NOW + DAY, "UTC")

    def figures() -> set[int]:
        [part] = reports.report(database, SETTINGS, week).parts
        in_list = likely_typos.page(database, news).found
        return {sum(typo.n for typo in part.typos), walked(database, news, week), len(in_list)}

    assert figures() == {7}
    for n in range(1, 6):
        add(database, begin(database, news, n + 1), f"u{n}@{('gmail.com', 'hotmail.com')[n % 2]}")
    assert figures() == {2}


@pytest.mark.parametrize("zone", ["Europe/Paris", "America/Sao_Paulo", "Pacific/Apia", "Asia/Kathmandu"])
def test_weeks_follow_each_other_without_a_gap(zone: str) -> None:
    """And each moment is in the week of its local day."""
    last = week_at(datetime(2012, 3, 1, tzinfo=UTC), zone)
    weeks = [Week(last.last - timedelta(weeks=n), zone) for n in reversed(range(60))]
    edges = bounds(weeks)
    assert edges == sorted(set(edges))
    for week in weeks:
        assert week.before.until == week.since
        assert days.day_of(week.since, zone) >= week.first
        assert days.day_of(week.until - timedelta(microseconds=1), zone) <= week.last
        assert week_at(week.until, zone) == week
        assert week_at(week.until - timedelta(microseconds=1), zone) != week
