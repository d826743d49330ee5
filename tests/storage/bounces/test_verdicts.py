"""How verdicts on bounces are found."""

from typing import Any

import pytest
from sqlalchemy import event as events

from storage.core.database import Database
from tests.support.bot.intake import audience, event, take


@pytest.mark.parametrize("engine_name", ["postgresql"], indirect=True)
def test_the_contacts_of_verdicts_are_found_by_their_key(database: Database):
    """Until it has statistics of cleaned contacts, PostgreSQL would read an index of all of them for each verdict."""
    audience(database, "ann@example.com")
    sent: list[tuple[str, Any]] = []
    events.listen(database.engine, "before_cursor_execute", lambda *told: sent.append((told[2], told[3])))
    take(database, event("ann@example.com"))
    counts = [each for each in sent if "verdict JOIN contact" in each[0] and "count" in each[0]]
    assert counts
    with database.reading() as session:
        connection = session.connection()
        connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
        for statement, values in counts:
            plan = "\n".join(connection.exec_driver_sql(f"EXPLAIN {statement}", values).scalars())
            assert "pk_contact" in plan
            assert "ix_contact" not in plan
