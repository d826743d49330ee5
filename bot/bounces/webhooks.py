"""What webhooks bring is stored: several requests at once, and each token for one body only."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.bounces.events import Notice
from bot.bounces.intake import Intake, take_in, take_in_each
from storage.bounces import webhook_tokens
from storage.core.database import Database

TOKENS_KEPT = timedelta(days=2)  # longer than any provider's signature is taken
MOST_AT_ONCE = 500  # notices of one request in one transaction


@dataclass(frozen=True, slots=True)
class Token:
    """A signature that leaves the body out is good for the first body that comes with it. `body` is its SHA-256."""

    value: str
    body: str


@dataclass(frozen=True, slots=True)
class Parcel:
    """What one request brought."""

    notices: tuple[Notice, ...] = ()
    ignored: int = 0
    token: Token | None = None


BatchResult = Intake | None
"""None: nothing was taken, because the token came with another body before."""


def store(database: Database, parcels: Sequence[Parcel], now: datetime) -> list[BatchResult]:
    """Takes the parcels in together; what became of each. All is committed when this returns."""
    refused = _refused(database, parcels, now)
    taken = [each for each in parcels if each.token not in refused]
    small = [each for each in taken if len(each.notices) <= MOST_AT_ONCE]
    counts = dict(zip(map(id, small), take_in_each(database, [p.notices for p in small], now), strict=True))
    counts |= {id(each): _large(database, each, now) for each in taken if id(each) not in counts}
    return [
        replace(counts[id(each)], ignored=each.ignored) if id(each) in counts else None for each in parcels
    ]


def _refused(database: Database, parcels: Sequence[Parcel], now: datetime) -> set[Token | None]:
    tokens = [each.token for each in parcels if each.token]
    if not tokens:
        return set()
    # Of two bodies that come together, the first has it.
    bodies = {token.value: token.body for token in reversed(tokens)}
    with database.transaction() as session:
        first = webhook_tokens.use(session, bodies, now)
    return {token for token in tokens if first.get(token.value) != token.body}


def _large(database: Database, parcel: Parcel, now: datetime) -> Intake:
    notices = parcel.notices
    parts = [notices[n : n + MOST_AT_ONCE] for n in range(0, len(notices), MOST_AT_ONCE)]
    return sum((take_in(database, part, now) for part in parts), Intake())
