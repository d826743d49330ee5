"""Reviews of contacts that are worth a look: remembered, taken back, and in every figure."""

from datetime import timedelta

import pytest

from bot.bounces import evidence, intake
from bot.bounces.events import EventKind, MailEvent
from bot.bounces.verdicts import reviews
from bot.core.errors import NoAudience
from storage.audiences import journal
from storage.contacts import contacts, figures
from storage.contacts.contacts import Segment
from storage.core.database import Database
from tests.conftest import NOW
from tests.support.audiences import import_csv
from tests.support.figures import assert_exact

ANN, BEN, EVE = 1, 2, 3


def told(address: str, kind: EventKind, days: float = 0) -> MailEvent:
    at = NOW + timedelta(days=days)
    return MailEvent(address=address, kind=kind, at=at, source="test", uid=f"{address} {kind} {days}")


@pytest.fixture
def news(database: Database) -> int:
    """ann: gone; ben and eve: worth a look."""
    names = ("ann", "ben", "eve")
    news = import_csv(
        database, "\n".join(["Email", *(f"{name}@x.fr" for name in names)]), name="subscribed_x_export.csv"
    )
    events = [told(f"{name}@x.fr", EventKind.HARD) for name in names]
    intake.take_in(database, [*events, *(told(f"{name}@x.fr", EventKind.ACTIVE) for name in names[1:])], NOW)
    return news


def worth_a_look(database: Database, audience_id: int) -> tuple[int, list[int], list[int]]:
    """The stored figure, the contacts that the filter finds, and those that were reviewed. The figures must agree."""
    assert_exact(database)
    with database.reading() as session:
        weak = contacts.ids_in(session, Segment(audience_id=audience_id, worth_a_look=True))
        others = contacts.ids_in(session, Segment(audience_id=audience_id, worth_a_look=False))
        reviewed = contacts.ids_in(session, Segment(audience_id=audience_id, reviewed=True))
        assert set(weak) | set(others) == {ANN, BEN, EVE}
        return figures.worth_a_look(session, audience_id), sorted(weak), sorted(reviewed)


def test_a_review_is_counted_once_remembered_and_taken_back(database: Database, news: int):
    assert worth_a_look(database, news) == (2, [BEN, EVE], [])
    for n in (1, 0):
        assert reviews.mark(database, news, [ANN, BEN], by="U1", now=NOW) == n
        assert worth_a_look(database, news) == (1, [EVE], [BEN])
    verdict = evidence.explain(database, news, BEN).verdict
    assert verdict
    assert verdict.review == evidence.Review("U1", NOW)
    assert verdict.weakness == "active", "the reason stays known"
    for n in (1, 0):
        assert reviews.take_back(database, news, [ANN, BEN], by="U2", now=NOW) == n
        assert worth_a_look(database, news) == (2, [BEN, EVE], [])
    with database.reading() as session:
        lines = [
            (line.who, line.what, line.n) for line in journal.read(session, news) if "review" in line.what
        ]
    assert lines == [("U2", "review-taken-back", 1), ("U1", "review", 1)]


def test_more_of_the_same_keeps_a_review_and_another_reason_ends_it(database: Database, news: int):
    reviews.mark(database, news, [BEN, EVE], by="U1", now=NOW)
    intake.take_in(database, [told("ben@x.fr", EventKind.ACTIVE, 1)], NOW + timedelta(days=1))
    assert worth_a_look(database, news) == (0, [], [BEN, EVE])
    intake.take_in(database, [told("ann@x.fr", EventKind.DELIVERED, 1)], NOW + timedelta(days=1))
    assert worth_a_look(database, news) == (1, [ANN], [BEN, EVE])
    reviews.mark(database, news, [ANN], by="U1", now=NOW)
    intake.take_in(database, [told("ann@x.fr", EventKind.ACTIVE, 2)], NOW + timedelta(days=2))
    assert worth_a_look(database, news) == (1, [ANN], [BEN, EVE])


def test_a_contact_of_another_audience_is_not_touched(database: Database, news: int):
    with pytest.raises(NoAudience):
        reviews.mark(database, news + 1, [BEN], by="U1", now=NOW)
    assert worth_a_look(database, news) == (2, [BEN, EVE], [])
