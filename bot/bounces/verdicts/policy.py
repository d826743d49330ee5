"""The cleaning policy: decides, from the evidence on one contact, whether it is cleaned and why.

The rules (Mailchimp, "About cleaned contacts"), in order of precedence:

1. A complaint cleans at once.
2. A hard bounce cleans at once.
3. Soft bounces clean on the 7th day with one, or on the 15th if the contact has ever opened or clicked. Each day counts
   once; a delivery, an open or a click resets the count.

Bounces during an outage of the contact's domain do not count, except a hard bounce that names the mailbox itself, and
one on a provider's own list: the provider has stopped mailing that address, whatever the cause was. During an incident,
when many servers refuse our mail for a fault of ours, those that blame the sender do not count. Nor do bounces that an
operator has dismissed by reversing the verdict on them.
The result does not depend on the order in which the evidence arrived. Pure: no database, no clock.
"""

from collections import Counter, defaultdict, deque
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from bot.bounces.events import LIST_SUFFIX, Cause, EventKind
from storage.contacts.values import CleanReason, Status

RECENT_ACTIVITY = timedelta(days=90)  # activity this shortly before a hard bounce makes the verdict weak
BURST_WINDOW = timedelta(hours=1)
BURST_SHARE = 0.1  # of the domain's contacts: a large provider has a few dead mailboxes in every hour
# A domain that is gone for good also bounces in bursts, one per mailing: only the first counts as an outage.
LONGEST_OUTAGE = timedelta(days=3)
OUTAGE_MEMORY = timedelta(days=60)
# An incident: within BURST_WINDOW, servers of so many domains blame the sender, in so large a share of all bounces,
# by far more than in an ordinary hour.
INCIDENT_DOMAINS = 10
INCIDENT_SHARE = 0.15
# Or those of one domain refuse so many addresses, and so large a share of all contacts that get mail.
INCIDENT_ADDRESSES = 50
INCIDENT_AUDIENCE_SHARE = 0.01
INCIDENT_QUIET = timedelta(
    hours=6
)  # after which an incident is over; until then what is refused belongs to it
CLEANABLE = frozenset({Status.SUBSCRIBED, Status.NONSUBSCRIBED, Status.PENDING})  # statuses that get mail
# Verdicts of one source within an hour beyond which an operator is asked.
MOST_AT_ONCE_SHARE = 0.05  # of the contacts that get mail
MOST_AT_ONCE_LEAST = 50  # in a small audience that is a larger share


class Weakness(StrEnum):
    """Why a verdict is weak and the contact worth a look: keys that handlers turn into words."""

    ACTIVE = "active"  # opened or clicked not long before the bounce, or since
    DELIVERED = "delivered"  # mail has been delivered since
    OUTAGE = "outage"  # many addresses of the domain bounced within the same hour
    INCIDENT = "incident"  # many servers refused our mail at that time, for a fault of ours
    PROVIDER = (
        "provider"  # the mail provider gave up the address for a cause that passes, and mails it no more
    )
    FULL = "full"  # the mailbox was full
    BLOCKED = "blocked"  # the sender or the content was refused, not the address


@dataclass(frozen=True, slots=True)
class Policy:
    """Thresholds of one audience; the defaults are Mailchimp's."""

    soft_without_activity: int = 7
    """Days with a soft bounce that clean a contact without any activity."""
    soft_with_activity: int = 15
    """The same for a contact that has opened or clicked."""
    outage_addresses: int = 10
    """Addresses of one domain that bounce within BURST_WINDOW, from which it is a burst."""


@dataclass(frozen=True, slots=True)
class EvidenceEvent:
    """One hard bounce, soft bounce or complaint."""

    kind: EventKind
    at: datetime
    cause: Cause = Cause.UNKNOWN
    code: str = ""
    source: str = ""
    blames_sender: bool = False


@dataclass(frozen=True, slots=True)
class Burst:
    """A period in which many addresses of one domain bounced, or many servers refused us; both ends are included."""

    since: datetime
    until: datetime

    def contains(self, at: datetime) -> bool:
        return self.since <= at <= self.until


@dataclass(frozen=True, slots=True)
class History:
    """Everything known about one contact; `bursts` are those of its domain, `incidents` those of its audience."""

    events: Sequence[EvidenceEvent]
    delivered_at: datetime | None = None  # latest delivery
    active_at: datetime | None = None  # latest open or click
    bursts: Sequence[Burst] = ()
    dismissed_until: datetime | None = None  # bounces until then do not count, complaints do
    incidents: Sequence[Burst] = ()


@dataclass(frozen=True, slots=True)
class Verdict:
    """Why a contact is cleaned. `cause`, `code` and `source` are those of the decisive event."""

    reason: CleanReason
    cause: Cause
    code: str
    counted: int
    """Days with a soft bounce that counted."""
    needed: int
    """Days that clean this contact."""
    weakness: Weakness | None
    source: str = ""


def judge(history: History, policy: Policy) -> Verdict | None:
    """Returns the verdict that cleans the contact, or None if it is not cleaned."""
    events = sorted(history.events, key=_order)
    excusing = outages(history.bursts)
    counting = [
        event
        for event in _undismissed(events, history)
        if not _is_excused(event, excusing) and not _is_of_incident(event, history)
    ]
    soft_days = _soft_days(counting, history)
    needed = policy.soft_with_activity if history.active_at else policy.soft_without_activity

    def verdict(reason: CleanReason, decisive: EvidenceEvent, weakness: Weakness | None) -> Verdict:
        counted, source = len(soft_days), decisive.source
        return Verdict(reason, decisive.cause, decisive.code, counted, needed, weakness, source)

    for event in events:
        if event.kind == EventKind.COMPLAINT:
            return verdict(CleanReason.ABUSE, event, None)
    if hard := [event for event in counting if event.kind == EventKind.HARD]:
        # Providers report one failure twice, once with its cause; what is said of the address itself is the strongest.
        decisive = min(
            hard, key=lambda event: (event.cause not in _ADDRESS_CAUSES, event.cause == Cause.UNKNOWN)
        )
        return verdict(CleanReason.HARD, decisive, _weakness_of_hard(decisive, history))
    if len(soft_days) >= needed:
        return verdict(CleanReason.SOFT, soft_days[-1], _weakness_of_soft(soft_days, history))
    return None


def weakness_without_verdict(history: History) -> Weakness:
    """Returns why a contact that was cleaned on this evidence would not be cleaned on what is known now."""
    if any(_is_of_incident(event, history) for event in history.events):
        return Weakness.INCIDENT
    latest = max(history.events, key=lambda event: event.at)
    if any(burst.contains(latest.at) for burst in history.bursts):
        return Weakness.OUTAGE
    active, delivered = history.active_at, history.delivered_at
    return Weakness.ACTIVE if active and (not delivered or active >= delivered) else Weakness.DELIVERED


def burst_threshold(contacts: int, policy: Policy) -> float:
    """Returns how many addresses must bounce within BURST_WINDOW in a domain with that many contacts."""
    return max(policy.outage_addresses, contacts * BURST_SHARE)


def most_at_once(contacts: int) -> int:
    """Returns how many contacts bounces of one source may clean within an hour, of that many that get mail."""
    return max(MOST_AT_ONCE_LEAST, int(contacts * MOST_AT_ONCE_SHARE))


def find_bursts(bounces: Iterable[tuple[datetime, int]], contacts: int, policy: Policy) -> list[Burst]:
    """Returns the periods in which so many addresses of a domain bounced that the addresses are hardly at fault.

    `bounces` are pairs of time and contact id; `contacts` is the number of the domain's contacts in the audience.
    """
    threshold = burst_threshold(contacts, policy)
    bursts: list[Burst] = []
    window = _Window()
    for at, contact in sorted(bounces):
        window.add(at, contact)
        if len(window) >= threshold:
            bursts.append(Burst(window.since, at))
    return merge_bursts(bursts)


def refusals_of_one_domain(contacts: int) -> float:
    """Returns how many addresses of one domain must be refused within BURST_WINDOW, of that many contacts that get mail."""
    return max(INCIDENT_ADDRESSES, contacts * INCIDENT_AUDIENCE_SHARE)


def find_incidents(
    refusals: Sequence[tuple[datetime, int, str]], bounces: Sequence[tuple[datetime, int]], contacts: int
) -> list[Burst]:
    """Returns the periods in which so many servers blamed the sender that the sender is at fault.

    `refusals` are time, contact id and domain of the bounces that blame the sender, `bounces` time and contact id of all;
    both in order of time. `contacts` is the number of the audience's contacts that get mail.
    """
    incidents: list[Burst] = []
    refused, domains, bounced = _Window(), _Window(), _Window()
    of_domain: dict[str, _Window] = defaultdict(_Window)
    position = 0
    for at, contact, domain in refusals:
        refused.add(at, contact)
        domains.add(at, domain)
        of_domain[domain].add(at, contact)
        while position < len(bounces) and bounces[position][0] <= at:
            bounced.add(*bounces[position])
            position += 1
        bounced.move_to(at)
        if len(domains) >= INCIDENT_DOMAINS and len(refused) >= INCIDENT_SHARE * len(bounced):
            incidents.append(Burst(refused.since, at))
        elif len(of_domain[domain]) >= refusals_of_one_domain(contacts):
            incidents.append(Burst(of_domain[domain].since, at))
    return merge_bursts(incidents)


def outages(bursts: Sequence[Burst]) -> list[Burst]:
    """Returns the bursts of a domain that count as outages, each cut after LONGEST_OUTAGE.

    A burst that follows another after more than LONGEST_OUTAGE and less than OUTAGE_MEMORY is none.
    """

    def is_first(burst: Burst) -> bool:
        gaps = [burst.since - other.since for other in bursts]
        return not any(LONGEST_OUTAGE < gap < OUTAGE_MEMORY for gap in gaps)

    return [
        Burst(burst.since, min(burst.until, burst.since + LONGEST_OUTAGE))
        for burst in bursts
        if is_first(burst)
    ]


def merge_bursts(bursts: Iterable[Burst]) -> list[Burst]:
    """Returns the bursts in order of time, those that touch or overlap merged."""
    merged: list[Burst] = []
    for burst in sorted(bursts, key=lambda burst: (burst.since, burst.until)):
        if merged and burst.since <= merged[-1].until:
            merged[-1] = Burst(merged[-1].since, max(merged[-1].until, burst.until))
        else:
            merged.append(burst)
    return merged


class _Window:
    """What happened within BURST_WINDOW, added in order of time; its length is to how many different ones."""

    def __init__(self) -> None:
        self._events: deque[tuple[datetime, Hashable]] = deque()
        self._counts: Counter[Hashable] = Counter()

    def __len__(self) -> int:
        return len(self._counts)

    @property
    def since(self) -> datetime:
        return self._events[0][0]

    def add(self, at: datetime, what: Hashable) -> None:
        self._events.append((at, what))
        self._counts[what] += 1
        self.move_to(at)

    def move_to(self, at: datetime) -> None:
        """Drops what is longer ago than BURST_WINDOW."""
        while self._events and self._events[0][0] < at - BURST_WINDOW:
            _, expired = self._events.popleft()
            self._counts[expired] -= 1
            if not self._counts[expired]:
                del self._counts[expired]


_MAILBOX_CAUSES = frozenset({Cause.NO_MAILBOX, Cause.DISABLED})
_ADDRESS_CAUSES = _MAILBOX_CAUSES | {Cause.NO_DOMAIN}
_WEAK_CAUSES = {
    Cause.FULL: Weakness.FULL,
    Cause.POLICY: Weakness.BLOCKED,
    Cause.CONTENT: Weakness.BLOCKED,
    Cause.SIZE: Weakness.BLOCKED,
}
_PASSING_CAUSES = frozenset({*_WEAK_CAUSES, Cause.SERVER})


def _order(event: EvidenceEvent) -> tuple[datetime, str, str, str, str]:
    return event.at, event.kind, event.cause, event.code, event.source


def _undismissed(events: Sequence[EvidenceEvent], history: History) -> Sequence[EvidenceEvent]:
    until = history.dismissed_until
    return events if until is None else [event for event in events if event.at > until]


def _is_excused(event: EvidenceEvent, excusing: Sequence[Burst]) -> bool:
    """Whether an outage explains the bounce. "No such mailbox" is about the address, whoever else bounces."""
    is_of_address = event.cause in _MAILBOX_CAUSES or event.source.endswith(LIST_SUFFIX)
    if event.kind == EventKind.HARD and is_of_address:
        return False
    return any(outage.contains(event.at) for outage in excusing)


def _is_of_incident(event: EvidenceEvent, history: History) -> bool:
    return event.blames_sender and any(
        incident.since <= event.at <= incident.until + INCIDENT_QUIET for incident in history.incidents
    )


def _soft_days(events: Sequence[EvidenceEvent], history: History) -> list[EvidenceEvent]:
    """The last soft bounce of each day (UTC) since the latest delivery, open or click, in order."""
    resets = [at for at in (history.delivered_at, history.active_at) if at]
    since = max(resets, default=None)
    days = {
        event.at.date(): event
        for event in events
        if event.kind == EventKind.SOFT and (since is None or event.at > since)
    }
    return list(days.values())


def _weakness_of_hard(event: EvidenceEvent, history: History) -> Weakness | None:
    is_delivered = history.delivered_at is not None and history.delivered_at > event.at
    # Read from a server's own words, such a cause is soft. It is told first, because it says what to do.
    if event.cause in _PASSING_CAUSES and not is_delivered:
        return Weakness.PROVIDER
    if history.active_at and history.active_at >= event.at - RECENT_ACTIVITY:
        return Weakness.ACTIVE
    if is_delivered:
        return Weakness.DELIVERED
    return Weakness.OUTAGE if any(burst.contains(event.at) for burst in history.bursts) else None


def _weakness_of_soft(soft_days: Sequence[EvidenceEvent], history: History) -> Weakness | None:
    if any(burst.contains(event.at) for burst in history.bursts for event in soft_days):
        return Weakness.OUTAGE
    weaknesses = [_WEAK_CAUSES.get(event.cause) for event in soft_days]
    return weaknesses[-1] if all(weaknesses) else None
