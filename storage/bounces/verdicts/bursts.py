"""Bursts of bounces by domain: the bounces that make one, the rows that keep them, the contacts they touch."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Table, bindparam, delete, func, insert, select, update
from sqlmodel import Session, col
from sqlmodel import select as select_model

from storage.bounces.contacts import SUMMARY_COLUMNS, ContactSummary
from storage.bounces.tables import BurstRow, Evidence
from storage.contacts.contacts import TABLE
from storage.contacts.tables import DomainCount, VerdictRow
from storage.core.engines import Among

_EVIDENCE: Table = Evidence.__table__  # type: ignore[attr-defined]
_BURSTS: Table = BurstRow.__table__  # type: ignore[attr-defined]
_DOMAINS: Table = DomainCount.__table__  # type: ignore[attr-defined]
_VERDICTS: Table = VerdictRow.__table__  # type: ignore[attr-defined]


_PERIOD: tuple[ColumnElement[bool], ...] = (
    _EVIDENCE.c.audience_id == bindparam("audience_id"),
    _EVIDENCE.c.at.between(bindparam("since"), bindparam("until")),
)
_IN_PERIOD = (*_PERIOD, _EVIDENCE.c.domain == bindparam("domain"))
_BOUNCES = (*_IN_PERIOD, _EVIDENCE.c.kind != "complaint")
_OF_DOMAINS = (
    select_model(BurstRow)
    .where(col(BurstRow.audience_id) == bindparam("audience_id"), Among(col(BurstRow.domain), "domains"))
    .order_by(col(BurstRow.domain), col(BurstRow.since))
    .execution_options(populate_existing=True)  # `replace` may have run since the session read them
)
_COUNTS = (
    select(_EVIDENCE.c.domain, func.count())
    .where(*_PERIOD, Among(_EVIDENCE.c.domain, "domains"))
    .group_by(_EVIDENCE.c.domain)
)
_BOUNCED_AT = select(_EVIDENCE.c.at, _EVIDENCE.c.contact_id).where(*_BOUNCES)
_LATEST = select(_EVIDENCE.c.at).where(*_BOUNCES).order_by(_EVIDENCE.c.at.desc()).limit(1)
_BOUNCED = select(_EVIDENCE.c.contact_id).where(*_BOUNCES).distinct()
_N_BOUNCED = select(func.count()).select_from(_BOUNCED.subquery())
_UP_TO = select(func.count()).select_from(_BOUNCED.limit(bindparam("most")).subquery())
_SIZES = select(_DOMAINS.c.domain, _DOMAINS.c.subscribed + _DOMAINS.c.cleaned).where(
    _DOMAINS.c.audience_id == bindparam("audience_id"), Among(_DOMAINS.c.domain, "domains")
)
_WITH_VERDICT = select(_EVIDENCE.c.contact_id).where(
    *_IN_PERIOD,
    _VERDICTS.c.audience_id == bindparam("audience_id"),
    _VERDICTS.c.contact_id == _EVIDENCE.c.contact_id,
)
_CONTACTS = select(*SUMMARY_COLUMNS).where(
    TABLE.c.audience_id == bindparam("audience_id"),
    TABLE.c.id.in_(select(_EVIDENCE.c.contact_id).where(*_IN_PERIOD)),
)


def of_domains(session: Session, audience_id: int, domains: Collection[str]) -> Sequence[BurstRow]:
    """Returns all rows of these domains, the earliest first."""
    return session.exec(_OF_DOMAINS, params={"audience_id": audience_id, "domains": domains}).all()


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
    values = {"audience_id": audience_id, "domains": domains, "since": since, "until": until}
    return dict(session.connection().execute(_COUNTS, values).all())


def bounces(
    session: Session, audience_id: int, domain: str, since: datetime, until: datetime
) -> Sequence[tuple[datetime, int]]:
    """Returns time and contact id of the domain's bounces in that period."""
    rows = session.connection().execute(_BOUNCED_AT, _period(audience_id, domain, since, until))
    return [(at, contact_id) for at, contact_id in rows]


def count_addresses(
    session: Session, audience_id: int, domain: str, since: datetime, until: datetime, most: int | None = None
) -> int:
    """Counts the contacts that bounced at that domain in that period; not further than `most`."""
    values = _period(audience_id, domain, since, until)
    query, values = (_N_BOUNCED, values) if most is None else (_UP_TO, values | {"most": most})
    n: int = session.connection().execute(query, values).scalar_one()
    return n


def latest(
    session: Session, audience_id: int, domain: str, since: datetime, until: datetime
) -> datetime | None:
    """Returns the time of the domain's last bounce in that period."""
    return session.connection().execute(_LATEST, _period(audience_id, domain, since, until)).scalar()


def domain_sizes(session: Session, audience_id: int, domains: Collection[str]) -> dict[str, int]:
    """Returns how many subscribed or cleaned contacts each of these domains has in the audience."""
    values = {"audience_id": audience_id, "domains": domains}
    return dict(session.connection().execute(_SIZES, values).all())


def contacts_with_verdict(
    session: Session, audience_id: int, domain: str, since: datetime, until: datetime
) -> set[int]:
    """Returns the ids of contacts with a verdict that bounced at that domain in that period."""
    rows = session.connection().execute(_WITH_VERDICT, _period(audience_id, domain, since, until))
    return set(rows.scalars())


def bounced_contacts(
    session: Session, audience_id: int, domain: str, since: datetime, until: datetime
) -> dict[int, ContactSummary]:
    """Returns the contacts that bounced at that domain in that period: id → contact."""
    rows = session.connection().execute(_CONTACTS, _period(audience_id, domain, since, until))
    return {row.id: ContactSummary(*row) for row in rows}


def _period(audience_id: int, domain: str, since: datetime, until: datetime) -> dict[str, Any]:
    return {"audience_id": audience_id, "domain": domain, "since": since, "until": until}
