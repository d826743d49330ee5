"""A cleaned contact as it is shown beside its correction."""

from dataclasses import dataclass
from datetime import datetime

from bot.core.audiences import Audience
from bot.core.errors import PlanGone
from storage.contacts.tables import Contact
from storage.contacts.values import CleanReason
from storage.core import audiences
from storage.core.database import Session
from storage.core.tables import AudienceRow

FIRST_NAMES = frozenset({"first name", "firstname", "fname", "given name", "prénom", "prenom", "vorname"})
LAST_NAMES = frozenset({"last name", "lastname", "lname", "surname", "family name", "nom", "nom de famille"})


@dataclass(frozen=True, slots=True)
class Cleaned:
    """A cleaned contact as it is shown. A name is None where the audience has no field for it."""

    audience: Audience
    id: int
    address: str
    domain: str
    reason: str
    cleaned_at: datetime
    campaign: str | None
    diagnostic: str | None
    first_name: str | None
    last_name: str | None


def cleaned(audience: AudienceRow, contact: Contact) -> Cleaned:
    assert contact.cleaned_at  # the table's own condition
    first, last = label(audience, FIRST_NAMES), label(audience, LAST_NAMES)
    return Cleaned(
        audience=Audience.of(audience),
        id=contact.id,
        address=contact.address,
        domain=contact.domain,
        reason=contact.clean_reason or str(CleanReason.UNKNOWN),
        cleaned_at=contact.cleaned_at,
        campaign=contact.clean_campaign_title,
        diagnostic=contact.clean_diagnostic,
        first_name=None if first is None else contact.merge_fields.get(first, ""),
        last_name=None if last is None else contact.merge_fields.get(last, ""),
    )


def label(audience: AudienceRow, names: frozenset[str]) -> str | None:
    """The audience's merge field of one of these names."""
    return next((label for label in audience.merge_labels if label.strip().casefold() in names), None)


def audience_of(session: Session, audience_id: int) -> AudienceRow:
    """The row. Raises PlanGone."""
    audience = audiences.get(session, audience_id)
    if audience is None:
        raise PlanGone
    return audience
