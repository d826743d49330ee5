"""Resend's webhooks, signed as Svix does (HMAC-SHA256 of id, time and body).

https://resend.com/docs/webhooks/event-types, https://docs.svix.com/receiving/verifying-payloads/how-manual
"""

import base64
import binascii
import hashlib
import hmac
from datetime import datetime, timedelta

from bot.bounces.events import Cause, EventKind, MailEvent
from bot.bounces.webhooks import WebhookPayload
from bot.core.settings import BadSetting, Settings
from handlers.web.webhooks.credentials import constant_time_equals
from handlers.web.webhooks.parsing import (
    LONGEST_TEXT,
    JsonObject,
    as_object,
    diagnose_cause,
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
from storage.core.text import storable

NAME = "resend"
SIGNED_WITHIN = timedelta(minutes=5)  # as Svix's own libraries do; what is sent again is signed again
PREFIX = "whsec_"

KINDS = {
    "email.delivered": EventKind.DELIVERED,
    "email.opened": EventKind.ACTIVE,
    "email.clicked": EventKind.ACTIVE,
    "email.complained": EventKind.COMPLAINT,
}
# Those of Amazon SES, for events without the mail server's own words.
SUBTYPES = {
    "NoEmail": Cause.NO_MAILBOX,
    "MailboxFull": Cause.FULL,
    "MessageTooLarge": Cause.SIZE,
    "ContentRejected": Cause.CONTENT,
    "AttachmentRejected": Cause.CONTENT,
}


def receiver(settings: Settings) -> Receiver | None:
    """Returns the receiver; None without `CLEANED_RESEND_SECRET`. Raises BadSetting if it is no such secret."""
    if not settings.resend_secret:
        return None
    key = signing_key(settings.resend_secret.get_secret_value())

    def receive(request: WebhookRequest) -> WebhookPayload:
        verify(request, key)
        return read(request.body, request.now)

    return receive


def signing_key(secret: str) -> bytes:
    """Returns the key of a secret as the console shows it: `whsec_` and Base64. Raises BadSetting."""
    try:
        return base64.b64decode(secret.strip().removeprefix(PREFIX), validate=True)
    except (binascii.Error, ValueError):
        raise BadSetting(name="CLEANED_RESEND_SECRET") from None


def verify(request: WebhookRequest, key: bytes) -> None:
    """Checks the signature: one of several, while a secret is being replaced. Raises Unauthenticated."""
    id_, stamp, signatures = (
        request.headers.get(f"svix-{name}", "") for name in ("id", "timestamp", "signature")
    )
    signed_at = parse_timestamp(stamp)
    if not (id_ and signatures and signed_at):
        raise Unauthenticated("The signature is missing. Only Resend's own webhooks are taken here.")
    signed = f"{id_}.{stamp}.".encode("utf-8", "surrogatepass") + request.body
    expected = "v1," + base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()
    if not any(constant_time_equals(each, expected) for each in signatures.split()):
        raise Unauthenticated(
            "The signature does not match. Copy the signing secret of Resend's webhook into CLEANED_RESEND_SECRET."
        )
    check_age(signed_at, request.now, SIGNED_WITHIN)


def read(body: bytes, now: datetime) -> WebhookPayload:
    """Parses the event. Raises InvalidBody."""
    event = _event(as_object(parse_json(body)), now)
    return WebhookPayload((event,)) if event else WebhookPayload(ignored=1)


def _event(event: JsonObject, now: datetime) -> MailEvent | None:
    name = event.text("type")
    data = event.inner("data")
    bounce = data.inner("bounce")
    said = _server_words(bounce)
    code = first_code(said)
    diagnosis = _diagnose(name, bounce, code, said)
    recipients = data.values.get("to")
    # An event does not say which of several recipients it is about.
    if diagnosis is None or (isinstance(recipients, list) and len(recipients) > 1):
        return None
    kind, cause = diagnosis
    to = recipients[0] if isinstance(recipients, list) and recipients else recipients
    address = JsonObject({"to": to or None}, data.path).address("to")
    return MailEvent(
        address=address,
        kind=kind,
        at=event.time("created_at", now=now),
        source=NAME,
        uid=event_uid((NAME, name, data.text("email_id"), address.lower(), event.text("created_at"))),
        code=code,
        cause=cause,
        diagnostic=said or bounce.text("message"),
        campaign=data.label("subject"),
    )


def _server_words(bounce: JsonObject) -> str:
    """What the mail server said, which only newer events have: a list."""
    said = bounce.values.get("diagnosticCode")
    words = [each for each in said if isinstance(each, str)] if isinstance(said, list) else []
    return storable(" ".join(words)[:LONGEST_TEXT]).strip()


def _diagnose(name: str, bounce: JsonObject, code: str, said: str) -> tuple[EventKind, Cause] | None:
    """None if the event says nothing about the address."""
    match name:
        case "email.delivery_delayed":
            return EventKind.SOFT, diagnose_cause(code, said)
        case "email.suppressed":
            return EventKind.HARD, Cause.UNKNOWN
        case "email.bounced":
            return _diagnose_bounce(bounce, code, said)
    return (KINDS[name], Cause.UNKNOWN) if name in KINDS else None


def _diagnose_bounce(bounce: JsonObject, code: str, said: str) -> tuple[EventKind, Cause]:
    """Hard where Resend has stopped mailing the address, whatever the cause was."""
    cause = diagnose_cause(code, said)
    if cause == Cause.UNKNOWN:
        cause = SUBTYPES.get(bounce.text("subType"), cause)
    kind = bounce.text("type")
    message = bounce.text("message")
    is_hard = kind == "Permanent" or (
        not kind and ("hard bounce" in message or "suppressed sending" in message)  # as older events are
    )
    return (EventKind.HARD if is_hard else EventKind.SOFT), cause
