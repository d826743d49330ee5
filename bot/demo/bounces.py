"""Bounces of a sample audience, always the same: what "why" and "worth a look" have to show in `cleaned demo`.

They go in by the way of every bounce, day by day, so that the policy itself decides who is cleaned.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count, groupby, islice

from bot.bounces.events import Cause, EventKind, MailEvent
from bot.bounces.intake import take_in
from storage.core.database import Database

_OUTAGE_DOMAIN = "laposte.net"
_OUTAGE_SHARE = 0.12  # of the domain's subscribers: a little over what makes an outage
_OUTAGE_LEAST = 12
_CAMPAIGNS = ("Spring catalogue", "Invitation : portes ouvertes", "Your membership, one year on")


def add(database: Database, audience: str, subscribers: Sequence[str], now: datetime) -> None:
    """`subscribers`: addresses of the audience that get mail."""
    events = sorted(_events(audience, subscribers, now), key=lambda each: each.at)
    for _day, of_day in groupby(events, key=lambda each: each.at.date()):
        together = list(of_day)
        take_in(database, together, together[-1].at)


@dataclass(frozen=True)
class _Failure:
    """What a mail server says when it takes a mail not."""

    kind: EventKind
    cause: Cause
    code: str
    said: str


_GONE = _Failure(EventKind.HARD, Cause.NO_MAILBOX, "5.1.1", "550 5.1.1 User unknown")
_CLOSED = _Failure(EventKind.HARD, Cause.DISABLED, "5.2.1", "550 5.2.1 The mailbox is disabled")
_FULL = _Failure(EventKind.SOFT, Cause.FULL, "4.2.2", "452 4.2.2 The recipient\u2019s mailbox is over quota")
_SLOW = _Failure(EventKind.SOFT, Cause.SERVER, "4.4.2", "421 4.4.2 Connection timed out")
_BLOCKED = _Failure(
    EventKind.SOFT, Cause.POLICY, "5.7.1", "550 5.7.1 Message refused: the sending server is on a block list"
)
_SPAM = _Failure(EventKind.COMPLAINT, Cause.UNKNOWN, "", "")


def _events(audience: str, subscribers: Sequence[str], now: datetime) -> Iterator[MailEvent]:
    outage = [each for each in subscribers if each.endswith(f"@{_OUTAGE_DOMAIN}")]
    others = iter([each for each in subscribers if not each.endswith(f"@{_OUTAGE_DOMAIN}")])
    numbers = count()

    def bounce(address: str, failure: _Failure, *, ago: float) -> MailEvent:
        n = next(numbers)
        return MailEvent(
            address=address,
            kind=failure.kind,
            at=now - timedelta(days=ago),
            source=("ses", "message")[n % 2],
            uid=f"demo {n}",
            code=failure.code,
            cause=failure.cause,
            diagnostic=failure.said,
            campaign=_CAMPAIGNS[n % len(_CAMPAIGNS)],
            audience=audience,
        )

    def sign(address: str, kind: EventKind, *, ago: float) -> MailEvent:
        at, uid = now - timedelta(days=ago), f"demo {next(numbers)}"
        return MailEvent(address=address, kind=kind, at=at, source="ses", uid=uid, audience=audience)

    for n, address in enumerate(islice(others, 6)):
        yield bounce(address, _CLOSED if n % 3 == 2 else _GONE, ago=2 * n + 1.1)
    for failure in (_SLOW, _SLOW, _FULL, _FULL, _BLOCKED, _BLOCKED):
        address = next(others)
        yield from (bounce(address, failure, ago=day + 0.6) for day in range(7))
    for n, address in enumerate(islice(others, 5)):  # fewer than clean
        yield from (bounce(address, _FULL if n % 2 else _SLOW, ago=day + 1.3) for day in range(n % 4 + 1))
    for n, address in enumerate(islice(others, 2)):
        yield bounce(address, _SPAM, ago=4 * n + 0.9)
    for n, address in enumerate(islice(others, 2)):
        yield sign(address, EventKind.ACTIVE, ago=9 * n + 8)
        yield bounce(address, _GONE, ago=3 * n + 0.2)
    for n, address in enumerate(islice(others, 2)):
        yield bounce(address, _GONE, ago=n + 4.4)
        yield sign(address, EventKind.DELIVERED, ago=n + 2.4)
    several = max(_OUTAGE_LEAST, round(len(outage) * _OUTAGE_SHARE))
    for n, address in enumerate(outage[:several]):
        yield bounce(address, _GONE, ago=3.5 - n / several / 30)
