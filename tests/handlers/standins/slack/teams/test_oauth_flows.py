"""Bolt installs an app from the local workspace as from another stand-in, which was written apart from it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from slack_bolt import BoltRequest
from slack_bolt.oauth import OAuthFlow
from slack_bolt.oauth.oauth_settings import OAuthSettings
from slack_sdk import WebClient
from slack_sdk.oauth.installation_store import FileInstallationStore, Installation
from slack_sdk.oauth.state_store import FileOAuthStateStore
from slack_sdk.oauth.token_rotation import TokenRotator

from handlers.standins.slack.server import Workspace
from tests.handlers.standins.conftest import Clock
from tests.support.oauth_pages import BACK, Heard, listening_manifest, refusal
from tests.support.oauth_slack import OAuthSlack, Place
from tests.support.slack import Json

SCOPES = ["chat:write", "commands"]
TEAM, ORGANIZATION = "T0SECOND", "E0GRID"
OWNERS = {TEAM: "U0SECONDOLIVIA", ORGANIZATION: "U0GRIDOLIVIA"}
TWELVE_HOURS = 43_200


@dataclass
class Slack:
    """One of the stand-ins."""

    api_url: str
    authorize_url: str
    client_id: str
    client_secret: str
    allow: Callable[[str, str], str]
    uninstall: Callable[[str], None]
    ended: Callable[[int], list[Json]]

    def client(self, token: str | None = None) -> WebClient:
        return WebClient(token, base_url=self.api_url)


@contextmanager
def local(clock: Clock, folder: Path, rotation: bool) -> Iterator[Slack]:
    with Workspace(listening_manifest(folder), clock=clock, token_rotation=rotation) as running:
        running.add_team(TEAM, "Second")
        running.add_organization(ORGANIZATION, "Grid", {"T0EAST": "East", "T0WEST": "West"})
        running.redirect_urls.append(BACK)
        heard = Heard(running)
        yield Slack(
            running.api_url,
            running.authorize_url,
            running.client_id,
            running.client_secret,
            lambda url, place: running.allow(url, OWNERS[place], place),
            running.uninstall,
            heard.wait,
        )


@contextmanager
def apart(clock: Clock, _folder: Path, rotation: bool) -> Iterator[Slack]:
    with OAuthSlack(",".join(SCOPES), BACK, rotation, clock) as running:
        running.places[TEAM] = Place(TEAM, "Second")
        running.places[ORGANIZATION] = Place(ORGANIZATION, "Grid", teams=("T0EAST", "T0WEST"))
        yield Slack(
            running.api_url,
            running.authorize_url,
            running.client_id,
            running.client_secret,
            lambda url, place: running.allow(url, place, OWNERS[place]),
            running.uninstall,
            lambda _count: running.events,
        )


STANDINS = {"local": local, "apart": apart}


@pytest.fixture(params=STANDINS)
def slack(request: pytest.FixtureRequest, clock: Clock, tmp_path: Path) -> Iterator[Slack]:
    with STANDINS[request.param](clock, tmp_path, False) as running:
        yield running


@pytest.fixture(params=STANDINS)
def rotating(request: pytest.FixtureRequest, clock: Clock, tmp_path: Path) -> Iterator[Slack]:
    with STANDINS[request.param](clock, tmp_path, True) as running:
        yield running


@pytest.fixture
def install(tmp_path: Path) -> Callable[[Slack, str], Installation]:
    """Installs with Bolt's own flow: its install page, the person, its redirect page."""

    def run(slack: Slack, place: str) -> Installation:
        settings = OAuthSettings(
            client_id=slack.client_id,
            client_secret=slack.client_secret,
            scopes=SCOPES,
            redirect_uri=BACK,
            authorization_url=slack.authorize_url,
            install_page_rendering_enabled=False,
            installation_store=FileInstallationStore(base_dir=str(tmp_path / "installations")),
            state_store=FileOAuthStateStore(expiration_seconds=60, base_dir=str(tmp_path / "states")),
        )
        flow = OAuthFlow(client=slack.client(), settings=settings)
        sent = flow.handle_installation(BoltRequest(body="", mode="http"))
        [cookie] = sent.headers["set-cookie"]
        back = slack.allow(sent.headers["location"][0], place)
        request = BoltRequest(
            body="", query=urlsplit(back).query, headers={"cookie": cookie.partition(";")[0]}, mode="http"
        )
        assert flow.handle_callback(request).status == 200
        organization = place == ORGANIZATION
        found = settings.installation_store.find_installation(
            enterprise_id=ORGANIZATION if organization else None,
            team_id=None if organization else place,
            is_enterprise_install=organization,
        )
        assert found is not None
        return found

    return run


def test_a_workspace_is_installed(slack: Slack, install: Callable[[Slack, str], Installation]) -> None:
    found = install(slack, TEAM)
    assert (found.team_id, found.team_name, found.enterprise_id) == (TEAM, "Second", None)
    assert (found.user_id, found.is_enterprise_install) == (OWNERS[TEAM], False)
    told = slack.client(found.bot_token).auth_test()
    assert (told["team_id"], told["user_id"], told["bot_id"]) == (TEAM, found.bot_user_id, found.bot_id)
    assert install(slack, TEAM).bot_token == found.bot_token


def test_an_organization_is_installed(slack: Slack, install: Callable[[Slack, str], Installation]) -> None:
    found = install(slack, ORGANIZATION)
    assert (found.team_id, found.enterprise_id, found.enterprise_name) == (None, ORGANIZATION, "Grid")
    assert found.is_enterprise_install is True
    client = slack.client(found.bot_token)
    assert [team["id"] for team in client.auth_teams_list()["teams"]] == ["T0EAST", "T0WEST"]
    assert client.auth_test()["enterprise_id"] == ORGANIZATION


def test_bolts_rotator_renews_a_token_once(
    rotating: Slack, clock: Clock, install: Callable[[Slack, str], Installation]
) -> None:
    found = install(rotating, TEAM)
    rotator = TokenRotator(
        client_id=rotating.client_id, client_secret=rotating.client_secret, client=rotating.client()
    )
    renewed = rotator.perform_token_rotation(installation=found, minutes_before_expiration=10**6)
    assert renewed is not None
    assert renewed.bot_token != found.bot_token
    clock.now += TWELVE_HOURS
    assert refusal(rotating.client(renewed.bot_token).auth_test) == "token_expired"
    again = refusal(
        rotating.client().oauth_v2_access,
        client_id=rotating.client_id,
        client_secret=rotating.client_secret,
        grant_type="refresh_token",
        refresh_token=found.bot_refresh_token,
    )
    assert again == "invalid_refresh_token"


def test_an_ended_installation_says_so(slack: Slack, install: Callable[[Slack, str], Installation]) -> None:
    alone, all_of_it = install(slack, TEAM), install(slack, ORGANIZATION)
    slack.uninstall(TEAM)
    assert refusal(slack.client(alone.bot_token).auth_test) == "account_inactive"
    assert slack.client(all_of_it.bot_token).auth_test()["ok"] is True
    slack.client(all_of_it.bot_token).auth_revoke()
    assert refusal(slack.client(all_of_it.bot_token).auth_test) == "token_revoked"
    events = slack.ended(3)
    assert sorted((each["team_id"], each["event"]["type"]) for each in events) == [
        (ORGANIZATION, "tokens_revoked"),
        (TEAM, "app_uninstalled"),
        (TEAM, "tokens_revoked"),
    ]
    assert [each.get("enterprise_id") for each in events] == [None, None, ORGANIZATION]


def shape(answer: Any) -> Any:
    """The names and types of an answer's parts."""
    if isinstance(answer, dict):
        return {key: shape(value) for key, value in answer.items()}
    return type(answer).__name__


@pytest.mark.parametrize("place", OWNERS)
@pytest.mark.parametrize("rotation", [False, True])
def test_both_answer_alike(clock: Clock, tmp_path: Path, place: str, rotation: bool) -> None:
    answers = []
    for standin in STANDINS.values():
        with standin(clock, tmp_path, rotation) as slack:
            ours = {"client_id": slack.client_id, "client_secret": slack.client_secret}
            url = f"{slack.authorize_url}?client_id={slack.client_id}&scope=chat:write&state=s"
            code = urlsplit(slack.allow(url, place)).query.partition("code=")[2].partition("&")[0]
            access = slack.client().oauth_v2_access(**ours, code=code)
            told = slack.client(access["access_token"]).auth_test()
            answers.append((shape(access.data), shape(told.data)))
    assert answers[0] == answers[1]
