"""A delivery that comes again is recognised, by whichever process gets it."""

from datetime import timedelta
from threading import Event
from typing import Any

import pytest
from slack_bolt import App, BoltRequest, BoltResponse
from slack_bolt.authorization import AuthorizeResult

from bot.core import dedupe as bot_dedupe
from bot.core.settings import Settings
from bot.digests import digests
from bot.maintenance.cleanup import delete_expired
from handlers.slack import dedupe
from handlers.slack.app import build_app
from handlers.slack.context import AppContext
from handlers.slack.dedupe import DuplicateRequest, SeenRequests
from handlers.slack.people import People
from storage.core.database import Database
from storage.core.tables import AudienceRow
from tests.bot.digests.test_digests import SETTINGS
from tests.conftest import NOW
from tests.handlers.slack.features.test_digests import Slack

on_postgresql = pytest.mark.parametrize("engine_name", ["postgresql"], indirect=True)


def made(database: Database) -> SeenRequests:
    return SeenRequests(database, lambda: NOW)


def test_the_same_trigger_or_event_is_new_once(database: Database):
    seen = made(database)
    assert [seen.is_duplicate({"trigger_id": "1"}) for _ in range(3)] == [False, True, True]
    assert [seen.is_duplicate({"event_id": "E1", "type": "event_callback"}) for _ in range(2)] == [
        False,
        True,
    ]


def test_what_has_no_id_is_always_new(database: Database):
    seen = made(database)
    for _ in range(2):
        assert not seen.is_duplicate({"type": "view_closed"})
        seen.check_acknowledged({"type": "view_closed"})


def test_a_delivery_is_remembered_longer_than_slack_retries(
    database: Database, monkeypatch: pytest.MonkeyPatch
):
    now = 0.0
    monkeypatch.setattr(dedupe, "monotonic", lambda: now)
    seen = made(database)
    seen.is_duplicate({"trigger_id": "1"})
    now = 6 * 60
    assert seen.is_duplicate({"trigger_id": "1"})
    now = dedupe.KEPT_SECONDS + 7 * 60
    assert not seen.is_duplicate({"trigger_id": "1"})


@on_postgresql
@pytest.mark.parametrize("kind", ["view_submission", "event_callback"])
def test_what_takes_effect_before_its_answer_is_looked_up_before(database: Database, kind: str):
    body = {"type": kind, "trigger_id": "1"}
    assert [made(database).is_duplicate(body) for _ in range(2)] == [False, True]


@on_postgresql
def test_all_others_are_looked_up_when_slack_has_its_answer(database: Database):
    first, second = made(database), made(database)
    body = {"type": "block_actions", "trigger_id": "1"}
    assert not first.is_duplicate(body)
    assert not second.is_duplicate(body)
    first.check_acknowledged(body)
    with pytest.raises(DuplicateRequest):
        second.check_acknowledged(body)


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
    apps = [build_app(parts, AuthorizeResult(enterprise_id=None, team_id="T", bot_id="B")) for _ in range(2)]
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
    app = build_app(parts, AuthorizeResult(enterprise_id=None, team_id="T", bot_id="B"))
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


def _send(app: App, body: dict[str, Any]) -> BoltResponse:
    return app.dispatch(BoltRequest(mode="socket_mode", body=body))
