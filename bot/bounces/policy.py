"""The cleaning policy: evidence in, verdict out.

A hard bounce cleans at once, a complaint too. Soft bounces clean at the 7th when the contact never showed activity,
at the 15th when it did (Mailchimp, "About cleaned contacts"): one a day is counted, and a delivery, an open or a click
begins the count anew. Nothing here depends on the order in which the evidence came in.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from bot.bounces.events import Cause, EventKind

RECENTLY = timedelta(days=90)  # a sign of life so short before a hard bounce speaks for the address
BURST = timedelta(hours=1)
BURST_SHARE = 0.1  # of the domain's contacts: a large provider has some dead mailboxes in every hour
# A domain that is dead for good bounces in bursts too, one a mailing: only the first is taken for an outage.
OUTAGE_LASTS = timedelta(days=3)
OUTAGE_REMEMBERED = timedelta(days=60)


class CleaningReason(StrEnum):
    """What cleans a contact: the words of the contacts' own clean reason."""

    HARD = "hard"
    SOFT = "soft"
    ABUSE = "abuse"


class Weakness(StrEnum):
    """Why a cleaned contact is worth a look: keys that handlers turn into words."""

    ACTIVE = "active"  # it opened or clicked not long before, or since
    DELIVERED = "delivered"  # mail has reached it since
    OUTAGE = "outage"  # many addresses of its domain bounced in the same hour
    FULL = "full"  # the mailbox was full
    BLOCKED = "blocked"  # the sender or the content was refused, not the address


@dataclass(frozen=True, slots=True)
class Policy:
    """An audience's thresholds: soft bounces (days with one), and addresses of a domain that bounce in an hour."""

    soft_without_activity: int = 7
    soft_with_activity: int = 15
    outage_addresses: int = 10


@dataclass(frozen=True, slots=True)
class EvidenceEvent:
    """One piece of evidence: a hard or soft bounce, or a complaint."""

    kind: EventKind
    at: datetime
    cause: Cause = Cause.UNKNOWN
    code: str = ""


@dataclass(frozen=True, slots=True)
class Span:
    """A time in which many addresses of one domain bounced, both ends included."""

    since: datetime
    until: datetime

    def holds(self, at: datetime) -> bool:
        return self.since <= at <= self.until


@dataclass(frozen=True, slots=True)
class History:
    """All that is known of one contact. `bursts` are those of its domain."""

    events: Sequence[EvidenceEvent]
    delivered_at: datetime | None = None  # the last delivery
    active_at: datetime | None = None  # the last open or click
    bursts: Sequence[Span] = ()


@dataclass(frozen=True, slots=True)
class Verdict:
    """Why the contact is cleaned. `counted` of `needed` days with a soft bounce; `cause` and `code` of what decided."""

    reason: CleaningReason
    cause: Cause
    code: str
    counted: int
    needed: int
    weakness: Weakness | None


def judge(history: History, policy: Policy) -> Verdict | None:
    """The verdict on a contact; None: it stays."""
    events = sorted(history.events, key=lambda each: (each.at, each.kind, each.cause, each.code))
    excused = outages(history.bursts)
    counting = [each for each in events if not _is_excused(each, excused)]
    soft = _soft_days(counting, history)
    needed = policy.soft_with_activity if history.active_at else policy.soft_without_activity

    def verdict(reason: CleaningReason, decisive: EvidenceEvent, weakness: Weakness | None) -> Verdict:
        return Verdict(reason, decisive.cause, decisive.code, len(soft), needed, weakness)

    for each in events:
        if each.kind == EventKind.COMPLAINT:
            return verdict(CleaningReason.ABUSE, each, None)
    for each in counting:
        if each.kind == EventKind.HARD:
            return verdict(CleaningReason.HARD, each, _weakness_of_hard(each, history))
    if len(soft) >= needed:
        return verdict(CleaningReason.SOFT, soft[-1], _weakness_of_soft(soft, history))
    return None


def weakness_without_verdict(history: History) -> Weakness:
    """Why a contact that was cleaned on this evidence would not be cleaned on what is known now."""
    latest = max(history.events, key=lambda each: each.at)
    if any(burst.holds(latest.at) for burst in history.bursts):
        return Weakness.OUTAGE
    active, delivered = history.active_at, history.delivered_at
    return Weakness.ACTIVE if active and (not delivered or active >= delivered) else Weakness.DELIVERED


def bursts(bounces: Iterable[tuple[datetime, int]], contacts: int, policy: Policy) -> list[Span]:
    """The hours in which so many addresses of a domain bounced that it was hardly their own fault.

    `bounces`: when, and of which contact; `contacts`: how many the domain has in the audience.
    """
    enough = max(policy.outage_addresses, contacts * BURST_SHARE)
    found: list[Span] = []
    ordered = sorted(bounces)
    inside: Counter[int] = Counter()
    start = 0
    for at, contact in ordered:
        inside[contact] += 1
        while ordered[start][0] < at - BURST:
            gone = ordered[start][1]
            inside[gone] -= 1
            if not inside[gone]:
                del inside[gone]
            start += 1
        if len(inside) >= enough:
            found.append(Span(ordered[start][0], at))
    return merged(found)


def outages(spans: Sequence[Span]) -> list[Span]:
    """What of a domain's bursts is taken for an outage; what comes after the first days of one is none."""

    def is_first(span: Span) -> bool:
        ago = [span.since - other.since for other in spans]
        return not any(OUTAGE_LASTS < each < OUTAGE_REMEMBERED for each in ago)

    return [Span(span.since, min(span.until, span.since + OUTAGE_LASTS)) for span in spans if is_first(span)]


def merged(spans: Iterable[Span]) -> list[Span]:
    """The same times, spans that touch made one, the earliest first."""
    found: list[Span] = []
    for span in sorted(spans, key=lambda each: (each.since, each.until)):
        if found and span.since <= found[-1].until:
            found[-1] = Span(found[-1].since, max(found[-1].until, span.until))
        else:
            found.append(span)
    return found


_OF_THE_MAILBOX = frozenset({Cause.NO_MAILBOX, Cause.DISABLED})
_WEAK_CAUSES = {
    Cause.FULL: Weakness.FULL,
    Cause.POLICY: Weakness.BLOCKED,
    Cause.CONTENT: Weakness.BLOCKED,
    Cause.SIZE: Weakness.BLOCKED,
}


def _is_excused(event: EvidenceEvent, excused: Sequence[Span]) -> bool:
    """Whether an outage explains it. That there is no such mailbox is said of the address, whoever else bounces."""
    if event.kind == EventKind.HARD and event.cause in _OF_THE_MAILBOX:
        return False
    return any(span.holds(event.at) for span in excused)


def _soft_days(events: Sequence[EvidenceEvent], history: History) -> list[EvidenceEvent]:
    """The last soft bounce of each day (UTC) since the last sign of life, in order."""
    signs = [at for at in (history.delivered_at, history.active_at) if at]
    since = max(signs, default=None)
    days = {
        each.at.date(): each
        for each in events
        if each.kind == EventKind.SOFT and (since is None or each.at > since)
    }
    return list(days.values())


def _weakness_of_hard(event: EvidenceEvent, history: History) -> Weakness | None:
    if history.active_at and history.active_at >= event.at - RECENTLY:
        return Weakness.ACTIVE
    if history.delivered_at and history.delivered_at > event.at:
        return Weakness.DELIVERED
    if any(burst.holds(event.at) for burst in history.bursts):
        return Weakness.OUTAGE
    return _WEAK_CAUSES.get(event.cause)


def _weakness_of_soft(soft: Sequence[EvidenceEvent], history: History) -> Weakness | None:
    if any(burst.holds(each.at) for burst in history.bursts for each in soft):
        return Weakness.OUTAGE
    causes = [_WEAK_CAUSES.get(each.cause) for each in soft]
    return causes[-1] if all(causes) else None
