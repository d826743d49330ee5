"""The kept figures against a recount of the contacts themselves."""

from collections import Counter
from datetime import date
from typing import Any, TypeVar

from sqlmodel import Session, SQLModel, select

from storage.contacts import TABLE
from storage.database import Database
from storage.tables import Audience, CleanedDay, ContactCount, DomainCount, Status, Verdict

Row = TypeVar("Row", bound=SQLModel)


def assert_exact(database: Database) -> None:
    """Every kept figure is what counting anew gives, in all audiences."""
    kept, counted = _kept(database), _counted(database)
    assert kept == counted


def contacts(database: Database, *, without: tuple[str, ...] = ()) -> list[dict[str, Any]]:
    """Every contact as plain values, by audience and address."""
    with database.reading() as session:
        query = TABLE.select().order_by(TABLE.c.audience_id, TABLE.c.address_key)
        found = [dict(row) for row in session.connection().execute(query).mappings()]
    return [{name: value for name, value in row.items() if name not in without} for row in found]


def _counted(database: Database) -> dict[str, Counter[Any]]:
    counts: Counter[Any] = Counter()
    days: Counter[tuple[int, date, str]] = Counter()
    subscribed: Counter[tuple[int, str]] = Counter()
    cleaned: Counter[tuple[int, str]] = Counter()
    for c in contacts(database):
        audience, reason = c["audience_id"], c["clean_reason"] or ""
        counts[audience, c["status"], reason] += 1
        if c["cleaned_at"]:
            days[audience, c["cleaned_at"].date(), reason] += 1
        subscribed[audience, c["domain"]] += c["status"] == Status.SUBSCRIBED
        cleaned[audience, c["domain"]] += c["status"] == Status.CLEANED
    return {
        "counts": counts,
        "days": days,
        "subscribed": +subscribed,
        "cleaned": +cleaned,
        "weak": _weak(database),
    }


def _weak(database: Database) -> Counter[Any]:
    cleaned = {(c["audience_id"], c["id"]) for c in contacts(database) if c["status"] == Status.CLEANED}
    with database.reading() as session:
        weak = session.exec(select(Verdict).where(Verdict.weakness != "")).all()
    return Counter(row.audience_id for row in weak if (row.audience_id, row.contact_id) in cleaned)


def _kept(database: Database) -> dict[str, Counter[Any]]:
    with database.reading() as session:
        domains = _all(session, DomainCount)
        return {
            "counts": +Counter(
                {(r.audience_id, r.status, r.reason): r.n for r in _all(session, ContactCount)}
            ),
            "days": +Counter({(r.audience_id, r.day, r.reason): r.n for r in _all(session, CleanedDay)}),
            "subscribed": +Counter({(r.audience_id, r.domain): r.subscribed for r in domains}),
            "cleaned": +Counter({(r.audience_id, r.domain): r.cleaned for r in domains}),
            "weak": +Counter({a.id: a.worth_a_look for a in session.exec(select(Audience))}),
        }


def _all(session: Session, table: type[Row]) -> list[Row]:
    rows = list(session.exec(select(table)))
    assert all(getattr(row, "n", 0) >= 0 for row in rows)
    return rows
