"""The webhooks of Postal, a mail server of one's own, signed with its RSA key.

https://docs.postalserver.io/developer/webhooks
"""

import base64
import binascii
from datetime import datetime

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA1, SHA256
from cryptography.hazmat.primitives.serialization import load_der_public_key

from bot.bounces.events import Cause, EventKind, MailEvent
from bot.bounces.webhooks import WebhookPayload
from bot.core.settings import BadSetting, Settings
from handlers.web.webhooks.parsing import (
    JsonObject,
    as_object,
    diagnose_cause,
    diagnose_permanent,
    event_uid,
    first_code,
    parse_json,
)
from handlers.web.webhooks.requests import Receiver, Unauthenticated, WebhookRequest

NAME = "postal"
KINDS = {
    "MessageSent": EventKind.DELIVERED,
    "MessageLoaded": EventKind.ACTIVE,
    "MessageLinkClicked": EventKind.ACTIVE,
}


def receiver(settings: Settings) -> Receiver | None:
    """Returns the receiver; None without `CLEANED_POSTAL_KEY`. Raises BadSetting if it is not such a key."""
    if not settings.postal_key:
        return None
    key = public_key(settings.postal_key.get_secret_value())

    def receive(request: WebhookRequest) -> WebhookPayload:
        verify(request, key)
        return read(request.body, request.now)

    return receive


def public_key(text: str) -> RSAPublicKey:
    """Parses the server's public key, as `p=` in its DKIM record: Base64 of DER. Raises BadSetting."""
    try:
        key = load_der_public_key(base64.b64decode("".join(text.split()), validate=True))
    except (ValueError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, RSAPublicKey):
        raise BadSetting(name="CLEANED_POSTAL_KEY")
    return key


def verify(request: WebhookRequest, key: RSAPublicKey) -> None:
    """Checks the signature: SHA-256 of newer versions where it is there, else SHA-1. Raises Unauthenticated."""
    newer, older = (request.headers.get(f"x-postal-signature{suffix}", "") for suffix in ("-256", ""))
    if not (newer or older):
        raise Unauthenticated("The signature is missing. Only Postal's own webhooks are taken here.")
    try:
        signature = base64.b64decode(newer or older, validate=True)
        key.verify(signature, request.body, PKCS1v15(), SHA256() if newer else SHA1())  # noqa: S303  Postal's choice
    except (InvalidSignature, binascii.Error, ValueError):
        raise Unauthenticated(
            "The signature does not match. Copy p= of Postal's default DKIM record into CLEANED_POSTAL_KEY."
        ) from None


def read(body: bytes, now: datetime) -> WebhookPayload:
    """Parses the event. Raises InvalidBody."""
    event = _event(as_object(parse_json(body)), now)
    return WebhookPayload((event,)) if event else WebhookPayload(ignored=1)


def _event(event: JsonObject, now: datetime) -> MailEvent | None:
    payload = event.inner("payload")
    name = event.text("event")
    message = payload.inner("original_message" if name == "MessageBounced" else "message")
    diagnostic = " ".join(filter(None, (payload.text("output"), payload.text("details"))))
    code = first_code(diagnostic)
    diagnosis = _diagnose(name, code, diagnostic)
    if diagnosis is None or message.text("direction") == "incoming":
        return None
    kind, cause = diagnosis
    address = message.address("to")
    identity = event.text("uuid") or (message.text("id"), address.lower(), event.text("timestamp"))
    return MailEvent(
        address=address,
        kind=kind,
        at=event.time("timestamp", now=now),
        source=NAME,
        uid=event_uid((NAME, name, identity)),
        code=code,
        cause=cause,
        diagnostic=diagnostic if name not in KINDS else "",
        campaign=message.label("tag"),
    )


def _diagnose(name: str, code: str, diagnostic: str) -> tuple[EventKind, Cause] | None:
    """None if the event says nothing about the address."""
    match name:
        case "MessageDeliveryFailed":
            return diagnose_permanent(code, diagnostic)
        case "MessageDelayed" | "MessageBounced":  # a bounce message came back: it is not told what it says
            return EventKind.SOFT, diagnose_cause(code, diagnostic)
        case "MessageHeld" if "suppression list" in diagnostic:
            return EventKind.HARD, Cause.UNKNOWN
    return (KINDS[name], Cause.UNKNOWN) if name in KINDS else None
