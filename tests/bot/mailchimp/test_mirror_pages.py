"""Contacts without an address, such as those with a telephone number alone, stop no sync however many they are."""

import json

import pytest

from bot.mailchimp.mirror import members, pages


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

    found, unreadable = [], 0
    for n, turn in enumerate(pages.pages(fetch, 0)):
        assert n < 10, "it never ends"
        if turn:
            found += [members.key(row) for row in turn.page.rows]
            unreadable += turn.page.unreadable
    assert found == [row["email_address"] for row in rows if row["email_address"]]
    assert unreadable == nameless
