"""Imports that are asked for before their file is here; interrupted, found again, claimed by id."""

import io
import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import text
from sqlmodel import func, select

from bot.contacts import columns, upsert
from bot.contacts.upsert import NO_ROWS, UpsertCounts
from bot.core.errors import IsMirrored
from bot.imports import imports, reading, refused
from bot.imports import refused as refused_lines
from bot.imports.jobs import IMPORT, ImportJob, ImportTask
from bot.imports.refused import RefusedLine
from bot.jobs import jobs
from bot.jobs.jobs import Recipient
from storage.audiences.tables import JournalRow
from storage.contacts import contacts
from storage.core import database as databases
from storage.core.database import Database
from storage.core.tables import AudienceRow
from storage.files.spreadsheet_errors import TooBroken
from storage.imports.tables import RefusedRow, UploadPart
from storage.jobs.tables import JobRow, JobState
from storage.mailchimp import mirrors
from tests.conftest import NOW
from tests.support.audiences import claim, import_csv, run
from tests.support.figures import assert_exact

RECIPIENT = Recipient("U1")
LATER = NOW + jobs.LEASE + timedelta(seconds=1)


def csv_of(n: int) -> io.BytesIO:
    lines = ["Email Address,Status,First Name", *(f"person{i}@example.com,subscribed,Zoé" for i in range(n))]
    return io.BytesIO("\n".join(lines).encode())


def receive(database: Database, file: Any, **given: Any) -> ImportJob:
    usual: dict[str, Any] = {"name": "list.csv", "audience": "News", "by": "U1", "now": NOW}
    return imports.receive(database, file, **usual | given)


def request(database: Database, **given: Any) -> ImportJob:
    asked: dict[str, Any] = {
        "slack_file": "F1",
        "name": "list.csv",
        "audience": "News",
        "by": "U1",
        "now": NOW,
    }
    return imports.request(
        database, **(asked | {"status": "pending", "recipient": RECIPIENT, "once": "V1"} | given)
    )


def count(database: Database, table: Any) -> int:
    with database.reading() as session:
        return session.exec(select(func.count()).select_from(table)).one()


def test_an_audience_of_mailchimp_takes_no_import_however_it_is_asked_for(database: Database):
    """Also where it became one after the import was asked for."""
    asked = request(database, audience="Trail news")
    with database.transaction() as session:
        mirrors.get_or_add(session, "abc", "Trail news", NOW)
    with pytest.raises(IsMirrored):
        request(database, audience="trail NEWS", once="V2")
    with pytest.raises(IsMirrored):
        receive(database, csv_of(1), audience="Trail news")
    assert count(database, JobRow) == 1
    job = claim(database, IMPORT)
    assert job.id == asked.id
    with pytest.raises(IsMirrored):
        list(imports.store(database, job, csv_of(1), lambda: NOW))


def test_rows_are_added_changed_left_and_refused(database: Database):
    receive(database, io.BytesIO(b"Email,Town\na@example.com,Lyon\nb@example.com,Lille\n"), status="pending")
    assert run(database, IMPORT, imports.work).result == counts(added=2)
    second = (
        b"Email,Town\nA@example.com,Paris\nb@example.com,Lille\nbad,\nc@example.com,x,y\nd@example.com,\n"
    )
    receive(database, io.BytesIO(second))
    done = run(database, IMPORT, imports.work)
    assert done.result == counts(added=1, changed=1, unchanged=1, refused=2)
    refused = refused_lines.table(database, [done.id])
    assert refused.columns == ("Email", "Town")
    assert list(refused.lines) == [
        RefusedLine("list.csv", 4, "no-at", ("bad", "")),
        RefusedLine("list.csv", 5, "row-too-many-cells", ("c@example.com", "x", "y")),
    ]
    assert done.audience_id
    assert_exact(database)
    refused_lines.delete(database, done.id)
    assert count(database, RefusedRow) == 0
    assert count(database, UploadPart) == 0
    assert count(database, JournalRow) == 2


def counts(**given: int) -> UpsertCounts:
    return replace(NO_ROWS, **given)


class Cut(io.BytesIO):
    """A file whose reading ends in an interruption, once it is being kept."""

    def read(self, size: int | None = -1, /) -> bytes:
        if size == 1 << 20:
            raise KeyboardInterrupt
        return super().read(size)


def test_interrupted_while_the_file_is_kept_nothing_has_happened(database: Database):
    with pytest.raises(KeyboardInterrupt):
        receive(database, Cut(csv_of(3).getvalue()))
    assert [count(database, table) for table in (JobRow, UploadPart, AudienceRow)] == [0, 0, 0]


def test_killed_while_the_file_is_kept_nobody_takes_the_job_and_a_day_later_it_is_gone(database: Database):
    with database.transaction() as session:
        task = ImportTask("x.csv", "News", "pending")
        job = jobs.create(session, IMPORT, task, by="U1", now=NOW, state=JobState.RECEIVING)
        session.add(UploadPart(job_id=job.id, n=0, body=b"Email\n"))
    assert jobs.claim(database, [IMPORT], "worker", LATER) is None
    receive(database, csv_of(1), now=NOW + timedelta(hours=25))
    assert count(database, JobRow) == 1


def test_a_confirmation_that_comes_twice_makes_one_job(database: Database):
    assert request(database).id == request(database).id
    assert request(database, once="V2").id != request(database).id
    assert count(database, JobRow) == 2


def test_confirmations_at_the_same_moment_make_one_job(database: Database):
    together = Barrier(4)

    def confirm(_: int) -> str:
        together.wait(10)
        return request(database).id

    with ThreadPoolExecutor(4) as pool:
        assert len(set(pool.map(confirm, range(4)))) == 1
    assert count(database, JobRow) == 1


def test_a_requested_file_is_kept_when_it_is_fetched_and_its_audience_made_then(database: Database):
    request(database, audience="New one")
    job = claim(database, IMPORT)
    assert not job.task.is_stored
    assert count(database, AudienceRow) == 0
    *_, kept = imports.store(database, job, csv_of(10), lambda: NOW)
    assert kept.task.is_stored
    assert kept.total == len(csv_of(10).getvalue())
    *_, done = imports.work(database, kept, lambda: NOW)
    assert done.result == counts(added=10)


def test_killed_while_a_fetched_file_is_kept_it_is_kept_anew(database: Database):
    request(database)
    with pytest.raises(KeyboardInterrupt):
        list(imports.store(database, claim(database, IMPORT), Cut(csv_of(5).getvalue()), lambda: NOW))
    again = claim(database, IMPORT, LATER)
    *_, kept = imports.store(database, again, csv_of(5), lambda: LATER)
    *_, done = imports.work(database, kept, lambda: LATER)
    assert done.result == counts(added=5)


def test_a_file_that_breaks_on_the_way_keeps_what_went_in_and_drops_the_rest(
    database: Database, monkeypatch: pytest.MonkeyPatch
):
    receive(database, csv_of(10))

    def break_off(*_: Any) -> Iterator[Any]:
        raise TooBroken(name="list.csv", line=7)

    monkeypatch.setattr(reading, "chunks", break_off)
    with pytest.raises(TooBroken):
        list(imports.work(database, claim(database, IMPORT), lambda: NOW))
    assert count(database, UploadPart) == 0


def test_a_file_that_is_no_list_is_refused_and_leaves_nothing_behind(
    database: Database, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(refused, "MOST_REFUSED", 10)
    monkeypatch.setattr(imports, "ROWS_PER_CHUNK", 7)
    receive(database, io.BytesIO(b"Email\n" + b"nobody\n" * 30))
    with pytest.raises(TooBroken) as caught:
        list(imports.work(database, claim(database, IMPORT), lambda: NOW))
    assert caught.value.values == {"name": "list.csv", "line": 15}
    assert count(database, RefusedRow) == count(database, UploadPart) == 0


def test_a_long_list_may_have_more_refused_rows_than_a_file_that_is_no_list(
    database: Database, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(refused, "MOST_REFUSED", 10)
    rows = "".join(f"nobody\nperson{n}@example.com\n" for n in range(30))
    receive(database, io.BytesIO(f"Email\n{rows}".encode()))
    assert run(database, IMPORT, imports.work).result == counts(added=30, refused=30)


def test_refused_rows_are_stored_many_in_a_row_of_the_table_and_come_back_in_order(database: Database):
    receive(
        database, io.BytesIO(b"Email,Town\n" + b"".join(b'n%d,"\xc3\xa9, x"\n' % n for n in range(1_001)))
    )
    job = run(database, IMPORT, imports.work)
    assert count(database, RefusedRow) == 3
    found = list(refused_lines.table(database, [job.id]).lines)
    assert [(row.line, row.reason) for row in found] == [(n, "no-at") for n in range(2, 1_003)]
    assert found[-1].cells == ("n1000", "é, x")


@pytest.mark.parametrize("line", [b"x" * 3_000_000, b'"' * 3_000_000, b'"' + b"x\n" * 40_000])
def test_what_is_refused_leaves_no_space_behind(database: Database, line, monkeypatch: pytest.MonkeyPatch):
    """Not in the database either: neither the stored file nor the text of its rows."""
    monkeypatch.setattr(databases, "SHRINK_FROM", 100_000)
    receive(database, csv_of(1))
    refused_lines.delete(database, run(database, IMPORT, imports.work).id)
    before = size(database)
    receive(database, io.BytesIO(b"Email,Town\na@example.com,Lyon\n" + line))
    job = run(database, IMPORT, imports.work)
    assert job.outcome.added == 1
    assert job.outcome.refused >= 1
    refused_lines.delete(database, job.id)
    assert size(database) - before < 200_000


def size(database: Database) -> int:
    """In bytes, with the log of SQLite."""
    if not database.is_sqlite:
        with database.engine.connect() as connection:
            return int(connection.execute(text("SELECT pg_database_size(current_database())")).scalar_one())
    assert database.url.database
    file = Path(database.url.database)
    return sum(each.stat().st_size for each in file.parent.glob(f"{file.name}*"))


def test_a_database_that_is_busy_keeps_its_space(database: Database, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(databases, "SHRINK_FROM", 0)
    monkeypatch.setattr(databases, "SHORT_WAIT_SECONDS", 0.01)
    with database.engine.connect() as connection:
        connection.execute(text("UPDATE job SET id = id" if database.is_sqlite else "LOCK upload_part"))
        database.shrink("upload_part", "refused_row")
    receive(database, csv_of(1))


@pytest.mark.parametrize("engine_name", ["postgresql"], indirect=True)
def test_after_a_large_import_postgresql_knows_how_many_contacts_there_are(
    database: Database, monkeypatch: pytest.MonkeyPatch
):
    """Until then it plans each question as if there were hardly any: some take minutes with a million."""
    monkeypatch.setattr(upsert, "MANY", 50)
    with database.engine.begin() as connection:
        connection.execute(text("ALTER TABLE contact SET (autovacuum_enabled = false)"))
    known = []
    for n in (49, 120):
        receive(database, csv_of(n))
        run(database, IMPORT, imports.work)
        with database.reading() as session:
            query = text("SELECT reltuples FROM pg_class WHERE oid = 'contact'::regclass")
            known.append(session.connection().execute(query).scalar())
    # A VACUUM of an earlier test may have left a number in the first place: it is not taken back when tables are emptied.
    assert known[0] != 49
    assert known[1] == 120


def test_the_same_file_under_way_is_found_until_it_is_done(database: Database):
    job = receive(database, csv_of(3))
    digest = imports.sha256(csv_of(3))
    found = imports.under_way(database, audience=" news", digest=digest)
    assert found
    assert found.id == job.id
    assert imports.under_way(database, audience="Club", digest=digest) is None
    assert imports.under_way(database, audience="News", digest=imports.sha256(csv_of(4))) is None
    run(database, IMPORT, imports.work)
    assert imports.under_way(database, audience="News", digest=digest) is None


def test_one_job_is_claimed_by_its_id_and_only_by_one(database: Database):
    first, second = receive(database, csv_of(1)), receive(database, csv_of(2), audience="Club")
    claimed = jobs.claim_one(database, second, "terminal", NOW)
    assert claimed
    assert (claimed.id, claimed.state) == (second.id, "running")
    assert jobs.claim_one(database, second, "bot", NOW) is None
    assert claim(database, IMPORT).id == first.id


def test_a_campaign_s_title_of_any_length_goes_in(database: Database):
    title = "".join(chr(0x4E00 + n * 7919 % 20_000) for n in range(9_000))  # nothing to press
    audience = import_csv(
        database, f"Email Address,CLEAN_TIME,CLEAN_CAMPAIGN_TITLE\nann@example.com,2026-01-01,{title}\n"
    )
    with database.reading() as session:
        contact = contacts.by_key(session, audience, "ann@example.com")
    assert contact
    assert contact.clean_campaign_title == title[: columns.LONGEST_TITLE]


def test_a_short_import_moves_between_its_ends(database: Database):
    """In the message its bar shows how far it is; a single step would leave it empty, then full."""
    receive(database, csv_of(5_000))
    *steps, _ = imports.work(database, claim(database, IMPORT), lambda: NOW)
    assert len({job.done for job in steps if 0 < job.done < job.total}) >= 2


def test_rows_that_an_earlier_version_refused_come_in_a_column_of_their_own(database: Database):
    receive(database, io.BytesIO(b"Email,Town\nbad,\n"))
    job = run(database, IMPORT, imports.work)
    with database.transaction() as session:
        several = json.dumps([[2, "no-at", "bad,"]])
        for n, (reason, row) in enumerate((("", several), ("no-at", "worse,")), 1):
            session.add(RefusedRow(job_id=job.id, n=n, file="old.csv", line=3, reason=reason, row=row))
    table = refused_lines.table(database, [job.id])
    assert table.columns == ("Email", "Town", "ROW")
    assert [line.cells for line in table.lines] == [("bad", "", ""), ("", "", "bad,"), ("", "", "worse,")]
