"""Changes of the status of many contacts, and of the figures with them."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.sql.dml import ReturningUpdate
from sqlmodel import Session

from storage.contacts import figures
from storage.contacts.contacts import TABLE, VERDICT
from storage.contacts.figures import FigureChanges, FigureKey
from storage.core.engines import is_in

IDS_PER_STATEMENT = 10_000


def execute_by_ids(
    session: Session, statement: ReturningUpdate[Any], ids: Sequence[int]
) -> list[tuple[Any, ...]]:
    """Executes the statement for these contacts, a part of them at a time, and returns all rows that it returns.

    They are the driver's own tuples: SQLAlchemy would make another object of each.

    In parts, because SQLite keeps a copy of each page that a statement changes until the statement ends; in the order
    of their ids, so that neighbouring rows are written together.
    """
    rows: list[tuple[Any, ...]] = []
    ordered = sorted(ids)
    for start in range(0, len(ordered), IDS_PER_STATEMENT):
        part = statement.where(is_in(session, TABLE.c.id, ordered[start : start + IDS_PER_STATEMENT]))
        rows += session.connection().execute(part).cursor.fetchall()
    return rows


def move_figures(
    session: Session,
    audience_id: int,
    where: Sequence[ColumnElement[bool]],
    *,
    before: ColumnElement[str],
    after: ColumnElement[str],
) -> None:
    """Updates the figures for contacts whose status changes from `before` to `after`; their cleaned day stays."""
    reason = func.coalesce(TABLE.c.clean_reason, "")
    # Grouped by labels: repeated in GROUP BY, a bound value would be another expression to PostgreSQL.
    counts = select(
        before.label("old"), after.label("new"), reason.label("why"), TABLE.c.domain, func.count()
    )
    grouped = counts.where(*where).group_by("old", "new", "why", TABLE.c.domain)
    moves = session.connection().execute(grouped)
    update_figures(session, audience_id, {(old, new, why, domain): n for old, new, why, domain, n in moves})


def update_figures(
    session: Session, audience_id: int, moves: Mapping[tuple[str, str, str | None, str], int]
) -> None:
    """Updates the figures. `moves`: (old status, new status, clean reason, domain) → number of contacts."""
    changes = FigureChanges()
    for (old, new, why, domain), n in moves.items():
        changes[FigureKey(old, why or "", None, domain)] -= n
        changes[FigureKey(new, why or "", None, domain)] += n
    figures.apply_changes(session, audience_id, changes)


def n_weak(session: Session, audience_id: int, contact_ids: Sequence[int]) -> int:
    """How many of the contacts have a weak verdict."""
    if not contact_ids:
        return 0
    weak = select(VERDICT.c.contact_id).where(
        VERDICT.c.audience_id == audience_id,
        is_in(session, VERDICT.c.contact_id, contact_ids),
        VERDICT.c.weakness != "",
    )
    return len(session.connection().execute(weak).all())
