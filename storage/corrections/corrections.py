"""Consents, the records of corrections, and cleaned contacts that were not corrected yet."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import Column, ColumnElement, and_, exists, func
from sqlalchemy import select as select_columns
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
from storage.core.engines import insert_unless_there, is_in, of_audiences
from storage.corrections.tables import Consent, NotTypo

# A person who complained about the mail is never asked for another address, whatever the contact was cleaned for.
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


def add_consent(session: Session, consent: Consent) -> None:
    session.add(consent)
    session.flush()


def consents(session: Session, audience_id: int) -> Sequence[Consent]:
    """Returns the audience's consents, newest first."""
    newest_first = col(Consent.id).desc()
    return session.exec(
        select(Consent).where(Consent.audience_id == audience_id).order_by(newest_first)
    ).all()


def consents_of(session: Session, audience_id: int, old_contact_id: int) -> Sequence[Consent]:
    """Returns the records of corrections of that cleaned contact, newest first."""
    of_contact = (Consent.audience_id == audience_id, Consent.old_contact_id == old_contact_id)
    return session.exec(select(Consent).where(*of_contact).order_by(col(Consent.id).desc())).all()


def consents_by_id(session: Session, ids: Collection[int]) -> Sequence[Consent]:
    """Returns these consents, in any order."""
    return session.exec(select(Consent).where(col(Consent.id).in_(ids))).all()


def find_uncorrected(
    session: Session,
    audience_id: int,
    domains: Collection[str],
    *,
    most: int,
    after: PageKey | None = None,
    before: PageKey | None = None,
    are_few: bool = False,
    period: tuple[datetime, datetime] | None = None,
    among: Collection[int] | None = None,
) -> Sequence[Contact]:
    """Returns cleaned contacts of these domains that may be typos and were not corrected, newest first.

    `after` and `before` are the contacts at a page's edges; with `before`, the nearest come first. `are_few` decides the
    query: True finds all of the domains' contacts and sorts them, False walks through the cleaned contacts in order,
    which is slow where those of the domains are rare. With a `period`, the contacts are those cleaned from its first
    time on and before its second; `among` are the ids of those to look at.
    """
    if not domains:
        return []  # SQLite would read every cleaned contact for that
    corrected = _corrected(session, audience_id)
    of_domains: ColumnElement[bool] = TABLE.c.domain.in_(domains)
    if period:
        since, until = period
        of_domains = and_(of_domains, TABLE.c.cleaned_at >= since, TABLE.c.cleaned_at < until)
    if are_few:
        ids = select(Contact.id).where(Contact.audience_id == audience_id, IS_CLEANED, of_domains)
        of_domains = TABLE.c.id.in_(ids)
    query = select(Contact).where(TABLE.c.audience_id == audience_id, MAY_BE_A_TYPO, of_domains)
    if corrected:
        query = query.where(~is_in(session, TABLE.c.id, corrected))
    if among is not None:
        query = query.where(TABLE.c.id.in_(among))
    if after:
        query = query.where(comes_after(after))
    if before:
        query = query.where(comes_before(before))
    return session.exec(query.order_by(*(OLDEST_FIRST if before else NEWEST_FIRST)).limit(most)).all()


def _corrected(session: Session, audience_id: int) -> Sequence[int]:
    """Ids of the contacts that were corrected. Read by itself, since only contacts may be on several servers."""
    query = select(Consent.old_contact_id).where(
        Consent.audience_id == audience_id, col(Consent.old_contact_id).is_not(None)
    )
    return [contact_id for contact_id in session.exec(query) if contact_id is not None]


def statuses_by_key(session: Session, audience_id: int, keys: Collection[str]) -> dict[str, str]:
    """Returns the status of each of these lower-case addresses that the audience has."""
    query = select(Contact.address_key, Contact.status).where(
        Contact.audience_id == audience_id, col(Contact.address_key).in_(keys)
    )
    return dict(session.exec(query).all())


def with_complaint(session: Session, audience_id: int, ids: Collection[int]) -> set[int]:
    """Returns the ids of those contacts for which a complaint was received."""
    query = select(Evidence.contact_id).where(
        Evidence.audience_id == audience_id, col(Evidence.contact_id).in_(ids), Evidence.kind == "complaint"
    )
    return set(session.exec(query))


def excluded_from_suggestions(session: Session, audience_id: int) -> set[int]:
    """Returns the ids of contacts with a complaint and of those whose address a person confirmed to be right."""
    complained = select(Evidence.contact_id).where(
        Evidence.audience_id == audience_id, Evidence.kind == "complaint"
    )
    confirmed = select(NotTypo.contact_id).where(NotTypo.audience_id == audience_id)
    return {*session.exec(complained), *session.exec(confirmed)}


def get_not_typo(session: Session, audience_id: int, contact_id: int) -> NotTypo | None:
    return session.get(NotTypo, (audience_id, contact_id))


def marked_not_typo(session: Session, audience_id: int, ids: Collection[int]) -> set[int]:
    """Returns the ids of those contacts that a person marked as right."""
    query = select(NotTypo.contact_id).where(
        NotTypo.audience_id == audience_id, col(NotTypo.contact_id).in_(ids)
    )
    return set(session.exec(query))


def count_not_typos(session: Session, audience_ids: Sequence[int]) -> dict[int, int]:
    """Returns how many contacts a person marked as right, of those of the audiences that have some."""
    audience_id: Column[int] = NotTypo.__table__.c.audience_id  # type: ignore[attr-defined]
    query = select_columns(audience_id, func.count()).where(of_audiences(audience_id, audience_ids))
    return dict(session.connection().execute(query.group_by(audience_id)).all())


def mark_not_typo(session: Session, mark: NotTypo) -> bool:
    """Stores the mark; False if the contact has one already."""
    return insert_unless_there(session, mark)


def unmark_not_typo(session: Session, audience_id: int, contact_id: int) -> bool:
    """Deletes the contact's mark; False if it has none."""
    mark = get_not_typo(session, audience_id, contact_id)
    if mark:
        session.delete(mark)
    return mark is not None
