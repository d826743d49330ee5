"""Takes in mail events: finds the contacts concerned, saves the evidence, and has the contacts judged.

An event concerns every audience that has its address, unless it names one. It is saved once, however often it arrives.
Mirrored audiences are left out: Mailchimp cleans its own contacts, and the mirror brings that in.
Nothing here changes a cleaned contact back: later deliveries and activity only mark it as worth a look. An operator
may reverse the verdict, see `bot.bounces.verdicts.reversals`.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime
from enum import IntEnum
from functools import partial
from itertools import islice
from typing import Any

from prometheus_client import Counter

from bot.bounces import quarantine
from bot.bounces.events import (
    LONGEST_CAMPAIGN,
    LONGEST_DIAGNOSTIC,
    EventKind,
    MailEvent,
    digest,
)
from bot.bounces.faults import find_fault
from bot.bounces.quarantine import (
    MIRRORED_ADDRESS,
    UNKNOWN_ADDRESS,
    UNKNOWN_AUDIENCE,
    QuarantineItem,
)
from bot.bounces.verdicts import bursts, incidents, saved_policies
from bot.bounces.verdicts.verdicts import judge_contacts, review_verdicts
from bot.core.addresses import BadAddressReason, try_validate
from storage.audiences import audiences
from storage.bounces import contacts as contact_rows
from storage.bounces import evidence as evidence_rows
from storage.bounces.contacts import ContactSummary
from storage.contacts import bulk, reachable
from storage.core.database import Database, Session, Unreachable
from storage.core.tables import AudienceRow, AudienceSource
from storage.core.text import storable_line

LONGEST_CODE = 12  # characters
EVENTS = Counter(
    "cleaned_mail_events", "Mail events by their way in and what became of them.", ["way", "outcome"]
)


@dataclass(frozen=True, slots=True)
class IntakeCounts:
    """What became of mail events, each counted once. The names are those of a webhook's JSON answer."""

    cleaned: int = 0  # decided that its contact is cleaned
    counted: int = 0  # saved as evidence
    activity: int = 0  # a delivery, an open or a click
    repeated: int = 0  # saved earlier
    ignored: int = 0  # not about an address
    unknown: int = 0  # no audience has the address

    def __add__(self, other: "IntakeCounts") -> "IntakeCounts":
        return IntakeCounts(*(getattr(self, f.name) + getattr(other, f.name) for f in fields(self)))


def take_in(database: Database, events: Sequence[MailEvent], now: datetime) -> IntakeCounts:
    """Takes in events, in any order; those of one audience in one transaction."""
    return take_in_batches(database, [events], now)[0]


def take_in_parts(
    database: Database, events: Sequence[MailEvent], now: datetime, at_once: int
) -> IntakeCounts:
    """As `take_in`, so many events in a transaction. Raises Unreachable once all are tried."""
    total, gone = IntakeCounts(), None
    for start in range(0, len(events), at_once):
        try:
            total += take_in(database, events[start : start + at_once], now)
        except Unreachable as error:
            gone = error
    if gone:
        raise gone
    return total


def take_in_batches(
    database: Database, batches: Sequence[Sequence[MailEvent]], now: datetime
) -> list[IntakeCounts]:
    """As `take_in` for all batches together; returns the counts of each batch.

    Raises Unreachable if events concern, or may concern, audiences whose server is gone, once those of the others are
    taken in: what is sent again is saved once.
    """
    arrivals = [_Arrival.of(event, now) for batch in batches for event in batch]
    audience_ids, is_complete = reachable.ask(database, partial(_audiences_concerned, arrivals))
    outcomes = [_Outcome.UNKNOWN] * len(arrivals)
    for audience_id in sorted({id_ for ids in audience_ids for id_ in ids or ()}):
        concerned = {n: arrivals[n] for n, ids in enumerate(audience_ids) if audience_id in (ids or ())}
        with database.transaction() as session:
            for n, outcome in _take_in_audience(session, audience_id, concerned, now).items():
                outcomes[n] = max(outcomes[n], outcome)
    if not is_complete:
        raise Unreachable
    unknown = [
        arrival.quarantine_item(UNKNOWN_AUDIENCE if ids is None else UNKNOWN_ADDRESS)
        for arrival, ids, outcome in zip(arrivals, audience_ids, outcomes, strict=True)
        if outcome == _Outcome.UNKNOWN and arrival.is_evidence
    ]
    quarantine.add(database, _with_mirrored_reason(database, unknown), now)
    for arrival, outcome in zip(arrivals, outcomes, strict=True):
        EVENTS.labels(arrival.event.source, outcome.name.lower()).inc()
    in_order = iter(outcomes)
    return [_count(islice(in_order, len(batch))) for batch in batches]


def quarantine_item(event: MailEvent) -> QuarantineItem:
    """Returns the item as which the event is quarantined if no audience has its address."""
    return _Arrival.of(event, event.at).quarantine_item(UNKNOWN_ADDRESS)


def address_key(text: str) -> str:
    """Returns the lower-case address as contacts have it: mail servers write `xn--…` where a person writes é in a domain."""
    text = storable_line(text, 400)
    address = try_validate(text)
    return text.lower() if isinstance(address, BadAddressReason) else address[1]


class _Outcome(IntEnum):
    """What became of an event; if it concerns several audiences, the greatest applies."""

    UNKNOWN = 0
    REPEATED = 1
    ACTIVITY = 2
    COUNTED = 3
    CLEANED = 4


@dataclass(frozen=True, slots=True)
class _Arrival:
    """An event with its address as contacts are found by it, and the uid of its evidence."""

    event: MailEvent
    address_key: str
    uid: str

    @classmethod
    def of(cls, event: MailEvent, now: datetime) -> "_Arrival":
        key = address_key(event.address)
        # A time in the future comes from a clock that is ahead.
        at = min(event.at, now).astimezone(UTC)
        if at is not event.at:
            event = replace(event, at=at)
        return cls(event, key, digest(event.source, event.uid, key))

    @property
    def is_evidence(self) -> bool:
        return self.event.kind not in (EventKind.DELIVERED, EventKind.ACTIVE)

    def evidence_row(self, audience_id: int, contact: ContactSummary) -> dict[str, Any]:
        return {
            "audience_id": audience_id,
            "uid": self.uid,
            "contact_id": contact.id,
            "domain": contact.domain,
            "kind": str(self.event.kind),
            "at": self.event.at,
            "code": storable_line(self.event.code, LONGEST_CODE),
            "cause": str(self.event.cause),
            "diagnostic": storable_line(self.event.diagnostic, LONGEST_DIAGNOSTIC),
            "campaign": storable_line(self.event.campaign, LONGEST_CAMPAIGN),
            "source": self.event.source,
            "fault": find_fault(self.event),
        }

    def quarantine_item(self, reason: str) -> QuarantineItem:
        event = self.event
        detail = " ".join(filter(None, (event.kind, event.code, event.diagnostic)))
        return QuarantineItem(self.uid, event.source, reason, self.address_key, detail)


def _audiences_concerned(
    arrivals: Sequence["_Arrival"],
    session: Session,
    every: Sequence[AudienceRow],
    answering: Collection[int],
) -> tuple[list[set[int] | None], bool]:
    """For each event the ids of its audiences, of those that answer; None if it names one that does not exist.

    Also returns whether all that they may concern answer. All audiences are asked only for events that name none.
    """
    by_name: dict[str, set[str]] = defaultdict(set)
    for arrival in arrivals:
        by_name[arrival.event.audience].add(arrival.address_key)
    local = {row.id for row in every if row.source == AudienceSource.LOCAL}
    having: dict[str, dict[str, set[int]] | None] = {}
    is_complete = True
    for name, keys in by_name.items():
        audience = audiences.named(every, name) if name else None
        if name and audience is None:
            having[name] = None
            continue
        ids = local & {audience.id} if audience else local
        is_complete = is_complete and ids <= set(answering)
        having[name] = contact_rows.audiences_having(session, keys, ids & set(answering))

    def concerned(arrival: _Arrival) -> set[int] | None:
        of_keys = having[arrival.event.audience]
        return None if of_keys is None else of_keys.get(arrival.address_key, set())

    return [concerned(arrival) for arrival in arrivals], is_complete


def _with_mirrored_reason(database: Database, unknown: Sequence[QuarantineItem]) -> Sequence[QuarantineItem]:
    """The items; the reason of an address that only a mirrored audience has is MIRRORED_ADDRESS."""
    keys = {item.address.lower() for item in unknown if item.reason == UNKNOWN_ADDRESS}
    if not keys:
        return unknown
    mirrored = reachable.ask(database, partial(_mirrors_having, keys))
    return [
        replace(item, reason=MIRRORED_ADDRESS)
        if item.reason == UNKNOWN_ADDRESS and item.address.lower() in mirrored
        else item
        for item in unknown
    ]


def _mirrors_having(
    keys: Collection[str], session: Session, every: Sequence[AudienceRow], answering: Collection[int]
) -> Collection[str]:
    mirrors = {row.id for row in every if row.source == AudienceSource.MAILCHIMP}
    return contact_rows.audiences_having(session, keys, mirrors & set(answering))


def _take_in_audience(
    session: Session, audience_id: int, arrivals: Mapping[int, _Arrival], now: datetime
) -> dict[int, _Outcome]:
    """Saves the events of one audience, and judges the contacts that they are about or may affect."""
    audience = bulk.lock(session, audience_id)
    keys = {arrival.address_key for arrival in arrivals.values()}
    contacts = contact_rows.by_address_keys(session, audience_id, keys)
    arrivals = {n: arrival for n, arrival in arrivals.items() if arrival.address_key in contacts}
    rows = {
        n: arrival.evidence_row(audience_id, contacts[arrival.address_key])
        for n, arrival in arrivals.items()
        if arrival.is_evidence
    }
    added = evidence_rows.add(session, audience_id, rows.values())
    new_rows = list(added.values())
    activity = _latest_activity(
        (contacts[arrival.address_key].id, arrival.event)
        for arrival in arrivals.values()
        if not arrival.is_evidence
    )
    evidence_rows.record_activity(session, audience_id, activity)
    policy = saved_policies.load(session, audience_id)
    affected = bursts.update(session, audience_id, policy, new_rows)
    weakened = affected.weakened | incidents.update(session, audience_id, new_rows)
    changed = {row["contact_id"] for row in new_rows} | activity.keys()
    to_judge = affected.unexcused | {
        contact.id: contact for contact in contacts.values() if contact.id in changed
    }
    cleaned = judge_contacts(session, audience_id, to_judge, policy, audience.revision, now)
    review_verdicts(session, audience_id, weakened - to_judge.keys(), policy, audience.revision)
    return _outcomes(arrivals, rows, added.keys(), cleaned)


def _outcomes(
    arrivals: Iterable[int],
    rows: Mapping[int, Mapping[str, Any]],
    new_uids: Collection[str],
    cleaned: Collection[int],
) -> dict[int, _Outcome]:
    """What became of each event. One event of a contact counts as CLEANED; one of several with the same uid is new."""
    outcomes: dict[int, _Outcome] = {}
    cleaned_left, new_left = set(cleaned), set(new_uids)
    for n in arrivals:
        if n not in rows:
            outcomes[n] = _Outcome.ACTIVITY
            continue
        uid, contact_id = rows[n]["uid"], rows[n]["contact_id"]
        if uid not in new_left:
            outcomes[n] = _Outcome.REPEATED
        elif contact_id in cleaned_left:
            outcomes[n] = _Outcome.CLEANED
        else:
            outcomes[n] = _Outcome.COUNTED
        new_left.discard(uid)
        cleaned_left.discard(contact_id)
    return outcomes


def _latest_activity(
    events: Iterable[tuple[int, MailEvent]],
) -> dict[int, tuple[datetime | None, datetime | None]]:
    """Contact id → its latest delivery, and its latest open or click."""
    latest: dict[int, dict[EventKind, datetime]] = defaultdict(dict)
    for contact_id, event in events:
        times = latest[contact_id]
        times[event.kind] = max(times.get(event.kind, event.at), event.at)
    return {
        contact_id: (times.get(EventKind.DELIVERED), times.get(EventKind.ACTIVE))
        for contact_id, times in latest.items()
    }


def _count(outcomes: Iterable[_Outcome]) -> IntakeCounts:
    listed = list(outcomes)
    return IntakeCounts(
        cleaned=listed.count(_Outcome.CLEANED),
        counted=listed.count(_Outcome.COUNTED),
        activity=listed.count(_Outcome.ACTIVITY),
        repeated=listed.count(_Outcome.REPEATED),
        unknown=listed.count(_Outcome.UNKNOWN),
    )
