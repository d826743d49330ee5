"""The Web API is called with the SDK, and answers as Slack does."""

import time
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
import yaml
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.http_retry.builtin_handlers import RateLimitErrorRetryHandler

from handlers.standins.slack import manifest
from handlers.standins.slack.server import Workspace
from handlers.standins.slack.state import TEAM, WorkspacePerson
from tests.handlers.standins.conftest import MANIFEST, actions, button, modal, section
from tests.support.slack import CAMILLE, GENERAL, NEWS, RANDOM, SAM, Json, Person
from tests.support.slack_calls import refusal


def test_the_manifest_gives_commands_shortcuts_and_scopes() -> None:
    ours = manifest.load(MANIFEST)
    assert ours.command("/cleaned-list")
    assert ours.command("/cleaned-nothing") is None
    assert ours.shortcut("fix_message")
    assert ours.scopes > {"chat:write", "commands"}
    assert all((ours.home_tab, ours.messages_tab, ours.interactivity, ours.socket_mode))


@pytest.mark.parametrize("text", ["a: |\nlong", "a: b\n  c: d", "a: [1, 2"])
def test_a_manifest_that_is_no_yaml_is_refused_with_its_line(tmp_path: Path, text: str) -> None:
    (tmp_path / "manifest.yml").write_text(text)
    with pytest.raises(yaml.YAMLError, match="line"):
        manifest.load(tmp_path / "manifest.yml")


@pytest.mark.parametrize("text", ["just words", "- a", ""])
def test_a_manifest_that_is_no_mapping_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "manifest.yml").write_text(text)
    with pytest.raises(ValueError, match="not a mapping"):
        manifest.load(tmp_path / "manifest.yml")


def test_the_bot_learns_who_it_is_and_its_scopes(client: WebClient) -> None:
    said = client.auth_test()
    assert said["user_id"] == "U0CLEANED"
    assert "chat:write" in said.headers["x-oauth-scopes"]


@pytest.mark.parametrize(
    ("token", "error"),
    [("", "not_authed"), ("xoxb-other", "invalid_auth"), ("app", "not_allowed_token_type")],
)
def test_only_the_right_token_is_taken(workspace: Workspace, token: str, error: str) -> None:
    token = workspace.app_token if token == "app" else token
    client = WebClient(token, base_url=workspace.api_url)
    assert refusal(client, "auth.test")["error"] == error


def test_a_revoked_token_is_refused(workspace: Workspace, client: WebClient) -> None:
    workspace.faults.revoked = True
    assert refusal(client, "auth.test")["error"] == "token_revoked"


def test_an_unknown_method_says_so(client: WebClient) -> None:
    assert refusal(client, "chat.postMesage")["error"] == "unknown_method"


def test_a_scope_that_the_manifest_lacks_is_named(client: WebClient) -> None:
    said = refusal(client, "team.info")
    assert (said["error"], said["needed"]) == ("missing_scope", "team:read")
    assert "chat:write" in said["provided"]


def test_a_direct_message_is_not_read_without_its_scope(client: WebClient) -> None:
    assert refusal(client, "conversations.info", channel="D0OLIVIA")["needed"] == "im:read"


@pytest.mark.parametrize(
    ("method", "arguments", "error"),
    [
        ("chat.postMessage", {"channel": NEWS}, "no_text"),
        ("chat.postMessage", {"text": "x"}, "invalid_arguments"),
        ("chat.postMessage", {"channel": "C0NOWHERE", "text": "x"}, "channel_not_found"),
        ("chat.postMessage", {"channel": RANDOM, "text": "x"}, "not_in_channel"),
        ("chat.postMessage", {"channel": NEWS, "text": "x" * 40_001}, "msg_too_long"),
        (
            "chat.postMessage",
            {"channel": NEWS, "blocks": [section("x" * 2900)] * 5},
            "msg_blocks_too_long",
        ),
        ("chat.postMessage", {"channel": NEWS, "blocks": [section()] * 51}, "invalid_blocks"),
        ("chat.postMessage", {"channel": NEWS, "blocks": "[{"}, "invalid_blocks_format"),
        ("chat.postEphemeral", {"channel": NEWS, "user": "U0NOBODY", "text": "x"}, "user_not_in_channel"),
        ("chat.update", {"channel": NEWS, "ts": "1.1", "text": "x"}, "message_not_found"),
        ("chat.getPermalink", {"channel": NEWS, "message_ts": "1.1"}, "message_not_found"),
        ("conversations.open", {"users": "U0NOBODY"}, "user_not_found"),
        ("conversations.open", {}, "users_list_not_supplied"),
        ("conversations.list", {"types": "nonsense"}, "invalid_types"),
        ("conversations.list", {"cursor": "nonsense"}, "invalid_cursor"),
        ("users.info", {"user": "U0NOBODY"}, "user_not_found"),
        ("usergroups.users.list", {"usergroup": "S0NONE"}, "no_such_subteam"),
        ("bots.info", {"bot": "B0OTHER"}, "bot_not_found"),
        ("views.publish", {"user_id": "U0NOBODY", "view": {}}, "user_not_found"),
        ("views.publish", {"user_id": SAM}, "invalid_arguments"),
    ],
)
def test_what_slack_refuses_is_refused_by_its_name(
    workspace: Workspace, client: WebClient, method: str, arguments: Json, error: str
) -> None:
    assert refusal(client, method, **arguments)["error"] == error
    assert (workspace.refused[-1]["method"], workspace.refused[-1]["error"]) == (method, error)


def test_wrong_blocks_are_explained_where_they_are_wrong(client: WebClient) -> None:
    blocks = [section(), actions(button(text={"type": "plain_text", "text": "x" * 76}))]
    said = refusal(client, "chat.postMessage", channel=NEWS, blocks=blocks)
    (message,) = said["response_metadata"]["messages"]
    assert "must be less than 76 characters" in message
    assert "/blocks/1/elements/0/text/text" in message


def test_a_message_is_posted_changed_and_deleted(client: WebClient, olivia: Person) -> None:
    ts = client.chat_postMessage(channel=NEWS, text="One", blocks=[section("One")])["ts"]
    assert olivia.wait_message("One")["blocks"][0]["block_id"]
    client.chat_update(channel=NEWS, ts=ts, text="Two")
    changed = olivia.wait_message("Two")
    assert changed["edited"]
    assert "blocks" not in changed
    client.chat_delete(channel=NEWS, ts=ts)
    assert olivia.messages() == []


def test_the_history_has_the_newest_first_and_metadata_where_it_is_asked_for(client: WebClient) -> None:
    mark = {"event_type": "seen", "event_payload": {"n": "1"}}
    first = client.chat_postMessage(channel=GENERAL, text="first", metadata=mark)["ts"]
    client.chat_postMessage(channel=GENERAL, text="second")
    whole = client.conversations_history(channel=GENERAL, include_all_metadata=True)["messages"]
    assert [(said["text"], said.get("metadata")) for said in whole[:2]] == [("second", None), ("first", mark)]
    later = client.conversations_history(channel=GENERAL, oldest=first)["messages"]
    assert [said["text"] for said in later] == ["second"]
    page = client.conversations_history(channel=GENERAL, oldest=first, inclusive=True, limit=1)
    assert (page["has_more"], page["messages"][0]["text"]) == (True, "second")
    following = client.conversations_history(
        channel=GENERAL, oldest=first, inclusive=True, cursor=page["response_metadata"]["next_cursor"]
    )
    assert ("metadata" in following["messages"][0], following["has_more"]) == (False, False)
    assert refusal(client, "conversations.history", channel=RANDOM)["error"] == "not_in_channel"
    for wrong, error in (({"event_type": 1}, "format"), ({"event_type": "", "event_payload": {}}, "schema")):
        said = refusal(client, "chat.postMessage", channel=GENERAL, text="x", metadata=wrong)
        assert said["error"] == f"invalid_metadata_{error}"


def test_what_another_said_is_not_the_bots_to_change(client: WebClient, olivia: Person) -> None:
    olivia.say("Mine")
    ts = olivia.messages()[0]["ts"]
    assert refusal(client, "chat.update", channel=NEWS, ts=ts, text="x")["error"] == "cant_update_message"
    assert refusal(client, "chat.delete", channel=NEWS, ts=ts)["error"] == "cant_delete_message"


def test_an_ephemeral_message_is_seen_by_one_person_and_cannot_be_updated(
    workspace: Workspace, client: WebClient, olivia: Person
) -> None:
    ts = client.chat_postEphemeral(channel=NEWS, user=CAMILLE, text="Psst")["message_ts"]
    with Person(workspace, CAMILLE) as camille:
        assert camille.wait_message("Psst")["ephemeral"]
    assert olivia.messages() == []
    assert refusal(client, "chat.update", channel=NEWS, ts=ts, text="x")["error"] == "message_not_found"


def test_a_persons_id_and_their_conversation_are_the_same_place(client: WebClient, olivia: Person) -> None:
    opened = client.conversations_open(users=[olivia.user])["channel"]["id"]
    posted = client.chat_postMessage(channel=olivia.user, text="Hello")["channel"]
    assert opened == posted == olivia.direct_messages()
    olivia.wait_message("Hello", channel=opened)


def test_a_form_is_read_as_well_as_json(workspace: Workspace, olivia: Person) -> None:
    form = {"token": workspace.bot_token, "channel": NEWS, "blocks": '[{"type": "divider"}]', "text": "Line"}
    said = httpx.post(f"{workspace.api_url}chat.postMessage", data=form).json()
    assert said["ok"]
    assert olivia.wait_message("Line")["blocks"][0]["type"] == "divider"


def test_locale_is_given_only_when_asked_for(client: WebClient) -> None:
    assert "locale" not in client.users_info(user=CAMILLE)["user"]
    person = client.users_info(user=CAMILLE, include_locale=True)["user"]
    assert (person["locale"], person["tz"], person["is_admin"], person["is_owner"]) == (
        "fr-FR",
        "Europe/Paris",
        True,
        False,
    )


def test_members_are_counted_only_when_asked_for(client: WebClient) -> None:
    assert "num_members" not in client.conversations_info(channel=NEWS)["channel"]
    assert client.conversations_info(channel=NEWS, include_num_members=True)["channel"]["num_members"] == 4
    assert len(client.conversations_members(channel=NEWS)["members"]) == 4


def test_channels_come_in_pages(client: WebClient) -> None:
    pages = [[one["id"] for one in page["channels"]] for page in client.conversations_list(limit=2)]
    assert pages == [[NEWS, GENERAL], [RANDOM]]


def test_groups_have_their_people(client: WebClient) -> None:
    group = client.usergroups_list()["usergroups"][0]["id"]
    assert client.usergroups_users_list(usergroup=group)["users"] == [SAM]


def test_the_home_tab_is_published_for_one_person(
    workspace: Workspace, client: WebClient, olivia: Person
) -> None:
    view = {"type": "home", "blocks": [section("Figures")]}
    first = client.views_publish(user_id=olivia.user, view=view)["view"]
    assert olivia.wait_home("Figures")["id"] == first["id"]
    with Person(workspace, SAM) as sam:
        assert sam.home() is None
    for hash_ in ("old", ""):
        said = refusal(client, "views.publish", user_id=olivia.user, view=view, hash=hash_)
        assert said["error"] == "hash_conflict"
    said = refusal(client, "views.publish", user_id=olivia.user, view=modal())
    assert said["error"] == "invalid_arguments"


def test_a_rate_limit_says_when_to_come_again_and_the_sdks_retry_gets_through(
    workspace: Workspace, client: WebClient, olivia: Person
) -> None:
    workspace.faults.rate_limit("chat.postMessage", times=1, retry_after=1)
    with pytest.raises(SlackApiError) as raised:
        client.chat_postMessage(channel=NEWS, text="x")
    assert raised.value.response.status_code == 429
    assert raised.value.response.headers["Retry-After"] == "1"
    workspace.faults.rate_limit("chat.postMessage", times=1, retry_after=0)
    client.retry_handlers.append(RateLimitErrorRetryHandler())
    client.chat_postMessage(channel=NEWS, text="Through")
    olivia.wait_message("Through")


def test_a_server_error_and_a_slow_answer_on_demand(workspace: Workspace, client: WebClient) -> None:
    workspace.faults.server_error("auth.test")
    with pytest.raises(SlackApiError) as raised:
        client.auth_test()
    assert raised.value.response.status_code == 500
    workspace.faults.slow_down("auth.test", 0.2)
    began = time.monotonic()
    client.auth_test()
    assert time.monotonic() - began >= 0.2


def test_somebody_gone_or_from_elsewhere_is_told_as_such(workspace: Workspace, client: WebClient) -> None:
    made = WorkspacePerson("U0GONE", "gone", "Gone", "en-US", "Europe/London", "", is_owner=True)
    known = {
        "deleted": replace(made, deleted=True),
        "is_restricted": replace(made, is_restricted=True),
        "is_ultra_restricted": replace(made, is_ultra_restricted=True),
        "is_stranger": replace(made, is_stranger=True, team="T0OTHER"),
    }
    for flag, person in known.items():
        workspace.state.people[made.id] = person
        told = client.users_info(user=made.id)["user"]
        assert (told[flag], told["is_owner"], told["team_id"]) == (True, True, person.team)
    workspace.state.people[made.id] = replace(made, organization_teams=("T0OTHER", TEAM))
    assert client.users_info(user=made.id)["user"]["enterprise_user"]["teams"] == ["T0OTHER", TEAM]
