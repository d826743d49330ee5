"""Batch operations: taken in at once, done later, their outcomes in an archive."""

import asyncio
import gzip
import io
import json
import secrets
import tarfile
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from aiohttp import web

from handlers.standins.mailchimp.account import Account
from handlers.standins.mailchimp.api.calls import Call
from handlers.standins.mailchimp.api.documents import links, moment
from handlers.standins.mailchimp.api.problems import Json, invalid, not_found

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
OPERATIONS_AT_ONCE = 100
OPERATIONS_IN_A_FILE = 1000
LINK_SECONDS = 600

Outcome = tuple[int, str]
Do = Callable[[str, str, dict[str, str], str], Awaitable[Outcome]]


@dataclass
class Batch:
    """`outcomes`: status and answer of each operation done so far; times in seconds since 1970."""

    id: str
    operations: list[Json]
    submitted: float
    looks: int = 0
    completed: float = 0.0
    outcomes: list[Outcome] = field(default_factory=list)


class Batches:
    """`do`: performs one operation, given method, path, query and body. nothing is done while `going` isn't set."""

    def __init__(self, account: Account, do: Do) -> None:
        self.all: dict[str, Batch] = {}
        self.going = asyncio.Event()
        self.going.set()
        self._account = account
        self._do = do
        self._links: dict[str, tuple[Batch, float]] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    async def create(self, call: Call) -> Json:
        """POST: raises Problem 400 for operations that the specification doesn't allow."""
        operations = call.document().get("operations")
        batch = Batch(secrets.token_hex(5), _checked(operations), self._account.clock())
        self.all[batch.id] = batch
        task = asyncio.create_task(self._work(batch))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return self._document(batch)

    def show_all(self, call: Call) -> Json:
        offset, count = call.page
        batches = [self._document(batch) for batch in self.all.values()]
        document = {
            "batches": batches[offset : offset + count],
            "total_items": len(batches),
            "_links": [],
        }
        chosen: Json = call.selection.apply(document)
        return chosen

    def look(self, call: Call) -> Json:
        """GET of one: each look brings it nearer to its end."""
        batch = self.all.get(call.parts[0])
        if batch is None:
            raise not_found()
        batch.looks += 1
        chosen: Json = call.selection.apply(self._document(batch))
        return chosen

    async def download(self, request: web.Request) -> web.StreamResponse:
        """The archive. As with the store behind the real link, a key in the request is too much."""
        batch, until = self._links.get(request.match_info["token"], (None, 0.0))
        if "Authorization" in request.headers:
            return web.Response(status=400, text="<Error><Code>InvalidArgument</Code></Error>")
        if batch is None or self._account.clock() > until:
            return web.Response(status=403, text="<Error><Code>AccessDenied</Code></Error>")
        return web.Response(body=_archive(batch), content_type="application/gzip")

    async def stop(self) -> None:
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _work(self, batch: Batch) -> None:
        await asyncio.sleep(self._account.rules.batch_seconds)
        for number, operation in enumerate(batch.operations):
            await self.going.wait()
            query = {name: _as_query(value) for name, value in operation.get("params", {}).items()}
            path = "/" + operation["path"].lstrip("/")
            batch.outcomes.append(await self._do(operation["method"], path, query, operation.get("body", "")))
            if number % OPERATIONS_AT_ONCE == 0:
                await asyncio.sleep(0)
        batch.completed = self._account.clock()

    def _document(self, batch: Batch) -> Json:
        done = bool(batch.completed) and batch.looks >= self._account.rules.batch_looks
        status = "finished" if done else "started" if batch.looks > 1 else "pending"
        finished = 0 if status == "pending" else len(batch.outcomes)
        document: Json = {
            "id": batch.id,
            "status": status,
            "total_operations": len(batch.operations),
            "finished_operations": finished,
            "errored_operations": sum(code >= 400 for code, _ in batch.outcomes[:finished]),
            "submitted_at": moment(int(batch.submitted)),
            "completed_at": moment(int(batch.completed)) if done else "",
            "response_body_url": self._link(batch) if done else "",
            "_links": links(("self", f"{self._account.url}/batches/{batch.id}", "GET")),
        }
        return document

    def _link(self, batch: Batch) -> str:
        token = secrets.token_urlsafe(16)
        self._links[token] = (batch, self._account.clock() + LINK_SECONDS)
        return f"{self._account.url.removesuffix('/3.0')}/batch-results/{token}.tar.gz"


def _checked(operations: object) -> list[Json]:
    if not isinstance(operations, list):
        raise invalid(errors={"operations": "Schema describes array, nothing found instead"})
    for number, operation in enumerate(operations):
        errors = {
            f"operations.{number}.{name}": said
            for name, said in _wrong(operation if isinstance(operation, dict) else {})
        }
        if errors:
            raise invalid(errors=errors)
    return operations


def _wrong(operation: Json) -> list[tuple[str, str]]:
    wrong = []
    if operation.get("method") not in METHODS:
        wrong.append(("method", "The value you selected is not a valid choice."))
    if not isinstance(operation.get("path"), str):
        wrong.append(("path", "Schema describes string, nothing found instead"))
    elif operation["path"].strip("/").startswith("batches"):
        wrong.append(("path", "Batch operations can't be nested."))
    if not isinstance(operation.get("body", ""), str):
        wrong.append(("body", "Schema describes string, object found instead"))
    if not isinstance(operation.get("params", {}), dict):
        wrong.append(("params", "Schema describes object, something else found instead"))
    if not isinstance(operation.get("operation_id", ""), str):
        wrong.append(("operation_id", "Schema describes string, something else found instead"))
    return wrong


def _as_query(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _archive(batch: Batch) -> bytes:
    """A folder with JSON files, each an array of outcomes in no promised order."""
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
