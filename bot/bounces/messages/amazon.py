"""Notifications of Amazon SES: as Amazon SNS sends them by mail, and what their types mean wherever they come from.

https://docs.aws.amazon.com/ses/latest/dg/notification-contents.html
"""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from bot.bounces.diagnosis import diagnose, find_code
from bot.bounces.events import Cause, EventKind, MailEvent
from bot.bounces.messages import recipients
from bot.bounces.messages.budget import Work
from bot.bounces.messages.parts import MimePart
from bot.bounces.messages.results import NO_RECIPIENT, NOT_A_BOUNCE, MessageContext, Reading, nothing

NOT_SPAM = "not-spam"  # the person moved it out of the spam folder
_CAUSES = {
    "NoEmail": Cause.NO_MAILBOX,
    "MailboxFull": Cause.FULL,
    "MessageTooLarge": Cause.SIZE,
    "ContentRejected": Cause.CONTENT,
    "AttachmentRejected": Cause.CONTENT,
    # of a delay
    "SpamDetected": Cause.CONTENT,
    "IPFailure": Cause.POLICY,
    "RecipientServerError": Cause.SERVER,
    "InternalFailure": Cause.SERVER,
    "TransientCommunicationFailure": Cause.SERVER,
}
_SENDER = re.compile(r"@(?:[\w-]{1,40}\.)?sns\.(?:[\w-]{1,40}\.)?amazonaws\.com", re.IGNORECASE)


def diagnose_bounce(bounce_type: str, subtype: str, code: str, diagnostic: str) -> tuple[EventKind, Cause]:
    """Returns kind and cause of a bounce: SES mails an address no more after a permanent one, whatever the server said."""
    if bounce_type not in ("Permanent", "Transient"):  # Undetermined
        return diagnose(code, diagnostic)
    kind = EventKind.HARD if bounce_type == "Permanent" else EventKind.SOFT
    return kind, _CAUSES.get(subtype) or diagnose(code, diagnostic)[1]


def diagnose_delay(delay_type: str, code: str, diagnostic: str) -> Cause:
    """Returns the cause of a delay."""
    return _CAUSES.get(delay_type) or diagnose(code, diagnostic)[1]


def read_notification(part: MimePart, text: str, context: MessageContext) -> Reading | None:
    """Returns the events of a notification by mail; None if the message is none. Raises TooMuchWork."""
    if not text.lstrip().startswith("{") or not _SENDER.search(part.header("from")[:1000]):
        return None
    notification = _json_object(text)
    if isinstance(inner := notification.get("Message"), str):
        notification = _json_object(inner)
    name = _text(notification, "notificationType") or _text(notification, "eventType")
    details = _inner(notification, name[:1].lower() + name[1:])
    if name not in ("Bounce", "Complaint", "DeliveryDelay"):
        return nothing(NOT_A_BOUNCE)
    part.budget.spend(Work.RECIPIENTS, sum(len(_list(details, field)) for field in _RECIPIENTS.values()))
    events = {event.address.lower(): event for event in _events(name, details, context)}
    if events:
        return Reading(tuple(events.values()), None)
    return nothing(NOT_A_BOUNCE if name == "Complaint" else NO_RECIPIENT)


_RECIPIENTS = {
    "Bounce": "bouncedRecipients",
    "Complaint": "complainedRecipients",
    "DeliveryDelay": "delayedRecipients",
}


def _events(name: str, details: Mapping[str, Any], context: MessageContext) -> Iterator[MailEvent]:
    failed = _list(details, _RECIPIENTS[name])
    if name == "Complaint" and (
        len(failed) != 1 or _text(details, "complaintFeedbackType") == NOT_SPAM
    ):  # of several, one complained, and SES does not know which
        return
    for recipient in failed:
        address = recipients.from_field(_text(recipient, "emailAddress"))
        diagnostic = _text(recipient, "diagnosticCode")
        code = find_code(_text(recipient, "status")) or find_code(diagnostic)
        kind, cause = EventKind.COMPLAINT, Cause.UNKNOWN
        if name == "Bounce":
            kind, cause = diagnose_bounce(
                _text(details, "bounceType"), _text(details, "bounceSubType"), code, diagnostic
            )
        elif name == "DeliveryDelay":
            kind, cause = EventKind.SOFT, diagnose_delay(_text(details, "delayType"), code, diagnostic)
        if address:
            yield context.event(address, kind, cause=cause, code=code, diagnostic=diagnostic)


def _json_object(text: str) -> Mapping[str, Any]:
    """The object that the text begins with; SNS adds a line on how to unsubscribe."""
    try:
        value, _ = json.JSONDecoder().raw_decode(text.lstrip())
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def _inner(value: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = value.get(name)
    return found if isinstance(found, dict) else {}


def _list(value: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    found = value.get(name)
    return [item for item in found if isinstance(item, dict)] if isinstance(found, list) else []


def _text(value: Mapping[str, Any], name: str) -> str:
    found = value.get(name)
    return found if isinstance(found, str) else ""
