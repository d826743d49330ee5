"""Bounces: the evidence on contacts, the verdicts, the outages of domains, and what came in and was of no use."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Select, Table, bindparam, case, delete, func, insert, literal_column, select, update
from sqlmodel import Session, SQLModel, col
from sqlmodel import select as select_model

from storage.bounces.tables import Activity, CleaningPolicy, Evidence, Outage, Quarantined
from storage.contacts import figures
from storage.contacts.contacts import IS_CLEANED, TABLE
from storage.contacts.tables import DomainCount, VerdictRow
from storage.contacts.values import Status
from storage.core import engines
from storage.core.tables import AudienceSource


class Found(NamedTuple):
    """A contact as far as bounces are concerned."""

    id: int
    address_key: str
    domain: str
    status: str
    cleaned_at: datetime | None
    clean_reason: str | None


def with_keys(session: Session, audience_id: int, keys: Collection[str]) -> dict[str, Found]:
    """The audience's contacts with these lower-case addresses: address → contact."""
    query = select(*(TABLE.c[name] for name in Found._fields)).where(
        TABLE.c.audience_id == audience_id, TABLE.c.address_key.in_(keys)
    )
    return {row.address_key: Found(*row) for row in session.connection().execute(query)}


def by_ids(session: Session, audience_id: int, ids: Collection[int]) -> dict[int, Found]:
    """These contacts of the audience: id → contact."""
    query = select(*(TABLE.c[name] for name in Found._fields)).where(
        TABLE.c.audience_id == audience_id, TABLE.c.id.in_(ids)
    )
    return {row.id: Found(*row) for row in session.connection().execute(query)}


def known(
    session: Session, keys: Collection[str], source: AudienceSource = AudienceSource.LOCAL
) -> dict[str, set[int]]:
    """Which audiences of that source have these lower-case addresses: address → audience ids."""
    audience = _table_of("audience")
    query = select(TABLE.c.address_key, TABLE.c.audience_id).where(
        TABLE.c.address_key.in_(keys),
        # Named, so that the index, which begins with the audience, is of use.
        TABLE.c.audience_id.in_(select(audience.c.id).where(audience.c.source == source)),
    )
    found: dict[str, set[int]] = {}
    for key, audience_id in session.connection().execute(query):
        found.setdefault(key, set()).add(audience_id)
    return found


def add(session: Session, audience_id: int, rows: Sequence[Mapping[str, Any]]) -> set[str]:
    """Keeps the evidence that isn't there yet; returns the uids of what was added. The audience is locked."""
    uids = {row["uid"] for row in rows}
    there = select(Evidence.uid).where(  # type: ignore[call-overload]  # a column, to SQLAlchemy
        col(Evidence.audience_id) == audience_id, col(Evidence.uid).in_(uids)
    )
    new = uids - set(session.connection().execute(there).scalars())
    fresh = {row["uid"]: dict(row) for row in rows if row["uid"] in new}
    if fresh:
        session.connection().execute(insert(_table(Evidence)), list(fresh.values()))
    return new


def note_activity(session: Session, audience_id: int, signs: Mapping[int, tuple[Any, Any]]) -> None:
    """Keeps the latest signs of life: contact → (delivered at, active at), None where there is none."""
    if not signs:
        return
    table = _table(Activity)
    statement = engines.insert(session, table)
    latest = {
        # NULL is greater than nothing: a sign that isn't there takes none away.
        name: case(
            (statement.excluded[name] > table.c[name], statement.excluded[name]),
            else_=func.coalesce(table.c[name], statement.excluded[name]),
        )
        for name in ("delivered_at", "active_at")
    }
    rows = [
        {"audience_id": audience_id, "contact_id": id_, "delivered_at": delivered, "active_at": active}
        for id_, (delivered, active) in signs.items()
    ]
    keys = [column.name for column in table.primary_key]
    session.connection().execute(statement.on_conflict_do_update(index_elements=keys, set_=latest), rows)


def evidence(session: Session, audience_id: int, contact_ids: Collection[int]) -> Sequence[Evidence]:
    """All evidence on these contacts, the newest first."""
    return session.exec(
        select_model(Evidence)
        .where(col(Evidence.audience_id) == audience_id, col(Evidence.contact_id).in_(contact_ids))
        .order_by(col(Evidence.at).desc(), col(Evidence.uid))
    ).all()


def activity(session: Session, audience_id: int, contact_ids: Collection[int]) -> dict[int, Activity]:
    """The signs of life of these contacts, where there are some."""
    rows = session.exec(
        select_model(Activity).where(
            col(Activity.audience_id) == audience_id, col(Activity.contact_id).in_(contact_ids)
        )
    )
    return {row.contact_id: row for row in rows}


def of_domain(
    session: Session, audience_id: int, domain: str, since: datetime, until: datetime, *, at_least: int
) -> Sequence[tuple[datetime, int]]:
    """The bounces of a domain in that time: when, and of which contact; nothing if of fewer contacts than that."""
    table = _table(Evidence)
    which = (
        table.c.audience_id == audience_id,
        table.c.domain == domain,
        table.c.at.between(since, until),
    )
    # This reads one index only, complaints too; it is all that most domains need.
    n = select(func.count(table.c.contact_id.distinct())).where(*which)
    if session.connection().execute(n).scalar_one() < at_least:
        return []
    query = select(table.c.at, table.c.contact_id).where(*which, table.c.kind != "complaint")
    return [(at, contact_id) for at, contact_id in session.connection().execute(query)]


def of_domains(session: Session, audience_id: int, domains: Collection[str]) -> dict[str, int]:
    """How many contacts each of these domains has in the audience, subscribed or cleaned."""
    rows = session.exec(
        select_model(DomainCount).where(
            col(DomainCount.audience_id) == audience_id, col(DomainCount.domain).in_(domains)
        )
    )
    return {row.domain: row.subscribed + row.cleaned for row in rows}


def outages(session: Session, audience_id: int, domains: Collection[str]) -> Sequence[Outage]:
    """All that these domains had, the earliest first."""
    return session.exec(
        select_model(Outage)
        .where(col(Outage.audience_id) == audience_id, col(Outage.domain).in_(domains))
        .order_by(col(Outage.domain), col(Outage.since))
        .execution_options(populate_existing=True)  # they may have been put anew since the session read them
    ).all()


def put_outages(session: Session, audience_id: int, domain: str, rows: Sequence[Mapping[str, Any]]) -> None:
    """These (`since`, `until`, `addresses`) are the domain's outages now."""
    table, key = _table(Outage), {"audience_id": audience_id, "domain": domain}
    old = delete(table).where(table.c.audience_id == audience_id, table.c.domain == domain)
    session.connection().execute(old)
    session.connection().execute(insert(table), [{**key, **row} for row in rows])


def verdicts(session: Session, audience_id: int, contact_ids: Collection[int]) -> dict[int, VerdictRow]:
    """The verdicts on these contacts, where there are some: contact → verdict."""
    rows = session.exec(
        select_model(VerdictRow).where(
            col(VerdictRow.audience_id) == audience_id, col(VerdictRow.contact_id).in_(contact_ids)
        )
    )
    return {row.contact_id: row for row in rows}


def newly_worth_a_look(session: Session, audience_id: int, since: datetime, until: datetime) -> int:
    """How many contacts with a weak verdict, cleaned still, were cleaned from `since` on and before `until`."""
    v = _table(VerdictRow)
    # The contact's own time, as all figures have it: an import may have brought another than the verdict's.
    then = (TABLE.c.cleaned_at >= since, TABLE.c.cleaned_at < until)
    cleaned_then = _weak_verdicts().where(v.c.audience_id == audience_id, *then)
    n: int = session.connection().execute(cleaned_then).scalar_one()
    return n


def judged_in(session: Session, audience_id: int, domain: str, since: datetime, until: datetime) -> set[int]:
    """The contacts with a verdict that bounced at that domain in that time."""
    e, v = _table(Evidence), _table(VerdictRow)
    query = select(e.c.contact_id).where(
        e.c.audience_id == audience_id,
        e.c.domain == domain,
        e.c.at.between(since, until),
        v.c.audience_id == audience_id,
        v.c.contact_id == e.c.contact_id,
    )
    return set(session.connection().execute(query).scalars())


def bounced_in(
    session: Session, audience_id: int, domain: str, since: datetime, until: datetime
) -> dict[int, Found]:
    """The contacts that bounced at that domain in that time."""
    e = _table(Evidence)
    told = select(e.c.contact_id).where(
        e.c.audience_id == audience_id, e.c.domain == domain, e.c.at.between(since, until)
    )
    query = select(*(TABLE.c[name] for name in Found._fields)).where(
        TABLE.c.audience_id == audience_id, TABLE.c.id.in_(told)
    )
    return {row.id: Found(*row) for row in session.connection().execute(query)}


def put_verdicts(session: Session, audience_id: int, rows: Sequence[Mapping[str, Any]]) -> None:
    """Keeps the verdicts, in the place of those that were there; the time of the first stays.

    The contacts have the status that they will have: the figure of those worth a look follows from it.
    """
    if not rows:
        return
    table = _table(VerdictRow)
    statement = engines.insert(session, table)
    keys = [column.name for column in table.primary_key]
    changed = {c.name: statement.excluded[c.name] for c in table.columns if c.name not in (*keys, "at")}
    before = _n_weak(session, audience_id, rows)
    session.connection().execute(
        statement.on_conflict_do_update(index_elements=keys, set_=changed), [dict(row) for row in rows]
    )
    figures.add_worth_a_look(session, audience_id, _n_weak(session, audience_id, rows) - before)


def clean(session: Session, audience_id: int, rows: Sequence[Mapping[str, Any]]) -> None:
    """Cleans contacts: `id`, `revision`, `cleaned_at`, `clean_reason`, `clean_diagnostic`, `clean_campaign_title`.

    The audience is locked; the figures are the caller's affair.
    """
    if not rows:
        return
    names = ("revision", "cleaned_at", "clean_reason", "clean_diagnostic", "clean_campaign_title")
    statement = (
        update(TABLE)
        .where(TABLE.c.audience_id == audience_id, TABLE.c.id == bindparam("of"))
        .values({"status": str(Status.CLEANED)} | {name: bindparam(f"new_{name}") for name in names})
    )
    session.connection().execute(
        statement, [{"of": row["id"]} | {f"new_{name}": row[name] for name in names} for row in rows]
    )


def give_reason(session: Session, audience_id: int, contact_id: int, reason: str, revision: int) -> None:
    """Another clean reason for a contact that is cleaned, or was when it was archived."""
    session.connection().execute(
        update(TABLE)
        .where(TABLE.c.audience_id == audience_id, TABLE.c.id == contact_id)
        .values(clean_reason=reason, revision=revision)
    )


def touch(session: Session, audience_id: int, contact_ids: Collection[int], revision: int) -> None:
    """The contacts count as changed from that revision on."""
    if contact_ids:
        changed = update(TABLE).where(TABLE.c.audience_id == audience_id, TABLE.c.id.in_(contact_ids))
        session.connection().execute(changed.values(revision=revision))


def domains(session: Session, audience_id: int, contact_ids: Collection[int]) -> dict[int, str]:
    """Contact → domain."""
    query = select(TABLE.c.id, TABLE.c.domain).where(
        TABLE.c.audience_id == audience_id, TABLE.c.id.in_(contact_ids)
    )
    return {row.id: row.domain for row in session.connection().execute(query)}


def policy(session: Session, audience_id: int) -> CleaningPolicy | None:
    """The audience's own thresholds."""
    return session.get(CleaningPolicy, audience_id)


def put_policy(session: Session, row: CleaningPolicy) -> None:
    session.merge(row)


def put_aside(session: Session, rows: Sequence[Mapping[str, Any]]) -> int:
    """Keeps what could not be used, each once; returns how many are new."""
    if not rows:
        return 0
    table = _table(Quarantined)
    statement = engines.insert(session, table).on_conflict_do_nothing()
    unique = {row["uid"]: dict(row) for row in rows}
    there = select(table.c.uid).where(table.c.uid.in_(unique))
    for uid in session.connection().execute(there).scalars().all():
        del unique[uid]
    if unique:
        session.connection().execute(statement, list(unique.values()))
    return len(unique)


def _n_weak(session: Session, audience_id: int, rows: Sequence[Mapping[str, Any]]) -> int:
    """How many of the rows' contacts are cleaned and have a weak verdict."""
    v = _table(VerdictRow)
    ids = [row["contact_id"] for row in rows]
    mine = _weak_verdicts().where(v.c.audience_id == audience_id, v.c.contact_id.in_(ids))
    n: int = session.connection().execute(mine).scalar_one()
    return n


def _weak_verdicts() -> Select[int]:
    v = _table(VerdictRow)
    same = (TABLE.c.audience_id == v.c.audience_id) & (TABLE.c.id == v.c.contact_id)
    weak = v.c.weakness != literal_column("''")
    return select(func.count()).select_from(v.join(TABLE, same)).where(weak, IS_CLEANED)


def _table(model: type[SQLModel]) -> Table:
    table: Table = model.__table__  # type: ignore[attr-defined]
    return table


def _table_of(name: str) -> Table:
    return SQLModel.metadata.tables[name]
