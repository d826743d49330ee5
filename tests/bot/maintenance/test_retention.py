"""What is kept by the settings, and what is older."""

from dataclasses import replace
from datetime import timedelta

from bot.bounces import intake
from bot.bounces.events import EventKind
from bot.core import settings as core_settings
from bot.maintenance import consistency
from bot.maintenance.cleanup import delete_expired, delete_expired_of_removed
from bot.maintenance.retention import Retention
from bot.workspaces import workspaces
from storage.audiences import journal
from storage.core.database import Database
from tests.conftest import NOW
from tests.support import every_table
from tests.support.audiences import import_csv
from tests.support.bot.forget import bounced

DAY = timedelta(days=1)
EVERYTHING = Retention(bounces=30, journal=30, exports=30, set_aside=30)


def kept(database: Database) -> dict[str, int]:
    rows = every_table.n_of(database)
    return {name: rows[name] for name in ("evidence", "journal", "export", "set_aside", "contact")}


def test_each_is_deleted_after_its_time_and_not_before(database: Database):
    audience = import_csv(database, "Email\nann@example.com", name="subscribed_x_export.csv")
    every_table.fill(database, "ann@example.com", audience, 1)  # all of 2026-11-24, 9:00
    before = kept(database)
    filled = NOW.replace(hour=9, minute=0)
    delete_expired(database, filled + 30 * DAY, EVERYTHING)
    assert kept(database) == before
    delete_expired(database, filled + 31 * DAY)
    assert kept(database) == before | {"set_aside": 0}
    delete_expired(database, filled + 31 * DAY, EVERYTHING)
    # The lines that tell how many lines and records were deleted.
    assert kept(database) == before | {"set_aside": 0, "evidence": 0, "export": 0, "journal": 2}
    with database.reading() as session:
        assert {line.what for line in journal.read(session)} == {"retention"}
    assert delete_expired(database, filled + 400 * DAY, EVERYTHING) == 0


def test_complaints_and_who_was_forgotten_stay(database: Database):
    audience = import_csv(database, "Email\nann@example.com", name="subscribed_x_export.csv")
    complaint = replace(bounced("ann@example.com"), kind=EventKind.COMPLAINT, uid="2")
    intake.take_in(database, [bounced("ann@example.com"), complaint], NOW)
    with database.transaction() as session:
        journal.write(session, who="U1", what="forget", at=NOW, n=1)
    delete_expired(database, NOW + 400 * DAY, EVERYTHING)
    [row] = every_table.rows_of(database, "evidence")
    assert (row["audience_id"], row["kind"]) == (audience, "complaint")
    with database.reading() as session:
        assert {line.what for line in journal.read(session)} == {"forget", "retention"}


def test_a_check_does_not_miss_what_was_deleted(database: Database):
    import_csv(database, "Email\nann@example.com", name="subscribed_x_export.csv")
    assert list(consistency.find_inconsistencies(database, NOW)) == []
    delete_expired(database, NOW + 31 * DAY, EVERYTHING)
    assert list(consistency.find_inconsistencies(database, NOW)) == []


def test_what_is_kept_for_a_time_is_deleted_where_the_app_was_removed_too(database: Database):
    """Also where another removed workspace's database is missing."""
    url = database.url.render_as_string(hide_password=False)
    settings = core_settings.load(_env_file=None, DATABASE_URL=url, CLEANED_KEEP_JOURNAL=30)
    places = {}
    for team in ("T1", "T2", "T3"):
        place = workspaces.add(database, team, team, NOW).place
        places[team] = workspaces.open_current(database, place)
        with places[team].transaction() as session:
            journal.write(session, who="U1", what="export", at=NOW, n=1)
    workspaces.mark_removed(database, ["T1", "T2"], NOW)
    places["T1"].drop()
    assert not delete_expired_of_removed(database, settings, NOW + 31 * DAY)

    def lines(team: str) -> set[str]:
        with places[team].reading() as session:
            return {line.what for line in journal.read(session)}

    assert (lines("T2"), lines("T3")) == ({"retention"}, {"export"})
    for team in ("T2", "T3"):
        places[team].close()
