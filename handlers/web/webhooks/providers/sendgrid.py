"""Twilio SendGrid's Event Webhook, with its signature (ECDSA).

https://www.twilio.com/docs/sendgrid/for-developers/tracking-events/event
"""

import base64
import binascii
from datetime import datetime, timedelta

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_der_public_key

from bot.bounces.events import Cause, EventKind, MailEvent
from bot.bounces.webhooks import WebhookPayload
from bot.core.settings import BadSetting, Settings
from handlers.web.webhooks.parsing import (
    JsonObject,
    diagnose_cause,
    diagnose_permanent,
    event_uid,
    first_code,
    parse_batch,
)
from handlers.web.webhooks.requests import (
    Receiver,
    Unauthenticated,
    WebhookRequest,
    check_age,
    parse_timestamp,
)

NAME = "sendgrid"
MOST_EVENTS = 10_000
SIGNED_WITHIN = timedelta(hours=1)  # SendGrid retries for a day; event ids make repetitions harmless

KINDS = {
    "delivered": EventKind.DELIVERED,
    "open": EventKind.ACTIVE,
    "click": EventKind.ACTIVE,
    "spamreport": EventKind.COMPLAINT,
}
# SendGrid's classifications; for those left out the server's words decide.
CLASSIFICATIONS = {
    "invalid address": (EventKind.HARD, Cause.NO_MAILBOX),
    "technical": (EventKind.SOFT, Cause.SERVER),
    "technical failure": (EventKind.SOFT, Cause.SERVER),
    "content": (EventKind.SOFT, Cause.CONTENT),
    "reputation": (EventKind.SOFT, Cause.POLICY),
    "frequency or volume too high": (EventKind.SOFT, Cause.POLICY),
}
# Reasons for dropping a message that are about the address; all others are about the message or the account.
DROPPED = {
    "bounced address": (EventKind.HARD, Cause.UNKNOWN),
    "invalid": (EventKind.HARD, Cause.NO_MAILBOX),
    "spam reporting address": (EventKind.COMPLAINT, Cause.UNKNOWN),
}


def receiver(settings: Settings) -> Receiver | None:
    """Returns the receiver; None without `CLEANED_SENDGRID_KEY`. Raises BadSetting if it is not such a key."""
    if not settings.sendgrid_key:
        return None
    key = public_key(settings.sendgrid_key.get_secret_value())

    def receive(request: WebhookRequest) -> WebhookPayload:
        verify(request, key)
        return read(request.body, request.now)

    return receive


def public_key(text: str) -> EllipticCurvePublicKey:
    """Parses the verification key as the console shows it: Base64 of DER. Raises BadSetting."""
    try:
        key = load_der_public_key(base64.b64decode("".join(text.split()), validate=True))
    except (ValueError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, EllipticCurvePublicKey):
        raise BadSetting(name="CLEANED_SENDGRID_KEY")
    return key


def verify(request: WebhookRequest, key: EllipticCurvePublicKey) -> None:
    """Checks the signature. Raises Unauthenticated."""
    signature = request.headers.get("x-twilio-email-event-webhook-signature", "")
    stamp = request.headers.get("x-twilio-email-event-webhook-timestamp", "")
    signed_at = parse_timestamp(stamp)
    if not signature or signed_at is None:
        raise Unauthenticated(
            "The signature is missing. Switch on Signed Event Webhook in SendGrid's mail settings."
        )
    try:
        key.verify(base64.b64decode(signature, validate=True), stamp.encode() + request.body, ECDSA(SHA256()))
    except (InvalidSignature, binascii.Error, ValueError):
        raise Unauthenticated(
            "The signature does not match. Copy SendGrid's verification key into CLEANED_SENDGRID_KEY again."
        ) from None
    check_age(signed_at, request.now, SIGNED_WITHIN)


def read(body: bytes, now: datetime) -> WebhookPayload:
    """Parses the batch. Raises InvalidBody."""
    return parse_batch(body, MOST_EVENTS, lambda event: _event(event, now))


def _event(event: JsonObject, now: datetime) -> MailEvent | None:
    diagnostic = event.text("reason", "response")
    code = first_code(event.text("status"), diagnostic)
    diagnosis = _diagnose(event, code, diagnostic)
    if diagnosis is None:
        return None
    kind, cause = diagnosis
    address = event.address("email")
    # Some dropped messages have no id.
    identity = event.text("sg_event_id") or (address.lower(), event.text("event"), event.text("timestamp"))
    return MailEvent(
        address=address,
        kind=kind,
        at=event.time("timestamp", now=now),
        source=NAME,
        uid=event_uid((NAME, identity)),
        code=code,
        cause=cause,
        diagnostic=diagnostic,
        campaign=event.label("singlesend_name", "marketing_campaign_name", "category"),
    )


def _diagnose(event: JsonObject, code: str, diagnostic: str) -> tuple[EventKind, Cause] | None:
    """None if the event says nothing about the address."""
    name = event.text("event").lower()
    match name:
        case "bounce":
            return _diagnose_bounce(event, code, diagnostic)
        case "deferred":
            return EventKind.SOFT, diagnose_cause(code, diagnostic)
        case "dropped":
            return DROPPED.get(diagnostic.lower())
        case "open" if event.values.get("sg_machine_open") is True:
            return None  # opened by the mail provider's proxy, not by the person
    return (KINDS[name], Cause.UNKNOWN) if name in KINDS else None


def _diagnose_bounce(event: JsonObject, code: str, diagnostic: str) -> tuple[EventKind, Cause]:
    classified = CLASSIFICATIONS.get(event.text("bounce_classification").lower())
    if event.text("type").lower() == "blocked":
        cause = diagnose_cause(code, diagnostic)
        if cause == Cause.UNKNOWN and classified:
            cause = classified[1]
        return EventKind.SOFT, cause
    return classified or diagnose_permanent(code, diagnostic)
