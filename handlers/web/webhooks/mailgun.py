"""Mailgun's webhooks (JSON). The signature stands in the body and leaves out what it says.

So a token is good for one body: `bot.bounces.webhooks` remembers which.
https://documentation.mailgun.com/docs/mailgun/user-manual/webhooks/webhooks
"""

import hashlib
import hmac
from datetime import UTC, datetime, timedelta

from bot.bounces.events import Cause, EventKind, Notice
from bot.bounces.webhooks import Token
from bot.core.settings import Settings
from handlers.web.webhooks.calls import Call, Forged, Receive, Received, check_age, is_same
from handlers.web.webhooks.fields import JsonFields, an_object, cause_of, code_in, parsed, uid_of, weighed

NAME = "mailgun"
# It tries again for eight hours, with the first signature: a shorter time would lose what came while the bot was
# not running. A token can't be used for anything else meanwhile.
SIGNED_WITHIN = timedelta(hours=9)
LATEST = 4_102_444_800  # the year 2100

PLAIN = {
    "delivered": EventKind.DELIVERED,
    "opened": EventKind.ACTIVE,
    "clicked": EventKind.ACTIVE,
    "complained": EventKind.COMPLAINT,
}
# Why Mailgun itself did not send, or gave up.
REASONS = {
    "suppress-bounce": (EventKind.HARD, Cause.UNKNOWN),
    "suppress-complaint": (EventKind.COMPLAINT, Cause.UNKNOWN),
    "old": (EventKind.SOFT, Cause.SERVER),
    "espblock": (EventKind.SOFT, Cause.POLICY),
}


def receiver(settings: Settings) -> Receive | None:
    """What takes the calls; None without `CLEANED_MAILGUN_KEY`."""
    if not settings.mailgun_key:
        return None
    key = settings.mailgun_key.get_secret_value()

    def receive(call: Call) -> Received:
        token = verify(call, key)
        brought = read(call.body, call.now)
        return Received(brought.notices, brought.ignored, token)

    return receive


def verify(call: Call, key: str) -> Token:
    """The token that this body uses. Raises Forged; Unreadable if the body has no place for a signature."""
    signed = an_object(an_object(parsed(call.body)).values.get("signature") or {}, "signature")
    stamp, token, given = (signed.text(name, longest=200) for name in ("timestamp", "token", "signature"))
    if not (stamp.isascii() and stamp.isdecimal() and int(stamp[:12]) < LATEST and token and given):
        raise Forged("The signature is missing. Use Mailgun's webhooks of today, which send JSON.")
    expected = hmac.new(key.encode(), (stamp + token).encode(), hashlib.sha256).hexdigest()
    if not is_same(given, expected):
        raise Forged(
            "The signature does not match. Copy the HTTP webhook signing key of Mailgun into CLEANED_MAILGUN_KEY."
        )
    check_age(datetime.fromtimestamp(int(stamp[:12]), UTC), call.now, SIGNED_WITHIN)
    return Token(f"{NAME}:{token}", hashlib.sha256(call.body).hexdigest())


def read(body: bytes, now: datetime) -> Received:
    """Raises Unreadable."""
    event = an_object(an_object(parsed(body)).values.get("event-data"), "event-data")
    notice = _notice(event, now)
    return Received((notice,)) if notice else Received(ignored=1)


def _notice(event: JsonFields, now: datetime) -> Notice | None:
    status = event.inner("delivery-status")
    diagnostic = " ".join(filter(None, (status.text("code"), status.text("message", "description"))))
    code = code_in(status.text("enhanced-code"), status.text("bounce-code"), diagnostic)
    judged = _judged(event, code, diagnostic)
    if judged is None:
        return None
    kind, cause = judged
    address = event.address("recipient")
    return Notice(
        address=address,
        kind=kind,
        at=event.moment("timestamp", now=now),
        source=NAME,
        # An id is unique within a day.
        uid=uid_of((NAME, event.text("id"), event.text("timestamp"), address.lower())),
        code=code,
        cause=cause,
        diagnostic=diagnostic if event.text("event") == "failed" else "",
        campaign=event.label("tags"),
    )


def _judged(event: JsonFields, code: str, diagnostic: str) -> tuple[EventKind, Cause] | None:
    name = event.text("event")
    if name != "failed":
        return (PLAIN[name], Cause.UNKNOWN) if name in PLAIN else None
    reason = event.text("reason").lower()
    if event.text("severity") != "permanent":
        return EventKind.SOFT, cause_of(code, diagnostic)
    if reason == "suppress-unsubscribe":
        return None
    if reason == "bounce":
        return EventKind.HARD, cause_of(code, diagnostic)
    return REASONS.get(reason) or weighed(code, diagnostic)
