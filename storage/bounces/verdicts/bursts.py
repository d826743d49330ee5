"""Bursts of bounces by domain: the bounces that make one, the rows that keep them, the contacts they touch."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Table, delete, func, insert, select, update
from sqlmodel import Session, col
from sqlmodel import select as select_model

from storage.bounces.contacts import SUMMARY_COLUMNS, ContactSummary
from storage.bounces.tables import BurstRow, Evidence
from storage.contacts.contacts import TABLE
from storage.contacts.tables import DomainCount, VerdictRow

_EVIDENCE: Table = Evidence.__table__  # type: ignore[attr-defined]
_BURSTS: Table = BurstRow.__table__  # type: ignore[attr-defined]
_VERDICTS: Table = VerdictRow.__table__  # type: ignore[attr-defined]


def of_domains(session: Session, audience_id: int, domains: Collection[str]) -> Sequence[BurstRow]:
    """Returns all rows of these domains, the earliest first."""
    return session.exec(
        select_model(BurstRow)
        .where(col(BurstRow.audience_id) == audience_id, col(BurstRow.domain).in_(domains))
        .order_by(col(BurstRow.domain), col(BurstRow.since))
        .execution_options(populate_existing=True)  # `replace` may have run since the session read them
    ).all()


def replace(session: Session, audience_id: int, domain: str, rows: Sequence[Mapping[str, Any]]) -> None:
    """Replaces the domain's rows by these: `since`, `until`, `addresses`."""
    key = {"audience_id": audience_id, "domain": domain}
    old = delete(_BURSTS).where(_BURSTS.c.audience_id == audience_id, _BURSTS.c.domain == domain)
    session.connection().execute(old)
    session.connection().execute(insert(_BURSTS), [{**key, **row} for row in rows])


def extend(session: Session, audience_id: int, domain: str, since: datetime, until: datetime) -> None:
    """Sets the end of the row that begins at `since`."""
    of_domain = (_BURSTS.c.audience_id == audience_id, _BURSTS.c.domain == domain)
    statement = update(_BURSTS).where(*of_domain, _BURSTS.c.since == since).values(until=until)
    session.connection().execute(statement)


def counts(
    session: Session, audience_id: int, domains: Collection[str], since: datetime, until: datetime
) -> dict[str, int]:
    """Returns how many rows of evidence each of these domains has in that period, complaints included."""
    query = (
        select(_EVIDENCE.c.domain, func.count())
        .where(
            _EVIDENCE.c.audience_id == audience_id,
            _EVIDENCE.c.domain.in_(domains),
            _EVIDENCE.c.at.between(since, until),
        )
        .group_by(_EVIDENCE.c.domain)
    )
    return dict(session.connection().execute(query).all())


def bounces(
    session: Session, audience_id: int, domain: str, since: datetime, until: datetime
) -> Sequence[tuple[datetime, int]]:
    """Returns time and contact id of the domain's bounces in that period."""
    query = select(_EVIDENCE.c.at, _EVIDENCE.c.contact_id).where(
        *_bounces_in(audience_id, domain, since, until)
    )
    return [(at, contact_id) for at, contact_id in session.connection().execute(query)]


def count_addresses(
    session: Session, audience_id: int, domain: str, since: datetime, until: datetime, most: int | None = None
) -> int:
    """Counts the contacts that bounced at that domain in that period; not further than `most`."""
    contacts = select(_EVIDENCE.c.contact_id).where(*_bounces_in(audience_id, domain, since, until))
    query = select(func.count()).select_from(contacts.distinct().limit(most).subquery())
    n: int = session.connection().execute(query).scalar_one()
    return n


def latest(
    session: Session, audience_id: int, domain: str, since: datetime, until: datetime
) -> datetime | None:
    """Returns the time of the domain's last bounce in that period."""
    query = select(_EVIDENCE.c.at).where(*_bounces_in(audience_id, domain, since, until))
    return session.connection().execute(query.order_by(_EVIDENCE.c.at.desc()).limit(1)).scalar()


def domain_sizes(session: Session, audience_id: int, domains: Collection[str]) -> dict[str, int]:
    """Returns how many subscribed or cleaned contacts each of these domains has in the audience."""
    rows = session.exec(
        select_model(DomainCount).where(
            col(DomainCount.audience_id) == audience_id, col(DomainCount.domain).in_(domains)
        )
    )
    return {row.domain: row.subscribed + row.cleaned for row in rows}


def contacts_with_verdict(
    session: Session, audience_id: int, domain: str, since: datetime, until: datetime
) -> set[int]:
    """Returns the ids of contacts with a verdict that bounced at that domain in that period."""
    query = select(_EVIDENCE.c.contact_id).where(
        *_in_period(audience_id, domain, since, until),
        _VERDICTS.c.audience_id == audience_id,
        _VERDICTS.c.contact_id == _EVIDENCE.c.contact_id,
    )
    return set(session.connection().execute(query).scalars())


def bounced_contacts(
    session: Session, audience_id: int, domain: str, since: datetime, until: datetime
) -> dict[int, ContactSummary]:
    """Returns the contacts that bounced at that domain in that period: id → contact."""
    bounced = select(_EVIDENCE.c.contact_id).where(*_in_period(audience_id, domain, since, until))
    query = select(*SUMMARY_COLUMNS).where(TABLE.c.audience_id == audience_id, TABLE.c.id.in_(bounced))
    return {row.id: ContactSummary(*row) for row in session.connection().execute(query)}


def _bounces_in(
    audience_id: int, domain: str, since: datetime, until: datetime
) -> tuple[ColumnElement[bool], ...]:
    return (*_in_period(audience_id, domain, since, until), _EVIDENCE.c.kind != "complaint")


def _in_period(
    audience_id: int, domain: str, since: datetime, until: datetime
) -> tuple[ColumnElement[bool], ...]:
    return (
        _EVIDENCE.c.audience_id == audience_id,
        _EVIDENCE.c.domain == domain,
        _EVIDENCE.c.at.between(since, until),
    )
