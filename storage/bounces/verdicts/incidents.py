"""Incidents: the refusals that make one, the rows that keep them, the contacts they touch."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Table, bindparam, delete, func, select, update
from sqlmodel import Session, col
from sqlmodel import select as select_model

from storage.bounces.tables import Evidence, IncidentRow
from storage.contacts.tables import VerdictRow
from storage.core.engines import of_audiences

_EVIDENCE: Table = Evidence.__table__  # type: ignore[attr-defined]
_INCIDENTS: Table = IncidentRow.__table__  # type: ignore[attr-defined]
_VERDICTS: Table = VerdictRow.__table__  # type: ignore[attr-defined]


_OF_AUDIENCE = (
    select_model(IncidentRow)
    .where(col(IncidentRow.audience_id) == bindparam("audience_id"))
    .order_by(col(IncidentRow.since))
    .execution_options(populate_existing=True)
)
_REFUSED_BY_DOMAIN = (
    select(
        func.count(_EVIDENCE.c.contact_id.distinct()).label("n"),
        func.max(_EVIDENCE.c.at).label("latest"),
    )
    .where(
        _EVIDENCE.c.audience_id == bindparam("audience_id"),
        _EVIDENCE.c.at.between(bindparam("since"), bindparam("until")),
        _EVIDENCE.c.fault.is_not(None),
    )
    .group_by(_EVIDENCE.c.domain)
    .subquery()
)
_REFUSED = select(
    func.count(),
    func.coalesce(func.sum(_REFUSED_BY_DOMAIN.c.n), 0),
    func.coalesce(func.max(_REFUSED_BY_DOMAIN.c.n), 0),
    func.max(_REFUSED_BY_DOMAIN.c.latest),
).select_from(_REFUSED_BY_DOMAIN)


@dataclass(frozen=True, slots=True)
class Refusals:
    """How many contacts of a domain were refused for one fault."""

    domain: str
    fault: str
    contacts: int


def of_audience(session: Session, audience_id: int) -> Sequence[IncidentRow]:
    """Returns all incidents of the audience, the earliest first."""
    return session.exec(_OF_AUDIENCE, params={"audience_id": audience_id}).all()


def earliest(
    session: Session, audience_ids: Sequence[int], *, since: datetime, until: datetime
) -> dict[int, datetime]:
    """Returns the audiences with incidents that began by `since` and whose last refusal is not before `until`.

    Each with when its first one began.
    """
    audience_id, began = _INCIDENTS.c.audience_id, _INCIDENTS.c.since
    query = select(audience_id, func.min(began)).where(
        of_audiences(audience_id, audience_ids), began <= since, _INCIDENTS.c.until >= until
    )
    return dict(session.connection().execute(query.group_by(audience_id)).all())


def add(session: Session, audience_id: int, incident_id: str, since: datetime, until: datetime) -> None:
    session.add(IncidentRow(audience_id=audience_id, id=incident_id, since=since, until=until))
    session.flush()


def set_period(
    session: Session, audience_id: int, incident_id: str, since: datetime, until: datetime
) -> None:
    session.connection().execute(
        update(IncidentRow).where(*_is(audience_id, incident_id)).values(since=since, until=until)
    )


def remove(session: Session, audience_id: int, incident_ids: Collection[str]) -> None:
    """Deletes incidents that became part of another one, unless somebody was told of them."""
    is_one = (col(IncidentRow.audience_id) == audience_id, col(IncidentRow.id).in_(incident_ids))
    statement = delete(IncidentRow).where(*is_one, col(IncidentRow.notice).is_(None))
    session.connection().execute(statement)


def refused(
    session: Session, audience_id: int, since: datetime, until: datetime
) -> Sequence[tuple[datetime, int, str]]:
    """Returns time, contact id and domain of what was refused for a fault of the sender in that period."""
    columns = (_EVIDENCE.c.at, _EVIDENCE.c.contact_id, _EVIDENCE.c.domain)
    query = select(*columns).where(*_refused_in(audience_id, since, until)).order_by(_EVIDENCE.c.at)
    return [(at, contact_id, domain) for at, contact_id, domain in session.connection().execute(query)]


@dataclass(frozen=True, slots=True)
class RefusalSummary:
    """How many contacts were refused, of how many domains; of the one with most; and when the last was."""

    domains: int
    contacts: int
    most_of_one_domain: int
    latest: datetime | None


def summarize_refused(session: Session, audience_id: int, since: datetime, until: datetime) -> RefusalSummary:
    """Returns the numbers of what was refused for a fault of the sender in that period."""
    values = {"audience_id": audience_id, "since": since, "until": until}
    domains, contacts, most_of_one_domain, last = session.connection().execute(_REFUSED, values).one()
    return RefusalSummary(domains, int(contacts), most_of_one_domain, last)


def latest_refusal(session: Session, audience_id: int, since: datetime, until: datetime) -> datetime | None:
    """Returns when the last one in that period was refused for a fault of the sender."""
    query = select(_EVIDENCE.c.at).where(*_refused_in(audience_id, since, until))
    return session.connection().execute(query.order_by(_EVIDENCE.c.at.desc()).limit(1)).scalar()


def are_refused(session: Session, audience_id: int, since: datetime, before: datetime) -> bool:
    """Whether any were refused for a fault of the sender in `since <= t < before`."""
    of_period = (*_refused_in(audience_id, since, before), _EVIDENCE.c.at < before)
    return session.connection().execute(select(_EVIDENCE.c.at).where(*of_period).limit(1)).first() is not None


def count_rows(session: Session, audience_id: int, since: datetime, until: datetime) -> int:
    """Returns how many bounces and complaints there were in that period; contacts may have several."""
    query = select(func.count()).select_from(_EVIDENCE).where(*_in_period(audience_id, since, until))
    n: int = session.connection().execute(query).scalar_one()
    return n


def count_bounced(session: Session, audience_id: int, since: datetime, until: datetime, most: int) -> int:
    """Counts the contacts that bounced or complained in that period, not further than `most`."""
    contacts = select(_EVIDENCE.c.contact_id).where(*_in_period(audience_id, since, until))
    query = select(func.count()).select_from(contacts.distinct().limit(most).subquery())
    n: int = session.connection().execute(query).scalar_one()
    return n


def bounced(
    session: Session, audience_id: int, since: datetime, until: datetime
) -> Sequence[tuple[datetime, int]]:
    """Returns time and contact id of all bounces and complaints in that period, in order of time."""
    query = select(_EVIDENCE.c.at, _EVIDENCE.c.contact_id).where(*_in_period(audience_id, since, until))
    return [(at, id_) for at, id_ in session.connection().execute(query.order_by(_EVIDENCE.c.at))]


def contacts_with_verdict(
    session: Session, audience_id: int, since: datetime, until: datetime, weakness: str | None = None
) -> set[int]:
    """Returns the ids of contacts with a verdict (of that weakness) that were refused in that period."""
    query = select(_EVIDENCE.c.contact_id).where(
        *_refused_in(audience_id, since, until),
        _VERDICTS.c.audience_id == audience_id,
        _VERDICTS.c.contact_id == _EVIDENCE.c.contact_id,
    )
    if weakness is not None:
        query = query.where(_VERDICTS.c.weakness == weakness)
    return set(session.connection().execute(query).scalars())


def by_domain_and_fault(
    session: Session, audience_id: int, since: datetime, until: datetime
) -> Sequence[Refusals]:
    """Returns the refusals in that period, counted, the most first."""
    n = func.count(_EVIDENCE.c.contact_id.distinct())
    query = (
        select(_EVIDENCE.c.domain, _EVIDENCE.c.fault, n)
        .where(*_refused_in(audience_id, since, until))
        .group_by(_EVIDENCE.c.domain, _EVIDENCE.c.fault)
        .order_by(n.desc(), _EVIDENCE.c.domain)
    )
    return [Refusals(*row) for row in session.connection().execute(query)]


def count_contacts(session: Session, audience_id: int, since: datetime, until: datetime) -> int:
    """Returns how many contacts were refused in that period."""
    n = func.count(_EVIDENCE.c.contact_id.distinct())
    query = select(n).where(*_refused_in(audience_id, since, until))
    count: int = session.connection().execute(query).scalar_one()
    return count


def words_of_servers(
    session: Session, audience_id: int, fault: str, since: datetime, until: datetime, most: int
) -> Sequence[tuple[str, str]]:
    """Returns domain and diagnostic text of the latest refusals for that fault, those that have one."""
    query = (
        select(_EVIDENCE.c.domain, _EVIDENCE.c.diagnostic)
        .where(
            *_in_period(audience_id, since, until),
            _EVIDENCE.c.fault == fault,
            _EVIDENCE.c.diagnostic != "",
        )
        .order_by(_EVIDENCE.c.at.desc(), _EVIDENCE.c.uid)
        .limit(most)
    )
    return [(domain, diagnostic) for domain, diagnostic in session.connection().execute(query)]


def untold(session: Session, audience_ids: Collection[int]) -> Sequence[IncidentRow]:
    """Incidents of these audiences without a notice, the earliest first."""
    return _rows(session, audience_ids, col(IncidentRow.notice).is_(None))


def running(session: Session, audience_ids: Collection[int]) -> Sequence[IncidentRow]:
    """Incidents of these audiences with a notice whose end was not told yet, the earliest first."""
    return _rows(session, audience_ids, col(IncidentRow.notice) > "", col(IncidentRow.ended_at).is_(None))


def with_notice(session: Session, audience_ids: Collection[int], notice: str) -> Sequence[IncidentRow]:
    """The incidents of these audiences that the notice tells of, the earliest first."""
    return _rows(session, audience_ids, col(IncidentRow.notice) == notice)


def give_notice(session: Session, audience_id: int, incident_id: str, notice: str) -> bool:
    """Gives the incident its notice; returns False if it has one."""
    is_one = (*_is(audience_id, incident_id), col(IncidentRow.notice).is_(None))
    return session.connection().execute(update(IncidentRow).where(*is_one).values(notice=notice)).rowcount > 0


def end(session: Session, audience_ids: Collection[int], notice: str, now: datetime) -> bool:
    """Ends the notice's incidents in these audiences; returns False if they have ended before."""
    is_running = (col(IncidentRow.notice) == notice, col(IncidentRow.ended_at).is_(None))
    n = 0
    for audience_id in sorted(audience_ids):
        statement = update(IncidentRow).where(col(IncidentRow.audience_id) == audience_id, *is_running)
        n += session.connection().execute(statement.values(ended_at=now)).rowcount
    return n > 0


def set_shown(session: Session, audience_id: int, incident_id: str, n: int, *, before: int) -> bool:
    """Records how many addresses the message shows; returns False if another process has."""
    is_one = (*_is(audience_id, incident_id), col(IncidentRow.n_shown) == before)
    return session.connection().execute(update(IncidentRow).where(*is_one).values(n_shown=n)).rowcount > 0


def _rows(session: Session, audience_ids: Collection[int], *conditions: Any) -> Sequence[IncidentRow]:
    query = select_model(IncidentRow).where(col(IncidentRow.audience_id).in_(audience_ids), *conditions)
    in_order = query.order_by(col(IncidentRow.since), col(IncidentRow.audience_id))
    return session.exec(in_order.execution_options(populate_existing=True)).all()


def _is(audience_id: int, incident_id: str) -> tuple[Any, Any]:
    return col(IncidentRow.audience_id) == audience_id, col(IncidentRow.id) == incident_id


def _in_period(audience_id: int, since: datetime, until: datetime) -> tuple[ColumnElement[bool], ...]:
    return _EVIDENCE.c.audience_id == audience_id, _EVIDENCE.c.at.between(since, until)


def _refused_in(audience_id: int, since: datetime, until: datetime) -> tuple[ColumnElement[bool], ...]:
    return (*_in_period(audience_id, since, until), _EVIDENCE.c.fault.is_not(None))
