"""Several workspaces: installed by OAuth, each with its own data, until the app is removed."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from bot.core import workspaces
from bot.core.settings import Settings, load
from handlers import serve
from handlers.serve import Parts
from handlers.slack import manifest
from handlers.slack.context import AppContext
from handlers.standins.slack.server import Workspace
from storage.core.database import Database
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

    def visit(self, path: str, browser: httpx.Client) -> httpx.Response:
        return browser.get(f"http://127.0.0.1:{self.parts.port}{path}")

    def install(self, place: str, user: str) -> httpx.Response:
        """A person installs the app in a browser."""
        with httpx.Client(verify=False) as browser:
            page = self.visit("/slack/install", browser)
            link = page.text.partition('href="' + self.slack.authorize_url)[2].partition('"')[0]
            asked = self.slack.authorize_url + link.replace("&amp;", "&")
            back = self.slack.allow(asked, user, place)
            # The cookie is for https, which the bot's host has in front of it.
            cookies = {cookie.name: cookie.value or "" for cookie in browser.cookies.jar}
            return browser.get(
                back.replace("https://bot.example.com", f"http://127.0.0.1:{self.parts.port}"),
                headers={"Cookie": "; ".join(f"{name}={value}" for name, value in cookies.items())},
            )

    def of(self, workspace_id: str) -> AppContext:
        assert self.parts.workspaces
        return next(each for each in self.parts.workspaces.contexts() if each.workspace.id == workspace_id)

    def served(self) -> set[str]:
        assert self.parts.workspaces
        return {each.workspace.id for each in self.parts.workspaces.contexts()}


@contextmanager
def installing(database_url: str, **more: Any) -> Iterator[Installing]:
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
            **more,
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
        import_csv(bot.of(place).database, "Email\na@example.com\n", name="cleaned_x.csv", audience=name)
    people = {
        "U0SECONDOLIVIA": (SECOND, "C0SECONDNEWS"),
        "U0GRIDOLIVIA": (EAST, "C0EASTNEWS"),
        "U0GRIDCAMILLE": (WEST, "C0WESTNEWS"),
    }
    answers = {}
    for user, (team, channel) in people.items():
        with Person(bot.slack, user, channel, team) as person:
            answers[team] = said(person)
    print(answers)
    assert "Ours" in answers[SECOND]
    assert "Eastern" in answers[EAST]
    assert "Ours" not in answers[EAST] + answers[WEST]
    assert "Eastern" not in answers[SECOND] + answers[WEST]
