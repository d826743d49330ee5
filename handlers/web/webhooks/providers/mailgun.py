"""Mailgun's webhooks (JSON). The signature is in the body and does not cover the event.

Therefore a token is valid for one body only: `bot.bounces.webhooks` remembers which.
https://documentation.mailgun.com/docs/mailgun/user-manual/webhooks/webhooks
"""

import hashlib
import hmac
import re
from dataclasses import replace
from datetime import datetime, timedelta

from bot.bounces.events import Cause, EventKind, MailEvent
from bot.bounces.webhooks import OneTimeToken, WebhookPayload
from bot.core.settings import Settings
from handlers.web.webhooks.credentials import constant_time_equals
from handlers.web.webhooks.parsing import (
    JsonObject,
    as_object,
    diagnose_cause,
    diagnose_permanent,
    event_uid,
    first_code,
    parse_json,
)
from handlers.web.webhooks.requests import (
    Receiver,
    Unauthenticated,
    WebhookRequest,
    check_age,
    parse_timestamp,
)

NAME = "mailgun"
# Mailgun retries for eight hours with the first signature: a shorter time would lose events sent while the bot was not
# running. The token can't be used for another body meanwhile.
SIGNED_WITHIN = timedelta(hours=9)
# The signature is of both together: with one length for the time, none of its digits can be moved into the token.
_STAMP = re.compile(r"[0-9]{10}")
_TOKEN = re.compile(r"[!-~]{1,200}")

KINDS = {
    "delivered": EventKind.DELIVERED,
    "opened": EventKind.ACTIVE,
    "clicked": EventKind.ACTIVE,
    "complained": EventKind.COMPLAINT,
}
# Why Mailgun itself did not send the message, or gave up.
REASONS = {
    "suppress-bounce": (EventKind.HARD, Cause.UNKNOWN),
    "suppress-complaint": (EventKind.COMPLAINT, Cause.UNKNOWN),
    "old": (EventKind.SOFT, Cause.SERVER),
    "espblock": (EventKind.SOFT, Cause.POLICY),
}


def receiver(settings: Settings) -> Receiver | None:
    """Returns the receiver; None without `CLEANED_MAILGUN_KEY`."""
    if not settings.mailgun_key:
        return None
    key = settings.mailgun_key.get_secret_value()

    def receive(request: WebhookRequest) -> WebhookPayload:
        token = verify(request, key)
        return replace(read(request.body, request.now), token=token)

    return receive


def verify(request: WebhookRequest, key: str) -> OneTimeToken:
    """Checks the signature and returns its token. Raises Unauthenticated; InvalidBody if the body has another form."""
    fields = as_object(as_object(parse_json(request.body)).values.get("signature") or {}, "signature")
    stamp, token, signature = (fields.exact(name) for name in ("timestamp", "token", "signature"))
    signed_at = parse_timestamp(stamp) if _STAMP.fullmatch(stamp) else None
    if not (signed_at and _TOKEN.fullmatch(token) and signature):
        raise Unauthenticated("The signature is missing. Use Mailgun's current webhooks, which send JSON.")
    expected = hmac.new(key.encode(), (stamp + token).encode(), hashlib.sha256).hexdigest()
    if not constant_time_equals(signature, expected):
        raise Unauthenticated(
            "The signature does not match. Copy the HTTP webhook signing key of Mailgun into CLEANED_MAILGUN_KEY."
        )
    check_age(signed_at, request.now, SIGNED_WITHIN)
    return OneTimeToken(f"{NAME}:{token}", hashlib.sha256(request.body).hexdigest())


def read(body: bytes, now: datetime) -> WebhookPayload:
    """Parses the event. Raises InvalidBody."""
    event = _event(as_object(as_object(parse_json(body)).values.get("event-data"), "event-data"), now)
    return WebhookPayload((event,)) if event else WebhookPayload(ignored=1)


def _event(event: JsonObject, now: datetime) -> MailEvent | None:
    status = event.inner("delivery-status")
    diagnostic = " ".join(filter(None, (status.text("code"), status.text("message", "description"))))
    code = first_code(status.text("enhanced-code"), status.text("bounce-code"), diagnostic)
    diagnosis = _diagnose(event, code, diagnostic)
    if diagnosis is None:
        return None
    kind, cause = diagnosis
    address = event.address("recipient")
    return MailEvent(
        address=address,
        kind=kind,
        at=event.time("timestamp", now=now),
        source=NAME,
        # An id is unique within a day.
        uid=event_uid((NAME, event.text("id"), event.text("timestamp"), address.lower())),
        code=code,
        cause=cause,
        diagnostic=diagnostic if event.text("event") == "failed" else "",
        campaign=event.label("tags"),
    )


def _diagnose(event: JsonObject, code: str, diagnostic: str) -> tuple[EventKind, Cause] | None:
    """None if the event says nothing about the address."""
    name = event.text("event")
    if name != "failed":
        return (KINDS[name], Cause.UNKNOWN) if name in KINDS else None
    reason = event.text("reason").lower()
    if event.text("severity") != "permanent":
        return EventKind.SOFT, diagnose_cause(code, diagnostic)
    if reason == "suppress-unsubscribe":
        return None
    if reason == "bounce":
        return EventKind.HARD, diagnose_cause(code, diagnostic)
    return REASONS.get(reason) or diagnose_permanent(code, diagnostic)
