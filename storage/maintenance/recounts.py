"""Comparing the stored figures with a recount of the contacts, and correcting them.

The database compares and returns only what differs, one by one, so memory does not grow with the audience. Every other
transaction changes figures and contacts alike, which leaves the difference as it is: so it is found without a lock, and
added under the audience's.
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
    """The kinds of stored figures."""

    STATUS = "status"  # by status and clean reason
    DAY = "day"  # by day and clean reason
    DOMAIN = "domain"  # subscribed and cleaned contacts of a domain
    WORTH_A_LOOK = "worth-a-look"


class Difference(NamedTuple):
    """A stored figure that is wrong. `counted` and `stored` hold two numbers for a domain, else one."""

    figure: Figure
    key: tuple[str | date, ...]
    counted: tuple[int, ...]
    stored: tuple[int, ...]


@contextmanager
def reading_for_comparison(database: Database) -> Iterator[Session]:
    """Yields a session in which SQLite sorts in a file instead of in memory."""
    if not database.is_sqlite:
        with database.reading() as session:
            yield session
        return
    # On a new connection: SQLite ignores the setting on one that has read the schema.
    with closing(Database(str(database.url))) as new_database, new_database.reading() as session:
        session.connection().exec_driver_sql("PRAGMA temp_store=FILE")
        yield session


def find_differences(session: Session, audience_id: int) -> Iterator[Difference]:
    """Yields every stored figure of the audience that differs from the recount, except that of `worth_a_look`."""
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


def worth_a_look(session: Session, audience_id: int) -> Difference | None:
    """The difference of the contacts worth a look; None if there is none.

    The figure is in the audience's row, which may be on another server than its contacts: there, one transaction may
    see them as they were at different moments. So only what is found under the audience's lock is certain.
    """
    stored, counted = figures.worth_a_look(session, audience_id), _worth_a_look(session, audience_id)
    return Difference(Figure.WORTH_A_LOOK, (), (counted,), (stored,)) if stored != counted else None


def add_differences(session: Session, audience_id: int, differences: Sequence[Difference]) -> None:
    """Adds the differences to the stored figures. The caller holds the audience's lock."""
    rows: dict[Figure, list[dict[str, Any]]] = {figure: [] for figure in Figure}
    for difference in differences:
        missing = [
            counted - stored for counted, stored in zip(difference.counted, difference.stored, strict=True)
        ]
        values = dict(zip(_COLUMNS[difference.figure], (*difference.key, *missing), strict=True))
        rows[difference.figure].append({"audience_id": audience_id} | values)
    figures.add_to_figures(session, ContactCount, rows[Figure.STATUS])
    figures.add_to_figures(session, CleanedDay, rows[Figure.DAY])
    figures.add_to_figures(session, DomainCount, rows[Figure.DOMAIN])
    figures.add_worth_a_look(session, audience_id, sum(row["n"] for row in rows[Figure.WORTH_A_LOOK]))


def compare(left: Select[Any], right: Select[Any], n_keys: int) -> Select[Any]:
    """Selects the keys whose numbers differ between two queries, with the numbers of both; a missing key counts as 0.

    Both queries select the same columns: `n_keys` keys, then numbers.
    """
    numbers = [column.name for column in left.selected_columns][n_keys:]
    zeros: list[ColumnElement[Any]] = [literal_column("0") for _ in numbers]
    a, b = left.subquery(), right.subquery()
    keys = [column.name for column in a.c][:n_keys]
    both = union_all(
        select(
            *(a.c[key] for key in keys),
            *_labelled([a.c[name] for name in numbers], numbers, "a"),
            *_labelled(zeros, numbers, "b"),
        ),
        select(
            *(b.c[key] for key in keys),
            *_labelled(zeros, numbers, "a"),
            *_labelled([b.c[name] for name in numbers], numbers, "b"),
        ),
    ).subquery()
    a_sums, b_sums = ([func.sum(both.c[f"{name}_{side}"]) for name in numbers] for side in "ab")
    columns = [both.c[key] for key in keys]
    differ = or_(*(a_sum != b_sum for a_sum, b_sum in zip(a_sums, b_sums, strict=True)))
    return select(*columns, *a_sums, *b_sums).group_by(*columns).having(differ)


def all_contacts(audience_id: int) -> list[ColumnElement[bool]]:
    """Returns the conditions for all contacts of the audience, read by id."""
    # The condition on the id makes SQLite read in the order of the primary key, in which the contacts are stored.
    return [TABLE.c.audience_id == audience_id, TABLE.c.id > 0]


_COLUMNS = {
    Figure.STATUS: ("status", "reason", "n"),
    Figure.DAY: ("day", "reason", "n"),
    Figure.DOMAIN: ("domain", "subscribed", "cleaned"),
    Figure.WORTH_A_LOOK: ("n",),
}
# A literal: PostgreSQL takes two parameters, of the select list and of GROUP BY, for two different expressions.
_REASON = func.coalesce(TABLE.c.clean_reason, literal_column("''"))


def _statuses(audience_id: int) -> Select[Any]:
    status, reason = TABLE.c.status, _REASON.label("reason")
    counted = select(status, reason, func.count().label("n")).where(*all_contacts(audience_id))
    return compare(counted.group_by(status, _REASON), _stored(ContactCount, Figure.STATUS, audience_id), 2)


def _days(audience_id: int) -> Select[Any]:
    day: ColumnElement[Any] = func.date(TABLE.c.cleaned_at, type_=Date)
    counted = select(day.label("day"), _REASON.label("reason"), func.count().label("n"))
    cleaned = counted.where(*all_contacts(audience_id), TABLE.c.cleaned_at.is_not(None)).group_by(
        day, _REASON
    )
    return compare(cleaned, _stored(CleanedDay, Figure.DAY, audience_id), 2)


def _domains(audience_id: int) -> Select[Any]:
    sums = [
        func.sum(case((TABLE.c.status == literal_column(f"'{status}'"), 1), else_=0)).label(str(status))
        for status in (Status.SUBSCRIBED, Status.CLEANED)
    ]
    counted = select(TABLE.c.domain, *sums).where(*all_contacts(audience_id)).group_by(TABLE.c.domain)
    return compare(counted, _stored(DomainCount, Figure.DOMAIN, audience_id), 1)


def _worth_a_look(session: Session, audience_id: int) -> int:
    is_same = (col(VerdictRow.audience_id) == TABLE.c.audience_id) & (
        col(VerdictRow.contact_id) == TABLE.c.id
    )
    is_weak = (
        col(VerdictRow.audience_id) == audience_id,
        col(VerdictRow.weakness) != literal_column("''"),
        IS_CLEANED,
    )
    return (
        session.connection()
        .execute(select(func.count()).select_from(TABLE).join(VerdictRow, is_same).where(*is_weak))
        .scalar_one()
    )


def _stored(model: Any, figure: Figure, audience_id: int) -> Select[Any]:
    table: Table = model.__table__
    return select(*(table.c[name] for name in _COLUMNS[figure])).where(table.c.audience_id == audience_id)


def _labelled(
    values: Sequence[ColumnElement[Any]], names: Sequence[str], side: str
) -> list[ColumnElement[Any]]:
    return [value.label(f"{name}_{side}") for value, name in zip(values, names, strict=True)]
