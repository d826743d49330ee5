"""Jobs and plans that version 0.1.0 has left are read, and carried on to their end."""

import io
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any, BinaryIO

import pytest
from sqlmodel import select

from bot.archives import archives, restore_picker, restores
from bot.archives.jobs import (
    ARCHIVE,
    RESTORE,
    ArchiveJob,
    ArchiveProgress,
    ArchiveResult,
    ArchiveTask,
    RestoreJob,
    RestoreProgress,
    RestoreResult,
    RestoreTask,
)
from bot.archives.restore_picker import PickerBoxes
from bot.contacts import segments
from bot.contacts.upsert import NO_ROWS, UpsertCounts
from bot.core.errors import WrongWord
from bot.corrections import corrections
from bot.corrections.corrections import CorrectionPlan, FilledForm
from bot.corrections.required_fields import Field, Permission
from bot.exports import exports
from bot.exports.jobs import EXPORT, ExportJob, ExportProgress, ExportResult, ExportTask, SentFile
from bot.imports import imports, refused
from bot.imports.jobs import IMPORT, ImportJob, ImportProgress, ImportTask
from bot.jobs import jobs
from bot.jobs.files import ExpectedFile, HandOver, SmallFile
from bot.jobs.jobs import Clock, Failure, Job, JobType, ProgressT, Recipient, ResultT, TaskT
from bot.mailchimp.jobs import ADD, AddProgress, AddResult, AddTask
from bot.mailchimp.mirror.jobs import SYNC, SyncProgress, SyncResult, SyncTask
from bot.mailchimp.outbox import work as outbox_work
from storage.archives.tables import Archive
from storage.audiences import audiences
from storage.contacts.contacts import PageKey, Segment
from storage.contacts.values import Status
from storage.core.database import Database
from storage.exports import cells
from storage.imports.tables import RefusedRow, UploadPart
from storage.jobs import jobs as job_rows
from storage.jobs import plans as plan_rows
from storage.jobs.tables import JobRow, JobState, PlanRow
from storage.mailchimp import mirrors
from storage.mailchimp.api.client import Client
from storage.mailchimp.tables import Outgoing
from tests.conftest import NOW
from tests.support.audiences import Times, claim, cleaned, run, statuses, step
from tests.support.bot.exports import MOST, Desk, assert_whole, link
from tests.support.figures import assert_exact
from tests.support.older_archives import make_older

Json = dict[str, Any]

LATER = NOW + jobs.LEASE + timedelta(seconds=20)
MOMENT = "2026-11-24T09:30:00.250000+00:00"
AT = datetime(2026, 11, 24, 9, 30, 0, 250_000, tzinfo=UTC)
NOTIFY: Json = {"user": "U1", "channel": "D1", "language": "fr", "view": "V1", "ts": "1.2"}
RECIPIENT = Recipient(user="U1", channel="D1", language="fr", view="V1", ts="1.2")
STOPPED: Json = {"error": "error-mailchimp-down", "values": {"detail": "no answer", "seconds": 3}}
FAILURE = Failure("error-mailchimp-down", {"detail": "no answer", "seconds": 3})
PARTS: list[Json] = [
    {"file_id": "F0", "name": "a_1of2.csv", "rows": 3},
    {"file_id": "F1", "name": "a_2of2.csv", "rows": 2},
]
SENT = (SentFile("F0", "a_1of2.csv", 3), SentFile("F1", "a_2of2.csv", 2))
COUNTS: Json = {"added": 1, "changed": 2, "unchanged": 3, "refused": 4}


@dataclass(frozen=True)
class Row:
    """A row as version 0.1.0 wrote it, and the values that it stands for."""

    type: JobType[Any, Any, Any]
    data: Json
    task: object
    cursor: Json = field(default_factory=dict)
    progress: object = None
    result: Json = field(default_factory=dict)
    outcome: object = None
    failure: Failure | None = None


def archive_row(**given: Any) -> Row:
    data: Json = {"segment": {"audience_id": 1, "up_to": 7}, "can_stop": True}
    return Row(ARCHIVE, data, ArchiveTask(Segment(audience_id=1, up_to=7), can_stop=True), **given)


def restore_row(**given: Any) -> Row:
    return Row(RESTORE, {"archive": "a1", "ids": [2, 5]}, RestoreTask("a1", (2, 5)), **given)


def export_row(**given: Any) -> Row:
    data: Json = {"segment": {"audience_id": 1, "up_to": 7}, "channel": "C1"}
    return Row(EXPORT, data, ExportTask(Segment(audience_id=1, up_to=7), "C1"), **given)


def import_row(**given: Any) -> Row:
    data: Json = {"name": "a.csv", "audience": "News", "status": "pending", "sha256": "ab", "size": 9}
    return Row(IMPORT, data, ImportTask("a.csv", "News", "pending", sha256="ab", size=9), **given)


def sync_row(**given: Any) -> Row:
    data: Json = {"since": MOMENT, "look_for_gone": False, "revision": 4}
    return Row(SYNC, data, SyncTask(AT, look_for_gone=False, revision=4), **given)


def sync_cursor(**more: Any) -> Json:
    return {
        "started": MOMENT,
        "stage": 1,
        "gone": 2,
        "outcome": COUNTS,
        "offset": 6,
        "tail": [29, 32],
        **more,
    }


def sync_progress(**more: Any) -> SyncProgress:
    outcome = UpsertCounts(1, 2, 3, 4)
    return SyncProgress(started=AT, stage=1, offset=6, tail=(29, 32), gone=2, outcome=outcome, **more)


FIELDS: list[Json] = [
    {"tag": "SIZE", "name": "Size", "kind": "dropdown", "required": True, "part": "", "choices": ["S", "L"]},
    {"tag": "HOME", "name": "Home", "kind": "address", "required": False, "part": "city", "choices": []},
]
FIELD_VALUES = (
    Field("SIZE", "Size", "dropdown", required=True, choices=("S", "L")),
    Field("HOME", "Home", "address", required=False, part="city"),
)
FORM: Json = {
    "contact": 7,
    "wording": "They gave me permission",
    "language": "fr",
    "number": 2,
    "of": 5,
    "fields": FIELDS,
    "permissions": [["3731356d38", "Email"], ["2476619a33", "Post"]],
    "names": [True, False],
    "absent": "ada@gmail.com",
}
PERMISSIONS = (Permission("3731356d38", "Email"), Permission("2476619a33", "Post"))
CONSENT = "They gave me permission\n[x] Email\n[ ] Post"


def add_row(**given: Any) -> Row:
    data: Json = {
        **FORM,
        "wording": CONSENT,
        "address": "Ada@gmail.com",
        "key": "ada@gmail.com",
        "first_name": "Ada",
        "last_name": None,
        "values": {"SIZE": "L", "HOME.city": ""},
        "ticked": ["3731356d38"],
    }
    task = AddTask(
        contact=7,
        address="Ada@gmail.com",
        key="ada@gmail.com",
        first_name="Ada",
        last_name=None,
        fields=FIELD_VALUES,
        values={"SIZE": "L", "HOME.city": ""},
        permissions=PERMISSIONS,
        ticked=("3731356d38",),
        wording=CONSENT,
        language="fr",
        number=2,
        of=5,
    )
    return Row(ADD, data, task, **given)


FILTERED: Json = {
    "audience_id": 1,
    "reason": "hard",
    "since": "2026-11-01",
    "campaign": "News, October",
    "domain": "example.com",
    "text": "é",
    "worth_a_look": True,
    "ids": [1, 4],
    "up_to": 7,
}
FILTERED_SEGMENT = Segment(
    audience_id=1,
    reason="hard",
    since=date(2026, 11, 1),
    campaign="News, October",
    domain="example.com",
    text="é",
    worth_a_look=True,
    ids=(1, 4),
    up_to=7,
)
ROWS: Mapping[str, Row] = {
    "archive, filtered": Row(
        ARCHIVE,
        {"segment": FILTERED, "can_stop": False},
        ArchiveTask(FILTERED_SEGMENT),
        {},
        ArchiveProgress(),
    ),
    "archive, not begun": archive_row(progress=ArchiveProgress()),
    "archive, a chunk done": archive_row(cursor={"after": 4}, progress=ArchiveProgress(after=4)),
    "archive, an Undo was asked for": archive_row(
        cursor={"after": 4, "stopped": True}, progress=ArchiveProgress(after=4, undo_requested=True)
    ),
    "archive, outbox filled": archive_row(
        cursor={"after": 9, "filled": True}, progress=ArchiveProgress(after=9, filled=True)
    ),
    "archive, a batch starting": archive_row(
        cursor={"after": 9, "filled": True, "starting": MOMENT},
        progress=ArchiveProgress(after=9, filled=True, starting=AT),
    ),
    "archive, Mailchimp stopped it": archive_row(
        cursor={"after": 9, "filled": True, "stopped": STOPPED},
        progress=ArchiveProgress(after=9, filled=True, stopped_by=FAILURE),
    ),
    "archive, file of outcomes sent": archive_row(
        cursor={"after": 9, "filled": True, "upload": "F1"},
        progress=ArchiveProgress(after=9, filled=True, hand_over=HandOver("F1")),
    ),
    "archive, file of outcomes shared": archive_row(
        cursor={"filled": True, "upload": "F1", "outcome_file": "F1"},
        progress=ArchiveProgress(filled=True, hand_over=HandOver("F1", is_shared=True, has_ended=True)),
    ),
    "archive, file of outcomes sent and given up": archive_row(
        cursor={"filled": True, "upload": "F1", "outcome_file": None},
        progress=ArchiveProgress(filled=True, hand_over=HandOver("F1", has_ended=True)),
    ),
    "archive, file of outcomes given up": archive_row(
        cursor={"stopped": STOPPED, "outcome_file": None},
        progress=ArchiveProgress(stopped_by=FAILURE, hand_over=HandOver(has_ended=True)),
    ),
    "archive done": archive_row(
        cursor={"after": 9},
        progress=ArchiveProgress(after=9),
        result={"n": 5, "left_alone": 1, "newer": 2},
        outcome=ArchiveResult(n=5, left_alone=1, newer=2),
    ),
    "archive done, undone": archive_row(
        progress=ArchiveProgress(),
        result={"n": 5, "left_alone": 0, "newer": 0, "undone_by": "U2"},
        outcome=ArchiveResult(n=5, left_alone=0, newer=0),
    ),
    "archive ended by an Undo": archive_row(
        progress=ArchiveProgress(),
        result={"n": 4, "left_alone": 0, "newer": 0, "stopped": 6},
        outcome=ArchiveResult(n=4, left_alone=0, newer=0, stopped=6),
    ),
    "archive done at Mailchimp": archive_row(
        progress=ArchiveProgress(),
        result={
            "n": 5,
            "refusals": {"method-refused": 2},
            "waiting": 0,
            "left_alone": 1,
            "newer": 0,
            "link": "https://us1.admin.mailchimp.com/lists/1",
        },
        outcome=ArchiveResult(
            n=5,
            left_alone=1,
            newer=0,
            refusals={"method-refused": 2},
            link="https://us1.admin.mailchimp.com/lists/1",
        ),
    ),
    "archive failed at Mailchimp": archive_row(
        progress=ArchiveProgress(),
        result={"n": 5, "refusals": {}, "waiting": 3, "left_alone": 0, "newer": 0, "link": None, **STOPPED},
        outcome=ArchiveResult(n=5, left_alone=0, newer=0, waiting=3),
        failure=FAILURE,
    ),
    "archive failed at Mailchimp, undone": archive_row(
        progress=ArchiveProgress(),
        result={"n": 5, "refusals": {}, "waiting": 3, "left_alone": 0, "newer": 0, "link": None}
        | STOPPED
        | {"undone_by": "U2"},
        outcome=ArchiveResult(n=5, left_alone=0, newer=0, waiting=3),
        failure=FAILURE,
    ),
    "archive failed": archive_row(progress=ArchiveProgress(), result=STOPPED, failure=FAILURE),
    "archive failed half-way, undone": archive_row(
        progress=ArchiveProgress(), result={**STOPPED, "undone_by": "U2"}, failure=FAILURE
    ),
    "restore, whole": Row(
        RESTORE, {"archive": "a1", "ids": None}, RestoreTask("a1", None), {}, RestoreProgress()
    ),
    "restore, not begun": restore_row(progress=RestoreProgress()),
    "restore, a chunk done": restore_row(
        cursor={"after": 4, "changed": 1}, progress=RestoreProgress(after=4, changed=1)
    ),
    "restore, Mailchimp stopped it": restore_row(
        cursor={"after": 9, "filled": True, "starting": MOMENT, "stopped": STOPPED},
        progress=RestoreProgress(after=9, filled=True, starting=AT, stopped_by=FAILURE),
    ),
    "restore, file of outcomes sent": restore_row(
        cursor={"filled": True, "upload": "F1"},
        progress=RestoreProgress(filled=True, hand_over=HandOver("F1")),
    ),
    "restore, file of outcomes shared": restore_row(
        cursor={"filled": True, "upload": "F1", "outcome_file": "F1"},
        progress=RestoreProgress(filled=True, hand_over=HandOver("F1", is_shared=True, has_ended=True)),
    ),
    "restore, file of outcomes given up": restore_row(
        cursor={"filled": True, "outcome_file": None},
        progress=RestoreProgress(filled=True, hand_over=HandOver(has_ended=True)),
    ),
    "restore done": restore_row(
        progress=RestoreProgress(), result={"n": 2, "changed": 0}, outcome=RestoreResult(n=2, changed=0)
    ),
    "restore done at Mailchimp": restore_row(
        progress=RestoreProgress(),
        result={"n": 2, "refusals": {"not-found": 1}, "waiting": 0, "changed": 1},
        outcome=RestoreResult(n=2, changed=1, refusals={"not-found": 1}),
    ),
    "restore failed at Mailchimp": restore_row(
        progress=RestoreProgress(),
        result={"n": 2, "refusals": {}, "waiting": 4, "changed": 0, **STOPPED},
        outcome=RestoreResult(n=2, changed=0, waiting=4),
        failure=FAILURE,
    ),
    "restore failed": restore_row(progress=RestoreProgress(), result=STOPPED, failure=FAILURE),
    "export, not begun": export_row(progress=ExportProgress()),
    "export, a file sent": export_row(
        cursor={"parts": PARTS[:1], "of": 2, "after": [MOMENT, 3]},
        progress=ExportProgress(SENT[:1], of=2, after=PageKey(AT, 3)),
    ),
    "export, the last file sent": export_row(
        cursor={"parts": PARTS, "of": 2, "after": None}, progress=ExportProgress(SENT, of=2)
    ),
    "export, all files sent": export_row(
        cursor={"file_id": "F0", "name": "a_1of2.csv", "rows": 5, "parts": PARTS},
        progress=ExportProgress(SENT, file_id="F0", name="a_1of2.csv", rows=5),
    ),
    "export, the single file of the oldest rows": export_row(
        cursor={"file_id": "F0", "name": "a.csv", "rows": 5},
        progress=ExportProgress((SentFile("F0", "a.csv", 5),), file_id="F0", name="a.csv", rows=5),
    ),
    "export done": export_row(
        progress=ExportProgress(),
        result={
            "n": 5,
            "left_alone": 1,
            "newer": 2,
            "file_id": "F0",
            "permalink": "l0",
            "files": ["l0", None],
        },
        outcome=ExportResult(n=5, left_alone=1, newer=2, file_id="F0", permalink="l0", files=("l0", None)),
    ),
    "export done, no link": export_row(
        progress=ExportProgress(),
        result={"n": 5, "left_alone": 0, "newer": 0, "file_id": "F0", "permalink": None, "files": [None]},
        outcome=ExportResult(n=5, left_alone=0, newer=0, file_id="F0", files=(None,)),
    ),
    "export done, in the oldest rows": export_row(
        progress=ExportProgress(),
        result={"n": 5, "left_alone": 0, "newer": 0, "file_id": "F0", "permalink": "l0"},
        outcome=ExportResult(n=5, left_alone=0, newer=0, file_id="F0", permalink="l0"),
    ),
    "export failed": export_row(
        progress=ExportProgress(),
        result={"error": "error-export-not-in-channel", "values": {"channel": "C1"}},
        failure=Failure("error-export-not-in-channel", {"channel": "C1"}),
    ),
    "import, being stored": Row(
        IMPORT,
        {"name": "a.csv", "audience": "News", "status": "pending", "sha256": "ab"},
        ImportTask("a.csv", "News", "pending", sha256="ab"),
        {},
        ImportProgress(),
    ),
    "import, at Slack": Row(
        IMPORT,
        {"name": "a.csv", "audience": "News", "status": "pending", "slack_file": "F9"},
        ImportTask("a.csv", "News", "pending", slack_file="F9"),
        {},
        ImportProgress(),
    ),
    "import, fetched from Slack": Row(
        IMPORT,
        {"name": "a.csv", "audience": "News", "status": "pending", "slack_file": "F9", "size": 9},
        ImportTask("a.csv", "News", "pending", slack_file="F9", size=9),
        {},
        ImportProgress(),
    ),
    "import, not begun": import_row(progress=ImportProgress()),
    "import, a chunk done": import_row(
        cursor={"sheet": 1, "row": 7, "outcome": COUNTS},
        progress=ImportProgress(1, 7, UpsertCounts(1, 2, 3, 4)),
    ),
    "import, refused rows sent": import_row(
        cursor={"sheet": 1, "row": 7, "outcome": COUNTS, "upload": "F1"},
        progress=ImportProgress(1, 7, UpsertCounts(1, 2, 3, 4), HandOver("F1")),
    ),
    "import, refused rows shared": import_row(
        cursor={"sheet": 1, "row": 7, "outcome": COUNTS, "upload": "F1", "refused_file": "F1"},
        progress=ImportProgress(
            1, 7, UpsertCounts(1, 2, 3, 4), HandOver("F1", is_shared=True, has_ended=True)
        ),
    ),
    "import, refused rows given up": import_row(
        cursor={"sheet": 1, "row": 7, "outcome": COUNTS, "refused_file": None},
        progress=ImportProgress(1, 7, UpsertCounts(1, 2, 3, 4), HandOver(has_ended=True)),
    ),
    "import done": import_row(progress=ImportProgress(), result=COUNTS, outcome=UpsertCounts(1, 2, 3, 4)),
    "import of no rows done": import_row(
        progress=ImportProgress(),
        result={"added": 0, "changed": 0, "unchanged": 0, "refused": 0},
        outcome=NO_ROWS,
    ),
    "import failed": import_row(
        progress=ImportProgress(),
        result={"error": "error-too-broken", "values": {"name": "a.csv", "line": 7}},
        failure=Failure("error-too-broken", {"name": "a.csv", "line": 7}),
    ),
    "sync, whole, not begun": Row(
        SYNC,
        {"since": None, "look_for_gone": True, "revision": 0},
        SyncTask(None, look_for_gone=True, revision=0),
        {},
        SyncProgress(started=None, stage=0, offset=0, tail=(), gone=0, outcome=NO_ROWS),
    ),
    "sync, pages of archived contacts": sync_row(cursor=sync_cursor(), progress=sync_progress()),
    "sync, tags asked for": sync_row(cursor=sync_cursor(tags_asked=3), progress=sync_progress(tags_asked=3)),
    "sync, reasons asked for": sync_row(
        cursor=sync_cursor(asked=20, unknown=5, explained=True),
        progress=sync_progress(asked=20, unknown=5, explained=True),
    ),
    "sync done": sync_row(
        cursor=sync_cursor(),
        progress=sync_progress(),
        result={"gone": 2, **COUNTS, "difference": {"cleaned": -1}},
        outcome=SyncResult(1, 2, 3, 4, gone=2, difference={"cleaned": -1}),
    ),
    "addition, not begun": add_row(progress=AddProgress()),
    "addition, a call failed": add_row(cursor={"trying": True}, progress=AddProgress(trying=True)),
    "addition, absent at Mailchimp": add_row(
        cursor={"absent": "ada@gmail.com"}, progress=AddProgress(absent="ada@gmail.com")
    ),
    "addition done": add_row(
        progress=AddProgress(),
        result={"status": "pending", "tags_lost": ["vip"]},
        outcome=AddResult(Status.PENDING, ("vip",)),
    ),
    "addition failed": add_row(
        progress=AddProgress(),
        result={"error": "error-corrections-key", "values": {}},
        failure=Failure("error-corrections-key"),
    ),
}


def state_of(row: Row) -> JobState:
    if row.failure:
        return JobState.FAILED
    return JobState.DONE if row.outcome is not None else JobState.RUNNING


@pytest.mark.parametrize("name", ROWS)
def test_a_row_is_read(database: Database, name: str):
    row = ROWS[name]
    with database.transaction() as session:
        session.add(
            JobRow(
                id="j1",
                kind=str(row.type.kind),
                state=str(state_of(row)),
                data=row.data,
                cursor=row.cursor,
                notify=NOTIFY,
                result=row.result,
                done=3,
                total=9,
                made_by="U1",
                made_at=NOW,
            )
        )
    job = jobs.get_in_transaction(database, row.type, "j1")
    assert job
    assert (job.task, job.progress) == (row.task, row.progress)
    assert (job.result, job.failure) == (row.outcome, row.failure)
    assert (job.state, job.recipient) == (state_of(row), RECIPIENT)


def test_a_job_of_the_terminal_tells_nobody(database: Database):
    with database.transaction() as session:
        given: dict[str, Any] = {"data": import_row().data, "cursor": {}, "notify": {}, "result": {}}
        session.add(JobRow(id="j1", kind="import", state="receiving", made_by="U1", made_at=NOW, **given))
    job = jobs.get_in_transaction(database, IMPORT, "j1")
    assert job
    assert (job.recipient, job.state, job.result) == (None, JobState.RECEIVING, None)


# What follows is carried on: work of today up to some point, then the row as version 0.1.0 would have left it there.


def leave(
    database: Database, job: Job[TaskT, ProgressT, ResultT], data: Json, cursor: Json, notify: Json = NOTIFY
) -> None:
    """Rewrites the row of a running job, which means the same before and after, and ends its lease.

    Since then, an archive of a local audience doesn't need to know where it is, and its contacts carry its number; an
    import keeps what was found out about the text of its file.
    """
    if job.type is ARCHIVE:
        make_older(database)
    with database.transaction() as session:
        columns: Json = {"data": data, "cursor": cursor, "notify": notify, "lease_until": None}
        row = job_rows.save(session, job.id, job.owner, **columns)
    again = jobs.read(job.type, row)
    assert again.task == (replace(job.task, texts=()) if isinstance(job.task, ImportTask) else job.task)


@pytest.fixture
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "STEP", timedelta(hours=1))  # the tests' clocks run quickly
    for module in (archives, restores):
        monkeypatch.setattr(module, "CONTACTS_PER_CHUNK", 4)
    monkeypatch.setattr(imports, "ROWS_PER_CHUNK", 2)  # four new contacts


def planned(database: Database, audience: int) -> archives.ArchivePlan:
    return archives.plan(database, Segment(audience_id=audience), by="U1", word="ARCHIVE", now=NOW)


def archiving(database: Database, audience: int) -> ArchiveJob:
    archives.confirm(database, planned(database, audience).id, "ARCHIVE", by="U1", now=NOW)
    return claim(database, ARCHIVE)


def archive_data(database: Database, audience: int) -> Json:
    with database.reading() as session:
        row = audiences.get(session, audience)
    assert row
    return {"segment": {"audience_id": audience, "up_to": row.revision}, "can_stop": True}


@pytest.mark.usefixtures("small_chunks")
@pytest.mark.parametrize(("steps", "cursor"), [(0, {}), (1, {"after": 4}), (2, {"after": 8})])
def test_an_archive_is_carried_on(database: Database, steps: int, cursor: Json):
    audience = cleaned(database, 10)
    data, job = archive_data(database, audience), archiving(database, audience)
    leave(database, step(archives.work(database, job, Times()), steps) if steps else job, data, cursor)
    done = run(database, ARCHIVE, archives.work, LATER)
    assert done.result == ArchiveResult(n=10, left_alone=0, newer=0)
    assert (done.recipient, set(statuses(database, audience).values())) == (RECIPIENT, {"archived"})
    assert_exact(database)


@pytest.mark.usefixtures("small_chunks")
def test_an_archive_that_an_undo_has_ended_is_carried_on_and_brought_back(database: Database):
    audience = cleaned(database, 10)
    before, data = statuses(database, audience), archive_data(database, audience)
    steps = archives.work(database, archiving(database, audience), Times())
    job = step(steps)
    restores.undo(database, audience, job.id, by="U2", now=NOW)
    leave(database, next(steps), data, {"after": 4, "stopped": True})
    assert run(database, ARCHIVE, archives.work, LATER).result == ArchiveResult(
        n=4, left_alone=0, newer=0, stopped=6
    )
    assert run(database, RESTORE, restores.work, LATER).result == RestoreResult(n=4, changed=0)
    assert statuses(database, audience) == before
    assert_exact(database)


@pytest.mark.usefixtures("small_chunks")
@pytest.mark.parametrize("ids", [None, [1, 2, 3, 6, 7, 9]])
@pytest.mark.parametrize("steps", [0, 1])
def test_an_undo_is_carried_on(database: Database, steps: int, ids: list[int] | None):
    audience = cleaned(database, 10)
    done = archived(database, audience)
    make_older(database)
    restores.undo(database, audience, done.id, by="U2", now=NOW, ids=ids)
    job = claim(database, RESTORE)
    if steps:
        job = step(restores.work(database, job, Times()))
    cursor = {"after": 4, "changed": 0} if steps else {}
    leave(database, job, {"archive": done.id, "ids": ids}, cursor)
    n = len(ids) if ids else 10
    assert run(database, RESTORE, restores.work, LATER).result == RestoreResult(n=n, changed=0)
    assert list(statuses(database, audience).values()).count("cleaned") == n
    assert_exact(database)


def archived(database: Database, audience: int) -> ArchiveJob:
    archives.confirm(database, planned(database, audience).id, "ARCHIVE", by="U1", now=NOW)
    return run(database, ARCHIVE, archives.work)


def undone(database: Database, result: Json) -> tuple[ArchiveJob, RestoreJob]:
    """An archive and its Undo, as version 0.1.0 has ended them: who undid it is in the archive's job alone."""
    audience = cleaned(database, 5)
    archive = archived(database, audience)
    restores.undo(database, audience, archive.id, by="U2", now=NOW)
    restore = run(database, RESTORE, restores.work)
    with database.transaction() as session:
        row = session.exec(select(Archive)).one()
        row.undone_by = None
        session.add(row)
        job_row = job_rows.get(session, archive.id)
        assert job_row
        job_row.state = "failed" if "error" in result else "done"
        job_row.result = {**result, "undone_by": "U2"}
        session.add(job_row)
    job = jobs.get_in_transaction(database, ARCHIVE, archive.id)
    assert job
    return job, restore


@pytest.mark.parametrize("result", [{"n": 5, "left_alone": 0, "newer": 0}, STOPPED])
def test_an_archive_that_was_undone_still_says_by_whom(database: Database, result: Json):
    archive, restore = undone(database, result)
    assert archives.receipt(database, archive).undone_by == "U2"
    assert restores.undone_archive(database, restore) == archive


def test_an_archive_that_mailchimp_stopped_is_ended_with_what_was_done(database: Database):
    with database.transaction() as session:
        audience = mirrors.get_or_add(session, "abc", "Trail news", NOW).id
        session.add(Archive(audience_id=audience, id="j1", made_by="U1", made_at=NOW, n=2))
        for contact_id, state in ((1, "done"), (2, "done"), (3, "refused"), (4, "waiting")):
            refusal = "method-refused" if state == "refused" else ""
            session.add(
                Outgoing(
                    audience_id=audience, job_id="j1", contact_id=contact_id, state=state, refusal=refusal
                )
            )
        session.add(
            JobRow(
                id="j1",
                kind="archive",
                audience_id=audience,
                state="running",
                data={"segment": {"audience_id": audience, "up_to": 7}, "can_stop": False},
                cursor={"after": 4, "filled": True, "stopped": STOPPED, "upload": "F1"},
                notify=NOTIFY,
                result={},
                done=2,
                total=5,
                made_by="U1",
                made_at=NOW,
            )
        )
    desk, never_asked = Desk(names={"F1": "outcomes.csv"}), Client("key-us1", "http://127.0.0.1:1/3.0")

    def work(database: Database, job: ArchiveJob, clock: Clock) -> Iterator[ArchiveJob]:
        file = SmallFile("outcomes.csv", [b"never read"], desk)
        return outbox_work.archive(never_asked, lambda _job, _outcomes: file, database, job, clock)

    done = run(database, ARCHIVE, work)
    assert (done.state, done.failure) == (JobState.FAILED, FAILURE)
    refusals = {"method-refused": 1}
    assert done.result == ArchiveResult(n=2, left_alone=1, newer=0, refusals=refusals, waiting=1)
    assert desk.shown == [("F1", None)]


def export_of(database: Database, audience: int) -> exports.ExportPlan:
    plan = exports.plan(database, Segment(audience_id=audience), by="U1", now=NOW)
    exports.confirm(database, plan.id, by="U1", now=NOW, channel="D1")
    return plan


def export_data(plan: exports.ExportPlan) -> Json:
    segment = plan.segment
    return {"segment": {"audience_id": segment.audience_id, "up_to": segment.up_to}, "channel": "D1"}


def export(database: Database, desk: Desk) -> ExportJob:
    def work(database: Database, job: ExportJob, clock: Clock) -> Iterator[ExportJob]:
        return exports.work(database, job, clock, sender=desk, most=MOST)

    return run(database, EXPORT, work, LATER)


def export_cursor(progress: ExportProgress) -> Json:
    parts: Json = {"parts": [{"file_id": p.file_id, "name": p.name, "rows": p.rows} for p in progress.parts]}
    if progress.are_sent:
        return {"file_id": progress.file_id, "name": progress.name, "rows": progress.rows, **parts}
    assert progress.after
    return {**parts, "of": progress.of, "after": [progress.after.cleaned_at.isoformat(), progress.after.id]}


@pytest.mark.parametrize("sent", [0, 1, 3, 4, "all"])
def test_an_export_is_carried_on(database: Database, monkeypatch: pytest.MonkeyPatch, sent: int | str):
    monkeypatch.setattr(cells, "ROWS_PER_BLOCK", 1)
    plan, desk = export_of(database, cleaned(database, 10)), Desk()
    job = claim(database, EXPORT)
    if sent:
        steps = exports.work(database, job, lambda: NOW, sender=desk, most=MOST)
        job = next(job for job in steps if job.progress.are_sent or len(job.progress.parts) == sent)
    leave(database, job, export_data(plan), export_cursor(job.progress) if sent else {})
    done = export(database, desk)
    assert (done.outcome.n, done.outcome.files) == (10, tuple(map(link, desk.names)))
    assert desk.shown == [(f"F{n}", "D1") for n in range(4)]
    assert_whole(database, desk)


def test_an_export_that_died_after_showing_its_files_does_not_show_them_again(database: Database):
    plan, desk = export_of(database, cleaned(database, 3)), Desk(fail_after_showing=True)
    *_, job = _until_it_fails(exports.work(database, claim(database, EXPORT), lambda: NOW, sender=desk))
    leave(database, job, export_data(plan), export_cursor(job.progress))
    assert export(database, desk).outcome.files == (link("F0"),)
    assert desk.shown == [("F0", "D1")]


def _until_it_fails(steps: Iterator[ExportJob]) -> Iterator[ExportJob]:
    with suppress(ConnectionError):
        yield from steps


def test_an_export_of_the_oldest_rows_is_listed_with_its_link(database: Database):
    audience = cleaned(database, 3)
    export_of(database, audience)
    done = export(database, Desk())
    result = {"n": 3, "left_alone": 0, "newer": 0, "file_id": "F0", "permalink": link("F0")}
    with database.transaction() as session:
        job_rows.save(session, done.id, done.owner, result=result)
    [past], _ = exports.past_exports(database, audience)
    assert past.permalinks == (link("F0"),)


GOOD, REFUSED = 10, 2
BODY = b"Email Address\n" + b"".join(b"person%d@example.com\n" % n for n in range(GOOD)) + b"nobody\nno one\n"
SLACK: Json = {"name": "a.csv", "audience": "News", "status": "pending", "slack_file": "F9"}
STATES: Mapping[str, Callable[[ImportJob], bool]] = {
    "fetched": lambda job: job.task.is_stored,
    "a chunk done": lambda job: job.progress.row == 4,
    "all rows imported": lambda job: job.progress.row == GOOD + REFUSED,
    "refused rows sent": lambda job: job.progress.hand_over.file_id is not None,
    "refused rows handed over or given up": lambda job: job.progress.hand_over.has_ended,
}


class Closed(Desk):
    """Takes no file, and will take none."""

    def expect(self, name: str, size: int) -> ExpectedFile:  # noqa: ARG002  as a Desk
        raise exports.NotInExportChannel(channel="D1")


def import_cursor(progress: ImportProgress) -> Json:
    if progress == ImportProgress():
        return {}
    hand_over = progress.hand_over
    sent = {"upload": hand_over.file_id} if hand_over.file_id else {}
    ended = (
        {"refused_file": hand_over.file_id if hand_over.is_shared else None} if hand_over.has_ended else {}
    )
    return {
        "sheet": progress.sheet,
        "row": progress.row,
        "outcome": asdict(progress.outcome),
        **sent,
        **ended,
    }


@pytest.mark.usefixtures("small_chunks")
@pytest.mark.parametrize(
    ("state", "desk_type"),
    [(state, Desk) for state in (None, *STATES)]
    + [(state, Closed) for state in (None, *STATES) if state != "refused rows sent"],
)
def test_an_import_from_slack_is_carried_on(database: Database, state: str | None, desk_type: type[Desk]):
    desk = desk_type()

    def fetch(job: ImportJob, file: BinaryIO) -> Iterator[int]:
        yield file.write(BODY)

    def refused_file(job: ImportJob) -> SmallFile:
        lines = ["".join(line.cells).encode() for line in refused.table(database, [job.id]).lines]
        assert len(lines) == REFUSED
        return SmallFile("a.csv.refused.csv", lines, desk)

    def work(database: Database, job: ImportJob, clock: Clock) -> Iterator[ImportJob]:
        return imports.fetch_and_work(fetch, refused_file, database, job, clock)

    imports.request(
        database,
        slack_file="F9",
        name="a.csv",
        audience="News",
        by="U1",
        now=NOW,
        status="pending",
        recipient=RECIPIENT,
        once="V1",
    )
    job = claim(database, IMPORT)
    if state:
        job = next(filter(STATES[state], work(database, job, Times())))
    if job.progress.hand_over.has_ended:
        refused.delete(database, job.id)  # as soon as they were handed over
    leave(database, job, SLACK | ({"size": len(BODY)} if state else {}), import_cursor(job.progress))
    done = run(database, IMPORT, work, LATER)
    assert done.result == UpsertCounts(added=GOOD, changed=0, unchanged=0, refused=REFUSED)
    assert done.progress.hand_over.is_shared == (desk_type is Desk)
    assert desk.shown == ([("F0", None)] if desk_type is Desk else [])
    assert len(desk.names) == len(desk.shown)
    assert set(statuses(database, done.audience_id).values()) == {"pending"}
    with database.reading() as session:
        assert not session.exec(select(RefusedRow)).all()
        assert not session.exec(select(UploadPart)).all()
    assert_exact(database)


@pytest.mark.usefixtures("small_chunks")
@pytest.mark.parametrize("steps", [0, 1, 2])
def test_an_import_from_the_terminal_is_carried_on_and_found_again(database: Database, steps: int):
    imports.receive(database, io.BytesIO(BODY), name="a.csv", audience="News", by="terminal", now=NOW)
    sha256 = imports.sha256(io.BytesIO(BODY))
    job = claim(database, IMPORT)
    if steps:
        job = step(imports.work(database, job, Times()), steps)
    data: Json = {"name": "a.csv", "audience": "News", "status": "nonsubscribed", "sha256": sha256}
    leave(database, job, {**data, "size": len(BODY)}, import_cursor(job.progress), notify={})
    found = imports.under_way(database, audience="news", digest=sha256)
    assert found
    assert found.id == job.id
    done = run(database, IMPORT, imports.work, LATER)
    assert done.result == UpsertCounts(added=GOOD, changed=0, unchanged=0, refused=REFUSED)
    assert len(list(refused.table(database, [done.id]).lines)) == REFUSED
    assert_exact(database)


def test_plans_are_confirmed(database: Database):
    audience = cleaned(database, 3)
    archive = planned(database, audience)
    preview = exports.plan(database, Segment(audience_id=audience), by="U1", now=NOW)
    segment = {"audience_id": audience, "up_to": archive.segment.up_to}
    with database.transaction() as session:
        plan_rows.save(session, archive.id, data={"segment": segment, "word": "ARCHIVE"})
        plan_rows.save(session, preview.id, data={"segment": segment})
    assert exports.look(database, preview.id, by="U1") == preview
    exported = exports.confirm(database, preview.id, by="U1", now=NOW, channel="C1")
    assert exported.task == ExportTask(archive.segment, "C1")
    with pytest.raises(WrongWord):
        archives.confirm(database, archive.id, "no", by="U1", now=NOW)
    archives.confirm(database, archive.id, "archive", by="U1", now=NOW)
    assert run(database, ARCHIVE, archives.work).outcome.n == 3


ME = "U1"


def rewrite(database: Database, plan_id: str, data: Json) -> None:
    with database.transaction() as session:
        plan_rows.save(session, plan_id, data=data)


def test_the_plan_of_a_list_keeps_its_filters_ticks_and_page(database: Database):
    audience = cleaned(database, 25)
    plan_id = segments.begin(database, ME, audience, NOW)
    first = segments.look(database, plan_id, ME)
    assert first.following
    after = first.following
    ticked = [entry.id for entry in first.entries[:3]]
    data: Json = {
        "segment": {"audience_id": audience, "worth_a_look": False, "domain": "example.com"},
        "places": [[after.cleaned_at.isoformat(), after.id]],
        "ticked": {str(audience): ticked},
        "edition": 4,
        "sent": "1796044529.144607",
        "refused_ticks": False,
    }
    rewrite(database, plan_id, data)
    listing = segments.look(database, plan_id, ME)
    assert (listing.page, listing.found, listing.edition) == (2, 25, 4)
    assert (listing.ticked, listing.segment.domain) == (frozenset(ticked), "example.com")
    assert segments.chosen(database, plan_id, ME, ticked=True).ids == tuple(ticked)


def test_the_plan_of_a_restore_picker_keeps_its_ticks_and_page(database: Database):
    audience = cleaned(database, 15)
    archive = archived(database, audience)
    plan_id = restore_picker.begin(database, audience, archive.id, by=ME, now=NOW)
    data: Json = {"archive": archive.id, "text": "", "starts": [0, 10], "ticked": [1, 2], "edition": 1}
    rewrite(database, plan_id, data)
    page = restore_picker.look(database, plan_id, by=ME)
    assert (page.number, page.ticked, page.edition) == (2, frozenset({1, 2}), 1)
    boxes = PickerBoxes([contact.id for contact in page.contacts], [page.contacts[0].id])
    job = restore_picker.restore(database, plan_id, boxes, by=ME, now=NOW)
    assert job.task == RestoreTask(archive.id, (1, 2, 11))


def test_the_plan_of_a_correction_is_confirmed(database: Database):
    audience = cleaned(database, 1, domain="gmial.com")
    form = corrections.begin(database, audience, 1, by=ME, now=NOW, wording="Yes", language="en")
    rewrite(database, form.plan_id, {"contact": 1, "wording": "Yes", "language": "en"})
    filled = FilledForm("person0@gmail.com", permission=True)
    corrections.add(database, form.plan_id, filled, by=ME, now=NOW)
    assert statuses(database, audience) == {"person0@gmial.com": "cleaned", "person0@gmail.com": "subscribed"}


def test_the_plan_of_a_correction_at_mailchimp_is_read():
    row = PlanRow(id="p1", kind="fix", user_id=ME, audience_id=1, data=FORM, n=1, revision=0, made_at=NOW)
    assert corrections.read_plan(row) == CorrectionPlan(
        contact=7,
        wording="They gave me permission",
        language="fr",
        number=2,
        of=5,
        fields=FIELD_VALUES,
        permissions=PERMISSIONS,
        names=(True, False),
        absent="ada@gmail.com",
    )
