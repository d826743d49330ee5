"""A cleaned contact as the views of corrections show it."""

from dataclasses import dataclass
from datetime import datetime

from bot.audiences.audiences import Audience
from bot.contacts.names import name_labels
from storage.contacts.tables import Contact
from storage.contacts.values import CleanReason
from storage.core.tables import AudienceRow


@dataclass(frozen=True, slots=True)
class CleanedContact:
    """A cleaned contact. A name is None if the audience has no merge field for it."""

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


def cleaned_contact(audience: AudienceRow, contact: Contact) -> CleanedContact:
    """Returns the row's values. The contact is cleaned."""
    assert contact.cleaned_at  # a constraint of the table
    first, last = name_labels(audience.merge_labels)
    return CleanedContact(
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
