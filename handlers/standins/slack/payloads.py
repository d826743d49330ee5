"""Payloads sent to the bot: commands, interactions and events."""

from typing import Any

from handlers.standins.slack.messages import message_json
from handlers.standins.slack.state import (
    APP,
    Channel,
    Execution,
    StoredMessage,
    StoredView,
    WorkspaceState,
    new_id,
)
from handlers.standins.slack.teams.values import Organization, Team
from handlers.standins.slack.views import input_values
from handlers.standins.types import Json

TOKEN = "verification-token-of-the-local-workspace"  # noqa: S105 (Slack's deprecated field; nothing checks it)


def command(state: WorkspaceState, user: str, channel: Channel, name: str, text: str) -> Json:
    person = state.people[user]
    organization = state.team.organization
    enterprise: Json = {}
    if organization is not None:
        enterprise = {"enterprise_id": organization.id, "enterprise_name": organization.name}
    return enterprise | {
        "token": TOKEN,
        "team_id": state.team.id,
        "team_domain": state.team.domain,
        "channel_id": channel.id,
        "channel_name": channel_name(channel),
        "user_id": user,
        "user_name": person.name,
        "command": name,
        "text": text,
        "api_app_id": APP,
        "is_enterprise_install": str(state.is_enterprise_install).lower(),
        "response_url": state.new_response_url(user, channel.id),
        "trigger_id": state.new_trigger(user, channel.id, in_modal=False),
    }


def message_action(
    state: WorkspaceState, user: str, channel: Channel, message: StoredMessage, action: Json
) -> Json:
    """`action`: as sent by the page, checked."""
    ephemeral = message.only_for is not None
    payload = _interaction(state, "block_actions", user) | {
        "container": {
            "type": "message",
            "message_ts": message.ts,
            "channel_id": channel.id,
            "is_ephemeral": ephemeral,
        },
        "trigger_id": state.new_trigger(user, channel.id, in_modal=False),
        "channel": {"id": channel.id, "name": channel_name(channel)},
        "response_url": state.new_response_url(user, channel.id, message.ts),
        "actions": [_action(state, action)],
    }
    # Slack doesn't store ephemeral messages, so it can't send them.
    return payload if ephemeral else payload | {"message": message_json(state, message)}


def view_action(state: WorkspaceState, view: StoredView, action: Json) -> Json:
    in_modal = view.content["type"] == "modal"
    return (
        _interaction(state, "block_actions", view.user)
        | _view_team(state)
        | {
            "container": {"type": "view", "view_id": view.id},
            "trigger_id": state.new_trigger(view.user, view.channel, in_modal=in_modal),
            "view": view_with_values(view),
            "actions": [_action(state, action)],
        }
    )


def submission(state: WorkspaceState, view: StoredView) -> Json:
    return _view_interaction(state, "view_submission", view.user) | {
        "trigger_id": state.new_trigger(view.user, view.channel, in_modal=True),
        "view": view_with_values(view),
        "response_urls": _response_urls(state, view),
    }


def view_closed(state: WorkspaceState, view: StoredView, *, cleared: bool) -> Json:
    return _view_interaction(state, "view_closed", view.user) | {
        "view": view_with_values(view),
        "is_cleared": cleared,
    }


def shortcut(
    state: WorkspaceState, user: str, channel: Channel, message: StoredMessage, callback_id: str
) -> Json:
    return _interaction(state, "message_action", user) | {
        "action_ts": state.next_ts(),
        "callback_id": callback_id,
        "trigger_id": state.new_trigger(user, channel.id, in_modal=False),
        "response_url": state.new_response_url(user, channel.id, message.ts),
        "message_ts": message.ts,
        "channel": {"id": channel.id, "name": channel_name(channel)},
        "message": message_json(state, message),
    }


def suggestion(
    state: WorkspaceState, user: str, container: Json, block_id: str, action_id: str, typed: str
) -> Json:
    """`container`: the payload's properties that name the message or view with the menu."""
    query = {"block_id": block_id, "action_id": action_id, "value": typed}
    team = _view_team(state) if "view" in container else {}
    return _interaction(state, "block_suggestion", user) | team | container | query


def home_opened(state: WorkspaceState, user: str, tab: str) -> Json:
    """`tab`: home or messages."""
    home = state.homes.get(user) if tab == "home" else None
    event: Json = {
        "type": "app_home_opened",
        "user": user,
        "channel": state.direct(user).id,
        "tab": tab,
        "event_ts": state.next_ts(),
    }
    return event_callback(state, event | ({"view": home.content} if home else {}))


def written(state: WorkspaceState, channel: Channel, message: StoredMessage, kind: str) -> Json:
    """A person's message. `kind`: message, or app_mention."""
    event: Json = {
        "type": kind,
        "channel": channel.id,
        "user": message.user,
        "text": message.text,
        "ts": message.ts,
        "event_ts": message.ts,
        "team": state.team_of(message.user).id,
    }
    if channel.host is not None:
        event |= {"user_team": event["team"], "source_team": event["team"]}
    kind_of_channel: Json = {"channel_type": "im"} if kind == "message" else {}
    return event_callback(state, event | kind_of_channel, channel)


def function_executed(state: WorkspaceState, execution: Execution) -> Json:
    """A step of a workflow that runs."""
    function = {"callback_id": execution.callback_id, "type": "app", "app_id": APP}
    event: Json = {
        "type": "function_executed",
        "function": function | {"title": execution.definition["title"]},
        "inputs": execution.inputs,
        "function_execution_id": execution.id,
        "workflow_execution_id": new_id("Wx"),
        "event_ts": state.next_ts(),
        "bot_access_token": "xwfp-local",
    }
    return event_callback(state, event)


def app_ended(state: WorkspaceState, event: Json) -> Json:
    """The envelope of `app_uninstalled` and `tokens_revoked`, which tells of no authorization that is left."""
    payload = event_callback(state, event)
    del payload["authorizations"]
    installation = state.installation
    if (
        installation is not None
        and installation.is_enterprise_install
        and installation.organization is not None
    ):
        payload["team_id"] = installation.organization.id
    return payload


def event_callback(state: WorkspaceState, event: Json, channel: Channel | None = None) -> Json:
    """The envelope of an event. `channel`: where it happened.

    In a shared channel `team_id` is the workspace that made the channel; `authorizations` has the bot's own.
    """
    host = channel.host if channel is not None else None
    source = host or state.team
    enterprise: Json = {}
    if source.organization is not None or state.team.organization is not None:
        enterprise = {"enterprise_id": _id(source.organization)}
    context: Json = {}
    if host is not None:
        context = {
            "context_team_id": state.team.id,
            "context_enterprise_id": _id(state.team.organization),
        }
    return {
        "token": TOKEN,
        "team_id": source.id,
        **enterprise,
        **context,
        "api_app_id": APP,
        "event": event,
        "type": "event_callback",
        "event_id": new_id("Ev"),
        "event_time": int(state.clock()),
        "authorizations": [
            {
                "enterprise_id": _id(state.team.organization),
                "team_id": state.team.id,
                "user_id": state.bot_user,
                "is_bot": True,
                "is_enterprise_install": state.is_enterprise_install,
            }
        ],
        "is_ext_shared_channel": host is not None,
    }


def view_with_values(view: StoredView) -> Json:
    """A view with the current input in `state.values`."""
    return {**view.content, "state": {"values": input_values(view.content["blocks"], view.values)}}


def channel_name(channel: Channel) -> str:
    return "directmessage" if channel.kind == "im" else channel.name


def _interaction(state: WorkspaceState, kind: str, user: str) -> Json:
    """`team`: where the app is installed; the person's own is in `user` (java-slack-sdk issue 1041)."""
    person, organization = state.people[user], state.team.organization
    return {
        "type": kind,
        "token": TOKEN,
        "team": _team(state.team),
        "user": {
            "id": user,
            "username": person.name,
            "name": person.name,
            "team_id": state.team_of(user).id,
        },
        "api_app_id": APP,
        "enterprise": _enterprise(organization),
        "is_enterprise_install": state.is_enterprise_install,
    }


def _view_interaction(state: WorkspaceState, kind: str, user: str) -> Json:
    """Submitted from, or closed in, a person's own workspace (bolt-js issue 1614)."""
    team = {"team": _team(state.team_of(user))}
    return _interaction(state, kind, user) | team | _view_team(state)


def _view_team(state: WorkspaceState) -> Json:
    """Views of an app that is installed for an organization name no team (reference/interaction-payloads)."""
    return {"team": None} if state.is_enterprise_install else {}


def _team(team: Team) -> Json:
    document: Json = {"id": team.id, "domain": team.domain}
    if team.organization is not None:
        document |= {"enterprise_id": team.organization.id, "enterprise_name": team.organization.name}
    return document


def _enterprise(organization: Organization | None) -> Json | None:
    return {"id": organization.id, "name": organization.name} if organization is not None else None


def _id(organization: Organization | None) -> str | None:
    return organization.id if organization is not None else None


def _action(state: WorkspaceState, action: Json) -> Json:
    return action | {"action_ts": state.next_ts()}


def _response_urls(state: WorkspaceState, view: StoredView) -> list[Json]:
    response_urls: list[Json] = []
    values = input_values(view.content["blocks"], view.values)
    for block in view.content["blocks"]:
        element: dict[str, Any] = block.get("element") or {}
        if element.get("response_url_enabled"):
            answer = values[block["block_id"]][element["action_id"]]
            channel = answer.get("selected_conversation") or answer.get("selected_channel")
            if channel in state.channels:
                url = state.new_response_url(view.user, channel)
                ids = {
                    "block_id": block["block_id"],
                    "action_id": element["action_id"],
                    "channel_id": channel,
                }
                response_urls.append(ids | {"response_url": url})
    return response_urls
