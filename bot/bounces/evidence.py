"""Why an address was cleaned: the verdict and the evidence behind it, for a person to judge."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.audiences.audiences import Audience
from bot.bounces.events import Cause, EventKind
from bot.bounces.verdicts import reversals
from bot.bounces.verdicts.policy import INCIDENT_QUIET, Weakness
from bot.bounces.verdicts.reversals import CleanedBatch, Obstacle
from bot.core.addresses import find_addresses
from bot.core.errors import PlanGone
from storage.archives import archives
from storage.audiences import audiences
from storage.bounces import evidence as evidence_rows
from storage.bounces.tables import Evidence
from storage.bounces.verdicts import bursts as burst_rows
from storage.bounces.verdicts import incidents as incident_rows
from storage.bounces.verdicts import verdicts as verdict_rows
from storage.contacts import contacts
from storage.contacts.reachable import reachable
from storage.contacts.tables import Contact, VerdictRow
from storage.contacts.values import CleanReason, Status
from storage.core.database import Database, Session
from storage.corrections import corrections

MOST_SHOWN = 15  # evidence items


@dataclass(frozen=True, slots=True)
class Review:
    """An operator has looked at a contact that was worth a look."""

    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class VerdictSummary:
    """A verdict as shown beside the contact's address. `code` as in RFC 3463, or ""."""

    reason: CleanReason
    cause: Cause
    code: str
    counted: int
    """Days with a soft bounce."""
    needed: int
    """Days with a soft bounce that clean."""
    weakness: Weakness | None
    """Why the contact is worth a look, or was until its review."""
    review: Review | None = None


@dataclass(frozen=True, slots=True, repr=False)  # it holds an address
class PastFix:
    """The contact was corrected: this address was added beside it."""

    address: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class EvidenceItem:
    """One bounce or complaint; `source` is where it came from."""

    kind: EventKind
    at: datetime
    code: str
    cause: Cause
    diagnostic: str
    campaign: str
    source: str


@dataclass(frozen=True, slots=True)
class BurstSummary:
    """A period in which that many addresses of the contact's domain bounced, this one among them."""

    since: datetime
    until: datetime
    addresses: int


@dataclass(frozen=True, slots=True)
class IncidentSummary:
    """A period in which mail to that many addresses was refused for a fault of the sender, this one among them."""

    since: datetime
    until: datetime
    addresses: int
    domains: int


@dataclass(frozen=True, slots=True)
class Explanation:
    """Everything known about why a contact was cleaned."""

    contact_id: int
    audience: Audience
    address: str
    domain: str
    reason: str
    cleaned_at: datetime
    campaign: str
    diagnostic: str
    verdict: VerdictSummary | None
    """None if the contact was imported as cleaned."""
    items: Sequence[EvidenceItem]
    """The newest first, at most MOST_SHOWN."""
    n_items: int
    """How many there are in all."""
    delivered_at: datetime | None
    active_at: datetime | None
    burst: BurstSummary | None
    """The latest burst that contains some of the evidence."""
    incident: "IncidentSummary | None" = None
    """The latest incident to which some of the evidence belongs."""
    dismissed_until: datetime | None = None
    """Bounces until then do not count: an operator has reversed an earlier verdict."""
    obstacle: Obstacle | None = None
    """Why the contact can't get back the status that it had; None if it can."""
    batch: CleanedBatch | None = None
    """The contacts that were cleaned together with it."""
    status: str = Status.CLEANED
    archive: str | None = None
    """The archive that it can be restored from, if it is archived."""
    fixes: Sequence[PastFix] = ()
    """Newest first."""


@dataclass(frozen=True, slots=True)
class FoundContact:
    """A contact with the address that was looked up, in any status."""

    id: int
    audience: Audience
    address: str
    status: str
    reason: str
    """Why it was cleaned; "" if it never was."""


@dataclass(frozen=True, slots=True, repr=False)  # it holds an address
class AddressLookup:
    """Who has an address: at most one contact of each audience. `searched` are the audiences that were asked."""

    address: str
    found: Sequence[FoundContact]
    searched: Sequence[Audience]


def look_up(database: Database, text: str) -> AddressLookup:
    """Looks up the first address that the text contains, in every audience whose server answers."""
    address = next(iter(find_addresses(text)), text.strip())
    searched = [Audience.of(row) for row in reachable(database)]
    by_id = {audience.id: audience for audience in searched}
    with database.reading() as session:
        found = [
            FoundContact(
                row.id,
                by_id[row.audience_id],
                row.address,
                str(row.status),
                _reason(row) if row.cleaned_at else "",
            )
            for row in contacts.with_key(session, address.lower(), by_id)
        ]
    return AddressLookup(address, found, searched)


def explain(database: Database, audience_id: int, contact_id: int) -> Explanation:
    """Explains why a contact was cleaned. Raises PlanGone if it does not exist or was never cleaned."""
    with database.reading() as session:
        contact = contacts.by_id(session, audience_id, contact_id)
        audience = audiences.get(session, audience_id)
        if audience is None or contact is None or contact.cleaned_at is None:
            raise PlanGone
        evidence = evidence_rows.of_contacts(session, audience_id, [contact_id])
        activity = evidence_rows.activity_of(session, audience_id, [contact_id]).get(contact_id)
        verdict = verdict_rows.of_contacts(session, audience_id, [contact_id]).get(contact_id)
        batch = reversals.batch_of(session, audience, verdict)
        burst = _latest_burst(session, audience_id, contact.domain, evidence)
        incident = _latest_incident(session, audience_id, evidence)
        is_archived = contact.status == Status.ARCHIVED
        archive = archives.holding(session, audience_id, contact_id) if is_archived else None
        fixes = corrections.consents_of(session, audience_id, contact_id)
    return Explanation(
        contact_id=contact_id,
        audience=Audience.of(audience),
        address=contact.address,
        domain=contact.domain,
        reason=_reason(contact),
        cleaned_at=contact.cleaned_at,
        campaign=contact.clean_campaign_title or "",
        diagnostic=contact.clean_diagnostic or "",
        verdict=_summary(verdict) if verdict else None,
        items=[_item(row) for row in evidence[:MOST_SHOWN]],
        n_items=len(evidence),
        delivered_at=activity.delivered_at if activity else None,
        active_at=activity.active_at if activity else None,
        burst=burst,
        incident=incident,
        dismissed_until=activity.dismissed_until if activity else None,
        obstacle=reversals.obstacle(audience, contact, verdict),
        batch=batch,
        status=str(contact.status),
        archive=archive,
        fixes=[PastFix(fix.address, fix.given_by, fix.given_at) for fix in fixes[:MOST_SHOWN]],
    )


def verdict_summaries(
    session: Session, audience_id: int, contact_ids: Collection[int]
) -> Mapping[int, VerdictSummary]:
    """Returns the verdicts on those of these contacts that the policy cleaned: contact id → verdict."""
    rows = verdict_rows.of_contacts(session, audience_id, contact_ids)
    return {contact_id: _summary(row) for contact_id, row in rows.items()}


def _reason(contact: Contact) -> str:
    return contact.clean_reason or str(CleanReason.UNKNOWN)


def _latest_burst(
    session: Session, audience_id: int, domain: str, evidence: Sequence[Evidence]
) -> BurstSummary | None:
    for burst in reversed(burst_rows.of_domains(session, audience_id, [domain])):
        if any(burst.since <= row.at <= burst.until for row in evidence):
            # The row's number is of the time when the burst was found: counting anew is for who looks.
            n = burst_rows.count_addresses(session, audience_id, domain, burst.since, burst.until)
            return BurstSummary(burst.since, burst.until, max(burst.addresses, n))
    return None


def _latest_incident(
    session: Session, audience_id: int, evidence: Sequence[Evidence]
) -> IncidentSummary | None:
    refused_at = [row.at for row in evidence if row.fault]
    if not refused_at:
        return None
    for row in reversed(incident_rows.of_audience(session, audience_id)):
        since, until = row.since, row.until + INCIDENT_QUIET
        if any(since <= at <= until for at in refused_at):
            refusals = incident_rows.by_domain_and_fault(session, audience_id, since, until)
            addresses = incident_rows.count_contacts(session, audience_id, since, until)
            return IncidentSummary(since, row.until, addresses, len({each.domain for each in refusals}))
    return None


def _item(row: Evidence) -> EvidenceItem:
    return EvidenceItem(
        kind=EventKind(row.kind),
        at=row.at,
        code=row.code,
        cause=Cause(row.cause),
        diagnostic=row.diagnostic,
        campaign=row.campaign,
        source=row.source,
    )


def _summary(row: VerdictRow) -> VerdictSummary:
    weakness = row.weakness or row.reviewed
    review = None
    if not row.weakness and row.reviewed_by and row.reviewed_at:
        review = Review(row.reviewed_by, row.reviewed_at)
    return VerdictSummary(
        reason=CleanReason(row.reason),
        cause=Cause(row.cause),
        code=row.code,
        counted=row.counted,
        needed=row.needed,
        weakness=Weakness(weakness) if weakness else None,
        review=review,
    )
