"""A member of Mailchimp's becomes a contact, whatever its JSON holds."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.mailchimp.mirror import members
from storage.contacts import values
from storage.contacts.contacts import TABLE
from storage.contacts.values import Status
from storage.mailchimp.api.members import Location, Member
from storage.mailchimp.api.values import member_hash

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
    assert tuple(column.name for column in TABLE.columns) == (*values.COLUMNS, "archive_number")


def test_a_page_becomes_contacts_and_says_whose_tags_are_incomplete_and_who_was_left_out():
    others = [{"web_id": 9, "status": "archived"}, {"web_id": 8, "email_address": "a@x.example"}, {}]
    body = json.dumps({"members": [MEMBER, *others], "total_items": 12}).encode()
    page = members.page(body, 3, LABELS)
    assert (page.total, page.unreadable, list(page.ids), len(page.rows)) == (12, 2, [1, 9, 8, 0], 1)
    assert page.without_address == {9: Status.ARCHIVED}
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


def test_an_id_is_kept_where_it_is_not_the_hash_of_the_address():
    assert [row_of(MEMBER | {"id": id_})["remote_hash"] for id_ in ("5e8c", "", "a/../b")] == [
        "5e8c",
        None,
        None,
    ]
    assert row_of(MEMBER | {"id": member_hash("zoé@x.example")})["remote_hash"] is None


@given(st.text() | st.datetimes(timezones=st.none() | st.timezones()).map(str))
def test_no_time_stops_a_sync(text: str):
    row = row_of(MEMBER | dict.fromkeys(("last_changed", "timestamp_signup", "timestamp_opt"), text))
    assert row["optin_time"] is None or len(row["optin_time"]) == 19


def test_null_is_no_value_of_a_merge_field():
    empty = {"FNAME": None, "AGE": "", "HOME": {"addr1": None}, "TOWN": {}}
    assert row_of(MEMBER | {"merge_fields": empty})["merge_fields"] == "{}"


def test_a_status_of_tomorrow_takes_a_contact_out_of_what_can_be_archived_or_mailed():
    old = tuple(row_of(MEMBER | {"id": 5}).values())
    row = row_of(MEMBER | {"status": "snoozed"})
    assert (row["status"], row["cleaned_at"], row["clean_reason"]) == ("nonsubscribed", None, None)
    merged = dict(zip(values.COLUMNS, members.merged(old, tuple(row.values()), 9), strict=True))
    assert (merged["status"], merged["revision"]) == ("nonsubscribed", 9)


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("2026-01-02T03:04:05+00:00", "2026-01-02 03:04:05"),
        ("2026-01-02T03:04:05+02:00", "2026-01-02 01:04:05"),
        ("2026-01-02T03:04:05.123456+00:00", "2026-01-02 03:04:05"),
        ("20260102T030405.000+00:00", "2026-01-02 03:04:05"),
        ("2026-01-02 03:04:05", "2026-01-02 03:04:05"),
        ("2026-13-02T03:04:05+00:00", None),
        ("0000-00-00 00:00:00", None),
        ("0001-01-01T00:00:00+14:00", None),
        ("9999-12-31T23:59:59-12:00", None),
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
