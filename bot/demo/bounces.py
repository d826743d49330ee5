"""Sample bounces for `cleaned demo`, the same on every run: data for the views that explain and review verdicts.

They are taken in like real bounces, day by day, so that the policy decides which contacts are cleaned.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count, groupby, islice

from bot.bounces.events import Cause, EventKind, MailEvent
from bot.bounces.intake import take_in
from storage.core.database import Database

_OUTAGE_DOMAIN = "laposte.net"
_OUTAGE_SHARE = 0.12  # of the domain's subscribers, a little more than an outage needs
_OUTAGE_LEAST = 12  # bounces
_CAMPAIGNS = ("Spring catalogue", "Invitation : portes ouvertes", "Your membership, one year on")


def add(database: Database, audience: str, subscribers: Sequence[str], now: datetime) -> None:
    """Takes in bounces of some of the audience's subscribers, given by their addresses."""
    events = sorted(_events(audience, subscribers, now), key=lambda event: event.at)
    for _day, group in groupby(events, key=lambda event: event.at.date()):
        day_events = list(group)
        take_in(database, day_events, day_events[-1].at)


@dataclass(frozen=True)
class _Failure:
    """How a mail server refuses a message."""

    kind: EventKind
    cause: Cause
    code: str
    diagnostic: str


_GONE = _Failure(EventKind.HARD, Cause.NO_MAILBOX, "5.1.1", "550 5.1.1 User unknown")
_CLOSED = _Failure(EventKind.HARD, Cause.DISABLED, "5.2.1", "550 5.2.1 The mailbox is disabled")
_FULL = _Failure(EventKind.SOFT, Cause.FULL, "4.2.2", "452 4.2.2 The recipient\u2019s mailbox is over quota")
_SLOW = _Failure(EventKind.SOFT, Cause.SERVER, "4.4.2", "421 4.4.2 Connection timed out")
_BLOCKED = _Failure(
    EventKind.SOFT, Cause.POLICY, "5.7.1", "550 5.7.1 Message refused: the sending server is on a block list"
)
_GIVEN_UP = _Failure(EventKind.HARD, Cause.FULL, "5.2.2", "552 5.2.2 Mailbox full")  # by the provider
_SPAM = _Failure(EventKind.COMPLAINT, Cause.UNKNOWN, "", "")


def _events(audience: str, subscribers: Sequence[str], now: datetime) -> Iterator[MailEvent]:
    at_outage = [address for address in subscribers if address.endswith(f"@{_OUTAGE_DOMAIN}")]
    addresses = iter([address for address in subscribers if not address.endswith(f"@{_OUTAGE_DOMAIN}")])
    factory = _EventFactory(audience, now)
    yield from _cleaned(factory, addresses)
    yield from _not_cleaned(factory, addresses)
    yield from _complaints(factory, addresses)
    yield from _doubtful(factory, addresses)
    n_outage = max(_OUTAGE_LEAST, round(len(at_outage) * _OUTAGE_SHARE))
    for n, address in enumerate(at_outage[:n_outage]):
        yield factory.bounce(address, _GONE, days_ago=3.5 - n / n_outage / 30)


class _EventFactory:
    """Makes events with consecutive numbers in their uids."""

    def __init__(self, audience: str, now: datetime) -> None:
        self._audience = audience
        self._now = now
        self._numbers = count()

    def bounce(self, address: str, failure: _Failure, *, days_ago: float) -> MailEvent:
        n = next(self._numbers)
        return MailEvent(
            address=address,
            kind=failure.kind,
            at=self._now - timedelta(days=days_ago),
            source=("ses", "message")[n % 2],
            uid=f"demo {n}",
            code=failure.code,
            cause=failure.cause,
            diagnostic=failure.diagnostic,
            campaign=_CAMPAIGNS[n % len(_CAMPAIGNS)],
            audience=self._audience,
        )

    def activity(self, address: str, kind: EventKind, *, days_ago: float) -> MailEvent:
        at, uid = self._now - timedelta(days=days_ago), f"demo {next(self._numbers)}"
        return MailEvent(address=address, kind=kind, at=at, source="ses", uid=uid, audience=self._audience)


def _cleaned(factory: _EventFactory, addresses: Iterator[str]) -> Iterator[MailEvent]:
    """Hard bounces, and as many soft bounces as clean a contact."""
    for n, address in enumerate(islice(addresses, 6)):
        yield factory.bounce(address, _CLOSED if n % 3 == 2 else _GONE, days_ago=2 * n + 1.1)
    for failure in (_SLOW, _SLOW, _FULL, _FULL, _BLOCKED, _BLOCKED):
        address = next(addresses)
        yield from (factory.bounce(address, failure, days_ago=day + 0.6) for day in range(7))


def _not_cleaned(factory: _EventFactory, addresses: Iterator[str]) -> Iterator[MailEvent]:
    """Fewer soft bounces than clean a contact."""
    for n, address in enumerate(islice(addresses, 5)):
        failure = _FULL if n % 2 else _SLOW
        yield from (factory.bounce(address, failure, days_ago=day + 1.3) for day in range(n % 4 + 1))


def _complaints(factory: _EventFactory, addresses: Iterator[str]) -> Iterator[MailEvent]:
    for n, address in enumerate(islice(addresses, 2)):
        yield factory.bounce(address, _SPAM, days_ago=4 * n + 0.9)


def _doubtful(factory: _EventFactory, addresses: Iterator[str]) -> Iterator[MailEvent]:
    """Hard bounces of contacts that were active before, had mail delivered after, or were given up too soon."""
    for n, address in enumerate(islice(addresses, 2)):
        yield factory.activity(address, EventKind.ACTIVE, days_ago=9 * n + 8)
        yield factory.bounce(address, _GONE, days_ago=3 * n + 0.2)
    for n, address in enumerate(islice(addresses, 2)):
        yield factory.bounce(address, _GONE, days_ago=n + 4.4)
        yield factory.activity(address, EventKind.DELIVERED, days_ago=n + 2.4)
    yield factory.bounce(next(addresses), _GIVEN_UP, days_ago=1.6)
