"""Which contacts a sync asks Mailchimp about is read from an index of those alone."""

from typing import Any

from sqlalchemy import event, update

from storage.contacts.contacts import TABLE
from storage.core.database import Database
from storage.mailchimp import mirrors
from tests.support.audiences import import_csv

N = 3_000


def test_cleaned_contacts_without_a_reason_are_read_in_the_order_of_their_last_change(database: Database):
    """All others would be looked at too: of a million, that took seconds."""
    people = "\n".join(f"p{n}@example.com,2026-11-{n % 28 + 1:02} 10:00:00" for n in range(N))
    audience_id = import_csv(database, f"Email Address,CLEAN_TIME\n{people}", name="cleaned_x_export.csv")
    with database.transaction() as session:
        session.connection().execute(update(TABLE).values(revision=TABLE.c.id * 7 % N))
        session.connection().execute(update(TABLE).where(TABLE.c.id % 3 == 0).values(clean_reason="hard"))
    expected = sorted((n for n in range(1, N + 1) if n % 3), key=lambda n: (n * 7 % N, n), reverse=True)
    sent: list[tuple[str, Any]] = []
    event.listen(database.engine, "before_cursor_execute", lambda *told: sent.append((told[2], told[3])))
    with database.reading() as session:
        for since in (0, N - 50, N - 1):
            found = mirrors.cleaned_without_reason(session, audience_id, since, 20, skip=3)
            assert [contact.id for contact in found] == [n for n in expected if n * 7 % N > since][3:23]
    asked = [each for each in sent if each[0].startswith("SELECT")]
    explain = "EXPLAIN QUERY PLAN" if database.is_sqlite else "EXPLAIN"
    with database.engine.begin() as connection:
        without_statistics = [connection.exec_driver_sql(f"{explain} {each}", of).all() for each, of in asked]
        connection.exec_driver_sql("ANALYZE")
        with_statistics = [connection.exec_driver_sql(f"{explain} {each}", of).all() for each, of in asked]
    for plan in map(str, without_statistics + with_statistics):
        assert "ix_contact_unexplained" in plan
        assert "B-TREE" not in plan
        assert "Sort" not in plan
