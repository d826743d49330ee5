"""Messages: posting, updating, `response_url`, and messages and files as Slack's JSON."""

import copy
import re
from typing import Any
from urllib.parse import quote

from handlers.standins.slack.limits.checks import check_message
from handlers.standins.slack.state import (
    APP,
    RESPONSE_URL_SECONDS,
    RESPONSE_URL_USES,
    Channel,
    File,
    SlackError,
    StoredMessage,
    WorkspaceState,
)
from handlers.standins.slack.teams.values import bot_id
from handlers.standins.slack.views import add_missing_ids
from handlers.standins.types import Json

# What Slack makes a link of.
_ADDRESS = re.compile(r"(?<![\w.+'-])[\w.+'-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}")


def post(
    state: WorkspaceState,
    channel: Channel,
    text: Any,
    blocks: Any,
    *,
    only_for: str | None = None,
    files: list[File] | None = None,
    metadata: Any = None,
) -> StoredMessage:
    """Posts a message of the bot. Raises SlackError as `check_message`; a message with files needs no text."""
    if text or blocks or not files:
        check_message(text, blocks, state.unknown_blocks)
    if metadata is not None:
        _check_metadata(metadata)
    message = StoredMessage(
        state.next_ts(),
        state.bot_user,
        text or "",
        _with_ids(blocks),
        files or [],
        only_for=only_for,
        metadata=metadata,
    )
    for file in message.files:
        file.shared.append((channel.id, message.ts))
    return state.post(channel, message)


def as_sent(state: WorkspaceState, text: str) -> str:
    """What a person typed, as Slack keeps it: escaped, with links of addresses and mentions of the bot."""
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    text = _ADDRESS.sub(r"<mailto:\g<0>|\g<0>>", text)
    if not state.installed:
        return text
    name = re.escape(state.people[state.bot_user].real_name)
    return re.sub(rf"@{name}\b", f"<@{state.bot_user}>", text, flags=re.IGNORECASE)


def update(state: WorkspaceState, channel: Channel, message: StoredMessage, text: Any, blocks: Any) -> None:
    """Replaces text and blocks; an update without blocks removes the old ones. Raises SlackError."""
    check_message(text, blocks, state.unknown_blocks)
    message.text, message.blocks = text or "", _with_ids(blocks)
    message.edited = True
    state.change(channel, message)


def respond(state: WorkspaceState, token: str, body: Json) -> None:
    """Handles a POST to a `response_url`. Raises `invalid_url`, `expired_url` (30 min), `used_url` (5 times)."""
    response_url = state.response_urls.get(token)
    if response_url is None:
        raise SlackError("invalid_url")
    if state.clock() - response_url.created > RESPONSE_URL_SECONDS:
        raise SlackError("expired_url")
    if response_url.uses >= RESPONSE_URL_USES:
        raise SlackError("used_url")
    response_url.uses += 1
    channel = state.channels[response_url.channel]
    # A slash command has no original message: replacing it posts a new one (bolt-python issue 1268).
    original = state.message(channel, response_url.original) if response_url.original else None
    if body.get("delete_original"):
        if original is not None:
            state.remove(channel, original)
        return
    if body.get("replace_original") and original is not None:
        update(state, channel, original, body.get("text"), body.get("blocks"))
        return
    post_response(state, channel, response_url.user, body)


def post_response(state: WorkspaceState, channel: Channel, user: str, body: Json) -> None:
    """Posts the message of an acknowledgement or a `response_url`: ephemeral unless `in_channel`."""
    only_for = None if body.get("response_type") == "in_channel" else user
    post(state, channel, body.get("text"), body.get("blocks"), only_for=only_for)


def message_json(state: WorkspaceState, message: StoredMessage) -> Json:
    """A message as in the Web API and in payloads."""
    author = state.people.get(message.user)
    team = state.team.id if author is None or author.belongs_to(state.team.id) else author.team
    document: Json = {
        "type": "message",
        "user": message.user,
        "ts": message.ts,
        "text": message.text,
        "team": team,
    }
    if author is not None and author.is_bot:
        bot = bot_id(author.id)
        profile = {"id": bot, "app_id": APP, "name": author.real_name, "team_id": team}
        document |= {"bot_id": bot, "app_id": APP, "bot_profile": profile}
    if message.blocks:
        document["blocks"] = message.blocks
    if message.files:
        document["files"] = [file_json(state, file) for file in message.files]
    if message.edited:
        document["edited"] = {"user": message.user, "ts": message.ts}
    return document


def file_json(state: WorkspaceState, file: File) -> Json:
    """A file as in the Web API and in payloads."""
    shares: dict[str, dict[str, list[Json]]] = {}
    for channel_id, ts in file.shared:
        kind = "public" if state.channels[channel_id].kind == "channel" else "private"
        shares.setdefault(kind, {}).setdefault(channel_id, []).append({"ts": ts})
    private = f"{state.url}/files-pri/{state.team.id}-{file.id}"
    return {
        "id": file.id,
        "created": file.created,
        "timestamp": file.created,
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
        "channels": _shared_in(state, file, "channel"),
        "groups": _shared_in(state, file, "private"),
        "ims": _shared_in(state, file, "im"),
        "shares": shares,
    }


def _shared_in(state: WorkspaceState, file: File, kind: str) -> list[str]:
    return [channel_id for channel_id, _ in file.shared if state.channels[channel_id].kind == kind]


def _check_metadata(metadata: Any) -> None:
    """Raises `invalid_metadata_format`, `invalid_metadata_schema`."""
    is_event = isinstance(metadata, dict) and set(metadata) == {"event_type", "event_payload"}
    if not is_event or not isinstance(metadata["event_type"], str):
        raise SlackError("invalid_metadata_format")
    if not metadata["event_type"] or not isinstance(metadata["event_payload"], dict):
        raise SlackError("invalid_metadata_schema")


def _with_ids(blocks: Any) -> list[Json]:
    copied: list[Json] = copy.deepcopy(blocks) if blocks else []
    add_missing_ids(copied)
    return copied
