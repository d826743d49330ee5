"""Brevo's webhooks, transactional and marketing. It signs nothing: a token stands in the webhook's settings.

https://developers.brevo.com/docs/transactional-webhooks, https://developers.brevo.com/docs/marketing-webhooks
"""

from datetime import datetime

from bot.bounces.events import Cause, EventKind, Notice
from bot.core.settings import Settings
from handlers.web.webhooks.calls import Call, Forged, Receive, Received, basic_credentials, is_same
from handlers.web.webhooks.fields import JsonFields, batch, cause_of, code_in, uid_of

NAME = "brevo"
MOST_EVENTS = 10_000
# The names differ between its two kinds of webhooks by an underscore or a capital letter.
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


def receiver(settings: Settings) -> Receive | None:
    """What takes the calls; None without `CLEANED_BREVO_TOKEN`."""
    if not settings.brevo_token:
        return None
    token = settings.brevo_token.get_secret_value()

    def receive(call: Call) -> Received:
        verify(call, token)
        return read(call.body, call.now)

    return receive


def verify(call: Call, token: str) -> None:
    """The token as a bearer's, or as the password of Basic authentication. Raises Forged."""
    header = call.headers.get("authorization", "")
    scheme, _, value = header.partition(" ")
    given = value.strip() if scheme.lower() == "bearer" else basic_credentials(header).partition(":")[2]
    if not is_same(given, token):
        raise Forged(
            "The token is missing or differs. In the webhook's settings, choose Token as the authentication method "
            "and enter the one of CLEANED_BREVO_TOKEN."
        )


def read(body: bytes, now: datetime) -> Received:
    """One event, or a list of them where the webhook is batched. Raises Unreadable."""
    return batch(body, MOST_EVENTS, lambda event: _notice(event, now))


def _notice(event: JsonFields, now: datetime) -> Notice | None:
    name = event.text("event").replace("_", "").lower()
    if name not in EVENTS:
        return None
    kind, cause = EVENTS[name]
    diagnostic = event.text("reason") if kind in (EventKind.HARD, EventKind.SOFT) else ""
    code = code_in(diagnostic)
    if kind in (EventKind.HARD, EventKind.SOFT) and (found := cause_of(code, diagnostic)) != Cause.UNKNOWN:
        cause = found
    address = event.address("email")
    # `date` and the like are in the time zone of the account; these are not.
    at = event.moment("ts_event", "ts_epoch", "ts", now=now)
    # `id` is the webhook's: two webhooks that tell the same have different ones.
    mail, when = event.text("message-id", "camp_id"), event.text("ts_event", "ts_epoch", "ts", "date")
    return Notice(
        address=address,
        kind=kind,
        at=at,
        source=NAME,
        uid=uid_of((NAME, mail, name, when, address.lower())),
        code=code,
        cause=cause,
        diagnostic=diagnostic,
        campaign=event.label("campaign name", "tag", "tags"),
    )
