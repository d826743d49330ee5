"""The Web API methods a bot of ours may call, but for files."""

from typing import Any

from handlers.standins.slack import messages, views
from handlers.standins.slack.state import (
    APP,
    BOT,
    BOT_USER,
    DOMAIN,
    TEAM,
    Channel,
    Message,
    Person,
    SlackError,
    View,
)
from handlers.standins.slack.web_api import Call, Method, page_of
from handlers.standins.types import Json

CONVERSATION_SCOPES = {"channel": "channels:read", "private": "groups:read", "im": "im:read"}
HISTORY_SCOPES = {"channel": "channels:history", "private": "groups:history", "im": "im:history"}
CONVERSATION_TYPES = {"public_channel": "channel", "private_channel": "private", "im": "im"}


def auth_test(call: Call) -> Json:
    return {
        "url": f"{call.state.url}/",
        "team": "Local workspace",
        "user": call.state.people[BOT_USER].name,
        "team_id": TEAM,
        "user_id": BOT_USER,
        "bot_id": BOT,
        "is_enterprise_install": False,
    }


def post_message(call: Call) -> Json:
    channel = call.channel_in()
    said = call.arguments
    message = messages.post(
        call.state, channel, said.get("text"), said.get("blocks"), metadata=said.get("metadata")
    )
    return {"channel": channel.id, "ts": message.ts, "message": messages.as_slack(call.state, message)}


def post_ephemeral(call: Call) -> Json:
    channel, user = call.channel_in(), call.text("user")
    if user not in channel.members or user == BOT_USER:
        raise SlackError("user_not_in_channel")
    said = call.arguments
    message = messages.post(call.state, channel, said.get("text"), said.get("blocks"), only_for=user)
    return {"message_ts": message.ts}


def update(call: Call) -> Json:
    channel, message = _own_message(call, "cant_update_message")
    messages.update(call.state, channel, message, call.arguments.get("text"), call.arguments.get("blocks"))
    shown = messages.as_slack(call.state, message)
    return {"channel": channel.id, "ts": message.ts, "text": message.text, "message": shown}


def delete(call: Call) -> Json:
    channel, message = _own_message(call, "cant_delete_message")
    call.state.remove(channel, message)
    return {"channel": channel.id, "ts": message.ts}


def get_permalink(call: Call) -> Json:
    channel = call.channel()
    ts = call.text("message_ts")
    if call.state.message(channel, ts) is None:
        raise SlackError("message_not_found")
    link = f"{call.state.url}/?channel={channel.id}&ts={ts}"
    return {"channel": channel.id, "permalink": link}


def views_open(call: Call) -> Json:
    trigger = call.state.use_trigger(call.text("trigger_id"))
    return _view(views.open_view(call.state, trigger, _sent(call)))


def views_push(call: Call) -> Json:
    trigger = call.state.use_trigger(call.text("trigger_id"))
    if not trigger.in_modal:
        raise SlackError("not_found")
    return _view(views.push_view(call.state, trigger.user, _sent(call), trigger.channel))


def views_update(call: Call) -> Json:
    view_id, external_id = call.maybe("view_id"), call.maybe("external_id")
    if not view_id and not external_id:
        raise SlackError("invalid_arguments", "[ERROR] missing required field: view_id or external_id")
    view = views.find_view(call.state, view_id, external_id)
    return _view(views.update_view(call.state, view, _sent(call), call.maybe("hash")))


def views_publish(call: Call) -> Json:
    if not call.manifest.home_tab:
        raise SlackError("not_enabled")
    user = call.text("user_id")
    if user not in call.state.people or user == BOT_USER:
        raise SlackError("user_not_found")
    return _view(views.publish_home(call.state, user, _sent(call), call.maybe("hash")))


def conversations_open(call: Call) -> Json:
    users = (call.maybe("users") or "").split(",")
    if call.maybe("channel"):
        channel = call.channel()
    elif users == [""]:
        raise SlackError("users_list_not_supplied")
    elif len(users) > 1:
        call.needs("mpim:write")
        raise SlackError("not_enough_users")
    elif users[0] not in call.state.people or users[0] == BOT_USER:
        raise SlackError("user_not_found")
    else:
        channel = call.state.direct(users[0])
    return {"no_op": True, "already_open": True, "channel": {"id": channel.id}}


def conversations_info(call: Call) -> Json:
    channel = call.channel()
    call.needs(CONVERSATION_SCOPES[channel.kind])
    return {"channel": _channel(channel, members=call.flag("include_num_members"))}


def conversations_list(call: Call) -> Json:
    wanted = (call.maybe("types") or "public_channel").split(",")
    if not set(wanted) <= {*CONVERSATION_TYPES, "mpim"}:
        raise SlackError("invalid_types")
    kinds = {CONVERSATION_TYPES[one] for one in wanted if one in CONVERSATION_TYPES}
    for kind in sorted(kinds):
        call.needs(CONVERSATION_SCOPES[kind])
    seen = [
        one
        for one in call.state.channels.values()
        if one.kind in kinds and (one.kind == "channel" or one.bot_in)
    ]
    found, more = page_of(call, seen)
    return {"channels": [_channel(one, members=True) for one in found], **more}


def conversations_history(call: Call) -> Json:
    """The newest first. Metadata is shown where all of it is asked for."""
    channel = call.channel()
    call.needs(HISTORY_SCOPES[channel.kind])
    if not channel.bot_in:
        raise SlackError("not_in_channel")
    oldest, latest = _moment(call, "oldest"), _moment(call, "latest")
    inclusive = call.flag("inclusive")
    seen = [one for one in reversed(channel.messages) if one.only_for is None]
    if oldest is not None:
        seen = [one for one in seen if float(one.ts) > oldest or (inclusive and float(one.ts) == oldest)]
    if latest is not None:
        seen = [one for one in seen if float(one.ts) < latest or (inclusive and float(one.ts) == latest)]
    found, more = page_of(call, seen, 999)
    shown = [messages.as_slack(call.state, one) for one in found]
    if call.flag("include_all_metadata"):
        shown = [
            made | ({"metadata": one.metadata} if one.metadata else {})
            for made, one in zip(shown, found, strict=True)
        ]
    return {"messages": shown, "has_more": bool(more["response_metadata"]["next_cursor"]), **more}


def conversations_members(call: Call) -> Json:
    channel = call.channel()
    call.needs(CONVERSATION_SCOPES[channel.kind])
    found, more = page_of(call, sorted(channel.members))
    return {"members": found, **more}


def users_info(call: Call) -> Json:
    person = call.state.people.get(call.maybe("user") or "")
    if person is None:
        raise SlackError("user_not_found")
    return {"user": _person(person, locale=call.flag("include_locale"))}


def users_list(call: Call) -> Json:
    found, more = page_of(call, list(call.state.people.values()))
    members = [_person(one, locale=call.flag("include_locale")) for one in found]
    return {"members": members, "cache_ts": int(call.state.clock()), **more}


def usergroups_list(call: Call) -> Json:
    groups = []
    for group_id, (handle, users) in call.state.groups.items():
        group: Json = {"id": group_id, "team_id": TEAM, "handle": handle, "name": handle}
        group["user_count"] = len(users)
        groups.append(group | ({"users": users} if call.flag("include_users") else {}))
    return {"usergroups": groups}


def usergroups_users_list(call: Call) -> Json:
    group = call.state.groups.get(call.text("usergroup"))
    if group is None:
        raise SlackError("no_such_subteam")
    return {"users": group[1]}


def bots_info(call: Call) -> Json:
    if call.maybe("bot") not in {None, BOT}:
        raise SlackError("bot_not_found")
    name = call.state.people[BOT_USER].real_name
    return {"bot": {"id": BOT, "deleted": False, "name": name, "app_id": APP, "user_id": BOT_USER}}


def team_info(_call: Call) -> Json:
    return {"team": {"id": TEAM, "name": "Local workspace", "domain": DOMAIN}}


METHODS: dict[str, tuple[tuple[str, ...], Method]] = {
    "auth.test": ((), auth_test),
    "chat.postMessage": (("chat:write",), post_message),
    "chat.postEphemeral": (("chat:write",), post_ephemeral),
    "chat.update": (("chat:write",), update),
    "chat.delete": (("chat:write",), delete),
    "chat.getPermalink": ((), get_permalink),
    "views.open": ((), views_open),
    "views.push": ((), views_push),
    "views.update": ((), views_update),
    "views.publish": ((), views_publish),
    "conversations.open": (("im:write", "mpim:write", "channels:manage", "groups:write"), conversations_open),
    "conversations.info": (tuple(CONVERSATION_SCOPES.values()), conversations_info),
    "conversations.list": (tuple(CONVERSATION_SCOPES.values()), conversations_list),
    "conversations.history": (tuple(HISTORY_SCOPES.values()), conversations_history),
    "conversations.members": (tuple(CONVERSATION_SCOPES.values()), conversations_members),
    "users.info": (("users:read",), users_info),
    "users.list": (("users:read",), users_list),
    "usergroups.list": (("usergroups:read",), usergroups_list),
    "usergroups.users.list": (("usergroups:read",), usergroups_users_list),
    "bots.info": (("users:read",), bots_info),
    "team.info": (("team:read",), team_info),
}


def _moment(call: Call, name: str) -> float | None:
    """Raises `invalid_ts_oldest`, `invalid_ts_latest`."""
    try:
        return float(call.maybe(name) or "") if call.maybe(name) else None
    except ValueError:
        raise SlackError(f"invalid_ts_{name}") from None


def _sent(call: Call) -> Any:
    if "view" not in call.arguments:
        raise SlackError("invalid_arguments", "[ERROR] missing required field: view")
    return call.arguments["view"]


def _view(view: View) -> Json:
    return {"view": view.content}


def _own_message(call: Call, not_own: str) -> tuple[Channel, Message]:
    channel = call.channel()
    message = call.state.message(channel, call.text("ts"))
    # What only one person sees is no message to these methods.
    if message is None or message.only_for is not None:
        raise SlackError("message_not_found")
    if message.user != BOT_USER:
        raise SlackError(not_own)
    return channel, message


def _channel(channel: Channel, *, members: bool) -> Json:
    if channel.kind == "im":
        person = next(iter(channel.members - {BOT_USER}))
        return {"id": channel.id, "is_im": True, "user": person, "is_archived": False}
    made: Json = {
        "id": channel.id,
        "name": channel.name,
        "name_normalized": channel.name,
        "is_channel": channel.kind == "channel",
        "is_group": False,
        "is_im": False,
        "is_private": channel.kind == "private",
        "is_archived": False,
        "is_general": channel.name == "general",
        "is_member": channel.bot_in,
    }
    return made | ({"num_members": len(channel.members)} if members else {})


def _person(person: Person, *, locale: bool) -> Json:
    made: Json = {
        "id": person.id,
        "team_id": TEAM,
        "name": person.name,
        "real_name": person.real_name,
        "deleted": False,
        "tz": person.tz,
        "tz_label": person.tz,
        "profile": {"real_name": person.real_name, "display_name": person.name, "title": person.title},
        "is_admin": person.is_admin,
        "is_owner": person.is_owner,
        "is_primary_owner": person.is_owner,
        "is_restricted": False,
        "is_ultra_restricted": False,
        "is_bot": person.is_bot,
        "updated": 1_700_000_000,
    }
    return made | ({"locale": person.locale} if locale else {})
