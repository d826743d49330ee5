"""Postmark's webhooks. It signs nothing: user and password stand in the webhook's settings.

https://postmarkapp.com/developer/webhooks/webhooks-overview
"""

from datetime import datetime

from bot.bounces.diagnosis import diagnose
from bot.bounces.events import Cause, EventKind, Notice
from bot.core.settings import BadSetting, Settings
from handlers.web.webhooks.calls import Call, Forged, Receive, Received, basic_credentials, is_same
from handlers.web.webhooks.fields import JsonFields, an_object, cause_of, code_in, parsed, uid_of

NAME = "postmark"
# What Postmark calls a bounce and is none (a subscription, an answering machine, its own faults) is not here.
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
TIMES = {"Bounce": "BouncedAt", "SpamComplaint": "BouncedAt", "Delivery": "DeliveredAt"}
PLAIN = {
    "SpamComplaint": EventKind.COMPLAINT,
    "Delivery": EventKind.DELIVERED,
    "Open": EventKind.ACTIVE,
    "Click": EventKind.ACTIVE,
}


def receiver(settings: Settings) -> Receive | None:
    """What takes the calls; None without `CLEANED_POSTMARK_PASSWORD`. Raises BadSetting if it has no colon."""
    if not settings.postmark_password:
        return None
    password = settings.postmark_password.get_secret_value()
    if ":" not in password:
        raise BadSetting(name="CLEANED_POSTMARK_PASSWORD")

    def receive(call: Call) -> Received:
        verify(call, password)
        return read(call.body, call.now)

    return receive


def verify(call: Call, expected: str) -> None:
    """`expected` is `user:password`. Raises Forged."""
    if not is_same(basic_credentials(call.headers.get("authorization", "")), expected):
        raise Forged(
            "User and password are missing or differ. Under Basic auth credentials of the webhook, enter those of "
            "CLEANED_POSTMARK_PASSWORD, which holds user:password."
        )


def read(body: bytes, now: datetime) -> Received:
    """Raises Unreadable."""
    notice = _notice(an_object(parsed(body)), now)
    return Received((notice,)) if notice else Received(ignored=1)


def _notice(event: JsonFields, now: datetime) -> Notice | None:
    record = event.text("RecordType")
    diagnostic = event.text("Details", "Description") if record in ("Bounce", "SpamComplaint") else ""
    code = code_in(diagnostic)
    judged = _judged(event, record, code, diagnostic)
    if judged is None:
        return None
    address = event.address("Email", "Recipient")
    when = TIMES.get(record, "ReceivedAt")
    told = event.text("ID") or (event.text("MessageID"), address.lower(), event.text(when))
    return Notice(
        address=address,
        kind=judged[0],
        at=event.moment(when, now=now),
        source=NAME,
        uid=uid_of((NAME, record, told)),
        code=code,
        cause=judged[1],
        diagnostic=diagnostic,
        campaign=event.label("Tag"),
    )


def _judged(event: JsonFields, record: str, code: str, diagnostic: str) -> tuple[EventKind, Cause] | None:
    if record != "Bounce":
        return (PLAIN[record], Cause.UNKNOWN) if record in PLAIN else None
    bounce = event.text("Type")
    if bounce == "SpamComplaint":
        return EventKind.COMPLAINT, Cause.UNKNOWN
    if bounce == "Unknown":
        return diagnose(code, diagnostic)
    for kind, causes in ((EventKind.HARD, HARD), (EventKind.SOFT, SOFT)):
        if bounce in causes:
            cause = cause_of(code, diagnostic)
            return kind, causes[bounce] if cause == Cause.UNKNOWN else cause
    return None
