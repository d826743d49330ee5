"""The bytes of files: uploads by the bot and the page, and downloads. Streamed to and from disk."""

import mimetypes
from collections.abc import AsyncIterable
from pathlib import Path
from urllib.parse import quote

from aiohttp import BodyPartReader, web

from handlers.standins.slack.state import File, SlackError, WorkspaceState, new_id, page_file
from handlers.standins.types import Json

CHUNK_BYTES = 1 << 16


def new_file(state: WorkspaceState, name: str, size: int, owner: str) -> File:
    """Registers a file whose bytes are still to come."""
    mimetype = mimetypes.guess_type(name)[0] or "application/octet-stream"
    file = File(new_id("F"), name.rpartition("/")[2], size, mimetype, owner, int(state.clock()))
    state.files[file.id] = file
    return file


async def receive(state: WorkspaceState, request: web.Request) -> web.StreamResponse:
    """Step 2 of an upload: the bytes, raw or as a form's file. Refuses a size other than the announced one."""
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


async def upload_from_page(state: WorkspaceState, user: str, request: web.Request) -> Json:
    """Stores a file that a person chose in a modal. Raises SlackError when there is none."""
    part = await _first_file(request)
    file = new_file(state, part.filename or "file", 0, user)
    path = state.folder / file.id
    file.size = await _store(path, _chunks(part), None)
    file.path, file.complete = path, True
    return {"file": page_file(file)}


def download(file: File) -> web.StreamResponse:
    """Streams a file as an attachment."""
    if file.path is None:
        return web.Response(status=404, text="not found")
    disposition = f"attachment; filename*=UTF-8''{quote(file.name)}"
    headers = {"Content-Disposition": disposition, "Content-Type": file.mimetype}
    return web.FileResponse(file.path, chunk_size=CHUNK_BYTES, headers=headers)


def may_see(state: WorkspaceState, file: File, user: str) -> bool:
    channels = [state.channels[channel_id] for channel_id, _ in file.shared]
    return user == file.owner or any(user in channel.members for channel in channels)


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
    """Returns the number of bytes received; writes at most `most` of them."""
    size = 0
    with path.open("wb") as out:
        async for chunk in body:
            size += len(chunk)
            if most is None or size <= most:
                out.write(chunk)
    return size
