"""The tables can be spread over servers by audience: how they are made, what is sent to them, and the SQL that does it."""

import re
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import Table, UniqueConstraint, delete, event, exists, func, insert, select, text, update
from sqlmodel import col
from sqlmodel import select as select_model

from bot.archives import archives, restores
from bot.archives.jobs import ARCHIVE, RESTORE
from bot.workspaces import workspaces
from handlers import cli
from storage.archives.tables import Archive, ArchiveMember
from storage.contacts.contacts import TABLE, Segment
from storage.contacts.tables import Contact, ContactCount
from storage.core.database import Database
from storage.core.tables import AudienceRow, is_spread
from storage.jobs.tables import JobRow
from storage.migrations import spreading
from storage.migrations.spreading import Part
from storage.migrations.tables import metadata
from tests.conftest import NOW
from tests.support import cluster
from tests.support.audiences import cleaned, run

ROOT = Path(__file__).parents[1]
STUB = (ROOT / "tests/support/citus_stub.sql").read_text(encoding="utf-8")
SPREAD = [name for name, table in metadata.tables.items() if is_spread(table)]
LACKING = re.compile(
    r"\b(LISTEN|NOTIFY|UNLISTEN)\s+\w|pg_\w*advisory\w*|CREATE (OR REPLACE )?(TRIGGER|FUNCTION|PROCEDURE)"
    r"|\bWITH\b[^;]*\bAS\s+(NOT\s+|MATERIALIZED\s+)*\(\s*(INSERT|UPDATE|DELETE)\b",
    re.IGNORECASE,
)
MEMBER: Table = ArchiveMember.__table__  # type: ignore[attr-defined]
COUNT: Table = ContactCount.__table__  # type: ignore[attr-defined]
AUDIENCE: Table = AudienceRow.__table__  # type: ignore[attr-defined]
JOB: Table = JobRow.__table__  # type: ignore[attr-defined]
ARCHIVES: Table = Archive.__table__  # type: ignore[attr-defined]
on_postgresql = pytest.mark.parametrize("engine_name", ["postgresql"], indirect=True)


def test_what_has_contacts_is_spread_and_what_is_claimed_or_queued_is_not():
    of_contacts = {name for name, table in metadata.tables.items() if "contact_id" in table.columns}
    assert of_contacts - set(SPREAD) == {"consent"}
    assert {"contact", "contact_count", "archive", "export", "incident", "cleaning_policy"} <= set(SPREAD)
    assert not {"audience", "job", "draft", "turn", "journal", "delivery", "digest_run"} & set(SPREAD)


@pytest.mark.parametrize("name", sorted(SPREAD))
def test_the_keys_of_a_table_that_is_spread_are_led_by_the_audience(name):
    table = metadata.tables[name]
    assert next(iter(table.primary_key.columns)).name == "audience_id"
    assert all("audience_id" in columns for columns in _unique(table))
    assert {key.column.table.name for key in table.foreign_keys} <= {"audience"}
    assert all(index.columns[0].name == "audience_id" for index in table.indexes)


def test_nothing_refers_to_a_table_that_is_spread():
    referred = {key.column.table.name for table in metadata.tables.values() for key in table.foreign_keys}
    assert not referred & set(SPREAD)


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


ONE = TABLE.c.audience_id == 1
REFUSED = {
    "a join with a local table": select(TABLE.c.id)
    .join(AUDIENCE, AUDIENCE.c.id == TABLE.c.audience_id)
    .where(ONE),
    "a subquery on a local table": select(TABLE.c.id).where(
        ONE, TABLE.c.audience_id.in_(select(AUDIENCE.c.id))
    ),
    "a local table that asks for rows": select(JOB.c.id).where(
        exists().where(ARCHIVES.c.audience_id == JOB.c.audience_id, ARCHIVES.c.id == JOB.c.id)
    ),
    "no audience": select(TABLE.c.id).where(TABLE.c.address_key == "ann@example.com"),
    "an audience or something else": select(TABLE.c.id).where(ONE | (TABLE.c.id == 3)),
    "another than an audience": select(TABLE.c.id).where(TABLE.c.audience_id != 1),
    "no audience for one of two": select(TABLE.c.id)
    .join(MEMBER, MEMBER.c.contact_id == TABLE.c.id)
    .where(ONE),
    "no audience in a subquery": select(TABLE.c.id).where(ONE, TABLE.c.id.in_(select(MEMBER.c.contact_id))),
    "a subquery of the same table": select(TABLE.c.id).where(
        ONE, TABLE.c.id.in_(select(func.max(TABLE.alias().c.id)))
    ),
    "a derived table without an audience": select(func.count()).select_from(select(MEMBER).subquery()),
    "one part of a union": select(TABLE.c.id).where(ONE).union_all(select(MEMBER.c.contact_id)),
    "a change of all audiences": update(TABLE).values(notes="x").where(TABLE.c.status == "cleaned"),
    "a change of several audiences": update(TABLE).values(notes="x").where(TABLE.c.audience_id.in_([1, 2])),
    "a deletion of all audiences": delete(TABLE).where(TABLE.c.id == 1),
    "another audience for a row": update(TABLE).values(audience_id=2).where(ONE),
    "a function whose result differs": update(TABLE).values(cleaned_at=func.now()).where(ONE),
    "locks in several audiences": select(TABLE.c.id).where(TABLE.c.audience_id.in_([1, 2])).with_for_update(),
    "a join of several audiences": select(TABLE.c.id)
    .join(MEMBER, MEMBER.c.audience_id == TABLE.c.audience_id)
    .where(TABLE.c.audience_id.in_([1, 2])),
    "an object of the ORM": select_model(Contact).where(Contact.id == 3),
    "two objects of the ORM": select_model(Contact, AudienceRow).where(
        col(AudienceRow.id) == Contact.audience_id, Contact.audience_id == 1
    ),
    "rows without an audience": insert(MEMBER).from_select(["contact_id"], select(TABLE.c.id).where(ONE)),
}
ALLOWED = {
    "one audience": select(TABLE.c.id).where(ONE, TABLE.c.id > 3).with_for_update(),
    "one audience in two tables": select(TABLE.c.id)
    .join(MEMBER, MEMBER.c.audience_id == TABLE.c.audience_id)
    .where(ONE),
    "a subquery on the same audience": select(TABLE.c.id).where(
        ONE, ~exists().where(MEMBER.c.audience_id == TABLE.c.audience_id, MEMBER.c.contact_id == TABLE.c.id)
    ),
    "rows of the same audience": insert(MEMBER).from_select(
        ["audience_id", "contact_id"], select(TABLE.c.audience_id, TABLE.c.id).where(ONE)
    ),
    "an object of the ORM": select_model(Contact).where(Contact.audience_id == 1, Contact.id == 3),
    "local tables": select(JOB.c.id).join(AUDIENCE, AUDIENCE.c.id == JOB.c.audience_id),
    "a change in an audience": update(TABLE).values(notes=func.coalesce(TABLE.c.notes, "x")).where(ONE),
    "a derived table": select(func.count()).select_from(
        select(COUNT).where(COUNT.c.audience_id == 1).subquery()
    ),
}


@pytest.mark.parametrize("what", REFUSED)
def test_a_statement_that_a_cluster_refuses_is_known(what):
    assert cluster.analysed(REFUSED[what]).faults


@pytest.mark.parametrize("what", ALLOWED)
def test_a_statement_that_a_cluster_takes_is_not_refused(what):
    analysis = cluster.analysed(ALLOWED[what])
    assert not analysis.faults
    assert not analysis.names_several


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT id FROM contact WHERE address_key = %s",
        "SELECT id FROM contact JOIN audience ON true WHERE audience_id = %s",
        "DELETE FROM contact WHERE id = %s",
    ],
)
def test_a_statement_sent_as_text_is_read_too(statement):
    assert cluster.analysed_text(statement).faults
    assert not cluster.analysed_text("SELECT id FROM contact WHERE audience_id = %s AND id = %s").faults


def test_what_may_name_several_audiences_exists():
    for name in cluster.SEVERAL_AUDIENCES:
        module, _, function = name.rpartition(".")
        source = (ROOT / f"{module.replace('.', '/')}.py").read_text(encoding="utf-8")
        assert f"def {function}(" in source


@on_postgresql
def test_the_program_is_refused_what_a_cluster_refuses(database, monkeypatch):
    """As it is sent, by a function of the storage."""
    from storage.contacts import contacts

    monkeypatch.setattr(cluster, "caller", lambda: "storage.contacts.contacts.some_function")
    with database.reading() as session, pytest.raises(cluster.Refused):
        contacts.with_key(session, "ann@example.com", [1, 2])
    assert len(cluster.refused) == 1
    cluster.refused.clear()


@on_postgresql
def test_changes_of_several_tables_in_a_transaction_are_one_after_the_other(database):
    statements = ("ALTER TABLE contact ADD x int", "ALTER TABLE audience ADD x int")
    with database.engine.connect() as connection:
        faults = [cluster._ddl_faults(connection, each) for each in statements]
        assert [bool(each) for each in faults] == [False, True]
        cluster._forget_ddl(connection)
        for each in ("SET LOCAL citus.multi_shard_modify_mode TO 'sequential'", *statements):
            assert not cluster._ddl_faults(connection, each)


@pytest.fixture
def stubbed(database: Database, database_url: str, monkeypatch: pytest.MonkeyPatch) -> Database:
    """A database with functions named as those of Citus."""
    monkeypatch.setenv("DATABASE_URL", database_url)
    _execute(database, STUB)
    return database


def _run_printed(database: Database, capsys: pytest.CaptureFixture[str]) -> list[str]:
    """Runs what the command prints, one statement after the other; returns the statements."""
    assert cli.main(["spread", "--sql"]) == 0
    lines = [line for line in capsys.readouterr().out.splitlines() if not line.startswith("--")]
    _execute(database, *lines)
    return lines


def _execute(database: Database, *statements: str) -> None:
    """Runs statements as psql does."""
    url = database.url.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(url, autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement.encode())


@on_postgresql
def test_the_printed_sql_spreads_all_tables_and_then_nothing_is_left(stubbed, capsys):
    cleaned(stubbed, 3)
    lines = _run_printed(stubbed, capsys)
    _execute(stubbed, "SELECT citus_add_node('w1', 5432)")
    with stubbed.engine.connect() as connection:
        known = dict(
            connection.execute(text("SELECT logicalrelid::text, partmethod FROM pg_dist_partition")).all()
        )
    assert {name for name, method in known.items() if method == "h"} == set(SPREAD)
    assert {name for name, method in known.items() if method == "n"} == set(metadata.tables) - set(SPREAD)
    assert lines[-1].startswith("SELECT truncate_local_data_after_distributing_table")
    assert spreading.steps(stubbed) == []
    assert _run_printed(stubbed, capsys) == []
    assert cli.main(["spread"]) == 0
    assert "Nothing is left to do" in capsys.readouterr().out


@on_postgresql
def test_a_table_of_a_later_version_is_all_that_is_left(stubbed, capsys):
    """Citus itself makes a new table with a key to a known one known, as one that stays."""
    _run_printed(stubbed, capsys)
    _execute(
        stubbed,
        "UPDATE pg_dist_partition SET partmethod = 'n' WHERE logicalrelid = 'incident'::regclass",
        "DELETE FROM pg_dist_partition WHERE logicalrelid = 'forgotten'::regclass",
        "ALTER TABLE incident ADD CONSTRAINT fk_incident_audience_id"
        " FOREIGN KEY (audience_id) REFERENCES audience",
    )
    cli.main(["check"])
    assert "6 statements are left to run" in capsys.readouterr().out
    lines = _run_printed(stubbed, capsys)
    assert lines == [
        "BEGIN;",
        "SET LOCAL citus.multi_shard_modify_mode TO 'sequential';",
        "ALTER TABLE incident DROP CONSTRAINT fk_incident_audience_id;",
        "COMMIT;",
        "SELECT citus_add_local_table_to_metadata('forgotten');",
        "SELECT create_distributed_table('incident', 'audience_id', colocate_with => 'contact');",
    ]


@on_postgresql
def test_the_tables_of_each_workspace_are_spread(stubbed, capsys):
    workspaces.add(stubbed, "T0OTHER", "Other", NOW)
    other = stubbed.beside("t0other")
    _execute(stubbed, "SELECT citus_add_node('w1', 5432)")
    lines = _run_printed(stubbed, capsys)
    assert lines.count("SELECT create_distributed_table('contact', 'audience_id');") == 2
    assert lines.count('SET search_path TO "t0other";') == 1
    assert spreading.steps(stubbed) == spreading.steps(other) == []
    assert _run_printed(stubbed, capsys) == []


@on_postgresql
def test_a_table_that_was_on_every_server_comes_back(stubbed, capsys):
    _execute(stubbed, "INSERT INTO pg_dist_partition VALUES ('audience', 'n', 't')")
    assert Part.UNDO in [step.part for step in spreading.steps(stubbed)]
    _run_printed(stubbed, capsys)
    assert [step.part for step in spreading.steps(stubbed)] == [Part.NODES]


@on_postgresql
def test_without_the_extension_it_is_the_first_thing_to_make(database, database_url, monkeypatch, capsys):
    monkeypatch.setenv("DATABASE_URL", database_url)
    assert cli.main(["spread", "--sql"]) == 0
    statements = [line for line in capsys.readouterr().out.splitlines() if not line.startswith("--")]
    assert statements[0] == "CREATE EXTENSION citus;"
    assert sum("create_distributed_table" in each for each in statements) == len(SPREAD)


@pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
def test_a_file_can_t_be_spread(database, database_url, monkeypatch, capsys):
    monkeypatch.setenv("DATABASE_URL", database_url)
    assert cli.main(["spread", "--sql"]) == 1
    assert "PostgreSQL" in capsys.readouterr().err


def test_the_document_says_to_run_the_command():
    document = (ROOT / "docs/spreading.md").read_text(encoding="utf-8")
    assert "cleaned spread --sql" in document
    assert "create_distributed_table(" not in document


def _unique(table: Table) -> list[list[str]]:
    constraints = [each.columns for each in table.constraints if isinstance(each, UniqueConstraint)]
    indexes = [each.columns for each in table.indexes if each.unique]
    return [[column.name for column in columns] for columns in (*constraints, *indexes)]
