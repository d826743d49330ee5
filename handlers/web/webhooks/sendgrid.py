"""Twilio SendGrid's Event Webhook, with its signature (ECDSA).

https://www.twilio.com/docs/sendgrid/for-developers/tracking-events/event
"""

import base64
import binascii
from datetime import UTC, datetime, timedelta

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_der_public_key

from bot.bounces.events import Cause, EventKind, Notice
from bot.core.settings import BadSetting, Settings
from handlers.web.webhooks.calls import Call, Forged, Receive, Received, check_age
from handlers.web.webhooks.fields import JsonFields, batch, cause_of, code_in, uid_of, weighed

NAME = "sendgrid"
MOST_EVENTS = 10_000
SIGNED_WITHIN = timedelta(hours=1)  # it tries again for a day; the event ids make what comes twice harmless
LATEST = 4_102_444_800  # the year 2100

PLAIN = {
    "delivered": EventKind.DELIVERED,
    "open": EventKind.ACTIVE,
    "click": EventKind.ACTIVE,
    "spamreport": EventKind.COMPLAINT,
}
# Its seven classifications; those that are missing here leave it to the server's words.
CLASSIFIED = {
    "invalid address": (EventKind.HARD, Cause.NO_MAILBOX),
    "technical": (EventKind.SOFT, Cause.SERVER),
    "technical failure": (EventKind.SOFT, Cause.SERVER),
    "content": (EventKind.SOFT, Cause.CONTENT),
    "reputation": (EventKind.SOFT, Cause.POLICY),
    "frequency or volume too high": (EventKind.SOFT, Cause.POLICY),
}
# Dropped for what SendGrid knew of the address. All other reasons are about the message or the account.
DROPPED = {
    "bounced address": (EventKind.HARD, Cause.UNKNOWN),
    "invalid": (EventKind.HARD, Cause.NO_MAILBOX),
    "spam reporting address": (EventKind.COMPLAINT, Cause.UNKNOWN),
}


def receiver(settings: Settings) -> Receive | None:
    """What takes the calls; None without `CLEANED_SENDGRID_KEY`. Raises BadSetting for what is no such key."""
    if not settings.sendgrid_key:
        return None
    key = public_key(settings.sendgrid_key.get_secret_value())

    def receive(call: Call) -> Received:
        verify(call, key)
        return read(call.body, call.now)

    return receive


def public_key(text: str) -> EllipticCurvePublicKey:
    """The verification key as the console shows it: Base64 of DER. Raises BadSetting."""
    try:
        key = load_der_public_key(base64.b64decode("".join(text.split()), validate=True))
    except (ValueError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, EllipticCurvePublicKey):
        raise BadSetting(name="CLEANED_SENDGRID_KEY")
    return key


def verify(call: Call, key: EllipticCurvePublicKey) -> None:
    """Raises Forged."""
    signature = call.headers.get("x-twilio-email-event-webhook-signature", "")
    stamp = call.headers.get("x-twilio-email-event-webhook-timestamp", "")
    if not signature or not (stamp.isascii() and stamp.isdecimal() and int(stamp[:12]) < LATEST):
        raise Forged("The signature is missing. Switch on Signed Event Webhook in SendGrid's mail settings.")
    try:
        key.verify(base64.b64decode(signature, validate=True), stamp.encode() + call.body, ECDSA(SHA256()))
    except (InvalidSignature, binascii.Error, ValueError):
        raise Forged(
            "The signature does not match. Copy SendGrid's verification key into CLEANED_SENDGRID_KEY again."
        ) from None
    check_age(datetime.fromtimestamp(int(stamp[:12]), UTC), call.now, SIGNED_WITHIN)


def read(body: bytes, now: datetime) -> Received:
    """Raises Unreadable."""
    return batch(body, MOST_EVENTS, lambda event: _notice(event, now))


def _notice(event: JsonFields, now: datetime) -> Notice | None:
    diagnostic = event.text("reason", "response")
    code = code_in(event.text("status"), diagnostic)
    judged = _judged(event, code, diagnostic)
    if judged is None:
        return None
    kind, cause = judged
    address = event.address("email")
    # Some dropped ones have no id.
    own_id = event.text("sg_event_id") or (address.lower(), event.text("event"), event.text("timestamp"))
    return Notice(
        address=address,
        kind=kind,
        at=event.moment("timestamp", now=now),
        source=NAME,
        uid=uid_of((NAME, own_id)),
        code=code,
        cause=cause,
        diagnostic=diagnostic,
        campaign=event.label("singlesend_name", "marketing_campaign_name", "category"),
    )


def _judged(event: JsonFields, code: str, diagnostic: str) -> tuple[EventKind, Cause] | None:
    name = event.text("event").lower()
    match name:
        case "bounce":
            return _bounce(event, code, diagnostic)
        case "deferred":
            return EventKind.SOFT, cause_of(code, diagnostic)
        case "dropped":
            return DROPPED.get(diagnostic.lower())
        case "open" if event.values.get("sg_machine_open") is True:
            return None  # the mail program's maker opened it, not the person
    return (PLAIN[name], Cause.UNKNOWN) if name in PLAIN else None


def _bounce(event: JsonFields, code: str, diagnostic: str) -> tuple[EventKind, Cause]:
    if event.text("type").lower() == "blocked":
        said = CLASSIFIED.get(event.text("bounce_classification").lower(), (EventKind.SOFT, Cause.UNKNOWN))[1]
        cause = cause_of(code, diagnostic)
        return EventKind.SOFT, said if cause == Cause.UNKNOWN else cause
    return CLASSIFIED.get(event.text("bounce_classification").lower()) or weighed(code, diagnostic)
