"""Export: a CSV that says all of the segment, comes back the same, and is shown once."""

import csv
import errno
import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import pytest
from sqlmodel import select

from bot.archives import archives
from bot.archives.jobs import ARCHIVE
from bot.core.errors import AlreadyDone, NoAudience, NothingThere, PlanGone
from bot.exports import exports, files
from bot.exports.jobs import EXPORT, ExportJob, ExportResult
from bot.jobs import jobs
from bot.jobs.files import Contents, ExpectedFile, SharedWith
from storage.audiences import journal
from storage.contacts.contacts import Segment
from storage.contacts.tables import Contact
from storage.core.database import Database
from storage.exports import cells
from storage.exports.tables import Export
from storage.files.csv_files import CsvFormat
from storage.jobs import jobs as job_rows
from tests.conftest import NOW
from tests.support.audiences import claim, cleaned, import_csv, run, statuses
from tests.support.bot.exports import MOST, Desk, assert_whole, confirmed, link, rows, written

LATER = NOW + jobs.LEASE + timedelta(seconds=5)
LABELS = ["First Name", 'Say "hi"; now', "2024", "=SUM", "back\\slash", "Étage"]
FULL = {
    "Email Address": "Ann.O'Neil@example.com",
    **dict(zip(LABELS, "abcdef", strict=True)),
    "MEMBER_RATING": "3",
    "OPTIN_TIME": "2020-01-01 10:00:00",
    "OPTIN_IP": "192.0.2.1",
    "CONFIRM_TIME": "2020-01-02 10:00:00",
    "CONFIRM_IP": "192.0.2.2",
    "LATITUDE": "-48.8",
    "LONGITUDE": "2.3",
    "GMTOFF": "1",
    "DSTOFF": "2",
    "TIMEZONE": "Europe/Paris",
    "CC": "FR",
    "REGION": "IDF",
    "CLEAN_TIME": "2026-10-01 09:08:07",
    "CLEAN_CAMPAIGN_TITLE": "News, October",
    "CLEAN_CAMPAIGN_ID": "abc",
    "LEID": "123",
    "EUID": "eee",
    "NOTES": 'A "note"\non two lines',
    "TAGS": '"VIP","Old"',
    "CLEAN_REASON": "hard",
    "CLEAN_DIAGNOSTIC": "550 5.1.1 <no such user>",
    "SUGGESTED_ADDRESS": "",
}
ODD = {
    "Email Address": "b@example.com",
    **dict(zip(LABELS, ["'=1+1", "''-x", "@y", "+z", "\ttab", "ünïcödé 漢字 🙂"], strict=True)),
    "CLEAN_TIME": "2026-10-02 00:00:00.250000",
    "NOTES": "'=note",
    "CLEAN_REASON": "soft",
}
TYPO = {"Email Address": "c@gmial.com", "CLEAN_TIME": "2026-10-03 23:59:59", "CLEAN_REASON": "abuse"}


def as_csv(*given: dict[str, str]) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, FULL, restval="")
    writer.writeheader()
    writer.writerows(given)
    return text.getvalue()


HARD = as_csv(FULL, ODD, TYPO)


def export(database: Database, desk: Desk, now=NOW, **how) -> ExportJob:
    return run(database, EXPORT, lambda d, job, clock: exports.work(d, job, clock, sender=desk, **how), now)


def contacts(database: Database, audience: int) -> dict[str, dict[str, object]]:
    with database.reading() as session:
        found = session.exec(select(Contact).where(Contact.audience_id == audience)).all()
        return {c.address: c.model_dump(exclude={"audience_id", "id", "revision"}) for c in found}


def test_the_columns_are_those_of_mailchimp_s_own_export_then_ours(database: Database):
    cleaned(database, 1)
    header = next(csv.reader([written(database)[1].splitlines()[0]]))
    assert header == [
        *("Email Address", "First Name", "MEMBER_RATING", "OPTIN_TIME", "OPTIN_IP", "CONFIRM_TIME"),
        *("CONFIRM_IP", "LATITUDE", "LONGITUDE", "GMTOFF", "DSTOFF", "TIMEZONE", "CC", "REGION"),
        *("CLEAN_TIME", "CLEAN_CAMPAIGN_TITLE", "CLEAN_CAMPAIGN_ID", "LEID", "EUID", "NOTES", "TAGS"),
        *("CLEAN_REASON", "CLEAN_DIAGNOSTIC", "SUGGESTED_ADDRESS"),
    ]


@pytest.mark.parametrize("form", CsvFormat)
def test_an_export_read_back_gives_the_same_contacts(database: Database, form: CsvFormat):
    """All columns; quotes, formulas, line breaks, other alphabets, labels that JSON and SQL would stumble over."""
    first = import_csv(database, HARD)
    n, text = written(database, form=form)
    assert n == 3
    again = import_csv(database, text, audience="Again", name="any.csv")
    assert contacts(database, again) == contacts(database, first)
    before = contacts(database, first)
    assert before["Ann.O'Neil@example.com"]["clean_diagnostic"] == "550 5.1.1 <no such user>"
    assert before["Ann.O'Neil@example.com"]["merge_fields"] == dict(zip(LABELS, "abcdef", strict=True))
    import_csv(database, text, name="any.csv")
    with database.reading() as session:
        assert journal.read(session)[0].detail["unchanged"] == 3


def test_an_unknown_date_is_an_empty_cell_and_unknown_again_when_read_back(database: Database):
    first = import_csv(database, "Email Address,CLEAN_TIME\na@example.com,\nb@example.com,2026-10-01\n")
    text = written(database)[1]
    assert {row["Email Address"]: row["CLEAN_TIME"] for row in rows(text)} == {
        "a@example.com": "",
        "b@example.com": "2026-10-01 00:00:00",
    }
    again = import_csv(database, text, audience="Again", name="any.csv")
    assert contacts(database, again) == contacts(database, first)


def test_what_a_spreadsheet_would_run_is_defused(database: Database):
    import_csv(database, "Email Address,Name,CLEAN_TIME\na@example.com,=cmd|x,2026-10-01\n")
    assert rows(written(database)[1])[0]["Name"] == "'=cmd|x"


def test_a_suggested_address_stands_beside_a_mistyped_one(database: Database):
    import_csv(database, HARD.replace(",abuse,", ",hard,"))
    found = {row["Email Address"]: row["SUGGESTED_ADDRESS"] for row in rows(written(database)[1])}
    assert found["c@gmial.com"] == "c@gmail.com"
    assert found["b@example.com"] == ""


def test_the_terminal_gets_the_segment_it_names_and_leaves_a_line_in_the_journal(database: Database):
    audience = cleaned(database, 5)
    n, text = written(database, segment=Segment(audience_id=audience, ids=(2, 4)))
    assert n == len(rows(text)) == 2
    with database.reading() as session:
        line = journal.read(session)[0]
    assert (line.who, line.what, line.n) == ("terminal", "export", 2)
    with pytest.raises(NoAudience):
        exports.write(database, "Nowhere", io.BytesIO(), now=NOW)


def test_the_file_has_the_rows_of_the_preview_and_is_kept_in_the_list_of_exports(database: Database):
    audience = cleaned(database, 7)
    desk = Desk()
    preview = confirmed(database, Segment(audience_id=audience))
    cleaned(database, 2, first=50)
    job = export(database, desk)
    assert job.result == ExportResult(
        n=7, left_alone=0, newer=2, file_id="F0", permalink=link("F0"), files=(link("F0"),)
    )
    assert len(rows(desk.taken["F0"].decode())) == preview.n == 7
    assert (desk.names, desk.shown) == ({"F0": "cleaned_news_2026-11-24.csv"}, [("F0", "D1")])
    [past], more = exports.past_exports(database, audience)
    assert (past.n, past.made_by, past.permalinks, more) == (7, "U1", (link("F0"),), False)
    assert exports.export_segment(database, audience, past.id) == Segment(audience_id=audience)
    with database.reading() as session:
        line = next(line for line in journal.read(session) if line.what == "export")
    assert (line.who, line.n) == ("U1", 7)


def test_what_was_archived_after_the_preview_is_left_out_and_said(database: Database):
    audience = cleaned(database, 6)
    confirmed(database, Segment(audience_id=audience))
    gone = archives.plan(database, Segment(audience_id=audience, ids=(1, 2)), by="U1", word="x", now=NOW)
    archives.confirm(database, gone.id, "x", by="U1", now=NOW)
    run(database, ARCHIVE, archives.work)
    desk = Desk()
    result = export(database, desk).outcome
    assert (result.n, result.left_alone, result.newer) == (4, 2, 0)
    assert len(rows(desk.taken["F0"].decode())) == 4


def test_a_preview_is_confirmed_once_and_an_empty_segment_has_none(database: Database):
    audience = cleaned(database, 1)
    preview = confirmed(database, Segment(audience_id=audience))
    with pytest.raises(AlreadyDone):
        exports.confirm(database, preview.id, by="U1", now=NOW, channel="D1")
    with pytest.raises(PlanGone):
        exports.look(database, preview.id, by="U2")
    assert exports.look(database, preview.id, by="U1") == preview
    with pytest.raises(NothingThere):
        exports.plan(database, Segment(audience_id=audience, reason="abuse"), by="U1", now=NOW)


def test_an_export_whose_contacts_are_all_gone_uploads_nothing(database: Database):
    audience = cleaned(database, 2)
    confirmed(database, Segment(audience_id=audience))
    gone = archives.plan(database, Segment(audience_id=audience), by="U1", word="x", now=NOW)
    archives.confirm(database, gone.id, "x", by="U1", now=NOW)
    run(database, ARCHIVE, archives.work)
    desk = Desk()
    with pytest.raises(NothingThere):
        export(database, desk)
    assert not desk.names


def test_an_export_that_died_after_showing_the_file_does_not_show_it_again(database: Database):
    audience = cleaned(database, 3)
    confirmed(database, Segment(audience_id=audience))
    desk = Desk(fail_after_showing=True)
    with pytest.raises(ConnectionError):
        export(database, desk)
    job = export(database, desk, LATER)
    assert job.state == "done"
    assert desk.shown == [("F0", "D1")]
    with database.reading() as session:
        assert len(session.exec(select(Export)).all()) == 1


def test_an_export_that_died_while_sending_starts_anew(database: Database):
    confirmed(database, Segment(audience_id=cleaned(database, 3)))
    desk = Desk()
    steps = exports.work(database, claim(database, EXPORT), lambda: NOW, sender=desk)
    while not desk.names:
        next(steps)
    assert export(database, desk, LATER).outcome.n == 3
    assert desk.shown == [("F1", "D1")]
    del steps


def test_a_long_upload_moves_its_job_on(database: Database, monkeypatch):
    monkeypatch.setattr(exports, "RENEW_BYTES", 1)
    confirmed(database, Segment(audience_id=cleaned(database, 1_000)))
    job, now = claim(database, EXPORT), LATER
    seen = [job.done for job in exports.work(database, job, lambda: now, sender=Desk())]
    assert seen == sorted(seen)
    assert len(seen) > 3
    assert any(0 < done < 1_000 for done in seen)
    assert seen[-1] == 1_000


@pytest.fixture
def large(database: Database, monkeypatch: pytest.MonkeyPatch) -> int:
    """An audience of ten contacts that are exported in files of about three."""
    monkeypatch.setattr(cells, "ROWS_PER_BLOCK", 1)
    audience = cleaned(database, 10)
    confirmed(database, Segment(audience_id=audience))
    return audience


NAMES = [f"cleaned_news_2026-11-24_{n}of4.csv" for n in (1, 2, 3, 4)]


def test_an_export_larger_than_a_file_may_be_is_split(database: Database, large: int):
    desk = Desk()
    result = export(database, desk, most=MOST).outcome
    assert list(desk.names.values()) == NAMES
    assert desk.shown == [(file_id, "D1") for file_id in desk.names]
    assert all(len(body) <= MOST for body in desk.taken.values())
    assert (result.n, result.files) == (10, tuple(link(file_id) for file_id in desk.names))
    again = import_csv(database, desk.taken["F1"].decode(), audience="Again", name="any.csv")
    assert len(contacts(database, again)) == 3
    [past], _ = exports.past_exports(database, large)
    assert past.permalinks == result.files
    assert_whole(database, desk)


@dataclass
class Interrupted(Desk):
    """Is interrupted in the middle of a file, and begins anew unless it fails."""

    fails: bool = False
    given_up: list[Iterator[bytes]] = field(default_factory=list)

    def send(self, upload: ExpectedFile, contents: Contents) -> Iterator[int]:
        self.given_up.append(contents.pieces())
        yield len(next(self.given_up[-1]) + next(self.given_up[-1]))
        if self.fails:
            raise ConnectionError
        yield from super().send(upload, contents)


def test_a_file_is_read_again_if_sending_it_was_interrupted(database: Database, large: int):
    with pytest.raises(ConnectionError):
        export(database, Interrupted(fails=True), most=MOST)
    desk = Interrupted()
    assert export(database, desk, LATER, most=MOST).outcome.n == 10
    assert_whole(database, desk)


def test_a_full_disk_leaves_the_database_usable(database: Database, large: int):
    class Full(io.BytesIO):
        def write(self, body: Any) -> int:
            if self.tell() > MOST:
                raise OSError(errno.ENOSPC, "no space")
            return super().write(body)

    with pytest.raises(OSError, match="no space"):
        exports.write(database, "News", Full(), now=NOW)
    assert written(database)[0] == 10


@pytest.mark.parametrize("sent", [1, 2, 3, 4])
def test_an_export_that_died_between_two_files_is_carried_on_after_the_first(
    database: Database, large: int, sent: int
):
    desk = Desk()
    steps = exports.work(database, claim(database, EXPORT), lambda: NOW, sender=desk, most=MOST)
    while len(next(steps).progress.parts) < sent:
        pass
    assert export(database, desk, LATER, most=MOST).outcome.n == 10
    assert list(desk.names.values()) == NAMES
    assert len(desk.shown) == 4
    assert_whole(database, desk)
    del steps


def test_an_export_that_died_and_has_fewer_files_now_begins_anew(database: Database, large: int):
    desk = Desk()
    steps = exports.work(database, claim(database, EXPORT), lambda: NOW, sender=desk, most=MOST)
    while not next(steps).progress.parts:
        pass
    gone = archives.plan(database, Segment(audience_id=large, ids=(1, 2, 3, 4)), by="U1", word="x", now=NOW)
    archives.confirm(database, gone.id, "x", by="U1", now=NOW)
    run(database, ARCHIVE, archives.work)
    assert export(database, desk, LATER, most=MOST).outcome.n == 6
    assert [desk.names[file_id][-8:] for file_id, _ in desk.shown] == ["1of2.csv", "2of2.csv"]
    assert_whole(database, desk)
    del steps


def test_split_files_that_were_shown_are_not_shown_again(database: Database, large: int):
    desk = Desk(fail_after_showing=True)
    with pytest.raises(ConnectionError):
        export(database, desk, most=MOST)
    assert len(export(database, desk, LATER, most=MOST).outcome.files) == 4
    assert len(desk.shown) == 4


def test_a_file_that_an_earlier_version_sent_is_shown(database: Database):
    confirmed(database, Segment(audience_id=cleaned(database, 3)))
    desk = Desk(names={"F0": "a.csv"})
    with database.transaction() as session:
        [job] = job_rows.unfinished(session, EXPORT.kind)
        job.cursor = {"file_id": "F0", "name": "a.csv", "rows": 3}
        session.add(job)
    assert export(database, desk).outcome.files == (link("F0"),)
    assert desk.shown == [("F0", "D1")]


@pytest.mark.parametrize(
    ("audience", "name"),
    [
        ("Lettre d'été", "cleaned_lettre-d-ete_2026-11-24.csv"),
        ("../../etc", "cleaned_etc_2026-11-24.csv"),
        ("漢字", "cleaned_audience_2026-11-24.csv"),
    ],
)
def test_the_file_s_name_is_safe_everywhere(audience: str, name: str):
    assert files.file_name(audience, Segment(audience_id=1), NOW) == name


@pytest.mark.parametrize(
    ("filters", "name"),
    [
        ({"reason": "hard"}, "cleaned_news_filtered-hard_2026-11-24.csv"),
        (
            {"since": date(2026, 11, 17), "domain": "gmail.com"},
            "cleaned_news_filtered-since-2026-11-17-gmail-com_2026-11-24.csv",
        ),
        ({"text": "ann@example.com"}, "cleaned_news_filtered_2026-11-24.csv"),
        ({"ids": (1, 2)}, "cleaned_news_filtered_2026-11-24.csv"),
    ],
)
def test_the_name_of_a_filtered_file_says_so_and_no_address(filters: dict[str, Any], name: str):
    assert files.file_name("News", Segment(audience_id=1, **filters), NOW) == name


def test_exporting_changes_no_contact(database: Database):
    audience = cleaned(database, 4)
    before = statuses(database, audience)
    confirmed(database, Segment(audience_id=audience))
    export(database, Desk())
    assert statuses(database, audience) == before


def test_a_file_for_a_channel_of_another_company_is_refused_and_can_go_elsewhere(database: Database):
    segment = Segment(audience_id=cleaned(database, 2))
    preview = exports.plan(database, segment, by="U1", now=NOW)
    shared = exports.Destination("C1", 3, shared_with=SharedWith.COMPANY)
    exports.set_destination(database, preview.id, shared, by="U1")
    with pytest.raises(exports.SharedWithCompany):
        exports.confirm(database, preview.id, by="U1", now=NOW, channel="C1")
    assert exports.confirm(database, preview.id, by="U1", now=NOW).task.channel is None
