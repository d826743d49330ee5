"""A page is read whatever the types of its values; what no database stores is replaced before anything is read."""

import json
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.contacts.values import Status
from storage.core.text import storable
from storage.mailchimp.api import documents, members
from storage.mailchimp.api.members import Location, Member
from tests.storage.mailchimp.api.answers import MEMBER

ODD: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(), inner, max_size=2),
    max_leaves=4,
)


def page_of(*rows: Any, **more: Any) -> members.MemberPage:
    return members.page(json.dumps({"members": rows, "total_items": len(rows), **more}).encode())


@given(name=st.sampled_from(sorted(MEMBER)), value=ODD)
def test_a_value_of_another_type_costs_only_itself(name: str, value: Any):
    page = page_of(MEMBER, MEMBER | {name: value})
    assert page.members[0] == members.member(MEMBER)
    if len(page.members) == 1:
        assert name in ("email_address", "status")
        return
    good, other = map(msgspec.structs.asdict, page.members)
    changed = {
        info.encode_name for info in msgspec.structs.fields(Member) if good[info.name] != other[info.name]
    }
    assert changed <= {name}


@given(row=ODD, total=ODD)
def test_a_row_that_is_no_contact_is_left_out(row: Any, total: Any):
    page = page_of(row, MEMBER, total_items=total)
    assert [member.id for member in page.members] == [MEMBER["id"]]


def test_empty_lists_and_nulls_in_place_of_objects_count_as_absent():
    odd = MEMBER | {"merge_fields": [], "location": [], "last_note": None, "tags": None, "member_rating": "4"}
    (member,) = page_of(odd).members
    assert (member.merge_fields, member.location, member.note, member.tags) == ({}, Location(), "", ())
    assert member.rating == 4


def test_a_contact_without_a_hash_has_that_of_its_address():
    (member,) = page_of({name: value for name, value in MEMBER.items() if name != "id"}).members
    assert member.hash == MEMBER["id"]


def test_each_status_of_mailchimps_is_known():
    words = ["subscribed", "unsubscribed", "cleaned", "pending", "transactional", "archived"]
    page = page_of(*(MEMBER | {"status": word} for word in words))
    assert {member.status for member in page.members} == set(Status)


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b'"\xff"', b'{"members": ["\xff"]}'])
def test_what_is_no_page_is_a_value_error(body: bytes):
    with pytest.raises(ValueError):
        members.page(body)


@pytest.mark.parametrize("document", [{}, MEMBER | {"email_address": ""}, MEMBER | {"status": ""}])
def test_a_contact_without_address_or_status_is_a_value_error(document: dict[str, Any]):
    with pytest.raises(ValueError):
        members.member(document)


@given(text=st.text(st.characters() | st.sampled_from("\0\\\ud83d\ude00\udfffu0d8")), escapes=st.booleans())
def test_what_no_database_stores_is_dropped_and_all_else_is_as_it_was(text: str, *, escapes: bool):
    body = json.dumps({"text": text}, ensure_ascii=escapes or not text.isprintable())
    paired = json.loads(body)["text"]
    stored = storable(paired)
    assert documents.parse(body.encode()) == {"text": stored}
