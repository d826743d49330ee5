"""Messages: posted, updated, deleted, answered through a response_url; and files in them."""

import copy
from typing import Any
from urllib.parse import quote

from handlers.standins.slack.limits.views import check_message
from handlers.standins.slack.state import (
    APP,
    BOT,
    BOT_USER,
    RESPONSE_URL_SECONDS,
    RESPONSE_URL_USES,
    TEAM,
    Channel,
    File,
    Message,
    SlackError,
    State,
)
from handlers.standins.slack.views import name_blocks
from handlers.standins.types import Json


def post(
    state: State,
    channel: Channel,
    text: Any,
    blocks: Any,
    *,
    only_for: str | None = None,
    files: list[File] | None = None,
    metadata: Any = None,
) -> Message:
    """The bot says something. Raises what `check_message` does; a message of files may be without words."""
    if text or blocks or not files:
        check_message(text, blocks)
    if metadata is not None:
        _check_metadata(metadata)
    message = Message(
        state.next_ts(),
        BOT_USER,
        text or "",
        _named(blocks),
        files or [],
        only_for=only_for,
        metadata=metadata,
    )
    for file in message.files:
        file.shared.append((channel.id, message.ts))
    return state.post(channel, message)


def update(state: State, channel: Channel, message: Message, text: Any, blocks: Any) -> None:
    """Replaces the words; without blocks in an update that has words, the old blocks go."""
    check_message(text, blocks)
    message.text, message.blocks = text or "", _named(blocks)
    message.edited = True
    state.change(channel, message)


def respond(state: State, token: str, said: Json) -> None:
    """A POST to a response_url. Raises `invalid_url`, `expired_url` (30 min), `used_url` (5 times)."""
    reply = state.replies.get(token)
    if reply is None:
        raise SlackError("invalid_url")
    if state.clock() - reply.made > RESPONSE_URL_SECONDS:
        raise SlackError("expired_url")
    if reply.uses >= RESPONSE_URL_USES:
        raise SlackError("used_url")
    reply.uses += 1
    channel = state.channels[reply.channel]
    # A slash command has no original: there, "replace" makes a new message (bolt-python issue 1268).
    original = state.message(channel, reply.original) if reply.original else None
    if said.get("delete_original"):
        if original is not None:
            state.remove(channel, original)
        return
    if said.get("replace_original") and original is not None:
        update(state, channel, original, said.get("text"), said.get("blocks"))
        return
    answer(state, channel, reply.user, said)


def answer(state: State, channel: Channel, user: str, said: Json) -> None:
    """What an ack or a response_url says: to the person alone, unless it says `in_channel`."""
    only_for = None if said.get("response_type") == "in_channel" else user
    post(state, channel, said.get("text"), said.get("blocks"), only_for=only_for)


def as_slack(state: State, message: Message) -> Json:
    """A message as the Web API and payloads have it."""
    made: Json = {
        "type": "message",
        "user": message.user,
        "ts": message.ts,
        "text": message.text,
        "team": TEAM,
    }
    if message.user == BOT_USER:
        profile = {"id": BOT, "app_id": APP, "name": state.people[BOT_USER].real_name, "team_id": TEAM}
        made |= {"bot_id": BOT, "app_id": APP, "bot_profile": profile}
    if message.blocks:
        made["blocks"] = message.blocks
    if message.files:
        made["files"] = [file_as_slack(state, file) for file in message.files]
    if message.edited:
        made["edited"] = {"user": message.user, "ts": message.ts}
    return made


def file_as_slack(state: State, file: File) -> Json:
    """A file as the Web API and payloads have it."""
    shares: dict[str, dict[str, list[Json]]] = {}
    for channel_id, ts in file.shared:
        kind = "public" if state.channels[channel_id].kind == "channel" else "private"
        shares.setdefault(kind, {}).setdefault(channel_id, []).append({"ts": ts})
    private = f"{state.url}/files-pri/{TEAM}-{file.id}"
    return {
        "id": file.id,
        "created": file.made,
        "timestamp": file.made,
        "name": file.name,
        "title": file.title or file.name,
        "mimetype": file.mimetype,
        "filetype": file.name.rpartition(".")[2] or "binary",
        "user": file.owner,
        "size": file.size,
        "mode": "hosted",
        "is_external": False,
        "is_public": "public" in shares,
        "url_private": f"{private}/{quote(file.name)}",
        "url_private_download": f"{private}/download/{quote(file.name)}",
        "permalink": f"{state.url}/files/{file.id}/{quote(file.name)}",
        "channels": [c for c, _ in file.shared if state.channels[c].kind == "channel"],
        "groups": [c for c, _ in file.shared if state.channels[c].kind == "private"],
        "ims": [c for c, _ in file.shared if state.channels[c].kind == "im"],
        "shares": shares,
    }


def _check_metadata(metadata: Any) -> None:
    """An event's type and a mapping of its values. Raises SlackError."""
    is_event = isinstance(metadata, dict) and set(metadata) == {"event_type", "event_payload"}
    if not is_event or not isinstance(metadata["event_type"], str):
        raise SlackError("invalid_metadata_format")
    if not metadata["event_type"] or not isinstance(metadata["event_payload"], dict):
        raise SlackError("invalid_metadata_schema")


def _named(blocks: Any) -> list[Json]:
    made: list[Json] = copy.deepcopy(blocks) if blocks else []
    name_blocks(made)
    return made
