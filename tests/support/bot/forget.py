"""A bounce of the address that a test erases."""

from bot.bounces.events import Cause, EventKind, MailEvent
from tests.conftest import NOW


def bounced(address: str) -> MailEvent:
    return MailEvent(
        address=address,
        kind=EventKind.HARD,
        at=NOW,
        source="ses",
        uid="1",
        code="5.1.1",
        cause=Cause.NO_MAILBOX,
        diagnostic=f"550 {address}",
    )
