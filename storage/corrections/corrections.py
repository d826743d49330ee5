"""Consents: the record of each correction; and the cleaned contacts that nobody has corrected yet."""

from collections.abc import Collection, Sequence

from sqlalchemy import ColumnElement, and_, exists
from sqlmodel import Session, col, select

from storage.bounces.tables import Evidence
from storage.contacts.contacts import (
    IS_CLEANED,
    NEWEST_FIRST,
    OLDEST_FIRST,
    TABLE,
    PageKey,
    comes_after,
    comes_before,
)
from storage.contacts.tables import Contact
from storage.contacts.values import CleanReason
from storage.corrections.tables import Consent, NotTypo

# Who complained about the mail is never asked for another address, whatever else the contact was cleaned for.
COMPLAINED: ColumnElement[bool] = exists().where(
    col(Evidence.audience_id) == TABLE.c.audience_id,
    col(Evidence.contact_id) == TABLE.c.id,
    col(Evidence.kind) == "complaint",
)
NOT_A_TYPO: ColumnElement[bool] = exists().where(
    col(NotTypo.audience_id) == TABLE.c.audience_id, col(NotTypo.contact_id) == TABLE.c.id
)
MAY_BE_A_TYPO = and_(
    IS_CLEANED, TABLE.c.clean_reason.is_distinct_from(str(CleanReason.ABUSE)), ~COMPLAINED, ~NOT_A_TYPO
)


def record(session: Session, consent: Consent) -> None:
    session.add(consent)
    session.flush()


def consents(session: Session, audience_id: int) -> Sequence[Consent]:
    """The audience's consents, the newest first."""
    newest = col(Consent.id).desc()
    return session.exec(select(Consent).where(Consent.audience_id == audience_id).order_by(newest)).all()


def uncorrected(
    session: Session,
    audience_id: int,
    domains: Collection[str],
    *,
    most: int,
    after: PageKey | None = None,
    before: PageKey | None = None,
    are_few: bool = False,
) -> Sequence[Contact]:
    """Cleaned contacts at these domains that may be typos and weren't corrected, the newest first.

    With `before`, those that come before that place, the nearest first. `are_few`: they are all found by domain and
    put in order; else they are met on the way through the cleaned ones, which takes long where they are rare.
    """
    if not domains:
        return []  # SQLite would read every cleaned contact to find that out
    corrected = select(Consent.old_contact_id).where(
        Consent.audience_id == audience_id, col(Consent.old_contact_id).is_not(None)
    )
    of_domains: ColumnElement[bool] = TABLE.c.domain.in_(domains)
    if are_few:
        theirs = select(Contact.id).where(Contact.audience_id == audience_id, IS_CLEANED, of_domains)
        of_domains = TABLE.c.id.in_(theirs)
    query = select(Contact).where(
        TABLE.c.audience_id == audience_id, MAY_BE_A_TYPO, of_domains, TABLE.c.id.not_in(corrected)
    )
    if after:
        query = query.where(comes_after(after))
    if before:
        query = query.where(comes_before(before))
    return session.exec(query.order_by(*(OLDEST_FIRST if before else NEWEST_FIRST)).limit(most)).all()


def there(session: Session, audience_id: int, keys: Collection[str]) -> dict[str, str]:
    """Which of these lower-case addresses the audience has, and in which status each is."""
    query = select(Contact.address_key, Contact.status).where(
        Contact.audience_id == audience_id, col(Contact.address_key).in_(keys)
    )
    return dict(session.exec(query).all())


def complained(session: Session, audience_id: int, ids: Collection[int]) -> set[int]:
    """Those of the contacts of which a complaint came in."""
    query = select(Evidence.contact_id).where(
        Evidence.audience_id == audience_id, col(Evidence.contact_id).in_(ids), Evidence.kind == "complaint"
    )
    return set(session.exec(query))


def never_suggested(session: Session, audience_id: int) -> set[int]:
    """The contacts that said no, and those of which a person said that they are no typos."""
    angry = select(Evidence.contact_id).where(
        Evidence.audience_id == audience_id, Evidence.kind == "complaint"
    )
    right = select(NotTypo.contact_id).where(NotTypo.audience_id == audience_id)
    return {*session.exec(angry), *session.exec(right)}


def not_typo(session: Session, audience_id: int, contact_id: int) -> NotTypo | None:
    return session.get(NotTypo, (audience_id, contact_id))


def say_not_typo(session: Session, said: NotTypo) -> bool:
    """False when somebody has said so already."""
    if not_typo(session, said.audience_id, said.contact_id):
        return False
    session.add(said)
    session.flush()
    return True


def take_back_not_typo(session: Session, audience_id: int, contact_id: int) -> bool:
    """False when nobody has said so."""
    said = not_typo(session, audience_id, contact_id)
    if said:
        session.delete(said)
    return said is not None
