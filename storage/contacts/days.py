"""Local days: when a day of a time zone begins, and which day a time is in."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo


def moment(day: date, at: time, zone: str) -> datetime:
    """Returns that local time in UTC.

    For a local time that a clock change skips it is the first moment after the gap; for one that occurs twice, the
    first occurrence.
    """
    tz, local = ZoneInfo(zone), datetime.combine(day, at)
    found = local.replace(tzinfo=tz).astimezone(UTC)
    if found.astimezone(tz).replace(tzinfo=None) == local:
        return found
    # The clock skips this time: find the first second at which it shows a later one.
    before = local.replace(tzinfo=tz, fold=1).astimezone(UTC)
    while found - before > timedelta(seconds=1):
        middle = (before + (found - before) / 2).replace(microsecond=0)
        if middle.astimezone(tz).replace(tzinfo=None) < local:
            before = middle
        else:
            found = middle
    return found


def start(day: date, zone: str) -> datetime:
    """Returns when the local day begins, in UTC: at midnight, or after it where the clock skips midnight."""
    return moment(day, time.min, zone)


def day_of(at: datetime, zone: str) -> date:
    """Returns the local day of a time."""
    return at.astimezone(ZoneInfo(zone)).date()
