"""The list: pages by key, filters, ticks that stay."""

import random
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from typing import Any

import pytest

from bot.contacts import segments
from bot.contacts.segments import MAX_TICKED, Listing, NothingTicked, Preset, TickedBoxes
from bot.core.errors import PlanGone
from bot.jobs import plans
from storage.contacts import bulk, contacts, figures
from storage.contacts.contacts import Segment
from storage.core.database import Database
from tests.conftest import NOW
from tests.support.bot.segments import fill

NOBODY = TickedBoxes(0, frozenset(), frozenset())
ME = "U0OLIVIA"


def archive(database: Database, audience_id: int, contact_id: int) -> None:
    with database.transaction() as session:
        bulk.lock(session, audience_id)
        contact = contacts.by_id(session, audience_id, contact_id)
        assert contact
        contact.status_before, contact.status = "cleaned", "archived"
        session.add(contact)
        cell = figures.FigureKey("cleaned", "hard", None, contact.domain)
        figures.apply_changes(session, audience_id, {cell: -1})


def ids(listing: Listing) -> list[int]:
    return [entry.id for entry in listing.entries]


def boxes(listing: Listing, *ticked: int, sent: str = "") -> TickedBoxes:
    return TickedBoxes(listing.edition, frozenset(ids(listing)), frozenset(ticked), sent)


def turn_on(database: Database, plan_id: str, listing: Listing, seen: TickedBoxes | None = None) -> Listing:
    """To the next page."""
    segments.turn(database, plan_id, ME, seen or boxes(listing), listing.page + 1, listing.following)
    return segments.look(database, plan_id, ME)


def test_pages_show_each_contact_once_the_newest_first(database: Database) -> None:
    """Many were cleaned in one second: the key tells them apart."""
    some = random.Random(4)
    audience_id = fill(database, [{"at": NOW - timedelta(seconds=some.randrange(5))} for _ in range(57)])
    plan_id = segments.begin(database, ME, audience_id, NOW)
    listing = segments.look(database, plan_id, ME)
    seen = list(listing.entries)
    while listing.following:
        listing = turn_on(database, plan_id, listing)
        seen += listing.entries
    assert listing.page == 6
    assert sorted(entry.id for entry in seen) == list(range(1, 58))
    assert seen == sorted(seen, key=lambda entry: (entry.cleaned_at, entry.id), reverse=True)


def test_the_way_back_shows_the_same_pages(database: Database) -> None:
    audience_id = fill(database, [{}] * 30)
    plan_id = segments.begin(database, ME, audience_id, NOW)
    first = segments.look(database, plan_id, ME)
    second = turn_on(database, plan_id, first)
    third = turn_on(database, plan_id, second)
    assert third.following is None
    segments.turn(database, plan_id, ME, NOBODY, 2)
    assert segments.look(database, plan_id, ME) == second
    segments.turn(database, plan_id, ME, NOBODY, 1)
    assert segments.look(database, plan_id, ME) == first


def test_next_clicked_twice_turns_one_page(database: Database) -> None:
    plan_id = segments.begin(database, ME, fill(database, [{}] * 40), NOW)
    listing = segments.look(database, plan_id, ME)
    turn_on(database, plan_id, listing)
    assert turn_on(database, plan_id, listing).page == 2


def test_ticks_stay_over_pages_filters_and_the_way_back(database: Database) -> None:
    audience_id = fill(database, [{"clean_reason": "soft" if n % 2 else "hard"} for n in range(30)])
    plan_id = segments.begin(database, ME, audience_id, NOW)
    first = segments.look(database, plan_id, ME)
    second = turn_on(database, plan_id, first, boxes(first, 30, 29))
    third = turn_on(database, plan_id, second, boxes(second, 15))
    segments.tick(database, plan_id, ME, boxes(third, 1))
    segments.show_only(database, plan_id, ME, NOBODY, reason="soft")
    filtered = segments.look(database, plan_id, ME)
    assert filtered.ticked == {30, 29, 15, 1}
    assert (filtered.page, filtered.found, filtered.total) == (1, 15, 30)
    segments.tick(database, plan_id, ME, boxes(filtered))
    segments.show_only(database, plan_id, ME, NOBODY)
    assert segments.look(database, plan_id, ME).ticked == {29, 15, 1}
    assert segments.chosen(database, plan_id, ME, ticked=True) == Segment(
        audience_id=audience_id, ids=(29, 15, 1)
    )


def test_a_click_that_comes_late_undoes_no_later_one(database: Database) -> None:
    plan_id = segments.begin(database, ME, fill(database, [{}] * 10), NOW)
    listing = segments.look(database, plan_id, ME)
    segments.tick(database, plan_id, ME, boxes(listing, 1, 2, sent="1700000000.2"))
    segments.tick(database, plan_id, ME, boxes(listing, 1, sent="1700000000.1"))
    assert segments.look(database, plan_id, ME).ticked == {1, 2}


def test_clicks_at_once_are_all_kept(database: Database) -> None:
    """Each carries the whole page; the last one sent is what stands."""
    plan_id = segments.begin(database, ME, fill(database, [{}] * 10), NOW)
    listing = segments.look(database, plan_id, ME)
    clicks = [boxes(listing, *range(1, n + 1), sent=f"1700000000.{n:02}") for n in range(1, 11)]
    random.Random(1).shuffle(clicks)
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda seen: segments.tick(database, plan_id, ME, seen), clicks))
    assert segments.look(database, plan_id, ME).ticked == set(range(1, 11))


def test_tick_all_and_untick_all(database: Database) -> None:
    plan_id = segments.begin(database, ME, fill(database, [{}] * 15), NOW)
    first = segments.look(database, plan_id, ME)
    segments.tick_page(database, plan_id, ME, boxes(first))
    ticked = segments.look(database, plan_id, ME)
    assert ticked.ticked == set(ids(first))
    segments.tick(database, plan_id, ME, boxes(first))
    assert segments.look(database, plan_id, ME) == ticked, "boxes of the edition before say nothing any more"
    segments.turn(database, plan_id, ME, boxes(ticked, *ticked.ticked), 2, ticked.following)
    segments.untick_all(database, plan_id, ME, NOBODY)
    assert not segments.look(database, plan_id, ME).ticked
    with pytest.raises(NothingTicked):
        segments.chosen(database, plan_id, ME, ticked=True)


def test_ticks_beyond_the_most_are_refused_and_said(database: Database) -> None:
    audience_id = fill(database, [{}] * (MAX_TICKED + 10))
    plan_id = segments.begin(database, ME, audience_id, NOW)
    every = frozenset(range(1, MAX_TICKED + 1))
    segments.tick(database, plan_id, ME, TickedBoxes(0, every, every))
    listing = segments.look(database, plan_id, ME)
    segments.tick_page(database, plan_id, ME, boxes(listing))
    refused = segments.look(database, plan_id, ME)
    assert refused.refused_ticks
    assert refused.ticked == every
    assert refused.edition > listing.edition, "the boxes are drawn afresh"
    segments.tick(database, plan_id, ME, TickedBoxes(refused.edition, frozenset({1}), frozenset()))
    assert not segments.look(database, plan_id, ME).refused_ticks


def test_what_was_archived_meanwhile_is_neither_counted_nor_ticked(database: Database) -> None:
    audience_id = fill(database, [{}] * 11)
    plan_id = segments.begin(database, ME, audience_id, NOW)
    first = segments.look(database, plan_id, ME)
    second = turn_on(database, plan_id, first, boxes(first, 11))
    segments.tick(database, plan_id, ME, boxes(second, 1))
    archive(database, audience_id, 1)
    listing = segments.look(database, plan_id, ME)
    assert (listing.page, listing.total, listing.found) == (1, 10, 10), "the page that emptied is left"
    assert listing.ticked == {11}
    assert segments.chosen(database, plan_id, ME, ticked=True).ids == (11,)


def test_filters_combine(database: Database) -> None:
    audience_id = fill(
        database,
        [
            {"address": "a@gmial.com", "clean_campaign_title": "Autumn", "at": NOW - timedelta(days=1)},
            {"address": "b@gmial.com", "clean_campaign_title": "Spring"},
            {"address": "c@gmial.com", "clean_campaign_title": "Autumn", "clean_reason": "soft"},
            {"address": "d@orange.fr", "clean_campaign_title": "Autumn"},
            {"address": "e@gmial.com", "clean_campaign_title": "Autumn", "at": NOW - timedelta(days=60)},
            {"address": "f@gmial.com", "clean_campaign_title": "Autumn", "merge_fields": '{"Nom":"Roy"}'},
        ],
    )
    plan_id = segments.begin(database, ME, audience_id, NOW)
    filters: dict[str, Any] = {
        "reason": "hard",
        "since": date(2026, 11, 1),
        "campaign": "Autumn",
        "domain": "gmial.com",
    }
    found, so_far = {}, {}
    for name, value in filters.items():
        so_far[name] = value
        segments.show_only(database, plan_id, ME, NOBODY, **so_far)
        found[name] = segments.look(database, plan_id, ME).found
    assert found == {"reason": 5, "since": 4, "campaign": 3, "domain": 2}
    segments.show_only(database, plan_id, ME, NOBODY, **filters, text=" roy ")
    assert [entry.address for entry in segments.look(database, plan_id, ME).entries] == ["f@gmial.com"]
    assert segments.chosen(database, plan_id, ME, ticked=False) == Segment(
        audience_id=audience_id, **filters, text="roy"
    )
    segments.show_only(database, plan_id, ME, NOBODY, **filters | {"text": "", "domain": None})
    assert segments.look(database, plan_id, ME).found == 3


def test_likely_typos_are_looked_for_again_once_the_audience_has_changed(database: Database) -> None:
    audience_id = fill(database, [{}] * 12)
    plan_id = segments.begin(database, ME, audience_id, NOW)
    typos = [tuple(range(1, 13))]
    segments.show_only(database, plan_id, ME, NOBODY, Preset.TYPOS, likely_typos=True)
    first = segments.look(database, plan_id, ME, lambda *_: typos[-1])
    assert (first.found, first.pages, first.preset) == (12, 2, Preset.TYPOS)
    assert segments.chosen(database, plan_id, ME, ticked=False).ids == typos[-1]
    typos.append((3, 4))
    assert segments.look(database, plan_id, ME, lambda *_: typos[-1]).found == 12
    archive(database, audience_id, 4)
    after = segments.look(database, plan_id, ME, lambda *_: typos[-1])
    assert (after.found, ids(after)) == (1, [3])


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("100%", {"100%@x.fr"}),
        ("a_b", {"a_b@x.fr"}),
        ("%", {"100%@x.fr"}),
        ('"', {"quote@x.fr"}),
        ("o'br", {"o'brien@x.fr"}),
        ("\\", set()),
        ("First Name", set()),
        ("élodie", {"elodie@x.fr", "escaped@x.fr"}),
        ("ÉLODIE", {"elodie@x.fr", "escaped@x.fr"}),
        ("ELODIE@X", {"elodie@x.fr"}),
        ("said", {"quote@x.fr"}),
    ],
)
def test_text_is_looked_for_as_it_is_written(database: Database, text: str, found: set[str]) -> None:
    """Signs that SQL or JSON give a meaning are text; the names of the fields are not looked through."""
    audience_id = fill(
        database,
        [
            {"address": "100%@x.fr"},
            {"address": "a_b@x.fr"},
            {"address": "axb@x.fr"},
            {"address": "o'brien@x.fr", "merge_fields": '{"First Name":"Pat"}'},
            {"address": "quote@x.fr", "merge_fields": '{"First Name":"said \\"so\\""}'},
            {"address": "elodie@x.fr", "merge_fields": '{"Prénom":"Élodie"}'},
            {"address": "escaped@x.fr", "merge_fields": '{"Pr\\u00e9nom":"\\u00c9lodie"}'},
        ],
    )
    with database.reading() as session:
        segment = Segment(audience_id=audience_id, text=text)
        assert {each.address for each in contacts.page(session, segment, 10)} == found
        assert contacts.count(session, segment) == len(found)


def test_suggestions_are_of_the_cleaned_the_most_frequent_first(database: Database) -> None:
    audience_id = fill(
        database,
        [{"address": f"u{n}@gmial.com", "clean_campaign_title": "100% Autumn"} for n in range(3)]
        + [{"clean_campaign_title": "Autumn_2"}, {"clean_campaign_title": "Spring"}],
    )
    plan_id = segments.begin(database, ME, audience_id, NOW)
    assert segments.campaigns(database, plan_id, ME, "AUTUMN") == {"100% Autumn": 3, "Autumn_2": 1}
    assert segments.campaigns(database, plan_id, ME, "%") == {"100% Autumn": 3}
    assert segments.campaigns(database, plan_id, ME, "n_2") == {"Autumn_2": 1}
    assert list(segments.domains(database, plan_id, ME, "")) == ["gmial.com", "orange.fr"]
    assert segments.domains(database, plan_id, ME, "GMI") == {"gmial.com": 3}


def test_another_audience_starts_whole_and_the_ticks_of_the_first_wait(database: Database) -> None:
    news, other = fill(database, [{}] * 2), fill(database, [{}] * 3, audience="Other")
    plan_id = segments.begin(database, ME, news, NOW)
    segments.show_only(database, plan_id, ME, NOBODY, reason="hard")
    segments.switch(database, plan_id, ME, boxes(segments.look(database, plan_id, ME), 2), audience_id=other)
    listing = segments.look(database, plan_id, ME)
    assert (listing.audience.name, listing.found, listing.ticked) == ("Other", 3, frozenset())
    assert not listing.segment.is_filtered
    segments.switch(database, plan_id, ME, NOBODY, audience_id=news)
    assert segments.look(database, plan_id, ME).ticked == {2}


def test_an_empty_segment_has_nothing(database: Database) -> None:
    plan_id = segments.begin(database, ME, fill(database, []), NOW)
    listing = segments.look(database, plan_id, ME)
    assert (listing.total, listing.found, listing.entries, listing.page) == (0, 0, [], 1)


def test_a_list_is_of_the_person_who_opened_it(database: Database) -> None:
    plan_id = segments.begin(database, ME, fill(database, [{}]), NOW)
    with pytest.raises(PlanGone):
        segments.look(database, plan_id, "U0SAM")
    with pytest.raises(PlanGone):
        segments.tick(database, plan_id, "U0SAM", NOBODY)
    with pytest.raises(PlanGone):
        segments.domains(database, plan_id, "U0SAM", "")


def test_a_list_stored_by_version_0_1_0_is_read(database: Database) -> None:
    audience_id = fill(
        database, [{"clean_reason": "soft", "at": NOW - timedelta(hours=n)} for n in range(15)]
    )
    data = {
        "segment": {"audience_id": audience_id, "reason": "soft", "since": "2026-11-01"},
        "places": [[(NOW - timedelta(hours=9)).isoformat(), 10]],
        "ticked": {str(audience_id): [12, 3], "99": [1]},
        "edition": 4,
        "sent": "1700000000.2",
        "refused_ticks": False,
    }
    with database.transaction() as session:
        plan = plans.create(
            session, segments.KIND, user_id=ME, audience_id=audience_id, now=NOW, data=data, revision=-1
        )
    listing = segments.look(database, plan.id, ME)
    assert listing.segment == Segment(audience_id=audience_id, reason="soft", since=date(2026, 11, 1))
    assert (listing.page, ids(listing), listing.edition) == (2, [11, 12, 13, 14, 15], 4)
    assert listing.ticked == {12, 3}
    segments.tick(database, plan.id, ME, boxes(listing, sent="1700000000.1"))
    assert segments.look(database, plan.id, ME).ticked == {12, 3}, "an earlier click than the stored one"
    segments.tick(database, plan.id, ME, boxes(listing, 11, 12, sent="1700000000.3"))
    assert segments.chosen(database, plan.id, ME, ticked=True).ids == (12, 3, 11)
