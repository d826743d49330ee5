"""What belongs together, compared by the database: archives and their members, the journal and what it tells of, jobs.

Each query gives only what does not agree, one by one.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, Table, except_, func, literal_column, or_, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, SQLModel, col
from sqlmodel import select as select_model

from storage.archives.tables import Archive, ArchiveMember
from storage.contacts.contacts import TABLE
from storage.core.tables import AudienceRow, AudienceSource, JobRow, JournalRow
from storage.corrections.tables import Consent
from storage.exports.tables import Export
from storage.maintenance.recounts import compare, whole


class Loose(NamedTuple):
    """So many contacts, and the lowest id of them; None where there are none."""

    n: int
    first: int | None


class Sums(NamedTuple):
    """Of one archive, export or kind of work: what its row says, and what the other place says."""

    id: str
    said: int
    found: int


def archives(session: Session, audience_id: int) -> Iterator[tuple[str, int, int, int, int]]:
    """Archives whose figures are not those of their members: id, n, members, restored, members restored."""
    archive, member = _table(Archive), _table(ArchiveMember)
    mine = (member.c.audience_id == archive.c.audience_id) & (member.c.archive_id == archive.c.id)
    taken, back = func.count(member.c.contact_id), func.count(member.c.restored_at)
    query = (
        select(archive.c.id, archive.c.n, taken, archive.c.restored, back)
        .select_from(archive.outerjoin(member, mine))
        .where(archive.c.audience_id == audience_id)
        .group_by(archive.c.id, archive.c.n, archive.c.restored)
        .having(or_(archive.c.n != taken, archive.c.restored != back))
    )
    yield from _each(session, query)


def archived_by_nobody(session: Session, audience_id: int) -> Loose:
    """Archived contacts that no archive holds."""
    return _without(session, _archived(audience_id), _held(audience_id))


def held_and_not_archived(session: Session, audience_id: int) -> Loose:
    """Contacts that an archive holds and that are not archived."""
    return _without(session, _held(audience_id), _archived(audience_id))


def archives_not_told(session: Session, audience: AudienceRow) -> Iterator[Sums]:
    """Archives that ended and of which the journal says otherwise: how many they took, and what it says.

    Who was deleted for good at Mailchimp since is in the archive no more, and in the journal's line still.
    """
    t = _table(Archive)
    under_way = select(col(JobRow.id)).where(col(JobRow.state).in_(("waiting", "running")))
    taken = select(t.c.id.label("id"), t.c.n).where(
        t.c.audience_id == audience.id, t.c.n > 0, t.c.id.not_in(under_way)
    )
    for each in _sums(session, taken, _told(audience.id, "archive", "archive")):
        if audience.source == AudienceSource.LOCAL or each.found < each.said:
            yield each


def restores_not_told(session: Session, audience_id: int) -> Iterator[Sums]:
    """The same of what was brought back. For local audiences, while no Undo is under way."""
    t = _table(Archive)
    back = select(t.c.id.label("id"), t.c.restored.label("n")).where(
        t.c.audience_id == audience_id, t.c.restored > 0
    )
    yield from _sums(session, back, _told(audience_id, "restore", "archive"))


def exports_not_told(session: Session, audience_id: int) -> Iterator[Sums]:
    """The same of exports."""
    t = _table(Export)
    given = select(t.c.id.label("id"), t.c.n).where(t.c.audience_id == audience_id)
    yield from _sums(session, given, _told(audience_id, "export", "export"))


def imports(session: Session, audience_id: int) -> Sums:
    """How many contacts the imports that are done took in, and what the journal's lines say together."""
    done = (col(JobRow.audience_id) == audience_id, col(JobRow.kind) == "import", col(JobRow.state) == "done")
    result = _table(JobRow).c.result
    n = result["added"].as_integer() + result["changed"].as_integer()
    taken = session.connection().execute(select(func.coalesce(func.sum(n), 0)).where(*done)).scalar_one()
    return Sums("", int(taken), _told_in_all(session, audience_id, "import", func.sum(col(JournalRow.n))))


def corrections(session: Session, audience_id: int) -> Sums:
    """How many consents there are, and lines on corrections."""
    n = select(func.count()).select_from(Consent).where(col(Consent.audience_id) == audience_id)
    consents = session.connection().execute(n).scalar_one()
    return Sums("", consents, _told_in_all(session, audience_id, "fix", func.count()))


def is_at_work(session: Session, audience_id: int, kind: str) -> bool:
    """Whether such work is not finished in the audience."""
    unfinished = (col(JobRow.kind) == kind, col(JobRow.state).in_(("waiting", "running")))
    query = select_model(JobRow.id).where(col(JobRow.audience_id) == audience_id, *unfinished).limit(1)
    return session.exec(query).first() is not None


def standing_still(session: Session, before: datetime) -> Iterator[JobRow]:
    """Unfinished jobs that nobody has carried on since, though their turn has come."""
    moved = func.coalesce(col(JobRow.lease_until), col(JobRow.made_at))
    unfinished = (col(JobRow.state).in_(("waiting", "running")), moved < before)
    ahead = aliased(JobRow)
    waits = (col(JobRow.state) == "waiting") & (
        select_model(ahead.id)
        .where(
            ahead.audience_id == JobRow.audience_id,
            col(ahead.state) == "running",
            col(ahead.lease_until) >= before,
        )
        .exists()
    )
    yield from session.exec(select_model(JobRow).where(*unfinished, ~waits).order_by(col(JobRow.made_at)))


def untold(session: Session, before: datetime) -> Iterator[JobRow]:
    """Jobs that ended before, of which nobody was told and that nobody holds."""
    ended = (
        col(JobRow.state).in_(("done", "failed")),
        col(JobRow.told_at).is_(None),
        col(JobRow.finished_at) < before,
    )
    free = or_(col(JobRow.lease_until).is_(None), col(JobRow.lease_until) < before)
    yield from session.exec(select_model(JobRow).where(*ended, free).order_by(col(JobRow.made_at)))


def _archived(audience_id: int) -> Select[Any]:
    archived = TABLE.c.status == literal_column("'archived'")
    return select(TABLE.c.id.label("id")).where(*whole(audience_id), archived)


def _held(audience_id: int) -> Select[Any]:
    t = _table(ArchiveMember)
    return select(t.c.contact_id.label("id")).where(t.c.audience_id == audience_id, t.c.restored_at.is_(None))


def _without(session: Session, these: Select[Any], those: Select[Any]) -> Loose:
    rest = except_(these, those).subquery()
    return Loose(*session.connection().execute(select(func.count(), func.min(rest.c.id))).one())


def _told(audience_id: int | None, what: str, key: str) -> Select[Any]:
    """What the journal says of each archive or export."""
    t = _table(JournalRow)
    lines = select(t.c.detail[key].as_string().label("id"), t.c.n)
    return lines.where(t.c.audience_id == audience_id, t.c.what == what, t.c.n > 0)


def _sums(session: Session, said: Select[Any], told: Select[Any]) -> Iterator[Sums]:
    for id_, n, found in _each(session, compare(said, told, 1)):
        yield Sums(id_, int(n), int(found))


def _told_in_all(session: Session, audience_id: int, what: str, n: ColumnElement[Any]) -> int:
    lines = (col(JournalRow.audience_id) == audience_id, col(JournalRow.what) == what)
    query = select(func.coalesce(n, 0)).select_from(JournalRow).where(*lines)
    return int(session.connection().execute(query).scalar_one())


def _each(session: Session, query: Select[Any]) -> Iterator[Any]:
    with session.connection().execute(query.execution_options(yield_per=1_000)) as result:
        yield from result


def _table(model: type[SQLModel]) -> Table:
    table: Table = model.__table__  # type: ignore[attr-defined]
    return table
