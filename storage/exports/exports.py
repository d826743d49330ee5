"""The CSV files that were handed out."""

from collections.abc import Sequence
from typing import Any

from sqlmodel import Session, col, select

from storage.core.tables import JobRow
from storage.exports.tables import Export


def add(session: Session, export: Export) -> None:
    session.add(export)
    session.flush()


def get(session: Session, audience_id: int, export_id: str) -> Export | None:
    return session.get(Export, (audience_id, export_id))


def newest(session: Session, audience_id: int, *, skip: int, most: int) -> Sequence[Export]:
    """The audience's exports, the newest first."""
    return session.exec(
        select(Export)
        .where(Export.audience_id == audience_id)
        .order_by(col(Export.made_at).desc(), col(Export.id))
        .offset(skip)
        .limit(most)
    ).all()


def results(session: Session, export_ids: Sequence[str]) -> dict[str, dict[str, Any]]:
    """What came of the exports' jobs, which have the same ids; those of the terminal have none."""
    found = session.exec(select(JobRow.id, JobRow.result).where(col(JobRow.id).in_(export_ids)))
    return {job_id: dict(result) for job_id, result in found}
