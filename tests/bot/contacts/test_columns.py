"""The pure rules of an import: columns by their names, times, and what a row says."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.contacts.columns import ColumnMap, NoAddressColumn, parse_time
from storage.contacts.values import COLUMNS
from storage.core.database import Database
from tests.support.audiences import import_csv
from tests.support.figures import assert_exact, contacts


@pytest.mark.parametrize(
    "name",
    ["Email Address", "EMAIL", " e-mail ", "Adresse e-mail", "Courriel", "Mél", "adresse électronique"],
)
def test_the_address_column_is_known_by_its_name(name):
    assert ColumnMap.from_header(["Nom", name], None).address == 1


@pytest.mark.parametrize("header", [[], ["Name"], ["Email opened", "Town"]])
def test_a_header_without_addresses_is_refused(header):
    with pytest.raises(NoAddressColumn):
        ColumnMap.from_header(header, None)


def test_columns_that_are_not_the_bots_own_are_merge_fields():
    header = ["Email", "Prénom", "LEID", "UNSUB_TIME", "", "Status", "Ville", "SUGGESTED_ADDRESS"]
    fields = ColumnMap.from_header(header, None)
    assert fields.merge_labels == ("Prénom", "Ville")
    row = fields.parse_row(["Lea@B.fr", "Léa", "12", "x", "y", "Abonné", "", "z"], 3)
    assert isinstance(row, tuple)
    found = dict(zip(COLUMNS, row, strict=True))
    assert (found["address"], found["address_key"], found["domain"]) == ("Lea@b.fr", "lea@b.fr", "b.fr")
    assert (found["audience_id"], found["status"], found["leid"]) == (3, "subscribed", "12")
    assert found["merge_fields"] == '{"Prénom":"Léa"}'


def test_a_file_with_clean_times_is_one_of_cleaned_contacts():
    assert ColumnMap.from_header(["Email", "CLEAN_TIME"], None).status == "cleaned"
    assert ColumnMap.from_header(["Email", "CLEAN_TIME"], "subscribed").status == "subscribed"


def test_where_each_row_tells_its_status_the_clean_times_do_not():
    fields = ColumnMap.from_header(["Email Address", "CLEAN_TIME", "Status"], None)
    row = fields.parse_row(["ann@example.com", "", "subscribed"], 1)
    assert dict(zip(COLUMNS, row, strict=True))["status"] == "subscribed"


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("2026-11-24 09:30:00", "2026-11-24 09:30:00.000000"),
        ("2026-11-24T09:30:00+02:00", "2026-11-24 07:30:00.000000"),
        ("2026-11-24T09:30:00Z", "2026-11-24 09:30:00.000000"),
        (" 2026-11-24 ", "2026-11-24 00:00:00.000000"),
        ("11/24/2026 09:30", "2026-11-24 09:30:00.000000"),
        ("24/11/2026", "2026-11-24 00:00:00.000000"),
        ("", None),
        ("yesterday", None),
        ("31/31/2026", None),
        ("0001-01-01T00:00:00+01:00", None),
    ],
)
def test_times_are_read_as_utc_where_they_do_not_say(text, kept):
    assert parse_time(text) == kept


@settings(max_examples=300)
@given(st.one_of(st.text(max_size=30), st.datetimes(timezones=st.timezones()).map(str)))
def test_any_text_is_a_time_or_none(text):
    kept = parse_time(text)
    assert kept is None or parse_time(kept) == kept


@pytest.mark.parametrize(("first", "then"), [("abuse", "hard"), ("abuse", ""), ("hard", "soft")])
def test_an_import_never_makes_the_reason_a_lesser_one(database: Database, first: str, then: str):
    for reason in (first, then):
        import_csv(database, f"Email,CLEAN_TIME,CLEAN_REASON\nann@example.com,2026-11-01,{reason}")
    assert [each["clean_reason"] for each in contacts(database)] == [first]
    assert_exact(database)
