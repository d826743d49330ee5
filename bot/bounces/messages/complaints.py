"""Abuse complaints: feedback reports (RFC 5965) and those of Microsoft's Junk Mail Reporting Program."""

import re
from collections.abc import Iterable

from bot.bounces.events import EventKind
from bot.bounces.messages import recipients
from bot.bounces.messages.fields import ReportFields
from bot.bounces.messages.parts import MimePart
from bot.bounces.messages.results import NO_RECIPIENT, NOT_A_BOUNCE, MessageContext, Reading, nothing

MOST_RECIPIENTS = 200

_NOT_ABUSE = frozenset("not-spam auth-failure opt-out opt-out-list unsubscribe dmarc".split())
_RECIPIENT_HEADERS = (  # of the message complained about, the most reliable first
    "x-hmxmroriginalrecipient",
    "x-original-to",
    "x-envelope-to",
    "x-rcpt-to",
    "to",
    "delivered-to",
    "cc",
)


def read_complaint(report: ReportFields, returned: MimePart | None, context: MessageContext) -> Reading:
    """Returns a COMPLAINT for each address that complained; `returned` is the message complained about."""
    if report.get("feedback-type", "").lower() in _NOT_ABUSE:
        return nothing(NOT_A_BOUNCE)
    addresses = _complainants(report, returned)
    if not addresses or len(addresses) > MOST_RECIPIENTS:
        return nothing(NO_RECIPIENT)
    context = context.about(returned)
    events = (context.event(address, EventKind.COMPLAINT) for address in addresses)
    return Reading(tuple(events), None)


def is_microsoft_complaint(part: MimePart, returned: MimePart | None) -> bool:
    """Whether a message without a report is one: from staff@hotmail.com, or recognized by a header of its own."""
    if returned is None or part.kind == "multipart/report":
        return False
    staff = re.search(r"staff@(?:hotmail|outlook|live|msn)\.", part.header("from")[:500], re.IGNORECASE)
    return staff is not None or "x-hmxmroriginalrecipient" in returned.headers


def _complainants(report: ReportFields, returned: MimePart | None) -> list[str]:
    """Named by the report, else by the returned message's headers, else by its return path (VERP)."""
    for name in ("original-rcpt-to", "removal-recipient"):
        in_field = (address for address, *_ in recipients.in_text(report.get(name, "")))
        if addresses := _usable(in_field):
            return addresses
    for name in _RECIPIENT_HEADERS:
        if addresses := _usable(recipients.in_headers(returned, (name,))):
            return addresses
    return_paths = returned.headers.get("return-path", []) if returned else []
    paths = [report.get("original-mail-from", ""), *return_paths]
    return _usable(recipients.from_verp(path) for path in paths)


def _usable(addresses: Iterable[str]) -> list[str]:
    return list(
        dict.fromkeys(
            address
            for address in addresses
            if address and not recipients.is_redacted(address) and not recipients.is_role(address)
        )
    )
