"""A member of Mailchimp's becomes a contact, whatever its JSON holds."""

import json
from typing import Any

import pytest

from bot.mailchimp.mirror import members
from storage.contacts import values
from storage.contacts.contacts import TABLE
from storage.mailchimp.members import Location, Member

LABELS = {"FNAME": "First name"}
MEMBER: dict[str, Any] = {
    "email_address": "Zoé@x.example",
    "status": "cleaned",
    "web_id": 1,
    "merge_fields": {"FNAME": "Zoé “Z” \\ \ud800", "AGE": 7},
    "last_changed": "2026-01-02T03:04:05+01:00",
    "tags": [{"name": "a, b"}],
    "tags_count": 2,
}


def row_of(member: dict[str, Any]) -> dict[str, Any]:
    page = members.page(json.dumps({"members": [member], "total_items": 1}).encode(), 3, LABELS)
    return dict(zip(values.COLUMNS, page.rows[0], strict=True))


def test_columns_are_those_of_the_table():
    assert tuple(column.name for column in TABLE.columns) == values.COLUMNS


def test_a_page_becomes_contacts_and_says_whose_tags_are_incomplete_and_who_was_unreadable():
    body = json.dumps({"members": [MEMBER, {"web_id": 9}], "total_items": 12}).encode()
    page = members.page(body, 3, LABELS)
    assert (page.total, page.unreadable, list(page.ids), len(page.rows)) == (12, 1, [1, 9], 1)
    assert list(page.truncated_tags) == ["zoé@x.example"]
    row = row_of(MEMBER)
    assert json.loads(row["merge_fields"]) == {"First name": "Zoé “Z” \\ ", "AGE": "7"}
    assert (row["address"], row["address_key"], row["domain"]) == (
        "Zoé@x.example",
        "zoé@x.example",
        "x.example",
    )
    assert (row["status"], row["cleaned_at"]) == ("cleaned", "2026-01-02 02:04:05.000000")
    assert (row["tags"], row["remote_id"], row["leid"]) == ('"a, b"', 1, "1")


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("2026-01-02T03:04:05+00:00", "2026-01-02 03:04:05"),
        ("2026-01-02T03:04:05+02:00", "2026-01-02 01:04:05"),
        ("2026-01-02T03:04:05.123456+00:00", "2026-01-02 03:04:05"),
        ("20260102T030405.000+00:00", "2026-01-02 03:04:05"),
        ("2026-01-02 03:04:05", "2026-01-02 03:04:05"),
        ("2026-13-02T03:04:05+00:00", None),
        ("soon", None),
        ("", None),
    ],
)
def test_a_time_is_kept_in_utc_to_the_second(written: str, kept: str | None):
    row = row_of(MEMBER | {"timestamp_signup": written, "timestamp_opt": written})
    assert (row["optin_time"], row["confirm_time"]) == (kept, kept)


@pytest.mark.parametrize(
    ("word", "status", "before"),
    [
        ("transactional", "nonsubscribed", None),
        ("archived", "archived", "unsubscribed"),
        ("pending",) * 2 + (None,),
    ],
)
def test_a_status_is_kept_by_our_word(word: str, status: str, before: str | None):
    row = row_of(MEMBER | {"status": word})
    assert (row["status"], row["status_before"], row["clean_reason"]) == (status, before, None)


def test_a_place_is_kept_where_mailchimp_knows_one():
    member = Member(address="a@x.example", status_name="pending", location=Location(1.5, 2, 3, 4, "CH"))
    row = dict(zip(values.COLUMNS, members.row(member, 3, {}), strict=True))
    names = ("latitude", "longitude", "gmtoff", "dstoff", "timezone", "cc", "region")
    assert [row[name] for name in names] == ["1.5", "2", "3", "4", None, "CH", None]
    assert row_of(MEMBER)["latitude"] is None
