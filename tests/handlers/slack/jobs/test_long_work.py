"""Long work: done to its end, told in one message, given back when the program stops, given up in the end."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from threading import Event, current_thread
from time import monotonic, sleep
from typing import Any

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.core.errors import NothingThere
from bot.core.settings import load
from bot.jobs import jobs
from bot.jobs.files import GIVE_UP_AFTER
from bot.jobs.jobs import Clock, Job, JobType, Recipient
from bot.jobs.json_values import to_json
from bot.workspaces.workspaces import Workspace
from handlers.slack.context import AppContext
from handlers.slack.elements import blocks, newer
from handlers.slack.elements.blocks import Message
from handlers.slack.elements.newer import TaskStatus
from handlers.slack.jobs import long_work
from handlers.slack.jobs import worker as workers
from handlers.slack.jobs.long_work import JobHandler
from handlers.slack.jobs.worker import Worker
from handlers.slack.people import People
from handlers.words import Markup, Words
from storage.core.database import Database
from storage.jobs import jobs as job_rows
from storage.jobs.tables import JobKind, JobRow
from storage.mailchimp.api.errors import Unavailable
from tests.conftest import NOW

DIRECT = "D1"
SOMEONE = Recipient("U1", channel=DIRECT)

Bag = dict[str, Any]
TestJob = Job[Bag, Bag, Bag]
TestType = JobType[Bag, Bag, Bag]


def type_of(kind: JobKind) -> TestType:
    return JobType(kind, dict, dict, dict)


TEST = type_of(JobKind.EXPORT)


class Slack(WebClient):
    """Keeps what it is told; `failing` methods raise."""

    def __init__(self) -> None:
        super().__init__()
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.failing: set[str] = set()
        self.error = "fatal_error"
        self.standing: list[dict[str, Any]] = []
        self.told = Event()

    def chat_postMessage(self, **given: Any) -> Any:  # noqa: N802
        return self._call("chat.postMessage", given)

    def chat_update(self, **given: Any) -> Any:
        return self._call("chat.update", given)

    def chat_delete(self, **given: Any) -> Any:
        return self._call("chat.delete", given)

    def conversations_history(self, **_given: Any) -> Any:
        return {"messages": self.standing}

    def views_update(self, **given: Any) -> Any:
        return self._call("views.update", given)

    def _call(self, method: str, given: dict[str, Any]) -> dict[str, Any]:
        self.calls.append((method, given))
        if method in self.failing:
            raise SlackApiError("refused", {"ok": False, "error": self.error})  # type: ignore[no-untyped-call]  # the SDK's
        return {"ok": True, "ts": "1.0"}


def three_steps(database: Database, job: TestJob, clock: Clock) -> Iterator[TestJob]:
    for done in range(job.done + 1, 4):
        with database.transaction() as session:
            job = jobs.step(session, job, clock(), done=done)
        yield job
    with database.transaction() as session:
        job = jobs.finish(session, job, clock(), {"n": job.done})
    yield job


def message(_database: Database, _words: Words, job: TestJob) -> Message:
    text = Markup(f"{job.state} {job.done} {job.failure.key if job.failure else ''}")
    card = newer.task_card(job.id, text, TaskStatus.IN_PROGRESS, [blocks.section(text)])
    return blocks.message(text, [card, blocks.actions([blocks.button("Stop", "stop")])])


class Clockwork:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def slack() -> Slack:
    return Slack()


@pytest.fixture
def clock() -> Clockwork:
    return Clockwork()


@pytest.fixture
def parts(database: Database, slack: Slack, clock: Clockwork) -> AppContext:
    settings = load(slack_bot_token="xoxb-test")
    return AppContext(
        database=database, settings=settings, client=slack, people=People(slack, (), "T1"), clock=clock
    )


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(long_work, "FIRST_MESSAGE_SECONDS", 0.0)
    monkeypatch.setattr(long_work, "TELL_SECONDS", 0.0)


def add(
    parts: AppContext, recipient: Recipient | None = SOMEONE, type_: TestType = TEST, by: str = "U1"
) -> str:
    with parts.database.transaction() as session:
        return jobs.create(session, type_, {}, by=by, now=NOW, recipient=recipient).id


def one_round(parts: AppContext, working: Callable[..., Iterator[TestJob]] = three_steps) -> None:
    """Claims the next job and works at it until the worker lets go of it."""
    job = jobs.claim(parts.database, [TEST], jobs.owner(), parts.clock())
    assert job is not None
    run(parts, JobHandler(TEST, working, "close", message), job)


def run_told(parts: AppContext) -> None:
    """A round of work whose receipt is another message."""
    handler = JobHandler(TEST, three_steps, "exports-title", message, is_told=lambda _: True)
    job = jobs.claim(parts.database, [TEST], "me", parts.clock())
    assert job
    run(parts, handler, job)


def run(parts: AppContext, handler: JobHandler, job: TestJob, stopping: Event | None = None) -> None:
    long_work.JobRun(parts, handler, job, stopping or Event(), lambda *_: None).run()


def row(parts: AppContext, job_id: str) -> JobRow:
    with parts.database.reading() as session:
        job = job_rows.get(session, job_id)
    assert job is not None
    return job


def test_one_message_moves_on_to_the_receipt(parts: AppContext, slack: Slack):
    job_id = add(parts)
    one_round(parts)
    methods = [method for method, _ in slack.calls]
    assert methods == ["chat.postMessage", *["chat.update"] * 3]
    assert slack.calls[-1][1]["text"].startswith("done 3")
    assert row(parts, job_id).told_at == NOW


@pytest.mark.parametrize("error", [None, "message_not_found"])
def test_where_another_message_tells_it_the_progress_is_removed(
    parts: AppContext, slack: Slack, error: str | None
):
    job_id = add(parts, replace(SOMEONE, view="V1"))
    if error:  # somebody has removed it
        slack.failing, slack.error = {"chat.delete"}, error
    run_told(parts)
    assert slack.calls[-2] == ("chat.delete", {"channel": DIRECT, "ts": "1.0"})
    assert slack.calls[-1][0] == "views.update"
    assert row(parts, job_id).told_at == NOW


class Killed(BaseException):
    """What a killed process does: nothing more."""


REFUSED = SlackApiError("x", {"error": "internal_error"})  # type: ignore[no-untyped-call]  # the SDK's


@pytest.mark.parametrize("first", [Killed(), REFUSED, TimeoutError()], ids=repr)
def test_what_follows_the_end_is_carried_on_after_a_kill_or_a_fault(
    parts: AppContext, slack: Slack, clock: Clockwork, first: BaseException
):
    """Such as the end of a workflow's step, for which the workflow waits."""
    job_id, ended, outcomes = add(parts), [], [first]

    def end_step(_context: AppContext, job: TestJob) -> None:
        if outcomes:
            raise outcomes.pop()
        ended.append(job.id)

    handler = JobHandler(TEST, three_steps, "exports-title", message, after=end_step)
    job = jobs.claim(parts.database, [TEST], "first", clock())
    assert job
    with pytest.raises(type(first)):
        run(parts, handler, job)
    assert row(parts, job_id).state == "done"
    clock.now += timedelta(minutes=1)
    carried_on = jobs.claim(parts.database, [TEST], "second", clock())
    assert carried_on
    run(parts, handler, carried_on)
    assert ended == [job_id]
    assert row(parts, job_id).told_at == clock.now
    assert len([method for method, _ in slack.calls if method == "chat.postMessage"]) == 1


def test_what_slack_refuses_after_the_end_is_not_tried_again(parts: AppContext):
    def end_step(*_: Any) -> None:
        raise SlackApiError("x", {"error": "function_not_running"})  # type: ignore[no-untyped-call]

    job_id = add(parts)
    job = jobs.claim(parts.database, [TEST], "first", parts.clock())
    assert job
    run(parts, JobHandler(TEST, three_steps, "exports-title", message, after=end_step), job)
    assert row(parts, job_id).told_at == NOW


def test_the_modal_moves_on_too_without_buttons_and_cards(parts: AppContext, slack: Slack):
    add(parts, replace(SOMEONE, view="V1"))
    one_round(parts)
    views = [given["view"] for method, given in slack.calls if method == "views.update"]
    assert len(views) == 4
    assert all(block["type"] == "section" for view in views for block in view["blocks"])


def test_a_modal_that_was_closed_stops_nothing(parts: AppContext, slack: Slack):
    slack.failing = {"views.update"}
    job_id = add(parts, replace(SOMEONE, view="V1"))
    one_round(parts)
    assert row(parts, job_id).told_at is not None


def test_progress_that_can_not_be_told_stops_nothing(parts: AppContext, slack: Slack):
    job_id = add(parts, replace(SOMEONE, ts="1.0"))
    slack.failing = {"chat.update"}
    with pytest.raises(SlackApiError):  # the receipt is tried again
        one_round(parts)
    assert row(parts, job_id).state == "done"
    assert row(parts, job_id).told_at is None


def test_a_receipt_that_failed_is_told_later(parts: AppContext, slack: Slack, clock: Clockwork):
    job_id = add(parts, replace(SOMEONE, ts="1.0"))
    slack.failing = {"chat.update"}
    with pytest.raises(SlackApiError):
        one_round(parts)
    slack.failing = set()
    clock.now += timedelta(minutes=1)
    one_round(parts)
    assert row(parts, job_id).told_at == clock.now
    assert row(parts, job_id).done == 3


def test_a_receipt_that_slack_refuses_is_given_up(parts: AppContext, slack: Slack, clock: Clockwork):
    job_id = add(parts, replace(SOMEONE, ts="1.0"))
    slack.failing, slack.error = {"chat.update"}, "channel_not_found"
    for _ in range(GIVE_UP_AFTER - 1):
        with pytest.raises(SlackApiError):
            one_round(parts)
        clock.now += timedelta(minutes=1)
    one_round(parts)
    assert row(parts, job_id).told_at == clock.now
    assert jobs.claim(parts.database, [TEST], "other", clock.now + timedelta(days=1)) is None


def test_a_message_that_was_posted_and_not_noted_is_found_again(parts: AppContext, slack: Slack):
    job_id = add(parts)
    assert jobs.claim(parts.database, [TEST], "dead", NOW - timedelta(minutes=5))
    mark = {"event_type": long_work.EVENT, "event_payload": {"job": job_id}}
    slack.standing = [{"ts": "7.0", "metadata": mark}, {"ts": "8.0"}]
    one_round(parts)
    assert {(method, given.get("ts")) for method, given in slack.calls} == {("chat.update", "7.0")}
    assert row(parts, job_id).notify["ts"] == "7.0"


def test_while_slack_is_away_a_receipt_is_tried_for_a_day(parts: AppContext, slack: Slack, clock: Clockwork):
    job_id = add(parts, replace(SOMEONE, ts="1.0"))
    slack.failing = {"chat.update"}
    for _ in range(GIVE_UP_AFTER * 2):
        with pytest.raises(SlackApiError):
            one_round(parts)
        clock.now += timedelta(minutes=1)
    assert row(parts, job_id).told_at is None
    clock.now += long_work.TELLS_WITHIN
    one_round(parts)
    assert row(parts, job_id).told_at == clock.now


def test_what_a_person_can_mend_is_the_receipt(parts: AppContext, slack: Slack):
    def refused(*_: Any) -> Iterator[TestJob]:
        raise NothingThere
        yield  # type: ignore[unreachable]  # it makes a generator

    job_id = add(parts)
    one_round(parts, refused)
    assert row(parts, job_id).state == "failed"
    assert slack.calls[-1][1]["text"] == "failed 0 error-nothing-there"


def test_a_fault_is_tried_again_later_and_given_up_after_five_times(
    parts: AppContext, slack: Slack, clock: Clockwork
):
    def broken(*_: Any) -> Iterator[TestJob]:
        raise RuntimeError
        yield  # type: ignore[unreachable]  # it makes a generator

    job_id = add(parts)
    for _ in range(GIVE_UP_AFTER - 1):
        with pytest.raises(RuntimeError):
            one_round(parts, broken)
        assert jobs.claim(parts.database, [TEST], "other", clock.now) is None, "at once is too soon"
        clock.now += timedelta(minutes=1)
    one_round(parts, broken)
    assert row(parts, job_id).result["error"] == "error-gave-up"
    assert slack.calls[-1][1]["text"].startswith("failed")


def cut_off(*_: Any) -> Iterator[TestJob]:
    raise Unavailable("ConnectError")
    yield  # type: ignore[unreachable]  # it makes a generator


def test_mailchimp_s_trouble_is_one_line_of_the_log_where_nobody_waits_and_tried_again(
    parts: AppContext, slack: Slack, clock: Clockwork, caplog: pytest.LogCaptureFixture
):
    job_id = add(parts, None, by="clock")
    for _ in range(30):
        one_round(parts, cut_off)
        assert jobs.claim(parts.database, [TEST], "other", clock.now) is None, "at once is too soon"
        clock.now += jobs.LONGEST_RETRY + timedelta(seconds=1)
    assert [record.getMessage() for record in caplog.records] == [
        f"job {job_id}: Mailchimp is unreachable or failing (ConnectError)."
    ] * 30
    one_round(parts)
    assert row(parts, job_id).state == "done"
    assert slack.calls == []


def test_mailchimp_s_trouble_is_told_to_who_waits(parts: AppContext, slack: Slack):
    job_id = add(parts)
    one_round(parts, cut_off)
    assert row(parts, job_id).result == {
        "error": "mailchimp-unavailable",
        "values": {"reason": "ConnectError"},
    }
    assert slack.calls[-1][1]["text"] == "failed 0 mailchimp-unavailable"


def test_who_comes_to_wait_for_a_job_under_way_is_told_in_their_language(parts: AppContext, slack: Slack):
    job_id = add(parts, None, by="clock")

    def joined(database: Database, job: TestJob, clock: Clock) -> Iterator[TestJob]:
        with database.transaction() as session:
            job_rows.set_recipient(session, job_id, to_json(replace(SOMEONE, language="fr")))
        yield from three_steps(database, job, clock)

    languages = []

    def with_language(database: Database, words: Words, job: TestJob) -> Message:
        languages.append(words.language)
        return message(database, words, job)

    job = jobs.claim(parts.database, [TEST], jobs.owner(), NOW)
    assert job
    run(parts, JobHandler(TEST, joined, "close", with_language), job)
    assert slack.calls[-1][1]["text"].startswith("done 3")
    assert set(languages) == {"fr"}


@pytest.mark.parametrize("kind", [JobKind.SYNC, JobKind.ARCHIVE, JobKind.RESTORE])
def test_what_waits_for_mailchimp_keeps_no_other_work_waiting(parts: AppContext, kind: JobKind):
    """However many syncs, archives and Undos there are, a thread is free."""
    going, finished = Event(), Event()

    def waits(database: Database, job: TestJob, clock: Clock) -> Iterator[TestJob]:
        going.wait(10)
        yield from three_steps(database, job, clock)

    def ends(database: Database, job: TestJob, clock: Clock) -> Iterator[TestJob]:
        yield from three_steps(database, job, clock)
        finished.set()

    for _ in range(workers.THREADS + 1):
        add(parts, None, type_of(kind), by="clock")
    handlers = [JobHandler(type_of(kind), waits, "close", message), JobHandler(TEST, ends, "close", message)]
    worker = Worker(lambda _: handlers)
    worker.start(lambda: [parts])
    add(parts)
    worker.wake()
    try:
        assert finished.wait(10)
    finally:
        going.set()
        worker.stop()


def test_a_workspace_whose_database_is_broken_keeps_no_other_waiting(
    parts: AppContext, tmp_path: Path, caplog: pytest.LogCaptureFixture
):
    empty = Database(f"sqlite:///{tmp_path / 'empty.db'}")
    broken = replace(parts, database=empty, workspace=Workspace("T0BROKEN", "Broken"))
    finished = Event()

    def ends(database: Database, job: TestJob, clock: Clock) -> Iterator[TestJob]:
        yield from three_steps(database, job, clock)
        finished.set()

    worker = Worker(lambda _: [JobHandler(TEST, ends, "close", message)])
    worker.start(lambda: [broken, parts])
    try:
        for _ in range(3):
            add(parts)
            worker.wake()
            assert finished.wait(10)
            finished.clear()
    finally:
        worker.stop()
    tries = [each for each in caplog.messages if each.startswith("worker:")]
    assert 1 <= len(tries) <= workers.THREADS, "it is left alone for a while"
    empty.close()


def test_a_program_that_stops_gives_its_job_back_for_another_to_carry_on(parts: AppContext):
    job_id = add(parts)
    stopping = Event()
    job = jobs.claim(parts.database, [TEST], jobs.owner(), NOW)
    assert job
    stopping.set()
    run(parts, JobHandler(TEST, three_steps, "close", message), job, stopping)
    assert row(parts, job_id).done == 1
    one_round(parts)
    assert row(parts, job_id).result == {"n": 3}


def test_a_job_of_a_dead_process_is_free_when_its_lease_ran_out(parts: AppContext, clock: Clockwork):
    add(parts)
    assert jobs.claim(parts.database, [TEST], "dead", clock.now)
    clock.now += jobs.LEASE
    assert jobs.claim(parts.database, [TEST], "other", clock.now) is None
    clock.now += timedelta(seconds=1)
    assert jobs.claim(parts.database, [TEST], "other", clock.now)


def test_a_process_whose_lease_was_taken_changes_nothing_any_more(parts: AppContext, clock: Clockwork):
    job_id = add(parts)
    slow = jobs.claim(parts.database, [TEST], "slow", clock.now)
    assert slow
    steps = three_steps(parts.database, slow, clock)
    next(steps)
    clock.now += jobs.LEASE + timedelta(seconds=1)
    assert jobs.claim(parts.database, [TEST], "other", clock.now)
    with pytest.raises(job_rows.LeaseLost):
        next(steps)
    assert row(parts, job_id).done == 1


def test_the_worker_s_threads_take_what_is_there_and_stop_when_told(parts: AppContext, slack: Slack):
    job_id = add(parts)
    finished = Event()

    def signalled(database: Database, words: Words, job: TestJob) -> Message:
        if job.state == "done":
            finished.set()
        return message(database, words, job)

    worker = Worker(lambda _: [JobHandler(TEST, three_steps, "close", signalled)])
    woken = replace(parts, wake=worker.wake)
    worker.start(lambda: [woken])
    worker.wake()
    assert finished.wait(10)
    worker.stop()
    assert row(parts, job_id).told_at is not None
    assert not any(thread.is_alive() for thread in worker._threads.values())


def test_a_thread_that_is_stuck_in_a_job_is_a_fault_and_one_that_gets_on_or_is_idle_is_not(
    parts: AppContext, monkeypatch: pytest.MonkeyPatch
):
    now, begun, may_go_on, stopped = 0.0, Event(), Event(), Event()

    def work(database: Database, job: TestJob, clock: Clock) -> Iterator[TestJob]:
        for _ in range(2):
            begun.set()
            assert may_go_on.wait(20)
            may_go_on.clear()
            yield jobs.renew(database, job, clock())
        stopped.set()
        yield from three_steps(database, job, clock)

    monkeypatch.setattr(workers, "monotonic", lambda: now)
    monkeypatch.setattr(workers, "POLL_SECONDS", 60.0)
    worker = Worker(lambda _: [JobHandler(TEST, work, "close", message)])
    add(parts)
    worker.start(lambda: [parts])
    assert begun.wait(20)
    while len(worker._moved) > 1:  # the other thread looks for work
        stopped.wait(0.001)
    for passed, fault in ((60, ""), (1, "stuck: worker-"), (600, "stuck: worker-")):
        now += passed
        assert worker.fault().rstrip("01") == fault
    begun.clear()
    may_go_on.set()
    assert begun.wait(20)
    assert worker.fault() == ""
    may_go_on.set()
    assert stopped.wait(20)
    worker.stop()
    assert worker.fault() == ""


def test_one_of_the_idle_threads_looks_for_jobs_of_other_processes_and_another_one_while_it_works(
    parts: AppContext, monkeypatch: pytest.MonkeyPatch
):
    looks, working, may_end = list[str](), list[str](), Event()
    look = jobs.may_have_work

    def noted(database: Database) -> bool:
        looks.append(current_thread().name)
        return look(database)

    def work(database: Database, job: TestJob, clock: Clock) -> Iterator[TestJob]:
        working.append(current_thread().name)
        assert may_end.wait(20)
        yield from three_steps(database, job, clock)

    def wait_for_looks() -> set[str]:
        looks.clear()
        until = monotonic() + 20
        while len(looks) < 5:
            assert monotonic() < until
            sleep(0.001)
        return set(looks)

    monkeypatch.setattr(workers, "POLL_SECONDS", 0.005)
    monkeypatch.setattr(jobs, "may_have_work", noted)
    worker = Worker(lambda _: [JobHandler(TEST, work, "close", message)])
    worker.start(lambda: [parts])
    assert len(wait_for_looks()) == 1
    job_id = add(parts)
    while not working:
        sleep(0.001)
    assert not wait_for_looks().intersection(working)
    may_end.set()
    while row(parts, job_id).told_at is None:
        sleep(0.001)
    assert len(wait_for_looks()) == 1
    worker.stop()
