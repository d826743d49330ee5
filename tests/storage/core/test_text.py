"""What `storable` returns can be stored and read back, on both engines; what it removes can't."""

import json
import re
from itertools import count

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy.exc import DataError

from storage.audiences import audiences, journal
from storage.contacts import bulk
from storage.contacts.values import COLUMNS
from storage.core.database import Database
from storage.core.text import storable
from tests.conftest import NOW

UNSTORABLE = "\0\ud800\udbff\udc00\udfff"
ANY_TEXT = st.text(
    st.characters() | st.sampled_from(UNSTORABLE + "\x01\x1f\x7f\x85\u2028\ufffd\uffff😀'\"\\")
)
numbers = count(1)


@settings(max_examples=100)
@given(text=ANY_TEXT)
def test_storable_text_is_read_back_from_columns_of_text_and_json(database: Database, text: str):
    kept = storable(text)
    with database.transaction() as session:
        journal.write(session, who=kept, what="test", at=NOW, n=1, text=kept, nested=[{"text": kept}])
    with database.reading() as session:
        (line,) = journal.read(session, most=1)
    assert (line.who, line.detail) == (kept, {"text": kept, "nested": [{"text": kept}]})


@settings(max_examples=100)
@given(text=ANY_TEXT)
def test_storable_text_is_read_back_from_contacts_written_in_bulk(database: Database, text: str):
    kept, n = storable(text), next(numbers)
    with database.transaction() as session:
        audience = audiences.get_or_add(session, "News", NOW)
        values = {"audience_id": audience.id, "id": n, "address": kept, "address_key": f"{n}@example.com"}
        values |= {"domain": "example.com", "status": "subscribed", "revision": 0, "notes": kept}
        values |= {"merge_fields": json.dumps({"Name": kept, kept: "label"}, ensure_ascii=False)}
        assert bulk.insert(session, [tuple(values.get(name) for name in COLUMNS)])
        (row,) = bulk.find_by_address_keys(session, audience.id, [f"{n}@example.com"]).values()
    stored = dict(zip(COLUMNS, row, strict=True))
    assert (stored["address"], stored["notes"]) == (kept, kept)
    assert json.loads(stored["merge_fields"]) == {"Name": kept, kept: "label"}


@given(text=ANY_TEXT)
def test_only_what_cannot_be_stored_is_removed(text: str):
    assert storable(text) == re.sub("[\0\ud800-\udfff]", "", text)


@pytest.mark.parametrize("engine_name", ["postgresql"], indirect=True)
@pytest.mark.parametrize("character", UNSTORABLE)
def test_a_database_refuses_what_is_removed(database: Database, character: str):
    with pytest.raises((DataError, UnicodeEncodeError)), database.transaction() as session:
        journal.write(session, who=character, what="test", at=NOW, n=1)
