"""Archiving contacts in chunks, and restoring them. No contact is deleted.

An archive has a member row for each of its contacts. In a local audience only this module changes a contact's status
from `archived`, and it marks the member row restored at the same time: so the archive that an archived contact belongs
to is the one whose member row is not marked.
"""

import json
from array import array
from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import repeat
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Table,
    delete,
    exists,
    func,
    insert,
    literal,
    select,
    update,
)
from sqlalchemy.sql.dml import ReturningUpdate
from sqlmodel import Session, col
from sqlmodel import select as select_model

from storage.archives.tables import Archive, ArchiveMember
from storage.contacts import figures
from storage.contacts.contacts import TABLE, Segment, conditions, conditions_by_id
from storage.contacts.figures import FigureChanges, FigureKey
from storage.contacts.tables import Contact, VerdictRow
from storage.contacts.values import Status
from storage.core.engines import id_array, is_in, is_sqlite
from storage.core.tables import JobRow

_SPAN = 100_000
IDS_PER_STATEMENT = 10_000
MEMBER: Table = ArchiveMember.__table__  # type: ignore[attr-defined]


class RestoredChunk(NamedTuple):
    """How many contacts of a chunk were restored, and how many were left as they are, because they had changed."""

    restored: int
    changed: int


def get(session: Session, audience_id: int, archive_id: str, *, lock: bool = False) -> Archive | None:
    """The archive of that id. `lock` locks its row until the transaction ends."""
    return session.get(Archive, (audience_id, archive_id), with_for_update=lock)


def holding(session: Session, audience_id: int, contact_id: int) -> str | None:
    """The archive that the contact is in and can be restored from; None if there is none."""
    # Archives are listed because the key of their members begins with the archive.
    ids = select(col(Archive.id)).where(col(Archive.audience_id) == audience_id)
    query = select_model(ArchiveMember.archive_id).where(
        ArchiveMember.audience_id == audience_id,
        col(ArchiveMember.archive_id).in_(ids),
        ArchiveMember.contact_id == contact_id,
        col(ArchiveMember.restored_at).is_(None),
    )
    return session.exec(query.limit(1)).first()


def undone_by(session: Session, audience_id: int, archive_id: str) -> str | None:
    """Who restored the last of the archive's contacts; None while some are archived.

    Version 0.1 kept it in the result of the archive's job.
    """
    archive, job = get(session, audience_id, archive_id), session.get(JobRow, archive_id)
    in_result: str | None = job.result.get("undone_by") if job else None
    return archive.undone_by or in_result if archive else None


def newest(session: Session, audience_ids: Collection[int], *, skip: int, most: int) -> Sequence[Archive]:
    """Archives of these audiences that have contacts, newest first."""
    return session.exec(
        select_model(Archive)
        .where(col(Archive.audience_id).in_(audience_ids), col(Archive.n) > 0)
        .order_by(col(Archive.made_at).desc(), col(Archive.id))
        .offset(skip)
        .limit(most)
    ).all()


def segment_ids(session: Session, segment: Segment, after: int) -> "array[int]":
    """Returns the ids of the segment's contacts that are greater than `after`, in ascending order, 8 bytes each.

    Includes contacts that changed after the segment was counted; `archive_contacts` leaves those out. So the query
    reads a single index if the segment has no other condition.
    """
    query = select(TABLE.c.id).where(*conditions(replace(segment, up_to=None)))
    # Sorted in spans of ids: sorting a list of all ids would take five times the memory.
    spans: defaultdict[int, array[int]] = defaultdict(lambda: array("q"))
    with session.connection().execute(query.execution_options(yield_per=10_000)) as result:
        for rows in result.partitions():
            for (contact_id,) in rows:
                spans[contact_id // _SPAN].append(contact_id)
    ids = array("q")
    for span in sorted(spans):
        ids.extend(sorted(contact_id for contact_id in spans.pop(span) if contact_id > after))
    return ids


def archive_contacts(
    session: Session, segment: Segment, archive_id: str, contact_ids: Sequence[int], revision: int
) -> int:
    """Archives those of the contacts that are still in the segment, and updates the figures. Returns how many.

    `contact_ids` is in ascending order, so that neighbouring rows are written together. The caller has locked the
    audience; `revision` is the one that `bulk.lock` returned.
    """
    audience_id = segment.audience_id
    # Each contact is looked up once: the UPDATE returns what the figures need.
    statement = (
        update(TABLE)
        .where(*conditions_by_id(segment))
        .values(status=Status.ARCHIVED.value, status_before=TABLE.c.status, revision=revision)
        .returning(TABLE.c.id, TABLE.c.clean_reason, TABLE.c.domain)
    )
    archived = _execute_by_ids(session, statement, contact_ids)
    if not archived:
        return 0
    archived_ids, reasons, domains = zip(*archived, strict=True)
    _add_members(session, audience_id, archive_id, archived_ids)
    _update_figures(
        session,
        audience_id,
        Counter(zip(repeat(Status.CLEANED), repeat(Status.ARCHIVED), reasons, domains, strict=False)),
    )
    figures.add_worth_a_look(session, audience_id, -_n_weak(session, audience_id, archived_ids))
    _increase(session, audience_id, archive_id, n=len(archived))
    return len(archived)


def note_archived(
    session: Session, audience_id: int, archive_id: str, contact_ids: Sequence[int], revision: int
) -> None:
    """Records that Mailchimp has archived these contacts, as members of the archive, and updates the figures.

    The mirror may have marked some of them archived already. Contacts that are neither cleaned nor archived here are
    left as they are. The caller has locked the audience; `revision` is the one that `bulk.lock` returned.
    """
    connection = session.connection()
    selected = [TABLE.c.audience_id == audience_id, TABLE.c.id.in_(contact_ids)]
    cleaned = [*selected, TABLE.c.status == Status.CLEANED.value]
    archived = [*selected, TABLE.c.status == Status.ARCHIVED.value]
    names = ["audience_id", "archive_id", "contact_id", "status_before"]
    for where, before in ((cleaned, TABLE.c.status), (archived, TABLE.c.status_before)):
        new_members = select(TABLE.c.audience_id, literal(archive_id), TABLE.c.id, before).where(*where)
        connection.execute(insert(MEMBER).from_select(names, new_members))
    of_archive = (MEMBER.c.audience_id == audience_id, MEMBER.c.archive_id == archive_id)
    added = select(func.count()).where(*of_archive, MEMBER.c.contact_id.in_(contact_ids))
    n = connection.execute(added).scalar_one()
    _move_figures(session, audience_id, cleaned, before=TABLE.c.status, after=literal(Status.ARCHIVED.value))
    values = {"status": Status.ARCHIVED.value, "status_before": TABLE.c.status, "revision": revision}
    connection.execute(update(TABLE).where(*cleaned).values(values))
    _increase(session, audience_id, archive_id, n=n)


def add_left_alone(session: Session, audience_id: int, archive_id: str, n: int) -> None:
    """Adds `n` to the number of contacts that were in the preview and had changed before the archive reached them."""
    _increase(session, audience_id, archive_id, left_alone=n)


def chunk_end(
    session: Session, audience_id: int, archive_id: str, after: int, size: int, ids: Sequence[int] | None
) -> int | None:
    """The last contact id of the next `size` unrestored members after the contact `after`; None if none is left."""
    unrestored = _unrestored(audience_id, archive_id, after, ids)
    chunk = (
        select(MEMBER.c.contact_id).where(*unrestored).order_by(MEMBER.c.contact_id).limit(size).subquery()
    )
    last: int | None = session.connection().execute(select(func.max(chunk.c.contact_id))).scalar_one()
    return last


def restore_chunk(
    session: Session,
    audience_id: int,
    archive_id: str,
    chunk: tuple[int, int],
    ids: Sequence[int] | None,
    revision: int,
    now: datetime,
) -> RestoredChunk:
    """Gives members that are still archived the status they had before, and updates the figures.

    `chunk`: of contact ids, the first excluded, the last included. `ids`: only these members. The caller has locked
    the audience; `revision` is the one that `bulk.lock` returned.
    """
    unrestored = [*_unrestored(audience_id, archive_id, chunk[0], ids), MEMBER.c.contact_id <= chunk[1]]
    connection = session.connection()
    considered = connection.execute(select(MEMBER.c.contact_id).where(*unrestored)).scalars().all()
    statement = (
        update(TABLE)
        .where(TABLE.c.audience_id == audience_id, TABLE.c.status == Status.ARCHIVED.value)
        .values(status=TABLE.c.status_before, status_before=None, revision=revision)
        .returning(TABLE.c.id, TABLE.c.status, TABLE.c.clean_reason, TABLE.c.domain)
    )
    restored = _execute_by_ids(session, statement, considered)
    marked = [*unrestored, is_in(session, MEMBER.c.contact_id, [row.id for row in restored])]
    connection.execute(update(MEMBER).where(*marked).values(restored_at=now))
    _update_figures(session, audience_id, Counter((Status.ARCHIVED, *row[1:]) for row in restored))
    weak = _n_weak(session, audience_id, [row.id for row in restored if row.status == Status.CLEANED])
    figures.add_worth_a_look(session, audience_id, weak)
    _increase(session, audience_id, archive_id, restored=len(restored))
    return RestoredChunk(restored=len(restored), changed=len(considered) - len(restored))


def unrestored_ids(
    session: Session, audience_id: int, archive_id: str, after: int, ids: Sequence[int] | None
) -> "array[int]":
    """Ids of the unrestored members that are greater than `after`, in ascending order."""
    query = select(MEMBER.c.contact_id).where(*_unrestored(audience_id, archive_id, after, ids))
    return array("q", session.connection().execute(query.order_by(MEMBER.c.contact_id)).scalars())


def already_restored(
    session: Session, audience_id: int, archive_id: str, contact_ids: Sequence[int]
) -> set[int]:
    """Those of the contacts that have the same status as before the archive."""
    is_restored = TABLE.c.status == MEMBER.c.status_before
    return _members_where(session, audience_id, archive_id, contact_ids, [is_restored])


def still_archived(
    session: Session, audience_id: int, archive_id: str, contact_ids: Sequence[int]
) -> set[int]:
    """Those of the contacts that have been archived ever since this archive.

    One that was restored and archived again at Mailchimp is left out: its status before is another one.
    """
    unchanged = [TABLE.c.status == Status.ARCHIVED.value, TABLE.c.status_before == MEMBER.c.status_before]
    return _members_where(session, audience_id, archive_id, contact_ids, unchanged)


def deleted_members(
    session: Session, audience_id: int, archive_id: str, ids: Sequence[int] | None
) -> Sequence[int]:
    """Unrestored members whose contacts no longer exist: they were deleted permanently at Mailchimp."""
    has_contact = exists().where(
        TABLE.c.audience_id == MEMBER.c.audience_id, TABLE.c.id == MEMBER.c.contact_id
    )
    query = select(MEMBER.c.contact_id).where(*_unrestored(audience_id, archive_id, 0, ids), ~has_contact)
    return session.connection().execute(query).scalars().all()


def remove_members(session: Session, audience_id: int, archive_id: str, contact_ids: Sequence[int]) -> None:
    """Removes unrestored members from the archive, so that no Undo considers them."""
    n = (
        session.connection()
        .execute(delete(MEMBER).where(*_unrestored(audience_id, archive_id, 0, contact_ids)))
        .rowcount
    )
    _increase(session, audience_id, archive_id, n=-n)


def note_restored(
    session: Session,
    audience_id: int,
    archive_id: str,
    contact_ids: Sequence[int],
    revision: int,
    now: datetime,
) -> None:
    """Records that Mailchimp has restored these members to the status they had, and updates the figures.

    The mirror may have restored some of them already. The caller has locked the audience; `revision` is the one that
    `bulk.lock` returned.
    """
    connection = session.connection()
    unrestored = _unrestored(audience_id, archive_id, 0, contact_ids)
    archived = [
        TABLE.c.audience_id == audience_id,
        TABLE.c.id.in_(select(MEMBER.c.contact_id).where(*unrestored)),
        TABLE.c.status == Status.ARCHIVED.value,
    ]
    _move_figures(session, audience_id, archived, before=TABLE.c.status, after=TABLE.c.status_before)
    values = {"status": TABLE.c.status_before, "status_before": None, "revision": revision}
    connection.execute(update(TABLE).where(*archived).values(values))
    n = connection.execute(update(MEMBER).where(*unrestored).values(restored_at=now)).rowcount
    _increase(session, audience_id, archive_id, restored=n)


def members(
    session: Session, audience_id: int, archive_id: str, *, text: str = "", after: int = 0, most: int
) -> Sequence[Contact]:
    """Contacts of the archive that are still archived, by id; with `text`, those whose address contains it."""
    unrestored = _unrestored(audience_id, archive_id, after, None)
    query = (
        select_model(Contact)
        .join(
            MEMBER,
            (MEMBER.c.audience_id == TABLE.c.audience_id) & (MEMBER.c.contact_id == TABLE.c.id),
        )
        .where(*unrestored, TABLE.c.status == Status.ARCHIVED.value)
        .order_by(MEMBER.c.contact_id)
        .limit(most)
    )
    if text:
        query = query.where(TABLE.c.address_key.contains(text.lower(), autoescape=True))
    return session.exec(query).all()


def _members_where(
    session: Session,
    audience_id: int,
    archive_id: str,
    contact_ids: Sequence[int],
    conditions: Sequence[ColumnElement[bool]],
) -> set[int]:
    on_contact = (MEMBER.c.audience_id == TABLE.c.audience_id) & (MEMBER.c.contact_id == TABLE.c.id)
    selected = [
        TABLE.c.audience_id == audience_id,
        TABLE.c.id.in_(contact_ids),
        MEMBER.c.archive_id == archive_id,
    ]
    query = select(TABLE.c.id).join(MEMBER, on_contact).where(*selected, *conditions)
    return set(session.connection().execute(query).scalars())


def _unrestored(
    audience_id: int, archive_id: str, after: int, ids: Sequence[int] | None
) -> list[ColumnElement[bool]]:
    unrestored = [
        MEMBER.c.audience_id == audience_id,
        MEMBER.c.archive_id == archive_id,
        MEMBER.c.contact_id > after,
        MEMBER.c.restored_at.is_(None),
    ]
    return unrestored if ids is None else [*unrestored, MEMBER.c.contact_id.in_(ids)]


def _move_figures(
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
    _update_figures(session, audience_id, {(old, new, why, domain): n for old, new, why, domain, n in moves})


def _update_figures(
    session: Session, audience_id: int, moves: Mapping[tuple[str, str, str | None, str], int]
) -> None:
    """Updates the figures. `moves`: (old status, new status, clean reason, domain) → number of contacts."""
    changes = FigureChanges()
    for (old, new, why, domain), n in moves.items():
        changes[FigureKey(old, why or "", None, domain)] -= n
        changes[FigureKey(new, why or "", None, domain)] += n
    figures.apply_changes(session, audience_id, changes)


def _add_members(session: Session, audience_id: int, archive_id: str, contact_ids: Sequence[int]) -> None:
    """Adds contacts that were cleaned to the archive's members."""
    contact_id = (
        func.json_each(json.dumps(list(contact_ids))).table_valued("value").c.value
        if is_sqlite(session)
        else func.unnest(id_array(contact_ids)).column_valued()
    )
    new_members = select(literal(audience_id), literal(archive_id), contact_id, literal(Status.CLEANED.value))
    names = ["audience_id", "archive_id", "contact_id", "status_before"]
    session.connection().execute(insert(MEMBER).from_select(names, new_members))


def _execute_by_ids(session: Session, statement: ReturningUpdate[Any], ids: Sequence[int]) -> list[Any]:
    """Executes the statement for these contacts, a part of them at a time, and returns all rows that it returns.

    In parts, because SQLite keeps a copy of each page that a statement changes until the statement ends.
    """
    rows: list[Any] = []
    for start in range(0, len(ids), IDS_PER_STATEMENT):
        part = statement.where(is_in(session, TABLE.c.id, ids[start : start + IDS_PER_STATEMENT]))
        rows += session.connection().execute(part).all()
    return rows


def _n_weak(session: Session, audience_id: int, contact_ids: Sequence[int]) -> int:
    """How many of the contacts have a weak verdict."""
    if not contact_ids:
        return 0
    weak = select(col(VerdictRow.contact_id)).where(
        col(VerdictRow.audience_id) == audience_id,
        col(VerdictRow.contact_id).between(min(contact_ids), max(contact_ids)),
        col(VerdictRow.weakness) != "",
    )
    return len(set(contact_ids).intersection(session.connection().execute(weak).scalars()))


def _increase(session: Session, audience_id: int, archive_id: str, **counts: int) -> None:
    """Adds to these columns of the archive."""
    where = (col(Archive.audience_id) == audience_id, col(Archive.id) == archive_id)
    values = {name: getattr(Archive, name) + n for name, n in counts.items()}
    session.connection().execute(update(Archive).where(*where).values(values))
