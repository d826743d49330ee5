"""The database's version."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text

from storage.core import schema
from storage.core.database import Database, url_beside
from storage.migrations.tables import metadata
from tests.support.databases import url_text


def test_the_migrations_make_what_the_tables_say(database: Database):
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []


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
