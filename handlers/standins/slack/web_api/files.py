"""`files.*`: the first and third step of an upload, and `files.info`."""

import json
import secrets
from typing import Any

from handlers.standins.slack import messages
from handlers.standins.slack.files import new_file
from handlers.standins.slack.state import Channel, File, SlackError, WorkspaceState
from handlers.standins.slack.web_api.calls import MethodCall, MethodTable
from handlers.standins.types import Json


def get_upload_url(call: MethodCall) -> Json:
    """Step 1 of an upload. A length of 0 counts as missing."""
    name, length = call.optional("filename"), call.optional("length") or "0"
    if name is None or not length.isdecimal() or int(length) < 1:
        raise SlackError("missing_argument", "[ERROR] missing required field: filename or length")
    file = new_file(call.state, name, int(length), call.state.bot_user)
    # The token keeps anyone who knows only the id from writing to the file.
    url = f"{call.state.url}/upload/v1/{file.id}-{secrets.token_urlsafe(12)}"
    call.state.uploads[url.rpartition("/")[2]] = file
    return {"upload_url": url, "file_id": file.id}


def complete_upload(call: MethodCall) -> Json:
    """Step 3 of an upload: names the files and, with `channel_id`, posts them as one message."""
    uploads = [_uploaded(call.state, entry) for entry in _file_entries(call.arguments.get("files"))]
    channel = _destination(call)
    for file, title in uploads:
        file.complete, file.title = True, title or file.name
    # Slack's response doesn't contain the channels yet.
    response = {"files": [messages.file_json(call.state, file) for file, _ in uploads]}
    if channel is not None:
        blocks = call.arguments.get("blocks")
        text = None if blocks else call.optional("initial_comment")
        messages.post(call.state, channel, text, blocks, files=[file for file, _ in uploads])
    return response


def info(call: MethodCall) -> Json:
    file = call.state.files.get(call.optional("file") or "")
    if file is None or not file.complete:
        raise SlackError("file_not_found")
    return {"file": messages.file_json(call.state, file), "comments": []}


METHODS: MethodTable = {
    "files.getUploadURLExternal": (("files:write",), get_upload_url),
    "files.completeUploadExternal": (("files:write",), complete_upload),
    "files.info": (("files:read",), info),
}


def _file_entries(files: Any) -> list[Json]:
    files = json.loads(files) if isinstance(files, str) else files
    if not isinstance(files, list) or not files or not all(isinstance(entry, dict) for entry in files):
        raise SlackError("invalid_arguments", "[ERROR] missing required field: files")
    return files


def _uploaded(state: WorkspaceState, entry: Json) -> tuple[File, str]:
    """The file of an entry, and its title. Raises `file_not_found`."""
    file = state.files.get(str(entry.get("id")))
    if file is None or file.path is None or file.owner != state.bot_user or file.complete:
        raise SlackError("file_not_found")
    return file, str(entry.get("title") or "")


def _destination(call: MethodCall) -> Channel | None:
    if call.optional("channel_id") is None:
        return None
    channel = call.channel("channel_id")
    # Unlike chat.postMessage, which answers not_in_channel (python-slack-sdk issue 1359).
    if not call.state.has_bot(channel):
        raise SlackError("channel_not_found")
    return channel
