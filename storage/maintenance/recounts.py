"""The kept figures beside a recount of the contacts themselves.

The database compares: only what differs comes out, one by one, so this takes as little memory for ten million
contacts as for ten. The difference stays the same while others write, since each of them changes figures and contacts
alike; so it is found without a lock and added under one.
"""

from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import date
from enum import StrEnum
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Date,
    Select,
    Table,
    case,
    func,
    literal_column,
    or_,
    select,
    union_all,
)
from sqlmodel import Session, col

from storage.contacts import figures
from storage.contacts.contacts import IS_CLEANED, TABLE
from storage.contacts.tables import CleanedDay, ContactCount, DomainCount, VerdictRow
from storage.contacts.values import Status
from storage.core.database import Database


class Figure(StrEnum):
    """What is kept."""

    STATUS = "status"  # by status and clean reason
    DAY = "day"  # by day and clean reason
    DOMAIN = "domain"  # how many of it are subscribed, how many cleaned
    WORTH_A_LOOK = "worth-a-look"


class Difference(NamedTuple):
    """A kept figure that is wrong. `counted` and `kept` hold two numbers for a domain, else one."""

    figure: Figure
    key: tuple[str | date, ...]
    counted: tuple[int, ...]
    kept: tuple[int, ...]


@contextmanager
def reading(database: Database) -> Iterator[Session]:
    """A session for comparing: SQLite sorts in a file instead of in memory."""
    if not database.is_sqlite:
        with database.reading() as session:
            yield session
        return
    # A connection of its own: one that has looked at a schema can no longer be told where to sort.
    with closing(Database(str(database.url))) as own, own.reading() as session:
        session.connection().exec_driver_sql("PRAGMA temp_store=FILE")
        yield session


def differences(session: Session, audience_id: int) -> Iterator[Difference]:
    """Every figure of the audience that is not what counting anew gives."""
    for figure, query, n_keys in (
        (Figure.STATUS, _statuses(audience_id), 2),
        (Figure.DAY, _days(audience_id), 2),
        (Figure.DOMAIN, _domains(audience_id), 1),
    ):
        with session.connection().execute(query.execution_options(yield_per=1_000)) as result:
            for row in result:
                numbers = tuple(map(int, row[n_keys:]))
                half = len(numbers) // 2
                yield Difference(figure, tuple(row[:n_keys]), numbers[:half], numbers[half:])
    kept, counted = figures.worth_a_look(session, audience_id), _worth_a_look(session, audience_id)
    if kept != counted:
        yield Difference(Figure.WORTH_A_LOOK, (), (counted,), (kept,))


def correct(session: Session, audience_id: int, found: Sequence[Difference]) -> None:
    """Adds the differences to the kept figures. The caller holds the audience's lock."""
    rows: dict[Figure, list[dict[str, Any]]] = {figure: [] for figure in Figure}
    for each in found:
        missing = [n - kept for n, kept in zip(each.counted, each.kept, strict=True)]
        names = _COLUMNS[each.figure]
        rows[each.figure].append(
            {"audience_id": audience_id} | dict(zip(names, (*each.key, *missing), strict=True))
        )
    figures.add(session, ContactCount, rows[Figure.STATUS])
    figures.add(session, CleanedDay, rows[Figure.DAY])
    figures.add(session, DomainCount, rows[Figure.DOMAIN])
    figures.add_worth_a_look(session, audience_id, sum(row["n"] for row in rows[Figure.WORTH_A_LOOK]))


def compare(counted: Select[Any], kept: Select[Any], n_keys: int) -> Select[Any]:
    """The keys for which two selects have different numbers, with those of both; what one lacks is nought there.

    Both give the same columns: so many keys, then numbers.
    """
    numbers = [column.name for column in counted.selected_columns][n_keys:]
    nought: list[ColumnElement[Any]] = [literal_column("0") for _ in numbers]
    one, other = counted.subquery(), kept.subquery()
    keys = [column.name for column in one.c][:n_keys]
    both = union_all(
        select(
            *(one.c[k] for k in keys),
            *(one.c[n].label(f"{n}_a") for n in numbers),
            *_named(nought, numbers, "b"),
        ),
        select(
            *(other.c[k] for k in keys),
            *_named(nought, numbers, "a"),
            *(other.c[n].label(f"{n}_b") for n in numbers),
        ),
    ).subquery()
    a, b = ([func.sum(both.c[f"{n}_{side}"]) for n in numbers] for side in "ab")
    columns = [both.c[k] for k in keys]
    differ = or_(*(x != y for x, y in zip(a, b, strict=True)))
    return select(*columns, *a, *b).group_by(*columns).having(differ)


def whole(audience_id: int) -> list[ColumnElement[bool]]:
    """All contacts of the audience, read by id."""
    # Named, the id makes SQLite take the key's order, in which the contacts lie.
    return [TABLE.c.audience_id == audience_id, TABLE.c.id > 0]


_COLUMNS = {
    Figure.STATUS: ("status", "reason", "n"),
    Figure.DAY: ("day", "reason", "n"),
    Figure.DOMAIN: ("domain", "subscribed", "cleaned"),
    Figure.WORTH_A_LOOK: ("n",),
}
# Written out: PostgreSQL takes a bound value of the list and of GROUP BY for two different ones.
_REASON = func.coalesce(TABLE.c.clean_reason, literal_column("''"))


def _statuses(audience_id: int) -> Select[Any]:
    status, reason = TABLE.c.status, _REASON.label("reason")
    counted = select(status, reason, func.count().label("n")).where(*whole(audience_id))
    return compare(counted.group_by(status, _REASON), _kept(ContactCount, Figure.STATUS, audience_id), 2)


def _days(audience_id: int) -> Select[Any]:
    day: ColumnElement[Any] = func.date(TABLE.c.cleaned_at, type_=Date)
    counted = select(day.label("day"), _REASON.label("reason"), func.count().label("n"))
    cleaned = counted.where(*whole(audience_id), TABLE.c.cleaned_at.is_not(None)).group_by(day, _REASON)
    return compare(cleaned, _kept(CleanedDay, Figure.DAY, audience_id), 2)


def _domains(audience_id: int) -> Select[Any]:
    both = [
        func.sum(case((TABLE.c.status == literal_column(f"'{status}'"), 1), else_=0)).label(str(status))
        for status in (Status.SUBSCRIBED, Status.CLEANED)
    ]
    counted = select(TABLE.c.domain, *both).where(*whole(audience_id)).group_by(TABLE.c.domain)
    return compare(counted, _kept(DomainCount, Figure.DOMAIN, audience_id), 1)


def _worth_a_look(session: Session, audience_id: int) -> int:
    same = (col(VerdictRow.audience_id) == TABLE.c.audience_id) & (col(VerdictRow.contact_id) == TABLE.c.id)
    weak = (
        col(VerdictRow.audience_id) == audience_id,
        col(VerdictRow.weakness) != literal_column("''"),
        IS_CLEANED,
    )
    return (
        session.connection()
        .execute(select(func.count()).select_from(TABLE).join(VerdictRow, same).where(*weak))
        .scalar_one()
    )


def _kept(table: Any, figure: Figure, audience_id: int) -> Select[Any]:
    inner: Table = table.__table__
    return select(*(inner.c[name] for name in _COLUMNS[figure])).where(inner.c.audience_id == audience_id)


def _named(values: Sequence[ColumnElement[Any]], names: Sequence[str], side: str) -> list[ColumnElement[Any]]:
    return [value.label(f"{name}_{side}") for value, name in zip(values, names, strict=True)]
