"""Likely typos: by pages, one after another, what is there already, and what a person says is right."""

import csv
from dataclasses import replace

from bot.contacts.weeks import Week
from bot.corrections import corrections, likely_typos
from bot.corrections.likely_typos import Step
from bot.digests import reports
from bot.exports import files
from storage.audiences import journal
from storage.contacts.contacts import Segment
from storage.core.database import Database
from tests.conftest import NOW
from tests.support.bot.corrections import ME, add, begin, complain, fill
from tests.support.bot.digests import SETTINGS

HEALTHY = [{"address": f"h{n}@gmail.com", "status": "subscribed"} for n in range(3)]
MISTYPED = [{"address": f"u{n}@{('gmial.com', 'orange.fe')[n % 2]}"} for n in range(23)]


def addresses(page: likely_typos.Typos) -> list[str]:
    return [typo.contact.address for typo in page.found]


def walked(database: Database, audience_id: int) -> list[str]:
    """The addresses of a whole walk, in order."""
    found, step = [], likely_typos.next_step(database, audience_id)
    while step:
        found.append(begin(database, audience_id, step[0]).contact.address)
        step = likely_typos.next_step(database, audience_id, step[1])
    return found


def test_likely_typos_come_by_pages_in_both_directions(database: Database):
    others = [{"address": "right@gmail.com"}, {"address": "angry@gmial.com", "clean_reason": "abuse"}]
    news = fill(database, [*others, *MISTYPED, *HEALTHY])
    pages = [likely_typos.page(database, news)]
    while pages[-1].after:
        pages.append(likely_typos.page(database, news, after=pages[-1].after))
    assert [len(page.found) for page in pages] == [10, 10, 3]
    assert [a for page in pages for a in addresses(page)] == [each["address"] for each in MISTYPED]
    assert pages[0].before is None
    back = [pages[2]]
    while back[-1].before:
        back.append(likely_typos.page(database, news, before=back[-1].before))
    assert [addresses(page) for page in back] == [addresses(page) for page in pages[::-1]]
    assert back[1].after == pages[1].after
    assert pages[0].found[0].suggestion.address == "u0@gmail.com"


def test_a_walk_takes_each_once_counts_them_and_goes_back(database: Database):
    news = fill(database, MISTYPED)
    first = likely_typos.next_step(database, news)
    assert first
    assert (first[1].number, first[1].total) == (1, 23)
    second = likely_typos.next_step(database, news, first[1])
    assert second
    assert (second[1].number, second[1].total) == (2, 23)
    assert likely_typos.next_step(database, news, second[1], back=True) == first
    assert likely_typos.next_step(database, news, first[1], back=True) is None
    assert walked(database, news) == [each["address"] for each in MISTYPED]


def test_the_page_s_example_is_put_right(database: Database):
    people = [{"address": "freddie@mailchii.&mp.com"}, {"address": "ada@gmail..com"}]
    news = fill(database, people)
    form = begin(database, news)
    assert form.suggestion
    assert form.suggestion.address == "freddie@mailchimp.com"
    [found] = corrections.look_up(database, "freddie@mailchii.&amp;mp.com")
    assert found.id == 1
    assert walked(database, news) == [each["address"] for each in people]


def test_a_correction_leads_to_the_next_one_of_the_walk(database: Database):
    news = fill(database, MISTYPED[:3])
    contact_id, step = likely_typos.next_step(database, news) or (0, Step(0, 0, None))
    made = corrections.begin(
        database, news, contact_id, by=ME, now=NOW, wording="x", language="en", step=step
    )
    assert made.step == step
    added = add(database, made, "u0@gmail.com")
    assert added.continue_after == replace(step, walk=added.walk)
    following = likely_typos.next_step(database, news, step)
    assert following
    assert (following[0], following[1].number) == (2, 2)
    # Outside of a walk, one starts.
    alone = add(database, begin(database, news, 3), "u2@gmail.com")
    assert alone.continue_after == Step(0, 1, None, walk=alone.walk)
    assert alone.walk != added.walk
    assert add(database, begin(database, news, 2), "u1@orange.fr").continue_after is None
    assert walked(database, news) == []


def test_what_is_there_already_is_not_shown_and_has_no_turn(database: Database):
    """Nothing can be added: healthy, unsubscribed, cleaned too."""
    there = [
        {"address": "a@gmail.com", "status": "subscribed"},
        {"address": "b@gmail.com", "status": "unsubscribed"},
        {"address": "c@gmail.com", "status": "cleaned"},
    ]
    news = fill(database, [{"address": f"{name}@gmial.com"} for name in "abcd"] + there)
    assert addresses(likely_typos.page(database, news)) == ["d@gmial.com"]
    assert [begin(database, news, n).already for n in (1, 2, 3, 4)] == [
        "subscribed",
        "unsubscribed",
        "cleaned",
        None,
    ]
    assert addresses(likely_typos.page(database, news)) == walked(database, news) == ["d@gmial.com"]
    assert in_digest(database) == {"gmial.com": 1}


def test_not_a_typo_is_remembered_once_and_suggested_nowhere_until_it_is_taken_back(database: Database):
    news = fill(database, [{"address": "ada@gmial.com"}, {"address": "bob@gmial.com"}])
    for _ in range(2):
        assert likely_typos.mark_not_a_typo(database, news, 1, by=ME, now=NOW).address == "ada@gmial.com"
    assert addresses(likely_typos.page(database, news)) == walked(database, news) == ["bob@gmial.com"]
    form = begin(database, news)
    assert (form.suggestion, form.said_by) == (None, ME)
    assert exported(database, news) == {"ada@gmial.com": "", "bob@gmial.com": "bob@gmail.com"}
    assert in_digest(database) == {"gmial.com": 1}
    with database.reading() as session:
        [line] = journal.read(session, news)
    assert (line.who, line.what, line.n, line.detail) == (ME, "not-typo", 1, {"contact": 1})

    for _ in range(2):
        likely_typos.unmark_not_a_typo(database, news, 1, by=ME, now=NOW)
    assert walked(database, news) == ["ada@gmial.com", "bob@gmial.com"]
    with database.reading() as session:
        assert [line.what for line in journal.read(session, news)] == ["maybe-typo", "not-typo"]


def test_a_complaint_is_suggested_nowhere(database: Database):
    """Neither one that was cleaned for it, nor one of which it came in later."""
    people = [
        {"address": "bob@gmial.com"},
        {"address": "angry@gmial.com", "clean_reason": "abuse"},
        {"address": "later@gmial.com"},
    ]
    news = fill(database, people)
    complain(database, news, 3)
    assert addresses(likely_typos.page(database, news)) == walked(database, news) == ["bob@gmial.com"]
    assert exported(database, news) == {
        "bob@gmial.com": "bob@gmail.com",
        "angry@gmial.com": "",
        "later@gmial.com": "",
    }
    assert in_digest(database) == {"gmial.com": 1}


def test_an_audience_without_cleaned_contacts_has_no_typos(database: Database):
    news = fill(database, [{"address": "ada@gmail.com", "status": "subscribed"}])
    assert addresses(likely_typos.page(database, news)) == walked(database, news) == []


def exported(database: Database, audience_id: int) -> dict[str, str]:
    """Address → suggested address, of the CSV."""
    with files.source(database, Segment(audience_id=audience_id)) as source:
        text = (source.header + b"".join(block.body for block in source.blocks())).decode()
    return {row["Email Address"]: row["SUGGESTED_ADDRESS"] for row in csv.DictReader(text.splitlines())}


def in_digest(database: Database) -> dict[str, int]:
    """Mistyped domain → how many, of the last week."""
    report = reports.report(database, SETTINGS, Week(NOW.date(), "UTC"))
    return {typo.domain: typo.n for part in report.parts for typo in part.typos}
