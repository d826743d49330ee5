"""Mailtrap's webhooks, with a signature of the body (HMAC-SHA256).

https://docs.mailtrap.io/email-api-smtp/advanced/webhooks
"""

import hashlib
import hmac
from datetime import datetime

from bot.bounces.events import Cause, EventKind, MailEvent
from bot.bounces.webhooks import WebhookPayload
from bot.core.settings import Settings
from handlers.web.webhooks.credentials import constant_time_equals
from handlers.web.webhooks.parsing import (
    JsonObject,
    as_object,
    diagnose_cause,
    event_uid,
    first_code,
    parse_events,
    parse_json,
)
from handlers.web.webhooks.requests import InvalidBody, Receiver, Unauthenticated, WebhookRequest

NAME = "mailtrap"
MOST_EVENTS = 10_000
# Left out: "suspension" and "reject", which are about the sender's account or list, and "unsubscribe".
KINDS = {
    "delivery": EventKind.DELIVERED,
    "open": EventKind.ACTIVE,
    "click": EventKind.ACTIVE,
    "spam": EventKind.COMPLAINT,
}


def receiver(settings: Settings) -> Receiver | None:
    """Returns the receiver; None without `CLEANED_MAILTRAP_SECRET`."""
    if not settings.mailtrap_secret:
        return None
    secret = settings.mailtrap_secret.get_secret_value().strip().encode()

    def receive(request: WebhookRequest) -> WebhookPayload:
        verify(request, secret)
        return read(request.body, request.now)

    return receive


def verify(request: WebhookRequest, secret: bytes) -> None:
    """Checks the signature. Raises Unauthenticated."""
    expected = hmac.new(secret, request.body, hashlib.sha256).hexdigest()
    if not constant_time_equals(request.headers.get("mailtrap-signature", ""), expected):
        raise Unauthenticated(
            "The signature is missing or does not match. Copy the signing secret of Mailtrap's webhook into "
            "CLEANED_MAILTRAP_SECRET."
        )


def read(body: bytes, now: datetime) -> WebhookPayload:
    """Parses the batch. Raises InvalidBody."""
    whole = as_object(parse_json(body))
    if not isinstance(whole.values.get("events"), list):
        raise InvalidBody("events: a list is expected here. Choose JSON as the format of this webhook.")
    return parse_events(whole.list("events", MOST_EVENTS), lambda event: _event(event, now))


def _event(event: JsonObject, now: datetime) -> MailEvent | None:
    diagnostic = event.text("response")
    code = first_code(diagnostic)
    name = event.text("event")
    diagnosis = _diagnose(name, code, diagnostic)
    if diagnosis is None:
        return None
    kind, cause = diagnosis
    address = event.address("email")
    identity = event.text("event_id") or (event.text("message_id"), address.lower(), event.text("timestamp"))
    return MailEvent(
        address=address,
        kind=kind,
        at=event.time("timestamp", now=now),
        source=NAME,
        uid=event_uid((NAME, name, identity)),
        code=code,
        cause=cause,
        diagnostic=diagnostic,
        campaign=event.label("category"),
    )


def _diagnose(name: str, code: str, diagnostic: str) -> tuple[EventKind, Cause] | None:
    """None if the event says nothing about the address."""
    match name:
        case "bounce":  # Mailtrap has stopped mailing the address, whatever the cause was
            return EventKind.HARD, diagnose_cause(code, diagnostic)
        case "soft bounce":
            return EventKind.SOFT, diagnose_cause(code, diagnostic)
    return (KINDS[name], Cause.UNKNOWN) if name in KINDS else None
