"""Stored counts of contacts, updated in the transaction that changes the contacts.

A change of contacts passes `FigureChanges` to `apply_changes`: for each status, clean reason, day of cleaning and
domain, by how much the number of contacts goes up or down. Three small tables are derived from it, so that showing a
count reads a few rows, whatever the size of the audience.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time
from functools import cache
from itertools import pairwise
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Executable, Table, bindparam, func, literal_column, update
from sqlalchemy import select as select_any
from sqlmodel import Session, SQLModel, col, select

from storage.contacts.contacts import IS_ARCHIVED, IS_CLEANED, TABLE, Segment
from storage.contacts.tables import CleanedDay, ContactCount, DomainCount
from storage.contacts.values import UNKNOWN_TIME, CleanReason, Status
from storage.core.engines import insert_into, is_in, is_sqlite, of_audiences
from storage.core.tables import AudienceRow

_COUNTS: Table = ContactCount.__table__  # type: ignore[attr-defined]
_DAYS: Table = CleanedDay.__table__  # type: ignore[attr-defined]
# Each audience is named: there may be a server for each.
_COUNTS_IN = select_any(_COUNTS).where(
    _COUNTS.c.audience_id.in_(bindparam("audience_ids", expanding=True)), _COUNTS.c.n != 0
)


class FigureKey(NamedTuple):
    """The values a contact is counted by. `reason` is "" and `day` None if it was never cleaned."""

    status: str
    reason: str
    day: date | None
    domain: str


FigureChanges = Counter[FigureKey]


def apply_changes(session: Session, audience_id: int, changes: Mapping[FigureKey, int]) -> None:
    """Adds the changes to the stored figures. The caller holds the audience's lock."""
    counts: Counter[tuple[str, str]] = Counter()
    days: Counter[tuple[date, str]] = Counter()
    subscribed: Counter[str] = Counter()
    cleaned: Counter[str] = Counter()
    for key, n in changes.items():
        counts[key.status, key.reason] += n
        if key.day is not None:
            days[key.day, key.reason] += n
        if key.status == Status.SUBSCRIBED:
            subscribed[key.domain] += n
        elif key.status == Status.CLEANED:
            cleaned[key.domain] += n
    a = {"audience_id": audience_id}
    count_rows = [a | {"status": s, "reason": r, "n": n} for (s, r), n in counts.items() if n]
    day_rows = [a | {"day": d, "reason": r, "n": n} for (d, r), n in days.items() if n]
    domains = sorted(d for d in subscribed.keys() | cleaned.keys() if subscribed[d] or cleaned[d])
    domain_rows = [a | {"domain": d, "subscribed": subscribed[d], "cleaned": cleaned[d]} for d in domains]
    add_to_figures(session, ContactCount, count_rows)
    add_to_figures(session, CleanedDay, day_rows)
    add_to_figures(session, DomainCount, domain_rows)


def by_status_and_reason(session: Session, audience_id: int) -> dict[tuple[str, str], int]:
    """Returns the number of contacts for each (status, clean reason)."""
    return by_status_and_reason_in(session, [audience_id])[audience_id]


def by_status_and_reason_in(
    session: Session, audience_ids: Sequence[int]
) -> dict[int, dict[tuple[str, str], int]]:
    """As `by_status_and_reason`, for each of the audiences, in one query."""
    found: dict[int, dict[tuple[str, str], int]] = {audience_id: {} for audience_id in audience_ids}
    rows = session.connection().execute(_COUNTS_IN, {"audience_ids": list(audience_ids)})
    for audience_id, status, reason, n in rows:
        found[audience_id][status, reason] = n
    return found


def stored_count(session: Session, segment: Segment) -> int | None:
    """Returns the number of contacts in the segment from a stored figure; None if no figure is stored for its filters."""
    audience = session.get(AudienceRow, segment.audience_id)
    is_old = segment.up_to is not None and (audience is None or segment.up_to < audience.revision)
    has_several = sum(map(bool, (segment.reason, segment.domain, segment.worth_a_look))) > 1
    uncounted = (
        segment.since,
        segment.until,
        segment.campaign,
        segment.text,
        segment.reviewed,
        segment.ids,
        segment.without,
    )
    is_counted = segment.worth_a_look is not False and all(value is None for value in uncounted)
    if is_old or has_several or not is_counted:
        return None
    if segment.worth_a_look:
        return audience.worth_a_look if audience else 0
    if segment.domain:
        domain_count = session.get(DomainCount, (segment.audience_id, segment.domain.lower()))
        return domain_count.cleaned if domain_count else 0
    counts = by_status_and_reason(session, segment.audience_id).items()
    return sum(
        n for (status, reason), n in counts if status == Status.CLEANED and segment.reason in (None, reason)
    )


def cleaned_between(session: Session, audience_id: int, bounds: Sequence[datetime]) -> list[Counter[str]]:
    """Counts by reason the contacts cleaned from each of these times until the next one, those archived since included.

    Whole days (UTC) are read from stored figures. Only what lies between a time and the midnight before it is counted,
    by an index: the cost does not grow with the audience.
    """
    return cleaned_between_in(session, [audience_id], bounds)[audience_id]


def cleaned_between_in(
    session: Session, audience_ids: Sequence[int], bounds: Sequence[datetime]
) -> dict[int, list[Counter[str]]]:
    """As `cleaned_between`, for each of the audiences; the number of queries does not grow with them."""
    rows = session.exec(
        select(CleanedDay).where(
            of_audiences(_DAYS.c.audience_id, audience_ids),
            CleanedDay.day >= bounds[0].astimezone(UTC).date(),
            CleanedDay.day < bounds[-1].astimezone(UTC).date(),
        )
    ).all()
    totals: dict[int, list[Counter[str]]] = {audience_id: [] for audience_id in audience_ids}
    for bound in bounds:
        midnight = datetime.combine(bound.astimezone(UTC).date(), time.min, UTC)
        total = _counted_between(session, audience_ids, midnight, bound)
        for row in rows:
            if row.day < midnight.date():
                total[row.audience_id][row.reason] += row.n
        for audience_id in audience_ids:
            totals[audience_id].append(total[audience_id])
    return {
        audience_id: [later - earlier for earlier, later in pairwise(each)]
        for audience_id, each in totals.items()
    }


def _counted_between(
    session: Session, audience_ids: Sequence[int], since: datetime, until: datetime
) -> defaultdict[int, Counter[str]]:
    counted: defaultdict[int, Counter[str]] = defaultdict(Counter)
    if since == until:
        return counted
    # The reasons are listed because the index of cleaned contacts by reason answers that alone.
    reasons: list[ColumnElement[str]] = [literal_column(f"'{reason}'") for reason in CleanReason]
    audience_id, reason = TABLE.c.audience_id, TABLE.c.clean_reason
    for status in (IS_CLEANED, IS_ARCHIVED):
        query = select_any(audience_id, reason, func.count()).where(
            of_audiences(audience_id, audience_ids),
            status,
            reason.in_(reasons),
            TABLE.c.cleaned_at >= since,
            TABLE.c.cleaned_at < until,
        )
        for id_, of_reason, n in session.connection().execute(query.group_by(audience_id, reason)):
            counted[id_][of_reason] += n
    return counted


def date_unknown(session: Session, audience_id: int) -> int:
    """Returns the number of cleaned contacts of which nobody knows when they were cleaned."""
    return date_unknown_in(session, [audience_id]).get(audience_id, 0)


def date_unknown_in(session: Session, audience_ids: Sequence[int]) -> dict[int, int]:
    """As `date_unknown`, for those of the audiences that have such contacts."""
    audience_id = TABLE.c.audience_id
    query = select_any(audience_id, func.count()).where(
        of_audiences(audience_id, audience_ids), IS_CLEANED, TABLE.c.cleaned_at == UNKNOWN_TIME
    )
    return dict(session.connection().execute(query.group_by(audience_id)).all())


def subscribed_domains(session: Session, audience_id: int, most: int = 2000) -> dict[str, int]:
    """Returns the domains of subscribed contacts and the number for each, the most frequent first."""
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
    """Returns the domains of cleaned contacts and the number for each, the most frequent first."""
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
    """Returns the number of cleaned contacts whose verdict is weak."""
    return worth_a_look_in(session, [audience_id])[audience_id]


def worth_a_look_in(session: Session, audience_ids: Sequence[int]) -> dict[int, int]:
    """As `worth_a_look`, for each of the audiences."""
    audience: Table = AudienceRow.__table__  # type: ignore[attr-defined]
    query = select_any(audience.c.id, audience.c.worth_a_look)
    return dict(session.connection().execute(query.where(is_in(session, audience.c.id, audience_ids))).all())


def add_worth_a_look(session: Session, audience_id: int, n: int) -> None:
    """Adds `n`, which may be negative, to that number. The caller holds the audience's lock."""
    if n:
        session.connection().execute(
            update(AudienceRow)
            .where(col(AudienceRow.id) == audience_id)
            .values(worth_a_look=col(AudienceRow.worth_a_look) + n)
        )


def day_of(moment: datetime | str | None) -> date | None:
    """Returns the day (UTC) of a time as either database returns it."""
    if isinstance(moment, str):
        return date.fromisoformat(moment[:10])
    return moment.date() if moment else None


def add_to_figures(session: Session, model: type[SQLModel], rows: list[dict[str, Any]]) -> None:
    """Inserts the rows; where a row with the same key exists, adds the numbers to it."""
    if rows:
        session.connection().execute(_adding_to(model, for_sqlite=is_sqlite(session)), rows)


@cache
def _adding_to(model: type[SQLModel], *, for_sqlite: bool) -> Executable:
    table: Table = model.__table__  # type: ignore[attr-defined]
    keys = [c.name for c in table.primary_key]
    statement = insert_into(table, for_sqlite=for_sqlite)
    values = {
        c.name: table.c[c.name] + statement.excluded[c.name] for c in table.columns if c.name not in keys
    }
    return statement.on_conflict_do_update(index_elements=keys, set_=values)
