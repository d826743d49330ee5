"""Payloads sent to the bot: commands, interactions and events."""

from typing import Any

from handlers.standins.slack.messages import message_json
from handlers.standins.slack.state import (
    APP,
    BOT_USER,
    DOMAIN,
    TEAM,
    Channel,
    Execution,
    StoredMessage,
    StoredView,
    WorkspaceState,
    new_id,
)
from handlers.standins.slack.views import input_values
from handlers.standins.types import Json

TOKEN = "verification-token-of-the-local-workspace"  # noqa: S105 (Slack's deprecated field; nothing checks it)


def command(state: WorkspaceState, user: str, channel: Channel, name: str, text: str) -> Json:
    person = state.people[user]
    return {
        "token": TOKEN,
        "team_id": TEAM,
        "team_domain": DOMAIN,
        "channel_id": channel.id,
        "channel_name": channel_name(channel),
        "user_id": user,
        "user_name": person.name,
        "command": name,
        "text": text,
        "api_app_id": APP,
        "is_enterprise_install": "false",
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
    return _interaction(state, "block_actions", view.user) | {
        "container": {"type": "view", "view_id": view.id},
        "trigger_id": state.new_trigger(view.user, view.channel, in_modal=in_modal),
        "view": view_with_values(view),
        "actions": [_action(state, action)],
    }


def submission(state: WorkspaceState, view: StoredView) -> Json:
    return _interaction(state, "view_submission", view.user) | {
        "trigger_id": state.new_trigger(view.user, view.channel, in_modal=True),
        "view": view_with_values(view),
        "response_urls": _response_urls(state, view),
    }


def view_closed(state: WorkspaceState, view: StoredView, *, cleared: bool) -> Json:
    return _interaction(state, "view_closed", view.user) | {
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
    return _interaction(state, "block_suggestion", user) | container | query


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
        "team": state.people[message.user].team,
    }
    return event_callback(state, event | ({"channel_type": "im"} if kind == "message" else {}))


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


def event_callback(state: WorkspaceState, event: Json) -> Json:
    """The envelope of an event."""
    return {
        "token": TOKEN,
        "team_id": TEAM,
        "api_app_id": APP,
        "event": event,
        "type": "event_callback",
        "event_id": new_id("Ev"),
        "event_time": int(state.clock()),
        "authorizations": [
            {
                "enterprise_id": None,
                "team_id": TEAM,
                "user_id": BOT_USER,
                "is_bot": True,
                "is_enterprise_install": False,
            }
        ],
        "is_ext_shared_channel": False,
    }


def view_with_values(view: StoredView) -> Json:
    """A view with the current input in `state.values`."""
    return {**view.content, "state": {"values": input_values(view.content["blocks"], view.values)}}


def channel_name(channel: Channel) -> str:
    return "directmessage" if channel.kind == "im" else channel.name


def _interaction(state: WorkspaceState, kind: str, user: str) -> Json:
    person = state.people[user]
    return {
        "type": kind,
        "token": TOKEN,
        "team": {"id": TEAM, "domain": DOMAIN},
        "user": {"id": user, "username": person.name, "name": person.name, "team_id": person.team},
        "api_app_id": APP,
        "enterprise": None,
        "is_enterprise_install": False,
    }


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
