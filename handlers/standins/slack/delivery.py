"""Delivery of payloads to the bot: in envelopes over Socket Mode, or as signed requests to its URL."""

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

from handlers.standins.slack.faults import SlackFaults
from handlers.standins.slack.state import APP, WorkspaceState
from handlers.standins.types import Json

ACK_SECONDS = 3.0
CONNECTIONS = 10
PING_SECONDS = 10.0


class DeliveryError(Exception):
    """The bot did not acknowledge in time (`operation_timeout`), or couldn't be reached (`dispatch_failed`)."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


class Delivery(Protocol):
    @property
    def connected(self) -> bool: ...

    async def send(self, kind: str, payload: Json, *, attempt: int = 0, reason: str = "") -> Json:
        """Sends a payload and returns the payload of the acknowledgement, {} for an empty one.

        `kind`: slash_commands, interactive or events_api; `attempt`, `reason`: of a retried event. Raises DeliveryError.
        """
        ...


@dataclass(eq=False)
class SocketModeConnection:
    request: web.Request
    socket: web.WebSocketResponse


@dataclass
class SocketModeDelivery:
    """Socket Mode: up to ten connections, which get the payloads in turn.

    `tickets`: of connection URLs not yet used; `pending`: acknowledgements awaited, by envelope id.
    """

    state: WorkspaceState
    faults: SlackFaults
    enabled: bool
    ack_seconds: float = ACK_SECONDS
    tickets: set[str] = field(default_factory=set)
    connections: list[SocketModeConnection] = field(default_factory=list)
    pending: dict[str, asyncio.Future[Json]] = field(default_factory=dict)
    sent: int = 0

    @property
    def connected(self) -> bool:
        return bool(self.connections)

    def new_url(self) -> str:
        """Returns a URL for one connection."""
        ticket = secrets.token_urlsafe(24)
        self.tickets.add(ticket)
        return f"{self.state.url.replace('http', 'ws', 1)}/link/?ticket={ticket}&app_id={APP}"

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """Serves one connection until it ends."""
        ticket = request.query.get("ticket", "")
        if ticket not in self.tickets:
            return web.Response(status=408, text="Ticket expired")
        self.tickets.discard(ticket)
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        refusal = "link_disabled" if not self.enabled else "too_many_websockets"
        if not self.enabled or len(self.connections) >= CONNECTIONS:
            await socket.send_json({"type": "disconnect", "reason": refusal, "debug_info": _debug_info()})
            await socket.close()
            return socket
        connection = SocketModeConnection(request, socket)
        self.connections.append(connection)
        try:
            await self._run(connection)
        finally:
            self._remove(connection)
        return socket

    async def _run(self, connection: SocketModeConnection) -> None:
        socket = connection.socket
        hello = {
            "type": "hello",
            "num_connections": len(self.connections),
            "debug_info": _debug_info(),
            "connection_info": {"app_id": APP},
        }
        await socket.send_json(hello)
        self._push_status()
        pinging = asyncio.create_task(self._keep_pinging(connection))
        try:
            async for message in socket:
                self._acknowledge(message)
        finally:
            pinging.cancel()

    async def _keep_pinging(self, connection: SocketModeConnection) -> None:
        while connection in self.connections and not connection.socket.closed:
            await connection.socket.ping(b"Ping from applink-local")
            await asyncio.sleep(PING_SECONDS)

    def _acknowledge(self, message: WSMessage) -> None:
        if message.type is not WSMsgType.TEXT:
            return
        acknowledgement = json.loads(message.data)
        # A late acknowledgement is ignored: its envelope is no longer pending.
        future = self.pending.pop(str(acknowledgement.get("envelope_id")), None)
        if future is not None and not future.done():
            future.set_result(acknowledgement.get("payload") or {})

    async def send(self, kind: str, payload: Json, *, attempt: int = 0, reason: str = "") -> Json:
        envelope_id = str(uuid4())
        future: asyncio.Future[Json] = asyncio.get_running_loop().create_future()
        self.pending[envelope_id] = future
        await self._send_envelope(_envelope(envelope_id, kind, payload, attempt, reason))
        if self.faults.take_twice():
            retry = attempt + 1 if kind == "events_api" else 0
            await self._send_envelope(
                _envelope(str(uuid4()), kind, payload, retry, "timeout" if retry else "")
            )
        try:
            return await asyncio.wait_for(future, self.ack_seconds)
        except TimeoutError:
            raise DeliveryError("operation_timeout") from None
        finally:
            self.pending.pop(envelope_id, None)

    async def _send_envelope(self, envelope: Json) -> None:
        while self.connections:
            self.sent += 1
            connection = self.connections[self.sent % len(self.connections)]
            try:
                await connection.socket.send_json(envelope)
            except ConnectionError:  # closed, but not yet noticed
                self._remove(connection)
            else:
                return
        raise DeliveryError("dispatch_failed")

    async def refresh(self) -> None:
        """Asks the bot to replace every connection, as Slack does regularly; sends nothing more over the old ones."""
        for connection in list(self.connections):
            self._remove(connection)
            await connection.socket.send_json(
                {"type": "disconnect", "reason": "refresh_requested", "debug_info": _debug_info()}
            )

    def drop(self, *, silent: bool = False) -> None:
        """Cuts every connection; `silent`: without closing, so the bot only stops receiving."""
        for connection in list(self.connections):
            transport = connection.request.transport
            if isinstance(transport, asyncio.Transport):
                if silent:
                    transport.pause_reading()
                    self._remove(connection)
                else:
                    _reset(transport)

    def _remove(self, connection: SocketModeConnection) -> None:
        if connection in self.connections:
            self.connections.remove(connection)
            self._push_status()

    def _push_status(self) -> None:
        self.state.push(None, {"type": "bot", "connected": self.connected})


@dataclass
class HttpDelivery:
    """HTTP mode: one request URL for commands, interactions and events; requests are signed (v0)."""

    state: WorkspaceState
    faults: SlackFaults
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
                session.post(self.url, data=body.encode(), headers=headers) as response,
            ):
                text = await response.text()
                if response.status != 200:
                    raise DeliveryError("dispatch_failed")
        except TimeoutError:
            raise DeliveryError("operation_timeout") from None
        except ClientError:
            raise DeliveryError("dispatch_failed") from None
        if not text:
            return {}
        return dict(json.loads(text)) if text.startswith("{") else {"text": text}

    def _signature(self, body: str) -> dict[str, str]:
        timestamp = str(int(self.state.clock()))
        base = f"v0:{timestamp}:{body}".encode()
        digest = hmac.new(self.signing_secret.encode(), base, hashlib.sha256).hexdigest()
        return {"X-Slack-Request-Timestamp": timestamp, "X-Slack-Signature": f"v0={digest}"}


def _envelope(envelope_id: str, kind: str, payload: Json, attempt: int, reason: str) -> Json:
    envelope: Json = {
        "envelope_id": envelope_id,
        "type": kind,
        "payload": payload,
        "accepts_response_payload": kind != "events_api",
    }
    retry = {"retry_attempt": attempt, "retry_reason": reason} if kind == "events_api" else {}
    return envelope | retry


def _debug_info() -> Json:
    return {"host": "applink-local", "build_number": 1, "approximate_connection_time": 18060}


def _reset(transport: asyncio.Transport) -> None:
    """Aborts with a TCP reset, as a broken network does."""
    raw = transport.get_extra_info("socket")
    raw.setsockopt(socket_module.SOL_SOCKET, socket_module.SO_LINGER, struct.pack("ii", 1, 0))
    transport.abort()
