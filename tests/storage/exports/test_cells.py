"""An export's blocks of CSV are, byte for byte, what Python's own writer makes of the contacts."""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from storage.audiences import audiences
from storage.contacts import bulk, contacts
from storage.contacts.contacts import PageKey, Segment
from storage.contacts.values import COLUMNS as STORED
from storage.contacts.values import UNKNOWN_TIME
from storage.core.database import Database
from storage.exports import cells
from storage.files.csv_files import CsvFormat, csv_bytes
from tests.conftest import NOW

LABELS = ["First Name", 'Say "hi"; now', "=SUM", "back\\slash", "Étage", "2024", "%s", "a" * 70]
COLUMNS = [
    *("address", "member_rating", "optin_time", "latitude", "cc", "cleaned_at", "clean_campaign_title"),
    *("clean_campaign_id", "leid", "notes", "tags", "clean_reason", "clean_diagnostic"),
]
TEXTS = [name for name in COLUMNS[1:] if name not in ("cleaned_at", "clean_reason")]
TEXT = st.one_of(
    st.none(),
    st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=8),
    st.text(st.sampled_from("=+-@\uff1d\uff0d\u2212'\"\t\r\n,; a\x1c\x1e\x1f\x85\u2028\ufeffé"), max_size=6),
    st.sampled_from(
        ["-4.48", "+33 1", "'=1", "Paris, 3e", '"VIP","Old"', "%d", "\\n", "\\N", "\x1f", "漢字 🙂"]
    ),
)
CONTACT = st.fixed_dictionaries(
    {
        "merge_fields": st.dictionaries(st.sampled_from(LABELS), TEXT.filter(bool), max_size=4),
        "clean_reason": st.sampled_from(["hard", "abuse", "unknown"]),
        "cleaned_at": st.sampled_from(
            [NOW, NOW - timedelta(microseconds=250_000), UNKNOWN_TIME, datetime(999, 1, 1, tzinfo=UTC)]
        ),
        "address": st.sampled_from(
            ["a{}@b.fr", "A{}@gmial.com", "=x{}@b.fr", '"q,{}"@b.fr', "ünï{}@b.fr", "{} b.fr"]
        ),
        **dict.fromkeys(TEXTS, TEXT),
    }
)
ODD = {
    "merge_fields": {"Étage": "\x1f", "=SUM": "'-"},
    "clean_reason": "hard",
    "cleaned_at": NOW,
    "address": "{}@b.fr",
}


def fill(database: Database, given_contacts: Sequence[Mapping[str, Any]]) -> int:
    """An audience of these contacts, all cleaned; returns its id."""
    with database.transaction() as session:
        n = len(audiences.list_all(session))
        made = audiences.get_or_add(session, f"News {n}", NOW)
        assert made.id
        for i, each in enumerate(given_contacts, 1):
            address = each["address"].format(i)
            contact = {
                **each,
                "audience_id": made.id,
                "id": i,
                "address": address,
                "address_key": address.lower(),
                "domain": "b.fr",
                "status": "cleaned",
                "revision": 1,
                "merge_fields": json.dumps(each["merge_fields"], ensure_ascii=False),
                "cleaned_at": bulk.encode_time(each["cleaned_at"]),
            }
            assert bulk.insert(session, [tuple(map(contact.get, STORED))])
        return made.id


def suggest(addresses: Sequence[str], reasons: Sequence[str], ids: Sequence[int]) -> dict[int, str]:
    """Something of all it is told, for some."""
    return {
        i: f"-{reasons[i]},{number}"
        for i, (address, number) in enumerate(zip(addresses, ids, strict=True))
        if address.startswith("A")
    }


def plain(given_contacts: Sequence[Mapping[str, Any]], form: CsvFormat = CsvFormat.PLAIN) -> list[bytes]:
    """The rows, newest first, by Python's writer of CSV."""
    numbered = sorted(enumerate(given_contacts, 1), key=lambda each: (each[1]["cleaned_at"], each[0]))
    header = ["x"] * (len(COLUMNS) + len(LABELS) + 1)
    written = []
    for i, contact in reversed(numbered):
        time = contact["cleaned_at"].replace(tzinfo=None).isoformat(" ", "microseconds")
        address = contact["address"].format(i)
        cells = [address, *(contact["merge_fields"].get(label) for label in LABELS)]
        for name in COLUMNS[1:]:
            cells.append(contact.get(name))
            if name == "cleaned_at":
                cells[-1] = None if contact[name] == UNKNOWN_TIME else time.rstrip("0").rstrip(".")
        cells.append(suggest([address], [contact["clean_reason"]], [i]).get(0))
        written.append(b"".join(csv_bytes(header, [cells], first=False, form=form)))
    return written


def blocks(database: Database, audience_id: int, **how: Any) -> list[cells.CsvBlock]:
    with database.reading() as session:
        segment = Segment(audience_id=audience_id)
        return list(cells.csv_blocks(session, segment, COLUMNS, LABELS, suggest, **how))


@settings(max_examples=60)
@given(
    st.lists(CONTACT, max_size=9),
    st.sampled_from(CsvFormat),
    st.sampled_from([cells.MOST_TOGETHER, 90]),
    st.sampled_from([cells.BYTES_PER_BLOCK, 200]),
)
@example([ODD], CsvFormat.PLAIN, 2000, 2000)
@example([{**ODD, "merge_fields": {"First Name": "5", "%s": None}}, ODD], CsvFormat.EXCEL_SEMICOLONS, 0, 1)
@example([{**ODD, "leid": "a\x1fb", "cc": "-1"}, {**ODD, "leid": "\n\\\x1f\\"}], CsvFormat.EXCEL, 2000, 2000)
@example([{**ODD, "leid": "a;b", "cc": "-1,2"}, {**ODD, "tags": ";"}], CsvFormat.EXCEL_SEMICOLONS, 2000, 9)
def test_blocks_are_what_the_cells_are(
    database: Database, given_contacts: list[dict[str, Any]], form: CsvFormat, together: int, block: int
):
    audience_id = fill(database, given_contacts)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cells, "MOST_TOGETHER", together)
        patch.setattr(cells, "BYTES_PER_BLOCK", block)
        found = blocks(database, audience_id, form=form)
    assert b"".join(block.body for block in found) == b"".join(plain(given_contacts, form))
    assert sum(block.rows for block in found) == len(given_contacts)


@pytest.mark.parametrize("n", [0, 1, 60, 150])
def test_an_audience_may_have_many_fields_or_none(database: Database, n: int):
    """SQLite's functions accept a hundred arguments."""
    labels = [f"Field {i}" for i in range(n)]
    audience_id = fill(database, [{**ODD, "merge_fields": dict(zip(labels, labels, strict=True))}])
    with database.reading() as session:
        segment = Segment(audience_id=audience_id)
        [block] = cells.csv_blocks(session, segment, ["address", "cc", "clean_reason"], labels, suggest)
    assert block.body.decode() == ",".join(["1@b.fr", *labels, "", "hard", ""]) + "\r\n"


def test_blocks_are_read_from_any_contact_on_and_end_where_they_are_told_to(database: Database, monkeypatch):
    monkeypatch.setattr(cells, "ROWS_PER_BLOCK", 3)
    odd = [{**ODD, "cleaned_at": NOW - timedelta(days=n // 2), "leid": "a,b"[: n % 4]} for n in range(100)]
    audience_id = fill(database, odd)
    rows = plain(odd)
    first, *others = blocks(database, audience_id)
    assert {first.rows, *(block.rows for block in others)} == {3, 1}
    assert b"".join(block.body for block in [first, *others]) == b"".join(rows)
    with database.reading() as session:
        place = contacts.by_id(session, audience_id, first.last)
    assert place
    assert place.cleaned_at
    rest = blocks(database, audience_id, after=PageKey(place.cleaned_at, place.id), most=5)
    assert b"".join(block.body for block in rest) == b"".join(rows[3:8])


def test_a_long_contact_does_not_wait_for_others(database: Database):
    """Notes of any length are in memory a few at a time."""
    long = [{**ODD, "notes": "é" * 400_000} for _ in range(8)]
    audience_id = fill(database, long)
    found = blocks(database, audience_id)
    assert [block.rows for block in found] == [2, 2, 2, 2]
    assert b"".join(block.body for block in found) == b"".join(plain(long))


def test_the_session_can_be_used_after_a_reading_was_given_up(database: Database, monkeypatch):
    monkeypatch.setattr(cells, "ROWS_PER_BLOCK", 1)
    audience_id = fill(database, [{**ODD, "notes": "x" * 9_000}] * 100)
    with database.reading() as session:
        for _ in range(2):
            reading = cells.csv_blocks(session, Segment(audience_id=audience_id), COLUMNS, LABELS, suggest)
            assert next(reading).last == 100
            reading.close()
        assert contacts.by_id(session, audience_id, 1)
