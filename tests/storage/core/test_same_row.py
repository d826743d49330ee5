"""Two processes that store the same row for the first time: the second waits, and does not fail."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import text
from sqlmodel import Session, select

from storage.audiences import audiences
from storage.bounces.tables import CleaningPolicy
from storage.bounces.verdicts import policies
from storage.core.database import Database
from storage.core.tables import AudienceRow
from storage.corrections import corrections
from storage.corrections.tables import NotTypo
from storage.digests import digests
from storage.digests.tables import Digest
from tests.conftest import NOW
from tests.support.audiences import import_csv

AUDIENCE = 1


def put_digest(session: Session, by: str) -> None:
    schedule = Digest(
        channel="C1",
        weekday=0,
        at="09:00",
        timezone="UTC",
        audience_ids=[AUDIENCE],
        language="en",
        set_by=by,
        set_at=NOW,
    )
    digests.put(session, schedule)


def save_policy(session: Session, by: str) -> None:
    policies.save(
        session,
        CleaningPolicy(
            audience_id=AUDIENCE,
            soft_without_activity=7,
            soft_with_activity=15,
            outage_addresses=5,
            set_by=by,
            set_at=NOW,
        ),
    )


def mark_not_typo(session: Session, by: str) -> None:
    mark = NotTypo(audience_id=AUDIENCE, contact_id=1, said_by=by, said_at=NOW)
    assert corrections.mark_not_typo(session, mark) is (by == "first")


def add_audience(session: Session, _by: str) -> None:
    audiences.get_or_add(session, "Customers", NOW)


@pytest.mark.parametrize(
    ("store", "table", "by"),
    [
        (put_digest, Digest, "second"),
        (save_policy, CleaningPolicy, "second"),
        (mark_not_typo, NotTypo, "first"),
        (add_audience, AudienceRow, None),
    ],
)
def test_the_second_waits_for_the_first(
    database: Database, store: Callable[[Session, str], None], table: type, by: str | None
):
    import_csv(database, "Email Address\nann@example.com", audience="News")
    failures: list[BaseException] = []

    def second() -> None:
        try:
            with database.transaction() as session:
                store(session, "second")
        except BaseException as error:  # noqa: BLE001 - the test shows it
            failures.append(error)

    thread = threading.Thread(target=second)
    with database.transaction() as session:
        store(session, "first")
        thread.start()
        while not database.is_sqlite and not _waits(session):
            thread.join(0.01)
    thread.join()
    assert failures == []
    with database.reading() as session:
        stored: list[Any] = list(session.exec(select(table)))
    if by:
        assert [getattr(row, "set_by", None) or row.said_by for row in stored] == [by]
    else:
        assert [row.name for row in stored] == ["News", "Customers"]


def _waits(session: Session) -> bool:
    """Whether the other transaction waits for this one."""
    return bool(
        session.connection().execute(text("SELECT count(*) FROM pg_locks WHERE NOT granted")).scalar()
    )
