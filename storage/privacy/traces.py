"""Everything that is kept of one person: one list of places, by which it is shown and by which it is erased.

There are two kinds of places. A table with a contact's id has rows about the person. Every other text, JSON or bytes of
any table may mention the address; that is searched for. So a new table or column is in the list by being there.
"""

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from sqlalchemy import (
    JSON,
    ColumnElement,
    LargeBinary,
    String,
    Table,
    and_,
    case,
    cast,
    func,
    or_,
    tuple_,
    update,
)
from sqlalchemy import delete as delete_rows
from sqlalchemy import select as select_columns
from sqlmodel import Session, SQLModel
from sqlmodel.sql.sqltypes import AutoString

import storage.audiences.tables
import storage.digests.tables
import storage.exports.tables
import storage.mailchimp.tables
import storage.workspaces.installation_tables
import storage.workspaces.tables  # noqa: F401  each import registers its tables
from storage.archives.tables import Archive, ArchiveMember
from storage.audiences import audiences
from storage.bounces.tables import Quarantined, VerdictBatch
from storage.contacts import bulk, figures
from storage.contacts.contacts import TABLE as CONTACT
from storage.contacts.tables import DomainCount, VerdictRow
from storage.contacts.values import Status
from storage.core.database import Database
from storage.core.tables import AudienceRow, AudienceSource, is_spread
from storage.corrections.tables import Consent
from storage.imports.tables import RefusedRow, UploadPart
from storage.jobs.tables import HandledRequest, JobKind, JobRow, PlanRow
from storage.mailchimp import mirrors
from storage.mailchimp.remote_state import RemoteState
from storage.privacy.spellings import ERASED, Spellings
from storage.privacy.tables import SecretRow

ROWS_AT_ONCE = 500

Columns = dict[str, Any]


class Person(NamedTuple):
    """A person: the address in lower case, in each form that contacts may have it, and how it may be spelled."""

    address_keys: Sequence[str]
    spellings: Spellings

    @classmethod
    def of(cls, address_keys: Sequence[str]) -> "Person":
        return cls(address_keys, Spellings(address_keys))


def tables() -> Sequence[Table]:
    """Every table, in the order of their names."""
    return sorted(SQLModel.metadata.tables.values(), key=lambda table: table.name)


def of_contacts() -> Sequence[Table]:
    """The tables whose rows are about one contact, without that of the contacts themselves."""
    return [table for table in tables() if {"audience_id", "contact_id"} <= set(table.columns.keys())]


def texts(table: Table) -> Sequence[str]:
    """The names of the columns that are searched. A key is never a text that people have typed."""
    return [
        column.name
        for column in table.columns
        if isinstance(column.type, String | AutoString | JSON | LargeBinary)
        and not column.primary_key
        and not column.foreign_keys
        and not {table.name, f"{table.name}.{column.name}"} & _UNSEARCHED
    ]


def contact_ids(session: Session, person: Person) -> dict[int, list[int]]:
    """The person's contacts: audience → ids."""
    found: dict[int, list[int]] = {}
    every_audience = [audience.id for audience in audiences.list_all(session)]
    query = select_columns(CONTACT.c.audience_id, CONTACT.c.id).where(
        CONTACT.c.audience_id.in_(every_audience), CONTACT.c.address_key.in_(person.address_keys)
    )
    for audience_id, contact_id in session.connection().execute(query):
        found.setdefault(audience_id, []).append(contact_id)
    return found


def find(database: Database, person: Person) -> Iterator[tuple[str, list[Columns]]]:
    """Yields the name of each table that has something about the person, and what it has."""
    with database.reading() as session:
        ids = contact_ids(session, person)
    for table in tables():
        rows: dict[tuple[Any, ...], Columns] = {}
        with database.reading() as session:
            for condition in _is_about(table, ids):
                for own in session.connection().execute(table.select().where(condition)).mappings():
                    rows[_key(table, dict(own))] = dict(own)
        for keys in _mentioning(database, table, person):
            with database.reading() as session:
                for row in _by_keys(session, table, keys):
                    rows.setdefault(_key(table, row), _of_person(table, row, person))
        if rows:
            yield table.name, list(rows.values())


def erase(database: Database, person: Person, but_job: str | None = None) -> Iterator[tuple[str, int]]:
    """Erases the person, table by table; yields each table's name and how many of its rows were changed or deleted.

    `but_job` is the job that does this. Each step is a transaction, and all of it can be repeated.
    """
    with database.reading() as session:
        all_audiences = [audience.id for audience in audiences.list_all(session)]
    for audience_id in all_audiences:
        with database.transaction() as session:
            erased = _erase_contacts(session, audience_id, person)
        yield from erased.items()
    for table in tables():
        n = 0
        for keys in _mentioning(database, table, person):
            with database.transaction() as session:
                for row in _by_keys(session, table, keys):
                    if table.name != JobRow.__tablename__ or row["id"] != but_job:
                        n += _RULES.get(table.name, _redact)(session, table, row, person)
        if n:
            yield table.name, n


def stored_files(session: Session) -> Mapping[str, int]:
    """Jobs of imports whose file is stored: id → bytes."""
    part = _table(UploadPart)
    sizes = select_columns(part.c.job_id, func.sum(func.length(part.c.body))).group_by(part.c.job_id)
    return {job_id: int(size) for job_id, size in session.connection().execute(sizes)}


def _erase_contacts(session: Session, audience_id: int, person: Person) -> Counter[str]:
    # Waits for an import that began before the person was marked, and may have added the contact.
    audiences.lock(session, audience_id)
    ids = contact_ids(session, person).get(audience_id, [])
    erased = Counter[str]()
    if not ids:
        return erased
    audience = bulk.lock(session, audience_id)
    if audience.source == AudienceSource.MAILCHIMP:
        _expect_at_mailchimp(session, audience, ids)
    _correct_numbers(session, audience_id, ids)
    old_in_consent = and_(_CONSENT.c.audience_id == audience_id, _CONSENT.c.old_contact_id.in_(ids))
    erased["consent"] += (
        session.connection()
        .execute(update(_CONSENT).where(old_in_consent).values(old_contact_id=None, old_address=None))
        .rowcount
    )
    for table in of_contacts():
        about = and_(table.c.audience_id == audience_id, table.c.contact_id.in_(ids))
        erased[table.name] += session.connection().execute(delete_rows(table).where(about)).rowcount
    domains = session.connection().execute(
        select_columns(CONTACT.c.domain).where(CONTACT.c.audience_id == audience_id, CONTACT.c.id.in_(ids))
    )
    names = list(domains.scalars())
    erased["contact"] += mirrors.delete_contacts(session, audience_id, ids)
    # A domain may be a person's name.
    domain = _table(DomainCount).c
    empty = (
        domain.audience_id == audience_id,
        domain.domain.in_(names),
        domain.subscribed == 0,
        domain.cleaned == 0,
    )
    session.connection().execute(delete_rows(_table(DomainCount)).where(*empty))
    return Counter({name: n for name, n in erased.items() if n})


def _expect_at_mailchimp(session: Session, audience: AudienceRow, ids: Sequence[int]) -> None:
    """Mailchimp counts them until somebody deletes them there; the mirror does not."""
    status = CONTACT.c.status
    query = select_columns(status).where(CONTACT.c.audience_id == audience.id, CONTACT.c.id.in_(ids))
    state = RemoteState.from_json(audience.remote)
    forgotten = Counter(state.forgotten) + Counter(session.connection().execute(query).scalars())
    audience.remote = replace(state, forgotten=forgotten).to_json()
    session.add(audience)
    session.flush()


def _correct_numbers(session: Session, audience_id: int, ids: Sequence[int]) -> None:
    """Takes the contacts out of the numbers of archives, of batches of verdicts, and of what is worth a look."""
    connection = session.connection()
    member, archive = _table(ArchiveMember).c, _table(Archive)
    is_member = (member.audience_id == audience_id, member.contact_id.in_(ids))
    for archive_id, restored_at in connection.execute(
        select_columns(member.archive_id, member.restored_at).where(*is_member)
    ).all():
        columns = {"n": archive.c.n - 1} | ({"restored": archive.c.restored - 1} if restored_at else {})
        same = (archive.c.audience_id == audience_id, archive.c.id == archive_id)
        connection.execute(update(archive).where(*same).values(columns))
    numbers = select_columns(CONTACT.c.archive_number).where(
        CONTACT.c.audience_id == audience_id, CONTACT.c.id.in_(ids), CONTACT.c.archive_number.is_not(None)
    )
    for number in connection.execute(numbers).scalars().all():
        same = (archive.c.audience_id == audience_id, archive.c.number == number)
        connection.execute(update(archive).where(*same).values(n=archive.c.n - 1))
    verdict, batch = _table(VerdictRow).c, _table(VerdictBatch)
    joined = (verdict.audience_id == CONTACT.c.audience_id) & (verdict.contact_id == CONTACT.c.id)
    query = (
        select_columns(verdict.batch, verdict.weakness, CONTACT.c.status)
        .select_from(_table(VerdictRow).join(CONTACT, joined))
        .where(verdict.audience_id == audience_id, verdict.contact_id.in_(ids))
    )
    for batch_id, weakness, status in connection.execute(query).all():
        same = (batch.c.audience_id == audience_id, batch.c.id == batch_id)
        connection.execute(update(batch).where(*same).values(n=case((batch.c.n > 0, batch.c.n - 1), else_=0)))
        if weakness and status == Status.CLEANED:
            figures.add_worth_a_look(session, audience_id, -1)


def _is_about(table: Table, ids: Mapping[int, Sequence[int]]) -> Iterator[ColumnElement[bool]]:
    """The conditions of the rows about these contacts, by the table's columns of contacts."""
    columns = ("id",) if table is CONTACT else ("contact_id", "old_contact_id")
    for audience_id, numbers in ids.items():
        for name in columns:
            if name in table.columns and "audience_id" in table.columns:
                yield and_(table.c.audience_id == audience_id, table.c[name].in_(numbers))


def _mentioning(database: Database, table: Table, person: Person) -> Iterator[Sequence[tuple[Any, ...]]]:
    """Yields the primary keys of rows that mention the person, some at a time. The rows are read without a lock."""
    names = texts(table)
    if not names:
        return
    likely = []
    for name in names:
        column = table.c[name]
        if isinstance(column.type, LargeBinary):
            likely.append(column.is_not(None))
        else:
            likely += [cast(column, String).ilike(like, escape="\\") for like in person.spellings.likes]
    key = list(table.primary_key.columns)
    query = select_columns(*key, *(table.c[name] for name in names)).where(or_(*likely))
    with database.reading() as session:
        if is_spread(table):
            every_audience = [audience.id for audience in audiences.list_all(session)]
            query = query.where(table.c.audience_id.in_(every_audience))
        rows = session.connection().execute(query.execution_options(yield_per=ROWS_AT_ONCE))
        found = [
            tuple(row[: len(key)])
            for row in rows
            if any(_has(person, table, *each) for each in zip(names, row[len(key) :], strict=True))
        ]
    for start in range(0, len(found), ROWS_AT_ONCE):
        yield found[start : start + ROWS_AT_ONCE]


def _by_keys(session: Session, table: Table, keys: Sequence[tuple[Any, ...]]) -> Sequence[Mapping[str, Any]]:
    query = table.select().where(tuple_(*table.primary_key.columns).in_(keys))
    if is_spread(table):
        query = query.where(table.c.audience_id.in_({key[0] for key in keys}))
    return [dict(row) for row in session.connection().execute(query).mappings()]


def _key(table: Table, row: Mapping[str, Any]) -> tuple[Any, ...]:
    return tuple(row[column.name] for column in table.primary_key)


def _of_person(table: Table, row: Mapping[str, Any], person: Person) -> Columns:
    """What a row that mentions the person has about them: all of it, or only what mentions them."""
    if table.name in _WHOLE or (table.name == JobRow.__tablename__ and row["kind"] == JobKind.ADD):
        return dict(row)
    key = {column.name: row[column.name] for column in table.primary_key}
    if table.name == RefusedRow.__tablename__ and not row["reason"]:
        own = [each for each in json.loads(row["row"]) if person.spellings.mentions(each)]
        return key | {"file": row["file"], "row": own}
    if table.name == JobRow.__tablename__ and row["kind"] == JobKind.FIX:
        own = [each for each in _items(row["data"]) if person.spellings.mentions(each)]
        return key | {"data": {"items": own}}
    mentioning = {name: row[name] for name in texts(table) if _has(person, table, name, row[name])}
    return key | mentioning


Rule = Callable[[Session, Table, Mapping[str, Any], Person], int]


def _same(table: Table, row: Mapping[str, Any]) -> ColumnElement[bool]:
    return and_(*(column == row[column.name] for column in table.primary_key))


def _redact(session: Session, table: Table, row: Mapping[str, Any], person: Person) -> int:
    """Takes the address out of the texts, which are about something else."""
    changed = {
        name: None if name in _ADDRESSES.get(table.name, ()) else person.spellings.without(row[name])
        for name in texts(table)
        if _has(person, table, name, row[name])
    }
    if changed:
        session.connection().execute(update(table).where(_same(table, row)).values(changed))
    return bool(changed)


def _delete(session: Session, table: Table, row: Mapping[str, Any], _person: Person) -> int:
    return session.connection().execute(delete_rows(table).where(_same(table, row))).rowcount


def _clear_answer(session: Session, table: Table, row: Mapping[str, Any], _person: Person) -> int:
    """A form that Slack sends again within these minutes is not answered; the request's key stays, so it is done once."""
    return session.connection().execute(update(table).where(_same(table, row)).values(answer=None)).rowcount


def _in_job(session: Session, table: Table, row: Mapping[str, Any], person: Person) -> int:
    """A contact that is to be added is the person: what was typed goes. Other jobs only name the person."""
    if row["kind"] == JobKind.ADD or (row["kind"] == JobKind.FIX and row["told_at"]):
        return _delete(session, table, row, person)
    if row["kind"] == JobKind.FIX:
        items = [
            {**each, **_NOTHING_TYPED} if person.spellings.mentions(each) else each
            for each in _items(row["data"])
        ]
        row = dict(row) | {"data": row["data"] | {"items": items}}
        session.connection().execute(update(table).where(_same(table, row)).values(data=row["data"]))
        return _redact(session, table, row, person) or 1
    return _redact(session, table, row, person)


def _items(data: Any) -> list[dict[str, Any]]:
    """The contacts to add of a job that adds several."""
    items = data.get("items") if isinstance(data, dict) else None
    return [each for each in items if isinstance(each, dict)] if isinstance(items, list) else []


def _in_refused(session: Session, table: Table, row: Mapping[str, Any], person: Person) -> int:
    """The person's lines go, the others of the row stay."""
    if row["reason"]:
        return _delete(session, table, row, person)
    lines = [each for each in json.loads(row["row"]) if not person.spellings.mentions(each)]
    row = {**row, "row": json.dumps(lines, ensure_ascii=False)}
    session.connection().execute(update(table).where(_same(table, row)).values(row=row["row"]))
    return _redact(session, table, row, person) or 1


def _in_consent(session: Session, table: Table, row: Mapping[str, Any], person: Person) -> int:
    """The consent of the person goes. That of another address keeps its wording, without the person's old address."""
    if person.spellings.are(row["address"]):
        return _delete(session, table, row, person)
    if person.spellings.are(row["old_address"]):
        old = update(table).where(_same(table, row)).values(old_contact_id=None)
        session.connection().execute(old)
    return _redact(session, table, row, person)


def _has(person: Person, table: Table, column: str, value: Any) -> bool:
    """Whether the value mentions the person; where it is an address, whether it is theirs."""
    is_address = column in _ADDRESSES.get(table.name, ())
    return person.spellings.are(value) if is_address else person.spellings.mentions(value)


def _table(model: type[SQLModel]) -> Table:
    table: Table = model.__table__  # type: ignore[attr-defined]
    return table


_CONSENT = _table(Consent)
_NOTHING_TYPED: Mapping[str, Any] = {
    "address": ERASED,
    "key": ERASED,
    "first_name": None,
    "last_name": None,
    "values": {},
}
_WHOLE = {str(model.__tablename__) for model in (Quarantined, PlanRow, Consent)}
_ADDRESSES = {"consent": ("address", "old_address")}  # each is an address, not a text that may have one
# A stored file is read as a file: see `bot.privacy.uploads`. The secret is random. Contacts are found by their key.
_UNSEARCHED = {
    *(str(model.__tablename__) for model in (UploadPart, SecretRow)),
    *("contact.address", "contact.address_key", "contact.domain"),
}
_RULES: Mapping[str, Rule] = {
    str(Quarantined.__tablename__): _delete,
    str(PlanRow.__tablename__): _delete,
    str(HandledRequest.__tablename__): _clear_answer,
    str(JobRow.__tablename__): _in_job,
    str(RefusedRow.__tablename__): _in_refused,
    str(Consent.__tablename__): _in_consent,
}
