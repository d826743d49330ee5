"""Archives: contacts set aside as sets, by chunks of a key, and brought back; nothing is deleted.

A contact leaves `archived` only here, and its member row says so: one that is archived and whose member
row is not marked restored is therefore archived by that archive.
"""

import json
from array import array
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import repeat
from typing import Any, NamedTuple

from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    Table,
    any_,
    cast,
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
from storage.core.engines import is_sqlite
from storage.core.tables import AudienceRow, JobRow

_SPAN = 100_000
IDS_A_STATEMENT = 10_000
MEMBER: Table = ArchiveMember.__table__  # type: ignore[attr-defined]


class Returned(NamedTuple):
    """What a chunk of an Undo did: brought back, and left as they are because they had changed."""

    restored: int
    changed: int


def get(session: Session, audience_id: int, archive_id: str, *, hold: bool = False) -> Archive | None:
    """The archive; `hold` keeps others from changing it until the transaction ends."""
    return session.get(Archive, (audience_id, archive_id), with_for_update=hold)


def undone_by(session: Session, audience_id: int, archive_id: str) -> str | None:
    """Who brought back the last of the archive's contacts; None while some are archived.

    Version 0.1 kept it in the result of the archive's job.
    """
    archive, job = get(session, audience_id, archive_id), session.get(JobRow, archive_id)
    in_result: str | None = job.result.get("undone_by") if job else None
    return archive.undone_by or in_result if archive else None


def newest(session: Session, *, skip: int, most: int) -> Sequence[tuple[Archive, AudienceRow]]:
    """The archives that took contacts, of every audience, the newest first."""
    return session.exec(
        select_model(Archive, AudienceRow)
        .where(col(AudienceRow.id) == Archive.audience_id, col(Archive.n) > 0)
        .order_by(col(Archive.made_at).desc(), col(Archive.id))
        .offset(skip)
        .limit(most)
    ).all()


def ids(session: Session, segment: Segment, after: int) -> "array[int]":
    """The segment's contacts behind the one with the id `after`, by id, 8 bytes each.

    Those that changed since it was counted are among them. So one index is all that is read where nothing
    else narrows the segment; each contact is asked when it is taken.
    """
    query = select(TABLE.c.id).where(*conditions(replace(segment, up_to=None)))
    # Sorted by spans of ids: a list of all of them would take five times the memory.
    spans: defaultdict[int, array[int]] = defaultdict(lambda: array("q"))
    with session.connection().execute(query.execution_options(yield_per=10_000)) as result:
        for rows in result.partitions():
            for (contact_id,) in rows:
                spans[contact_id // _SPAN].append(contact_id)
    found = array("q")
    for span in sorted(spans):
        found.extend(sorted(each for each in spans.pop(span) if each > after))
    return found


def take(session: Session, segment: Segment, archive_id: str, some: Sequence[int], revision: int) -> int:
    """Archives those of the contacts that are still in the segment, figures included; returns how many.

    `some` is in the order of the ids: neighbours in the table are written together. The caller holds the
    audience's lock; `revision` is what the lock gave.
    """
    audience_id = segment.audience_id
    # Each contact is looked up once: the statement that changes it gives back what the figures need.
    taking = (
        update(TABLE)
        .where(*conditions_by_id(segment))
        .values(status=Status.ARCHIVED.value, status_before=TABLE.c.status, revision=revision)
        .returning(TABLE.c.id, TABLE.c.clean_reason, TABLE.c.domain)
    )
    taken = _changed(session, taking, some)
    if not taken:
        return 0
    taken_ids, reasons, domains = zip(*taken, strict=True)
    _remember(session, audience_id, archive_id, taken_ids)
    _shift(
        session,
        audience_id,
        Counter(zip(repeat(Status.CLEANED), repeat(Status.ARCHIVED), reasons, domains, strict=False)),
    )
    figures.add_worth_a_look(session, audience_id, -_n_weak(session, audience_id, taken_ids))
    _grow(session, audience_id, archive_id, n=len(taken))
    return len(taken)


def take_done(
    session: Session, audience_id: int, archive_id: str, some: Sequence[int], revision: int
) -> None:
    """The archive has these contacts, which their owner has archived; figures included.

    Of some the mirror may know it already. What is neither cleaned nor archived here stays as it is. The caller
    holds the audience's lock; `revision` is what the lock gave.
    """
    connection = session.connection()
    these = [TABLE.c.audience_id == audience_id, TABLE.c.id.in_(some)]
    cleaned = [*these, TABLE.c.status == Status.CLEANED.value]
    archived = [*these, TABLE.c.status == Status.ARCHIVED.value]
    names = ["audience_id", "archive_id", "contact_id", "status_before"]
    for chosen, before in ((cleaned, TABLE.c.status), (archived, TABLE.c.status_before)):
        taken = select(TABLE.c.audience_id, literal(archive_id), TABLE.c.id, before).where(*chosen)
        connection.execute(insert(MEMBER).from_select(names, taken))
    added = (MEMBER.c.audience_id == audience_id, MEMBER.c.archive_id == archive_id)
    n = connection.execute(select(func.count()).where(*added, MEMBER.c.contact_id.in_(some))).scalar_one()
    _move(session, audience_id, cleaned, before=TABLE.c.status, after=literal(Status.ARCHIVED.value))
    values = {"status": Status.ARCHIVED.value, "status_before": TABLE.c.status, "revision": revision}
    connection.execute(update(TABLE).where(*cleaned).values(values))
    _grow(session, audience_id, archive_id, n=n)


def leave_alone(session: Session, audience_id: int, archive_id: str, n: int) -> None:
    """Keeps how many of the contacts that were shown had changed before the work came to them."""
    _grow(session, audience_id, archive_id, left_alone=n)


def members_end(
    session: Session, audience_id: int, archive_id: str, after: int, size: int, ids: Sequence[int] | None
) -> int | None:
    """The contact id that ends the next chunk of members not restored yet; None if none is left."""
    waiting = _waiting(audience_id, archive_id, after, ids)
    some = select(MEMBER.c.contact_id).where(*waiting).order_by(MEMBER.c.contact_id).limit(size).subquery()
    last: int | None = session.connection().execute(select(func.max(some.c.contact_id))).scalar_one()
    return last


def bring_back(
    session: Session,
    audience_id: int,
    archive_id: str,
    chunk: tuple[int, int],
    ids: Sequence[int] | None,
    revision: int,
    now: datetime,
) -> Returned:
    """Gives the members of a chunk (behind its first id, up to its last) the status they had, with the figures.

    Only those that are still archived. The caller holds the audience's lock; `revision` is what the lock gave.
    """
    waiting = [*_waiting(audience_id, archive_id, chunk[0], ids), MEMBER.c.contact_id <= chunk[1]]
    connection = session.connection()
    considered = connection.execute(select(MEMBER.c.contact_id).where(*waiting)).scalars().all()
    bringing = (
        update(TABLE)
        .where(TABLE.c.audience_id == audience_id, TABLE.c.status == Status.ARCHIVED.value)
        .values(status=TABLE.c.status_before, status_before=None, revision=revision)
        .returning(TABLE.c.id, TABLE.c.status, TABLE.c.clean_reason, TABLE.c.domain)
    )
    back = _changed(session, bringing, considered)
    marked = [*waiting, _among(session, MEMBER.c.contact_id, [row.id for row in back])]
    connection.execute(update(MEMBER).where(*marked).values(restored_at=now))
    _shift(session, audience_id, Counter((Status.ARCHIVED, *row[1:]) for row in back))
    weak = _n_weak(session, audience_id, [row.id for row in back if row.status == Status.CLEANED])
    figures.add_worth_a_look(session, audience_id, weak)
    _grow(session, audience_id, archive_id, restored=len(back))
    return Returned(restored=len(back), changed=len(considered) - len(back))


def waiting_ids(
    session: Session, audience_id: int, archive_id: str, after: int, ids: Sequence[int] | None
) -> "array[int]":
    """The members not restored yet, behind that id, by id."""
    query = select(MEMBER.c.contact_id).where(*_waiting(audience_id, archive_id, after, ids))
    return array("q", session.connection().execute(query.order_by(MEMBER.c.contact_id)).scalars())


def are_back(session: Session, audience_id: int, archive_id: str, some: Sequence[int]) -> set[int]:
    """Those of the contacts that have the status again which they had before the archive."""
    is_back = TABLE.c.status == MEMBER.c.status_before
    return _members_that(session, audience_id, archive_id, some, [is_back])


def are_held(session: Session, audience_id: int, archive_id: str, some: Sequence[int]) -> set[int]:
    """Those of the contacts that are archived as they were by the archive.

    Others came back at their owner's since, and were archived there again: with another status before.
    """
    held = [TABLE.c.status == Status.ARCHIVED.value, TABLE.c.status_before == MEMBER.c.status_before]
    return _members_that(session, audience_id, archive_id, some, held)


def gone(session: Session, audience_id: int, archive_id: str, ids: Sequence[int] | None) -> Sequence[int]:
    """The members not restored whose contacts are not here any more: deleted for good at their owner's."""
    is_here = exists().where(TABLE.c.audience_id == MEMBER.c.audience_id, TABLE.c.id == MEMBER.c.contact_id)
    query = select(MEMBER.c.contact_id).where(*_waiting(audience_id, archive_id, 0, ids), ~is_here)
    return session.connection().execute(query).scalars().all()


def forget(session: Session, audience_id: int, archive_id: str, some: Sequence[int]) -> None:
    """The archive has these no more, and no Undo looks for them; who is restored stays."""
    n = (
        session.connection()
        .execute(delete(MEMBER).where(*_waiting(audience_id, archive_id, 0, some)))
        .rowcount
    )
    _grow(session, audience_id, archive_id, n=-n)


def bring_back_done(
    session: Session, audience_id: int, archive_id: str, some: Sequence[int], revision: int, now: datetime
) -> None:
    """Marks these members restored, whose owner has given them back the status they had, with the figures.

    Of some the mirror may know it already. The caller holds the audience's lock; `revision` is what it gave.
    """
    connection = session.connection()
    waiting = _waiting(audience_id, archive_id, 0, some)
    archived = [
        TABLE.c.audience_id == audience_id,
        TABLE.c.id.in_(select(MEMBER.c.contact_id).where(*waiting)),
        TABLE.c.status == Status.ARCHIVED.value,
    ]
    _move(session, audience_id, archived, before=TABLE.c.status, after=TABLE.c.status_before)
    values = {"status": TABLE.c.status_before, "status_before": None, "revision": revision}
    connection.execute(update(TABLE).where(*archived).values(values))
    n = connection.execute(update(MEMBER).where(*waiting).values(restored_at=now)).rowcount
    _grow(session, audience_id, archive_id, restored=n)


def members(
    session: Session, audience_id: int, archive_id: str, *, text: str = "", after: int = 0, most: int
) -> Sequence[Contact]:
    """The contacts that the archive still holds, by id; `text` is part of the address."""
    waiting = _waiting(audience_id, archive_id, after, None)
    query = (
        select_model(Contact)
        .join(
            MEMBER,
            (MEMBER.c.audience_id == TABLE.c.audience_id) & (MEMBER.c.contact_id == TABLE.c.id),
        )
        .where(*waiting, TABLE.c.status == Status.ARCHIVED.value)
        .order_by(MEMBER.c.contact_id)
        .limit(most)
    )
    if text:
        query = query.where(TABLE.c.address_key.contains(text.lower(), autoescape=True))
    return session.exec(query).all()


def _members_that(
    session: Session,
    audience_id: int,
    archive_id: str,
    some: Sequence[int],
    conditions: Sequence[ColumnElement[bool]],
) -> set[int]:
    both = (MEMBER.c.audience_id == TABLE.c.audience_id) & (MEMBER.c.contact_id == TABLE.c.id)
    mine = [TABLE.c.audience_id == audience_id, TABLE.c.id.in_(some), MEMBER.c.archive_id == archive_id]
    query = select(TABLE.c.id).join(MEMBER, both).where(*mine, *conditions)
    return set(session.connection().execute(query).scalars())


def _waiting(
    audience_id: int, archive_id: str, after: int, ids: Sequence[int] | None
) -> list[ColumnElement[bool]]:
    found = [
        MEMBER.c.audience_id == audience_id,
        MEMBER.c.archive_id == archive_id,
        MEMBER.c.contact_id > after,
        MEMBER.c.restored_at.is_(None),
    ]
    return found if ids is None else [*found, MEMBER.c.contact_id.in_(ids)]


def _move(
    session: Session,
    audience_id: int,
    chosen: Sequence[ColumnElement[bool]],
    *,
    before: ColumnElement[str],
    after: ColumnElement[str],
) -> None:
    """The figures for contacts that go from one status to another; the day they were cleaned stays."""
    reason = func.coalesce(TABLE.c.clean_reason, "")
    # Numbered, not named: PostgreSQL takes a bound value of the list and of GROUP BY for two different ones.
    moved = select(before.label("old"), after.label("new"), reason.label("why"), TABLE.c.domain, func.count())
    grouped = moved.where(*chosen).group_by("old", "new", "why", TABLE.c.domain)
    moves = session.connection().execute(grouped)
    _shift(session, audience_id, {(old, new, why, domain): n for old, new, why, domain, n in moves})


def _shift(session: Session, audience_id: int, moves: Mapping[tuple[str, str, str | None, str], int]) -> None:
    """The figures for so many contacts that went from (status) to (status), with (clean reason) and (domain)."""
    tally = FigureChanges()
    for (old, new, why, domain), n in moves.items():
        tally[FigureKey(old, why or "", None, domain)] -= n
        tally[FigureKey(new, why or "", None, domain)] += n
    figures.apply_changes(session, audience_id, tally)


def _remember(session: Session, audience_id: int, archive_id: str, some: Sequence[int]) -> None:
    """The archive has these contacts, which were cleaned."""
    each = (
        func.json_each(json.dumps(list(some))).table_valued("value").c.value
        if is_sqlite(session)
        else func.unnest(_array(some)).column_valued()
    )
    taken = select(literal(audience_id), literal(archive_id), each, literal(Status.CLEANED.value))
    names = ["audience_id", "archive_id", "contact_id", "status_before"]
    session.connection().execute(insert(MEMBER).from_select(names, taken))


def _changed(session: Session, statement: ReturningUpdate[Any], ids: Sequence[int]) -> list[Any]:
    """What the statement gives back of these contacts, in several statements.

    SQLite keeps a copy of each page that a statement touches, until its end.
    """
    found: list[Any] = []
    for start in range(0, len(ids), IDS_A_STATEMENT):
        some = statement.where(_among(session, TABLE.c.id, ids[start : start + IDS_A_STATEMENT]))
        found += session.connection().execute(some).all()
    return found


def _among(session: Session, column: ColumnElement[int], some: Sequence[int]) -> ColumnElement[bool]:
    """The column is one of these, given as one value: thousands of bound ones take longer than the work."""
    if not is_sqlite(session):
        # Of all the ways to say it, the one that needs no statistics to find the index.
        return column == any_(_array(some))
    return column.in_(select(func.json_each(json.dumps(list(some))).table_valued("value").c.value))


def _array(some: Sequence[int]) -> ColumnElement[Sequence[int]]:
    return cast(list(some), ARRAY(BigInteger))


def _n_weak(session: Session, audience_id: int, some: Sequence[int]) -> int:
    """How many of the contacts have a weak verdict."""
    if not some:
        return 0
    weak = select(col(VerdictRow.contact_id)).where(
        col(VerdictRow.audience_id) == audience_id,
        col(VerdictRow.contact_id).between(min(some), max(some)),
        col(VerdictRow.weakness) != "",
    )
    return len(set(some).intersection(session.connection().execute(weak).scalars()))


def _grow(session: Session, audience_id: int, archive_id: str, **by: int) -> None:
    where = (col(Archive.audience_id) == audience_id, col(Archive.id) == archive_id)
    values = {name: getattr(Archive, name) + n for name, n in by.items()}
    session.connection().execute(update(Archive).where(*where).values(values))
