"""Contacts without an address, such as those with a telephone number alone, stop no sync however many they are."""

import itertools
import json

import pytest

from bot.mailchimp.mirror import members, pages
from storage.mailchimp.api.errors import BadAnswer


@pytest.mark.parametrize(
    ("before", "nameless", "after"),
    [(500, 100, 1_500), (500, 3_000, 1_500), (0, 3_000, 0), (3_000, 1_100, 900)],
)
def test_all_others_come_once_and_each_nameless_one_is_counted_once(before: int, nameless: int, after: int):
    named = [True] * before + [False] * nameless + [True] * after
    rows = [
        {"web_id": n + 1, "email_address": f"p{n}@x.example" if is_named else "", "status": "subscribed"}
        for n, is_named in enumerate(named)
    ]

    def fetch(offset: int):
        page = {"members": rows[offset : offset + 1_000], "total_items": len(rows)}
        return members.page(json.dumps(page).encode(), 1, {})

    found, without_address = [], 0
    for n, turn in enumerate(pages.pages(fetch, 0)):
        assert n < 10, "it never ends"
        if turn:
            found += [members.key(row) for row in turn.page.rows]
            without_address += len(turn.page.without_address)
            assert turn.page.unreadable == 0
    assert found == [row["email_address"] for row in rows if row["email_address"]]
    assert without_address == nameless


@pytest.mark.parametrize("lie", [-2_500, -1_000, -1, 1, 25, 975, 1_000, 1_000_000])
@pytest.mark.parametrize("n", [0, 1, 975, 1_000, 1_950, 1_960, 2_400])
def test_a_total_that_is_wrong_ends_the_listing_with_all_that_it_has(n: int, lie: int):
    """From its start, and from where an earlier process left off."""
    rows = [{"web_id": i + 1, "email_address": f"p{i}@x.example", "status": "cleaned"} for i in range(n)]
    total, asked = max(n + lie, 0), 0

    def fetch(offset: int):
        nonlocal asked
        asked += 1
        assert asked < 100, "it never ends"
        page = {"members": rows[offset : offset + 1_000], "total_items": total}
        return members.page(json.dumps(page).encode(), 1, {})

    turns = [turn for turn in pages.pages(fetch, 0) if turn]
    found = dict.fromkeys(members.key(row) for turn in turns for row in turn.page.rows)
    assert list(found) == [row["email_address"] for row in rows]
    assert turns[-1].is_last
    # A total that is wrong by less than a page is true for all that the listing shows.
    assert turns[-1].overstated == (lie if turns[-1].overstated else 0)
    assert bool(turns[-1].overstated) or lie < 1_000
    asked = 0
    left_off = [turn for turn in pages.pages(fetch, turns[-1].next_offset, turns[-1].tail) if turn]
    assert left_off[-1].is_last


def test_pages_that_never_overlap_are_an_error():
    ids = itertools.count(1)

    def fetch(_offset: int):
        rows = [
            {"web_id": next(ids), "email_address": f"p{n}@x.example", "status": "cleaned"}
            for n in range(1_000)
        ]
        return members.page(json.dumps({"members": rows, "total_items": 5_000}).encode(), 1, {})

    with pytest.raises(BadAnswer):
        list(itertools.islice(pages.pages(fetch, 0), 100))
