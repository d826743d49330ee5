"""Long work as rows: one owner at a time, whoever dies."""

import io
import os
import socket
import subprocess
import sys
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import event

from bot.archives.jobs import ARCHIVE, RESTORE, ArchiveResult, ArchiveTask, RestoreTask
from bot.exports.jobs import EXPORT, ExportTask
from bot.imports.jobs import IMPORT, ImportTask
from bot.jobs import jobs
from bot.jobs.jobs import AnyJob, Failure, JobType, Recipient
from bot.jobs.json_values import to_json
from storage.audiences import audiences
from storage.contacts.contacts import Segment
from storage.core.database import Database
from storage.imports import uploads
from storage.jobs import jobs as job_rows
from storage.jobs.jobs import LeaseLost
from storage.jobs.tables import JobRow
from tests.conftest import NOW

LATER = NOW + jobs.LEASE + timedelta(seconds=1)
ALL = (IMPORT, EXPORT, ARCHIVE, RESTORE)
TASKS = {
    IMPORT.kind: ImportTask("list.csv", "News", "pending"),
    EXPORT.kind: ExportTask(Segment(audience_id=1), "D1"),
    ARCHIVE.kind: ArchiveTask(Segment(audience_id=1)),
    RESTORE.kind: RestoreTask("a1", None),
}


def _add(
    database: Database,
    type_: JobType[Any, Any, Any] = EXPORT,
    minute: int = 0,
    audience: str | None = None,
    recipient: Recipient | None = None,
) -> AnyJob:
    with database.transaction() as session:
        into = audiences.get_or_add(session, audience, NOW) if audience else None
        made_at = NOW + timedelta(minutes=minute)
        audience_id = into.id if into else None
        task = TASKS[type_.kind]
        return jobs.create(
            session, type_, task, by="U1", now=made_at, audience_id=audience_id, recipient=recipient
        )


def _claimed(database: Database, now=NOW, owner: str = "me") -> str | None:
    job = jobs.claim(database, ALL, owner, now)
    return job.id if job else None


def test_the_oldest_job_comes_first_and_each_once(database: Database):
    second, first = _add(database, minute=2), _add(database, minute=1)
    assert [_claimed(database) for _ in range(3)] == [first.id, second.id, None]


def test_only_the_kinds_asked_for_are_given(database: Database):
    _add(database, EXPORT)
    assert jobs.claim(database, [IMPORT], "me", NOW) is None


def test_finished_jobs_are_passed_over_by_an_index(database: Database):
    """They are kept for good, and work is looked for every second."""
    with database.transaction() as session:
        for n in range(3_000):
            made_at = NOW + timedelta(minutes=n)
            session.add(
                JobRow(
                    id=f"{n}",
                    kind=EXPORT.kind.value,
                    state="done",
                    data=to_json(TASKS[EXPORT.kind]),
                    cursor={},
                    notify={},
                    result={},
                    made_by="U1",
                    made_at=made_at,
                    finished_at=NOW,
                    told_at=NOW,
                )
            )
    sent: list[tuple[str, Any]] = []
    with database.engine.begin() as connection:
        connection.exec_driver_sql("ANALYZE")
    event.listen(database.engine, "before_cursor_execute", lambda *told: sent.append((told[2], told[3])))
    assert _claimed(database) is None
    [(query, values)] = [each for each in sent if each[0].startswith("SELECT job.id")]
    explain = "EXPLAIN QUERY PLAN" if database.is_sqlite else "EXPLAIN"
    with database.engine.connect() as connection:
        plan = connection.exec_driver_sql(f"{explain} {query}", values).fetchall()
    assert "ix_job_untold" in str(plan)


def test_a_lease_that_ran_out_is_anyones_and_the_first_owner_must_stop(database: Database):
    _add(database)
    first = jobs.claim(database, ALL, "first", NOW)
    assert first
    assert _claimed(database, NOW + jobs.LEASE) is None
    second = jobs.claim(database, ALL, "second", LATER)
    assert second
    assert (second.id, second.attempts, second.owner) == (first.id, 2, "second")
    with pytest.raises(LeaseLost), database.transaction() as session:
        jobs.step(session, first, LATER, done=5)
    with database.reading() as session:
        kept = job_rows.get(session, first.id)
    assert kept
    assert kept.done == 0


def test_a_clock_that_is_put_back_leaves_no_work_lying(database: Database):
    _add(database)
    ahead = NOW + timedelta(hours=1)
    first = jobs.claim(database, ALL, "first", ahead)
    assert first
    assert _claimed(database, ahead - timedelta(seconds=30)) is None  # clocks may differ a little
    assert _claimed(database, NOW, "second") == first.id
    with pytest.raises(LeaseLost):
        jobs.set_recipient(database, first, ahead, Recipient("U1", ts="1"))


def test_a_step_renews_the_lease(database: Database):
    _add(database)
    job = jobs.claim(database, ALL, "me", NOW)
    assert job
    with database.transaction() as session:
        jobs.step(session, job, NOW + jobs.LEASE, done=1)
    assert _claimed(database, LATER) is None


def test_a_job_given_back_is_anyones_at_once(database: Database):
    _add(database)
    job = jobs.claim(database, ALL, "me", NOW)
    assert job
    jobs.release(database, job)
    assert _claimed(database, NOW, "other") == job.id


def test_work_on_an_audience_waits_for_the_work_that_has_it(database: Database):
    archive = _add(database, ARCHIVE, 1, "News")
    restore = _add(database, RESTORE, 2, "News")
    export = _add(database, EXPORT, 3, "News")
    elsewhere = _add(database, IMPORT, 4, "Others")
    job = jobs.claim(database, ALL, "me", NOW)
    assert job
    assert job.id == archive.id
    assert [_claimed(database) for _ in range(3)] == [export.id, elsewhere.id, None]
    with database.transaction() as session:
        jobs.finish(session, job, NOW, ArchiveResult(n=0, left_alone=0, newer=0))
    assert _claimed(database, NOW) == restore.id


def test_a_finished_job_comes_back_until_the_person_was_told(database: Database):
    archived = ArchiveResult(n=3, left_alone=0, newer=0)
    _add(database, ARCHIVE, 1, "News")
    waiting = _add(database, ARCHIVE, 2, "News")
    job = jobs.claim(database, ALL, "me", NOW)
    assert job
    with database.transaction() as session:
        jobs.finish(session, job, NOW, archived)
    assert _claimed(database, NOW) == waiting.id
    again = jobs.claim(database, ALL, "me", LATER - timedelta(milliseconds=1))
    assert again is not None
    assert (again.id, again.state, again.result) == (job.id, "done", archived)
    jobs.mark_told(database, again, LATER)
    with database.reading() as session:
        assert [each.id for each in job_rows.unfinished(session, ARCHIVE.kind)] == [waiting.id]


def test_a_failed_job_says_why(database: Database):
    _add(database)
    job = jobs.claim(database, ALL, "me", NOW)
    assert job
    failed = jobs.fail(database, job, NOW, "error-nothing-there", n=1)
    assert (failed.state, failed.result) == ("failed", None)
    assert failed.failure == Failure("error-nothing-there", {"n": 1})
    recipient = Recipient("U1", ts="1.2")
    assert jobs.set_recipient(database, failed, NOW, recipient).recipient == recipient


def test_what_changes_beside_a_step_is_kept(database: Database):
    """A step forgets what it read, never what it has still to write."""
    _add(database, ARCHIVE, 1, "News")
    job = jobs.claim(database, ALL, "me", NOW)
    assert job
    assert job.audience_id
    with database.transaction() as session:
        audience = audiences.get(session, job.audience_id)
        assert audience
        audience.next_contact_id = 77
        jobs.step(session, job, NOW)
    with database.reading() as session:
        kept = audiences.get(session, job.audience_id)
        assert kept
        assert kept.next_contact_id == 77


@settings(max_examples=30)
@given(
    st.binary(max_size=60),
    st.lists(st.tuples(st.integers(-70, 70), st.sampled_from([0, 1, 2]), st.integers(1, 30)), max_size=8),
)
def test_a_kept_file_reads_as_the_file_itself(database: Database, body: bytes, moves):
    job = _add(database, IMPORT)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(uploads, "PART_BYTES", 7)
        file = io.BytesIO(body)
        with database.transaction() as session:
            while uploads.store_parts(session, job.id, file, at_once=2):
                pass
        kept, real = uploads.Upload(database, job.id, len(body)), io.BytesIO(body)
        for offset, whence, size in moves:
            at = real.seek(max(0, offset + (0, real.tell(), len(body))[whence]))
            assert kept.seek(offset, whence) == at == kept.tell()
            piece = kept.read(size)
            assert piece == body[at : at + len(piece)]
            assert piece or at >= len(body)
            real.seek(kept.tell())
        kept.seek(0)
        assert kept.readall() == body


def test_what_a_process_held_that_is_gone_is_free_at_once(database: Database):
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    job = _add(database)
    assert _claimed(database, owner=f"{socket.gethostname()}:{gone.pid}:a1b2c3") == job.id
    assert _claimed(database) is None
    jobs.release_dead(database)
    assert _claimed(database) == job.id


def test_what_our_own_number_held_before_us_is_free_at_once(database: Database):
    """In a container, the program has the same number each time it starts."""
    job = _add(database)
    assert _claimed(database, owner=jobs.owner()) == job.id
    jobs.release_dead(database)
    assert _claimed(database) == job.id


@pytest.mark.parametrize(
    "owner", ["elsewhere:1:a1b2c3", f"{socket.gethostname()}:{os.getppid()}:a1b2c3", "me"]
)
def test_what_may_be_alive_keeps_its_lease(database: Database, owner: str):
    job = _add(database)
    assert _claimed(database, owner=owner) == job.id
    jobs.release_dead(database)
    assert _claimed(database) is None


def test_a_step_that_takes_long_is_followed_by_smaller_ones():
    size = jobs.StepSize(20_000)
    size.adapt(jobs.STEP / 2)
    assert size.rows == 20_000
    size.adapt(jobs.STEP * 4)
    assert size.rows == 5_000
    size.adapt(jobs.STEP / 2)
    assert size.rows == 10_000
    size.adapt(timedelta(minutes=1))
    assert size.rows == 1_000
    size.adapt(timedelta(minutes=-60))
    assert size.rows == 1_000
    few = jobs.StepSize(2)
    few.adapt(timedelta(minutes=1))
    assert few.rows == 1


def test_the_first_step_is_small_and_the_next_ones_as_large_as_the_database_is_quick():
    slow, quick, few = (jobs.StepSize(most, first=2_000) for most in (20_000, 20_000, 3))
    assert (slow.rows, quick.rows, few.rows) == (2_000, 2_000, 3)
    slow.adapt(jobs.STEP)
    quick.adapt(timedelta(0))
    assert (slow.rows, quick.rows) == (2_000, 20_000)
