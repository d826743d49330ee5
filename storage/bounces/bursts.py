"""Bursts of bounces by domain: the bounces that make one, the rows that keep them, the contacts they touch."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Table, delete, func, insert, select
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


def bounces(
    session: Session, audience_id: int, domain: str, since: datetime, until: datetime, *, at_least: float
) -> Sequence[tuple[datetime, int]]:
    """Returns time and contact id of the domain's bounces in that period; nothing if of fewer contacts than that."""
    in_period = _in_period(audience_id, domain, since, until)
    # Reads one index only, complaints included; most domains need no more.
    n_contacts = select(func.count(_EVIDENCE.c.contact_id.distinct())).where(*in_period)
    if session.connection().execute(n_contacts).scalar_one() < at_least:
        return []
    query = select(_EVIDENCE.c.at, _EVIDENCE.c.contact_id).where(*in_period, _EVIDENCE.c.kind != "complaint")
    return [(at, contact_id) for at, contact_id in session.connection().execute(query)]


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


def _in_period(
    audience_id: int, domain: str, since: datetime, until: datetime
) -> tuple[ColumnElement[bool], ...]:
    return (
        _EVIDENCE.c.audience_id == audience_id,
        _EVIDENCE.c.domain == domain,
        _EVIDENCE.c.at.between(since, until),
    )
