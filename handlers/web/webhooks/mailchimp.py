"""`POST /mailchimp/<secret>`: Mailchimp's own webhooks, which ring when something has changed in an audience.

https://mailchimp.com/developer/marketing/docs/webhooks/ and, for the signature, guides/sync-audience-data-webhooks/
"""

import asyncio
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from urllib.parse import parse_qsl

from aiohttp import web

from bot.core.jobs import Clock
from bot.core.settings import Settings
from bot.mailchimp.webhooks import PATH, request_sync, signing_secret
from handlers.web.webhooks import routes
from handlers.web.webhooks.calls import Call, Forged, Unreadable, check_age, is_same
from handlers.web.webhooks.fields import sound_text, uid_of
from handlers.web.webhooks.own import SIGNATURE, SIGNED_WITHIN, signature
from storage.core.database import Database

NAME = "mailchimp"
THREADS = 2
MOST_FIELDS = 2_000
ADDRESSES = ("data[email]", "data[new_email]", "data[id]")


@dataclass(frozen=True, slots=True)
class MailchimpEvent:
    """That something has happened in a list. `address`: whose, or which campaign."""

    kind: str
    list_id: str
    address: str = field(repr=False)
    fired_at: str

    @property
    def uid(self) -> str:
        """The same when Mailchimp tells it again."""
        return f"{NAME}:{uid_of((self.kind, self.list_id, self.address.lower(), self.fired_at))}"


def add(application: web.Application, settings: Settings, database: Database, clock: Clock) -> None:
    """Adds the route, if its secret is set."""
    if settings.mailchimp_webhook_secret is None:
        return
    expected = settings.mailchimp_webhook_secret.get_secret_value()
    threads = ThreadPoolExecutor(THREADS, thread_name_prefix=NAME)

    def check_secret(request: web.Request) -> None:
        if not is_same(request.match_info["secret"], expected):
            raise Forged("The end of this URL is not the secret of CLEANED_MAILCHIMP_WEBHOOK_SECRET.")

    async def validated(request: web.Request) -> web.Response:
        check_secret(request)
        return web.json_response({"ok": True})

    async def take(request: web.Request) -> web.Response:
        check_secret(request)
        body = await routes.body_of(request)
        call = Call(body, {key.lower(): value for key, value in request.headers.items()}, clock())
        told = await asyncio.get_running_loop().run_in_executor(threads, receive, database, call)
        return web.json_response({"told": told})

    async def stop(_application: web.Application) -> None:
        threads.shutdown()

    application.router.add_get(PATH + "{secret}", routes.guarded(NAME, validated), allow_head=True)
    application.router.add_post(PATH + "{secret}", routes.guarded(NAME, take))
    application.on_cleanup.append(stop)


def receive(database: Database, call: Call) -> bool:
    """Whether a sync follows: not for what came before, nor for a list that isn't mirrored. Raises Refused."""
    event = read(call.body)
    secret = signing_secret(database, event.list_id)
    if secret is None:
        return False
    if secret:
        verify(call, secret)
    return request_sync(database, event.list_id, event.uid, call.now)


def verify(call: Call, secret: str) -> None:
    """Older webhooks, and those made by hand, are not signed with a secret that we know. Raises Forged."""
    found = SIGNATURE.fullmatch(call.headers.get("x-mailchimp-signature", "").strip())
    if not found:
        raise Forged(
            "The header X-Mailchimp-Signature is missing, or is not `t=<seconds>,v1=<64 hex digits>`."
        )
    stamp, given = found.groups()
    if not is_same(given.lower(), signature(secret, stamp, call.body)):
        raise Forged(
            "The signature in X-Mailchimp-Signature does not match. Delete this webhook and make it anew."
        )
    check_age(datetime.fromtimestamp(int(stamp), UTC), call.now, SIGNED_WITHIN)


def read(body: bytes) -> MailchimpEvent:
    """Raises Unreadable."""
    try:
        pairs: Sequence[tuple[str, str]] = parse_qsl(
            body.decode(),
            keep_blank_values=True,
            strict_parsing=True,
            max_num_fields=MOST_FIELDS,
            errors="strict",
        )
    except ValueError:
        raise Unreadable("The body is not form-encoded.") from None
    fields = {name: sound_text(value) for name, value in pairs}
    kind, list_id, fired_at = (fields.get(name, "") for name in ("type", "data[list_id]", "fired_at"))
    if not kind or not list_id:
        raise Unreadable("`type` and `data[list_id]` are expected here.")
    try:
        datetime.fromisoformat(fired_at)
    except ValueError:
        raise Unreadable("`fired_at`: a time is expected here.") from None
    address = next((fields[name] for name in ADDRESSES if fields.get(name)), "")
    return MailchimpEvent(kind, list_id, address, fired_at)
