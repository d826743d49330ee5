"""Contacts cleaned around the limits of weeks, and the weeks as digests and lists have them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.contacts import segments
from bot.contacts.weeks import DAY, Week
from bot.digests import digests, reports
from storage.bounces.verdicts import verdicts
from storage.contacts import bulk, days
from storage.contacts.contacts import Segment
from storage.contacts.values import UNKNOWN_TIME
from storage.core.database import Database
from tests.conftest import NOW
from tests.support.bot.corrections import fill
from tests.support.bot.digests import SETTINGS

ME = "U0OLIVIA"


UNKNOWN = 3  # contacts without a date


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


def listed(database: Database, segment: Segment) -> int:
    plan_id = segments.begin(database, ME, segment.audience_id, NOW, segment)
    return segments.look(database, plan_id, ME).found
