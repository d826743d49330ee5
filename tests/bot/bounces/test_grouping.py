"""Events are stored in groups of whatever came in meanwhile: who is told together makes no difference."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Table, select

from bot.bounces import webhooks
from bot.bounces.events import Cause, EventKind, MailEvent
from bot.bounces.intake import IntakeCounts
from bot.bounces.webhooks import WebhookPayload
from storage.bounces.tables import Activity, BurstRow, Evidence
from storage.contacts.tables import ContactCount, VerdictRow
from storage.core.database import Database
from tests.conftest import NOW
from tests.support.bot.intake import audience
from tests.support.bot.intake import event as bounce
from tests.support.figures import assert_exact, contacts, emptied

FEW = [f"p{i}@example{i}.com" for i in range(4)]
MANY = [f"p{i}@slow.example" for i in range(14)]  # enough for an outage
BAD_NEWS = (EventKind.HARD, EventKind.COMPLAINT, *[EventKind.SOFT] * 6)
GOOD_NEWS = (EventKind.DELIVERED, EventKind.ACTIVE)
CAUSES = ((Cause.NO_MAILBOX, "5.1.1"), (Cause.SERVER, "4.4.1"), (Cause.FULL, "4.2.2"))


@dataclass(frozen=True)
class Outcome:
    """What is stored and told of an audience, without what depends on when it became known."""

    told: IntakeCounts
    cleaned: frozenset[str]
    contacts: list[tuple[Any, ...]]
    verdicts: list[tuple[Any, ...]]
    counts: list[tuple[Any, ...]]
    events: list[tuple[Any, ...]]
    """Evidence, the latest deliveries and opens, and outages."""


def _event(address: str, kind: EventKind, ago: float, cause: tuple[Cause, str], source: str) -> MailEvent:
    return bounce(address, kind, ago=ago, cause=cause[0], code=cause[1], source=source)


def _events(
    addresses: Sequence[str], kinds: Sequence[EventKind], ago: st.SearchStrategy[float], most: int
) -> st.SearchStrategy[list[MailEvent]]:
    sources = st.sampled_from(["ses", "postmark"])
    each = st.builds(
        _event, st.sampled_from(addresses), st.sampled_from(kinds), ago, st.sampled_from(CAUSES), sources
    )
    return st.lists(each, max_size=most)


DAYS = st.integers(0, 20)
MOMENTS = st.integers(0, 180).map(lambda minutes: minutes / 1440)


def _stored(
    database: Database, name: str, people: Sequence[str], events: Sequence[MailEvent], size: int
) -> Outcome:
    """Stores the events in an audience of that name, so many requests at a time."""
    id_ = audience(database, *people, name=name)
    payloads = [WebhookPayload((replace(each, audience=name),)) for each in events]
    told = IntakeCounts()
    for start in range(0, len(payloads), size):
        for counts in webhooks.store(database, payloads[start : start + size], NOW):
            assert counts
            told += counts
    found = [row for row in contacts(database) if row["audience_id"] == id_]
    return Outcome(
        told,
        frozenset(row["address"] for row in found if row["status"] == "cleaned"),
        [(row["address"], row["status"], row["clean_reason"], row["cleaned_at"]) for row in found],
        _rows(
            database, id_, VerdictRow, "contact_id", "at", "reason", "counted", "needed", "cause", "weakness"
        ),
        [row for row in _rows(database, id_, ContactCount, "status", "reason", "n") if row[-1]],
        _rows(database, id_, Evidence, "uid", "contact_id", "kind", "at", "cause", "source")
        + _rows(database, id_, Activity, "contact_id", "delivered_at", "active_at")
        + _rows(database, id_, BurstRow, "domain", "since", "until"),
    )


def _rows(database: Database, audience_id: int, model: Any, *columns: str) -> list[tuple[Any, ...]]:
    table: Table = model.__table__
    query = select(*(table.c[name] for name in columns)).where(table.c.audience_id == audience_id)
    with database.reading() as session:
        return sorted((tuple(row) for row in session.connection().execute(query)), key=repr)


@settings(max_examples=5)
@given(_events(FEW, BAD_NEWS, DAYS, 30), st.integers(2, 30))
def test_one_by_one_and_in_groups_is_the_same(database: Database, events: list[MailEvent], size: int):
    emptied(database)
    assert _stored(database, "Grouped", FEW, events, size) == _stored(database, "Alone", FEW, events, 1)
    assert_exact(database)


@settings(max_examples=5)
@given(_events([*FEW, *MANY], [*BAD_NEWS, *GOOD_NEWS], MOMENTS | DAYS, 40), st.integers(2, 40))
def test_what_is_known_together_cleans_no_more(database: Database, events: list[MailEvent], size: int):
    """A delivery or an outage that a group tells of as well keeps from cleaning; told later, it makes the verdict weak."""
    emptied(database)
    grouped = _stored(database, "Grouped", [*FEW, *MANY], events, size)
    alone = _stored(database, "Alone", [*FEW, *MANY], events, 1)
    assert grouped.cleaned <= alone.cleaned
    assert grouped.events == alone.events
    assert_exact(database)
