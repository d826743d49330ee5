"""One week everywhere: a digest, its chart, `/cleaned`, lists, files and archives against a recount by local days."""

import io
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.archives import archives
from bot.audiences import audiences
from bot.contacts import counts, segments
from bot.contacts.weeks import DAY, Week, bounds, week_at
from bot.corrections import likely_typos
from bot.digests import digests, reports
from bot.exports import exports
from storage.bounces.verdicts import verdicts
from storage.contacts import bulk, days
from storage.contacts.contacts import Segment
from storage.contacts.values import UNKNOWN_TIME
from storage.core.database import Database
from tests.bot.corrections.test_corrections import add, begin, fill
from tests.bot.digests.test_digests import SETTINGS
from tests.conftest import NOW

ME = "U0OLIVIA"
UNKNOWN = 3  # contacts without a date
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


@dataclass(frozen=True)
class Cleaned:
    """A contact, as it is recounted."""

    n: int
    at: datetime
    zone: str

    @property
    def day(self) -> date:
        return self.at.astimezone(ZoneInfo(self.zone)).date()

    @property
    def reason(self) -> str:
        return ("hard", "soft", "abuse")[self.n % 3]

    @property
    def is_archived(self) -> bool:
        return self.n % 7 == 0

    @property
    def is_weak(self) -> bool:
        return self.n % 4 == 1

    @property
    def is_typo(self) -> bool:
        return self.n % 5 == 0

    @property
    def is_work(self) -> bool:
        """A typo that can be corrected."""
        is_right_here_already = self.n % 20 == 0
        return self.is_typo and not (is_right_here_already or self.is_archived or self.reason == "abuse")


def moments(zone: str, due: date) -> list[datetime]:
    """The edges of every local day and every day (UTC) of some weeks before and after that day, and times between."""
    tz, found = ZoneInfo(zone), set()
    for n in range(-23, 3):
        day = due + timedelta(days=n)
        begins = days.start(day, zone)
        midnight = datetime.combine(day, time.min, UTC)
        for edge in (begins, midnight):
            found |= {edge - timedelta(microseconds=1), edge, edge + timedelta(seconds=1)}
        found |= {datetime.combine(day, time(hour, 30), tz).astimezone(UTC) for hour in (0, 2, 12, 23)}
    return sorted(found)


def store(database: Database, zone: str, due: date) -> tuple[int, list[Cleaned]]:
    """Stores a contact for each of these moments, some others, and verdicts."""
    contacts = [Cleaned(n, at, zone) for n, at in enumerate(moments(zone, due), 1)]
    people = [
        {
            "address": f"p{each.n}@{'gmial.com' if each.is_typo else 'example.com'}",
            "status": "archived" if each.is_archived else "cleaned",
            "cleaned_at": bulk.encode_time(each.at),
            "clean_reason": each.reason,
        }
        for each in contacts
    ]
    others = [{"address": f"p{each.n}@gmail.com", "status": "subscribed"} for each in contacts[19::20]]
    undated = [
        {"address": f"u{n}@gmial.com", "cleaned_at": bulk.encode_time(UNKNOWN_TIME)} for n in range(UNKNOWN)
    ]
    audience_id = fill(database, [*people, *others, *undated])
    with database.transaction() as session:
        bulk.lock(session, audience_id)
        fixed = {
            "counted": 0,
            "needed": 7,
            "cause": "no-mailbox",
            "code": "",
            "status_before": None,
            "batch": None,
        }
        rows = [
            {
                "audience_id": audience_id,
                "contact_id": each.n,
                "at": each.at,
                "reason": each.reason,
                "weakness": "active",
            }
            for each in contacts
            if each.is_weak
        ]
        verdicts.save(session, audience_id, [row | fixed for row in rows])
    return audience_id, contacts


def within(contacts: Sequence[Cleaned], last: date) -> list[Cleaned]:
    """Those of the seven local days that end with that one."""
    return [each for each in contacts if last - 6 * DAY <= each.day <= last]


def posted(database: Database, zone: str, due: date) -> reports.Report:
    """The digest of that day at 9:00; others were sent by hand two days and an hour before."""
    set_at = days.moment(due, time(9), zone) - timedelta(days=30)
    digests.save(database, replace(SETTINGS, timezone=zone, weekday=due.weekday()), set_at)
    at = days.moment(due, time(9), zone)
    for earlier in (timedelta(days=2), timedelta(hours=1)):
        by_hand = digests.claim_now(database, at - earlier, at - earlier, "hand")
        assert by_hand
        digests.mark_posted(database, by_hand, "C1", "1.1", at - earlier)
    claim = digests.claim_due(database, at + timedelta(minutes=5), "clock")
    assert claim
    assert (claim.due_at, claim.week) == (at, Week(due - DAY, zone))
    return reports.report(database, claim.settings, claim.week)


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


def listed(database: Database, segment: Segment) -> int:
    plan_id = segments.begin(database, ME, segment.audience_id, NOW, segment)
    return segments.look(database, plan_id, ME).found


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
