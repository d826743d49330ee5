"""A delivery that comes again is recognised, by whichever process gets it."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import count
from threading import Event
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from slack_bolt import App, BoltRequest, BoltResponse
from slack_bolt.authorization import AuthorizeResult
from sqlmodel import select

from bot.archives import archives
from bot.core.settings import Settings
from bot.digests import digests
from bot.jobs import dedupe as bot_dedupe
from bot.maintenance.cleanup import delete_expired
from handlers.slack import dedupe
from handlers.slack.context import AppContext
from handlers.slack.dedupe import AnswerUnknown, SeenRequests
from handlers.slack.errors import Answer
from handlers.slack.people import People
from handlers.slack.views.archives import archives as archive_views
from storage.contacts.contacts import Segment
from storage.core.database import Database
from storage.core.tables import AudienceRow
from storage.jobs.tables import JobRow
from tests.conftest import NOW
from tests.support.audiences import cleaned
from tests.support.bot.digests import SETTINGS
from tests.support.bots import app_of
from tests.support.features.digests import Slack

on_postgresql = pytest.mark.parametrize("engine_name", ["postgresql"], indirect=True)


def made(database: Database) -> SeenRequests:
    return SeenRequests(database, lambda: NOW)


def answered(text: str = "") -> Answer:
    return {"response_action": "update", "view": {"title": text}}


def never(error: Exception) -> Answer:
    raise AssertionError from error


def submission(trigger: str = "1") -> dict[str, Any]:
    return {"type": "view_submission", "trigger_id": trigger}


def test_the_same_trigger_or_event_is_new_once(database: Database):
    seen = made(database)
    assert [seen.is_repeated({"trigger_id": "1"}) for _ in range(3)] == [False, True, True]
    event = {"event_id": "E1", "type": "event_callback"}
    assert [seen.is_repeated(event) for _ in range(2)] == [False, True]


def test_what_has_no_id_is_always_new(database: Database):
    seen, counted = made(database), count()
    for _ in range(2):
        assert not seen.is_repeated({"type": "view_closed"})
        assert seen.is_first({"type": "view_closed"})
    answers = [
        seen.answer({"type": "view_submission"}, lambda: answered(str(next(counted))), never)
        for _ in range(2)
    ]
    assert answers[0] != answers[1]


def test_a_delivery_is_remembered_longer_than_slack_retries(
    database: Database, monkeypatch: pytest.MonkeyPatch
):
    now = 0.0
    monkeypatch.setattr(dedupe, "monotonic", lambda: now)
    seen = made(database)
    seen.is_repeated({"trigger_id": "1"})
    now = 6 * 60
    assert seen.is_repeated({"trigger_id": "1"})
    now = dedupe.KEPT_SECONDS + 7 * 60
    assert not seen.is_repeated({"trigger_id": "1"})


@on_postgresql
@pytest.mark.parametrize("kind", ["block_actions", "event_callback", None])
def test_all_others_are_looked_up_when_slack_has_its_answer(database: Database, kind: str | None):
    first, second = made(database), made(database)
    body = {"type": kind, "trigger_id": "1"}
    assert not first.is_repeated(body)
    assert not second.is_repeated(body)
    assert first.is_first(body)
    assert not second.is_first(body)


def test_a_form_that_comes_again_is_answered_as_the_first_time(database: Database):
    seen, counted = made(database), count()
    answers = [seen.answer(submission(), lambda: answered(str(next(counted))), never) for _ in range(3)]
    assert answers == [answered("0")] * 3
    assert seen.answer(submission("2"), lambda: answered(str(next(counted))), never) == answered("1")


def test_a_form_that_failed_fails_again_with_the_same_reference(database: Database):
    seen, counted = made(database), count()

    def fail() -> Answer:
        raise ValueError

    def apologise(_: Exception) -> Answer:
        return answered(f"reference {next(counted)}")

    assert [seen.answer(submission(), fail, apologise) for _ in range(2)] == [answered("reference 0")] * 2


def test_a_form_that_comes_again_meanwhile_waits_for_the_answer(database: Database):
    seen, begun, may_end = made(database), Event(), Event()

    def slow() -> Answer:
        begun.set()
        assert may_end.wait(20)
        return answered("slow")

    with ThreadPoolExecutor(3) as pool:
        first = pool.submit(seen.answer, submission(), slow, never)
        assert begun.wait(20)
        others = [pool.submit(seen.answer, submission(), answered, never) for _ in range(2)]
        may_end.set()
        assert [each.result(20) for each in (first, *others)] == [answered("slow")] * 3


def test_a_form_whose_first_answer_does_not_come_is_not_answered(
    database: Database, monkeypatch: pytest.MonkeyPatch
):
    """An empty answer would close the window, as if it had been done."""
    monkeypatch.setattr(dedupe, "WAIT_SECONDS", 0.01)
    seen, begun, may_end = made(database), Event(), Event()

    def slow() -> Answer:
        begun.set()
        assert may_end.wait(20)
        return answered()

    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(seen.answer, submission(), slow, never)
        assert begun.wait(20)
        with pytest.raises(AnswerUnknown):
            seen.answer(submission(), answered, never)
        may_end.set()
        assert first.result(20) == answered()


@on_postgresql
@given(texts=st.text(alphabet=st.characters(exclude_categories=["Cs"])))
@settings(max_examples=20)
def test_another_process_gives_a_form_the_same_answer(database: Database, texts: str):
    body = submission(uuid4().hex)
    assert made(database).answer(body, lambda: answered(texts), never) == answered(texts)
    assert made(database).answer(body, answered, never) == answered(texts)


@on_postgresql
def test_another_process_waits_for_the_answer(database: Database, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(dedupe, "WAIT_SECONDS", 20)
    looked, kept_answer = Event(), bot_dedupe.kept_answer

    def look(*given_: Any) -> str | None:
        looked.set()
        return kept_answer(*given_)

    monkeypatch.setattr(bot_dedupe, "kept_answer", look)

    begun = Event()

    def slow() -> Answer:
        begun.set()
        assert looked.wait(20)
        return answered("slow")

    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(made(database).answer, submission(), slow, never)
        assert begun.wait(20)
        second = pool.submit(made(database).answer, submission(), answered, never)
        assert [first.result(20), second.result(20)] == [answered("slow")] * 2


@on_postgresql
def test_after_a_process_that_died_before_its_answer_there_is_none(
    database: Database, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(dedupe, "WAIT_SECONDS", 0.01)
    assert bot_dedupe.is_first(database, "1", NOW)
    for _ in range(2):
        with pytest.raises(AnswerUnknown):
            made(database).answer(submission(), answered, never)


@on_postgresql
def test_an_answer_that_cannot_be_kept_is_given_all_the_same(
    database: Database, monkeypatch: pytest.MonkeyPatch
):
    def fail(*_: object) -> None:
        raise OSError

    monkeypatch.setattr(bot_dedupe, "keep_answer", fail)
    assert made(database).answer(submission(), lambda: answered("done"), never) == answered("done")


@on_postgresql
def test_an_answer_larger_than_slack_takes_is_not_kept(database: Database):
    assert bot_dedupe.is_first(database, "1", NOW)
    bot_dedupe.keep_answer(database, "1", "x" * (bot_dedupe.MOST_ANSWER + 1))
    assert bot_dedupe.kept_answer(database, "1") is None
    bot_dedupe.keep_answer(database, "1", "x" * bot_dedupe.MOST_ANSWER)
    assert bot_dedupe.kept_answer(database, "1")


def test_memory_for_answers_is_bounded(database: Database, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(dedupe, "MOST_ANSWERS", 3)
    seen = made(database)
    for n in range(10):
        seen.answer({"type": "view_submission", "trigger_id": f"T{n}"}, answered, never)
    assert len(seen._answers) == 3


@on_postgresql
def test_deliveries_that_nobody_sends_again_go(database: Database):
    assert bot_dedupe.is_first(database, "1", NOW)
    assert delete_expired(database, NOW + timedelta(minutes=14)) == 0
    assert delete_expired(database, NOW + timedelta(minutes=16)) == 1
    assert bot_dedupe.is_first(database, "1", NOW)


@on_postgresql
def test_of_two_processes_one_does_it_and_both_answer(database: Database):
    slack = Slack()
    with database.transaction() as session:
        session.add(AudienceRow(name="Newsletter", created_at=NOW))
    digests.save(database, SETTINGS, NOW)
    parts = AppContext(
        database=database,
        settings=Settings(),
        client=slack,
        people=People(slack, (), "T"),
        clock=lambda: NOW,
    )
    apps = [app_of(parts, AuthorizeResult(enterprise_id=None, team_id="T", bot_id="B")) for _ in range(2)]
    opened = {
        "command": "/cleaned-digest",
        "text": "",
        "user_id": "U0OLIVIA",
        "team_id": "T",
        "trigger_id": "1",
    }
    event = {
        "type": "event_callback",
        "event_id": "E1",
        "team_id": "T",
        "event": {"type": "app_home_opened", "tab": "home", "user": "U0OLIVIA"},
    }
    answers = [_send(app, body) for body in (opened, event) for app in apps]
    for app in apps:
        app.listener_runner.listener_executor.shutdown(wait=True)
    assert [answer.status for answer in answers] == [200] * 4
    assert len(slack.to("views.open")) == 1
    assert len(slack.to("views.update")) == 1
    assert len(slack.to("views.publish")) == 1


@on_postgresql
def test_the_answer_does_not_wait_for_the_database(database: Database, monkeypatch: pytest.MonkeyPatch):
    slow = Event()
    monkeypatch.setattr(bot_dedupe, "is_first", lambda *_: slow.wait(10))
    slack = Slack()
    parts = AppContext(
        database=database,
        settings=Settings(),
        client=slack,
        people=People(slack, (), "T"),
        clock=lambda: NOW,
    )
    app = app_of(parts, AuthorizeResult(enterprise_id=None, team_id="T", bot_id="B"))
    body = {
        "command": "/cleaned-digest",
        "text": "",
        "user_id": "U0OLIVIA",
        "team_id": "T",
        "trigger_id": "1",
    }
    assert _send(app, body).status == 200
    assert slack.calls == []
    slow.set()
    app.listener_runner.listener_executor.shutdown(wait=True)
    assert len(slack.to("views.open")) == 1


@pytest.mark.parametrize(
    ("word", "action", "jobs"), [("ARCHVE", "errors", 0), ("ARCHIVE", "update", 1), (None, "push", 0)]
)
@pytest.mark.parametrize("processes", [1, 2])
def test_an_archive_submitted_twice_is_answered_the_same_and_done_once(
    database: Database,
    processes: int,
    word: str | None,
    action: str,
    jobs: int,
    monkeypatch: pytest.MonkeyPatch,
):
    """A word that is wrong, one that is right, and a fault."""
    if processes > 1 and database.is_sqlite:
        pytest.skip("SQLite has one process")
    if word is None:
        monkeypatch.setattr(archives, "confirm", lambda *_, **__: 1 / 0)
    slack = Slack()
    parts = AppContext(
        database=database,
        settings=Settings(),
        client=slack,
        people=People(slack, (), "T"),
        clock=lambda: NOW,
    )
    parts.people.person("U0OLIVIA")  # is known from now on
    segment = Segment(audience_id=cleaned(database, 3))
    plan = archives.plan(database, segment, by="U0OLIVIA", word="ARCHIVE", now=NOW)
    typed = {archive_views.WORD: {archive_views.WORD: {"value": word}}}
    view = {"id": "V1", "type": "modal", "callback_id": archive_views.CALLBACK, "private_metadata": plan.id}
    form = {
        **submission(),
        "user": {"id": "U0OLIVIA"},
        "team": {"id": "T"},
        "view": view | {"blocks": [], "state": {"values": typed}},
    }
    identity = AuthorizeResult(enterprise_id=None, team_id="T", bot_id="B")
    apps = [app_of(parts, identity) for _ in range(processes)]
    first, second = _send(apps[0], form), _send(apps[-1], form)
    for app in apps:
        app.listener_runner.listener_executor.shutdown(wait=True)
    assert (first.status, second.status) == (200, 200)
    assert json.loads(first.body)["response_action"] == action
    assert first.body == second.body
    with database.reading() as session:
        assert len(session.exec(select(JobRow).where(JobRow.kind == "archive")).all()) == jobs


def _send(app: App, body: dict[str, Any]) -> BoltResponse:
    return app.dispatch(BoltRequest(mode="socket_mode", body=body))
