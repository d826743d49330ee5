"""What Slack sends to the bot: the fields of commands, interactions and events."""

from typing import Any

from handlers.standins.slack.messages import as_slack
from handlers.standins.slack.state import (
    APP,
    BOT_USER,
    DOMAIN,
    TEAM,
    Channel,
    Message,
    State,
    View,
    new_id,
)
from handlers.standins.slack.views import answers
from handlers.standins.types import Json

TOKEN = "verification-token-of-the-local-workspace"  # noqa: S105 (Slack's deprecated field; nothing checks it)


def command(state: State, user: str, channel: Channel, name: str, text: str) -> Json:
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
        "response_url": state.response_url(user, channel.id),
        "trigger_id": state.trigger(user, channel.id, in_modal=False),
    }


def message_action(state: State, user: str, channel: Channel, message: Message, action: Json) -> Json:
    """`action`: as the page sends it, checked."""
    ephemeral = message.only_for is not None
    made = _interaction(state, "block_actions", user) | {
        "container": {
            "type": "message",
            "message_ts": message.ts,
            "channel_id": channel.id,
            "is_ephemeral": ephemeral,
        },
        "trigger_id": state.trigger(user, channel.id, in_modal=False),
        "channel": {"id": channel.id, "name": channel_name(channel)},
        "response_url": state.response_url(user, channel.id, message.ts),
        "actions": [_action(state, action)],
    }
    # Slack keeps no copy of an ephemeral message to send along.
    return made if ephemeral else made | {"message": as_slack(state, message)}


def view_action(state: State, view: View, action: Json) -> Json:
    in_modal = view.content["type"] == "modal"
    return _interaction(state, "block_actions", view.user) | {
        "container": {"type": "view", "view_id": view.id},
        "trigger_id": state.trigger(view.user, view.channel, in_modal=in_modal),
        "view": view_now(view),
        "actions": [_action(state, action)],
    }


def submission(state: State, view: View) -> Json:
    return _interaction(state, "view_submission", view.user) | {
        "trigger_id": state.trigger(view.user, view.channel, in_modal=True),
        "view": view_now(view),
        "response_urls": _response_urls(state, view),
    }


def closed(state: State, view: View, *, cleared: bool) -> Json:
    return _interaction(state, "view_closed", view.user) | {"view": view_now(view), "is_cleared": cleared}


def shortcut(state: State, user: str, channel: Channel, message: Message, callback_id: str) -> Json:
    return _interaction(state, "message_action", user) | {
        "action_ts": state.next_ts(),
        "callback_id": callback_id,
        "trigger_id": state.trigger(user, channel.id, in_modal=False),
        "response_url": state.response_url(user, channel.id, message.ts),
        "message_ts": message.ts,
        "channel": {"id": channel.id, "name": channel_name(channel)},
        "message": as_slack(state, message),
    }


def suggestion(state: State, user: str, place: Json, block_id: str, action_id: str, typed: str) -> Json:
    """`place`: the payload's fields for where the menu stands."""
    asked = {"block_id": block_id, "action_id": action_id, "value": typed}
    return _interaction(state, "block_suggestion", user) | place | asked


def home_opened(state: State, user: str) -> Json:
    home = state.homes.get(user)
    event: Json = {
        "type": "app_home_opened",
        "user": user,
        "channel": state.direct(user).id,
        "tab": "home",
        "event_ts": state.next_ts(),
    }
    if home is not None:
        event["view"] = home.content
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


def view_now(view: View) -> Json:
    """A view with what is typed in it."""
    return {**view.content, "state": {"values": answers(view.content["blocks"], view.values)}}


def channel_name(channel: Channel) -> str:
    return "directmessage" if channel.kind == "im" else channel.name


def _interaction(state: State, kind: str, user: str) -> Json:
    person = state.people[user]
    return {
        "type": kind,
        "token": TOKEN,
        "team": {"id": TEAM, "domain": DOMAIN},
        "user": {"id": user, "username": person.name, "name": person.name, "team_id": TEAM},
        "api_app_id": APP,
        "enterprise": None,
        "is_enterprise_install": False,
    }


def _action(state: State, action: Json) -> Json:
    return action | {"action_ts": state.next_ts()}


def _response_urls(state: State, view: View) -> list[Json]:
    made: list[Json] = []
    values = answers(view.content["blocks"], view.values)
    for block in view.content["blocks"]:
        one: dict[str, Any] = block.get("element") or {}
        if one.get("response_url_enabled"):
            answer = values[block["block_id"]][one["action_id"]]
            channel = answer.get("selected_conversation") or answer.get("selected_channel")
            if channel in state.channels:
                url = state.response_url(view.user, channel)
                where = {"block_id": block["block_id"], "action_id": one["action_id"], "channel_id": channel}
                made.append(where | {"response_url": url})
    return made
