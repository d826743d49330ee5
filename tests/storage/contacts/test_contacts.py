"""Segments as SQL find the contacts that the same filters find in plain Python."""

import csv
import io
from collections.abc import Callable
from datetime import UTC, date, datetime, time
from random import Random
from string import digits
from typing import Any

import pytest
from sqlalchemy import event

from bot.imports import imports
from bot.imports.jobs import IMPORT
from bot.jobs import jobs
from storage.audiences import audiences
from storage.contacts import contacts
from storage.contacts.contacts import PageKey, Segment
from storage.core.database import Database
from storage.exports import cells
from tests.conftest import NOW
from tests.support import samples
from tests.support.audiences import import_csv
from tests.support.figures import contacts as every_contact

N = 600
Row = dict[str, Any]


@pytest.fixture
def audience_id(database: Database) -> int:
    news = _fill(database, "News", 0)
    _fill(database, "Others", 1)
    return news


def _fill(database: Database, name: str, seed: int) -> int:
    file = io.BytesIO(samples.archive(N, seed))
    imports.receive(database, file, name="export.zip", audience=name, by="U1", now=NOW)
    job = jobs.claim(database, [IMPORT], "me", NOW)
    assert job
    *_, job = imports.work(database, job, lambda: NOW)
    jobs.mark_told(database, job, NOW)
    assert job.audience_id
    return job.audience_id


SINCE = date(2026, 11, 1)
FILTERS: dict[str, tuple[dict[str, Any], Callable[[Row], bool]]] = {
    "whole": ({}, lambda _row: True),
    "reason": ({"reason": "unknown"}, lambda row: row["clean_reason"] == "unknown"),
    "no such reason": ({"reason": "hard"}, lambda row: row["clean_reason"] == "hard"),
    "since": ({"since": SINCE}, lambda row: row["cleaned_at"] >= datetime.combine(SINCE, time.min, UTC)),
    "campaign": (
        {"campaign": samples.CAMPAIGNS[2]},
        lambda row: row["clean_campaign_title"] == samples.CAMPAIGNS[2],
    ),
    "domain": ({"domain": "GMAIL.com"}, lambda row: row["domain"] == "gmail.com"),
    "text in the address": ({"text": "MARTIN"}, lambda row: "martin" in row["address_key"]),
    "text of a pattern": ({"text": "%"}, lambda row: "%" in row["address_key"]),
    "ticked": ({"ids": (1, 2, 500, 540, 99_999)}, lambda row: row["id"] in (1, 2, 500, 540)),
    "none ticked": ({"ids": ()}, lambda _row: False),
    "up to a revision": ({"up_to": 0}, lambda row: row["revision"] <= 0),
    "several": (
        {"domain": "gmail.com", "since": SINCE},
        lambda row: row["domain"] == "gmail.com" and row["cleaned_at"].date() >= SINCE,
    ),
}


@pytest.mark.parametrize("name", FILTERS)
def test_a_segment_holds_what_its_filters_say(database: Database, audience_id: int, name: str):
    given, belongs = FILTERS[name]
    segment = Segment(audience_id=audience_id, **given)
    mine = [
        c for c in every_contact(database) if c["audience_id"] == audience_id and c["status"] == "cleaned"
    ]
    expected = [c["id"] for c in sorted(mine, key=_newest_first) if belongs(c)]
    with database.reading() as session:
        assert contacts.count(session, segment) == len(expected)
        assert [c.id for c in contacts.page(session, segment, 1_000)] == expected
        found = list(
            cells.text_rows(session, segment, ["address", "cleaned_at"], ["First Name", "none such"])
        )
    by_id = {c["id"]: c for c in mine}
    assert [tuple(row) for row in found] == [
        (
            by_id[n]["address"],
            by_id[n]["merge_fields"].get("First Name"),
            None,
            by_id[n]["cleaned_at"].strftime("%Y-%m-%d %H:%M:%S"),
        )
        for n in expected
    ]


def _newest_first(row: Row) -> tuple[float, int]:
    return (-row["cleaned_at"].timestamp(), -row["id"])


def test_pages_hold_every_contact_once_in_order(database: Database, audience_id: int):
    segment, seen, after = Segment(audience_id=audience_id), [], None
    with database.reading() as session:
        while page := contacts.page(session, segment, 7, after):
            assert all(c.cleaned_at for c in page)
            seen += [c.id for c in page]
            after = PageKey(page[-1].cleaned_at or NOW, page[-1].id)
        assert seen == [c.id for c in contacts.page(session, segment, 1_000)]
    assert len(seen) == N // 10


@pytest.mark.parametrize("name", FILTERS)
def test_a_segment_comes_back_the_same_from_json(name: str):
    segment = Segment(audience_id=3, **FILTERS[name][0])
    assert Segment.from_json(segment.to_json()) == segment


def test_ticks_are_no_filter_and_narrow_the_whole():
    assert Segment(audience_id=1).is_whole
    assert Segment(audience_id=1, up_to=4).is_whole
    assert not Segment(audience_id=1, ids=(1,)).is_whole
    assert not Segment(audience_id=1, ids=(1,)).is_filtered
    assert Segment(audience_id=1, text="x").is_filtered


def test_campaigns_come_with_how_many_they_cost(database: Database, audience_id: int):
    with database.reading() as session:
        found = contacts.campaigns(session, audience_id)
        some = contacts.campaigns(session, audience_id, like="NEWS")
    assert sum(found.values()) == N // 10
    assert list(found.values()) == sorted(found.values(), reverse=True)
    assert some == {title: n for title, n in found.items() if "news" in title.lower()}


def test_a_contact_is_found_by_its_id_and_by_its_address(database: Database, audience_id: int):
    with database.reading() as session:
        contact = contacts.page(session, Segment(audience_id=audience_id), 1)[0]
        by_id = contacts.by_id(session, audience_id, contact.id)
        assert by_id
        assert contacts.by_key(session, audience_id, contact.address_key) == by_id
        assert contact in contacts.with_key(session, contact.address_key, [contact.audience_id])
        assert contacts.by_key(session, audience_id, "nobody@example.fr") is None


def test_contacts_of_some_domains_come_without_complaints(database: Database, audience_id: int):
    domains = sorted(samples.TYPOS)
    with database.transaction() as session:
        found = list(contacts.of_domains(session, audience_id, domains, most=100))
        found[0].clean_reason = "abuse"
        session.add(found[0])
    with database.reading() as session:
        again = contacts.of_domains(session, audience_id, domains, most=100)
        place = PageKey(again[0].cleaned_at or NOW, again[0].id)
        rest = contacts.of_domains(session, audience_id, domains, most=100, after=place)
    assert {c.domain for c in found} <= set(domains)
    assert [c.id for c in again] == [c.id for c in found[1:]]
    assert [c.id for c in rest] == [c.id for c in again[1:]]


@pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    "filters",
    [
        {"reason": "hard", "domain": "gmail.com"},
        {"reason": "hard", "campaign": "May"},
        {"domain": "gmail.com", "campaign": "May"},
        {"domain": "gmail.com", "since": SINCE},
        {"text": "martin"},
        {"text": "élan"},
        {"text": "martin", "reason": "hard"},
    ],
)
def test_two_filters_are_counted_in_an_index_alone(database: Database, audience_id: int, filters: Row):
    """At ten million contacts, to look at each of them took seconds."""
    with database.reading() as session:
        audience = audiences.get(session, audience_id)
        assert audience
        segment = Segment(audience_id=audience_id, up_to=audience.revision, **filters)
        sent: list[tuple[str, Any]] = []
        event.listen(database.engine, "before_cursor_execute", lambda *told: sent.append((told[2], told[3])))
        contacts.count(session, segment)
        [(query, values)] = [each for each in sent if "count" in each[0]]
        root = "SELECT rootpage FROM sqlite_master WHERE name = 'contact'"
        [(table,)] = session.connection().exec_driver_sql(root).fetchall()
        steps = session.connection().exec_driver_sql(f"EXPLAIN {query}", values).fetchall()
    cursors = {step.p1 for step in steps if step.opcode == "OpenRead" and step.p2 == table}
    assert cursors
    assert not [step for step in steps if step.opcode == "Column" and step.p1 in cursors]


@pytest.mark.parametrize("engine_name", ["postgresql"], indirect=True)
@pytest.mark.parametrize(
    "filters", [{"text": "martin"}, {"text": "élan"}, {"text": "martin", "reason": "hard"}]
)
def test_postgresql_searches_a_text_in_an_index_alone(database: Database, audience_id: int, filters: Row):
    """At ten million contacts, to look at each of them took two seconds."""
    segment = Segment(audience_id=audience_id, **filters)
    sent: list[tuple[str, Any]] = []
    database.overwrite("contact")  # by VACUUM, after which an index may be read alone
    with database.transaction() as session:
        connection = session.connection()
        for name in ("", "_reason", "_campaign", "_domain"):  # as good for so few contacts
            connection.exec_driver_sql(f"DROP INDEX ix_contact_cleaned{name}")
        for other_way in ("seqscan", "bitmapscan"):
            connection.exec_driver_sql(f"SET LOCAL enable_{other_way} = off")
        event.listen(database.engine, "before_cursor_execute", lambda *told: sent.append((told[2], told[3])))
        contacts.count(session, segment)
        contacts.page(session, segment, 10)
        short, long, page = [
            "\n".join(connection.exec_driver_sql(f"EXPLAIN {query}", values).scalars())
            for query, values in tuple(sent)
        ]
        session.rollback()
    assert "Index Only Scan using ix_contact_cleaned_short" in short
    assert "Index Only Scan Backward using ix_contact_cleaned_short" in page
    assert all("Scan using ix_contact_cleaned_long" in each.replace(" Backward", "") for each in (long, page))


def test_a_text_is_found_in_merge_fields_of_any_length(database: Database):
    """A row of an index of PostgreSQL has 2,704 bytes at most."""
    noise = Random(17)
    lengths = (0, 1_000, *range(1_440, 1_500), 2_500, 3_000, 100_000)
    longest = "x" * 63 + "." + "y" * 63 + "." + "z" * 58 + ".fr"  # 252 bytes with what is before it
    lines = [
        f"n{n:05}{'é' * 28}@{longest},{''.join(noise.choices(digits + 'ÀÉÎÕÜ', k=n))}Dupré,2026-11-01 10:00:00"
        for n in lengths
    ]
    text = "\n".join(["Email Address,Last Name,CLEAN_TIME", *lines])
    audience_id = import_csv(database, text, name="cleaned_x_export.csv")
    with database.reading() as session:
        for given in ("dupré", "DUPRÉ", longest[:9]):
            segment = Segment(audience_id=audience_id, text=given)
            ids = [c.id for c in contacts.page(session, segment, 1_000)]
            assert len(ids) == len(lengths) == contacts.count(session, segment)
            assert ids == sorted(ids, reverse=True)
            assert [c.id for c in contacts.page(session, segment, 3)] == ids[:3]


WRITTEN = (
    *(
        'say "hi"',
        "back\\slash",
        "a.b*c",
        "a+b",
        "$.x",
        "100 %",
        "snake_case",
        "it's",
        "[x]{2}",
        "(?i)",
        "^x$",
        "|",
        "@ like_regex",
    ),
    *(
        "First Name",
        "Last",
        ",",
        ":",
        "Éloïse",
        "DÉJÀ",
        "straße",
        "Привет",
        "日本",
        "🙂",
        "tab\there",
        "\u2028",
        "u00e9",
        "/*",
        "%s",
        ":x",
    ),
)


def test_any_text_is_found_where_it_stands_in_a_field(database: Database):
    """It is neither a pattern nor JSON, and the names of fields are not searched."""
    file = io.StringIO()
    csv.writer(file).writerows(
        [
            ("Email Address", "First Name", "Last Name", "CLEAN_TIME"),
            *((f"n{n}@b.fr", f"x{value}y", "", "2026-11-01 10:00:00") for n, value in enumerate(WRITTEN)),
        ]
    )
    audience_id = import_csv(database, file.getvalue(), name="cleaned_x_export.csv")
    with database.reading() as session:
        every = contacts.page(session, Segment(audience_id=audience_id), 1_000)
        assert len(every) == len(WRITTEN)
        for given in {each for value in WRITTEN for each in (value, value.upper(), value.lower())}:
            segment = Segment(audience_id=audience_id, text=given)
            found = {c.merge_fields["First Name"] for c in contacts.page(session, segment, 1_000)}
            assert found == {
                c.merge_fields["First Name"]
                for c in every
                if given.lower() in c.merge_fields["First Name"].lower() or given.lower() in c.address_key
            }, given
            assert contacts.count(session, segment) == len(found)
