"""Uploads files to Slack in its three steps: `files.getUploadURLExternal`, the bytes, `files.completeUploadExternal`.

The SDK's `files_upload_v2` is not used, because it reads the whole file into memory and sends the bytes only once;
`tests/handlers/slack/web_api/test_sdk_workarounds.py` fails when that has changed.
"""

import http.client
import time
import urllib.request
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError

from bot.exports.exports import NotInExportChannel, SharedWithCompany
from bot.jobs.files import Contents, ExpectedFile, SendFailed, SharedFiles, SharedWith
from bot.jobs.jobs import Recipient
from handlers.slack import errors
from handlers.slack.elements.blocks import unlinked
from handlers.words import Markup

ATTEMPTS = 3
TIMEOUT_SECONDS = 60
PAUSE_SECONDS = 1.0  # before the second attempt, then twice as long
UNREACHABLE_CHANNEL = {"not_in_channel", "channel_not_found", "is_archived"}
_DIRECT = "D"  # ids of direct messages start with it
_SHARED_IN = ("shares", "channels", "groups", "ims")


class UploadFailed(OSError):
    """The bytes were not taken. `retry_after`: seconds that were asked for."""

    def __init__(self, status: int, retry_after: float | None = None) -> None:
        super().__init__(f"HTTP {status}")
        self.status = status
        self.retry_after = retry_after


class Uploads:
    """Slack as a `bot.jobs.files.FileSender`. `comment` makes what stands above the file, once it is shared."""

    def __init__(
        self,
        client: WebClient,
        recipient: Recipient | None = None,
        comment: Callable[[], Markup] | None = None,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        self._client = client
        self._recipient = recipient
        self._comment = comment
        self._pause = pause

    def expect(self, name: str, size: int) -> ExpectedFile:
        """Step 1: announces a file of so many bytes, at least one."""
        with _failures():
            answer = self._client.files_getUploadURLExternal(filename=name, length=size)
        return ExpectedFile(file_id=str(answer["file_id"]), url=str(answer["upload_url"]))

    def send(self, file: ExpectedFile, contents: Contents) -> Iterator[int]:
        """Step 2: sends the bytes, and yields how many are sent."""
        for attempt in range(1, ATTEMPTS + 1):
            try:
                with _failures():
                    yield from _post(file.url, contents.size, contents.pieces())
            except SendFailed as error:
                if attempt == ATTEMPTS or not _may_succeed_later(error.__cause__):
                    raise
                self._pause(_retry_after(error.__cause__) or PAUSE_SECONDS * 2 ** (attempt - 1))
            else:
                return

    def shared(self, file_ids: Sequence[str]) -> SharedFiles | None:
        """Where people see the files; None if nobody does yet. One message shows them all."""
        files: list[dict[str, Any]] = []
        for file_id in file_ids:
            try:
                with _failures():
                    files.append(self._client.files_info(file=file_id)["file"])
            except SendFailed as error:
                if _code(error.__cause__) == "file_not_found":
                    return None  # sent, but step 3 has not happened
                raise
        are_shared = all(any(file.get(place) for place in _SHARED_IN) for file in files)
        return SharedFiles(tuple(file.get("permalink") for file in files)) if are_shared else None

    def share(self, names: Mapping[str, str], channel: str | None) -> SharedFiles:
        """Step 3: shows the files (id → name) in one message. Raises NotInExportChannel, SharedWithCompany."""
        if channel and not channel.startswith(_DIRECT):
            self._require_no_company(channel)
        comment: dict[str, Any] = {"initial_comment": unlinked(self._comment())} if self._comment else {}
        files: list[dict[str, str | None]] = [
            {"id": file_id, "title": name} for file_id, name in names.items()
        ]
        try:
            with _failures():
                answer = self._client.files_completeUploadExternal(
                    files=files, channel_id=channel or self._direct_messages(), **comment
                )
        except SendFailed as error:
            _raise_unreachable(error, channel)
            raise
        links = {file.get("id"): file.get("permalink") for file in answer.get("files") or []}
        return SharedFiles(tuple(links.get(file_id) for file_id in names))

    def _require_no_company(self, channel: str) -> None:
        """It may have been shared with another company after it was chosen. Raises SharedWithCompany."""
        try:
            with _failures():
                answer = self._client.conversations_info(channel=channel)
        except SendFailed as error:
            _raise_unreachable(error, channel)
            raise
        if shared_with(answer["channel"]) is SharedWith.COMPANY:
            raise SharedWithCompany(channel=channel)

    def _direct_messages(self) -> str:
        if self._recipient is None:
            raise ValueError("Without a recipient, files need a channel.")
        return self._recipient.channel or direct_messages(self._client, self._recipient.user)


def direct_messages(client: WebClient, user_id: str) -> str:
    """The channel of the bot's direct messages with the person. Raises SlackApiError."""
    return str(client.conversations_open(users=user_id)["channel"]["id"])


def shared_with(channel: Mapping[str, Any]) -> SharedWith:
    """Who sees this conversation object's channel besides the workspace.

    https://docs.slack.dev/reference/objects/conversation-object/
    """
    if channel.get("is_ext_shared") or channel.get("is_pending_ext_shared"):
        return SharedWith.COMPANY
    if channel.get("is_org_shared"):
        return SharedWith.ORGANIZATION
    return SharedWith.COMPANY if channel.get("is_shared") else SharedWith.NOBODY


@contextmanager
def _failures() -> Iterator[None]:
    """Raises SendFailed instead of the SDK's and the network's errors."""
    try:
        yield
    except (SlackClientError, http.client.HTTPException, OSError) as error:
        raise SendFailed(errors.name(error)) from error


def _raise_unreachable(error: SendFailed, channel: str | None) -> None:
    """Raises NotInExportChannel, if that was the reason."""
    if _code(error.__cause__) in UNREACHABLE_CHANNEL:
        raise NotInExportChannel(channel=channel) from error


def _code(error: BaseException | None) -> str | None:
    return error.response.get("error") if isinstance(error, SlackApiError) else None


def _retry_after(error: BaseException | None) -> float | None:
    return error.retry_after if isinstance(error, UploadFailed) else None


def _may_succeed_later(error: BaseException | None) -> bool:
    if not isinstance(error, UploadFailed):
        return True
    return error.status == http.client.TOO_MANY_REQUESTS or error.status >= http.client.INTERNAL_SERVER_ERROR


def _post(url: str, size: int, pieces: Iterable[bytes]) -> Iterator[int]:
    """Sends the bytes, yielding after each piece so that the caller can do other work; raises UploadFailed."""
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
        response = connection.getresponse()
        if response.status != http.client.OK:
            retry_after = response.headers.get("Retry-After", "")
            raise UploadFailed(response.status, float(retry_after) if retry_after.isdigit() else None)
    finally:
        connection.close()


def _connection(url: str) -> tuple[http.client.HTTPConnection, str]:
    """The connection to the URL's host, through the proxy of the environment if it names one, and the request target."""
    parts = urlsplit(url)
    host, secure = parts.netloc.rpartition("@")[2], parts.scheme == "https"
    path = parts.path + (f"?{parts.query}" if parts.query else "")
    proxy = None if urllib.request.proxy_bypass(host) else urllib.request.getproxies().get(parts.scheme)
    connection_type = http.client.HTTPSConnection if secure else http.client.HTTPConnection
    if not proxy:
        return connection_type(host, timeout=TIMEOUT_SECONDS), path
    connection = connection_type(urlsplit(proxy).netloc.rpartition("@")[2], timeout=TIMEOUT_SECONDS)
    if secure:
        connection.set_tunnel(host)
    return connection, path if secure else url
