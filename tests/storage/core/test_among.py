"""A column is among values that are bound as one, on both engines."""

from collections.abc import Collection
from typing import Any

import pytest
from sqlalchemy import Table, select
from sqlmodel import col

from storage.contacts.contacts import TABLE
from storage.core.database import Database
from storage.core.engines import Among
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
