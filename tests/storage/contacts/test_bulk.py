"""Contacts inserted many at once come back with the very values that they were inserted with."""

import json
from operator import itemgetter

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from storage.audiences import audiences
from storage.contacts import bulk
from storage.contacts.values import COLUMNS, Row
from storage.core.database import Database
from storage.core.text import storable
from tests.conftest import NOW

TEXT = (st.text(max_size=20) | st.text("\\.N\t\r\n ", max_size=6)).map(
    storable
)  # the others are PostgreSQL's own
NUMBERS = ("audience_id", "id", "revision", "remote_id")
TEXT_COLUMNS = tuple(name for name in COLUMNS if name not in NUMBERS)
NAMES = {name: i for i, name in enumerate(COLUMNS)}
TEXTS = ("address", "tags", "notes", "timezone", "clean_campaign_title", "clean_diagnostic", "remote_hash")
VALUES = st.fixed_dictionaries(
    {name: st.none() | TEXT for name in TEXTS[1:]},
    optional={"remote_id": st.integers(-(2**63), 2**63 - 1)},
)


def _row(audience_id: int, n: int, address: str, **values: str | int | None) -> Row:
    given_values = {
        "audience_id": audience_id,
        "id": n,
        "address": address,
        "address_key": f"{99 - n}@example.com",
        "domain": "example.com",
        "status": "cleaned" if n % 2 else "subscribed",
        "revision": 3,
        "merge_fields": json.dumps({"Note": values["notes"]}, ensure_ascii=False),
        "cleaned_at": "2026-11-24 09:30:00.000001" if n % 2 else None,
        **values,
    }
    return tuple(given_values.get(name) for name in COLUMNS)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=25)
@given(
    rows=st.lists(st.tuples(TEXT, VALUES), min_size=1, max_size=5),
    way=st.sampled_from(["lines", "new", "numbered"]),
)
def test_values_are_stored_as_they_are(
    database: Database, rows: list[tuple[str, dict[str, str | int | None]]], way: str
):
    with database.transaction() as session:
        audience = audiences.get_or_add(session, "News", NOW)
        contacts = [_row(audience.id, n, address, **values) for n, (address, values) in enumerate(rows)]
        if way == "lines":  # a file has no ids of Mailchimp
            contacts = [(*row[: NAMES["remote_id"]], None, row[-1]) for row in contacts]
            texts = bulk.lines(contacts, TEXT_COLUMNS, for_sqlite=database.is_sqlite)
            assert bulk.insert_lines(session, audience.id, texts, TEXT_COLUMNS, first_id=7, revision=5)
        elif way == "new":
            assert bulk.insert_new(session, audience.id, contacts, first_id=7, revision=5)
        else:
            assert bulk.insert(session, contacts)
        keys = [contact[NAMES["address_key"]] for contact in contacts]
        stored = bulk.find_by_address_keys(session, audience.id, keys)
        session.rollback()
    expected = contacts
    if way != "numbered":
        in_order = contacts if way == "lines" else sorted(contacts, key=itemgetter(NAMES["address_key"]))
        expected = [
            (row[0], 7 + n, *row[2 : NAMES["revision"]], 5, *row[NAMES["revision"] + 1 :])
            for n, row in enumerate(in_order)
        ]
    assert [stored[row[NAMES["address_key"]]] for row in expected] == expected


def test_nothing_is_inserted_if_one_address_is_there(database: Database):
    with database.transaction() as session:
        audience = audiences.get_or_add(session, "News", NOW)
        rows = [_row(audience.id, n, "a@example.com", notes="") for n in range(3)]
        assert bulk.insert(session, rows[:1])
        again = (audience.id, 10, *rows[0][2:])
        new = [_row(audience.id, 9, "b@example.com", notes=""), again]
        assert not bulk.insert(session, new)
        assert not bulk.insert_new(session, audience.id, new, first_id=9, revision=5)
        stored = bulk.find_by_address_keys(session, audience.id, [row[NAMES["address_key"]] for row in rows])
        assert list(stored.values()) == rows[:1]


def test_lines_of_which_one_address_is_there_are_refused(database: Database):
    with database.transaction() as session:
        audience = audiences.get_or_add(session, "News", NOW)
        rows = [_row(audience.id, n, "a@example.com", notes="") for n in range(3)]
        assert bulk.insert(session, rows[:1])
        texts = bulk.lines(rows, TEXT_COLUMNS, for_sqlite=database.is_sqlite)
        assert not bulk.insert_lines(session, audience.id, texts, TEXT_COLUMNS, first_id=7, revision=5)
        session.rollback()
