"""Reports for tests of views of digests."""

from bot.contacts.weeks import WEEK, Week
from bot.digests.reports import Bar, Change, Count, DigestTypo, Part, Report
from storage.contacts.values import CleanReason
from tests.conftest import NOW

PARIS = "Europe/Paris"


def part(n: int, *, before: int = 0, name: str = "Newsletter", audience_id: int = 1) -> Part:
    return Part(
        audience_id=audience_id,
        name=name,
        reasons={reason: Change(n if reason == CleanReason.HARD else 0, before) for reason in CleanReason},
        campaigns=tuple(Count(f"{name} {i}", n) for i in range(5)),
        domains=tuple(Count(f"{i}.{name}", n) for i in range(5)),
        typos=tuple(DigestTypo(f"{i}{name}", name, n) for i in range(40)),
        cleaned=n,
        worth_a_look=n,
    )


def report(*parts: Part) -> Report:
    week = Week(NOW.date(), PARIS)
    cleaned = parts[0].cleaned if parts else 0
    bars = tuple(Bar(Week(week.last - n * WEEK, PARIS), cleaned) for n in reversed(range(12)))
    return Report(week=week, parts=parts, bars=bars)
