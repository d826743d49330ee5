"""The value of a button that is about an audience's contacts of one week."""

from datetime import date

from bot.contacts.weeks import Week


def week_value(audience_id: int, week: Week) -> str:
    return f"{audience_id}|{week.last}|{week.zone}"


def week_in(value: str) -> tuple[int, Week]:
    """The arguments of a `week_value`."""
    audience_id, last, zone = value.split("|")
    return int(audience_id), Week(date.fromisoformat(last), zone)
