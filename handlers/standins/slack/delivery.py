"""How a payload reaches the bot: an envelope on one of its sockets, or a signed request to its URL."""

import asyncio
import hashlib
import hmac
import json
import secrets
import socket as socket_module
import struct
from dataclasses import dataclass, field
from typing import Protocol
from urllib.parse import urlencode
from uuid import uuid4

from aiohttp import ClientError, ClientSession, ClientTimeout, WSMessage, WSMsgType, web

from handlers.standins.slack.faults import Faults
from handlers.standins.slack.state import APP, State
from handlers.standins.types import Json

ACK_SECONDS = 3.0
CONNECTIONS = 10
PING_SECONDS = 10.0


class NotAnswered(Exception):
    """The bot gave no answer in time (`operation_timeout`), or couldn't be reached (`dispatch_failed`)."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


class Delivery(Protocol):
    @property
    def connected(self) -> bool: ...

    async def send(self, kind: str, payload: Json, *, attempt: int = 0, reason: str = "") -> Json:
        """Sends a payload and returns what the bot acknowledged it with, {} for nothing.

        `kind`: slash_commands, interactive or events_api. Raises NotAnswered.
        """
        ...


@dataclass(eq=False)
class Connection:
    request: web.Request
    socket: web.WebSocketResponse


@dataclass
class Sockets:
    """Socket Mode: up to ten connections, each payload to the next of them."""

    state: State
    faults: Faults
    enabled: bool
    ack_seconds: float = ACK_SECONDS
    tickets: set[str] = field(default_factory=set)
    open: list[Connection] = field(default_factory=list)
    waiting: dict[str, asyncio.Future[Json]] = field(default_factory=dict)
    turn: int = 0

    @property
    def connected(self) -> bool:
        return bool(self.open)

    def ticket(self) -> str:
        """A URL for one connection."""
        made = secrets.token_urlsafe(24)
        self.tickets.add(made)
        return f"{self.state.url.replace('http', 'ws', 1)}/link/?ticket={made}&app_id={APP}"

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """One connection, from its hello to its end."""
        ticket = request.query.get("ticket", "")
        if ticket not in self.tickets:
            return web.Response(status=408, text="Ticket expired")
        self.tickets.discard(ticket)
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        refusal = "link_disabled" if not self.enabled else "too_many_websockets"
        if not self.enabled or len(self.open) >= CONNECTIONS:
            await socket.send_json({"type": "disconnect", "reason": refusal, "debug_info": _debug()})
            await socket.close()
            return socket
        connection = Connection(request, socket)
        self.open.append(connection)
        try:
            await self._talk(connection)
        finally:
            self._forget(connection)
        return socket

    async def _talk(self, connection: Connection) -> None:
        socket = connection.socket
        hello = {
            "type": "hello",
            "num_connections": len(self.open),
            "debug_info": _debug(),
            "connection_info": {"app_id": APP},
        }
        await socket.send_json(hello)
        self._tell()
        pinging = asyncio.create_task(self._keep_pinging(connection))
        try:
            async for message in socket:
                self._heard(message)
        finally:
            pinging.cancel()

    async def _keep_pinging(self, connection: Connection) -> None:
        while connection in self.open and not connection.socket.closed:
            await connection.socket.ping(b"Ping from applink-local")
            await asyncio.sleep(PING_SECONDS)

    def _heard(self, message: WSMessage) -> None:
        if message.type is not WSMsgType.TEXT:
            return
        said = json.loads(message.data)
        # An answer that comes too late finds nobody waiting.
        future = self.waiting.pop(str(said.get("envelope_id")), None)
        if future is not None and not future.done():
            future.set_result(said.get("payload") or {})

    async def send(self, kind: str, payload: Json, *, attempt: int = 0, reason: str = "") -> Json:
        envelope_id = str(uuid4())
        future: asyncio.Future[Json] = asyncio.get_running_loop().create_future()
        self.waiting[envelope_id] = future
        await self._post(_envelope(envelope_id, kind, payload, attempt, reason))
        if self.faults.take_twice():
            again = attempt + 1 if kind == "events_api" else 0
            await self._post(_envelope(str(uuid4()), kind, payload, again, "timeout" if again else ""))
        try:
            return await asyncio.wait_for(future, self.ack_seconds)
        except TimeoutError:
            raise NotAnswered("operation_timeout") from None
        finally:
            self.waiting.pop(envelope_id, None)

    async def _post(self, envelope: Json) -> None:
        while self.open:
            self.turn += 1
            connection = self.open[self.turn % len(self.open)]
            try:
                await connection.socket.send_json(envelope)
            except ConnectionError:  # its end was seen by nobody yet
                self._forget(connection)
            else:
                return
        raise NotAnswered("dispatch_failed")

    async def refresh(self) -> None:
        """Asks every connection to come anew, as Slack does now and then; the old ones get nothing more."""
        for connection in list(self.open):
            self._forget(connection)
            await connection.socket.send_json(
                {"type": "disconnect", "reason": "refresh_requested", "debug_info": _debug()}
            )

    def drop(self, *, silent: bool = False) -> None:
        """Cuts every connection; `silent`: the bot's end isn't told, it just hears nothing any more."""
        for connection in list(self.open):
            transport = connection.request.transport
            if isinstance(transport, asyncio.Transport):
                if silent:
                    transport.pause_reading()
                    self._forget(connection)
                else:
                    _reset(transport)

    def _forget(self, connection: Connection) -> None:
        if connection in self.open:
            self.open.remove(connection)
            self._tell()

    def _tell(self) -> None:
        self.state.push(None, {"type": "bot", "connected": self.connected})


@dataclass
class RequestUrl:
    """HTTP mode: one URL for commands, interactions and events; each request is signed (v0)."""

    state: State
    faults: Faults
    url: str
    signing_secret: str
    ack_seconds: float = ACK_SECONDS
    connected: bool = True

    async def send(self, kind: str, payload: Json, *, attempt: int = 0, reason: str = "") -> Json:
        if kind == "events_api":
            mime, body = "application/json", json.dumps(payload)
        else:
            fields = payload if kind == "slash_commands" else {"payload": json.dumps(payload)}
            mime, body = "application/x-www-form-urlencoded", urlencode(fields)
        headers = {"Content-Type": mime, **self._signature(body)}
        if attempt:
            headers |= {"X-Slack-Retry-Num": str(attempt), "X-Slack-Retry-Reason": f"http_{reason}"}
        if self.faults.take_twice():
            await self._request(headers, body)
        return await self._request(headers, body)

    async def _request(self, headers: dict[str, str], body: str) -> Json:
        try:
            async with (
                ClientSession(timeout=ClientTimeout(self.ack_seconds)) as session,
                session.post(self.url, data=body.encode(), headers=headers) as answer,
            ):
                said = await answer.text()
                if answer.status != 200:
                    raise NotAnswered("dispatch_failed")
        except TimeoutError:
            raise NotAnswered("operation_timeout") from None
        except ClientError:
            raise NotAnswered("dispatch_failed") from None
        if not said:
            return {}
        return dict(json.loads(said)) if said.startswith("{") else {"text": said}

    def _signature(self, body: str) -> dict[str, str]:
        moment = str(int(self.state.clock()))
        base = f"v0:{moment}:{body}".encode()
        digest = hmac.new(self.signing_secret.encode(), base, hashlib.sha256).hexdigest()
        return {"X-Slack-Request-Timestamp": moment, "X-Slack-Signature": f"v0={digest}"}


def _envelope(envelope_id: str, kind: str, payload: Json, attempt: int, reason: str) -> Json:
    made: Json = {
        "envelope_id": envelope_id,
        "type": kind,
        "payload": payload,
        "accepts_response_payload": kind != "events_api",
    }
    return made | {"retry_attempt": attempt, "retry_reason": reason} if kind == "events_api" else made


def _debug() -> Json:
    return {"host": "applink-local", "build_number": 1, "approximate_connection_time": 18060}


def _reset(transport: asyncio.Transport) -> None:
    """A reset instead of a polite end, as when something between the two breaks."""
    raw = transport.get_extra_info("socket")
    raw.setsockopt(socket_module.SOL_SOCKET, socket_module.SO_LINGER, struct.pack("ii", 1, 0))
    transport.abort()
