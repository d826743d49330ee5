"""A column is among values that are bound as one, on both engines."""

from collections.abc import Collection
from typing import Any

import pytest
from sqlalchemy import Table, event, select
from sqlmodel import col

from storage.contacts.contacts import TABLE
from storage.core.database import Database
from storage.core.engines import Among, is_in
from storage.core.tables import AudienceRow
from tests.support.bot.intake import audience

AUDIENCES: Table = AudienceRow.__table__  # type: ignore[attr-defined]
NAMES = ["News", 'Ann\'s, "new" {1}', "Été \\ 日本"]


@pytest.mark.parametrize("values", [[], NAMES[:1], NAMES, {NAMES[2], "nobody"}, ("NEWS", "", "null")])
def test_those_that_are_among_them_are_found(database: Database, values: Collection[str]):
    for name in NAMES:
        audience(database, "ann@example.com", name=name)
    query = select(AUDIENCES.c.name).where(Among(col(AudienceRow.name), "names"))
    with database.reading() as session:
        found = session.connection().execute(query, {"names": values}).scalars().all()
        ids = select(AUDIENCES.c.id).where(Among(AUDIENCES.c.id, "ids"))
        assert session.connection().execute(ids, {"ids": []}).all() == []
    assert set(found) == set(values) & set(NAMES)


@pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
@pytest.mark.parametrize("column", ["id", "address_key"])
def test_an_index_finds_them(database: Database, column: str):
    query: Any = select(TABLE.c.domain).where(TABLE.c.audience_id == 1, Among(TABLE.c[column], "values"))
    sql = str(query.compile(dialect=database.engine.dialect))
    with database.reading() as session:
        plan = session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", (1, "[]")).all()
    assert f"(audience_id=? AND {column}=?)" in plan[0][3]


@pytest.mark.parametrize("engine_name", ["postgresql"], indirect=True)
def test_numbers_are_a_constant_of_the_plan(database: Database):
    """So that PostgreSQL looks each row's number up, instead of comparing it with one after the other."""
    sent: list[tuple[str, Any]] = []
    event.listen(database.engine, "before_cursor_execute", lambda *told: sent.append((told[2], told[3])))
    with database.reading() as session:
        connection = session.connection()
        connection.execute(select(TABLE.c.domain).where(is_in(session, TABLE.c.id, [3, 1, 2])))
        [(sql, values)] = [each for each in sent if "bigint[]" in each[0].lower()]
        plan = connection.exec_driver_sql(f"EXPLAIN {sql}", values).scalars().all()
    assert "= ANY ('{3,1,2}'::bigint[])" in "\n".join(plan)
