"""The database's version."""

import re
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, text

from storage.core import schema
from storage.core.database import Database, url_beside
from storage.migrations.tables import metadata
from tests.support.databases import url_text


def test_the_migrations_make_what_the_tables_say(database: Database):
    with database.engine.connect() as connection:

        def is_of_this_engine(item: Any, name: str | None, kind: str, reflected: bool, other: Any) -> bool:
            return item.info.get("only_on") in (None, connection.dialect.name)

        opts = {"compare_type": True, "include_object": is_of_this_engine}
        context = MigrationContext.configure(connection, opts=opts)
        assert compare_metadata(context, metadata) == []


def test_partial_indexes_have_the_conditions_that_the_tables_say(database: Database):
    """Alembic does not compare them."""
    dialect = database.engine.dialect.name
    declared = {
        index.name: index.info["where"]
        for table in metadata.tables.values()
        for index in table.indexes
        if "where" in index.info and index.info["only_on"] in (None, dialect)
    }
    with database.engine.connect() as connection:
        made = {
            index["name"]: str(index["dialect_options"][f"{dialect}_where"])
            for table in metadata.tables
            for index in inspect(connection).get_indexes(table)
            if index.get("dialect_options", {}).get(f"{dialect}_where") is not None
        }
    assert {name: _plain(each) for name, each in made.items()} == {
        name: _plain(each) for name, each in declared.items()
    }


def _plain(condition: str) -> str:
    """The condition as both databases return it: PostgreSQL adds casts and parentheses."""
    written = re.sub(r"CAST\((\w+) AS TEXT\)", r"\1", condition).replace("<>", "!=")
    return re.sub(r"::\w+( varying)?|[() ]", "", written)


def test_a_migrated_database_is_at_the_newest_version(database: Database):
    schema.migrate(database)
    assert schema.database_revision(database) == schema.program_revision() is not None


def test_the_files_are_named_after_their_revisions_in_their_order():
    script = ScriptDirectory.from_config(schema._config())
    assert [each.revision for each in script.walk_revisions()][::-1] == list(schema.program_revisions())


def test_a_database_of_a_newer_program_is_refused(database: Database):
    with database.engine.connect().execution_options(writes=True) as connection, connection.begin():
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(schema.NewerDatabase):
        schema.migrate(database)


def test_two_processes_may_migrate_at_the_same_time(database: Database):
    place = Database(url_beside(url_text(database.url), "t0race"))
    other = Database(url_beside(url_text(database.url), "t0race"))
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(schema.migrate, (place, other)))
    assert schema.state(place) is schema.SchemaState.CURRENT
    for each in (place, other):
        each.close()
