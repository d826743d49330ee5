"""An export's blocks of CSV are, byte for byte, what its cells are when they are written one by one."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from storage.audiences import audiences
from storage.contacts import contacts
from storage.contacts.contacts import PageKey, Segment
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
    st.sampled_from(["-4.48", "+33 1", "'=1", "Paris, 3e", '"VIP","Old"', "%d", "\\n", "\\N", "\x1f"]),
)
CONTACT = st.fixed_dictionaries(
    {
        "merge_fields": st.dictionaries(st.sampled_from(LABELS), TEXT.filter(bool), max_size=4),
        "clean_reason": st.sampled_from(["hard", "abuse", "unknown"]),
        "cleaned_at": st.sampled_from(
            [NOW, NOW - timedelta(microseconds=250_000), datetime(999, 1, 1, tzinfo=UTC)]
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
        rows = [
            {
                **dict.fromkeys(TEXTS),
                **each,
                "audience_id": made.id,
                "id": i,
                "address": each["address"].format(i),
                "address_key": each["address"].format(i).lower(),
                "domain": "b.fr",
                "status": "cleaned",
                "revision": 1,
            }
            for i, each in enumerate(given_contacts, 1)
        ]
        if rows:
            session.connection().execute(contacts.TABLE.insert(), rows)
        return made.id


def suggest(addresses: Sequence[str], reasons: Sequence[str], ids: Sequence[int]) -> dict[int, str]:
    """Something of all it is told, for some."""
    return {
        i: f"-{reasons[i]},{number}"
        for i, (address, number) in enumerate(zip(addresses, ids, strict=True))
        if address.startswith("A")
    }


def plain(database: Database, audience_id: int, form: CsvFormat = CsvFormat.PLAIN) -> list[bytes]:
    """The rows, the slow way."""
    with database.reading() as session:
        segment = Segment(audience_id=audience_id)
        found = list(cells.text_rows(session, segment, COLUMNS, LABELS))
        where = contacts.conditions(segment)
        order = contacts.NEWEST_FIRST
        ids = list(session.execute(select(contacts.TABLE.c.id).where(*where).order_by(*order)).scalars())
    header = ["x"] * (len(COLUMNS) + len(LABELS) + 1)
    written = []
    for row, number in zip(found, ids, strict=True):
        suggested = suggest([row[0] or ""], [row[-2] or ""], [number]).get(0)
        written.append(b"".join(csv_bytes(header, [[*row, suggested]], first=False, form=form)))
    return written


@settings(max_examples=60)
@given(st.lists(CONTACT, max_size=9), st.sampled_from(CsvFormat))
@example([ODD], CsvFormat.PLAIN)
@example(
    [{**ODD, "merge_fields": {"First Name": 5, "=SUM": [0.5, "ü"], "Étage": False, "%s": None}}, ODD],
    CsvFormat.EXCEL_SEMICOLONS,
)
@example(
    [{**ODD, "leid": "\x1f"}, {**ODD, "leid": "a\nb", "cc": "-1"}, {**ODD, "cc": "'=1"}], CsvFormat.PLAIN
)
@example([{**ODD, "leid": "a\x1fb", "cc": "-1"}, {**ODD, "leid": "\n\x1f"}], CsvFormat.EXCEL)
@example([{**ODD, "leid": "a;b", "cc": "-1,2"}, {**ODD, "leid": ";"}], CsvFormat.EXCEL_SEMICOLONS)
def test_blocks_are_what_the_cells_are(
    database: Database, given_contacts: list[dict[str, Any]], form: CsvFormat
):
    audience_id = fill(database, given_contacts)
    with database.reading() as session:
        segment = Segment(audience_id=audience_id)
        found = list(cells.csv_blocks(session, segment, COLUMNS, LABELS, suggest, form=form))
    assert b"".join(block.body for block in found) == b"".join(plain(database, audience_id, form))
    assert sum(block.rows for block in found) == len(given_contacts)


@pytest.mark.parametrize("labels", [[], ["First Name"]])
def test_an_audience_may_have_few_fields_or_none(database: Database, labels: list[str]):
    audience_id = fill(database, [{**ODD, "merge_fields": {"First Name": "Ann"}}])
    with database.reading() as session:
        segment = Segment(audience_id=audience_id)
        [block] = cells.csv_blocks(session, segment, ["address", "cc", "clean_reason"], labels, suggest)
    assert block.body.decode() == ",".join(["1@b.fr", *["Ann"][: len(labels)], "", "hard", ""]) + "\r\n"


def test_blocks_are_read_from_any_contact_on_and_end_where_they_are_told_to(database: Database, monkeypatch):
    monkeypatch.setattr(cells, "ROWS_PER_BLOCK", 3)
    odd = [{**ODD, "cleaned_at": NOW - timedelta(days=n // 2), "leid": "a,b"[: n % 4]} for n in range(11)]
    audience_id = fill(database, odd)
    rows = plain(database, audience_id)
    segment = Segment(audience_id=audience_id)
    with database.reading() as session:
        first, *_, last = cells.csv_blocks(session, segment, COLUMNS, LABELS, suggest)
        place = contacts.by_id(session, audience_id, first.last)
        assert place
        assert place.cleaned_at
        after = PageKey(place.cleaned_at, place.id)
        rest = list(cells.csv_blocks(session, segment, COLUMNS, LABELS, suggest, after=after, most=5))
    assert (first.rows, last.rows) == (3, 2)
    assert first.body == b"".join(rows[:3])
    assert b"".join(block.body for block in rest) == b"".join(rows[3:8])
