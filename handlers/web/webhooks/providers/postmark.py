"""Postmark's webhooks: authenticated by user and password, not signed.

https://postmarkapp.com/developer/webhooks/webhooks-overview
"""

from datetime import datetime

from bot.bounces.diagnosis import diagnose
from bot.bounces.events import Cause, EventKind, MailEvent
from bot.bounces.webhooks import WebhookPayload
from bot.core.settings import Settings
from handlers.web.webhooks.credentials import basic_credentials, constant_time_equals
from handlers.web.webhooks.parsing import (
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
)

NAME = "postmark"
# Left out is what Postmark calls a bounce but is none: a subscription, an auto-reply, a fault of its own.
HARD = {
    "HardBounce": Cause.UNKNOWN,
    "BadEmailAddress": Cause.NO_MAILBOX,
    "ManuallyDeactivated": Cause.DISABLED,
}
SOFT = {
    "SoftBounce": Cause.UNKNOWN,
    "Undeliverable": Cause.UNKNOWN,
    "Transient": Cause.SERVER,
    "DnsError": Cause.SERVER,
    "Blocked": Cause.POLICY,
    "DMARCPolicy": Cause.POLICY,
    "SpamNotification": Cause.CONTENT,
    "VirusNotification": Cause.CONTENT,
}
# Why an address came onto the suppression list of a message stream; left out is what a person has done.
SUPPRESSED = {"HardBounce": EventKind.HARD, "SpamComplaint": EventKind.COMPLAINT}
TIME_FIELDS = {
    "Bounce": "BouncedAt",
    "SpamComplaint": "BouncedAt",
    "Delivery": "DeliveredAt",
    "SubscriptionChange": "ChangedAt",
}
KINDS = {
    "SpamComplaint": EventKind.COMPLAINT,
    "Delivery": EventKind.DELIVERED,
    "Open": EventKind.ACTIVE,
    "Click": EventKind.ACTIVE,
}


def receiver(settings: Settings) -> Receiver | None:
    """Returns the receiver; None without `CLEANED_POSTMARK_PASSWORD`, which is `user:password`."""
    if not settings.postmark_password:
        return None
    password = settings.postmark_password.get_secret_value()

    def receive(request: WebhookRequest) -> WebhookPayload:
        verify(request, password)
        return read(request.body, request.now)

    return receive


def verify(request: WebhookRequest, expected: str) -> None:
    """Checks the credentials; `expected` is `user:password`. Raises Unauthenticated."""
    if not constant_time_equals(basic_credentials(request.headers.get("authorization", "")), expected):
        raise Unauthenticated(
            "User and password are missing or wrong. Under Basic auth credentials of the webhook, enter those of "
            "CLEANED_POSTMARK_PASSWORD, which holds user:password."
        )


def read(body: bytes, now: datetime) -> WebhookPayload:
    """Parses the event. Raises InvalidBody."""
    event = _event(as_object(parse_json(body)), now)
    return WebhookPayload((event,)) if event else WebhookPayload(ignored=1)


def _event(event: JsonObject, now: datetime) -> MailEvent | None:
    record = event.text("RecordType")
    diagnostic = event.text("Details", "Description") if record in ("Bounce", "SpamComplaint") else ""
    code = first_code(diagnostic)
    diagnosis = _diagnose(event, record, code, diagnostic)
    if diagnosis is None:
        return None
    kind, cause = diagnosis
    address = event.address("Email", "Recipient")
    time_field = TIME_FIELDS.get(record, "ReceivedAt")
    identity = event.text("ID") or (event.text("MessageID"), address.lower(), event.text(time_field))
    return MailEvent(
        address=address,
        kind=kind,
        at=event.time(time_field, now=now),
        source=NAME,
        uid=event_uid((NAME, record, identity)),
        code=code,
        cause=cause,
        diagnostic=diagnostic,
        campaign=event.label("Tag"),
    )


def _diagnose(event: JsonObject, record: str, code: str, diagnostic: str) -> tuple[EventKind, Cause] | None:
    """None if the event says nothing about the address."""
    if record == "SubscriptionChange":
        kind = SUPPRESSED.get(event.text("SuppressionReason"))
        return (kind, Cause.UNKNOWN) if kind and event.values.get("SuppressSending") is True else None
    if record != "Bounce":
        return (KINDS[record], Cause.UNKNOWN) if record in KINDS else None
    bounce_type = event.text("Type")
    if bounce_type == "SpamComplaint":
        return EventKind.COMPLAINT, Cause.UNKNOWN
    if bounce_type == "Unknown":
        return diagnose(code, diagnostic)
    for kind, causes in ((EventKind.HARD, HARD), (EventKind.SOFT, SOFT)):
        if bounce_type in causes:
            cause = diagnose_cause(code, diagnostic)
            return kind, causes[bounce_type] if cause == Cause.UNKNOWN else cause
    return None
