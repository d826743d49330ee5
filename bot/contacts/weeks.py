"""What a week is, for every figure, list and file: seven whole local days that end before today.

The days are those of the digest's time zone, or of the setting `CLEANED_TIMEZONE` where no digest is set up. A day that
has not ended belongs to no week yet, so the weeks follow each other without a gap and a week's figure stays as it is
while the day goes on. The week of a digest is the one that ends before the day it is due, so on that day it is also the
week of `/cleaned`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from storage.contacts import days

WEEK = timedelta(days=7)
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Week:
    """The seven days up to `last`, in a time zone (IANA)."""

    last: date
    zone: str

    @property
    def first(self) -> date:
        return self.last - WEEK + DAY

    @property
    def since(self) -> datetime:
        """When it begins, in UTC."""
        return days.start(self.first, self.zone)

    @property
    def until(self) -> datetime:
        """When the next one begins, in UTC."""
        return days.start(self.last + DAY, self.zone)

    @property
    def before(self) -> "Week":
        return Week(self.last - WEEK, self.zone)

    def filters(self) -> dict[str, Any]:
        """The filters of a `Segment` that holds the contacts cleaned in this week."""
        return {"since": self.first, "until": self.last, "zone": self.zone}


def week_at(now: datetime, zone: str) -> Week:
    """Returns "this week" of that time: the last one whose days have all ended."""
    return Week(days.day_of(now, zone) - DAY, zone)


def bounds(weeks: Sequence[Week]) -> list[datetime]:
    """Returns when the weeks, which follow each other, begin, and when the last one ends."""
    return [*(week.since for week in weeks), weeks[-1].until]
