"""The bot stops when it is told to, whichever of its threads the system tells, and answers first what has come."""

import io
import json
import logging
import socket
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import timedelta
from http.client import HTTPConnection
from pathlib import Path
from threading import Event
from time import sleep, time
from types import SimpleNamespace
from typing import Any

import pytest
from prometheus_client import REGISTRY
from slack_sdk.socket_mode.builtin.client import SocketModeClient

from bot.jobs import jobs
from handlers import logs, serve
from handlers import scheduler as scheduling
from handlers.slack import app, manifest
from handlers.slack.request import Request
from handlers.slack.web_api import sdk_workarounds
from handlers.standins.slack.server import Workspace
from tests.support.bots import bot, settings_of
from tests.support.slack import OLIVIA, Person

TOLD = """
import signal
import threading
import time
from types import SimpleNamespace

from bot.core.settings import Settings
from handlers import serve

def tell():
    time.sleep(0.5)
    signal.pthread_kill(threading.get_ident(), signal.SIGTERM)
    time.sleep(60)

serve.start_parts = lambda *_: SimpleNamespace(worker=SimpleNamespace())
threading.Thread(target=tell, daemon=True).start()
serve.run(Settings())
"""


def test_a_signal_that_another_thread_gets_stops_the_bot():
    """The main thread sleeps on; so it does where the signal comes just before its sleep."""
    done = subprocess.run([sys.executable, "-c", TOLD], timeout=20, check=False)
    assert done.returncode == 0


SELDOM = {"alembic", "psycopg", "cryptography", "dns", "imap_tools", "yaml", "greenlet", "opentelemetry"}
SELDOM_ON_SQLITE = {"sqlalchemy.dialects.postgresql"}
SELDOM_WITH_SLACK = {
    "rapidfuzz",
    "bot.corrections.suggestions.suggestions",
    "bot.corrections.suggestions.domains",
    "slack_sdk.web.async_client",
}


@pytest.mark.parametrize(
    ("command", "seldom"),
    [
        ("running", SELDOM | SELDOM_ON_SQLITE | SELDOM_WITH_SLACK),
        (
            "counts",
            SELDOM | SELDOM_ON_SQLITE | {"slack_bolt", "slack_sdk", "aiohttp", "httpx", "apscheduler"},
        ),
    ],
)
def test_what_few_need_is_not_loaded_by_all(command: str, seldom: set[str]):
    """Each of these takes megabytes, or a twentieth of a second."""
    loaded = f"import sys, handlers.terminal.{command}; print({seldom!r}.intersection(sys.modules))"
    done = subprocess.run([sys.executable, "-c", loaded], timeout=60, check=True, capture_output=True)
    assert done.stdout.strip() == b"set()"


@pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
def test_what_has_come_is_answered_before_the_socket_is_closed(
    database_url: str, monkeypatch: pytest.MonkeyPatch
):
    has_come, closes, answer = Event(), Event(), Event()
    build = app.build_app

    def held(*given):
        bolt = build(*given)

        @bolt.middleware
        def hold(next_: Callable[[], None]):
            has_come.set()
            assert answer.wait(10)
            next_()

        return bolt

    wait = sdk_workarounds.UnansweredRequests.wait

    def noted(under_way, close):
        closes.set()
        wait(under_way, close)

    monkeypatch.setattr(app, "build_app", held)
    monkeypatch.setattr(sdk_workarounds.UnansweredRequests, "wait", noted)
    monkeypatch.setattr(sdk_workarounds, "ANSWERED_WITHIN_SECONDS", 10)
    with Workspace(manifest.path(), ack_seconds=20) as workspace, ThreadPoolExecutor(2) as threads:
        running = ExitStack()
        serve.start(settings_of(workspace, database_url), running)
        with Person(workspace, OLIVIA) as olivia:
            olivia.wait_bot()
            said = threads.submit(olivia.command, "/cleaned help")
            assert has_come.wait(10)
            stopping = threads.submit(running.close)
            assert closes.wait(10)
            answer.set()
            assert said.result(10)["ok"]
            stopping.result(10)
            olivia.wait_bot(connected=False)


@pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
def test_a_connection_that_is_read_before_it_is_noted_whole_is_left_for_the_next_one(
    database_url: str, monkeypatch: pytest.MonkeyPatch
):
    """The SDK's own thread, which looks for a connection every 0.1 s, would read the first one for ever."""

    def slowly(client: SocketModeClient, name: str, value: object) -> None:
        object.__setattr__(client, name, value)
        if name == "current_session" and value is not None:
            sleep(0.3)

    monkeypatch.setattr(SocketModeClient, "__setattr__", slowly)
    with bot(database_url) as (workspace, _), Person(workspace, OLIVIA) as olivia:
        olivia.wait_bot()
        workspace.refresh_sockets()
        olivia.wait_bot()
        olivia.command("/cleaned help")
        olivia.wait_message("/cleaned-list")


def test_a_connection_that_never_answers_a_ping_is_silent_too_and_is_heard_until_it_is_replaced_or_closed():
    """The SDK leaves a connection out of its look for silent ones that never answered."""
    heard: list[Any] = []
    session: Any = SimpleNamespace(
        is_active=lambda: True, last_ping_pong_time=None, run_until_completion=heard.append
    )
    client: Any = SimpleNamespace(current_session=session, closed=False)
    sdk_workarounds.read_connection(client)
    assert time() - session.last_ping_pong_time < 60
    [state] = heard
    assert not state.terminated
    client.current_session = None
    assert state.terminated
    client.current_session, client.closed = session, True
    assert state.terminated


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
@pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
def test_a_database_that_is_gone_a_dead_worker_a_cut_socket_and_a_stopped_clock_are_seen(
    database_url: str, monkeypatch: pytest.MonkeyPatch
):
    schedulers: list[Any] = []
    start = scheduling.start

    def kept(*given: Any) -> Any:
        schedulers.append(start(*given))
        return schedulers[0]

    monkeypatch.setattr(scheduling, "start", kept)
    monkeypatch.setattr(scheduling, "HEARTBEAT_INTERVAL", timedelta(seconds=0.1))
    monkeypatch.setattr(scheduling, "STOPPED_AFTER_SECONDS", 0.6)
    claims, dead = jobs.claim, Event()

    def claim(*given: Any) -> Any:
        if dead.is_set():
            raise SystemExit
        return claims(*given)

    monkeypatch.setattr(jobs, "claim", claim)
    monkeypatch.setattr(jobs, "may_have_work", lambda _: dead.is_set())
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]

    def look() -> dict[str, str]:
        asked = HTTPConnection("127.0.0.1", port)
        asked.request("GET", "/readyz")
        answer = asked.getresponse()
        told = json.loads(answer.read())
        asked.close()
        assert answer.status == (200 if told["ready"] else 503)
        assert told["ready"] == (set(told["checks"].values()) == {"ok"})
        checks: dict[str, str] = told["checks"]
        return checks

    def wait_for(**expected: str) -> None:
        until = time() + 20
        while expected.items() - look().items():
            assert time() < until, look()
            sleep(0.2)

    with ExitStack() as running:
        workspace = Workspace(manifest.path())
        with workspace:
            settings = settings_of(workspace, database_url).model_copy(update={"port": port})
            serve.start(settings, running)
            wait_for(database="ok", workers="ok", scheduler="ok", socket="ok")
            dead.set()
            wait_for(workers="ended: worker-0, worker-1, worker-2", database="ok")
            schedulers[0].pause()
            Path(database_url.removeprefix("sqlite:///")).unlink()
            wait_for(database="unreachable", socket="ok")
            until = time() + 20
            while look()["scheduler"] == "ok":
                assert time() < until
        wait_for(socket="not connected")


@pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
def test_all_lines_of_a_request_have_the_reference_of_its_apology_and_it_is_counted(
    database_url: str, monkeypatch: pytest.MonkeyPatch
):
    def fail(request: Request) -> str:
        logging.getLogger("handlers.test").warning("before it fails")
        raise ValueError(request.user_id)

    def value(metric: str, /, **labels: str) -> float:
        return REGISTRY.get_sample_value(metric, labels) or 0.0

    def figures() -> list[float]:
        return [
            value("cleaned_requests_total", kind="command", name="/cleaned"),
            value("cleaned_acknowledgement_seconds_count", way="socket"),
            value("cleaned_slack_calls_total", method="users.info", outcome="ok"),
        ]

    monkeypatch.setattr(Request, "text", property(fail))
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(logs.JsonFormatter())
    logging.getLogger("handlers").addHandler(handler)
    try:
        with bot(database_url) as (workspace, _), Person(workspace, OLIVIA) as olivia:
            olivia.wait_bot()
            before = figures()
            olivia.command("/cleaned")
            apology = str(olivia.wait_message("Something went wrong"))
            until = time() + 20
            while figures() != [n + 1 for n in before]:
                assert time() < until, figures()
                sleep(0.01)
    finally:
        logging.getLogger("handlers").removeHandler(handler)
    lines = [json.loads(line) for line in written.getvalue().splitlines()]
    [warning] = [line for line in lines if line["message"] == "before it fails"]
    [error] = [line for line in lines if line["level"] == "ERROR"]
    assert warning["reference"] == error["reference"]
    assert f"reference {error['reference']}" in apology


def test_no_digest_waits_for_the_mailboxes_of_others():
    scheduler, go_on, ran = scheduling.start("me"), Event(), Event()
    try:
        for n in range(scheduling.THREADS + 1):
            scheduling.add_task(
                scheduler,
                f"T{n}/mailbox",
                "mailbox",
                timedelta(hours=1),
                lambda _: go_on.wait(30),
                executor=scheduling.WAITING,
            )
        scheduling.add_task(scheduler, "T1/digest", "digest", timedelta(hours=1), lambda _: ran.set())
        assert ran.wait(10)
    finally:
        go_on.set()
        scheduler.shutdown()
