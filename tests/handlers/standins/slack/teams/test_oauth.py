"""Installing the app by OAuth, its tokens, and their end."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from handlers.standins.slack.server import Workspace
from handlers.standins.slack.state import SlackError
from tests.handlers.standins.conftest import MANIFEST, Clock
from tests.support.oauth_pages import BACK, Heard, as_bot, listening_manifest, refusal
from tests.support.slack import Json, Person

SCOPES = "chat:write,commands"
TWELVE_HOURS = 43_200


@pytest.fixture
def workspace(tmp_path: Path, clock: Clock, request: pytest.FixtureRequest) -> Iterator[Workspace]:
    """With a second workspace and an organization; the parameter is whether tokens expire."""
    rotation = getattr(request, "param", False)
    with Workspace(listening_manifest(tmp_path), clock=clock, token_rotation=rotation) as running:
        running.add_team("T0SECOND", "Second")
        running.add_organization("E0GRID", "Grid", {"T0EAST": "East", "T0WEST": "West"})
        running.redirect_urls.append(BACK)
        yield running


rotating = pytest.mark.parametrize("workspace", [True], indirect=True, ids=["rotating"])


def asking(workspace: Workspace, **changes: str | None) -> str:
    """The URL to which an app sends somebody to be installed."""
    query = {
        "client_id": workspace.client_id,
        "scope": SCOPES,
        "state": "s1",
        "redirect_uri": BACK,
        **changes,
    }
    return f"{workspace.authorize_url}?{urlencode({k: v for k, v in query.items() if v is not None})}"


def allowed(workspace: Workspace, user: str, place: str, **changes: str | None) -> str:
    """The code that the app is given."""
    back = workspace.allow(asking(workspace, **changes), user, place)
    return parse_qs(urlsplit(back).query)["code"][0]


def access(workspace: Workspace, **arguments: Any) -> Json:
    """The answer of oauth.v2.access; refusals raise SlackApiError."""
    ours = {"client_id": workspace.client_id, "client_secret": workspace.client_secret, **arguments}
    said = WebClient(base_url=workspace.api_url).oauth_v2_access(**ours)
    return dict(said.data) if isinstance(said.data, dict) else {}


def exchanged(workspace: Workspace, user: str, place: str, **changes: str | None) -> Json:
    return access(workspace, code=allowed(workspace, user, place, **changes), redirect_uri=BACK)


def test_an_installation_in_a_workspace_is_answered_as_documented(workspace: Workspace) -> None:
    answer = exchanged(workspace, "U0SECONDOLIVIA", "T0SECOND")
    token = answer.pop("access_token")
    assert token.startswith("xoxb-")
    assert answer == {
        "ok": True,
        "token_type": "bot",
        "scope": SCOPES,
        "bot_user_id": "U0CLEANEDSECOND",
        "app_id": "A0CLEANED",
        "team": {"id": "T0SECOND", "name": "Second"},
        "enterprise": None,
        "is_enterprise_install": False,
        "authed_user": {"id": "U0SECONDOLIVIA"},
    }


def test_an_installation_for_an_organization_names_no_team(workspace: Workspace) -> None:
    answer = exchanged(workspace, "U0GRIDOLIVIA", "E0GRID")
    assert (answer["team"], answer["enterprise"]) == (None, {"id": "E0GRID", "name": "Grid"})
    assert answer["is_enterprise_install"] is True
    told = as_bot(workspace, answer).auth_test()
    assert (told["team_id"], told["enterprise_id"], told["is_enterprise_install"]) == (
        "E0GRID",
        "E0GRID",
        True,
    )


def test_a_workspace_of_an_organization_can_have_the_app_by_itself(workspace: Workspace) -> None:
    answer = exchanged(workspace, "U0GRIDCAMILLE", "T0EAST")
    assert answer["team"]["id"] == "T0EAST"
    assert (answer["enterprise"]["id"], answer["is_enterprise_install"]) == ("E0GRID", False)
    told = as_bot(workspace, answer).auth_test()
    assert (told["team_id"], told["enterprise_id"]) == ("T0EAST", "E0GRID")


@pytest.mark.parametrize(
    ("changes", "shown"),
    [
        ({"client_id": "1.2"}, "Invalid client_id parameter"),
        ({"client_id": None}, "Invalid client_id parameter"),
        ({"redirect_uri": f"{BACK}/more"}, f"redirect_uri did not match any configured URIs. Passed URI: {BACK}/more"),
        ({"scope": "chat:write,admin"}, "Invalid permissions requested: admin"),
        ({"user_scope": "search:read"}, "Invalid permissions requested: search:read"),
        ({"scope": ""}, "No scopes requested"),
    ],
)  # fmt: skip
def test_a_wrong_request_stays_at_slack(
    workspace: Workspace, changes: dict[str, str | None], shown: str
) -> None:
    token = httpx.URL(workspace.address).params["token"]
    said = httpx.get(f"{asking(workspace, **changes)}&token={token}", verify=False)
    assert said.status_code == 400
    assert shown in said.text
    with pytest.raises(SlackError, match=shown.replace("?", ".")):
        workspace.allow(asking(workspace, **changes), "U0SECONDOLIVIA", "T0SECOND")


@pytest.mark.parametrize(
    ("user", "place"),
    [
        ("U0SECONDSAM", "T0SECOND"),  # a member
        ("U0OLIVIA", "T0SECOND"),  # another workspace's owner
        ("U0GRIDCAMILLE", "E0GRID"),  # an admin of workspaces, no owner of the organization
        ("U0EASTSAM", "T0EAST"),
        ("U0CLEANED", "T0WORKSPACE"),
    ],
)
def test_who_may_not_install_is_refused(workspace: Workspace, user: str, place: str) -> None:
    with pytest.raises(SlackError) as raised:
        workspace.allow(asking(workspace), user, place)
    assert raised.value.name == "not_allowed_to_install"


def test_a_person_allows_or_cancels_on_the_page(workspace: Workspace) -> None:
    url = asking(workspace, team="T0SECOND")
    assert httpx.get(url, verify=False).status_code == 403, "the page is of the person's browser alone"
    with httpx.Client(verify=False) as browser:
        browser.get(workspace.address)  # gives the cookie
        shown = browser.get(url).text
        assert "U0SECONDOLIVIA T0SECOND" in shown
        assert "T0WORKSPACE" not in shown
        page = {"secret": shown.partition('name="secret" value="')[2].partition('"')[0]}
        again = browser.get(url).text.partition('name="secret" value="')[2].partition('"')[0]
        choice = {"as": "U0SECONDOLIVIA T0SECOND", "decision": "allow"}
        went = browser.post(workspace.authorize_url, data=page | choice)
        left = browser.post(workspace.authorize_url, data={"secret": again, "decision": "cancel"})
        assert browser.post(workspace.authorize_url, data=page | choice).status_code == 400, "used already"
    back = urlsplit(went.headers["Location"])
    assert f"{back.scheme}://{back.netloc}{back.path}" == BACK
    query = parse_qs(back.query)
    assert query["state"] == ["s1"]
    assert access(workspace, code=query["code"][0], redirect_uri=BACK)["team"]["id"] == "T0SECOND"
    assert parse_qs(urlsplit(left.headers["Location"]).query) == {"error": ["access_denied"], "state": ["s1"]}
    assert workspace.cancel(asking(workspace)) == left.headers["Location"]


def test_a_code_works_once_and_for_ten_minutes(workspace: Workspace, clock: Clock) -> None:
    code = allowed(workspace, "U0SECONDOLIVIA", "T0SECOND")
    late = allowed(workspace, "U0SECONDOLIVIA", "T0SECOND")
    access(workspace, code=code, redirect_uri=BACK)
    errors = [refusal(access, workspace, code=code, redirect_uri=BACK)]
    clock.now += 10 * 60 + 1
    errors += [refusal(access, workspace, code=each, redirect_uri=BACK) for each in (late, "1.2.3")]
    assert errors == ["code_already_used", "invalid_code", "invalid_code"]


@pytest.mark.parametrize(
    ("wrong", "error"),
    [
        ({"client_id": "1.2"}, "invalid_client_id"),
        ({"client_secret": "guessed"}, "bad_client_secret"),
        ({"redirect_uri": None}, "bad_redirect_uri"),
        ({"redirect_uri": "http://127.0.0.1:3000/"}, "bad_redirect_uri"),
        ({"code": "1.2.3"}, "invalid_code"),
        ({"code": None}, "invalid_code"),
        ({"grant_type": "password"}, "invalid_grant_type"),
        ({"grant_type": "refresh_token", "refresh_token": "xoxe-1-guessed"}, "invalid_refresh_token"),
    ],
)
def test_a_wrong_exchange_is_refused(workspace: Workspace, wrong: dict[str, Any], error: str) -> None:
    code = allowed(workspace, "U0SECONDOLIVIA", "T0SECOND")
    arguments: dict[str, Any] = {"code": code, "redirect_uri": BACK, **wrong}
    assert refusal(access, workspace, **arguments) == error
    assert not workspace.team("T0SECOND").installed


def test_credentials_may_be_arguments_too(workspace: Workspace) -> None:
    form = {"client_id": workspace.client_id, "client_secret": workspace.client_secret}
    form |= {"code": allowed(workspace, "U0SECONDOLIVIA", "T0SECOND"), "redirect_uri": BACK}
    assert httpx.post(f"{workspace.api_url}oauth.v2.access", data=form, verify=False).json()["ok"] is True


def test_an_app_without_a_redirect_url_sends_none(workspace: Workspace) -> None:
    code = allowed(workspace, "U0SECONDOLIVIA", "T0SECOND", redirect_uri=None)
    assert access(workspace, code=code)["ok"] is True


def test_a_reinstallation_keeps_the_token_and_adds_scopes(workspace: Workspace) -> None:
    first = exchanged(workspace, "U0SECONDOLIVIA", "T0SECOND")
    bot = as_bot(workspace, first)
    assert refusal(bot.users_info, user="U0SECONDSAM") == "missing_scope"
    second = exchanged(workspace, "U0SECONDCAMILLE", "T0SECOND", scope="users:read")
    assert second["access_token"] == first["access_token"]
    assert second["scope"] == "chat:write,commands,users:read"
    assert bot.users_info(user="U0SECONDSAM")["ok"] is True


def test_the_local_workspace_gets_its_own_token_again(workspace: Workspace) -> None:
    assert exchanged(workspace, "U0OLIVIA", "T0WORKSPACE")["access_token"] == workspace.bot_token


@rotating
def test_an_expiring_token_is_refreshed_and_its_refresh_token_revoked(
    workspace: Workspace, clock: Clock
) -> None:
    first = exchanged(workspace, "U0SECONDOLIVIA", "T0SECOND")
    assert first["expires_in"] == TWELVE_HOURS
    assert first["access_token"].startswith("xoxe.xoxb-1-")
    clock.now += TWELVE_HOURS
    assert refusal(as_bot(workspace, first).auth_test) == "token_expired"
    renewed = {"grant_type": "refresh_token", "refresh_token": first["refresh_token"]}
    second = access(workspace, **renewed)
    assert (second["token_type"], second["team"]) == ("bot", first["team"])
    assert second["refresh_token"] != first["refresh_token"]
    assert as_bot(workspace, second).auth_test()["team_id"] == "T0SECOND"
    assert refusal(access, workspace, **renewed) == "invalid_refresh_token"


@rotating
def test_of_three_tokens_the_oldest_ends(workspace: Workspace) -> None:
    answers = [exchanged(workspace, "U0SECONDOLIVIA", "T0SECOND") for _ in range(3)]
    assert refusal(as_bot(workspace, answers[0]).auth_test) == "token_revoked"
    assert [as_bot(workspace, answer).auth_test()["ok"] for answer in answers[1:]] == [True, True]


@rotating
def test_a_refresh_token_ends_with_the_installation(workspace: Workspace) -> None:
    answer = exchanged(workspace, "U0SECONDOLIVIA", "T0SECOND")
    workspace.uninstall("T0SECOND")
    renewed = {"grant_type": "refresh_token", "refresh_token": answer["refresh_token"]}
    assert refusal(access, workspace, **renewed) == "invalid_refresh_token"


def test_an_uninstalled_app_hears_of_it_and_has_no_account(workspace: Workspace) -> None:
    heard = Heard(workspace)
    bot = as_bot(workspace, workspace.install("T0SECOND"))
    workspace.uninstall("T0SECOND")
    assert refusal(bot.auth_test) == "account_inactive"
    events = heard.wait(2)
    assert [event["event"] for event in events] == [
        {"type": "tokens_revoked", "tokens": {"bot": ["U0CLEANEDSECOND"]}},
        {"type": "app_uninstalled"},
    ]
    assert {event["team_id"] for event in events} == {"T0SECOND"}
    with Person(workspace, "U0SECONDOLIVIA", "C0SECONDNEWS") as olivia:
        assert olivia.command("/cleaned")["ok"] is False
        olivia.open_home()
        assert olivia.state()["bot"] is None
    assert len(heard.sent) == 2, "nothing more is sent"
    assert WebClient(workspace.bot_token, base_url=workspace.api_url).auth_test()["ok"] is True, (
        "the other works"
    )


def test_slack_promises_no_order_of_the_two_events(workspace: Workspace) -> None:
    heard = Heard(workspace)
    workspace.install("T0SECOND")
    workspace.uninstall("T0SECOND", app_first=True)
    assert [payload["event"]["type"] for payload in heard.wait(2)] == ["app_uninstalled", "tokens_revoked"]
    with pytest.raises(SlackError, match="app_not_installed"):
        workspace.uninstall("T0SECOND")


def test_an_organizations_end_names_the_organization(workspace: Workspace) -> None:
    heard = Heard(workspace)
    workspace.install("E0GRID")
    workspace.uninstall("E0GRID")
    assert [(each["team_id"], each["enterprise_id"]) for each in heard.wait(2)] == [("E0GRID", "E0GRID")] * 2
    assert not workspace.team("T0EAST").installed
    assert not workspace.team("T0WEST").installed


def test_the_bot_uninstalls_itself_with_its_credentials(workspace: Workspace) -> None:
    heard = Heard(workspace)
    bot = as_bot(workspace, workspace.install("T0SECOND"))
    wrong = {"client_id": workspace.client_id, "client_secret": "guessed"}
    assert refusal(bot.apps_uninstall, **wrong) == "bad_client_secret"
    assert heard.sent == []
    bot.apps_uninstall(client_id=workspace.client_id, client_secret=workspace.client_secret)
    assert refusal(bot.auth_test) == "account_inactive"
    assert [payload["event"]["type"] for payload in heard.wait(2)] == ["tokens_revoked", "app_uninstalled"]


def test_a_revoked_token_ends_without_uninstalling(workspace: Workspace) -> None:
    heard = Heard(workspace)
    bot = as_bot(workspace, workspace.install("T0SECOND"))
    assert bot.auth_revoke(test=True)["revoked"] is False
    assert bot.auth_revoke()["revoked"] is True
    assert refusal(bot.auth_test) == "token_revoked"
    assert [payload["event"]["type"] for payload in heard.wait()] == ["tokens_revoked"]
    again = workspace.install("T0SECOND")
    assert again["access_token"] != bot.token
    assert as_bot(workspace, again).auth_test()["user_id"] == "U0CLEANEDSECOND"


def test_an_installation_for_the_organization_replaces_those_in_its_workspaces(workspace: Workspace) -> None:
    heard = Heard(workspace)
    alone = as_bot(workspace, workspace.install("T0EAST"))
    workspace.install("E0GRID")
    assert refusal(alone.auth_test) == "account_inactive"
    assert [payload["team_id"] for payload in heard.wait(2)] == ["T0EAST", "T0EAST"]
    with pytest.raises(SlackError) as raised:
        workspace.install("T0EAST")
    assert raised.value.name == "cannot_install_an_org_installed_app"


def test_events_of_the_end_are_sent_only_to_who_subscribes(clock: Clock) -> None:
    with Workspace(MANIFEST, clock=clock) as running:
        subscribed = {"app_uninstalled", "tokens_revoked"} & running._manifest.events
        heard = Heard(running)
        running.uninstall("T0WORKSPACE")
        assert {payload["event"]["type"] for payload in heard.wait(len(subscribed))} == subscribed


def test_a_token_of_another_kind_is_refused(workspace: Workspace) -> None:
    workspace.install("T0SECOND")
    client = WebClient(workspace.app_token, base_url=workspace.api_url)
    with pytest.raises(SlackApiError, match="not_allowed_token_type"):
        client.auth_test()
