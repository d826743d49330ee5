"""Audiences, delivery events and their intake, for tests of the cleaning policy."""

from datetime import timedelta
from typing import Any

from sqlmodel import select

from bot.bounces import evidence, intake
from bot.bounces.events import Cause, EventKind, MailEvent
from bot.bounces.intake import IntakeCounts
from bot.bounces.verdicts.policy import Weakness
from storage.contacts.tables import Contact
from storage.core.database import Database
from tests.conftest import NOW
from tests.support.audiences import import_csv


def audience(database: Database, *addresses: str, name: str = "News", status: str = "subscribed") -> int:
    text = "\n".join(["Email Address", *addresses])
    return import_csv(database, text, name=f"{status}_x_export.csv", audience=name)


def event(address: str, kind: EventKind = EventKind.HARD, *, ago: float = 0, **given: Any) -> MailEvent:
    """`ago`: days before now."""
    at = NOW - timedelta(days=ago)
    values: dict[str, Any] = {
        "source": "test",
        "uid": f"{address} {kind} {at}",
        "code": "5.1.1",
        "cause": Cause.NO_MAILBOX,
    }
    return MailEvent(address=address, kind=kind, at=at, **(values | given))


def soft(address: str, ago: float, **given: Any) -> MailEvent:
    return event(address, EventKind.SOFT, ago=ago, **({"code": "4.4.1", "cause": Cause.SERVER} | given))


def take(database: Database, *events: MailEvent) -> IntakeCounts:
    return intake.take_in(database, events, NOW)


def contact(database: Database, address: str) -> Contact:
    with database.reading() as session:
        return session.exec(select(Contact).where(Contact.address_key == address.lower())).one()


def weakness(database: Database, address: str) -> Weakness | None:
    found = contact(database, address)
    mark = evidence.explain(database, found.audience_id, found.id).verdict
    return mark.weakness if mark else None
