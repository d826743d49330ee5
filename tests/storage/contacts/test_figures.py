"""The kept figures; that they stay exact is shown with everything that changes contacts (`tests/support/figures.py`)."""

from collections import Counter
from datetime import UTC, date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from storage.audiences import audiences
from storage.contacts import contacts, figures
from storage.contacts.contacts import Segment
from storage.contacts.figures import FigureChanges, FigureKey
from storage.core.database import Database
from tests.conftest import NOW
from tests.support import large

DAY = date(2026, 11, 3)
CELLS = st.builds(
    FigureKey,
    st.sampled_from(["subscribed", "cleaned", "archived"]),
    st.sampled_from(["", "hard"]),
    st.sampled_from([None, DAY, date(2026, 11, 4)]),
    st.sampled_from(["b.fr", "d.fr"]),
)


@settings(max_examples=25)
@given(st.lists(st.dictionaries(CELLS, st.integers(-3, 5), max_size=6), max_size=4))
def test_tallies_add_up(database: Database, given_tallies):
    with database.transaction() as session:
        audience_id = len(audiences.list_all(session)) + 1
        made = audiences.get_or_add(session, f"News {audience_id}", NOW)
        assert made.id
        total: FigureChanges = Counter()
        for tally in given_tallies:
            figures.apply_changes(session, made.id, tally)
            total.update(tally)
        counts: Counter[tuple[str, str]] = Counter()
        days: Counter[tuple[date, str]] = Counter()
        for cell, n in total.items():
            counts[cell.status, cell.reason] += n
            if cell.day:
                days[cell.day, cell.reason] += n
        assert figures.by_status_and_reason(session, made.id) == {k: n for k, n in counts.items() if n}
        bounds = [datetime(2026, 11, 3, tzinfo=UTC), datetime(2026, 11, 4, tzinfo=UTC)]
        assert figures.cleaned_between(session, made.id, bounds) == [
            Counter({reason: n for (each, reason), n in days.items() if n > 0 and each == DAY})
        ]


def test_domains_come_the_most_frequent_first(database: Database):
    with database.transaction() as session:
        audience_id = audiences.get_or_add(session, "News", NOW).id or 0
        tally = {
            FigureKey("subscribed", "", None, "a_b.fr"): 2,
            FigureKey("subscribed", "", None, "c.fr"): 5,
            FigureKey("subscribed", "", None, "e.fr"): 2,
            FigureKey("cleaned", "hard", DAY, "axb.fr"): 3,
            FigureKey("cleaned", "soft", DAY, "axb.fr"): 1,
            FigureKey("cleaned", "hard", DAY, "a_b.fr"): 1,
            FigureKey("archived", "hard", DAY, "g.fr"): 9,
        }
        figures.apply_changes(session, audience_id, tally)
        assert list(figures.subscribed_domains(session, audience_id).items()) == [
            ("c.fr", 5),
            ("a_b.fr", 2),
            ("e.fr", 2),
        ]
        assert list(figures.subscribed_domains(session, audience_id, most=1)) == ["c.fr"]
        assert figures.cleaned_domains(session, audience_id) == {"axb.fr": 4, "a_b.fr": 1}
        assert figures.cleaned_domains(session, audience_id, like="A_B") == {"a_b.fr": 1}
        assert figures.cleaned_domains(session, audience_id, most=1) == {"axb.fr": 4}


@pytest.mark.parametrize(
    ("filters", "is_kept"),
    [
        ({}, True),
        ({"reason": "hard"}, True),
        ({"reason": "abuse"}, True),
        ({"domain": "Gmail.com"}, True),
        ({"domain": "nobody.example"}, True),
        ({"worth_a_look": True}, True),
        ({"up_to": 1}, True),
        ({"up_to": 0}, False),
        ({"reason": "hard", "domain": "gmail.com"}, False),
        ({"worth_a_look": True, "reason": "hard"}, False),
        ({"campaign": "Campaign 7"}, False),
        ({"text": "smith12"}, False),
        ({"ids": (10, 20, 21)}, False),
    ],
)
def test_what_a_kept_figure_says_of_a_segment_is_what_counting_gives(database, filters, is_kept):
    segment = Segment(audience_id=large.build(database, 2_000), **filters)
    with database.reading() as session:
        kept, counted = figures.stored_count(session, segment), contacts.count(session, segment)
    assert kept == (counted if is_kept else None)
