"""Batch operations: many calls sent as one, whose results are downloaded as an archive."""

import json
import tarfile
import tempfile
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import IO, Literal
from urllib.parse import quote

import httpx

from storage.contacts.values import Status
from storage.core import tls
from storage.mailchimp.api.documents import get_number, get_text
from storage.mailchimp.api.errors import BadAnswer, MailchimpError, Unavailable, problem
from storage.mailchimp.api.transport import CALL_SECONDS, CONNECT_SECONDS
from storage.mailchimp.api.values import Document, status_name

MAX_MEMORY = 8 << 20  # bytes; larger results go to a temporary file
# Of a change of status. Without it, Mailchimp refuses contacts whose required merge fields are empty.
STATUS_PARAMS: Mapping[str, str] = {"skip_merge_validation": "true"}


@dataclass(frozen=True)
class Operation:
    """One call of a batch. `id` is chosen by the caller and returned with the result."""

    id: str
    method: Literal["DELETE", "PATCH", "PUT"]
    path: str = field(repr=False)
    body: Mapping[str, object] | None = field(default=None, repr=False)
    params: Mapping[str, str] | None = None

    def document(self) -> Document:
        """The JSON of the operation. Its body is JSON inside a string."""
        document: dict[str, object] = {"method": self.method, "path": self.path, "operation_id": self.id}
        if self.params:
            document["params"] = dict(self.params)
        return document if self.body is None else {**document, "body": json.dumps(self.body)}


@dataclass(frozen=True)
class Result:
    """The result of an operation, which succeeded if there is no `problem`."""

    operation_id: str
    status: int
    problem: MailchimpError | None


def archive_operation(id_: str, audience_id: str, hash_: str) -> Operation:
    """Archives a contact. Raises ValueError for an invalid hash."""
    return Operation(id_, "DELETE", member_path(audience_id, hash_))


def status_operation(id_: str, audience_id: str, hash_: str, address: str, status: Status) -> Operation:
    """Sets the status of a contact. Raises ValueError for archived, and for an invalid hash."""
    method, body = status_change(address, status)
    return Operation(id_, method, member_path(audience_id, hash_), body, STATUS_PARAMS)


def status_change(address: str, status: Status) -> tuple[Literal["PATCH", "PUT"], Mapping[str, object]]:
    """Method and body that set a status: PATCH where possible, since PUT would add a missing contact.

    Only PUT accepts `transactional`. Raises ValueError for archived.
    """
    if status is Status.ARCHIVED:
        raise ValueError
    if status is Status.NONSUBSCRIBED:
        name = status_name(status)
        return "PUT", {"email_address": address, "status_if_new": name, "status": name}
    return "PATCH", {"status": status_name(status)}


def member_path(audience_id: str, hash_: str) -> str:
    """Raises ValueError for an invalid hash, which could make it the path of another call."""
    if not hash_.isalnum():
        raise ValueError
    return f"{audience_path(audience_id)}/members/{hash_}"


def audience_path(audience_id: str) -> str:
    """Raises ValueError for an empty id, which would make it the path of all audiences."""
    if not audience_id:
        raise ValueError
    return f"/lists/{quote(audience_id, safe='')}"


def download(url: str, transport: httpx.BaseTransport | None) -> IO[bytes]:
    """Downloads the results of a batch to a file that the caller closes. Sends no key, since the host is another.

    The URL is valid for some minutes. Raises Unavailable or BadAnswer.
    """
    file: IO[bytes] = tempfile.SpooledTemporaryFile(max_size=MAX_MEMORY)  # noqa: SIM115 (the caller closes it)
    try:
        with _response(url, transport) as response:
            # Raw, since some hosts send Content-Encoding: gzip for the gzipped archive itself.
            for chunk in response.iter_raw():
                file.write(chunk)
    except BaseException:
        file.close()
        raise
    file.seek(0)
    return file


def results(archive: IO[bytes]) -> Iterator[Result]:
    """Reads all results of an archive. Raises BadAnswer if it is damaged or truncated."""
    try:
        with tarfile.open(fileobj=archive, mode="r|*") as tar:
            for member in tar:
                if (file := tar.extractfile(member)) and member.size:
                    yield from map(_result, _rows(json.load(file)))
    except (tarfile.TarError, zlib.error, EOFError, OSError, ValueError) as error:
        raise BadAnswer(reason=type(error).__name__) from None


@contextmanager
def _response(url: str, transport: httpx.BaseTransport | None) -> Iterator[httpx.Response]:
    timeout = httpx.Timeout(CALL_SECONDS, connect=CONNECT_SECONDS)
    try:
        with (
            httpx.Client(transport=transport, verify=tls.context(), timeout=timeout) as http,
            http.stream("GET", url, headers={"Accept-Encoding": "identity"}) as response,
        ):
            if response.status_code != httpx.codes.OK:
                # Below 500, the URL has expired: a retry needs a new one.
                raise _error(response.status_code)
            yield response
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise Unavailable(type(error).__name__) from None


def _error(status: int) -> MailchimpError:
    is_temporary = status >= httpx.codes.INTERNAL_SERVER_ERROR
    return Unavailable(str(status)) if is_temporary else BadAnswer(reason=str(status))


def _rows(document: object) -> Iterable[Document]:
    if isinstance(document, list) and all(isinstance(row, dict) for row in document):
        return document
    raise ValueError


def _result(row: Document) -> Result:
    status = get_number(row, "status_code")
    if not status:
        raise ValueError
    is_done = status < httpx.codes.MULTIPLE_CHOICES
    return Result(
        get_text(row, "operation_id"), status, None if is_done else problem(status, get_text(row, "response"))
    )
