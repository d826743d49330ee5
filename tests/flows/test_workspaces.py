"""Several workspaces: installed by OAuth, each with its own data, until the app is removed."""

import io
import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from time import monotonic, sleep

import httpx
import pytest
from slack_sdk.errors import SlackApiError
from sqlmodel import func, select

from bot.core.settings import Settings, load
from bot.digests import digests
from bot.imports import imports
from bot.imports.jobs import IMPORT
from bot.jobs import jobs
from bot.workspaces import workspaces
from handlers import cli, serve
from handlers.clock import utc_now
from handlers.serve import Parts
from handlers.slack import manifest
from handlers.slack.context import AppContext
from handlers.slack.installation.installations import Installations
from handlers.slack.workspaces import Workspaces
from handlers.standins.slack.server import Workspace
from storage.bounces.tables import Evidence
from storage.core.database import Database
from storage.jobs.tables import JobState
from tests.handlers.web.webhooks import conftest as senders
from tests.handlers.web.webhooks import samples
from tests.support import oauth
from tests.support.audiences import import_csv
from tests.support.bots import PATIENCE
from tests.support.slack import Person

SECOND, EAST, WEST, ORGANIZATION = "T0SECOND", "T0EAST", "T0WEST", "E0GRID"


@dataclass
class Installing:
    """A bot without a token, and Slack with workspaces where it isn't installed."""

    slack: Workspace
    parts: Parts
    settings: Settings
    running: ExitStack

    def install(self, place: str, user: str) -> httpx.Response:
        url = f"http://127.0.0.1:{self.parts.port}"
        return oauth.install(self.slack, url, place, user, "https://bot.example.com")

    def of(self, workspace_id: str) -> AppContext:
        assert self.parts.workspaces
        return next(each for each in self.parts.workspaces.contexts() if each.workspace.id == workspace_id)

    def fill(self, workspace_id: str, audience: str, address: str = "a@example.com") -> None:
        """Adds an audience with a cleaned contact, by the bot's own worker."""
        context = self.of(workspace_id)
        content = io.BytesIO(f"Email\n{address}\n".encode())
        name = "cleaned_x_export.csv"
        job = imports.receive(context.database, content, name=name, audience=audience, by="U1", now=utc_now())
        context.wake()

        def is_done() -> bool:
            found = jobs.get_in_transaction(context.database, IMPORT, job.id)
            return found is not None and found.state is JobState.DONE

        wait(is_done)

    def served(self) -> set[str]:
        assert self.parts.workspaces
        return {each.workspace.id for each in self.parts.workspaces.contexts()}


@contextmanager
def installing(database_url: str, *, of_token: bool = False) -> Iterator[Installing]:
    with Workspace(manifest.path(), ack_seconds=PATIENCE) as slack, ExitStack() as running:
        slack.add_team(SECOND, "Second")
        slack.add_organization(ORGANIZATION, "Grid", {EAST: "East", WEST: "West"})
        slack.redirect_urls.append("https://bot.example.com/slack/oauth_redirect")
        settings = load(
            _env_file=None,
            slack_api_url=slack.api_url,
            slack_app_token=slack.app_token,
            slack_client_id=slack.client_id,
            slack_client_secret=slack.client_secret,
            database_url=database_url,
            CLEANED_PORT=0,
            CLEANED_TOKEN_KEY=oauth.KEY,
            CLEANED_PUBLIC_URL="https://bot.example.com",
            **({"slack_bot_token": slack.bot_token} if of_token else {}),
        )
        yield Installing(slack, serve.start_parts(settings, running), settings, running)


@pytest.fixture
def bot(database_url: str) -> Iterator[Installing]:
    with installing(database_url) as made:
        yield made


def said(person: Person) -> str:
    person.command("/cleaned")
    return str(person.wait_message(lambda message: bool(message.get("ephemeral")))["text"])


def test_each_workspace_sees_its_own_audiences(bot: Installing, database: Database):
    assert bot.served() == set()
    assert bot.install(SECOND, "U0SECONDOLIVIA").status_code == 200
    assert bot.served() == {SECOND}
    assert bot.install(ORGANIZATION, "U0GRIDOLIVIA").status_code == 200
    assert bot.served() == {SECOND, EAST, WEST}
    assert [each.place for each in workspaces.list_all(database)] == ["t0east", "t0second", "t0west"]
    for place, name in ((SECOND, "Ours"), (EAST, "Eastern")):
        bot.fill(place, name)
    people = {
        "U0SECONDOLIVIA": (SECOND, "C0SECONDNEWS"),
        "U0GRIDOLIVIA": (EAST, "C0EASTNEWS"),
        "U0GRIDCAMILLE": (WEST, "C0WESTNEWS"),
    }
    answers = {}
    for user, (team, channel) in people.items():
        with Person(bot.slack, user, channel, team) as person:
            answers[team] = said(person)
    assert "Ours" in answers[SECOND]
    assert "Eastern" in answers[EAST]
    assert "Ours" not in answers[EAST] + answers[WEST]
    assert "Eastern" not in answers[SECOND] + answers[WEST]


def test_a_workspace_that_removes_the_app_is_served_no_longer_and_the_others_are(
    bot: Installing, database: Database
):
    bot.install(SECOND, "U0SECONDOLIVIA")
    bot.install(ORGANIZATION, "U0GRIDOLIVIA")
    bot.fill(SECOND, "Ours")
    bot.slack.uninstall(SECOND)
    wait(lambda: bot.served() == {EAST, WEST})
    assert database_says(database) == {SECOND: True, EAST: False, WEST: False}
    assert Installations(database, bot.settings).find(SECOND) is None
    assert not scheduled(bot, SECOND)
    assert scheduled(bot, EAST)
    with Person(bot.slack, "U0GRIDOLIVIA", "C0EASTNEWS", EAST) as person:
        assert "audience" in said(person)
    assert bot.install(SECOND, "U0SECONDOLIVIA").status_code == 200
    with Person(bot.slack, "U0SECONDOLIVIA", "C0SECONDNEWS", SECOND) as person:
        assert "Ours" in said(person), "its data is there again"


def test_a_token_that_slack_refuses_is_seen_without_an_event(bot: Installing):
    """Events of a removal can be lost."""
    bot.install(SECOND, "U0SECONDOLIVIA")
    for actions in bot.slack._by_team.values():
        actions.tell_ended = lambda *_: None  # type: ignore[method-assign]
    bot.slack.uninstall(SECOND)
    with suppress(SlackApiError):
        bot.of(SECOND).client.auth_test()
    wait(lambda: bot.served() == set())


def test_another_process_serves_what_one_has_installed(bot: Installing):
    bot.install(SECOND, "U0SECONDOLIVIA")
    with ExitStack() as running:
        other = serve.start_parts(bot.settings, running)
        assert other.workspaces
        assert [each.workspace.id for each in other.workspaces.contexts()] == [SECOND]
        bot.install(ORGANIZATION, "U0GRIDOLIVIA")
        assert other.workspaces.find(ORGANIZATION, EAST), "at the first request"
        other.workspaces.reload()
        assert len(other.workspaces.contexts()) == 3
        bot.slack.uninstall(ORGANIZATION)  # of which one of the processes is told
        for each in (bot.parts.workspaces, other.workspaces):
            assert each
            wait(partial(_serves_only, each, SECOND))


def test_work_is_done_for_the_workspace_that_asked_for_it(bot: Installing):
    for place, user in ((SECOND, "U0SECONDOLIVIA"), (ORGANIZATION, "U0GRIDOLIVIA")):
        bot.install(place, user)
    for place in (SECOND, EAST):
        bot.fill(place, "News", f"{place.lower()}@example.com")
    for place, user in ((SECOND, "U0SECONDOLIVIA"), (EAST, "U0GRIDOLIVIA")):
        with Person(bot.slack, user, place.replace("T0", "C0") + "NEWS", place) as person:
            person.command("/cleaned-export News")
            person.wait_modal("Export 1 contact")
            assert not person.submit()
            direct = person.direct_messages()
            message = person.wait_message(lambda message: bool(message.get("files")), channel=direct)
            content = person.download(message["files"][0])
            assert f"{place.lower()}@example.com" in content.decode()


def test_what_is_done_in_views_of_an_organization_is_about_the_workspace_that_they_were_opened_in(
    bot: Installing,
):
    """Slack names only the organization then."""
    bot.install(ORGANIZATION, "U0GRIDOLIVIA")
    for place in (EAST, WEST):
        bot.fill(place, f"News of {place}")
    for place in (WEST, EAST):
        channel = place.replace("T0", "C0") + "NEWS"
        with Person(bot.slack, "U0GRIDOLIVIA", channel, place) as person:
            person.command("/cleaned-digest")
            person.wait_modal(lambda view: bool(view.get("submit")))
            assert person.options("digest-zone", "Par")["options"]
            assert person.submit(**{"digest-channel": channel}) == {}
            wait(lambda place=place: digests.current(bot.of(place).database) is not None)  # type: ignore[misc]
            person.dismiss(everything=True)
            person.open_home()
            person.wait_home(f"News of {place}")
            assert person.click("home-refresh", in_=person.home())["ok"]
            person.wait_home(f"News of {place}")
    kept = {place: digests.current(bot.of(place).database) for place in (EAST, WEST)}
    assert {place: found and found.channel for place, found in kept.items()} == {
        EAST: "C0EASTNEWS",
        WEST: "C0WESTNEWS",
    }


def test_each_workspace_has_webhooks_of_its_own(bot: Installing, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv(f"CLEANED_BOUNCE_SECRET_{SECOND}", "s" * 20)
    bot.install(SECOND, "U0SECONDOLIVIA")
    bot.install(ORGANIZATION, "U0GRIDOLIVIA")
    url = f"http://127.0.0.1:{bot.parts.port}"
    known = httpx.post(f"{url}/workspaces/{SECOND}/bounces/json", content=b"{}")
    assert known.status_code == 401
    for path in (
        f"/workspaces/{EAST}/bounces/json",
        "/workspaces/T0NOBODY/bounces/json",
        f"/workspaces/{SECOND}/bounces/brevo",
        f"/workspaces/{SECOND}/mailchimp/x",
        "/bounces/json",
    ):
        assert httpx.post(url + path, content=b"{}").status_code == 404, path


def test_webhooks_reach_the_database_of_a_workspace_that_was_erased_and_is_back(
    bot: Installing, database: Database, monkeypatch: pytest.MonkeyPatch
):
    secret = senders.SETTINGS.bounce_secret
    assert secret
    monkeypatch.setenv(f"CLEANED_BOUNCE_SECRET_{SECOND}", secret.get_secret_value())
    url = f"http://127.0.0.1:{bot.parts.port}/workspaces/{SECOND}/bounces/json"
    for _ in range(2):
        bot.install(SECOND, "U0SECONDOLIVIA")
        bot.fill(SECOND, "Ours")
        event = samples.own(email="a@example.com", audience="Ours", at=utc_now().isoformat())
        content, headers = senders.own([event], at=utc_now())
        told = httpx.post(url, content=content, headers=headers)
        assert told.status_code == 200, told.text
        with bot.of(SECOND).database.reading() as session:
            assert session.exec(select(func.count()).select_from(Evidence)).one() == 1
        bot.slack.uninstall(SECOND)
        wait(lambda: bot.served() == set())
        workspaces.erase(database, SECOND)


def test_the_workspace_of_the_bot_token_keeps_the_main_database(database_url: str, database: Database):
    import_csv(database, "Email\na@example.com\n", audience="Ours")
    with installing(database_url, of_token=True) as bot:
        [first] = bot.served()
        bot.install(SECOND, "U0SECONDOLIVIA")
        assert {each.id: each.place for each in workspaces.list_all(database)} == {
            SECOND: "t0second",
            first: workspaces.MAIN,
        }
        with Person(bot.slack) as person:
            assert "Ours" in said(person)
        with Person(bot.slack, "U0SECONDOLIVIA", "C0SECONDNEWS", SECOND) as person:
            assert "Ours" not in said(person)


def test_the_terminal_asks_for_the_workspace_where_there_are_several(
    bot: Installing, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CLEANED_WORKSPACE", "")  # which --workspace sets, until the process ends
    for name in ("database_url", "slack_client_id"):
        monkeypatch.setenv(name.upper(), getattr(bot.settings, name))
    monkeypatch.setenv("SLACK_CLIENT_SECRET", bot.slack.client_secret)
    monkeypatch.setenv("CLEANED_TOKEN_KEY", oauth.KEY)
    monkeypatch.setenv("CLEANED_PUBLIC_URL", "https://bot.example.com")
    monkeypatch.setenv("LC_ALL", "en")
    Path("cleaned_a.csv").write_text("Email\na@example.com\n", encoding="utf-8")
    bot.install(SECOND, "U0SECONDOLIVIA")
    assert cli.main(["import", "cleaned_a.csv", "--audience", "Ours"]) == cli.DONE, "there is one"
    bot.install(ORGANIZATION, "U0GRIDOLIVIA")
    capsys.readouterr()
    assert cli.main(["counts"]) == cli.FAILED
    assert f"{EAST} (East), {SECOND} (Second), {WEST} (West)" in capsys.readouterr().err
    assert cli.main(["counts", "--workspace", SECOND.lower()]) == cli.DONE
    assert "Ours" in capsys.readouterr().out
    monkeypatch.setenv("CLEANED_WORKSPACE", EAST)
    assert cli.main(["counts"]) == cli.FAILED
    assert "no audience" in capsys.readouterr().err
    for odd in ("T0NOBODY", "../x", "public", "T0SECOND\n", "'; DROP SCHEMA public", "*"):
        assert cli.main(["counts", "--workspace", odd]) == cli.FAILED
        assert "There is no workspace" in capsys.readouterr().err
        assert cli.main(["workspaces", "--erase", odd]) == cli.FAILED
        assert "There is no workspace" in capsys.readouterr().err
    assert cli.main(["workspaces", "--erase", SECOND]) == cli.FAILED
    bot.slack.uninstall(SECOND)
    wait(lambda: bot.served() == {EAST, WEST})
    assert cli.main(["workspaces", "--json"]) == cli.DONE
    listed = json.loads(capsys.readouterr().out)
    assert {each["id"]: each["removed_at"] is not None for each in listed} == {
        EAST: False,
        SECOND: True,
        WEST: False,
    }
    assert cli.main(["workspaces", "--erase", SECOND.lower(), "--renew-keys"]) == cli.DONE
    assert "deleted" in capsys.readouterr().out
    bot.install(SECOND, "U0SECONDOLIVIA")
    assert cli.main(["counts", "--workspace", SECOND]) == cli.FAILED, "nothing is left"


def wait(is_so: Callable[[], bool]) -> None:
    until = monotonic() + 20
    while not is_so():
        assert monotonic() < until
        sleep(0.02)


def _serves_only(served: Workspaces, workspace_id: str) -> bool:
    served.reload()
    return [each.workspace.id for each in served.contexts()] == [workspace_id]


def database_says(database: Database) -> dict[str, bool]:
    """Whether the app was removed, by workspace."""
    return {each.id: each.is_removed for each in workspaces.list_all(database)}


def scheduled(bot: Installing, workspace_id: str) -> list[str]:
    jobs = bot.parts.scheduler.get_jobs()
    return [job.id for job in jobs if job.id.startswith(f"{workspace_id}/")]
