"""Requests in, answers out: keys, limits, faults, and which call is meant."""

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

from handlers.standins.mailchimp.account import Account, Asked
from handlers.standins.mailchimp.api import problems, reads, writes
from handlers.standins.mailchimp.api.batches import Batches
from handlers.standins.mailchimp.api.calls import Call
from handlers.standins.mailchimp.api.documents import SCHEMA
from handlers.standins.mailchimp.api.problems import Json, Problem
from handlers.standins.mailchimp.api.webhooks import Webhooks
from handlers.standins.mailchimp.faults import Fault, FaultKind

Result = Json | str | None
Perform = Callable[[Call], Result | Awaitable[Json]]


@dataclass(frozen=True)
class Route:
    method: str
    path: re.Pattern[str]
    perform: Perform


class Exchange:
    """The API under `/3.0`."""

    def __init__(self, account: Account, webhooks: Webhooks) -> None:
        self.batches = Batches(account, self._operate)
        self._account = account
        self._webhooks = webhooks
        self._in_work: Counter[str] = Counter()
        self._routes = [
            Route(method, re.compile(re.sub(r"\{\w+\}", "([^/]+)", path)), perform)
            for method, path, perform in self._table()
        ]

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """Any request; each is noted with what it was answered."""
        body = await _body(request)
        key = _key(request)
        self._in_work[key] += 1
        asked = Asked(
            request.method,
            _path(request),
            dict(request.query),
            body,
            self._account.clock(),
            self._in_work[key],
        )
        self._account.requests.append(asked)
        try:
            answer = await self._answer(key, asked)
        finally:
            self._in_work[key] -= 1
        asked.status = 0 if answer is None else answer.status
        if answer is None:
            _reset(request)
            return web.Response()
        return answer

    async def _answer(self, key: str, asked: Asked) -> web.Response | None:
        """None when the connection is to be reset instead."""
        rules = self._account.rules
        if asked.together > rules.connections:
            if rules.empty_refusals:
                return web.Response(status=429)
            return self._problem(problems.too_many(rules.connections))
        fault = self._account.faults.take(asked.method, asked.path)
        slow = fault.seconds if fault and fault.kind is FaultKind.SLOW else 0.0
        # The work is done within the latency, not after it: the link is slow, not the service.
        answered = asyncio.get_running_loop().time() + rules.latency + slow
        try:
            return await self._outcome(key, asked, fault)
        finally:
            await asyncio.sleep(answered - asyncio.get_running_loop().time())

    async def _outcome(self, key: str, asked: Asked, fault: Fault | None) -> web.Response | None:
        if fault and not fault.afterwards and fault.kind not in {FaultKind.SLOW, FaultKind.BROKEN_JSON}:
            return self._failed(fault)
        try:
            self._allow(key, asked.method)
            result = await self._perform(asked.method, asked.path, asked.query, asked.body)
        except Problem as problem:
            return self._problem(problem)
        if fault and fault.kind is not FaultKind.SLOW:
            return self._failed(fault)
        return _answered(result)

    def _allow(self, key: str, method: str) -> None:
        account = self._account
        if not key:
            raise problems.key_missing()
        if key not in {account.key, account.key_of_reader, account.key_without_rights, account.token}:
            centre = key.partition("-")[2]
            raise (
                problems.wrong_data_centre()
                if centre not in {"", account.data_centre}
                else problems.key_invalid()
            )
        if key == account.key_without_rights or (key == account.key_of_reader and method != "GET"):
            raise problems.forbidden()

    def _failed(self, fault: Fault) -> web.Response | None:
        if fault.kind is FaultKind.RESET:
            return None
        if fault.kind is FaultKind.SERVER_ERROR:
            return self._problem(problems.server_error())
        if fault.kind is FaultKind.BROKEN_JSON:
            return web.Response(text='{"members": [{"id": "5eb0', content_type="application/json")
        return web.Response(status=429 if fault.kind is FaultKind.TOO_MANY else 403)

    async def _perform(self, method: str, path: str, query: dict[str, str], body: object) -> Result:
        """Raises Problem."""
        fitting = [(route, match) for route in self._routes if (match := route.path.fullmatch(path))]
        if not fitting:
            raise problems.not_found()
        for route, match in fitting:
            if route.method == method:
                if body is UNREADABLE:
                    raise problems.unreadable()
                call = Call(self._account, method, match.groups(), query, body)
                with self._account.lock:
                    result = route.perform(call)
                return await result if inspect.isawaitable(result) else result
        raise problems.wrong_method(sorted({route.method for route, _ in fitting}))

    async def _operate(self, method: str, path: str, query: dict[str, str], body: str) -> tuple[int, str]:
        """One operation of a batch: status and answer as text."""
        try:
            result = await self._perform(method, path, query, _read(body))
        except Problem as problem:
            return problem.status, json.dumps(self._document(problem))
        if result is None:
            return 204, ""
        return 200, result if isinstance(result, str) else json.dumps(result)

    def _problem(self, problem: Problem) -> web.Response:
        document = self._document(problem)
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

    def _document(self, problem: Problem) -> Json:
        return problem.document(without_type=self._account.rules.problems_without_type)

    def _table(self) -> list[tuple[str, str, Perform]]:
        members, member = "/lists/{list}/members", "/lists/{list}/members/{hash}"
        return [
            ("GET", "/ping", reads.ping),
            ("GET", "/", reads.root),
            ("GET", "/lists", reads.lists),
            ("GET", "/lists/{list}", reads.one_list),
            ("POST", "/lists/{list}", writes.add_many),
            ("DELETE", "/lists/{list}", writes.delete_for_good),
            ("GET", members, reads.members),
            ("POST", members, writes.add),
            ("GET", member, reads.member),
            ("PUT", member, writes.put),
            ("PATCH", member, writes.patch),
            ("DELETE", member, writes.archive),
            ("GET", f"{member}/tags", reads.tags),
            ("POST", f"{member}/tags", writes.tag),
            ("POST", f"{member}/actions/delete-permanent", writes.delete_for_good),
            ("GET", f"{member}/activity-feed", reads.activity_feed),
            ("GET", f"{member}/activity", reads.activity),
            ("GET", "/lists/{list}/merge-fields", reads.merge_fields),
            ("GET", "/lists/{list}/abuse-reports", reads.abuse_reports),
            ("GET", "/reports/{campaign}/email-activity", reads.email_activity),
            ("GET", "/lists/{list}/webhooks", reads.webhooks),
            ("POST", "/lists/{list}/webhooks", self._webhooks.create),
            ("DELETE", "/lists/{list}/webhooks/{webhook}", self._webhooks.delete),
            ("GET", "/batches", self.batches.show_all),
            ("POST", "/batches", self.batches.create),
            ("GET", "/batches/{batch}", self.batches.look),
        ]


# Stands for a body that is no JSON.
UNREADABLE = object()


def _path(request: web.Request) -> str:
    return request.path.removeprefix("/3.0").rstrip("/") or "/"


async def _body(request: web.Request) -> object:
    return _read((await request.read()).decode(errors="replace"))


def _read(text: str) -> object:
    if not text:
        return None
    try:
        read: object = json.loads(text)
    except ValueError:
        return UNREADABLE
    return read


def _key(request: web.Request) -> str:
    """The key of Basic (any name) or Bearer; "" without one."""
    scheme, _, value = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return value.strip() if scheme.lower() in {"bearer", "oauth", "apikey"} else ""
    try:
        return base64.b64decode(value).decode().partition(":")[2]
    except (binascii.Error, UnicodeDecodeError):
        return ""


def _answered(result: Result) -> web.Response:
    if result is None:
        return web.Response(status=204)
    text = result if isinstance(result, str) else json.dumps(result)
    return web.Response(text=text, content_type="application/json")


def _reset(request: web.Request) -> None:
    """Cuts the connection so that the other end sees a reset, not an end."""
    transport = request.transport
    if transport is None:
        return
    connection = transport.get_extra_info("socket")
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    transport.abort()
