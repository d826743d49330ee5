"""Stores the events of webhook requests: several requests together, and a one-time token for one body only."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.bounces.events import MailEvent
from bot.bounces.intake import IntakeCounts, take_in_batches, take_in_parts
from storage.bounces import webhook_tokens
from storage.core.database import Database

TOKENS_KEPT = timedelta(days=2)  # longer than any provider's signature is accepted
EVENTS_AT_ONCE = 500  # of one request in one transaction


@dataclass(frozen=True, slots=True)
class OneTimeToken:
    """The token of a signature that does not cover the body: valid for the first body that comes with it."""

    value: str
    body_hash: str
    """SHA-256 of the body, hexadecimal."""


@dataclass(frozen=True, slots=True)
class WebhookPayload:
    """The events of one authenticated request."""

    events: tuple[MailEvent, ...] = ()
    ignored: int = 0
    """How many of its entries are not about an address."""
    token: OneTimeToken | None = None


def store(database: Database, payloads: Sequence[WebhookPayload], now: datetime) -> list[IntakeCounts | None]:
    """Stores the payloads and commits; returns the counts of each, None if its token was used with another body."""
    reused = _reused_tokens(database, payloads, now)
    accepted = {n: payload for n, payload in enumerate(payloads) if payload.token not in reused}
    small = {n: payload.events for n, payload in accepted.items() if len(payload.events) <= EVENTS_AT_ONCE}
    counts = dict(zip(small, take_in_batches(database, list(small.values()), now), strict=True))
    for n, payload in accepted.items():
        if n not in small:
            counts[n] = take_in_parts(database, payload.events, now, EVENTS_AT_ONCE)
    return [
        replace(counts[n], ignored=payload.ignored) if n in counts else None
        for n, payload in enumerate(payloads)
    ]


def _reused_tokens(
    database: Database, payloads: Sequence[WebhookPayload], now: datetime
) -> set[OneTimeToken | None]:
    """The tokens that were used with another body before."""
    tokens = [payload.token for payload in payloads if payload.token]
    if not tokens:
        return set()
    # Reversed, so that of two bodies that arrive together the first one claims the token.
    bodies = {token.value: token.body_hash for token in reversed(tokens)}
    with database.transaction() as session:
        bound = webhook_tokens.claim(session, bodies, now)
    return {token for token in tokens if bound.get(token.value) != token.body_hash}
