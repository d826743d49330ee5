"""Bounces come in: notices become evidence, evidence a verdict, and a verdict cleans a contact.

A notice goes to every audience that has its address, unless it names one. It is kept once, however often it comes.
Mirrored audiences are left out: Mailchimp cleans its own contacts, and the mirror tells of it.
Nothing here makes a cleaned contact anything else: what speaks for it later only marks it as worth a look.
"""

import hashlib
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime
from enum import IntEnum
from itertools import islice
from typing import Any

from bot.bounces import policies
from bot.bounces.events import EventKind, Notice
from bot.bounces.policy import BURST, BURST_SHARE, Policy, Span, bursts, merged, outages
from bot.bounces.verdicts import judge_contacts, look_again
from bot.core.addresses import BadAddressReason, try_validate
from storage.bounces import bounces
from storage.bounces.bounces import Found
from storage.contacts import bulk
from storage.core import audiences
from storage.core.database import Database, Session
from storage.core.tables import AudienceSource
from storage.core.text import storable

LONGEST_DIAGNOSTIC = 1_000  # characters
LONGEST_TEXT = 200
UNKNOWN_ADDRESS = "unknown-address"
MIRRORED_ADDRESS = "mirrored-address"  # only an audience of Mailchimp's has it
LARGEST_CONTENT = 64 << 10  # bytes of what is set aside


@dataclass(frozen=True, slots=True)
class Intake:
    """What became of notices, each counted once."""

    cleaned: int = 0  # this one cleaned its contact
    counted: int = 0  # kept as evidence
    activity: int = 0  # a sign of life
    repeated: int = 0  # known already
    ignored: int = 0  # says nothing of an address
    unknown: int = 0  # nobody has the address

    def __add__(self, other: "Intake") -> "Intake":
        return Intake(*(getattr(self, f.name) + getattr(other, f.name) for f in fields(self)))


@dataclass(frozen=True, slots=True)
class Aside:
    """What came in and can't be used. `reason` is a key that handlers turn into words; `content` the message."""

    uid: str
    source: str
    reason: str
    address: str = ""
    detail: str = ""
    content: bytes | None = None


def take_in(database: Database, notices: Sequence[Notice], now: datetime) -> Intake:
    """Takes notices in, in any order, those of each audience in one transaction."""
    return take_in_each(database, [notices], now)[0]


def take_in_each(database: Database, parcels: Sequence[Sequence[Notice]], now: datetime) -> list[Intake]:
    """As `take_in`, all of the parcels together; what became of each."""
    arrived = [_Arrived.of(notice, now) for parcel in parcels for notice in parcel]
    meant = _audiences(database, arrived)
    fates = dict.fromkeys(range(len(arrived)), _Fate.UNKNOWN)
    for audience_id in sorted({each for ids in meant for each in ids or ()}):
        here = {n: arrived[n] for n, ids in enumerate(meant) if audience_id in (ids or ())}
        with database.transaction() as session:
            for n, fate in _take_in(session, audience_id, here, now).items():
                fates[n] = max(fates[n], fate)
    unknown = [
        each.aside("unknown-audience" if ids is None else UNKNOWN_ADDRESS)
        for each, ids, fate in zip(arrived, meant, fates.values(), strict=True)
        if fate == _Fate.UNKNOWN and each.is_evidence
    ]
    set_aside(database, _mirrored_told(database, unknown), now)
    in_order = iter(fates.values())
    return [_counted(islice(in_order, len(parcel))) for parcel in parcels]


def set_aside(database: Database, items: Sequence[Aside], now: datetime) -> int:
    """Keeps what could not be used, each once; returns how many are new."""
    if not items:
        return 0
    rows = [
        {
            "uid": aside_uid(each),
            "at": now,
            "source": each.source,
            "reason": each.reason,
            "address": _tidy(each.address, LONGEST_TEXT + 120),
            "detail": _tidy(each.detail, LONGEST_DIAGNOSTIC),
            "content": each.content[:LARGEST_CONTENT] if each.content else None,
        }
        for each in items
    ]
    with database.transaction() as session:
        return bounces.put_aside(session, rows)


def aside_uid(what: Aside | Notice) -> str:
    """The uid under which it is set aside, if it is."""
    item = _Arrived.of(what, what.at).aside(UNKNOWN_ADDRESS) if isinstance(what, Notice) else what
    # Of an address that nobody has the uid is the same before a mirror has it and after.
    reason = UNKNOWN_ADDRESS if item.reason == MIRRORED_ADDRESS else item.reason
    return _digest(item.source, item.uid, reason)


def _mirrored_told(database: Database, unknown: Sequence[Aside]) -> Sequence[Aside]:
    """The same, with the reason of those that only a mirror has."""
    keys = {each.address.lower() for each in unknown if each.reason == UNKNOWN_ADDRESS}
    if not keys:
        return unknown
    with database.reading() as session:
        mirrored = bounces.known(session, keys, AudienceSource.MAILCHIMP)
    return [
        replace(each, reason=MIRRORED_ADDRESS)
        if each.reason == UNKNOWN_ADDRESS and each.address.lower() in mirrored
        else each
        for each in unknown
    ]


class _Fate(IntEnum):
    """What became of a notice; of several audiences, the greatest."""

    UNKNOWN = 0
    REPEATED = 1
    ACTIVITY = 2
    COUNTED = 3
    CLEANED = 4


@dataclass(frozen=True, slots=True)
class _Arrived:
    """A notice in the form in which it is kept."""

    notice: Notice
    key: str
    uid: str

    @classmethod
    def of(cls, notice: Notice, now: datetime) -> "_Arrived":
        key = _key(_tidy(notice.address, 400))
        # A clock that runs ahead is not believed.
        notice = replace(notice, at=min(notice.at, now).astimezone(UTC))
        return cls(notice, key, _digest(notice.source, notice.uid, key))

    @property
    def is_evidence(self) -> bool:
        return self.notice.kind not in (EventKind.DELIVERED, EventKind.ACTIVE)

    def row(self, audience_id: int, contact: Found) -> dict[str, Any]:
        return {
            "audience_id": audience_id,
            "uid": self.uid,
            "contact_id": contact.id,
            "domain": contact.domain,
            "kind": str(self.notice.kind),
            "at": self.notice.at,
            "code": _tidy(self.notice.code, 12),
            "cause": str(self.notice.cause),
            "diagnostic": _tidy(self.notice.diagnostic, LONGEST_DIAGNOSTIC),
            "campaign": _tidy(self.notice.campaign, LONGEST_TEXT),
            "source": self.notice.source,
        }

    def aside(self, reason: str) -> Aside:
        notice = self.notice
        detail = " ".join(filter(None, (notice.kind, notice.code, notice.diagnostic)))
        return Aside(self.uid, notice.source, reason, self.key, detail)


def _audiences(database: Database, arrived: Sequence[_Arrived]) -> list[set[int] | None]:
    """For each notice the audiences that have its address; None where there is none of the name that it gives."""
    with database.reading() as session:
        having = bounces.known(session, {each.key for each in arrived})
        names = {each.notice.audience for each in arrived} - {""}
        named = {name: audiences.named(session, name) for name in names}

    def meant(each: _Arrived) -> set[int] | None:
        ids = having.get(each.key, set())
        if not each.notice.audience:
            return ids
        only = named[each.notice.audience]
        return ids & {only.id} if only else None

    return [meant(each) for each in arrived]


def _take_in(
    session: Session, audience_id: int, here: Mapping[int, _Arrived], now: datetime
) -> dict[int, _Fate]:
    audience = bulk.lock(session, audience_id)
    contacts = bounces.with_keys(session, audience_id, {each.key for each in here.values()})
    here = {n: each for n, each in here.items() if each.key in contacts}
    rows = {n: each.row(audience_id, contacts[each.key]) for n, each in here.items() if each.is_evidence}
    new = bounces.add(session, audience_id, list(rows.values()))
    signs = _signs((contacts[e.key].id, e.notice) for e in here.values() if not e.is_evidence)
    bounces.note_activity(session, audience_id, signs)
    policy = policies.of(session, audience_id)
    fresh = [row for row in rows.values() if row["uid"] in new]
    struck, accused = _note_bursts(session, audience_id, policy, fresh)
    touched = {row["contact_id"] for row in fresh} | signs.keys()
    by_id = accused | {contact.id: contact for contact in contacts.values() if contact.id in touched}
    cleaned = judge_contacts(session, audience_id, by_id, policy, audience.revision, now)
    look_again(session, audience_id, struck - by_id.keys(), policy, audience.revision)
    return _fates(here, rows, new, cleaned)


def _fates(
    here: Mapping[int, _Arrived],
    rows: Mapping[int, Mapping[str, Any]],
    new: Collection[str],
    cleaned: Collection[int],
) -> dict[int, _Fate]:
    """A contact is cleaned by one of its notices, a notice is new once."""
    fates: dict[int, _Fate] = {}
    left, unseen = set(cleaned), set(new)
    for n in here:
        if n not in rows:
            fates[n] = _Fate.ACTIVITY
        elif rows[n]["uid"] not in unseen:
            fates[n] = _Fate.REPEATED
        elif rows[n]["contact_id"] in left:
            fates[n] = _Fate.CLEANED
        else:
            fates[n] = _Fate.COUNTED
        if n in rows:
            unseen.discard(rows[n]["uid"])
            left.discard(rows[n]["contact_id"])
    return fates


def _signs(notices: Iterable[tuple[int, Notice]]) -> dict[int, tuple[datetime | None, datetime | None]]:
    """The latest delivery and the latest activity of each contact."""
    latest: dict[int, dict[EventKind, datetime]] = defaultdict(dict)
    for contact_id, notice in notices:
        kinds = latest[contact_id]
        kinds[notice.kind] = max(kinds.get(notice.kind, notice.at), notice.at)
    return {
        id_: (kinds.get(EventKind.DELIVERED), kinds.get(EventKind.ACTIVE)) for id_, kinds in latest.items()
    }


def _note_bursts(
    session: Session, audience_id: int, policy: Policy, fresh: Sequence[Mapping[str, Any]]
) -> tuple[set[int], dict[int, Found]]:
    """Keeps the bursts that the new evidence makes.

    Returns the contacts whose verdict they may weaken; and those that an outage excused which is none any more,
    because an earlier one has come to light.
    """
    times: dict[str, list[datetime]] = defaultdict(list)
    for row in fresh:
        if row["kind"] != EventKind.COMPLAINT:
            times[row["domain"]].append(row["at"])
    known: dict[str, dict[Span, int]] = defaultdict(dict)
    for each in bounces.outages(session, audience_id, times.keys()):
        known[each.domain][Span(each.since, each.until)] = each.addresses
    sizes = bounces.of_domains(session, audience_id, times.keys())
    struck: set[int] = set()
    accused: dict[int, Found] = {}
    for domain, at in times.items():
        if all(any(span.holds(each) for span in known[domain]) for each in at):
            continue
        size = sizes.get(domain, 0)
        enough = max(policy.outage_addresses, int(size * BURST_SHARE))
        since, until = min(at) - BURST, max(at) + BURST
        told = bounces.of_domain(session, audience_id, domain, since, until, at_least=enough)
        found = bursts(told, size, policy)
        spans = merged([*known[domain], *found])
        if spans == list(known[domain]):
            continue
        counted = {span: len({contact for at, contact in told if span.holds(at)}) for span in found}
        _put_spans(session, audience_id, domain, spans, known[domain] | counted)
        for span in found:
            struck |= bounces.judged_in(session, audience_id, domain, span.since, span.until)
        excused = outages(spans)
        for span in outages(list(known[domain])):
            if not any(each.holds(span.since) and each.holds(span.until) for each in excused):
                accused |= bounces.bounced_in(session, audience_id, domain, span.since, span.until)
    return struck, accused


def _put_spans(
    session: Session,
    audience_id: int,
    domain: str,
    spans: Sequence[Span],
    known: Mapping[Span, int],
) -> None:
    """`known`: how many addresses bounced in spans, where that was counted already."""

    def addresses(span: Span) -> int:
        told = bounces.of_domain(session, audience_id, domain, span.since, span.until, at_least=1)
        return len({contact for _at, contact in told})

    rows = [
        {
            "since": span.since,
            "until": span.until,
            "addresses": known[span] if span in known else addresses(span),
        }
        for span in spans
    ]
    bounces.put_outages(session, audience_id, domain, rows)


def _counted(fates: Iterable[_Fate]) -> Intake:
    of = list(fates)
    return Intake(
        cleaned=of.count(_Fate.CLEANED),
        counted=of.count(_Fate.COUNTED),
        activity=of.count(_Fate.ACTIVITY),
        repeated=of.count(_Fate.REPEATED),
        unknown=of.count(_Fate.UNKNOWN),
    )


def _key(text: str) -> str:
    """An address as contacts have it: mail servers write `xn--…` where a person writes é in a domain."""
    found = try_validate(text)
    return text.lower() if isinstance(found, BadAddressReason) else found[1]


def _digest(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:32]


def _tidy(text: str, most: int) -> str:
    """The text as one line that a database can store, of at most so many characters."""
    return " ".join(storable(text).split())[:most]
