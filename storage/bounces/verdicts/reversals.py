"""Reversing verdicts: which can be reversed, and giving contacts the status they had before them."""

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from itertools import islice
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Table, delete, func, select, update
from sqlmodel import Session

from storage.bounces.tables import Activity
from storage.bounces.verdicts import batches
from storage.contacts import figures
from storage.contacts.contacts import IS_CLEANED_BY_ID, TABLE, VERDICT
from storage.contacts.figures import FigureChanges, FigureKey, day_of
from storage.contacts.values import CleanReason, Status
from storage.core import engines

_ACTIVITY: Table = Activity.__table__  # type: ignore[attr-defined]
_IDS_PER_STATEMENT = 10_000


class Chosen(NamedTuple):
    """Verdicts of an audience: those of a batch, or the one on a contact."""

    audience_id: int
    batch: str | None
    contact_id: int | None


class ReversedChunk(NamedTuple):
    """How many contacts of a chunk got back their status, and how many were left as they are, because they had changed."""

    n_reversed: int
    changed: int


def count(session: Session, chosen: Chosen) -> int:
    """Returns how many of the verdicts can be reversed."""
    query = select(func.count()).select_from(_with_contacts(chosen)).where(*_reversible(chosen))
    n: int = session.connection().execute(query).scalar_one()
    return n


def count_by_fact(session: Session, chosen: Chosen) -> tuple[int, int]:
    """Returns how many of the verdicts are complaints, and how many others are of contacts that have changed since."""
    is_complaint = VERDICT.c.reason == CleanReason.ABUSE.value
    query = select(is_complaint.label("abuse"), func.count()).where(*_of(chosen)).group_by("abuse")
    numbers = {bool(abuse): n for abuse, n in session.connection().execute(query)}
    complaints, others = numbers.get(True, 0), numbers.get(False, 0)
    return complaints, others - count(session, chosen)


def chunk_end(session: Session, chosen: Chosen, after: int, size: int) -> int | None:
    """The last contact id of the next `size` reversible verdicts after the contact `after`; None if none is left."""
    ids = select(VERDICT.c.contact_id).where(*_of(chosen), VERDICT.c.contact_id > after, _is_no_complaint())
    chunk = ids.order_by(VERDICT.c.contact_id).limit(size).subquery()
    last: int | None = session.connection().execute(select(func.max(chunk.c.contact_id))).scalar_one()
    return last


def reverse_chunk(
    session: Session, chosen: Chosen, chunk: tuple[int, int], up_to: int, revision: int, now: datetime
) -> ReversedChunk:
    """Gives contacts the status that they had before the verdict, and updates the figures.

    `chunk`: of contact ids, the first excluded, the last included. Contacts that changed after the revision `up_to` are
    left as they are. The caller has locked the audience; `revision` is the one that `bulk.lock` returned.
    """
    in_chunk = (VERDICT.c.contact_id > chunk[0], VERDICT.c.contact_id <= chunk[1])
    connection = session.connection()
    columns = (
        *(TABLE.c.id, VERDICT.c.status_before, TABLE.c.clean_reason, TABLE.c.cleaned_at, TABLE.c.domain),
        *(VERDICT.c.weakness, VERDICT.c.batch),
    )
    conditions = (*_reversible(chosen), *in_chunk, TABLE.c.revision <= up_to)
    rows = connection.execute(select(*columns).select_from(_with_contacts(chosen)).where(*conditions)).all()
    considered = select(func.count()).where(*_of(chosen), *in_chunk, _is_no_complaint())
    n_considered: int = connection.execute(considered).scalar_one()
    for status in {row.status_before for row in rows}:
        ids = [row.id for row in rows if row.status_before == status]
        _restore(session, chosen.audience_id, ids, status, revision)
    _update_figures(session, chosen.audience_id, rows)
    dismiss(session, chosen.audience_id, [row.id for row in rows], now)
    batches.count_reversed(session, chosen.audience_id, Counter(row.batch for row in rows if row.batch))
    return ReversedChunk(len(rows), n_considered - len(rows))


def dismiss(session: Session, audience_id: int, contact_ids: Collection[int], now: datetime) -> None:
    """Records that the bounces of these contacts until now do not count."""
    if not contact_ids:
        return
    statement = engines.insert(session, _ACTIVITY)
    keys = [column.name for column in _ACTIVITY.primary_key]
    statement = statement.on_conflict_do_update(
        index_elements=keys, set_={"dismissed_until": statement.excluded.dismissed_until}
    )
    row = {"audience_id": audience_id, "dismissed_until": now}
    session.connection().execute(statement, [row | {"contact_id": id_} for id_ in contact_ids])


def _of(chosen: Chosen) -> list[ColumnElement[bool]]:
    conditions = [VERDICT.c.audience_id == chosen.audience_id]
    if chosen.batch is not None:
        conditions.append(VERDICT.c.batch == chosen.batch)
    if chosen.contact_id is not None:
        conditions.append(VERDICT.c.contact_id == chosen.contact_id)
    return conditions


def _is_no_complaint() -> ColumnElement[bool]:
    return VERDICT.c.reason != CleanReason.ABUSE.value


def _reversible(chosen: Chosen) -> list[ColumnElement[bool]]:
    """Conditions on verdicts and their contacts, which must be cleaned by that very verdict.

    An import that cleaned a contact brought another time, and a complaint another reason.
    """
    return [
        *_of(chosen),
        _is_no_complaint(),
        VERDICT.c.status_before.is_not(None),
        IS_CLEANED_BY_ID,
        TABLE.c.cleaned_at == VERDICT.c.at,
        TABLE.c.clean_reason != CleanReason.ABUSE.value,
    ]


def _with_contacts(chosen: Chosen) -> Any:
    on_contact = (TABLE.c.audience_id == VERDICT.c.audience_id) & (TABLE.c.id == VERDICT.c.contact_id)
    return VERDICT.join(TABLE, on_contact & (TABLE.c.audience_id == chosen.audience_id))


def _restore(session: Session, audience_id: int, ids: Sequence[int], status: str, revision: int) -> None:
    """Gives the contacts that status, and deletes the verdicts on them."""
    cleaning = ("cleaned_at", "clean_reason", "clean_diagnostic", "clean_campaign_title")
    values = dict.fromkeys(cleaning) | {"status": status, "revision": revision}
    for part in _parts(ids):
        is_chosen = (TABLE.c.audience_id == audience_id, engines.is_in(session, TABLE.c.id, part))
        session.connection().execute(update(TABLE).where(*is_chosen).values(values))
        on_them = (VERDICT.c.audience_id == audience_id, engines.is_in(session, VERDICT.c.contact_id, part))
        session.connection().execute(delete(VERDICT).where(*on_them))


def _update_figures(session: Session, audience_id: int, rows: Sequence[Any]) -> None:
    changes = FigureChanges()
    for row in rows:
        day = day_of(row.cleaned_at)
        changes[FigureKey(Status.CLEANED, row.clean_reason, day, row.domain)] -= 1
        changes[FigureKey(row.status_before, "", None, row.domain)] += 1
    figures.apply_changes(session, audience_id, changes)
    figures.add_worth_a_look(session, audience_id, -sum(bool(row.weakness) for row in rows))


def _parts(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    iterator = iter(ids)
    while part := list(islice(iterator, _IDS_PER_STATEMENT)):
        yield part
