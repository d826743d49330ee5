"""Batches: many operations sent in one call, whose results come as an archive when all are done."""

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
from storage.mailchimp.documents import number, text
from storage.mailchimp.errors import BadAnswer, MailchimpError, Unavailable, problem
from storage.mailchimp.transport import CALL_SECONDS, CONNECT_SECONDS
from storage.mailchimp.values import Document, member_hash, name_of

IN_MEMORY = 8 << 20  # bytes of results; more goes to a file


@dataclass(frozen=True)
class Operation:
    """One call of a batch. `id` is the caller's, and comes back with the result. Made by `archiving` and `setting`."""

    id: str
    method: Literal["DELETE", "PATCH", "PUT"]
    path: str = field(repr=False)
    body: Mapping[str, object] | None = field(default=None, repr=False)

    def document(self) -> Document:
        """As Mailchimp takes it: the body as a text of JSON."""
        sent: dict[str, object] = {"method": self.method, "path": self.path, "operation_id": self.id}
        return sent if self.body is None else {**sent, "body": json.dumps(self.body)}


@dataclass(frozen=True)
class Result:
    """What became of an operation: done where there is no `problem`."""

    operation_id: str
    status: int
    problem: MailchimpError | None


def archiving(id_: str, audience_id: str, hash_: str) -> Operation:
    """Archives a contact. Raises ValueError on what is no contact's hash."""
    return Operation(id_, "DELETE", member_path(audience_id, hash_))


def setting(id_: str, audience_id: str, address: str, status: Status) -> Operation:
    """Gives a contact a status. Raises ValueError for archived: that is `archiving`."""
    method, body = status_change(address, status)
    return Operation(id_, method, member_path(audience_id, member_hash(address)), body)


def status_change(address: str, status: Status) -> tuple[Literal["PATCH", "PUT"], Mapping[str, object]]:
    """PATCH where it can be: PUT would make a contact anew that is gone. Only PUT takes `transactional`."""
    if status is Status.ARCHIVED:
        raise ValueError
    if status is Status.NONSUBSCRIBED:
        name = name_of(status)
        return "PUT", {"email_address": address, "status_if_new": name, "status": name}
    return "PATCH", {"status": name_of(status)}


def member_path(audience_id: str, hash_: str) -> str:
    """Raises ValueError on what is no contact's hash: a longer path would mean another call."""
    if not hash_.isalnum():
        raise ValueError
    return f"{audience_path(audience_id)}/members/{hash_}"


def audience_path(audience_id: str) -> str:
    """Raises ValueError without an id: the path would mean all audiences."""
    if not audience_id:
        raise ValueError
    return f"/lists/{quote(audience_id, safe='')}"


def download(url: str, transport: httpx.BaseTransport | None) -> IO[bytes]:
    """A batch's results as a file, the caller's to close. The key is not sent: they lie with another host.

    Raises Unavailable or BadAnswer; the URL is good for some minutes only.
    """
    file: IO[bytes] = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 (the caller closes it)
    try:
        with _opened(url, transport) as response:
            # As it came: some hosts say Content-Encoding: gzip of an archive that is gzipped itself.
            for piece in response.iter_raw():
                file.write(piece)
    except BaseException:
        file.close()
        raise
    file.seek(0)
    return file


def results(archive: IO[bytes]) -> Iterator[Result]:
    """All of an archive, each of its files to the end. Raises BadAnswer where it is damaged or cut short."""
    try:
        with tarfile.open(fileobj=archive, mode="r|*") as tar:
            for member in tar:
                if (file := tar.extractfile(member)) and member.size:
                    yield from map(_result, _rows(json.load(file)))
    except (tarfile.TarError, zlib.error, EOFError, OSError, ValueError) as error:
        raise BadAnswer(reason=type(error).__name__) from None


@contextmanager
def _opened(url: str, transport: httpx.BaseTransport | None) -> Iterator[httpx.Response]:
    timeout = httpx.Timeout(CALL_SECONDS, connect=CONNECT_SECONDS)
    try:
        with (
            httpx.Client(transport=transport, timeout=timeout) as http,
            http.stream("GET", url, headers={"Accept-Encoding": "identity"}) as response,
        ):
            if response.status_code != httpx.codes.OK:
                # Below 500 it is an address that was good for some minutes: another try needs a new one.
                raise _refusal(response.status_code)
            yield response
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise Unavailable(type(error).__name__) from None


def _refusal(status: int) -> MailchimpError:
    is_passing = status >= httpx.codes.INTERNAL_SERVER_ERROR
    return Unavailable(str(status)) if is_passing else BadAnswer(reason=str(status))


def _rows(document: object) -> Iterable[Document]:
    if isinstance(document, list) and all(isinstance(row, dict) for row in document):
        return document
    raise ValueError


def _result(row: Document) -> Result:
    status = number(row, "status_code")
    if not status:
        raise ValueError
    is_done = status < httpx.codes.MULTIPLE_CHOICES
    return Result(
        text(row, "operation_id"), status, None if is_done else problem(status, text(row, "response"))
    )
