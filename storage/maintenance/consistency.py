"""Queries for rows that contradict each other: archives and their members, the journal and what it records, jobs.

The database compares; only the rows that disagree are returned, one by one.
"""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Select,
    Table,
    case,
    except_,
    func,
    literal_column,
    or_,
    select,
    union_all,
)
from sqlalchemy.orm import aliased
from sqlmodel import Session, SQLModel, col
from sqlmodel import select as select_model

from storage.archives.tables import Archive, ArchiveMember
from storage.audiences.tables import JournalRow
from storage.bounces.tables import VerdictBatch
from storage.contacts.contacts import TABLE
from storage.contacts.tables import VerdictRow
from storage.core.tables import AudienceRow, AudienceSource
from storage.corrections.tables import Consent
from storage.exports.tables import Export
from storage.jobs.tables import JobRow
from storage.maintenance.recounts import all_contacts


class UnmatchedContacts(NamedTuple):
    """The number of contacts that contradict the archives, and the lowest id of them; None if there are none."""

    n: int
    first: int | None


class CountPair(NamedTuple):
    """The number in the row of an archive or export, and the number in its journal lines. `id` is "" for a total."""

    id: str
    recorded: int
    journal: int


def wrong_archives(session: Session, audience_id: int) -> Iterator[tuple[str, int, int, int, int]]:
    """Archives whose numbers are not those of their members: id, n, members, restored, restored members.

    Of the contacts that carry an archive's number, those that were restored are not known: the archive's figure is taken.
    """
    archive, member = _table(Archive), _table(ArchiveMember)
    is_member = (member.c.audience_id == archive.c.audience_id) & (member.c.archive_id == archive.c.id)
    carries = (TABLE.c.audience_id == archive.c.audience_id) & (TABLE.c.archive_number == archive.c.number)
    held = select(func.count()).select_from(TABLE).where(TABLE.c.audience_id == audience_id, carries)
    rows, restored_rows = func.count(member.c.contact_id), func.count(member.c.restored_at)
    known = func.coalesce(archive.c.number, 0) > 0
    restored = case((known, archive.c.restored), else_=restored_rows)
    members = rows + held.scalar_subquery() + restored - restored_rows
    query = (
        select(archive.c.id, archive.c.n, members, archive.c.restored, restored)
        .select_from(archive.outerjoin(member, is_member))
        .where(archive.c.audience_id == audience_id)
        .group_by(archive.c.audience_id, archive.c.id, archive.c.n, archive.c.restored, archive.c.number)
        .having(or_(archive.c.n != members, archive.c.restored != restored))
    )
    yield from _stream(session, query)


def archived_without_archive(session: Session, audience_id: int) -> UnmatchedContacts:
    """Archived contacts that are in no archive."""
    return _difference(session, _archived(audience_id), _in_archives(audience_id))


def in_archive_but_not_archived(session: Session, audience_id: int) -> UnmatchedContacts:
    """Contacts that are in an archive, not restored from it, and have another status than archived."""
    return _difference(session, _in_archives(audience_id), _archived(audience_id))


def wrong_batches(session: Session, audience_id: int) -> Iterator[tuple[str, int, int, int]]:
    """Batches of verdicts whose numbers are not those of the verdicts: id, n, reversed, verdicts."""
    batch, verdict = _table(VerdictBatch), _table(VerdictRow)
    is_in_batch = (verdict.c.audience_id == batch.c.audience_id) & (verdict.c.batch == batch.c.id)
    verdicts = func.count(verdict.c.contact_id)
    query = (
        select(batch.c.id, batch.c.n, batch.c.n_reversed, verdicts)
        .select_from(batch.outerjoin(verdict, is_in_batch))
        .where(batch.c.audience_id == audience_id)
        .group_by(batch.c.id, batch.c.n, batch.c.n_reversed)
        .having(batch.c.n - batch.c.n_reversed != verdicts)
    )
    yield from _stream(session, query)


def archives_unlike_journal(session: Session, audience: AudienceRow) -> Iterator[CountPair]:
    """Finished archives whose number of contacts differs from the journal's.

    An archive of a mirrored audience may have fewer than the journal: contacts deleted at Mailchimp leave the archive.
    """
    t = _table(Archive)
    is_running = (col(JobRow.audience_id) == audience.id, col(JobRow.state).in_(("waiting", "running")))
    unfinished = set(session.exec(select_model(JobRow.id).where(*is_running)))
    recorded = select(t.c.id.label("id"), t.c.n).where(t.c.audience_id == audience.id, t.c.n > 0)
    for pair in _count_pairs(session, recorded, _journal_counts(audience.id, "archive", "archive")):
        if pair.id in unfinished:
            continue
        if audience.source == AudienceSource.LOCAL or pair.journal < pair.recorded:
            yield pair


def restores_unlike_journal(session: Session, audience_id: int) -> Iterator[CountPair]:
    """Archives whose number of restored contacts differs from the journal's.

    Exact for local audiences with no unfinished restore.
    """
    t = _table(Archive)
    recorded = select(t.c.id.label("id"), t.c.restored.label("n")).where(
        t.c.audience_id == audience_id, t.c.restored > 0
    )
    yield from _count_pairs(session, recorded, _journal_counts(audience_id, "restore", "archive"))


def exports_unlike_journal(session: Session, audience_id: int) -> Iterator[CountPair]:
    """Exports whose number of contacts differs from the journal's."""
    t = _table(Export)
    recorded = select(t.c.id.label("id"), t.c.n).where(t.c.audience_id == audience_id)
    yield from _count_pairs(session, recorded, _journal_counts(audience_id, "export", "export"))


def import_totals(session: Session, audience_id: int) -> CountPair:
    """Total of contacts that finished imports added or changed, and the journal's total."""
    done = (col(JobRow.audience_id) == audience_id, col(JobRow.kind) == "import", col(JobRow.state) == "done")
    result = _table(JobRow).c.result
    n = result["added"].as_integer() + result["changed"].as_integer()
    total = session.connection().execute(select(func.coalesce(func.sum(n), 0)).where(*done)).scalar_one()
    return CountPair(
        "", int(total), _journal_total(session, audience_id, "import", func.sum(col(JournalRow.n)))
    )


def correction_totals(session: Session, audience_id: int) -> CountPair:
    """Number of consents, and of the journal's lines on corrections."""
    n = select(func.count()).select_from(Consent).where(col(Consent.audience_id) == audience_id)
    consents = session.connection().execute(n).scalar_one()
    return CountPair("", consents, _journal_total(session, audience_id, "fix", func.count()))


def has_unfinished_job(session: Session, audience_id: int, kind: str) -> bool:
    """Whether the audience has an unfinished job of that kind."""
    unfinished = (col(JobRow.kind) == kind, col(JobRow.state).in_(("waiting", "running")))
    query = select_model(JobRow.id).where(col(JobRow.audience_id) == audience_id, *unfinished).limit(1)
    return session.exec(query).first() is not None


def stalled_jobs(session: Session, before: datetime) -> Iterator[JobRow]:
    """Unfinished jobs without progress since `before`, except those that wait for another job of the audience."""
    last_moved = func.coalesce(col(JobRow.lease_until), col(JobRow.made_at))
    unfinished = (col(JobRow.state).in_(("waiting", "running")), last_moved < before)
    other = aliased(JobRow)
    is_queued = (col(JobRow.state) == "waiting") & (
        select_model(other.id)
        .where(
            other.audience_id == JobRow.audience_id,
            col(other.state) == "running",
            col(other.lease_until) >= before,
        )
        .exists()
    )
    yield from session.exec(select_model(JobRow).where(*unfinished, ~is_queued).order_by(col(JobRow.made_at)))


def unreported_jobs(session: Session, before: datetime) -> Iterator[JobRow]:
    """Jobs that ended before then, whose result was not reported to anybody, and that no process has leased."""
    ended = (
        col(JobRow.state).in_(("done", "failed")),
        col(JobRow.told_at).is_(None),
        col(JobRow.finished_at) < before,
    )
    free = or_(col(JobRow.lease_until).is_(None), col(JobRow.lease_until) < before)
    yield from session.exec(select_model(JobRow).where(*ended, free).order_by(col(JobRow.made_at)))


def _archived(audience_id: int) -> Select[Any]:
    archived = TABLE.c.status == literal_column("'archived'")
    return select(TABLE.c.id.label("id")).where(*all_contacts(audience_id), archived)


def _in_archives(audience_id: int) -> Select[Any]:
    member, archive = _table(ArchiveMember).c, _table(Archive).c
    rows = select(member.contact_id.label("id"))
    numbers = select(archive.number).where(archive.audience_id == audience_id)
    held = select(TABLE.c.id).where(TABLE.c.audience_id == audience_id, TABLE.c.archive_number.in_(numbers))
    unrestored = rows.where(member.audience_id == audience_id, member.restored_at.is_(None))
    return select(union_all(unrestored, held).subquery().c.id)


def _difference(session: Session, ids: Select[Any], other_ids: Select[Any]) -> UnmatchedContacts:
    rest = except_(ids, other_ids).subquery()
    return UnmatchedContacts(*session.connection().execute(select(func.count(), func.min(rest.c.id))).one())


def _journal_counts(audience_id: int, what: str, key: str) -> Select[Any]:
    """Selects the id of an archive or export from the detail named `key`, and the number in the journal's line."""
    t = _table(JournalRow)
    lines = select(t.c.detail[key].as_string().label("id"), t.c.n)
    return lines.where(t.c.audience_id == audience_id, t.c.what == what, t.c.n > 0)


def _count_pairs(session: Session, recorded: Select[Any], journal: Select[Any]) -> Iterator[CountPair]:
    """Yields the pairs whose numbers differ; an id that one of the two lacks counts as 0 there.

    Compared here, since the journal is not where archives may be: on another server. There are few of both.
    """
    numbers: tuple[Counter[str], Counter[str]] = (Counter(), Counter())
    for counter, query in zip(numbers, (recorded, journal), strict=True):
        for id_, n in _stream(session, query):
            counter[id_ or ""] += n
    for id_ in sorted(numbers[0].keys() | numbers[1].keys()):
        pair = CountPair(id_, *(counter[id_] for counter in numbers))
        if pair.recorded != pair.journal:
            yield pair


def _journal_total(session: Session, audience_id: int, what: str, n: ColumnElement[Any]) -> int:
    lines = (col(JournalRow.audience_id) == audience_id, col(JournalRow.what) == what)
    query = select(func.coalesce(n, 0)).select_from(JournalRow).where(*lines)
    return int(session.connection().execute(query).scalar_one())


def _stream(session: Session, query: Select[Any]) -> Iterator[Any]:
    with session.connection().execute(query.execution_options(yield_per=1_000)) as result:
        yield from result


def _table(model: type[SQLModel]) -> Table:
    table: Table = model.__table__  # type: ignore[attr-defined]
    return table
