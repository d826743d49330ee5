"""Everything kept agrees: each thing that is broken by hand is found, told, and put right where it can be."""

import sqlite3
from contextlib import closing
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from shutil import copy

import pytest
from sqlalchemy import text

from bot.archives import archives, restores
from bot.archives.jobs import ARCHIVE, RESTORE
from bot.audiences.audiences import list_all
from bot.contacts import counts
from bot.exports import exports
from bot.exports.jobs import EXPORT, ExportTask
from bot.imports import imports
from bot.imports.jobs import IMPORT
from bot.jobs import jobs
from bot.maintenance import consistency
from handlers.terminal.checks import deep
from handlers.words import words
from storage.audiences import journal
from storage.contacts.contacts import Segment
from storage.core import schema
from storage.core.database import Database
from storage.jobs import jobs as job_rows
from storage.maintenance import recounts
from tests.conftest import NOW
from tests.support import large
from tests.support.audiences import claim, cleaned, run, statuses, step
from tests.support.figures import assert_exact

FIGURES = {
    "checks-status": "UPDATE contact_count SET n = n - 3 WHERE status = 'cleaned' AND reason = 'hard'",
    "checks-day": "DELETE FROM cleaned_day WHERE reason = 'soft'",
    "checks-domain": "UPDATE domain_count SET cleaned = 7 WHERE domain = 'example.com'",
    "checks-worth-a-look": "UPDATE audience SET worth_a_look = -4",
}
RELATIONS = {
    "checks-archive": "UPDATE archive SET restored = restored + 1",
    "checks-no-archive": "UPDATE contact SET archive_number = NULL WHERE status = 'archived'",
    "checks-not-archived": "UPDATE contact SET status = status_before, status_before = NULL WHERE status = 'archived'",
    "checks-journal-archive": "DELETE FROM journal WHERE what = 'archive'",
    "checks-journal-restore": "UPDATE journal SET n = n + 1 WHERE what = 'restore'",
    "checks-journal-export": "DELETE FROM export",
    "checks-journal-import": "UPDATE journal SET n = n + 1 WHERE what = 'import'",
    "checks-journal-fix": "INSERT INTO journal (at, who, what, audience_id, n, detail) SELECT at, who, 'fix', audience_id, 1, detail FROM journal WHERE what = 'import'",
    "checks-untold": "UPDATE job SET told_at = NULL, lease_until = NULL WHERE kind = 'archive'",
    "checks-still": "UPDATE job SET state = 'running', lease_until = finished_at WHERE kind = 'export'",
}


@pytest.fixture
def lived_in(database: Database) -> Database:
    """Contacts were imported, exported, archived and half of these brought back."""
    audience = cleaned(database, 20)
    with database.transaction() as session:
        session.connection().execute(
            text(
                "INSERT INTO verdict (audience_id, contact_id, at, reason, counted, needed, cause, code, weakness)"
                " SELECT audience_id, id, cleaned_at, 'hard', 1, 1, '', '', 'full' FROM contact WHERE id = 20"
            )
        )
        session.connection().execute(text("UPDATE audience SET worth_a_look = 1"))
    plan = archives.plan(database, Segment(audience_id=audience, reason="soft"), by="U1", word="x", now=NOW)
    archives.confirm(database, plan.id, "x", by="U1", now=NOW)
    archive = run(database, ARCHIVE, archives.work)
    restores.undo(database, audience, archive.id, by="U1", now=NOW, ids=[2, 4])
    run(database, RESTORE, restores.work)
    with open("/dev/null", "wb") as out:  # noqa: PTH123
        exports.write(database, "News", out, now=NOW)
    _export_job(database, audience)
    return database


def test_what_nobody_has_touched_agrees(lived_in):
    assert found(lived_in) == {}


def test_a_database_made_large_agrees(database):
    large.build(database, 3_000)
    assert found(database) == {}


@pytest.mark.parametrize("key", FIGURES)
def test_a_wrong_figure_is_found_and_put_right_and_found_no_more(lived_in, key):
    right = figures(lived_in)
    break_(lived_in, FIGURES[key])
    assert set(found(lived_in)) == {key}
    mended = list(consistency.correct_figures(lived_in, NOW, "terminal"))
    assert {each.key for each in mended} == {key}
    assert found(lived_in) == {}
    assert figures(lived_in) == right
    assert list(consistency.correct_figures(lived_in, NOW, "terminal")) == []
    with lived_in.reading() as session:
        [line] = [each for each in journal.read(session) if each.what == "mend"]
    assert (line.who, line.n) == ("terminal", len(mended))


@pytest.mark.parametrize("key", RELATIONS)
def test_what_does_not_agree_is_found_and_left_as_it_is(lived_in, key):
    break_(lived_in, RELATIONS[key])
    assert key in found(lived_in)
    list(consistency.correct_figures(lived_in, NOW, "terminal"))
    assert key in found(lived_in)


def test_what_changes_while_a_difference_is_looked_for_counts_too(lived_in, monkeypatch):
    break_(lived_in, FIGURES["checks-status"])
    real = recounts.find_differences

    def differences(session, audience_id):
        both = list(real(session, audience_id))
        cleaned(lived_in, 5, first=100)
        return iter(both)

    monkeypatch.setattr(recounts, "find_differences", differences)
    assert len(list(consistency.correct_figures(lived_in, NOW, "terminal"))) == 1
    monkeypatch.undo()
    assert found(lived_in) == {}


def test_two_mends_at_once_add_a_difference_once(lived_in, monkeypatch):
    break_(lived_in, FIGURES["checks-status"])
    real = recounts.find_differences

    def differences(session, audience_id):
        both = list(real(session, audience_id))
        monkeypatch.setattr(recounts, "find_differences", real)
        assert (
            len(list(consistency.correct_figures(lived_in, NOW, "other"))) == 1
        )  # a second process, in between
        return iter(both)

    monkeypatch.setattr(recounts, "find_differences", differences)
    assert list(consistency.correct_figures(lived_in, NOW, "terminal")) == []
    assert found(lived_in) == {}


def test_many_domains_are_told_in_a_few_lines_and_all_put_right(database):
    large.build(database, 3_000)
    break_(database, "DELETE FROM domain_count")
    told = list(consistency.correct_figures(database, NOW, "terminal"))
    assert [each.key for each in told[-1:]] == ["checks-domains-more"]
    assert len(told) == consistency.MOST_DOMAINS + 1
    assert found(database) == {}


def test_a_backup_made_in_the_middle_of_an_import_is_carried_on_to_its_end(
    sqlite_template, tmp_path, monkeypatch
):
    monkeypatch.setattr(imports, "ROWS_PER_CHUNK", 2_000)
    copy(sqlite_template.removeprefix("sqlite:///"), tmp_path / "cleaned.db")
    database, again = (Database(f"sqlite:///{tmp_path / name}") for name in ("cleaned.db", "backup.db"))
    audience = cleaned(database, 3)
    file = BytesIO(b"Email Address,CLEAN_TIME\n" + b"".join(b"n%d@example.com,\n" % n for n in range(6_000)))
    imports.receive(database, file, name="cleaned_x_export.csv", audience="News", by="U1", now=NOW)
    step(imports.work(database, claim(database, IMPORT), lambda: NOW))
    with (
        closing(sqlite3.connect(tmp_path / "cleaned.db")) as other,
        closing(sqlite3.connect(tmp_path / "backup.db")) as target,
    ):
        other.backup(target)  # what `.backup` of docs/operating.md does
    database.close()
    assert 3 < len(statuses(again, audience)) < 6_003
    assert found(again) == {"checks-still": 1}
    run(again, IMPORT, imports.work, NOW + timedelta(hours=1))
    assert found(again) == {}
    assert len(statuses(again, audience)) == 6_003
    again.close()


@pytest.mark.parametrize("language", ["en", "fr"])
def test_each_difference_has_its_sentence(lived_in, language):
    for statement in {**FIGURES, **RELATIONS}.values():
        break_(lived_in, statement)
    sentences = [
        deep.sentence(words(language), each)
        for each in consistency.find_inconsistencies(lived_in, NOW + timedelta(hours=1))
    ]
    assert len(sentences) >= 12
    assert all("News" in each for each in sentences)


def found(database: Database) -> dict[str, int]:
    """Key → how many."""
    keys = [each.key for each in consistency.find_inconsistencies(database, NOW + timedelta(hours=1))]
    return {key: keys.count(key) for key in keys}


def figures(database: Database):
    [audience] = list_all(database)
    return counts.figures(database, audience, NOW, "UTC")


def break_(database: Database, statement: str) -> None:
    with database.transaction() as session:
        assert session.connection().execute(text(statement)).rowcount


def _export_job(database: Database, audience: int) -> None:
    with database.transaction() as session:
        task = ExportTask(Segment(audience_id=audience), "D1")
        job = jobs.create(session, EXPORT, task, by="U1", now=NOW, audience_id=audience)
        job_rows.save(session, job.id, None, state="done", finished_at=NOW, told_at=NOW)


def test_work_that_waits_for_the_work_before_it_does_not_stand_still(database):
    audience = cleaned(database, 3)
    long_ago = NOW - timedelta(days=1)
    for _ in range(2):
        file = BytesIO(b"Email Address\nann@example.com\n")
        imports.receive(database, file, name="x.csv", audience="News", by="U1", now=long_ago)
    with database.transaction() as session:
        for job in job_rows.unfinished(session, IMPORT.kind):
            job.audience_id = audience
    assert found(database) == {"checks-still": 2}
    claim(database, IMPORT, NOW + timedelta(hours=1))
    assert found(database) == {}


def test_a_database_that_was_just_made_can_be_recounted(tmp_path: Path):
    """By the same connection: SQLite, once asked for its schema, keeps where it sorts."""
    database = Database(f"sqlite:///{tmp_path / 'new.db'}")
    schema.migrate(database)
    cleaned(database, 2)
    assert_exact(database)
    database.close()
