"""While processes are replaced, the version before works on the new schema: migrations only add."""

import re
from collections.abc import Sequence

import pytest
from alembic import command
from sqlalchemy import event

from storage.core import schema
from storage.core.database import Database

LAST_FREE = "0003"  # from the migration after it on, the rule holds

HARMLESS = re.compile(
    r"""
    SELECT\b .*
    | CREATE\ TABLE\ (?P<table>\w+)\b .*
    | CREATE\ INDEX\b .*
    | CREATE\ UNIQUE\ INDEX\ \w+\ ON\ (?P<indexed>\w+)\b .*    # of a new table
    | INSERT\ INTO\ (?P<filled>\w+)\b .*                       # a new table too
    | ALTER\ TABLE\ \w+\ ADD\ COLUMN\ (?: .*\bDEFAULT\b.* | (?!.*NOT\ NULL).* )
    | ALTER\ TABLE\ \w+\ ALTER\ COLUMN\ \w+\ SET\ STORAGE\ \w+
    | UPDATE\ alembic_version\b .*
    | SET\ LOCAL\ citus\.\w+\ .*
    """,
    re.VERBOSE | re.DOTALL,
)


def harmful(statements: Sequence[str]) -> list[str]:
    """Those that a process of the version before may notice."""
    new: set[str] = set()
    found = []
    for each in statements:
        match = HARMLESS.fullmatch(" ".join(each.split()))
        if match and match["table"]:
            new.add(match["table"])
        touched = {match["indexed"], match["filled"]} - {None} if match else {None}
        if not touched <= new:
            found.append(each)
    return found


@pytest.mark.parametrize("engine_name", ["postgresql"], indirect=True)
def test_every_migration_from_0004_on_only_adds(database: Database):
    config = schema._config()
    statements: list[str] = []
    with database.engine.connect() as connection, connection.begin():
        config.attributes["connection"] = connection
        command.downgrade(config, LAST_FREE)
        event.listen(connection, "before_cursor_execute", lambda *given: statements.append(given[2]))
        command.upgrade(config, "head")
    assert any(each.lstrip().startswith("CREATE TABLE delivery") for each in statements)
    assert harmful(statements) == []
    assert schema.state(database) == schema.SchemaState.CURRENT


@pytest.mark.parametrize(
    "statement",
    [
        "DROP TABLE job",
        "ALTER TABLE job DROP COLUMN done",
        "ALTER TABLE job RENAME COLUMN done TO did",
        "ALTER TABLE job ALTER COLUMN owner SET NOT NULL",
        "ALTER TABLE job ADD COLUMN weight INTEGER NOT NULL",
        "ALTER TABLE job ADD CONSTRAINT c CHECK (done > 0)",
        "CREATE UNIQUE INDEX x ON job (kind)",
        "INSERT INTO job (id) VALUES ('1')",
        "UPDATE job SET done = 0",
    ],
)
def test_what_the_version_before_would_notice_is_found(statement: str):
    assert harmful([statement]) == [statement]


def test_what_it_does_not_notice_is_harmless():
    added = [
        "CREATE TABLE x (a INTEGER NOT NULL)",
        "CREATE UNIQUE INDEX y ON x (a)",
        "INSERT INTO x (a) VALUES (1)",
        "CREATE INDEX z ON job (kind)",
        "ALTER TABLE job ADD COLUMN b INTEGER",
        "ALTER TABLE job ADD COLUMN c BIGINT DEFAULT '0' NOT NULL",
    ]
    assert harmful(added) == []
