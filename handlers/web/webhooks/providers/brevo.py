"""Brevo's webhooks, transactional and marketing: authenticated by a token, not signed.

https://developers.brevo.com/docs/transactional-webhooks, https://developers.brevo.com/docs/marketing-webhooks
"""

from datetime import datetime

from bot.bounces.events import Cause, EventKind, MailEvent
from bot.bounces.webhooks import WebhookPayload
from bot.core.settings import Settings
from handlers.web.webhooks.credentials import basic_credentials, bearer_token, constant_time_equals
from handlers.web.webhooks.parsing import JsonObject, diagnose_cause, event_uid, first_code, parse_batch
from handlers.web.webhooks.requests import (
    Receiver,
    Unauthenticated,
    WebhookRequest,
)

NAME = "brevo"
MOST_EVENTS = 10_000
# Transactional and marketing webhooks spell the names with different underscores and capitals.
EVENTS = {
    "hardbounce": (EventKind.HARD, Cause.UNKNOWN),
    "invalidemail": (EventKind.HARD, Cause.NO_MAILBOX),
    "softbounce": (EventKind.SOFT, Cause.UNKNOWN),
    "deferred": (EventKind.SOFT, Cause.UNKNOWN),
    "error": (EventKind.SOFT, Cause.SERVER),
    "blocked": (EventKind.SOFT, Cause.POLICY),
    "spam": (EventKind.COMPLAINT, Cause.UNKNOWN),
    "complaint": (EventKind.COMPLAINT, Cause.UNKNOWN),
    "delivered": (EventKind.DELIVERED, Cause.UNKNOWN),
    "opened": (EventKind.ACTIVE, Cause.UNKNOWN),
    "uniqueopened": (EventKind.ACTIVE, Cause.UNKNOWN),
    "click": (EventKind.ACTIVE, Cause.UNKNOWN),
}


def receiver(settings: Settings) -> Receiver | None:
    """Returns the receiver; None without `CLEANED_BREVO_TOKEN`."""
    if not settings.brevo_token:
        return None
    token = settings.brevo_token.get_secret_value()

    def receive(request: WebhookRequest) -> WebhookPayload:
        verify(request, token)
        return read(request.body, request.now)

    return receive


def verify(request: WebhookRequest, token: str) -> None:
    """Checks the token: a bearer token, or the password of Basic authentication. Raises Unauthenticated."""
    header = request.headers.get("authorization", "")
    received = bearer_token(header) or basic_credentials(header).partition(":")[2]
    if not constant_time_equals(received, token):
        raise Unauthenticated(
            "The token is missing or wrong. In the webhook's settings, choose Token as the authentication method "
            "and enter the value of CLEANED_BREVO_TOKEN."
        )


def read(body: bytes, now: datetime) -> WebhookPayload:
    """Parses one event, or a list if the webhook is batched. Raises InvalidBody."""
    return parse_batch(body, MOST_EVENTS, lambda event: _event(event, now))


def _event(event: JsonObject, now: datetime) -> MailEvent | None:
    name = event.text("event").replace("_", "").lower()
    if name not in EVENTS:
        return None
    kind, cause = EVENTS[name]
    is_bounce = kind in (EventKind.HARD, EventKind.SOFT)
    diagnostic = event.text("reason") if is_bounce else ""
    code = first_code(diagnostic)
    if is_bounce and (by_words := diagnose_cause(code, diagnostic)) != Cause.UNKNOWN:
        cause = by_words
    address = event.address("email")
    # Not `id`, which is the webhook's: two webhooks that report the same event have different ones.
    message = event.text("message-id", "camp_id")
    stamp = event.text("ts_event", "ts_epoch", "ts", "date")
    return MailEvent(
        address=address,
        kind=kind,
        # Not `date` and the like, which are in the time zone of the account.
        at=event.time("ts_event", "ts_epoch", "ts", now=now),
        source=NAME,
        uid=event_uid((NAME, message, name, stamp, address.lower())),
        code=code,
        cause=cause,
        diagnostic=diagnostic,
        campaign=event.label("campaign name", "tag", "tags"),
    )
