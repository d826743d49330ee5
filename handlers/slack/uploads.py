"""Files that the bot hands out: Slack's three steps, streamed, each tried again when it fails.

The client's own upload reads the whole file into memory and tries its second step once.
"""

import http.client
import logging
import time
import urllib.request
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError

from bot.core import jobs
from bot.core.errors import CleanedError
from bot.core.jobs import Clock
from bot.exports.exports import ExpectedFile, NotInChannel, SharedFiles
from bot.exports.files import Contents
from handlers.slack import errors, long_work
from storage.core.database import Database
from storage.core.tables import JobRow

ATTEMPTS = 3
ANSWER_SECONDS = 60
PAUSE_SECONDS = 1.0  # before the second attempt, then twice as long
_PLACES = ("shares", "channels", "groups", "ims")
log = logging.getLogger(__name__)
UNSEEN = {"not_in_channel", "channel_not_found", "is_archived"}


class UploadFailed(OSError):
    """The bytes were not taken. `retry_after`: seconds that were asked for."""

    def __init__(self, status: int, retry_after: float | None = None) -> None:
        super().__init__(f"HTTP {status}")
        self.status = status
        self.retry_after = retry_after


class Uploads:
    """Slack as an export's delivery. `comment` stands above the file, as mrkdwn."""

    def __init__(
        self, client: WebClient, comment: str = "", pause: Callable[[float], None] = time.sleep
    ) -> None:
        self._client = client
        self._comment = comment
        self._pause = pause

    def expect(self, name: str, size: int) -> ExpectedFile:
        """Step 1: announces a file of so many bytes, one at least."""
        answer = self._client.files_getUploadURLExternal(filename=name, length=size)
        return ExpectedFile(file_id=str(answer["file_id"]), url=str(answer["upload_url"]))

    def send(self, upload: ExpectedFile, contents: Contents) -> Iterator[int]:
        """Step 2: the bytes; gives how many are sent. Raises UploadFailed or another OSError at last."""
        for attempt in range(ATTEMPTS):
            try:
                yield from _post(upload.url, contents.size, contents.pieces())
            except (OSError, http.client.HTTPException) as error:
                if attempt + 1 == ATTEMPTS or not _is_worth_another_try(error):
                    raise
                asked = error.retry_after if isinstance(error, UploadFailed) else None
                self._pause(asked or PAUSE_SECONDS * 2**attempt)
            else:
                return

    def put(self, name: str, pieces: Iterable[bytes]) -> str:
        """Both for a small file; its id. Nobody sees it yet."""
        kept = list(pieces)
        size = sum(map(len, kept))
        announced = self.expect(name, size)
        for _sent in self.send(announced, Contents(name, 0, size, lambda: iter(kept))):
            pass
        return announced.file_id

    def shared(self, file_ids: Sequence[str]) -> SharedFiles | None:
        """Where people see the files; None if nobody does yet. One message shows them all."""
        files: list[dict[str, Any]] = []
        for file_id in file_ids:
            try:
                files.append(self._client.files_info(file=file_id)["file"])
            except SlackApiError as error:
                if error.response.get("error") == "file_not_found":
                    return None  # sent, and not completed
                raise
        shown = all(any(file.get(place) for place in _PLACES) for file in files)
        return SharedFiles(tuple(file.get("permalink") for file in files)) if shown else None

    def share(self, names: Mapping[str, str], channel: str) -> SharedFiles:
        """Step 3: shows the files (id → name) in the channel, in one message. Raises NotInChannel."""
        given: dict[str, Any] = {"initial_comment": self._comment} if self._comment else {}
        files: list[dict[str, str | None]] = [
            {"id": file_id, "title": name} for file_id, name in names.items()
        ]
        try:
            answer = self._client.files_completeUploadExternal(files=files, channel_id=channel, **given)
        except SlackApiError as error:
            if error.response.get("error") in UNSEEN:
                raise NotInChannel(channel=channel) from error
            raise
        links = {file.get("id"): file.get("permalink") for file in answer.get("files") or []}
        return SharedFiles(tuple(links.get(file_id) for file_id in names))


def hand_out(
    delivery: Uploads, database: Database, job: JobRow, clock: Clock, name: str, pieces: Iterable[bytes]
) -> tuple[JobRow, str | None]:
    """Shows the job's person a small file, once, whoever dies on the way; its id. None: it can't be sent for good."""
    try:
        if file_id := job.cursor.get("upload"):
            is_shared = delivery.shared([file_id]) is not None
        else:
            file_id, is_shared = delivery.put(name, pieces), False
            job = jobs.remember(database, job, clock(), upload=file_id)
        if not is_shared:
            delivery.share({file_id: name}, job.notify["channel"])
    except (SlackClientError, CleanedError, OSError) as error:
        if job.attempts < long_work.GIVE_UP_AFTER and not isinstance(error, CleanedError):
            raise
        log.warning("the file of job %s was not sent: %s", job.id, errors.name(error))
        return job, None
    return job, str(file_id)


def _is_worth_another_try(error: Exception) -> bool:
    if not isinstance(error, UploadFailed):
        return True
    return error.status == http.client.TOO_MANY_REQUESTS or error.status >= http.client.INTERNAL_SERVER_ERROR


def _post(url: str, size: int, pieces: Iterable[bytes]) -> Iterator[int]:
    """Pushes the bytes, so that the work goes on between two of them; raises UploadFailed."""
    connection, path = _connection(url)
    try:
        connection.putrequest("POST", path)
        connection.putheader("Content-Type", "application/octet-stream")
        connection.putheader("Content-Length", str(size))
        connection.endheaders()
        sent = 0
        for piece in pieces:
            connection.send(piece)
            sent += len(piece)
            yield sent
        answer = connection.getresponse()
        if answer.status != http.client.OK:
            retry_after = answer.headers.get("Retry-After", "")
            raise UploadFailed(answer.status, float(retry_after) if retry_after.isdigit() else None)
    finally:
        connection.close()


def _connection(url: str) -> tuple[http.client.HTTPConnection, str]:
    """A connection to the URL's host, through the environment's proxy where there is one, and the path."""
    parts = urlsplit(url)
    host, secure = parts.netloc.rpartition("@")[2], parts.scheme == "https"
    path = parts.path + (f"?{parts.query}" if parts.query else "")
    proxy = None if urllib.request.proxy_bypass(host) else urllib.request.getproxies().get(parts.scheme)
    kind = http.client.HTTPSConnection if secure else http.client.HTTPConnection
    if not proxy:
        return kind(host, timeout=ANSWER_SECONDS), path
    through = kind(urlsplit(proxy).netloc.rpartition("@")[2], timeout=ANSWER_SECONDS)
    if secure:
        through.set_tunnel(host)
    return through, path if secure else url
