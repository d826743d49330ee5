"""Several workspaces behind one server: each app installation is in its own, and payloads say which."""

from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
from slack_sdk import WebClient
from slack_sdk.web import SlackResponse

from handlers.standins.slack.server import Workspace
from tests.handlers.standins.conftest import MANIFEST, Clock, Wire, actions, button, modal, section, typed
from tests.support.oauth_pages import Heard, as_bot, refusal
from tests.support.slack import NEWS, OLIVIA, SAM, Json, Person, hang_up

SECOND_NEWS, SECOND_OLIVIA = "C0SECONDNEWS", "U0SECONDOLIVIA"
EAST_NEWS, WEST_NEWS = "C0EASTNEWS", "C0WESTNEWS"
GRID_OLIVIA = "U0GRIDOLIVIA"


@pytest.fixture
def workspace(clock: Clock) -> Iterator[Workspace]:
    """The app is in the local workspace, in a second, and in an organization with two."""
    with Workspace(MANIFEST, clock=clock) as running:
        running.add_team("T0SECOND", "Second")
        running.add_organization("E0GRID", "Grid", {"T0EAST": "East", "T0WEST": "West"})
        yield running


@pytest.fixture
def second(workspace: Workspace) -> WebClient:
    return as_bot(workspace, workspace.install("T0SECOND"))


@pytest.fixture
def grid(workspace: Workspace) -> WebClient:
    return as_bot(workspace, workspace.install("E0GRID"))


@pytest.fixture
def heard(workspace: Workspace, second: WebClient, grid: WebClient) -> Heard:
    return Heard(workspace)


def where(payload: Json) -> tuple[Any, ...]:
    """What an interaction says of workspace and organization."""
    team, enterprise = payload["team"], payload["enterprise"]
    return (
        team and team["id"],
        enterprise and enterprise["id"],
        payload["is_enterprise_install"],
        payload["user"]["team_id"],
    )


@pytest.mark.parametrize(
    ("call", "error"),
    [
        (lambda bot: bot.chat_postMessage(channel=NEWS, text="x"), "channel_not_found"),
        (lambda bot: bot.chat_postMessage(channel=OLIVIA, text="x"), "channel_not_found"),
        (lambda bot: bot.chat_postEphemeral(channel=NEWS, user=OLIVIA, text="x"), "channel_not_found"),
        (lambda bot: bot.conversations_info(channel=NEWS), "channel_not_found"),
        (lambda bot: bot.conversations_history(channel=NEWS), "channel_not_found"),
        (lambda bot: bot.conversations_members(channel=NEWS), "channel_not_found"),
        (lambda bot: bot.conversations_open(users=OLIVIA), "user_not_found"),
        (lambda bot: bot.users_info(user=OLIVIA), "user_not_found"),
        (lambda bot: bot.usergroups_users_list(usergroup="S0DESIGN"), "no_such_subteam"),
        (
            lambda bot: bot.views_publish(user_id=OLIVIA, view={"type": "home", "blocks": [section()]}),
            "user_not_found",
        ),
    ],
)
def test_another_workspaces_token_reaches_nothing_here(
    second: WebClient, call: Callable[[WebClient], SlackResponse], error: str
) -> None:
    assert refusal(call, second) == error


def test_another_workspaces_messages_files_triggers_and_views_are_unknown(
    workspace: Workspace, heard: Heard, second: WebClient
) -> None:
    first = WebClient(workspace.bot_token, base_url=workspace.api_url)
    posted = first.chat_postMessage(channel=NEWS, text="x")
    file = first.files_getUploadURLExternal(filename="a.csv", length=3)["file_id"]
    with Person(workspace) as olivia:
        olivia.command("/cleaned")
        trigger = heard.last["trigger_id"]
        assert refusal(second.views_open, trigger_id=trigger, view=modal()) == "invalid_trigger_id"
        view = first.views_open(trigger_id=trigger, view=modal())["view"]
    assert refusal(second.views_update, view_id=view["id"], view=modal()) == "not_found"
    assert refusal(second.files_info, file=file) == "file_not_found"
    assert refusal(second.chat_update, channel=NEWS, ts=posted["ts"], text="y") == "channel_not_found"
    assert second.auth_test()["team_id"] == "T0SECOND"
    assert {person["id"] for person in second.users_list()["members"]} == {
        "U0SECONDOLIVIA",
        "U0SECONDCAMILLE",
        "U0SECONDSAM",
        "U0CLEANEDSECOND",
    }


def test_a_command_says_its_workspace(workspace: Workspace, heard: Heard) -> None:
    with Person(workspace, SECOND_OLIVIA, SECOND_NEWS) as olivia:
        olivia.command("/cleaned")
    payload = heard.last
    assert (payload["team_id"], payload["team_domain"]) == ("T0SECOND", "t0second")
    assert payload["is_enterprise_install"] == "false"
    assert "enterprise_id" not in payload
    with Person(workspace, GRID_OLIVIA, WEST_NEWS, team="T0WEST") as olivia:
        olivia.command("/cleaned")
    payload = heard.last
    assert (payload["team_id"], payload["enterprise_id"]) == ("T0WEST", "E0GRID")
    assert payload["is_enterprise_install"] == "true"


def test_an_interaction_says_its_workspace(
    workspace: Workspace, heard: Heard, second: WebClient, grid: WebClient
) -> None:
    blocks = [actions(button())]
    second.chat_postMessage(channel=SECOND_NEWS, text="x", blocks=blocks)
    grid.chat_postMessage(channel=WEST_NEWS, text="x", blocks=blocks)
    with Person(workspace, SECOND_OLIVIA, SECOND_NEWS) as olivia:
        olivia.click("go")
        assert where(heard.last) == ("T0SECOND", None, False, "T0SECOND")
        olivia.shortcut("fix_message", olivia.messages()[-1])
        assert where(heard.last) == ("T0SECOND", None, False, "T0SECOND")
    with Person(workspace, GRID_OLIVIA, WEST_NEWS, team="T0WEST") as olivia:
        olivia.click("go")
        payload = heard.last
        assert where(payload) == ("T0WEST", "E0GRID", True, "T0WEST")
        assert payload["team"]["enterprise_id"] == "E0GRID"


def test_a_view_of_an_organizations_app_names_no_team(
    workspace: Workspace, heard: Heard, grid: WebClient
) -> None:
    with Person(workspace, GRID_OLIVIA, WEST_NEWS, team="T0WEST") as olivia:
        olivia.command("/cleaned")
        menu = {
            "type": "external_select",
            "action_id": "pick",
            "placeholder": {"type": "plain_text", "text": "p"},
        }
        chosen = {
            "type": "input",
            "block_id": "b",
            "label": {"type": "plain_text", "text": "b"},
            "element": menu,
        }
        view = modal(typed(), {**chosen, "optional": True}, actions(button()))
        grid.views_open(trigger_id=heard.last["trigger_id"], view=view)
        olivia.options("pick", "x")
        assert where(heard.last) == (None, "E0GRID", True, "T0WEST")
        olivia.click("go")
        assert where(heard.last) == (None, "E0GRID", True, "T0WEST")
        olivia.submit(word="done")
    payload = heard.last
    assert where(payload) == (None, "E0GRID", True, "T0WEST")
    assert (payload["view"]["team_id"], payload["view"]["app_installed_team_id"]) == ("T0WEST", "E0GRID")


def test_a_workspaces_own_installation_in_an_organization_says_both(workspace: Workspace) -> None:
    bot = as_bot(workspace, workspace.install("T0EAST"))
    heard = Heard(workspace)
    bot.chat_postMessage(channel=EAST_NEWS, text="x", blocks=[actions(button())])
    with Person(workspace, GRID_OLIVIA, EAST_NEWS, team="T0EAST") as olivia:
        olivia.click("go")
        assert where(heard.last) == ("T0EAST", "E0GRID", False, "T0EAST")
        bot.views_open(trigger_id=heard.last["trigger_id"], view=modal(typed()))
        olivia.submit(word="x")
        assert where(heard.last) == ("T0EAST", "E0GRID", False, "T0EAST")
        assert heard.last["view"]["app_installed_team_id"] == "T0EAST"
        olivia.open_home()
    [authorization] = heard.wait(3)[-1]["authorizations"]
    assert (authorization["team_id"], authorization["is_enterprise_install"]) == ("T0EAST", False)


def test_an_event_says_its_workspace_and_installation(workspace: Workspace, heard: Heard) -> None:
    with Person(workspace, GRID_OLIVIA, WEST_NEWS, team="T0WEST") as olivia:
        olivia.say("@Cleaned hello")
        event = heard.last
    assert (event["event"]["type"], event["event"]["team"]) == ("app_mention", "T0WEST")
    assert (event["team_id"], event["enterprise_id"], event["api_app_id"]) == (
        "T0WEST",
        "E0GRID",
        "A0CLEANED",
    )
    assert event["authorizations"] == [
        {
            "enterprise_id": "E0GRID",
            "team_id": "T0WEST",
            "user_id": "U0CLEANEDGRID",
            "is_bot": True,
            "is_enterprise_install": True,
        }
    ]
    assert event["is_ext_shared_channel"] is False


@pytest.mark.parametrize(
    "method", ["conversations.list", "users.list", "usergroups.list", "usergroups.users.list", "bots.info"]
)
def test_an_organizations_token_names_the_workspace_where_slack_asks_for_it(
    grid: WebClient, method: str
) -> None:
    assert refusal(grid.api_call, method) == "missing_argument"
    assert refusal(grid.api_call, method, params={"team_id": "T0SECOND"}) == "team_access_not_granted"
    if method != "usergroups.users.list":
        assert grid.api_call(method, params={"team_id": "T0WEST"})["ok"] is True


def test_an_organizations_token_finds_what_a_call_names(workspace: Workspace, grid: WebClient) -> None:
    for channel in (EAST_NEWS, WEST_NEWS):
        grid.chat_postMessage(channel=channel, text="x")
        assert grid.conversations_info(channel=channel)["channel"]["id"] == channel
    assert grid.users_info(user="U0WESTSAM")["user"]["team_id"] == "T0WEST"
    told = grid.users_info(user=GRID_OLIVIA)["user"]
    assert told["enterprise_user"] == {
        "id": GRID_OLIVIA,
        "enterprise_id": "E0GRID",
        "teams": ["T0EAST", "T0WEST"],
    }
    assert refusal(grid.chat_postMessage, channel=SECOND_NEWS, text="x") == "channel_not_found"
    assert refusal(grid.users_info, user=OLIVIA) == "user_not_found"
    grid.chat_postMessage(channel=GRID_OLIVIA, text="To you")
    for team in ("T0EAST", "T0WEST"):
        with Person(workspace, GRID_OLIVIA, team=team) as olivia:
            assert [one["text"] for one in olivia.messages(olivia.direct_messages())] == ["To you"]


def test_an_organizations_workspaces_are_listed_in_pages(grid: WebClient) -> None:
    first = grid.auth_teams_list(limit=1)
    second = grid.auth_teams_list(limit=1, cursor=first["response_metadata"]["next_cursor"])
    assert [first["teams"], second["teams"]] == [
        [{"id": "T0EAST", "name": "East"}],
        [{"id": "T0WEST", "name": "West"}],
    ]
    assert second["response_metadata"]["next_cursor"] == ""


def test_two_bots_of_one_organization_speak_with_a_person_apart(workspace: Workspace) -> None:
    east, west = (as_bot(workspace, workspace.install(team)) for team in ("T0EAST", "T0WEST"))
    opened = [bot.conversations_open(users=GRID_OLIVIA)["channel"]["id"] for bot in (east, west)]
    assert opened[0] != opened[1]
    assert refusal(east.chat_postMessage, channel=opened[1], text="x") == "channel_not_found"


def test_a_step_ends_by_the_token_of_its_workspace(
    workspace: Workspace, heard: Heard, second: WebClient
) -> None:
    with Person(workspace, SECOND_OLIVIA, SECOND_NEWS) as olivia:
        execution = olivia.run_step("cleaned_counts", audience="Newsletter")
        assert heard.last["team_id"] == "T0SECOND"
        first = WebClient(workspace.bot_token, base_url=workspace.api_url)
        ended = {"function_execution_id": execution, "error": "none"}
        assert refusal(first.functions_completeError, **ended) == "function_execution_not_found"
        second.functions_completeError(**ended)
        assert olivia.wait_step(execution)["state"] == "failed"


@pytest.mark.parametrize(
    ("user", "team"),
    [(OLIVIA, "T0SECOND"), (SECOND_OLIVIA, "T0WORKSPACE"), ("U0EASTSAM", "T0WEST"), ("U0CLEANEDSECOND", "")],
)
def test_nobody_acts_where_they_do_not_belong(
    workspace: Workspace, heard: Heard, user: str, team: str
) -> None:
    with Person(workspace, user, team=team) as person, pytest.raises(httpx.HTTPStatusError, match="400"):
        person.command("/cleaned")
    assert heard.sent == []


@pytest.fixture
def shared(workspace: Workspace, heard: Heard) -> str:
    """The local workspace's #newsletter, shared with the second workspace."""
    workspace.connect(NEWS, "T0WORKSPACE", "T0SECOND")
    return NEWS


@pytest.fixture
def first(workspace: Workspace) -> WebClient:
    return WebClient(workspace.bot_token, base_url=workspace.api_url)


def test_a_strangers_click_comes_from_their_workspace_to_the_apps(
    workspace: Workspace, heard: Heard, first: WebClient, shared: str
) -> None:
    first.chat_postMessage(channel=shared, text="x", blocks=[actions(button())])
    with Person(workspace, SECOND_OLIVIA, shared) as stranger:
        stranger.click("go")
        payload = heard.last
        assert where(payload) == ("T0WORKSPACE", None, False, "T0SECOND")
        first.views_open(trigger_id=payload["trigger_id"], view=modal(typed(), notify_on_close=True))
        view = stranger.wait_modal()
        assert (view["team_id"], view["app_installed_team_id"]) == ("T0SECOND", "T0WORKSPACE")
        stranger.submit(word="mine")
        payload = heard.last
    assert payload["type"] == "view_submission"
    assert where(payload) == ("T0SECOND", None, False, "T0SECOND")
    assert payload["view"]["app_installed_team_id"] == "T0WORKSPACE"


def test_a_stranger_is_told_as_such_and_has_no_home_nor_direct_messages(
    first: WebClient, shared: str
) -> None:
    told = first.users_info(user=SECOND_OLIVIA)["user"]
    assert (told["is_stranger"], told["team_id"]) == (True, "T0SECOND")
    home = {"type": "home", "blocks": [section()]}
    assert refusal(first.views_publish, user_id=SECOND_OLIVIA, view=home) == "user_not_found"
    assert refusal(first.chat_postMessage, channel=SECOND_OLIVIA, text="x") == "channel_not_found"
    assert refusal(first.conversations_open, users=SECOND_OLIVIA) == "user_not_visible"
    told = first.conversations_info(channel=shared)["channel"]
    assert (told["is_ext_shared"], told["is_shared"]) == (True, True)


def test_a_strangers_command_is_of_the_app_of_their_own_workspace(
    workspace: Workspace, heard: Heard, shared: str
) -> None:
    with Person(workspace, SECOND_OLIVIA, shared) as stranger:
        stranger.command("/cleaned")
        assert heard.last["team_id"] == "T0SECOND"
        workspace.uninstall("T0SECOND")
        said = stranger.command("/cleaned")
    assert said["error"] == "/cleaned is not a valid command."


def test_a_mention_in_a_shared_channel_names_the_workspace_that_made_it(
    workspace: Workspace, heard: Heard, shared: str
) -> None:
    workspace.state.channels[shared].members.add("U0CLEANEDSECOND")
    with Person(workspace, SECOND_OLIVIA, shared) as stranger:
        stranger.say("@Cleaned hello")
        event = heard.last
    assert (event["team_id"], event["context_team_id"]) == ("T0WORKSPACE", "T0SECOND")
    assert event["authorizations"][0]["team_id"] == "T0SECOND"
    assert event["is_ext_shared_channel"] is True
    assert (event["event"]["team"], event["event"]["user_team"]) == ("T0SECOND", "T0SECOND")
    with Person(workspace, SAM, shared) as sam:
        sam.say("@Cleaned hello")
        event = heard.wait(2)[-1]
    assert event["authorizations"][0]["team_id"] == "T0WORKSPACE"


def test_every_workspace_comes_by_one_socket(workspace: Workspace, second: WebClient) -> None:
    wire = Wire(workspace)
    with Person(workspace) as olivia, Person(workspace, SECOND_OLIVIA, SECOND_NEWS) as other:
        olivia.wait_bot()
        olivia.command("/cleaned")
        other.command("/cleaned")
        assert [request.payload["team_id"] for request in wire.wait(2)] == ["T0WORKSPACE", "T0SECOND"]
    hang_up(workspace, wire.client)


def test_the_page_shows_one_workspace(workspace: Workspace, second: WebClient) -> None:
    second.chat_postMessage(channel=SECOND_NEWS, text="Ours")
    with Person(workspace, SECOND_OLIVIA, SECOND_NEWS) as olivia:
        state = olivia.state()
        assert state["team"] == "T0SECOND"
        assert {"C0SECONDNEWS", "D0SECONDOLIVIA"} < {channel["id"] for channel in state["channels"]}
        assert NEWS not in {channel["id"] for channel in state["channels"]}
        olivia.wait_message("Ours")
    assert {each["id"]: each["installed"] for each in state["teams"]} == {
        "T0WORKSPACE": True,
        "T0SECOND": True,
        "T0EAST": False,
        "T0WEST": False,
    }
