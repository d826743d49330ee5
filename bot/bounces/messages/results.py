"""What reading a message gives: its events, or the reason why there are none."""

import hashlib
from dataclasses import dataclass
from datetime import datetime

from bot.bounces.events import (
    LONGEST_ADDRESS,
    LONGEST_CAMPAIGN,
    LONGEST_DIAGNOSTIC,
    Cause,
    EventKind,
    MailEvent,
)
from bot.bounces.messages.parts import MimePart, decoded_header

SOURCE = "message"

# In order: nothing to do.
NOT_A_BOUNCE, AUTO_REPLY, CHALLENGE, RECEIPT = "not-a-bounce", "auto-reply", "challenge", "delivery-receipt"
# For a person to look at.
UNREADABLE, NO_RECIPIENT, TOO_MUCH = "unreadable", "no-recipient", "too-much"

CAMPAIGN_HEADERS = ("x-campaign", "x-campaign-id", "x-campaignid", "feedback-id", "subject")


@dataclass(frozen=True)
class Reading:
    """The events of a message, or the reason why it has none; `reason` is None where there are events."""

    events: tuple[MailEvent, ...]
    reason: str | None
    detail: str = ""
    """Of what there was TOO_MUCH."""


@dataclass(frozen=True, slots=True)
class MessageContext:
    """What all events of one message share."""

    at: datetime
    identity: str
    """The Message-ID, or a hash of the message."""
    campaign: str = ""

    def about(self, returned: MimePart | None) -> "MessageContext":
        """Returns the context with the campaign of the returned message, which is found once for all recipients."""
        return MessageContext(self.at, self.identity, _campaign(returned))

    def event(
        self,
        address: str,
        kind: EventKind,
        *,
        cause: Cause = Cause.UNKNOWN,
        code: str = "",
        diagnostic: str = "",
    ) -> MailEvent:
        """Returns an event about the address."""
        uid = hashlib.sha256(f"{self.identity}\n{address.lower()}".encode("utf-8", "replace")).hexdigest()
        return MailEvent(
            address=_printable(address, LONGEST_ADDRESS),
            kind=kind,
            at=self.at,
            source=SOURCE,
            uid=uid,
            code=code,
            cause=cause,
            diagnostic=_printable(diagnostic, LONGEST_DIAGNOSTIC),
            campaign=self.campaign,
        )


def nothing(reason: str) -> Reading:
    """Returns a reading without events."""
    return Reading((), reason)


def _campaign(returned: MimePart | None) -> str:
    if returned is None:
        return ""
    values = (returned.header(name) for name in CAMPAIGN_HEADERS)
    return _printable(decoded_header(next(filter(None, values), "")), LONGEST_CAMPAIGN)


def _printable(text: str, longest: int) -> str:
    """The text as one line of printable characters. These can all be stored: NUL and surrogates are not printable."""
    text = text[: 4 * longest]
    if not text.isprintable():
        text = "".join(c if c.isprintable() else " " for c in text)
    return " ".join(text.split())[:longest]
