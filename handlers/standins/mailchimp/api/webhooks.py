"""Webhooks: creation, verification by a GET, delivery with retries."""

import asyncio
import hmac
import secrets
from collections.abc import Coroutine
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any
from urllib.parse import urlencode, urlsplit

import aiohttp

from handlers.standins.mailchimp.account import EVENTS, SOURCES, AccountState, ListState, StoredWebhook
from handlers.standins.mailchimp.api.calls import ApiCall
from handlers.standins.mailchimp.api.problems import invalid, not_found
from handlers.standins.mailchimp.api.reads import webhook_document
from handlers.standins.types import Json


@dataclass(frozen=True)
class WebhookDelivery:
    """One attempt to deliver an event. `status`: of the response, 0 when there was none."""

    url: str
    body: str
    headers: dict[str, str]
    attempt: int
    status: int


class Webhooks:
    """`deliveries`: every attempt so far."""

    def __init__(self, account: AccountState) -> None:
        self.deliveries: list[WebhookDelivery] = []
        self._account = account
        self._tasks: set[asyncio.Task[None]] = set()

    async def create(self, call: ApiCall) -> Json:
        """POST: the URL must answer a GET with 2xx. Only this response contains the secret."""
        document = call.document()
        url = document.get("url")
        with self._account.lock:
            existing_urls = {webhook.url for webhook in call.audience.webhooks.values()}
        if not isinstance(url, str) or urlsplit(url).scheme not in {"http", "https"}:
            raise invalid(errors={"url": "This value is not a valid URL."})
        if url in existing_urls:
            raise invalid(errors={"url": "Sorry, you can't set up multiple WebHooks for one URL"})
        events = _switches(document, "events", EVENTS)
        sources = _switches(document, "sources", SOURCES)
        if not await self._is_reachable(url):
            raise invalid(errors={"url": "We couldn't verify that this URL answers our request."})
        secret = secrets.token_hex(24) if self._account.rules.sign_webhooks else ""
        webhook = StoredWebhook(secrets.token_hex(5), url, events, sources, secret)
        with self._account.lock:
            call.audience.webhooks[webhook.id] = webhook
            created = webhook_document(call.audience, webhook)
        return {**created, "secret": secret} if secret else created

    @staticmethod
    def delete(call: ApiCall) -> None:
        if call.audience.webhooks.pop(call.parts[1], None) is None:
            raise not_found()

    def send(self, audience: ListState, event: str, source: str, data: dict[str, str]) -> None:
        """Starts the deliveries of an event; call it on the event loop. `cleaned` has no source, so none is checked."""
        now = self._account.clock()
        fired = datetime.fromtimestamp(now, UTC).strftime("%Y-%m-%d %H:%M:%S")
        fields = {f"data[{name}]": value for name, value in data.items()}
        body = urlencode({"type": event, "fired_at": fired, **fields})
        for webhook in list(audience.webhooks.values()):
            if webhook.events[event] and (event == "cleaned" or webhook.sources[source]):
                self._start(self._deliver(webhook, body))
                if self._account.rules.webhooks_twice:
                    self._start(self._deliver(webhook, body))

    async def settle(self) -> None:
        """Waits until no delivery is in progress or due for a retry."""
        while self._tasks:
            await asyncio.wait(self._tasks)

    async def stop(self) -> None:
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _deliver(self, webhook: StoredWebhook, body: str) -> None:
        for attempt, wait in enumerate((0.0, *self._account.rules.webhook_retries), 1):
            await asyncio.sleep(wait)
            headers = {"Content-Type": "application/x-www-form-urlencoded"}
            if webhook.secret:
                headers["X-Mailchimp-Signature"] = signature(webhook.secret, body, self._account.now)
            status = await self._post(webhook.url, body, headers)
            self.deliveries.append(WebhookDelivery(webhook.url, body, headers, attempt, status))
            if 200 <= status < 300:
                return

    async def _post(self, url: str, body: str, headers: dict[str, str]) -> int:
        timeout = aiohttp.ClientTimeout(total=self._account.rules.webhook_seconds)
        try:
            async with (
                aiohttp.ClientSession(timeout=timeout) as session,
                session.post(url, data=body, headers=headers, allow_redirects=False) as response,
            ):
                return response.status
        except (aiohttp.ClientError, TimeoutError):
            return 0

    async def _is_reachable(self, url: str) -> bool:
        timeout = aiohttp.ClientTimeout(total=self._account.rules.webhook_seconds)
        try:
            async with aiohttp.ClientSession(timeout=timeout) as session, session.get(url) as response:
                return 200 <= response.status < 300
        except (aiohttp.ClientError, TimeoutError, ValueError):
            return False


def signature(secret: str, body: str, now: int) -> str:
    """Value of the `X-Mailchimp-Signature` header; `now`: seconds since the epoch."""
    return f"t={now},v1={hmac.new(secret.encode(), f'{now}.{body}'.encode(), sha256).hexdigest()}"


def _switches(document: Json, name: str, keys: tuple[str, ...]) -> dict[str, bool]:
    """The switches of `events` or `sources`: all on when absent, else those sent as true."""
    switches = document.get(name, dict.fromkeys(keys, True))
    if not isinstance(switches, dict) or not all(isinstance(value, bool) for value in switches.values()):
        raise invalid(errors={name: "Schema describes object of booleans"})
    return {key: switches.get(key, False) for key in keys}
