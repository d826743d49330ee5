"""`conversations.*`."""

import math

from handlers.standins.slack import messages
from handlers.standins.slack.state import Channel, SlackError, StoredMessage
from handlers.standins.slack.web_api.calls import MethodCall, MethodTable, page_of
from handlers.standins.types import Json

READ_SCOPES = {"channel": "channels:read", "private": "groups:read", "im": "im:read"}
HISTORY_SCOPES = {"channel": "channels:history", "private": "groups:history", "im": "im:history"}
SHARING = ("is_shared", "is_ext_shared", "is_pending_ext_shared", "is_org_shared")
KINDS = {"public_channel": "channel", "private_channel": "private", "im": "im"}  # by `types`


def open_direct(call: MethodCall) -> Json:
    users = (call.optional("users") or "").split(",")
    if call.optional("channel"):
        channel = call.channel()
    elif users == [""]:
        raise SlackError("users_list_not_supplied")
    elif len(users) > 1:
        call.require_scope("mpim:write")
        raise SlackError("not_enough_users")
    elif (person := call.state.people.get(users[0])) is None or person.is_bot:
        raise SlackError("user_not_found")
    elif not person.belongs_to(call.state.team.id):
        raise SlackError("user_not_visible")  # somebody met through Slack Connect
    else:
        channel = call.state.direct(users[0])
    return {"no_op": True, "already_open": True, "channel": {"id": channel.id}}


def info(call: MethodCall) -> Json:
    channel = call.channel()
    call.require_scope(READ_SCOPES[channel.kind])
    return {"channel": _channel_json(call, channel, members=call.flag("include_num_members"))}


def list_channels(call: MethodCall) -> Json:
    types = (call.optional("types") or "public_channel").split(",")
    if not set(types) <= {*KINDS, "mpim"}:
        raise SlackError("invalid_types")
    kinds = {KINDS[kind] for kind in types if kind in KINDS}
    for kind in sorted(kinds):
        call.require_scope(READ_SCOPES[kind])
    visible = [
        channel
        for channel in call.state.channels.values()
        if channel.kind in kinds and (channel.kind == "channel" or call.state.has_bot(channel))
    ]
    page, metadata = page_of(call, visible)
    return {"channels": [_channel_json(call, channel, members=True) for channel in page], **metadata}


def history(call: MethodCall) -> Json:
    """Messages, newest first; with their metadata if `include_all_metadata`."""
    channel = call.channel()
    call.require_scope(HISTORY_SCOPES[channel.kind])
    if not call.state.has_bot(channel):
        raise SlackError("not_in_channel")
    in_range = [message for message in _in_range(call, channel) if message.only_for is None]
    page, metadata = page_of(call, in_range[::-1], 999)
    documents = [messages.message_json(call.state, message) for message in page]
    if call.flag("include_all_metadata"):
        for document, message in zip(documents, page, strict=True):
            if message.metadata:
                document["metadata"] = message.metadata
    has_more = bool(metadata["response_metadata"]["next_cursor"])
    return {"messages": documents, "has_more": has_more, **metadata}


def members(call: MethodCall) -> Json:
    channel = call.channel()
    call.require_scope(READ_SCOPES[channel.kind])
    page, metadata = page_of(call, sorted(channel.members))
    return {"members": page, **metadata}


METHODS: MethodTable = {
    "conversations.open": (("im:write", "mpim:write", "channels:manage", "groups:write"), open_direct),
    "conversations.info": (tuple(READ_SCOPES.values()), info),
    "conversations.list": (tuple(READ_SCOPES.values()), list_channels),
    "conversations.history": (tuple(HISTORY_SCOPES.values()), history),
    "conversations.members": (tuple(READ_SCOPES.values()), members),
}


def _in_range(call: MethodCall, channel: Channel) -> list[StoredMessage]:
    """Messages between `oldest` and `latest`; with those at the bounds if `inclusive`."""
    oldest, latest = _timestamp(call, "oldest", -math.inf), _timestamp(call, "latest", math.inf)
    if call.flag("inclusive"):
        return [message for message in channel.messages if oldest <= float(message.ts) <= latest]
    return [message for message in channel.messages if oldest < float(message.ts) < latest]


def _timestamp(call: MethodCall, name: str, default: float) -> float:
    """Raises `invalid_ts_oldest`, `invalid_ts_latest`."""
    try:
        return float(call.optional(name) or default)
    except ValueError:
        raise SlackError(f"invalid_ts_{name}") from None


def _channel_json(call: MethodCall, channel: Channel, *, members: bool) -> Json:
    if channel.kind == "im":
        person = next(iter(channel.members - {call.state.bot_user}))
        return {"id": channel.id, "is_im": True, "user": person, "is_archived": False}
    document: Json = {
        "id": channel.id,
        "name": channel.name,
        "name_normalized": channel.name,
        "is_channel": channel.kind == "channel",
        "is_group": False,
        "is_im": False,
        "is_private": channel.kind == "private",
        "is_archived": False,
        "is_general": channel.name == "general",
        "is_member": call.state.has_bot(channel),
    }
    document |= {name: name in channel.sharing for name in SHARING}
    return document | ({"num_members": len(channel.members)} if members else {})
