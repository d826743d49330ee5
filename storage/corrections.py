"""Consents: the record of each correction; and the cleaned contacts that nobody has corrected yet."""

from collections.abc import Collection, Sequence

from sqlmodel import Session, col, select

from storage.contacts import IS_CLEANED, NEWEST_FIRST, TABLE, Place, comes_after
from storage.tables import Consent, Contact, Reason


def record(session: Session, consent: Consent) -> None:
    session.add(consent)
    session.flush()


def consents(session: Session, audience_id: int) -> Sequence[Consent]:
    """The audience's consents, the newest first."""
    newest = col(Consent.id).desc()
    return session.exec(select(Consent).where(Consent.audience_id == audience_id).order_by(newest)).all()


def uncorrected(
    session: Session, audience_id: int, domains: Collection[str], *, most: int, after: Place | None = None
) -> Sequence[Contact]:
    """Cleaned contacts at these domains, the newest first; without complaints and those corrected before."""
    corrected = select(Consent.old_contact_id).where(
        Consent.audience_id == audience_id, col(Consent.old_contact_id).is_not(None)
    )
    query = select(Contact).where(
        TABLE.c.audience_id == audience_id,
        IS_CLEANED,
        TABLE.c.domain.in_(domains),
        TABLE.c.clean_reason.is_distinct_from(str(Reason.ABUSE)),
        TABLE.c.id.not_in(corrected),
    )
    if after:
        query = query.where(comes_after(after))
    return session.exec(query.order_by(*NEWEST_FIRST).limit(most)).all()


def there(session: Session, audience_id: int, keys: Collection[str]) -> set[str]:
    """Which of these lower-case addresses the audience has, in any status."""
    query = select(Contact.address_key).where(
        Contact.audience_id == audience_id, col(Contact.address_key).in_(keys)
    )
    return set(session.exec(query))
