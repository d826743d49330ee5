"""What is kept, against a recount of the contacts themselves."""

from datetime import UTC, datetime
from typing import Any

from bot.maintenance import consistency
from storage.contacts.contacts import TABLE
from storage.core.database import Database
from storage.jobs.task_leases import TABLE as TURN
from storage.migrations.tables import metadata

BEFORE_ALL = datetime(2000, 1, 1, tzinfo=UTC)  # no work stands still: tests leave some


def assert_exact(database: Database) -> None:
    """Every kept figure is what counting anew gives, and archives and journal agree, in all audiences."""
    assert list(consistency.find_inconsistencies(database, BEFORE_ALL)) == []


def emptied(database: Database) -> None:
    """For the next example of a property: a recount of all that the ones before it left takes longer each time."""
    with database.transaction() as session:
        for table in reversed(metadata.sorted_tables):
            if table is not TURN:  # a row of it comes with the migrations
                session.connection().execute(table.delete())


def contacts(database: Database, *, without: tuple[str, ...] = ()) -> list[dict[str, Any]]:
    """Every contact as plain values, by audience and address."""
    with database.reading() as session:
        query = TABLE.select().order_by(TABLE.c.audience_id, TABLE.c.address_key)
        found = [dict(row) for row in session.connection().execute(query).mappings()]
    return [{name: value for name, value in row.items() if name not in without} for row in found]
