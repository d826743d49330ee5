"""The figures that are kept, not counted: changed in the transaction that changes the contacts.

Every change of contacts hands over a `Tally`: how many contacts it added (or took, below zero) for each
(status, clean reason, day cleaned, domain). Three small tables follow from it, and counts read one row each.
"""

from collections import Counter
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import Table, update
from sqlmodel import Session, SQLModel, col, select

from storage.contacts.contacts import Segment
from storage.contacts.tables import CleanedDay, ContactCount, DomainCount
from storage.contacts.values import Status
from storage.core.engines import insert
from storage.core.tables import AudienceRow


class Cell(NamedTuple):
    """What a contact counts under. `reason` is '' and `day` None for one that was never cleaned."""

    status: str
    reason: str
    day: date | None
    domain: str


Tally = Counter[Cell]


def apply(session: Session, audience_id: int, tally: Mapping[Cell, int]) -> None:
    """Adds the tally to the kept figures. The caller holds the audience's lock."""
    counts: Counter[tuple[str, str]] = Counter()
    days: Counter[tuple[date, str]] = Counter()
    subscribed: Counter[str] = Counter()
    cleaned: Counter[str] = Counter()
    for cell, n in tally.items():
        counts[cell.status, cell.reason] += n
        if cell.day is not None:
            days[cell.day, cell.reason] += n
        if cell.status == Status.SUBSCRIBED:
            subscribed[cell.domain] += n
        elif cell.status == Status.CLEANED:
            cleaned[cell.domain] += n
    a = {"audience_id": audience_id}
    add(session, ContactCount, [a | {"status": s, "reason": r, "n": n} for (s, r), n in counts.items() if n])
    add(session, CleanedDay, [a | {"day": d, "reason": r, "n": n} for (d, r), n in days.items() if n])
    domains = [d for d in subscribed.keys() | cleaned.keys() if subscribed[d] or cleaned[d]]
    add(
        session,
        DomainCount,
        [a | {"domain": d, "subscribed": subscribed[d], "cleaned": cleaned[d]} for d in sorted(domains)],
    )


def by_status_and_reason(session: Session, audience_id: int) -> dict[tuple[str, str], int]:
    """(status, clean reason) → how many contacts."""
    rows = session.exec(
        select(ContactCount).where(ContactCount.audience_id == audience_id, ContactCount.n != 0)
    )
    return {(row.status, row.reason): row.n for row in rows}


def cleaned_in(session: Session, segment: Segment) -> int | None:
    """How many contacts the segment has, where a kept figure says so; None where they have to be counted."""
    wanted = (segment.since, segment.campaign, segment.text, segment.ids)
    audience = session.get(AudienceRow, segment.audience_id)
    is_old = segment.up_to is not None and (audience is None or segment.up_to < audience.revision)
    several = sum(map(bool, (segment.reason, segment.domain, segment.worth_a_look))) > 1
    if is_old or several or any(each is not None for each in wanted):
        return None
    if segment.worth_a_look:
        return audience.worth_a_look if audience else 0
    if segment.domain:
        found = session.get(DomainCount, (segment.audience_id, segment.domain.lower()))
        return found.cleaned if found else 0
    counts = by_status_and_reason(session, segment.audience_id).items()
    return sum(n for (status, why), n in counts if status == Status.CLEANED and segment.reason in (None, why))


def cleaned_between(
    session: Session, audience_id: int, first: date, last: date
) -> dict[tuple[date, str], int]:
    """(day, reason) → how many were cleaned, both days included."""
    rows = session.exec(
        select(CleanedDay).where(
            CleanedDay.audience_id == audience_id,
            CleanedDay.day >= first,
            CleanedDay.day <= last,
            CleanedDay.n != 0,
        )
    )
    return {(row.day, row.reason): row.n for row in rows}


def subscribed_domains(session: Session, audience_id: int, most: int = 2000) -> dict[str, int]:
    """The audience's own healthy domains, the most frequent first."""
    return dict(
        session.exec(
            select(DomainCount.domain, DomainCount.subscribed)
            .where(DomainCount.audience_id == audience_id, DomainCount.subscribed > 0)
            .order_by(col(DomainCount.subscribed).desc(), DomainCount.domain)
            .limit(most)
        ).all()
    )


def cleaned_domains(
    session: Session, audience_id: int, *, like: str = "", most: int | None = None
) -> dict[str, int]:
    """The domains of the cleaned contacts and how many each has, the most frequent first."""
    query = (
        select(DomainCount.domain, DomainCount.cleaned)
        .where(DomainCount.audience_id == audience_id, DomainCount.cleaned > 0)
        .order_by(col(DomainCount.cleaned).desc(), DomainCount.domain)
        .limit(most)
    )
    if like:
        query = query.where(col(DomainCount.domain).contains(like.lower(), autoescape=True))
    return dict(session.exec(query).all())


def worth_a_look(session: Session, audience_id: int) -> int:
    """How many cleaned contacts of the audience have a weak verdict."""
    return session.exec(select(AudienceRow.worth_a_look).where(AudienceRow.id == audience_id)).one()


def add_worth_a_look(session: Session, audience_id: int, n: int) -> None:
    """So many more, or fewer. The caller holds the audience's lock."""
    if n:
        session.connection().execute(
            update(AudienceRow)
            .where(col(AudienceRow.id) == audience_id)
            .values(worth_a_look=col(AudienceRow.worth_a_look) + n)
        )


def day_of(moment: datetime | str | None) -> date | None:
    """The UTC day of a moment, given as the database has it."""
    if isinstance(moment, str):
        return date.fromisoformat(moment[:10])
    return moment.date() if moment else None


def add(session: Session, table: type[SQLModel], rows: list[dict[str, Any]]) -> None:
    """One statement: inserts the figures, or adds them to those that are there."""
    if not rows:
        return
    inner: Table = table.__table__  # type: ignore[attr-defined]
    keys = [c.name for c in inner.primary_key]
    statement = insert(session, inner)
    values = {
        c.name: inner.c[c.name] + statement.excluded[c.name] for c in inner.columns if c.name not in keys
    }
    session.connection().execute(statement.on_conflict_do_update(index_elements=keys, set_=values), rows)
