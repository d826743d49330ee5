"""`POST /mailchimp/<secret>`: Mailchimp's own webhooks, which report that something has changed in an audience.

https://mailchimp.com/developer/marketing/docs/webhooks/ and, for the signature, guides/sync-audience-data-webhooks/
"""

import asyncio
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import parse_qsl

from aiohttp import web

from bot.core.settings import Settings
from bot.jobs.jobs import Clock
from bot.mailchimp.webhooks import PATH, request_sync, signing_secret
from handlers.web.webhooks import own, routes
from handlers.web.webhooks.credentials import constant_time_equals
from handlers.web.webhooks.parsing import event_uid
from handlers.web.webhooks.requests import (
    InvalidBody,
    Unauthenticated,
    WebhookRequest,
)
from storage.core.database import Database
from storage.core.text import storable

NAME = "mailchimp"
THREADS = 2
MOST_FIELDS = 2_000
ADDRESSES = ("data[email]", "data[new_email]", "data[id]")


@dataclass(frozen=True, slots=True)
class MailchimpEvent:
    """Something that happened in a list. `address` is the contact's, or the id of the campaign."""

    kind: str
    list_id: str
    address: str = field(repr=False)
    fired_at: str

    @property
    def uid(self) -> str:
        """Identical when Mailchimp reports it again."""
        return f"{NAME}:{event_uid((self.kind, self.list_id, self.address.lower(), self.fired_at))}"


def add(application: web.Application, settings: Settings, database: Database, clock: Clock) -> None:
    """Adds the routes, if the secret is set."""
    intake = Intake(settings, database, clock)
    if intake.is_configured:
        application.router.add_get(PATH + "{secret}", intake.handle, allow_head=True)
        application.router.add_post(PATH + "{secret}", intake.handle)
        application.on_cleanup.append(lambda _: intake.close())


class Intake:
    """Takes in the webhooks of a workspace's Mailchimp account. The path of a request ends with `secret`."""

    def __init__(self, settings: Settings, database: Database, clock: Clock) -> None:
        secret = settings.mailchimp_webhook_secret
        self._expected = secret.get_secret_value() if secret else ""
        self._database, self._clock = database, clock
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix=NAME)
        self.handle = routes.guarded(NAME, self._handle)

    @property
    def is_configured(self) -> bool:
        return bool(self._expected)

    async def close(self) -> None:
        self._threads.shutdown()

    async def _handle(self, request: web.Request) -> web.Response:
        if not constant_time_equals(request.match_info["secret"], self._expected):
            raise Unauthenticated(
                "The last part of this URL is not the secret of CLEANED_MAILCHIMP_WEBHOOK_SECRET."
            )
        if request.method != "POST":  # Mailchimp looks whether somebody is there
            return web.json_response({"ok": True})
        body = await routes.read_body(request)
        headers = {key.lower(): value for key, value in request.headers.items()}
        webhook_request = WebhookRequest(body, headers, self._clock())
        requested = await asyncio.get_running_loop().run_in_executor(
            self._threads, receive, self._database, webhook_request
        )
        return web.json_response({"told": requested})


def receive(database: Database, request: WebhookRequest) -> bool:
    """Requests a sync; returns False for a repeated event, and for a list that isn't mirrored. Raises WebhookError."""
    event = read(request.body)
    secret = signing_secret(database, event.list_id)
    if secret is None:
        return False
    if secret:
        # Only webhooks that the bot has created have a signature.
        own.verify_header(
            request, secret, "X-Mailchimp-Signature", "Delete this webhook and create it again."
        )
    return request_sync(database, event.list_id, event.uid, request.now)


def read(body: bytes) -> MailchimpEvent:
    """Parses the form-encoded event. Raises InvalidBody."""
    try:
        pairs: Sequence[tuple[str, str]] = parse_qsl(
            body.decode(),
            keep_blank_values=True,
            strict_parsing=True,
            max_num_fields=MOST_FIELDS,
            errors="strict",
        )
    except ValueError:
        raise InvalidBody("The body is not form-encoded.") from None
    fields = {name: storable(value) for name, value in pairs}
    kind, list_id, fired_at = (fields.get(name, "") for name in ("type", "data[list_id]", "fired_at"))
    if not kind or not list_id:
        raise InvalidBody("`type` and `data[list_id]` are expected here.")
    try:
        datetime.fromisoformat(fired_at)
    except ValueError:
        raise InvalidBody("`fired_at`: a time is expected here.") from None
    address = next((fields[name] for name in ADDRESSES if fields.get(name)), "")
    return MailchimpEvent(kind, list_id, address, fired_at)
