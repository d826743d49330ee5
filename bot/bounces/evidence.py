"""Why an address was cleaned: the verdict and the evidence behind it, for a person to judge."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.bounces.events import Cause, EventKind
from bot.bounces.policy import Weakness
from bot.core.audiences import Audience
from bot.core.errors import PlanGone
from storage.bounces import bounces
from storage.bounces.tables import Evidence
from storage.contacts import contacts
from storage.contacts.tables import VerdictRow
from storage.contacts.values import CleanReason
from storage.core import audiences
from storage.core.database import Database, Session

MOST_SHOWN = 15  # pieces of evidence


@dataclass(frozen=True, slots=True)
class VerdictSummary:
    """What is said of a cleaned contact beside its address. `code` as in RFC 3463, or ""."""

    reason: CleanReason
    cause: Cause
    code: str
    counted: int
    """Days with a soft bounce."""
    needed: int
    """As many as were enough."""
    weakness: Weakness | None
    """Why it is worth a look."""


@dataclass(frozen=True, slots=True)
class EvidenceItem:
    """One piece of evidence; `source` is the way in that told it."""

    kind: EventKind
    at: datetime
    code: str
    cause: Cause
    diagnostic: str
    campaign: str
    source: str


@dataclass(frozen=True, slots=True)
class Burst:
    """A time in which so many addresses of the contact's domain bounced, this one among them."""

    since: datetime
    until: datetime
    addresses: int


@dataclass(frozen=True, slots=True)
class Why:
    """All that is known of why a contact was cleaned. `mark` is None when no bounce of ours decided it: an import."""

    contact_id: int
    audience: Audience
    address: str
    domain: str
    reason: str
    cleaned_at: datetime
    campaign: str
    diagnostic: str
    mark: VerdictSummary | None
    pieces: Sequence[EvidenceItem]
    """The newest first, at most MOST_SHOWN."""
    n: int
    """How many there are."""
    delivered_at: datetime | None
    active_at: datetime | None
    burst: Burst | None
    """The latest that the evidence falls into."""


def why(database: Database, audience_id: int, contact_id: int) -> Why:
    """Raises PlanGone when the contact was never cleaned, or is of no audience."""
    with database.reading() as session:
        contact = contacts.by_id(session, audience_id, contact_id)
        audience = audiences.get(session, audience_id)
        if audience is None or contact is None or contact.cleaned_at is None:
            raise PlanGone
        told = bounces.evidence(session, audience_id, [contact_id])
        signs = bounces.activity(session, audience_id, [contact_id]).get(contact_id)
        mark = marks(session, audience_id, [contact_id]).get(contact_id)
        burst = _burst(session, audience_id, contact.domain, told)
    return Why(
        contact_id=contact_id,
        audience=Audience.of(audience),
        address=contact.address,
        domain=contact.domain,
        reason=contact.clean_reason or str(CleanReason.UNKNOWN),
        cleaned_at=contact.cleaned_at,
        campaign=contact.clean_campaign_title or "",
        diagnostic=contact.clean_diagnostic or "",
        mark=mark,
        pieces=[
            EvidenceItem(EventKind(e.kind), e.at, e.code, Cause(e.cause), e.diagnostic, e.campaign, e.source)
            for e in told[:MOST_SHOWN]
        ],
        n=len(told),
        delivered_at=signs.delivered_at if signs else None,
        active_at=signs.active_at if signs else None,
        burst=burst,
    )


def marks(session: Session, audience_id: int, contact_ids: Collection[int]) -> Mapping[int, VerdictSummary]:
    """What is said beside each of these contacts, where the policy cleaned it."""
    found = bounces.verdicts(session, audience_id, contact_ids)
    return {id_: _mark(row) for id_, row in found.items()}


def _burst(session: Session, audience_id: int, domain: str, told: Sequence[Evidence]) -> Burst | None:
    for each in reversed(bounces.outages(session, audience_id, [domain])):
        if any(each.since <= piece.at <= each.until for piece in told):
            return Burst(each.since, each.until, each.addresses)
    return None


def _mark(row: VerdictRow) -> VerdictSummary:
    return VerdictSummary(
        CleanReason(row.reason),
        Cause(row.cause),
        row.code,
        row.counted,
        row.needed,
        Weakness(row.weakness) if row.weakness else None,
    )
