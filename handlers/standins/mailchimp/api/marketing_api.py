"""The HTTP endpoint of the Marketing API: authentication, limits, fault injection, routing."""

import asyncio
import base64
import binascii
import inspect
import json
import re
import socket
import struct
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from aiohttp import web

from handlers.standins.mailchimp.account import AccountState, RecordedRequest
from handlers.standins.mailchimp.api import problems, reads, writes
from handlers.standins.mailchimp.api.batches import Batches
from handlers.standins.mailchimp.api.calls import ApiCall
from handlers.standins.mailchimp.api.documents import SCHEMA
from handlers.standins.mailchimp.api.problems import ProblemResponse
from handlers.standins.mailchimp.api.webhooks import Webhooks
from handlers.standins.mailchimp.faults import Fault, FaultKind
from handlers.standins.types import Json

ResponseBody = Json | str | None
Perform = Callable[[ApiCall], ResponseBody | Awaitable[Json]]


@dataclass(frozen=True)
class Route:
    method: str
    path: re.Pattern[str]
    perform: Perform


class MarketingApi:
    """Everything under `/3.0`."""

    def __init__(self, account: AccountState, webhooks: Webhooks) -> None:
        self.batches = Batches(account, self._run_operation)
        self._account = account
        self._webhooks = webhooks
        self._in_progress: Counter[str] = Counter()
        self._routes = [
            Route(method, re.compile(re.sub(r"\{\w+\}", "([^/]+)", path)), perform)
            for method, path, perform in self._route_table()
        ]

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """Answers any request, and records it with the status of the response."""
        body = await _body(request)
        key = _key(request)
        self._in_progress[key] += 1
        record = RecordedRequest(
            request.method,
            _path(request),
            dict(request.query),
            body,
            self._account.clock(),
            self._in_progress[key],
        )
        self._account.requests.append(record)
        try:
            response = await self._respond(key, record)
        finally:
            self._in_progress[key] -= 1
        record.status = 0 if response is None else response.status
        if response is None:
            _reset(request)
            return web.Response()
        return response

    async def _respond(self, key: str, record: RecordedRequest) -> web.Response | None:
        """None to reset the connection instead."""
        rules = self._account.rules
        if record.concurrent > rules.connections:
            if rules.empty_refusals:
                return web.Response(status=429)
            return self._problem_response(problems.too_many(rules.connections))
        fault = self._account.faults.take(record.method, record.path)
        delay = fault.seconds if fault and fault.kind is FaultKind.SLOW else 0.0
        # The request is handled during the latency, not after it: the network is slow, not the service.
        respond_at = asyncio.get_running_loop().time() + rules.latency + delay
        try:
            return await self._handle(key, record, fault)
        finally:
            await asyncio.sleep(respond_at - asyncio.get_running_loop().time())

    async def _handle(self, key: str, record: RecordedRequest, fault: Fault | None) -> web.Response | None:
        if fault and not fault.afterwards and fault.kind not in {FaultKind.SLOW, FaultKind.BROKEN_JSON}:
            return self._fault_response(fault)
        try:
            self._authorize(key, record.method)
            body = await self._dispatch(record.method, record.path, record.query, record.body)
        except ProblemResponse as problem:
            return self._problem_response(problem)
        if fault and fault.kind is not FaultKind.SLOW:
            return self._fault_response(fault)
        return _success(body)

    def _authorize(self, key: str, method: str) -> None:
        """Raises ProblemResponse 401 or 403."""
        account = self._account
        if not key:
            raise problems.key_missing()
        if key not in {account.key, account.read_only_key, account.key_without_rights, account.token}:
            centre = key.partition("-")[2]
            raise (
                problems.wrong_data_centre()
                if centre not in {"", account.data_centre}
                else problems.key_invalid()
            )
        if key == account.key_without_rights or (key == account.read_only_key and method != "GET"):
            raise problems.forbidden()

    def _fault_response(self, fault: Fault) -> web.Response | None:
        if fault.kind is FaultKind.RESET:
            return None
        if fault.kind is FaultKind.SERVER_ERROR:
            return self._problem_response(problems.server_error())
        if fault.kind is FaultKind.BROKEN_JSON:
            return web.Response(text='{"members": [{"id": "5eb0', content_type="application/json")
        return web.Response(status=429 if fault.kind is FaultKind.TOO_MANY else 403)

    async def _dispatch(self, method: str, path: str, query: dict[str, str], body: object) -> ResponseBody:
        """Runs the call that a method and path name. Raises ProblemResponse."""
        matches = [(route, match) for route in self._routes if (match := route.path.fullmatch(path))]
        if not matches:
            raise problems.not_found()
        for route, match in matches:
            if route.method == method:
                if body is UNREADABLE:
                    raise problems.json_parse_error()
                call = ApiCall(self._account, method, match.groups(), query, body)
                with self._account.lock:
                    result = route.perform(call)
                return await result if inspect.isawaitable(result) else result
        raise problems.method_not_allowed(sorted({route.method for route, _ in matches}))

    async def _run_operation(
        self, method: str, path: str, query: dict[str, str], body: str
    ) -> tuple[int, str]:
        """Runs one operation of a batch; returns the status and the body as text."""
        try:
            result = await self._dispatch(method, path, query, _parse(body))
        except ProblemResponse as problem:
            return problem.status, json.dumps(self._problem_document(problem))
        if result is None:
            return 204, ""
        return 200, result if isinstance(result, str) else json.dumps(result)

    def _problem_response(self, problem: ProblemResponse) -> web.Response:
        document = self._problem_document(problem)
        headers = {
            **problem.headers,
            "X-Request-Id": document["instance"],
            "Link": f'<{SCHEMA}ProblemDetailDocument.json>; rel="describedBy"',
        }
        return web.Response(
            status=problem.status,
            text=json.dumps(document),
            content_type="application/problem+json",
            headers=headers,
        )

    def _problem_document(self, problem: ProblemResponse) -> Json:
        return problem.document(without_type=self._account.rules.problems_without_type)

    def _route_table(self) -> list[tuple[str, str, Perform]]:
        members, member = "/lists/{list}/members", "/lists/{list}/members/{hash}"
        return [
            ("GET", "/ping", reads.ping),
            ("GET", "/", reads.root),
            ("GET", "/lists", reads.lists),
            ("GET", "/lists/{list}", reads.one_list),
            ("POST", "/lists/{list}", writes.batch_subscribe),
            ("DELETE", "/lists/{list}", writes.delete_permanently),
            ("GET", members, reads.members),
            ("POST", members, writes.add),
            ("GET", member, reads.member),
            ("PUT", member, writes.put),
            ("PATCH", member, writes.patch),
            ("DELETE", member, writes.archive),
            ("POST", "/audiences/{list}/contacts/{contact}/actions/archive", writes.archive_contact),
            ("GET", f"{member}/tags", reads.tags),
            ("POST", f"{member}/tags", writes.tag),
            ("POST", f"{member}/actions/delete-permanent", writes.delete_permanently),
            ("GET", f"{member}/activity-feed", reads.activity_feed),
            ("GET", f"{member}/activity", reads.activity),
            ("GET", "/lists/{list}/merge-fields", reads.merge_fields),
            ("GET", "/lists/{list}/abuse-reports", reads.abuse_reports),
            ("GET", "/reports/{campaign}/email-activity", reads.email_activity),
            ("GET", "/lists/{list}/webhooks", reads.webhooks),
            ("POST", "/lists/{list}/webhooks", self._webhooks.create),
            ("DELETE", "/lists/{list}/webhooks/{webhook}", self._webhooks.delete),
            ("GET", "/batches", self.batches.list_all),
            ("POST", "/batches", self.batches.create),
            ("GET", "/batches/{batch}", self.batches.show),
        ]


# The body of a request that is not JSON.
UNREADABLE = object()


def _path(request: web.Request) -> str:
    return request.path.removeprefix("/3.0").rstrip("/") or "/"


async def _body(request: web.Request) -> object:
    return _parse((await request.read()).decode(errors="replace"))


def _parse(text: str) -> object:
    if not text:
        return None
    try:
        body: object = json.loads(text)
    except ValueError:
        return UNREADABLE
    return body


def _key(request: web.Request) -> str:
    """The API key of Basic (any user name) or Bearer authentication; "" without one."""
    scheme, _, value = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return value.strip() if scheme.lower() in {"bearer", "oauth", "apikey"} else ""
    try:
        return base64.b64decode(value).decode().partition(":")[2]
    except (binascii.Error, UnicodeDecodeError):
        return ""


def _success(body: ResponseBody) -> web.Response:
    if body is None:
        return web.Response(status=204)
    text = body if isinstance(body, str) else json.dumps(body)
    return web.Response(text=text, content_type="application/json")


def _reset(request: web.Request) -> None:
    """Aborts the connection with a TCP reset."""
    transport = request.transport
    if transport is None:
        return
    connection = transport.get_extra_info("socket")
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    transport.abort()
