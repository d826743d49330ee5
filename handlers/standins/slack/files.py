"""Files: the three-step upload, the page's own upload, and downloads. Bytes go to disk as they come."""

import json
import mimetypes
import secrets
from collections.abc import AsyncIterable
from pathlib import Path
from typing import Any
from urllib.parse import quote

from aiohttp import BodyPartReader, web

from handlers.standins.slack import messages
from handlers.standins.slack.state import BOT_USER, Channel, File, SlackError, State, new_id, shown_file
from handlers.standins.slack.web_api import Call, Method
from handlers.standins.types import Json

CHUNK_BYTES = 1 << 16


def get_upload_url(call: Call) -> Json:
    """Step 1. A length of 0 counts as none."""
    name, length = call.maybe("filename"), call.maybe("length") or "0"
    if name is None or not length.isdecimal() or int(length) < 1:
        raise SlackError("missing_argument", "[ERROR] missing required field: filename or length")
    file = _new_file(call.state, name, int(length), BOT_USER)
    # The id alone must not be enough to write to it.
    url = f"{call.state.url}/upload/v1/{file.id}-{secrets.token_urlsafe(12)}"
    call.state.uploads[url.rpartition("/")[2]] = file
    return {"upload_url": url, "file_id": file.id}


def complete_upload(call: Call) -> Json:
    """Step 3: names the files and, with `channel_id`, posts them as one message."""
    files = [_uploaded(call.state, wanted) for wanted in _wanted(call.arguments.get("files"))]
    channel = _destination(call)
    for file, title in files:
        file.complete, file.title = True, title or file.name
    # What Slack answers does not yet know where the files will stand.
    said = {"files": [messages.file_as_slack(call.state, file) for file, _ in files]}
    if channel is not None:
        blocks = call.arguments.get("blocks")
        text = None if blocks else call.maybe("initial_comment")
        messages.post(call.state, channel, text, blocks, files=[file for file, _ in files])
    return said


def files_info(call: Call) -> Json:
    file = call.state.files.get(call.maybe("file") or "")
    if file is None or not file.complete:
        raise SlackError("file_not_found")
    return {"file": messages.file_as_slack(call.state, file), "comments": []}


METHODS: dict[str, tuple[tuple[str, ...], Method]] = {
    "files.getUploadURLExternal": (("files:write",), get_upload_url),
    "files.completeUploadExternal": (("files:write",), complete_upload),
    "files.info": (("files:read",), files_info),
}


async def receive(state: State, request: web.Request) -> web.StreamResponse:
    """Step 2: the bytes, raw or as a form's file. Refuses more or fewer than were announced."""
    file = state.uploads.get(request.match_info["token"])
    if file is None or file.path is not None:
        return web.Response(status=404, text="not found")
    path = state.folder / file.id
    size = await _store(path, await _body(request), file.size)
    if size != file.size:
        path.unlink()
        return web.Response(status=400, text=f"announced {file.size} bytes, got {size}")
    file.path = path
    return web.Response(text=f"OK - {size}")


async def upload_from_page(state: State, user: str, request: web.Request) -> Json:
    """A file that a person chose in a modal. Raises SlackError when there is none."""
    part = await _first_file(request)
    file = _new_file(state, part.filename or "file", 0, user)
    path = state.folder / file.id
    file.size = await _store(path, _chunks(part), None)
    file.path, file.complete = path, True
    return {"file": shown_file(file)}


def download(file: File) -> web.StreamResponse:
    """The whole file, streamed from disk, to be saved."""
    if file.path is None:
        return web.Response(status=404, text="not found")
    disposition = f"attachment; filename*=UTF-8''{quote(file.name)}"
    headers = {"Content-Disposition": disposition, "Content-Type": file.mimetype}
    return web.FileResponse(file.path, chunk_size=CHUNK_BYTES, headers=headers)


def may_see(state: State, file: File, user: str) -> bool:
    rooms = [state.channels[channel_id] for channel_id, _ in file.shared]
    return user == file.owner or any(user in room.members for room in rooms)


def _new_file(state: State, name: str, size: int, owner: str) -> File:
    mimetype = mimetypes.guess_type(name)[0] or "application/octet-stream"
    file = File(new_id("F"), name.rpartition("/")[2], size, mimetype, owner, int(state.clock()))
    state.files[file.id] = file
    return file


def _wanted(files: Any) -> list[Json]:
    files = json.loads(files) if isinstance(files, str) else files
    if not isinstance(files, list) or not files or not all(isinstance(one, dict) for one in files):
        raise SlackError("invalid_arguments", "[ERROR] missing required field: files")
    return files


def _uploaded(state: State, wanted: Json) -> tuple[File, str]:
    file = state.files.get(str(wanted.get("id")))
    if file is None or file.path is None or file.owner != BOT_USER or file.complete:
        raise SlackError("file_not_found")
    return file, str(wanted.get("title") or "")


def _destination(call: Call) -> Channel | None:
    if call.maybe("channel_id") is None:
        return None
    channel = call.channel("channel_id")
    # Unlike chat.postMessage, which says not_in_channel (python-slack-sdk issue 1359).
    if not channel.bot_in:
        raise SlackError("channel_not_found")
    return channel


async def _body(request: web.Request) -> AsyncIterable[bytes]:
    if request.content_type.startswith("multipart/"):
        return _chunks(await _first_file(request))
    return request.content.iter_chunked(CHUNK_BYTES)


async def _first_file(request: web.Request) -> BodyPartReader:
    async for part in await request.multipart():
        if isinstance(part, BodyPartReader) and part.filename:
            return part
    raise SlackError("no_file")


async def _chunks(part: BodyPartReader) -> AsyncIterable[bytes]:
    while chunk := await part.read_chunk(CHUNK_BYTES):
        yield chunk


async def _store(path: Path, body: AsyncIterable[bytes], most: int | None) -> int:
    """Writes what comes and returns how many bytes that were; writes no more than `most`."""
    size = 0
    with path.open("wb") as out:
        async for chunk in body:
            size += len(chunk)
            if most is None or size <= most:
                out.write(chunk)
    return size
