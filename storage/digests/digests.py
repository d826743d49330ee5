"""The digest's settings, its runs, and what is newly cleaned in a time.

Newly cleaned counts what was archived since, too: else a team that archives each week would see its last
week at nought.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Subquery, Table, and_, func, select, union_all, update
from sqlmodel import Session, col
from sqlmodel import select as select_model

from storage.archives.tables import Archive, ArchiveMember
from storage.contacts.contacts import IS_CLEANED
from storage.contacts.contacts import TABLE as CONTACT
from storage.core.engines import insert
from storage.corrections.corrections import MAY_BE_A_TYPO
from storage.digests.tables import Digest, DigestRun

_RUN: Table = DigestRun.__table__  # type: ignore[attr-defined]


def get(session: Session) -> Digest | None:
    """The settings; None before they were first saved."""
    return session.get(Digest, 1)


def put(session: Session, digest: Digest) -> None:
    session.merge(digest)
    session.flush()


def claim(session: Session, run: DigestRun) -> bool:
    """Inserts the run; False when it is there already."""
    statement = (
        insert(session, _RUN).values(run.model_dump()).on_conflict_do_nothing().returning(_RUN.c.due_at)
    )
    return session.connection().execute(statement).first() is not None


def exists(session: Session, due_at: datetime) -> bool:
    return session.get(DigestRun, (1, due_at)) is not None


def unfinished(session: Session, after: datetime) -> Sequence[DigestRun]:
    """Runs due after that time that were neither posted nor failed, the oldest first."""
    return session.exec(
        select_model(DigestRun)
        .where(col(DigestRun.posted_at).is_(None), col(DigestRun.failed).is_(None), DigestRun.due_at > after)
        .order_by(col(DigestRun.due_at))
    ).all()


def take_over(session: Session, run: DigestRun, owner: str, now: datetime, attempts: int) -> bool:
    """The run is the owner's now; False when another was quicker, or it was settled meanwhile."""
    as_seen = and_(_RUN.c.claimed_at == run.claimed_at, _RUN.c.attempts == run.attempts)
    return _update(session, run.due_at, run.owner, as_seen, owner=owner, claimed_at=now, attempts=attempts)


def settle(session: Session, due_at: datetime, holder: str, **how: Any) -> bool:
    """Writes how far the holder's run is, or how it ended; False when it is not theirs any more."""
    return _update(session, due_at, holder, **how)


def last_posted(session: Session, before: datetime) -> DigestRun | None:
    """The newest run that was posted, of those due before that time."""
    return session.exec(
        select_model(DigestRun)
        .where(col(DigestRun.posted_at).is_not(None), DigestRun.due_at < before)
        .order_by(col(DigestRun.due_at).desc())
        .limit(1)
    ).first()


def newly_by_reason(session: Session, audience_id: int, since: datetime, until: datetime) -> dict[str, int]:
    """Reason → how many were cleaned from `since` on and before `until`."""
    newly = _newly(audience_id, since, until)
    query = select(newly.c.clean_reason, func.count()).group_by(newly.c.clean_reason)
    return dict(session.connection().execute(query).all())


def newly_by_campaign(
    session: Session, audience_id: int, since: datetime, until: datetime, most: int
) -> dict[str, int]:
    """The campaign's title → how many were cleaned after it in that time; the most frequent first."""
    newly = _newly(audience_id, since, until)
    title, n = newly.c.clean_campaign_title, func.count()
    query = select(title, n).where(title.is_not(None)).group_by(title).order_by(n.desc(), title).limit(most)
    return dict(session.connection().execute(query).all())


def newly_by_domain(
    session: Session, audience_id: int, since: datetime, until: datetime, most: int
) -> dict[str, int]:
    """The domain → how many of it were cleaned in that time; the most frequent first."""
    newly = _newly(audience_id, since, until)
    return _by_domain(session, newly, most)


def fixable_by_domain(
    session: Session, audience_id: int, since: datetime, until: datetime, most: int
) -> dict[str, int]:
    """As `newly_by_domain`, of those that may be typos: cleaned still, no complaint, nobody said they are right."""
    fixable = select(CONTACT.c.domain).where(*_window(audience_id, since, until), MAY_BE_A_TYPO).subquery()
    return _by_domain(session, fixable, most)


def _by_domain(session: Session, source: Subquery, most: int) -> dict[str, int]:
    domain, n = source.c.domain, func.count()
    query = select(domain, n).group_by(domain).order_by(n.desc(), domain).limit(most)
    return dict(session.connection().execute(query).all())


def _newly(audience_id: int, since: datetime, until: datetime) -> Subquery:
    """What was cleaned in that time: from the index of cleaned ones, and from the archives made since."""
    window = _window(audience_id, since, until)
    columns = (CONTACT.c.clean_reason, CONTACT.c.clean_campaign_title, CONTACT.c.domain)
    archived = (
        select(col(ArchiveMember.contact_id))
        .join(
            Archive,
            and_(
                col(Archive.audience_id) == col(ArchiveMember.audience_id),
                col(Archive.id) == col(ArchiveMember.archive_id),
            ),
        )
        .where(
            col(Archive.audience_id) == audience_id,
            col(Archive.made_at) >= since,
            col(ArchiveMember.restored_at).is_(None),
        )
    )
    return union_all(
        select(*columns).where(*window, IS_CLEANED),
        select(*columns).where(*window, CONTACT.c.status == "archived", CONTACT.c.id.in_(archived)),
    ).subquery()


def _window(audience_id: int, since: datetime, until: datetime) -> tuple[ColumnElement[bool], ...]:
    at = CONTACT.c.cleaned_at
    return CONTACT.c.audience_id == audience_id, at >= since, at < until


def _update(
    session: Session, due_at: datetime, holder: str, *conditions: ColumnElement[bool], **values: Any
) -> bool:
    """Compare and set: only a run that is the holder's and not settled."""
    held = (_RUN.c.digest_id == 1, _RUN.c.due_at == due_at, _RUN.c.owner == holder)
    open_ = (_RUN.c.posted_at.is_(None), _RUN.c.failed.is_(None))
    statement = update(_RUN).where(*held, *open_, *conditions).values(**values)
    return session.connection().execute(statement).rowcount == 1
