"""Import: files into contacts and figures, once, whatever happens on the way."""

import csv
import io
import json
from contextlib import suppress
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.imports import imports, reading
from bot.imports import refused as refused_lines
from bot.imports.jobs import IMPORT, ImportJob
from bot.imports.refused import RefusedLine
from bot.jobs import jobs
from bot.maintenance import consistency
from storage.audiences import audiences, journal
from storage.contacts import figures
from storage.contacts.tables import Contact
from storage.contacts.values import UNKNOWN_TIME
from storage.core.database import Database
from storage.files.spreadsheet_errors import EmptyFile
from storage.imports import refused_rows, uploads
from storage.imports.tables import UploadPart
from storage.jobs import jobs as job_rows
from storage.jobs.jobs import LeaseLost
from tests.conftest import NOW
from tests.support import samples
from tests.support.figures import BEFORE_ALL, assert_exact, contacts, emptied

CLEANED = "cleaned_email_audience_export_1.csv"
SUBSCRIBED = "subscribed_email_audience_export_1.csv"
UNSUBSCRIBED = "unsubscribed_email_audience_export_1.csv"


def _receive(database: Database, content: bytes | str, name: str = "list.csv", **more) -> ImportJob:
    body = content if isinstance(content, bytes) else content.encode()
    given = {"audience": "News", "by": "U1", "now": NOW, **more}
    return imports.receive(database, io.BytesIO(body), name=name, **given)


def _claim(database: Database, now: datetime = NOW) -> ImportJob:
    job = jobs.claim(database, [IMPORT], jobs.owner(), now)
    assert job
    return job


def _finish(database: Database, now: datetime = NOW) -> ImportJob:
    """Claims the one import there is and does the rest of it."""
    *_, job = imports.work(database, _claim(database, now), lambda: now)
    assert job.state == "done"
    jobs.mark_told(database, job, now)
    return job


def _import(database: Database, content: bytes | str, name: str = "list.csv", **more) -> dict[str, int]:
    _receive(database, content, name, **more)
    result = asdict(_finish(database).outcome)
    assert_exact(database)
    return {what: n for what, n in result.items() if n}


def _contact(database: Database, key: str) -> Contact:
    with database.reading() as session:
        audience = audiences.by_name(session, "News")
        assert audience
        assert audience.id
        from storage.contacts.contacts import by_key

        contact = by_key(session, audience.id, key)
    assert contact
    return contact


def _refused(database: Database, job: ImportJob) -> list[RefusedLine]:
    return list(refused_lines.table(database, [job.id]).lines)


@pytest.fixture
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(imports, "ROWS_PER_CHUNK", 7)


def test_an_export_archive_fills_the_audience(database: Database):
    assert _import(database, samples.archive(400), "export.zip") == {"added": 400}
    found = contacts(database)
    statuses = samples.counts(400)
    assert {s: sum(c["status"] == s for c in found) for s in statuses} == statuses
    first = next(samples.rows("cleaned", 400))
    row = dict(zip(samples.HEADERS["cleaned"], first, strict=True))
    contact = _contact(database, row["Email Address"])
    assert contact.merge_fields == {label: row[label] for label in samples.MERGE if row[label]}
    assert contact.cleaned_at == datetime.fromisoformat(row["CLEAN_TIME"]).replace(tzinfo=UTC)
    assert contact.clean_campaign_title == row["CLEAN_CAMPAIGN_TITLE"]
    assert contact.clean_campaign_id == row["CLEAN_CAMPAIGN_ID"]
    assert (contact.clean_reason, contact.leid, contact.optin_ip) == ("unknown", row["LEID"], row["OPTIN_IP"])
    with database.reading() as session:
        audience = audiences.by_name(session, "news")
        assert audience
        assert tuple(audience.merge_labels) == samples.MERGE


def test_the_same_file_again_changes_nothing(database: Database):
    _import(database, samples.archive(300), "export.zip")
    before = contacts(database)
    assert _import(database, samples.archive(300), "export.zip") == {"unchanged": 300}
    assert contacts(database) == before


def test_a_file_that_holds_some_of_the_contacts_adds_the_others(database: Database, small_chunks):
    _import(database, samples.archive(100), "export.zip")
    more = samples.archive(100, seed=2)  # other people and times, many of the same addresses
    result = _import(database, more, "export.zip")
    assert sum(result.values()) == 100
    assert result["added"]
    assert result["changed"]


def test_an_address_twice_in_a_file_is_one_contact(database: Database, small_chunks):
    lines = "Email Address,First Name\nA@b.fr,A\n" + "x@b.fr,X\n" * 10 + "a@B.fr,\n a@b.fr ,B\n"
    result = _import(database, lines)
    assert result["added"] == 2
    assert sum(result.values()) == 13
    assert _contact(database, "a@b.fr").merge_fields == {"First Name": "B"}


def test_rows_that_are_in_already_are_passed_over_in_steps_that_renew_the_lease(
    database: Database, small_chunks, monkeypatch: pytest.MonkeyPatch
):
    """Those before a row of a first import that repeats an address: from there on, rows are merged."""
    monkeypatch.setattr(reading, "PASSED_AT_ONCE", 10)
    lines = [f"person{n}@example.com" for n in range(40)]
    _receive(database, "\n".join(["Email", *lines, lines[0], "last@example.com"]))
    steps = [step.progress.row for step in imports.import_rows(database, _claim(database), lambda: NOW)]
    assert steps == [14, 28, 28, 28, 35, 42]


def test_empty_cells_erase_nothing_and_filled_ones_are_taken(database: Database):
    _import(database, "email,Name,Town,NOTES\na@b.fr,A,Brest,seen\n")
    assert _import(database, "email,Name,Town,NOTES\na@b.fr,B,,\n") == {"changed": 1}
    contact = _contact(database, "a@b.fr")
    assert (contact.merge_fields, contact.notes) == ({"Name": "B", "Town": "Brest"}, "seen")
    assert _import(database, "email,Name\na@b.fr,B\n") == {"unchanged": 1}


STATUSES = ["nonsubscribed", "pending", "subscribed", "unsubscribed", "cleaned"]


@pytest.mark.parametrize("first", STATUSES)
@pytest.mark.parametrize("second", STATUSES)
def test_a_status_only_moves_up(database: Database, first, second):
    """So nothing that is imported makes a cleaned or an unsubscribed contact subscribed."""
    for status in (first, second):
        _import(database, f"email,status\na@b.fr,{status}\nc{status}@d.fr,{status}\n")
    assert _contact(database, "a@b.fr").status == max(first, second, key=STATUSES.index)


def test_a_file_that_does_not_say_where_its_contacts_stand_gives_new_ones_the_chosen_status(
    database: Database,
):
    _import(database, "Email\na@b.fr\n", UNSUBSCRIBED)
    assert _import(database, "Email\na@b.fr\nc@d.fr\n", status="subscribed") == {"added": 1, "unchanged": 1}
    assert _contact(database, "a@b.fr").status == "unsubscribed"
    assert _contact(database, "c@d.fr").status == "subscribed"


def test_a_status_that_is_none_is_refused_instead_of_taken_for_the_chosen_one(database: Database):
    lines = [
        "Email,Status",
        "a@b.fr,bounced",
        "b@b.fr,archived",
        "c@b.fr,",
        "d@b.fr, ",
        "e@b.fr,Non abonné",
        "nobody,Lead",
    ]
    job = _receive(database, "\n".join(lines), status="subscribed")
    assert _finish(database).outcome.added == 3
    assert [(row.line, row.reason) for row in _refused(database, job)] == [
        (2, "bad-status"),
        (3, "bad-status"),
        (7, "no-at"),
    ]
    statuses = [_contact(database, address).status for address in ("c@b.fr", "d@b.fr", "e@b.fr")]
    assert statuses == ["subscribed", "subscribed", "nonsubscribed"]


def test_a_cleaned_contact_without_a_time_has_an_unknown_one_until_a_file_tells_it(database: Database):
    _import(database, "Email\na@b.fr\n", SUBSCRIBED)
    _import(database, "Email\na@b.fr\nc@d.fr\n", CLEANED)
    for address in ("a@b.fr", "c@d.fr"):
        contact = _contact(database, address)
        assert (contact.cleaned_at, contact.clean_reason) == (UNKNOWN_TIME, "unknown")
    assert _import(database, "Email\na@b.fr\nc@d.fr\n", CLEANED) == {"unchanged": 2}
    with database.reading() as session:
        assert figures.date_unknown(session, contact.audience_id) == 2
    _import(database, "Email,CLEAN_TIME,CLEAN_REASON\na@b.fr,2026-01-02 03:04:05,hard\n", CLEANED)
    _import(database, "Email,CLEAN_TIME\na@b.fr,\n", CLEANED)
    contact = _contact(database, "a@b.fr")
    assert (contact.cleaned_at, contact.clean_reason) == (datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC), "hard")
    with database.reading() as session:
        assert figures.date_unknown(session, contact.audience_id) == 1
    assert_exact(database)


def test_an_archived_contact_stays_archived_and_its_status_before_moves(database: Database):
    _import(database, "Email\na@b.fr\n", SUBSCRIBED)
    contact = _contact(database, "a@b.fr")
    with database.transaction() as session:
        contact.status, contact.status_before = "archived", "subscribed"
        session.add(contact)
        figures.apply_changes(
            session,
            contact.audience_id,
            {
                figures.FigureKey("subscribed", "", None, "b.fr"): -1,
                figures.FigureKey("archived", "", None, "b.fr"): 1,
            },
        )
    _receive(database, "Email,CLEAN_TIME\na@b.fr,2026-11-01 10:00:00\n", CLEANED)
    _finish(database)
    contact = _contact(database, "a@b.fr")
    assert (contact.status, contact.status_before) == ("archived", "cleaned")
    # The figures are exact; that no archive took the contact is this test's own doing.
    assert [fault.key for fault in consistency.find_inconsistencies(database, BEFORE_ALL)] == [
        "checks-no-archive"
    ]


def test_contacts_that_another_part_of_the_bot_wrote_are_not_changed_by_saying_the_same(database: Database):
    """SQLAlchemy writes JSON in another form than an import does."""
    _import(database, "Email,First Name\na@b.fr,Léa\n")
    contact = _contact(database, "a@b.fr")
    with database.transaction() as session:
        contact.merge_fields = {"Last Name": "Dûpont", "First Name": "Léa"}
        session.add(contact)
    assert _import(database, "Email,First Name\na@b.fr,Léa\n") == {"unchanged": 1}


def test_rows_that_can_not_be_used_are_kept_with_line_and_reason(database: Database, small_chunks):
    lines = [
        "Email Address,First Name,CLEAN_TIME",
        "a@b.fr,A,2026-11-01 10:00:00",
        "nobody,B,",
        '"c@d.fr"x,C,',
        "e@f.fr,E,one day",
        "g@h.fr,,,,too many",
        "",
        *(f"x{n}@y.fr,X," for n in range(10)),
        "i@localhost,I,",
        "j@k.fr,\0,",
    ]
    job = _receive(database, "\n".join(lines), CLEANED)
    result = _finish(database).outcome
    assert (result.added, result.refused) == (11, 6)
    assert_exact(database)
    found = _refused(database, job)
    assert [(row.line, row.file) for row in found] == [(line, CLEANED) for line in (3, 4, 5, 6, 18, 19)]
    assert [row.reason.removeprefix("row-") for row in found] == [
        "no-at",
        "quotes",
        "bad-time",
        "too-many-cells",
        "special-use",
        "characters",
    ]
    assert found[0].cells[:2] == ("nobody", "B")


def test_a_cleaned_address_that_can_not_be_one_is_kept_to_be_put_right(database: Database):
    """Of the others it is refused: mail would go there."""
    lines = ["Email Address", "freddie@mailchii.&mp.com", "ada@gmail..com", "bob.@free.fr", "a b@free.fr"]
    assert _import(database, "\n".join(lines), CLEANED) == {"added": 3, "refused": 1}
    contact = _contact(database, "freddie@mailchii.&mp.com")
    assert (contact.address, contact.domain) == ("freddie@mailchii.&mp.com", "mailchii.&mp.com")
    assert_exact(database)
    assert _import(database, "\n".join(lines), CLEANED) == {"unchanged": 3, "refused": 1}
    statuses = ["Email,Status", "x@gmail..com,cleaned", "y@gmail..com,subscribed"]
    assert _import(database, "\n".join(statuses)) == {"added": 1, "refused": 1}


def test_a_file_without_addresses_is_refused_and_nothing_is_kept(database: Database):
    with pytest.raises(reading.NoAddressColumnInFile) as caught:
        _receive(database, "First Name,Last Name\nA,B\n")
    assert caught.value.values == {"name": "list.csv", "columns": "First Name, Last Name"}
    with pytest.raises(EmptyFile):
        _receive(database, b"")
    with database.reading() as session:
        assert not audiences.list_all(session)
        assert not job_rows.unfinished(session, IMPORT.kind)
    assert jobs.claim(database, [IMPORT], "me", NOW) is None


def test_the_journal_says_who_imported_how_many_and_the_kept_file_is_dropped(database: Database):
    _import(database, "Email\na@b.fr\nnobody\n")
    with database.reading() as session:
        (line,) = journal.read(session)
        assert session.get(UploadPart, (line.detail.get("job", ""), 0)) is None
    assert (line.who, line.what, line.n, line.detail["refused"]) == ("U1", "import", 1, 1)
    assert "a@b.fr" not in json.dumps(line.detail)


def test_progress_goes_up_to_the_whole(database: Database, small_chunks):
    _receive(database, samples.archive(60), "export.zip")
    job = _claim(database)
    seen = [(step.done, step.total) for step in imports.work(database, job, lambda: NOW)]
    assert seen == sorted(seen)
    assert 0 < seen[0][0] <= seen[-1][0] == seen[-1][1]


@pytest.mark.parametrize("again", [False, True])
def test_long_rows_are_imported_a_few_at_a_time(
    database: Database, monkeypatch: pytest.MonkeyPatch, *, again: bool
):
    """A file of 512 MB, or one that a .zip holds of 4 GB, is never in memory as a whole."""
    monkeypatch.setattr(reading, "CHUNK_BYTES", 200_000)
    text = "Email Address,Notes\n" + "".join(f"a{n}@b.fr,{'x' * 50_000}\n" for n in range(60))
    if again:
        _import(database, text)
    _receive(database, text)
    *steps, last = imports.work(database, _claim(database), lambda: NOW)
    rows = [0, *(step.progress.row for step in steps)]
    assert max(after - before for before, after in pairwise(rows)) <= 6
    assert (last.outcome.added, last.outcome.unchanged) == ((0, 60) if again else (60, 0))


@pytest.mark.usefixtures("small_chunks")
def test_killed_between_chunks_it_is_carried_on_with_an_equal_result(database: Database):
    """Killed after every single chunk: whoever looks next does one more."""
    _receive(database, _with_faults(), "export.csv")
    now, done = NOW, False
    while not done:
        job = next(imports.work(database, _claim(database, now), partial(_same, now)))
        assert_exact(database)
        assert jobs.claim(database, [IMPORT], "too early", now) is None
        done = job.state == "done"
        now += jobs.LEASE + timedelta(seconds=1)
    _assert_equal_to_one_go(database, job)


@pytest.mark.usefixtures("small_chunks")
@pytest.mark.parametrize("place", ["tallies", "refuse", "save"])
def test_killed_within_a_chunk_it_has_not_happened(
    database: Database, place, monkeypatch: pytest.MonkeyPatch
):
    _receive(database, _with_faults(), "export.csv")
    owner, name = {
        "tallies": (figures, "apply_changes"),
        "refuse": (refused_rows, "add"),
        "save": (job_rows, "save"),
    }[place]
    real, calls = getattr(owner, name), iter(range(1_000))

    def dies(*args, **more):
        result = real(*args, **more)
        if next(calls) % 2:
            raise MemoryError
        return result

    now = NOW
    with monkeypatch.context() as patch:
        patch.setattr(owner, name, dies)
        for _ in range(30):
            with suppress(MemoryError):
                *_, job = imports.work(database, _claim(database, now), partial(_same, now))
                break
            assert_exact(database)
            now += jobs.LEASE + timedelta(seconds=1)
    assert job.state == "done"
    _assert_equal_to_one_go(database, job)


@pytest.mark.usefixtures("small_chunks")
def test_whoever_lost_the_lease_changes_nothing_more(database: Database):
    _receive(database, _with_faults(), "export.csv")
    first = imports.work(database, _claim(database), lambda: NOW)
    next(first)
    later = NOW + jobs.LEASE + timedelta(seconds=1)
    second = imports.work(database, _claim(database, later), lambda: later)
    next(second)
    before = contacts(database)
    with pytest.raises(LeaseLost):
        next(first)
    assert contacts(database) == before
    *_, job = second
    _assert_equal_to_one_go(database, job)


def _same(moment: datetime) -> datetime:
    return moment


def _with_faults() -> str:
    header, *rows = samples.HEADERS["cleaned"], *samples.rows("cleaned", 300)
    lines = [",".join('"' + cell.replace('"', '""') + '"' for cell in row) for row in [header, *rows]]
    lines[5:5] = ["nobody,A", 'x@y.fr,"open', lines[1]]
    return "\r\n".join([*lines, lines[2], "last one, no address"])


def _assert_equal_to_one_go(database: Database, job: ImportJob) -> None:
    jobs.mark_told(database, job, NOW)
    assert_exact(database)
    in_steps, refused = contacts(database, without=("audience_id", "revision", "id")), _refused(database, job)
    _receive(database, _with_faults(), "export.csv", audience="In one go")
    again = _finish(database, NOW + timedelta(days=1))
    in_one_go = [
        {k: v for k, v in c.items() if k not in ("audience_id", "revision", "id")}
        for c in contacts(database)
        if c["audience_id"] == again.audience_id
    ]
    assert in_steps == in_one_go
    assert again.result == job.result
    assert refused == _refused(database, again)


def test_a_job_whose_file_is_not_kept_yet_is_nobodys(database: Database, monkeypatch: pytest.MonkeyPatch):
    def dies(*_args, **_more):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(job_rows, "mark_received", dies)
        with pytest.raises(KeyboardInterrupt):
            _receive(database, "Email\na@b.fr\n")
    assert jobs.claim(database, [IMPORT], "me", NOW + timedelta(days=1)) is None
    assert contacts(database) == []


def test_a_file_of_several_parts_is_kept_and_read_back(database: Database, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(uploads, "PART_BYTES", 1_000)
    assert _import(database, samples.archive(200), "export.zip") == {"added": 200}


ADDRESSES = st.sampled_from(["a@b.fr", "A@B.fr", "c@d.fr", "é@f.fr", "x@gmial.com", "nobody", "", "a@b.fr\0"])
TIMES = st.sampled_from(
    ["", "2026-11-01 10:00:00", "0001-01-01T00:00:00+23:59", "9999-12-31T23:59-10:00", "x"]
)
LINES = st.lists(
    st.tuples(
        ADDRESSES,
        st.sampled_from(["", *STATUSES, "abonné", "?"]),
        st.one_of(st.sampled_from(["", "A", "\0"]), st.text(st.characters(codec="utf-8"), max_size=4)),
        TIMES,
        st.sampled_from(["", "hard", "soft", "abuse", "?"]),
    ),
    max_size=12,
)


@settings(max_examples=30)
@given(
    st.lists(st.tuples(st.sampled_from(["list.csv", CLEANED, SUBSCRIBED, UNSUBSCRIBED]), LINES), max_size=4)
)
def test_the_figures_are_exact_after_any_imports(database: Database, files):
    emptied(database)
    for name, lines in files:
        text = io.StringIO(newline="")
        writer = csv.writer(text, quoting=csv.QUOTE_ALL)
        writer.writerow(["Email", "Status", "Name", "CLEAN_TIME", "CLEAN_REASON"])
        writer.writerows(lines)
        _receive(database, text.getvalue(), name)
        result = asdict(_finish(database).outcome)
        assert sum(result.values()) == sum(1 for line in lines if any(line))
        assert_exact(database)


def test_an_import_three_times_as_large_takes_no_more_memory(tmp_path, monkeypatch: pytest.MonkeyPatch):
    """Both of several chunks: one is read while another is written."""
    import tracemalloc

    from storage.core import schema

    database = Database(f"sqlite:///{tmp_path / 'x.db'}")
    schema.migrate(database)
    monkeypatch.setattr(imports, "ROWS_PER_CHUNK", 2_000)
    peaks = []
    for n in (10_000, 30_000):
        _receive(database, samples.archive(n), "export.zip", audience=str(n))
        tracemalloc.start()
        _finish(database)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    database.close()
    assert peaks[1] < 1.5 * peaks[0]
