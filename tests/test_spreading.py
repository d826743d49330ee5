"""The tables can be spread over servers by audience, and `docs/spreading.md` says how for each of them."""

import re
from pathlib import Path

import pytest
from sqlalchemy import Table, UniqueConstraint, event

from bot.archives import archives, restores
from bot.archives.jobs import ARCHIVE, RESTORE
from storage.contacts.contacts import Segment
from storage.contacts.tables import Contact
from storage.migrations.tables import metadata
from tests.conftest import NOW
from tests.support.audiences import cleaned, run

ROOT = Path(__file__).parents[1]
DOCUMENT = (ROOT / "docs/spreading.md").read_text(encoding="utf-8")
SPREAD = set(re.findall(r"create_distributed_table\('(\w+)', 'audience_id'", DOCUMENT))
EVERYWHERE = set(re.findall(r"create_reference_table\('(\w+)'\)", DOCUMENT))
STAY = set(re.findall(r"`(\w+)`", DOCUMENT.split("These stay")[1].split("They are")[0]))
LACKING = re.compile(
    r"\b(LISTEN|NOTIFY|UNLISTEN)\s+\w|pg_\w*advisory\w*|CREATE (OR REPLACE )?(TRIGGER|FUNCTION|PROCEDURE)"
    r"|\bWITH\b[^;]*\bAS\s+(NOT\s+|MATERIALIZED\s+)*\(\s*(INSERT|UPDATE|DELETE)\b",
    re.IGNORECASE,
)


def test_the_document_says_of_every_table_where_it_goes():
    assert Contact.__tablename__ in SPREAD
    assert set(metadata.tables) == SPREAD | EVERYWHERE | STAY
    assert len(SPREAD) + len(EVERYWHERE) + len(STAY) == len(metadata.tables)


@pytest.mark.parametrize("name", sorted(SPREAD))
def test_the_keys_of_a_table_that_is_spread_are_led_by_the_audience(name):
    table = metadata.tables[name]
    assert next(iter(table.primary_key.columns)).name == "audience_id"
    assert all("audience_id" in columns for columns in _unique(table))
    assert {key.column.table.name for key in table.foreign_keys} <= EVERYWHERE
    assert all(index.columns[0].name == "audience_id" for index in table.indexes)


def test_nothing_refers_to_a_table_that_is_spread():
    referred = {key.column.table.name for table in metadata.tables.values() for key in table.foreign_keys}
    assert not referred & SPREAD


def test_no_statement_uses_what_such_engines_lack(database):
    """Those of an import, an archive and its Undo as they are sent, and every text of the storage."""
    sent: list[str] = []
    event.listen(database.engine, "before_cursor_execute", lambda *call: sent.append(call[2]))
    audience = cleaned(database, 3)
    plan = archives.plan(database, Segment(audience_id=audience), by="U1", word="x", now=NOW)
    archives.confirm(database, plan.id, "x", by="U1", now=NOW)
    archive = run(database, ARCHIVE, archives.work)
    restores.undo(database, audience, archive.id, by="U1", now=NOW)
    run(database, RESTORE, restores.work)
    assert len(sent) > 20
    written = [path.read_text(encoding="utf-8") for path in (ROOT / "storage").rglob("*.py")]
    assert [found[0] for text in (*sent, *written) if (found := LACKING.search(text))] == []
    assert not any(re.search(r"\.(add_)?cte\(", text) for text in written)


@pytest.mark.parametrize(
    "statement",
    [
        "LISTEN jobs",
        "SELECT pg_advisory_xact_lock(1)",
        "WITH moved AS (DELETE FROM contact RETURNING id) SELECT 1",
    ],
)
def test_what_such_engines_lack_would_be_found(statement):
    assert LACKING.search(statement)


def _unique(table: Table) -> list[list[str]]:
    constraints = [each.columns for each in table.constraints if isinstance(each, UniqueConstraint)]
    indexes = [each.columns for each in table.indexes if each.unique]
    return [[column.name for column in columns] for columns in (*constraints, *indexes)]
