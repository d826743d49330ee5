"""`/readyz` says of each part whether it works, and `/metrics` is for whoever has its token."""

import asyncio
import http.client
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from threading import Event
from time import monotonic, sleep
from types import SimpleNamespace
from typing import Any
from unittest.mock import Mock

import pytest
from slack_bolt import App
from slack_bolt.authorization import AuthorizeResult

from bot.core.settings import Settings
from bot.workspaces import databases
from handlers import scheduler
from handlers.clock import utc_now
from handlers.slack.jobs.worker import Worker
from handlers.slack.web_api import sdk_workarounds
from handlers.web import health as web_health
from handlers.web import server as web_server
from handlers.web.health import Health
from storage.core.database import Database

TOKEN = "m" * 16
IDENTITY = AuthorizeResult(enterprise_id=None, team_id="T1", bot_token="xoxb-test")


@contextmanager
def served(database: Database, health: Health, **settings: Any) -> Iterator[Callable[..., tuple[int, str]]]:
    """Yields a function that gets a path; returns the status and the body."""
    bolt = App(signing_secret="s", authorize=lambda: IDENTITY)
    given = Settings.model_validate({"CLEANED_PORT": 0, **settings})
    server = web_server.start(bolt, given, database, list, utc_now, slack_threads=1, health=health)

    def get(path: str, **headers: str) -> tuple[int, str]:
        asked = http.client.HTTPConnection("127.0.0.1", server.port)
        try:
            asked.request("GET", path, headers=headers)
            answer = asked.getresponse()
            return answer.status, answer.read().decode()
        finally:
            asked.close()

    try:
        yield get
    finally:
        server.stop()
        health.close()


def fault_of(database: Database) -> str:
    return databases.fault(database)


def test_ready_while_all_is_well_and_not_while_a_part_is_not_and_alive_in_any_case(
    database: Database, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(web_health, "FRESH_SECONDS", 0.0)
    faults = {"database": "", "workers": ""}
    with served(database, Health({name: partial(faults.__getitem__, name) for name in faults})) as get:
        assert get("/readyz") == (
            200,
            '{"ready": true, "checks": {"database": "ok", "workers": "ok"}, "last_error": null}',
        )
        faults["workers"] = "ended: worker-1"
        status, body = get("/readyz")
        assert status == 503
        assert json.loads(body)["checks"] == {"database": "ok", "workers": "ended: worker-1"}
        for path in ("/health", "/healthz"):
            assert get(path) == (200, '{"ok": true}')


def test_a_fault_of_one_workspace_is_told_and_takes_no_request_from_the_others(database: Database):
    checks: dict[str, Callable[[], str]] = {"database": str, "workspaces": lambda: "1 not served"}
    with served(database, Health(checks, partial=("workspaces",))) as get:
        status, body = get("/readyz")
    assert status == 200
    assert json.loads(body)["checks"] == {"database": "ok", "workspaces": "1 not served"}


def test_a_part_that_does_not_answer_or_fails_hides_no_other(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(web_health, "ANSWERS_WITHIN_SECONDS", 0.1)
    monkeypatch.setattr(web_health, "FRESH_SECONDS", 0.0)
    answer = Event()

    def late() -> str:
        answer.wait(10)
        return ""

    def broken() -> str:
        raise ValueError("ann@example.com")

    health = Health({"late": late, "broken": broken, "well": str})
    expected = {"late": "no answer", "broken": "not known: ValueError", "well": "ok"}
    assert health.look() == health.look() == expected
    answer.set()
    until = monotonic() + 5
    while health.look()["late"] != "ok":
        assert monotonic() < until
    health.close()


def test_however_often_strangers_ask_a_part_is_looked_at_once_a_second():
    looks = list[int]()

    def count() -> str:
        looks.append(1)
        return ""

    health = Health({"part": count})
    for _ in range(50):
        health.look()
    assert len(looks) < 10
    health.close()


def test_however_many_strangers_ask_at_once_they_take_one_thread(monkeypatch: pytest.MonkeyPatch):
    health, looking, most = Health({}), [0], [0]

    def look() -> dict[str, str]:
        looking[0] += 1
        most[0] = max(most[0], looking[0])
        sleep(0.005)
        looking[0] -= 1
        return {}

    monkeypatch.setattr(health, "look", look)

    async def ask() -> list[Any]:
        return await asyncio.gather(*(health._ready(Mock()) for _ in range(30)))

    assert [answer.status for answer in asyncio.run(ask())] == [200] * 30
    assert most == [1]
    health.close()


def test_a_database_that_is_gone_or_older_is_a_fault_and_a_newer_one_is_not(database: Database):
    assert fault_of(database) == ""
    for revision, fault in (("0001", "older than this program"), ("9999", "")):
        with database.engine.connect().execution_options(writes=True) as connection, connection.begin():
            connection.exec_driver_sql(f"UPDATE alembic_version SET version_num = '{revision}'")
        assert fault_of(database) == fault


@pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
def test_a_file_that_was_deleted_or_replaced_is_seen_though_its_connections_go_on(database: Database):
    path = Path(str(database.url.database))
    assert fault_of(database) == ""
    kept = path.rename(path.with_suffix(".kept"))
    assert fault_of(database) == "unreachable"
    path.write_bytes(kept.read_bytes())
    assert fault_of(database) == "unreachable"
    kept.replace(path)
    assert fault_of(database) == ""


def test_a_server_that_does_not_let_us_in_is_a_fault():
    nowhere = Database("postgresql://user:pass@127.0.0.1:1/none")
    assert fault_of(nowhere) == "unreachable"
    nowhere.close()


def test_a_worker_thread_that_ends_by_itself_is_a_fault_and_one_that_is_stopped_is_not(
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setattr("bot.jobs.jobs.release_dead", lambda *_: None)
    stop, worker = Event(), Worker(lambda _: [])
    monkeypatch.setattr(worker, "_run", lambda _kinds, _owner: stop.wait(10))
    worker.start(list)
    assert worker.fault() == ""
    stop.set()
    until = monotonic() + 10
    while worker.fault() != "ended: worker-0, worker-1":
        assert monotonic() < until
        sleep(0.01)
    worker.stop()
    assert worker.fault() == ""


def test_a_scheduler_without_a_heartbeat_is_a_fault(monkeypatch: pytest.MonkeyPatch):
    now = 100.0
    monkeypatch.setattr(scheduler, "monotonic", lambda: now)
    heartbeat = scheduler.Heartbeat()
    now += scheduler.STOPPED_AFTER_SECONDS
    assert heartbeat.fault() == ""
    now += 5
    assert heartbeat.fault() == "stopped for 25 s"
    heartbeat.beat()
    assert heartbeat.fault() == ""
    assert scheduler.STOPPED_AFTER_SECONDS + scheduler.HEARTBEAT_INTERVAL.total_seconds() < 30


@pytest.mark.parametrize(
    ("changed", "fault"),
    [
        ({}, ""),
        ({"last_ping_pong_time": None}, ""),
        ({"last_ping_pong_time": 1_000.0 - 26}, "silent"),
        ({"is_active": lambda: False}, "not connected"),
        ({"is_alive": lambda: False}, "a thread has ended"),
    ],
)
def test_a_socket_is_well_while_it_is_connected_and_answers(
    changed: dict[str, Any], fault: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(sdk_workarounds, "time", lambda: 1_000.0)
    given = {"last_ping_pong_time": 999.0, "is_active": lambda: True, "is_alive": lambda: True} | changed
    session = SimpleNamespace(**given)
    client: Any = SimpleNamespace(
        current_session=session,
        current_session_runner=session,
        message_processor=session,
        current_app_monitor=session,
    )
    assert sdk_workarounds.socket_fault(client) == fault
    assert sdk_workarounds.SILENT_SECONDS < 30


@pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
def test_metrics_are_for_whoever_has_the_token(database: Database):
    with served(database, Health({"part": str}), CLEANED_METRICS_TOKEN=TOKEN) as get:
        for headers in ({}, {"Authorization": f"Basic {TOKEN}"}, {"Authorization": f"Bearer {TOKEN}x"}):
            assert get("/metrics", **headers)[0] == 401
        status, body = get("/metrics", Authorization=f"Bearer {TOKEN}")
        assert status == 200
        assert 'cleaned_ready{check="part"} 1.0' in body
        assert "cleaned_digest_late_seconds 0.0" in body
    with served(database, Health({})) as get:
        assert get("/metrics", Authorization=f"Bearer {TOKEN}")[0] == 404
        assert get("/metrics", Authorization="Bearer ")[0] == 404
