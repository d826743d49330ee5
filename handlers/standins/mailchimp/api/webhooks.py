"""Webhooks: made, checked by a GET, and sent until they are answered."""

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

from handlers.standins.mailchimp.account import EVENTS, SOURCES, Account, ListState, Webhook
from handlers.standins.mailchimp.api.calls import Call
from handlers.standins.mailchimp.api.problems import Json, invalid, not_found
from handlers.standins.mailchimp.api.reads import webhook_document


@dataclass(frozen=True)
class WebhookDelivery:
    """One try to send an event. `status`: the answer's, 0 when there was none."""

    url: str
    body: str
    headers: dict[str, str]
    attempt: int
    status: int


class Webhooks:
    """`deliveries`: every try so far."""

    def __init__(self, account: Account) -> None:
        self.deliveries: list[WebhookDelivery] = []
        self._account = account
        self._tasks: set[asyncio.Task[None]] = set()

    async def create(self, call: Call) -> Json:
        """POST: the URL must answer a GET with 2xx. The answer alone carries the secret."""
        document = call.document()
        url = document.get("url")
        with self._account.lock:
            taken = {webhook.url for webhook in call.audience.webhooks.values()}
        if not isinstance(url, str) or urlsplit(url).scheme not in {"http", "https"}:
            raise invalid(errors={"url": "This value is not a valid URL."})
        if url in taken:
            raise invalid(errors={"url": "Sorry, you can't set up multiple WebHooks for one URL"})
        events = _switches(document, "events", EVENTS)
        sources = _switches(document, "sources", SOURCES)
        if not await self._answers(url):
            raise invalid(errors={"url": "We couldn't verify that this URL answers our request."})
        secret = secrets.token_hex(24) if self._account.rules.sign_webhooks else ""
        webhook = Webhook(secrets.token_hex(5), url, events, sources, secret)
        with self._account.lock:
            call.audience.webhooks[webhook.id] = webhook
            shown = webhook_document(call.audience, webhook)
        return {**shown, "secret": secret} if secret else shown

    @staticmethod
    def delete(call: Call) -> None:
        if call.audience.webhooks.pop(call.parts[1], None) is None:
            raise not_found()

    def send(self, audience: ListState, event: str, source: str, data: dict[str, str]) -> None:
        """On the loop's thread. A cleaned contact is nobody's doing, so no source is asked for it."""
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
        """Returns when none is being sent or waits for its next try."""
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

    async def _deliver(self, webhook: Webhook, body: str) -> None:
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
                session.post(url, data=body, headers=headers, allow_redirects=False) as answer,
            ):
                return answer.status
        except (aiohttp.ClientError, TimeoutError):
            return 0

    async def _answers(self, url: str) -> bool:
        timeout = aiohttp.ClientTimeout(total=self._account.rules.webhook_seconds)
        try:
            async with aiohttp.ClientSession(timeout=timeout) as session, session.get(url) as answer:
                return 200 <= answer.status < 300
        except (aiohttp.ClientError, TimeoutError, ValueError):
            return False


def signature(secret: str, body: str, now: int) -> str:
    """The header's value; `now`: seconds since 1970."""
    return f"t={now},v1={hmac.new(secret.encode(), f'{now}.{body}'.encode(), sha256).hexdigest()}"


def _switches(document: Json, name: str, keys: tuple[str, ...]) -> dict[str, bool]:
    """All on when nothing is said; otherwise those that are said to be."""
    given = document.get(name, dict.fromkeys(keys, True))
    if not isinstance(given, dict) or not all(isinstance(value, bool) for value in given.values()):
        raise invalid(errors={name: "Schema describes object of booleans"})
    return {key: given.get(key, False) for key in keys}
