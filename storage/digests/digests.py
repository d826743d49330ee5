"""The digest's settings, its runs, and the contacts newly cleaned in a period.

Contacts archived since they were cleaned count as newly cleaned too; otherwise a team that archives every week would
see zero for its last week.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Subquery, Table, and_, func, select, union_all, update
from sqlmodel import Session, col
from sqlmodel import select as select_model

from storage.contacts.contacts import IS_ARCHIVED, IS_CLEANED
from storage.contacts.contacts import TABLE as CONTACT
from storage.core.engines import insert_unless_there, upsert
from storage.digests.tables import Digest, DigestRun

_RUN: Table = DigestRun.__table__  # type: ignore[attr-defined]
_IS_UNFINISHED = and_(_RUN.c.posted_at.is_(None), _RUN.c.failed.is_(None))


def get(session: Session) -> Digest | None:
    """Returns the settings; None if they were never saved."""
    return session.get(Digest, 1)


def put(session: Session, digest: Digest) -> None:
    upsert(session, digest)


def claim(session: Session, run: DigestRun) -> bool:
    """Inserts the run. Returns False if it exists already."""
    return insert_unless_there(session, run)


def exists(session: Session, due_at: datetime) -> bool:
    return session.get(DigestRun, (1, due_at)) is not None


def newest_run(session: Session) -> DigestRun | None:
    """Returns the run that was due last; None if there is none."""
    return session.exec(select_model(DigestRun).order_by(col(DigestRun.due_at).desc()).limit(1)).first()


def unfinished(session: Session, after: datetime) -> Sequence[DigestRun]:
    """Returns the runs due after that time that were neither posted nor failed, the oldest first."""
    return session.exec(
        select_model(DigestRun)
        .where(_IS_UNFINISHED, DigestRun.due_at > after)
        .order_by(col(DigestRun.due_at))
    ).all()


def take_over(session: Session, run: DigestRun, owner: str, now: datetime, attempts: int) -> bool:
    """Makes the owner the run's. Returns False if the run has changed since it was read."""
    is_unchanged = and_(_RUN.c.claimed_at == run.claimed_at, _RUN.c.attempts == run.attempts)
    columns = {"owner": owner, "claimed_at": now, "attempts": attempts}
    return update_run(session, run.due_at, run.owner, is_unchanged, **columns)


def update_run(
    session: Session, due_at: datetime, owner: str, /, *conditions: ColumnElement[bool], **columns: Any
) -> bool:
    """Writes columns of the owner's unfinished run. Returns False if it is finished, or another's by now."""
    is_owned = (_RUN.c.digest_id == 1, _RUN.c.due_at == due_at, _RUN.c.owner == owner)
    statement = update(_RUN).where(*is_owned, _IS_UNFINISHED, *conditions).values(**columns)
    return session.connection().execute(statement).rowcount == 1


def newly_by_campaign(
    session: Session, audience_id: int, since: datetime, until: datetime, limit: int
) -> dict[str, int]:
    """Counts the contacts cleaned in that period by the title of the campaign, the most frequent first."""
    newly = _newly(audience_id, since, until)
    title, n = newly.c.clean_campaign_title, func.count()
    query = select(title, n).where(title.is_not(None)).group_by(title).order_by(n.desc(), title).limit(limit)
    return dict(session.connection().execute(query).all())


def newly_by_domain(
    session: Session, audience_id: int, since: datetime, until: datetime, limit: int
) -> dict[str, int]:
    """Counts the contacts cleaned in that period by domain, the most frequent first."""
    newly = _newly(audience_id, since, until)
    domain, n = newly.c.domain, func.count()
    query = select(domain, n).group_by(domain).order_by(n.desc(), domain).limit(limit)
    return dict(session.connection().execute(query).all())


def archived_since(session: Session, audience_id: int, since: datetime, until: datetime) -> int:
    """Counts the contacts cleaned in that period that are archived by now."""
    query = select(func.count()).where(*_window(audience_id, since, until), IS_ARCHIVED)
    n: int = session.connection().execute(query).scalar_one()
    return n


def _newly(audience_id: int, since: datetime, until: datetime) -> Subquery:
    """The contacts cleaned in that period: those still cleaned, by their index, and those archived since."""
    window = _window(audience_id, since, until)
    columns = (CONTACT.c.clean_reason, CONTACT.c.clean_campaign_title, CONTACT.c.domain)
    return union_all(
        select(*columns).where(*window, IS_CLEANED), select(*columns).where(*window, IS_ARCHIVED)
    ).subquery()


def _window(audience_id: int, since: datetime, until: datetime) -> tuple[ColumnElement[bool], ...]:
    at = CONTACT.c.cleaned_at
    return CONTACT.c.audience_id == audience_id, at >= since, at < until
