"""Batch operations: accepted at once, run in the background, results in a gzipped tar archive."""

import asyncio
import gzip
import io
import json
import secrets
import tarfile
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from aiohttp import web

from handlers.standins.mailchimp.account import AccountState
from handlers.standins.mailchimp.api.calls import ApiCall
from handlers.standins.mailchimp.api.documents import format_time, links
from handlers.standins.mailchimp.api.problems import invalid, not_found
from handlers.standins.types import Json

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
OPERATIONS_AT_ONCE = 100  # between two turns of the event loop
OPERATIONS_IN_A_FILE = 1000
LINK_SECONDS = 600  # validity of a `response_body_url`

Outcome = tuple[int, str]
RunOperation = Callable[[str, str, dict[str, str], str], Awaitable[Outcome]]


@dataclass
class StoredBatch:
    """`outcomes`: status and body of each operation run so far; `polls`: GETs so far; times in seconds since the epoch."""

    id: str
    operations: list[Json]
    submitted: float
    polls: int = 0
    completed: float = 0.0
    outcomes: list[Outcome] = field(default_factory=list)


class Batches:
    """`run`: runs one operation, given method, path, query and body. Operations wait while `resumed` is not set."""

    def __init__(self, account: AccountState, run: RunOperation) -> None:
        self.all: dict[str, StoredBatch] = {}
        self.resumed = asyncio.Event()
        self.resumed.set()
        self._account = account
        self._run = run
        self._links: dict[str, tuple[StoredBatch, float]] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    async def create(self, call: ApiCall) -> Json:
        """POST /batches. Raises ProblemResponse 400 for operations that the specification doesn't allow."""
        operations = call.document().get("operations")
        batch = StoredBatch(secrets.token_hex(5), _checked(operations), self._account.clock())
        self.all[batch.id] = batch
        task = asyncio.create_task(self._run_all(batch))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return self._document(batch)

    def list_all(self, call: ApiCall) -> Json:
        """GET /batches."""
        offset, count = call.page
        batches = [self._document(batch) for batch in self.all.values()]
        document = {
            "batches": batches[offset : offset + count],
            "total_items": len(batches),
            "_links": [],
        }
        chosen: Json = call.selection.apply(document)
        return chosen

    def show(self, call: ApiCall) -> Json:
        """GET of one batch; counts as a poll."""
        batch = self.all.get(call.parts[0])
        if batch is None:
            raise not_found()
        batch.polls += 1
        chosen: Json = call.selection.apply(self._document(batch))
        return chosen

    async def download(self, request: web.Request) -> web.StreamResponse:
        """Serves the archive. Like the object store behind the real link, rejects requests with an API key."""
        batch, expires = self._links.get(request.match_info["token"], (None, 0.0))
        if "Authorization" in request.headers:
            return web.Response(status=400, text="<Error><Code>InvalidArgument</Code></Error>")
        if batch is None or self._account.clock() > expires:
            return web.Response(status=403, text="<Error><Code>AccessDenied</Code></Error>")
        return web.Response(body=_archive(batch), content_type="application/gzip")

    async def stop(self) -> None:
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _run_all(self, batch: StoredBatch) -> None:
        await asyncio.sleep(self._account.rules.batch_seconds)
        for number, operation in enumerate(batch.operations):
            await self.resumed.wait()
            query = {name: _as_query(value) for name, value in operation.get("params", {}).items()}
            path = "/" + operation["path"].lstrip("/")
            batch.outcomes.append(
                await self._run(operation["method"], path, query, operation.get("body", ""))
            )
            if number % OPERATIONS_AT_ONCE == 0:
                await asyncio.sleep(0)
        batch.completed = self._account.clock()

    def _document(self, batch: StoredBatch) -> Json:
        finished = bool(batch.completed) and batch.polls >= self._account.rules.batch_polls
        status = "finished" if finished else "started" if batch.polls > 1 else "pending"
        finished_count = 0 if status == "pending" else len(batch.outcomes)
        document: Json = {
            "id": batch.id,
            "status": status,
            # A new batch has none for a while.
            "total_operations": 0 if status == "pending" else len(batch.operations),
            "finished_operations": finished_count,
            "errored_operations": sum(code >= 400 for code, _ in batch.outcomes[:finished_count]),
            "submitted_at": format_time(int(batch.submitted)),
            "completed_at": format_time(int(batch.completed)) if finished else "",
            "response_body_url": self._link(batch) if finished else "",
            "_links": links(("self", f"{self._account.url}/batches/{batch.id}", "GET")),
        }
        return document

    def _link(self, batch: StoredBatch) -> str:
        token = secrets.token_urlsafe(16)
        self._links[token] = (batch, self._account.clock() + LINK_SECONDS)
        return f"{self._account.url.removesuffix('/3.0')}/batch-results/{token}.tar.gz"


def _checked(operations: object) -> list[Json]:
    """Returns valid operations. Raises ProblemResponse 400."""
    if not isinstance(operations, list):
        raise invalid(errors={"operations": "Schema describes array, nothing found instead"})
    for number, operation in enumerate(operations):
        errors = {
            f"operations.{number}.{name}": message
            for name, message in _operation_errors(operation if isinstance(operation, dict) else {})
        }
        if errors:
            raise invalid(errors=errors)
    return operations


def _operation_errors(operation: Json) -> list[tuple[str, str]]:
    errors = []
    if operation.get("method") not in METHODS:
        errors.append(("method", "The value you selected is not a valid choice."))
    if not isinstance(operation.get("path"), str):
        errors.append(("path", "Schema describes string, nothing found instead"))
    elif operation["path"].strip("/").startswith("batches"):
        errors.append(("path", "Batch operations can't be nested."))
    if not isinstance(operation.get("body", ""), str):
        errors.append(("body", "Schema describes string, object found instead"))
    if not isinstance(operation.get("params", {}), dict):
        errors.append(("params", "Schema describes object, something else found instead"))
    if not isinstance(operation.get("operation_id", ""), str):
        errors.append(("operation_id", "Schema describes string, something else found instead"))
    return errors


def _as_query(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _archive(batch: StoredBatch) -> bytes:
    """A tar archive: a folder of JSON files, each an array of results in no guaranteed order."""
    buffer = io.BytesIO()
    with (
        gzip.open(buffer, "wb", compresslevel=1) as packed,
        tarfile.open(fileobj=packed, mode="w") as archive,
    ):
        folder = tarfile.TarInfo(batch.id)
        folder.type, folder.mode = tarfile.DIRTYPE, 0o755
        archive.addfile(folder)
        outcomes = list(zip(batch.operations, batch.outcomes, strict=True))
        for first in range(0, len(outcomes), OPERATIONS_IN_A_FILE):
            entries = [
                {
                    "status_code": code,
                    "operation_id": operation.get("operation_id"),
                    "response": text,
                }
                for operation, (code, text) in reversed(outcomes[first : first + OPERATIONS_IN_A_FILE])
            ]
            content = json.dumps(entries).encode()
            file = tarfile.TarInfo(f"{batch.id}/{secrets.token_hex(5)}.json")
            file.size = len(content)
            archive.addfile(file, io.BytesIO(content))
    return buffer.getvalue()
