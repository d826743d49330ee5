"""Erasing a person: nothing is left of them, nobody else loses anything, and they don't come back unseen."""

import io
import json
import zipfile
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from functools import partial
from itertools import islice
from time import sleep
from typing import cast

import pytest

from bot.archives import archives, restores
from bot.archives.jobs import ARCHIVE, RESTORE
from bot.bounces import intake, quarantine
from bot.bounces.quarantine import QuarantineItem
from bot.contacts import rows, upsert
from bot.contacts.columns import ColumnMap
from bot.contacts.upsert import NO_ROWS
from bot.core.errors import WrongWord
from bot.corrections import corrections
from bot.corrections.corrections import FilledForm, ForgottenAddress
from bot.imports import imports
from bot.imports.jobs import IMPORT, ImportJob
from bot.jobs import jobs
from bot.maintenance import consistency
from bot.privacy import forget, person
from bot.privacy.forget import NoAddressToForget
from bot.privacy.jobs import FORGET, ForgetJob
from storage.audiences import journal
from storage.contacts import bulk, contacts
from storage.contacts.contacts import Segment
from storage.contacts.values import Row
from storage.core.database import Database
from storage.jobs.tables import JobRow, JobState
from storage.privacy import traces
from tests.conftest import NOW
from tests.support import every_table
from tests.support.audiences import Times, claim, cleaned, import_csv, run, statuses
from tests.support.bot.forget import bounced
from tests.support.figures import assert_exact

ANN, BOB = "Ann.Smith@sub.example.com", "bob@sub.example.com"
HEADER = "Email Address,First Name,CLEAN_TIME"


def request(database: Database, address: str = ANN) -> ForgetJob:
    return forget.request(database, address, " forget ", word="FORGET", by="U1", now=NOW)


def forgotten(database: Database, address: str = ANN) -> ForgetJob:
    request(database, address)
    return run(database, FORGET, forget.work)


@pytest.fixture
def both(database: Database) -> int:
    """Bob is contact 1, Ann contact 2, with a row in every table."""
    audience = import_csv(database, f"{HEADER}\n{BOB},Bob,2026-11-01\n{ANN},Ann,2026-11-01\n")
    every_table.fill(database, ANN, audience, 2)
    return audience


def test_nothing_is_left_of_a_person_who_is_in_every_table(database: Database, both: int):
    before = set(every_table.mentions(database, ANN))
    searched = {f"{table.name}.{name}" for table in traces.tables() for name in traces.texts(table)}
    fixed = {f"{table}.{column}" for table, values in every_table.FIXED.items() for column in values}
    unfilled = {"audience", "contact", "forgotten", "secret"}
    assert searched - fixed - before == {each for each in searched - fixed if each.split(".")[0] in unfilled}
    job = forgotten(database)
    assert every_table.mentions(database, ANN) == []
    assert every_table.mentions(database, '"Ann') == []
    assert "Bob" in str(every_table.rows_of(database, "refused_row"))
    assert statuses(database, both) == {BOB: "cleaned"}
    assert {table.name for table in traces.of_contacts()} <= job.outcome.rows.keys()
    assert ANN.lower().encode() not in every_table.bytes_of(database).lower()
    assert job.outcome.is_overwritten
    assert not person.kept(database, ANN).tables


def test_what_is_kept_is_shown_table_by_table(database: Database, both: int):
    every_table.fill(database, "someone@example.com", both, 1, prefix="other")
    record = person.kept(database, ANN.upper())
    assert not record.is_forgotten
    assert {table.name for table in traces.of_contacts()} | {
        "contact",
        "job",
        "set_aside",
    } <= record.tables.keys()
    assert record.tables.keys() == {each.split(".")[0] for each in every_table.mentions(database, ANN)} | {
        table.name for table in traces.of_contacts()
    }
    assert [row["address"] for row in record.tables["contact"]] == [ANN]
    assert "Bob" not in json.dumps(record.to_json(), default=str)
    forgotten(database)
    assert person.kept(database, ANN).to_json() == {"address": ANN.lower(), "forgotten": True, "tables": {}}
    assert len(person.kept(database, "someone@example.com").tables) > 5


def test_another_person_loses_nothing(database: Database, both: int):
    other = "o'ann.smith@sub.example.com"
    import_csv(database, f"{HEADER}\n{other},Ann,2026-11-01\n")
    every_table.fill(database, other, both, 3, prefix="other")
    before = person.kept(database, other).to_json()
    forgotten(database)
    after = person.kept(database, other).to_json()
    assert after["tables"].keys() == before["tables"].keys()
    assert [row["address"] for row in after["tables"]["contact"]] == [other]
    assert after["tables"]["consent"] == before["tables"]["consent"]


def test_numbers_are_right_afterwards(database: Database):
    audience = cleaned(database, 3)
    bounce = bounced("person9@example.com")
    import_csv(database, "Email\nperson9@example.com", name="subscribed_x_export.csv")
    intake.take_in(database, [bounce], NOW)
    plan = archives.plan(database, Segment(audience_id=audience), by="U1", word="x", now=NOW)
    archives.confirm(database, plan.id, "x", by="U1", now=NOW)
    archive = run(database, ARCHIVE, archives.work)
    restores.undo(database, audience, archive.id, by="U1", now=NOW)
    run(database, RESTORE, restores.work)
    assert list(consistency.find_inconsistencies(database, NOW)) == []
    for n in (1, 9):
        forgotten(database, f"person{n}@example.com")
        assert list(consistency.find_inconsistencies(database, NOW)) == []


def test_an_import_leaves_them_out_and_says_so(database: Database, both: int):
    forgotten(database)
    text = (
        f"{HEADER}\n{ANN.upper()},Ann,2026-11-01\nnew@example.com,New,2026-11-01\n{BOB},Rob,\n{ANN},A,\n"
        f"bob,Bob,\n{ANN},Ann,no time\n"
    )
    imports.receive(database, io.BytesIO(text.encode()), name="x.csv", audience="News", by="U1", now=NOW)
    outcome = run(database, IMPORT, imports.work).outcome
    assert (outcome.added, outcome.changed, outcome.refused, outcome.forgotten) == (1, 1, 1, 3)
    assert statuses(database, both).keys() == {BOB, "new@example.com"}
    assert every_table.mentions(database, ANN) == []
    assert forget.lift(database, ANN, by="U1", now=NOW)
    assert not forget.lift(database, ANN, by="U1", now=NOW)
    import_csv(database, text)
    assert statuses(database, both).keys() == {BOB, ANN, "new@example.com"}


def test_a_bounce_and_a_correction_leave_them_out(database: Database, both: int):
    forgotten(database)
    bounce = bounced(ANN)
    assert intake.take_in(database, [bounce], NOW).unknown == 1
    unreadable = QuarantineItem("2", "message", "unreadable", content=every_table.plain_message(ANN))
    quarantine.add(database, [unreadable], NOW)
    assert list(quarantine.all_entries(database)) == []
    form = corrections.begin(database, both, 1, by="U1", now=NOW, wording="May", language="en")
    with pytest.raises(ForgottenAddress):
        corrections.add(database, form.plan_id, FilledForm(ANN, permission=True), by="U1", now=NOW)
    assert every_table.mentions(database, ANN) == []


def run_next(database: Database) -> ImportJob:
    """As the worker does: the receipt of a job that has failed is all that is left to do."""
    job = claim(database, IMPORT)
    for step_ in imports.work(database, job, lambda: NOW) if job.state == JobState.RUNNING else ():
        job = step_
    jobs.mark_told(database, job, NOW)
    return job


def zipped(text: str) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("cleaned_email_audience_export_1.csv", text)
    return stream.getvalue()


@pytest.mark.parametrize("told_at", [None, NOW])
def test_of_several_contacts_to_add_only_theirs_is_erased(database: Database, told_at: datetime | None):
    mine, other = (
        {"address": each, "key": each.lower(), "first_name": each[:3], "values": {"a": each[:3]}}
        for each in (ANN, BOB)
    )
    row = JobRow(
        id="f",
        kind="fix",
        state="running",
        data={"items": [mine, other]},
        cursor={},
        notify={},
        result={},
        made_by="U1",
        made_at=NOW,
        told_at=told_at,
    )
    with database.transaction() as session:
        session.add(row)
    [shown] = person.kept(database, ANN).tables["job"]
    assert shown["data"] == {"items": [mine]}
    assert forgotten(database).outcome.rows == {"job": 1}
    assert every_table.mentions(database, ANN[:3]) == []
    left = [
        each["data"]["items"][1] for each in every_table.rows_of(database, "job") if each["kind"] == "fix"
    ]
    assert left == ([] if told_at else [other])


@pytest.mark.parametrize("name", ["x.csv", "utf16.csv", "x.zip"])
def test_an_import_whose_stored_file_names_them_is_stopped(database: Database, name: str):
    text = f"{HEADER}\n{ANN},Ann,2026-11-01\n"
    content = {"x.csv": text.encode(), "utf16.csv": text.encode("utf-16"), "x.zip": zipped(text)}[name]
    other = f"{HEADER}\n{BOB},Bob,2026-11-01\n".encode()
    for file, body in ((name, content), ("other.csv", other)):
        imports.receive(database, io.BytesIO(body), name=file, audience="News", by="U1", now=NOW)
    [kept] = person.kept(database, ANN).tables["upload_part"]
    assert kept["file"] == name
    assert forgotten(database).outcome.stopped == (name,)
    [stopped] = [row for row in every_table.rows_of(database, "job") if row["data"].get("name") == name]
    assert stopped["result"] == {"error": "error-import-forgotten", "values": {"name": name}}
    told = {job.task.name: job for job in (run_next(database), run_next(database))}
    assert (told[name].failure is None, told["other.csv"].outcome.added) == (False, 1)
    assert every_table.n_of(database)["upload_part"] == 0


def test_it_is_done_once_wherever_it_is_killed(database: Database, both: int):
    request(database)
    for n in range(1, 40):
        times = Times(NOW + timedelta(hours=n))
        claimed: ForgetJob | None = jobs.claim(database, [FORGET], f"host:{n}", times())
        assert claimed
        *_, job = islice(forget.work(database, claimed, times), 1 + n % 3)
        if job.state == JobState.DONE:
            break
    assert job.state == JobState.DONE
    assert every_table.mentions(database, ANN) == []
    lines = [row for row in every_table.rows_of(database, "journal") if row["what"] == "forget"]
    assert [line["n"] for line in lines] == [1]


@pytest.mark.parametrize(
    "known", ["Zoé@école.example", "zoe\u0301@E\u0301COLE.example", "zoé@xn--cole-9oa.example"]
)
@pytest.mark.parametrize(
    "typed", ["ZOÉ@école.example", "zoe\u0301@e\u0301cole.example", "zoé@XN--cole-9oa.example"]
)
def test_letters_beyond_ascii_may_be_written_in_any_way(database: Database, known: str, typed: str):
    audience = cleaned(database, 1)
    with database.transaction() as session:  # as Mailchimp has it, whose addresses are taken as they are
        contact = contacts.by_id(session, audience, 1)
        assert contact
        contact.address, contact.address_key = known, known.lower()
        session.add(contact)
        journal.write(session, who="U1", what="x", at=NOW, n=1, typed=known)
    assert forgotten(database, typed).outcome.rows == {"contact": 1, "journal": 1}
    assert statuses(database, audience) == {}
    assert all(forget.is_forgotten(database, each) for each in (known, typed))


@pytest.mark.parametrize("text", ["", "ann", "@example.com", "ann smith@example.com"])
def test_what_is_no_address_is_refused(database: Database, text: str):
    with pytest.raises(NoAddressToForget):
        request(database, text)


def test_the_word_has_to_be_typed(database: Database, both: int):
    with pytest.raises(WrongWord):
        forget.request(database, ANN, "forgot", word="FORGET", by="U1", now=NOW)
    assert not jobs.claim(database, [FORGET], "x", NOW)
    assert statuses(database, both).keys() == {ANN, BOB}


def test_nobody_else_s_journal_or_hash_tells_the_address(database: Database, both: int):
    forgotten(database)
    [line] = [row for row in every_table.rows_of(database, "journal") if row["what"] == "forget"]
    [row] = every_table.rows_of(database, "forgotten")
    assert line["detail"]["hashes"] == [row["hash"]]
    assert forget.is_forgotten(database, f"<mailto:{ANN}|{ANN}>")
    assert not forget.is_forgotten(database, BOB)


@pytest.mark.parametrize("engine_name", ["postgresql"], indirect=True)  # SQLite has one writer
def test_a_contact_that_an_import_adds_at_that_moment_is_erased_too(database: Database):
    audience_id = cleaned(database, 1)
    with ThreadPoolExecutor(1) as pool:
        with database.transaction() as session:
            audience = bulk.lock(session, audience_id)
            row = ColumnMap.from_header(["Email"], "subscribed").parse_row([ANN], audience_id)
            add = partial(rows.new_contact, revision=audience.revision, default_status="")
            upsert.upsert_rows(session, audience, [cast(Row, row)], add, lambda old, _: old, NO_ROWS)
            erasing = pool.submit(forgotten, database)
            while not forget.is_forgotten(database, ANN):
                sleep(0.01)
        assert erasing.result(30).outcome.rows["contact"] == 1
    assert every_table.mentions(database, ANN) == []
    assert_exact(database)
