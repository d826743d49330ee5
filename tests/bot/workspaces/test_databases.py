"""The database is opened at this program's version, or a sentence says what to do."""

from pathlib import Path

import pytest
from sqlalchemy import text

from bot.workspaces import databases
from handlers import cli
from handlers.words import words
from storage.core.database import Database
from storage.migrations.tables import metadata


def test_a_sqlite_file_is_made_with_its_folder_and_brought_up(tmp_path: Path):
    url = f"sqlite:///{tmp_path / 'not yet' / 'cleaned.db'}"
    database = databases.open_current(url)
    assert databases.migrate(database) is False
    database.close()


def test_a_database_of_a_newer_program_is_left_alone(database: Database):
    with database.transaction() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    url = database.url.render_as_string(hide_password=False)
    with pytest.raises(databases.DatabaseNewer):
        databases.open_current(url)


def test_an_older_postgresql_waits_for_migrate_and_an_older_sqlite_does_not(database: Database):
    with database.transaction() as session:
        session.execute(text("DELETE FROM alembic_version"))
    with pytest.raises(databases.DatabaseBehind):
        databases.check_version(database)
    if not database.is_sqlite:
        with pytest.raises(databases.DatabaseBehind):
            databases.open_current(database.url.render_as_string(hide_password=False))


@pytest.mark.parametrize("url", ["nonsense", "mysql://host/name"])
def test_a_url_of_no_database_that_we_know_is_refused(url: str):
    with pytest.raises(databases.BadDatabaseUrl):
        databases.open_any_version(url)


def test_what_can_t_be_opened_is_unreachable_and_its_password_is_not_shown(tmp_path: Path):
    (tmp_path / "text.db").write_text("this is no database, whatever its name says" * 50)
    (tmp_path / "file").write_text("")
    for url in (
        f"sqlite:///{tmp_path / 'text.db'}",
        f"sqlite:///{tmp_path / 'file' / 'x.db'}",
        "postgresql://me:secret@127.0.0.1:1/cleaned",
    ):
        with pytest.raises(databases.DatabaseUnreachable) as caught:
            databases.open_any_version(url)
        assert "secret" not in str(caught.value.values)


@pytest.mark.parametrize(
    "command", [["run"], ["check"], ["import", "x.csv", "--audience", "News"], ["migrate"]]
)
def test_each_command_says_so_of_a_newer_database(
    database: Database,
    command: list[str],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    with database.transaction() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    before = _everything(database)
    monkeypatch.setenv("DATABASE_URL", database.url.render_as_string(hide_password=False))
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-test")
    monkeypatch.setenv("SLACK_SIGNING_SECRET", "0123456789abcdef")
    monkeypatch.setenv("SLACK_API_URL", "http://127.0.0.1:1/")
    monkeypatch.setenv("LC_ALL", "en_GB.UTF-8")
    assert cli.main(command) == cli.FAILED
    said = "".join(capsys.readouterr())
    assert words("en")("error-database-newer") in said
    assert _everything(database) == before


def _everything(database: Database) -> list[object]:
    with database.reading() as session:
        return [list(session.connection().execute(table.select())) for table in metadata.sorted_tables]
