"""Which workspaces are served: what is wrong with one, or with one process, is not the others' trouble."""

import logging
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import pytest
from sqlalchemy import text

from bot.core.settings import Settings
from bot.workspaces import workspaces
from bot.workspaces.databases import DatabaseUnreachable
from handlers.clock import utc_now
from handlers.slack.installation.installations import Installations, Installed
from handlers.slack.installation.rotation import Rotation
from handlers.slack.workspaces import Served, Workspaces
from storage.core.database import Database
from tests.support import oauth
from tests.support.audiences import import_csv
from tests.support.oauth import FakeOAuth

Start = Callable[..., Workspaces]


@pytest.fixture
def slack() -> Iterator[FakeOAuth]:
    with FakeOAuth() as running:
        yield running


@pytest.fixture
def start(database: Database, database_url: str, slack: FakeOAuth) -> Iterator[Start]:
    """Starts one more process on the database."""
    with ExitStack() as running:

        def begin(**given: Any) -> Workspaces:
            settings = oauth.settings(slack_api_url=slack.url, DATABASE_URL=database_url, **given)
            made = process(database, settings)
            running.callback(made.close)
            return made

        yield begin


def process(database: Database, settings: Settings) -> Workspaces:
    installations = Installations(database, settings)
    made = Workspaces(settings, database, installations, Rotation(installations, database, settings, utc_now))
    made.reload()
    return made


def install(served: Workspaces, *teams: str, **given: Any) -> None:
    for team in teams:
        installation = oauth.installation(team, **given)
        served._installations.save(installation)
        served.install(Installed.of(installation))


def ids(served: Workspaces) -> set[str]:
    return {each.workspace.id for each in served.contexts()}


def wait(is_so: Callable[[], bool]) -> None:
    until = monotonic() + 20
    while not is_so():
        assert monotonic() < until
        sleep(0.02)


def break_(database: Database) -> Callable[[], object]:
    """Takes the database of a workspace away; returns what gives it back."""
    if not database.is_sqlite:
        with database.engine.begin() as connection:
            connection.exec_driver_sql(f'ALTER SCHEMA "{database.schema}" RENAME TO elsewhere')

        def rename() -> None:
            with database.engine.begin() as connection:
                connection.exec_driver_sql(f'ALTER SCHEMA elsewhere RENAME TO "{database.schema}"')

        return rename
    database.close()
    path = Path(database.url.database or "")
    path.rename(aside := path.with_suffix(".aside"))
    return lambda: aside.rename(path)


def test_one_workspace_whose_database_is_gone_leaves_the_others_served(
    start: Start, database: Database, caplog: pytest.LogCaptureFixture
):
    running = start()
    install(running, "T1", "T2")
    for context in running.contexts():
        import_csv(context.database, "Email\na@example.com\n", audience=context.workspace.id)
    broken = next(each.database for each in running.contexts() if each.workspace.id == "T1")
    give_back = break_(broken)
    caplog.set_level(logging.ERROR)
    again = start()
    assert ids(again) == {"T2"}
    for _ in range(2):
        again.reload()
        running.reload()
    assert {again.fault(), running.fault()} == {"1 not served"}
    assert ids(running) == {"T2"}
    assert len([each for each in caplog.messages if "T1 is not served" in each]) == 2, "once by each process"
    for make in (partial(install, again, "T1"), partial(workspaces.migrate, database, "t1")):
        with pytest.raises(DatabaseUnreachable):  # an empty one would hide that
            make()
    give_back()
    for served in (again, running):
        served.reload()
        assert ids(served) == {"T1", "T2"}
        assert served.fault() == ""


def test_one_token_that_can_not_be_decrypted_leaves_the_others_served(
    start: Start, database: Database, caplog: pytest.LogCaptureFixture
):
    running = start()
    install(running, "T1", "T2")
    with database.engine.begin() as connection:
        token = connection.scalar(text("SELECT bot_token FROM slack_installations WHERE team_id = 'T1'"))
        broken = text("UPDATE slack_installations SET bot_token = :token WHERE team_id = 'T1'")
        connection.execute(broken, {"token": "gAAAAAB"})
    caplog.set_level(logging.ERROR)
    again = start()
    install(again, "T3")
    for _ in range(2):
        again.reload()
        running.reload()
    assert (ids(again), ids(running)) == ({"T2", "T3"}, {"T1", "T2", "T3"}), "one that was served still is"
    assert {again.fault(), running.fault()} == {"1 not served"}
    assert len([each for each in caplog.messages if "T1 is not served" in each]) == 2, "once by each process"
    with database.engine.begin() as connection:
        connection.execute(broken, {"token": token})
    for served in (again, running):
        served.reload()
        assert ids(served) == {"T1", "T2", "T3"}
        assert served.fault() == ""


def test_a_workspace_whose_tasks_can_not_be_scheduled_is_tried_again(start: Start):
    install(start(), "T1", "T2")
    served = start()
    served._served.clear()
    failing = {"T1"}

    def change(each: Served) -> None:
        if each.context.workspace.id in failing:
            raise OSError

    served.changed = change
    served.reload()
    assert ids(served) == {"T2"}
    failing.clear()
    served.reload()
    assert ids(served) == {"T1", "T2"}


def test_what_a_process_left_undone_when_it_died_is_done_by_another(start: Start, database: Database):
    first = start()
    first._installations.save(oauth.installation("T1"))  # and no more
    install(first, "T2")
    workspaces.mark_removed(database, ["T2"], utc_now())  # by one that saw it without an installation
    assert ids(start()) == {"T1", "T2"}
    assert not any(each.is_removed for each in workspaces.list_all(database))


def test_with_another_app_s_id_nothing_is_taken_for_removed(start: Start, database: Database):
    install(start(), "T1")
    assert ids(start(slack_client_id="another.app")) == set()
    assert not any(each.is_removed for each in workspaces.list_all(database))
    assert ids(start()) == {"T1"}


def test_requests_that_come_together_after_an_installation_elsewhere_are_all_answered(start: Start):
    elsewhere, here = start(), start()
    install(elsewhere, "T1")
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: here.find(None, "T1"), range(8)))
    assert all(found)
    assert here.find(None, "T2") is None
    assert here.find(None, "T2") is None


def test_a_new_token_changes_nothing_else(start: Start):
    served = start()
    install(served, "T1")
    [before] = served.all()
    install(served, "T1", bot_token="xoxb-hush-new")
    [after] = served.all()
    assert after.context.client.token == "xoxb-hush-new"
    assert after.context.database is before.context.database
    assert after.seen is before.seen
    assert after.context.people is not before.context.people


def test_the_workspace_of_a_former_bot_token_keeps_the_main_database(start: Start, database: Database):
    import_csv(database, "Email\na@example.com\n")
    workspaces.add(database, "T1", "Ours", utc_now(), place=workspaces.MAIN)
    served = start(CLEANED_TIMEZONE="Europe/Paris")
    install(served, "T1")
    [context] = served.contexts()
    assert context.database is database
    assert context.settings.timezone == "Europe/Paris"


def test_an_organization_s_workspace_that_can_not_be_made_leaves_its_others(
    start: Start, slack: FakeOAuth, monkeypatch: pytest.MonkeyPatch
):
    served = start()
    teams = [("T1", "One"), ("T../x", "Odd"), ("T2", "Two")]
    monkeypatch.setattr("handlers.slack.workspaces._teams", lambda *_: iter(teams))
    org = oauth.installation(None, enterprise_id="E1", is_enterprise_install=True)
    served._installations.save(org)
    served.install(Installed.of(org))
    assert ids(served) == {"T1", "T2"}


def test_workspaces_that_an_organization_s_admins_add_and_take_out_are_followed(
    start: Start, monkeypatch: pytest.MonkeyPatch
):
    served = start()
    teams = {"T1": "One", "T2": "Two"}
    monkeypatch.setattr("handlers.slack.workspaces._teams", lambda *_: iter(teams.items()))
    org = oauth.installation(None, enterprise_id="E1", is_enterprise_install=True)
    served._installations.save(org)
    served.install(Installed.of(org))
    assert ids(served) == {"T1", "T2"}
    del teams["T1"]
    teams["T3"] = "Three"
    for _ in range(2):
        served.contexts()[-1].teams_changed()
        assert ids(served) == {"T2", "T3"}
    served.reload()
    assert ids(served) == {"T2", "T3"}


def test_only_a_token_that_slack_goes_on_refusing_is_given_up(start: Start, slack: FakeOAuth):
    served = start()
    install(served, "T1")
    [installed] = served._installations.all()
    served._remove_if_refused(installed, utc_now())
    assert ids(served) == {"T1"}, "Slack takes it after all"
    slack.refusal = "token_revoked"
    served._refused("T1", installed, "token_revoked")
    wait(lambda: ids(served) == set())
    assert served._installations.all() == []
