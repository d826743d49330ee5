"""`chat.*`."""

from handlers.standins.slack import messages
from handlers.standins.slack.state import Channel, SlackError, StoredMessage
from handlers.standins.slack.web_api.calls import MethodCall, MethodTable
from handlers.standins.types import Json


def post_message(call: MethodCall) -> Json:
    channel = call.joined_channel()
    arguments = call.arguments
    message = messages.post(
        call.state,
        channel,
        arguments.get("text"),
        arguments.get("blocks"),
        metadata=arguments.get("metadata"),
    )
    return {"channel": channel.id, "ts": message.ts, "message": messages.message_json(call.state, message)}


def post_ephemeral(call: MethodCall) -> Json:
    channel, user = call.joined_channel(), call.required("user")
    person = call.state.people.get(user)
    if user not in channel.members or (person is not None and person.is_bot):
        raise SlackError("user_not_in_channel")
    text, blocks = call.arguments.get("text"), call.arguments.get("blocks")
    message = messages.post(call.state, channel, text, blocks, only_for=user)
    return {"message_ts": message.ts}


def update(call: MethodCall) -> Json:
    channel, message = _own_message(call, "cant_update_message")
    messages.update(call.state, channel, message, call.arguments.get("text"), call.arguments.get("blocks"))
    updated = messages.message_json(call.state, message)
    return {"channel": channel.id, "ts": message.ts, "text": message.text, "message": updated}


def delete(call: MethodCall) -> Json:
    channel, message = _own_message(call, "cant_delete_message")
    call.state.remove(channel, message)
    return {"channel": channel.id, "ts": message.ts}


def get_permalink(call: MethodCall) -> Json:
    channel = call.channel()
    ts = call.required("message_ts")
    if call.state.message(channel, ts) is None:
        raise SlackError("message_not_found")
    link = f"{call.state.page_url}?channel={channel.id}&ts={ts}"
    return {"channel": channel.id, "permalink": link}


METHODS: MethodTable = {
    "chat.postMessage": (("chat:write",), post_message),
    "chat.postEphemeral": (("chat:write",), post_ephemeral),
    "chat.update": (("chat:write",), update),
    "chat.delete": (("chat:write",), delete),
    "chat.getPermalink": ((), get_permalink),
}


def _own_message(call: MethodCall, not_own: str) -> tuple[Channel, StoredMessage]:
    """A message the bot posted. Raises `message_not_found`, or the error `not_own` for one of somebody else."""
    channel = call.channel()
    message = call.state.message(channel, call.required("ts"))
    # These methods don't find ephemeral messages.
    if message is None or message.only_for is not None:
        raise SlackError("message_not_found")
    if message.user != call.state.bot_user:
        raise SlackError(not_own)
    return channel, message
