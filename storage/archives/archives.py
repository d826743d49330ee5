"""Archiving contacts in chunks, and restoring them. No contact is deleted.

In a local audience an archive has a number, which the contacts that it holds carry: it is written with their status,
and emptied when they are restored. In a mirrored audience, where Mailchimp's changes reach contacts one by one, and in
archives of version 0.2, an archive has a member row for each of its contacts, which is marked once it is restored. In a
local audience only this module changes a contact's status from `archived`: so an archived contact is in one archive.
"""

from array import array
from collections import Counter, defaultdict
from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime
from operator import itemgetter
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
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

from storage.archives import changes
from storage.archives.tables import Archive, ArchiveMember
from storage.contacts import contacts, figures
from storage.contacts.contacts import (
    OLDEST_FIRST,
    TABLE,
    PageKey,
    Segment,
    comes_before,
    conditions,
    conditions_by_id,
)
from storage.contacts.tables import Contact
from storage.contacts.values import Status
from storage.core.engines import batches, is_in
from storage.jobs.tables import JobRow

_SPAN = 100_000
_IDS_PER_BATCH = 10_000
MEMBER: Table = ArchiveMember.__table__  # type: ignore[attr-defined]


def get(session: Session, audience_id: int, archive_id: str, *, lock: bool = False) -> Archive | None:
    """The archive of that id. `lock` locks its row until the transaction ends."""
    return session.get(Archive, (audience_id, archive_id), with_for_update=lock)


def holding(session: Session, audience_id: int, contact_id: int) -> str | None:
    """The archive that the contact is in and can be restored from; None if there is none."""
    number = select(TABLE.c.archive_number).where(
        TABLE.c.audience_id == audience_id, TABLE.c.id == contact_id
    )
    numbered = select_model(Archive.id).where(
        Archive.audience_id == audience_id, col(Archive.number) == number.scalar_subquery()
    )
    if found := session.exec(numbered).first():
        return found
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


def ids_oldest_first(session: Session, segment: Segment) -> "array[int]":
    """Returns the ids of the segment's contacts, the first cleaned first, 8 bytes each.

    Includes contacts that changed after the segment was counted; `archive_contacts` leaves those out. So the query
    reads a single index if the segment has no other condition.
    """
    query = select(TABLE.c.id).where(*conditions(replace(segment, up_to=None))).order_by(*OLDEST_FIRST)
    return _stream(session, query)


def segment_ids(session: Session, segment: Segment, after: int) -> "array[int]":
    """Returns the same ids as far as they are greater than `after`, in ascending order."""
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

    The caller has locked the audience; `revision` is the one that `bulk.lock` returned.
    """
    audience_id = segment.audience_id
    number = _number(session, audience_id, archive_id) or _give_number(
        session, audience_id, archive_id, revision
    )
    values = {"status": Status.ARCHIVED.value, "status_before": TABLE.c.status}
    # Each contact is looked up once: the UPDATE returns what the figures need.
    statement = (
        update(TABLE)
        .where(*conditions_by_id(segment))
        .values(**values, revision=revision, archive_number=number)
        .returning(TABLE.c.id, TABLE.c.clean_reason, TABLE.c.domain)
    )
    archived = changes.execute_by_ids(session, statement, contact_ids)
    if not archived:
        return 0
    moved = Counter(map(itemgetter(1, 2), archived))
    changes.update_figures(
        session, audience_id, {(Status.CLEANED, Status.ARCHIVED, *key): n for key, n in moved.items()}
    )
    ids = [row[0] for row in archived]
    figures.add_worth_a_look(session, audience_id, -changes.n_weak(session, audience_id, ids))
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
    changes.move_figures(
        session, audience_id, cleaned, before=TABLE.c.status, after=literal(Status.ARCHIVED.value)
    )
    values = {"status": Status.ARCHIVED.value, "status_before": TABLE.c.status, "revision": revision}
    connection.execute(update(TABLE).where(*cleaned).values(values))
    _increase(session, audience_id, archive_id, n=n)


def add_left_alone(session: Session, audience_id: int, archive_id: str, n: int) -> None:
    """Adds `n` to the number of contacts that were in the preview and had changed before the archive reached them."""
    _increase(session, audience_id, archive_id, left_alone=n)


def restorable_ids(
    session: Session, audience_id: int, archive_id: str, ids: Sequence[int] | None
) -> "array[int]":
    """Ids that `restore_contacts` is to restore: of these contacts, those that the archive holds; else its members.

    The contacts that carry the archive's number are then left to `restore_next`.
    """
    found = unrestored_ids(session, audience_id, archive_id, 0, ids)
    if ids is not None and (number := _number(session, audience_id, archive_id)):
        query = select(TABLE.c.id).where(*_holds(audience_id, number), *_only(TABLE.c.id, ids))
        found += _stream(session, query.order_by(*OLDEST_FIRST))
    return found


def restore_contacts(
    session: Session,
    audience_id: int,
    archive_id: str,
    contact_ids: Sequence[int],
    revision: int,
    now: datetime,
) -> int:
    """Gives those of the contacts that the archive holds the status they had before, and updates the figures.

    Returns how many; those that are not archived any more are left as they are. The caller has locked the audience;
    `revision` is the one that `bulk.lock` returned.
    """
    unrestored = _unrestored(audience_id, archive_id, 0, None)
    members = select(MEMBER.c.contact_id).where(*unrestored, is_in(session, MEMBER.c.contact_id, contact_ids))
    member_ids = session.connection().execute(members).scalars().all()
    statement = _restoring(audience_id, revision)
    restored = changes.execute_by_ids(session, statement, member_ids)
    if restored:
        marked = [*unrestored, is_in(session, MEMBER.c.contact_id, [row[0] for row in restored])]
        session.connection().execute(update(MEMBER).where(*marked).values(restored_at=now))
    if number := _number(session, audience_id, archive_id):
        # The expression keeps PostgreSQL from looking for the ids in the index by number: it would read all of it.
        holds = func.coalesce(TABLE.c.archive_number, 0) == number
        restored += changes.execute_by_ids(session, statement.where(holds), contact_ids)
    return _count_restored(session, audience_id, archive_id, restored)


def restore_next(
    session: Session, audience_id: int, archive_id: str, after: PageKey | None, most: int, revision: int
) -> tuple[int, PageKey | None]:
    """As `restore_contacts`, for the next contacts that carry the archive's number, in the order of their cleaning.

    Returns how many, and the place after which to go on: None after the last ones. A range of the index by number takes
    less time than ids do, and begins behind the entries that the statements before it have left.
    """
    number = _number(session, audience_id, archive_id)
    if number is None:
        return 0, None
    taken = [*_holds(audience_id, number), *([comes_before(after)] if after else ())]
    place = select(TABLE.c.cleaned_at, TABLE.c.id).where(*taken).order_by(*OLDEST_FIRST)
    found = session.connection().execute(place.offset(most - 1).limit(1)).first()
    last = PageKey(*found) if found else None
    if last:
        taken.append(~comes_before(last))
    restored = session.connection().execute(_restoring(audience_id, revision).where(*taken)).cursor.fetchall()
    return _count_restored(session, audience_id, archive_id, restored), last


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
    changes.move_figures(session, audience_id, archived, before=TABLE.c.status, after=TABLE.c.status_before)
    values = {"status": TABLE.c.status_before, "status_before": None, "revision": revision}
    connection.execute(update(TABLE).where(*archived).values(values))
    n = connection.execute(update(MEMBER).where(*unrestored).values(restored_at=now)).rowcount
    _increase(session, audience_id, archive_id, restored=n)


def members(
    session: Session, audience_id: int, archive_id: str, *, text: str = "", after: int = 0, most: int
) -> Sequence[Contact]:
    """Contacts of the archive that are still archived; with `text`, those whose address contains it.

    Those that have a member row come first, by id, then the others, the first cleaned first. `after`: the id of the
    contact before the page.
    """
    shown = [TABLE.c.status == Status.ARCHIVED.value]
    if text:
        shown.append(TABLE.c.address_key.contains(text.lower(), autoescape=True))
    found: list[Contact] = []
    is_among_rows = not after or session.get(ArchiveMember, (audience_id, archive_id, after)) is not None
    if is_among_rows:
        is_member = (MEMBER.c.audience_id == TABLE.c.audience_id) & (MEMBER.c.contact_id == TABLE.c.id)
        query = select_model(Contact).join(MEMBER, is_member)
        query = query.where(*_unrestored(audience_id, archive_id, after, None), *shown)
        found += session.exec(query.order_by(MEMBER.c.contact_id).limit(most)).all()
    if len(found) < most and (number := _number(session, audience_id, archive_id)):
        query = select_model(Contact).where(*_holds(audience_id, number), *shown)
        last = None if is_among_rows else contacts.by_id(session, audience_id, after)
        if last and last.cleaned_at:
            query = query.where(comes_before(PageKey(last.cleaned_at, last.id)))
        found += session.exec(query.order_by(*OLDEST_FIRST).limit(most - len(found))).all()
    return found


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
    return [*unrestored, *_only(MEMBER.c.contact_id, ids)]


def _only(column: ColumnElement[int], ids: Sequence[int] | None) -> list[ColumnElement[bool]]:
    return [] if ids is None else [column.in_(ids)]


def _holds(audience_id: int, number: int) -> list[ColumnElement[bool]]:
    """The conditions of the contacts that carry the archive's number."""
    return [TABLE.c.audience_id == audience_id, TABLE.c.archive_number == number]


def _stream(session: Session, query: Select[Any]) -> "array[int]":
    """The ids that the query selects, without holding all rows of the result."""
    ids = array("q")
    with session.connection().execute(query.execution_options(stream_results=True)) as result:
        for rows in batches(result, _IDS_PER_BATCH):
            ids.extend(map(itemgetter(0), rows))
    return ids


def _number(session: Session, audience_id: int, archive_id: str) -> int | None:
    query = select(col(Archive.number)).where(*_is_archive(audience_id, archive_id))
    number: int | None = session.connection().execute(query).scalar()
    return number


def _give_number(session: Session, audience_id: int, archive_id: str, revision: int) -> int:
    """Gives the archive its number: the revision, which the audience has in this transaction alone."""
    numbered = update(Archive).where(*_is_archive(audience_id, archive_id)).values(number=revision)
    session.connection().execute(numbered)
    return revision


def _is_archive(audience_id: int, archive_id: str) -> list[ColumnElement[bool]]:
    return [col(Archive.audience_id) == audience_id, col(Archive.id) == archive_id]


def _restoring(audience_id: int, revision: int) -> ReturningUpdate[Any]:
    """Gives archived contacts the status they had; returns their id, status, reason and domain."""
    archived = (TABLE.c.audience_id == audience_id, TABLE.c.status == Status.ARCHIVED.value)
    values = {"status": TABLE.c.status_before, "status_before": None, "archive_number": None}
    statement = update(TABLE).where(*archived).values(**values, revision=revision)
    return statement.returning(TABLE.c.id, TABLE.c.status, TABLE.c.clean_reason, TABLE.c.domain)


def _count_restored(
    session: Session, audience_id: int, archive_id: str, restored: Sequence[tuple[Any, ...]]
) -> int:
    """Updates the figures for the rows that `_restoring` returned; returns how many they are."""
    moved = Counter(map(itemgetter(1, 2, 3), restored))
    changes.update_figures(session, audience_id, {(Status.ARCHIVED, *key): n for key, n in moved.items()})
    ids = [row[0] for row in restored if row[1] == Status.CLEANED]
    figures.add_worth_a_look(session, audience_id, changes.n_weak(session, audience_id, ids))
    _increase(session, audience_id, archive_id, restored=len(restored))
    return len(restored)


def _increase(session: Session, audience_id: int, archive_id: str, **counts: int) -> None:
    """Adds to these columns of the archive."""
    values = {name: getattr(Archive, name) + n for name, n in counts.items()}
    session.connection().execute(update(Archive).where(*_is_archive(audience_id, archive_id)).values(values))
