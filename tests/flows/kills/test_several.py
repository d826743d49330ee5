"""Several `cleaned run` on one PostgreSQL: what one leaves, another carries on, and nothing is done twice."""

import csv
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from threading import Event, Thread

import pytest
from sqlmodel import func, select

from handlers.slack import manifest
from handlers.standins.slack.server import Workspace
from handlers.terminal.demo import _environment
from handlers.words import words
from storage.audiences.tables import JournalRow
from storage.contacts.tables import Contact
from storage.core.database import Database
from storage.jobs.tables import JobRow
from tests.flows.conftest import AUDIENCE, Someone, answers, wait_until
from tests.support.slack import OLIVIA, Person, says

CONTACTS = 100_000
STARTS_WITHIN, STOPS_WITHIN, DONE_WITHIN = 60, 10, 120
LEASE = 12  # seconds; shorter than it is, for the sake of this test
AT_ONCE = 5  # seconds
RUN = f"""
import sys
from datetime import timedelta

from bot.jobs import jobs
from handlers import cli

jobs.LEASE = timedelta(seconds={LEASE})
sys.exit(cli.main(["run"]))
"""

pytestmark = pytest.mark.parametrize("engine_name", ["postgresql"], indirect=True)


@pytest.fixture
def looking(database_url: str) -> Iterator[Database]:
    database = Database(database_url)
    yield database
    database.close()


@pytest.fixture(scope="module")
def large_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("files") / "subscribed_x_export.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["Email Address", "First Name"])
        writer.writerows([f"person{n}@example.com", f"Person {n}"] for n in range(CONTACTS))
    return path


@contextmanager
def process(workspace: Workspace, url: str, **more: str) -> Iterator["subprocess.Popen[bytes]"]:
    environment = {**_environment(workspace, url), "CLEANED_OPERATORS": OLIVIA, **more}
    running = subprocess.Popen([sys.executable, "-c", RUN], env=environment)
    try:
        yield running
    finally:
        running.kill()
        running.wait()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_what_one_leaves_half_done_another_carries_on(
    workspace: Workspace,
    people: tuple[Someone, Someone, Someone],
    database_url: str,
    looking: Database,
    large_file: Path,
    number: signal.Signals,
) -> None:
    with ExitStack() as stack:
        both = {}
        for n in range(2):
            running = stack.enter_context(process(workspace, database_url))
            both[running.pid] = running
            wait_until(partial(_serve, workspace, n + 1), STARTS_WITHIN)
        _ask(people[0], large_file)
        first = both[_half_done(looking)]
        first.send_signal(number)
        asked = time.monotonic()
        assert first.wait(STOPS_WITHIN) == (0 if number is signal.SIGTERM else -number)
        within = AT_ONCE if number is signal.SIGTERM else LEASE + AT_ONCE
        wait_until(lambda: _worker(looking) not in (None, first.pid), STOPS_WITHIN + within)
        assert time.monotonic() - asked < STOPS_WITHIN + within
        assert _worker(looking) in both
        _assert_imported(people[0], looking)


def test_a_process_that_is_told_by_http_stops_in_time_and_the_next_carries_on(
    database_url: str, looking: Database, large_file: Path
) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    url = f"http://127.0.0.1:{port}/slack/events"
    given = {"SLACK_APP_TOKEN": "", "CLEANED_PORT": str(port)}
    with Workspace(manifest.path(), request_url=url) as workspace, Person(workspace, OLIVIA) as person:
        olivia = Someone(person, words("en"))
        with process(workspace, database_url, **given) as first:
            wait_until(lambda: answers(port), STARTS_WITHIN)
            _ask(olivia, large_file)
            assert _half_done(looking) == first.pid
            first.send_signal(signal.SIGTERM)
            assert first.wait(STOPS_WITHIN) == 0
        [job] = _jobs(looking)
        assert (job.state, job.lease_until) == ("running", None)
        assert job.done < job.total
        with process(workspace, database_url, **given):
            _assert_imported(olivia, looking)


def test_where_one_process_stops_another_takes_the_next_commands(
    workspace: Workspace, people: tuple[Someone, Someone, Someone], database_url: str
) -> None:
    """People type on all the while. What is on its way as the socket closes may be lost: Slack has no word for it."""
    stopped, over = Event(), Event()
    told: list[bool] = []

    def type_on(someone: Someone) -> None:
        while not over.is_set():
            counts = stopped.is_set()
            said = someone.person.command("/cleaned help", channel=someone.direct)
            if counts:
                told.append(said["ok"])

    with ExitStack() as stack:
        running = []
        for n in range(2):
            running.append(stack.enter_context(process(workspace, database_url)))
            wait_until(partial(_serve, workspace, n + 1), STARTS_WITHIN)
        threads = [Thread(target=type_on, args=(each,)) for each in people[:2]]
        for thread in threads:
            thread.start()
        people[0].waits_direct("help-more", STARTS_WITHIN)
        running[0].terminate()
        assert running[0].wait(STOPS_WITHIN) == 0
        stopped.set()
        wait_until(lambda: len(told) > len(threads))
        over.set()
        for thread in threads:
            thread.join()
    assert all(told)


def _serve(workspace: Workspace, n: int) -> bool:
    return workspace.connections == n


def _ask(someone: Someone, file: Path) -> None:
    someone.person.command(f"/cleaned-import {AUDIENCE}")
    someone.person.wait_modal(someone.says("import-what"))
    uploaded = someone.person.upload(file)
    assert someone.person.submit(**{"import-file": [uploaded]}) == {}


def _half_done(database: Database) -> int:
    """The number of the process that works, once it is in the middle of it."""
    wait_until(lambda: any(0 < job.done < job.total for job in _jobs(database)), 60)
    pid = _worker(database)
    assert pid
    return pid


def _worker(database: Database) -> int | None:
    """Who has the lease."""
    [job] = _jobs(database)
    return int(job.owner.split(":")[1]) if job.owner and job.lease_until else None


def _jobs(database: Database) -> list[JobRow]:
    with database.reading() as session:
        return list(session.exec(select(JobRow)).all())


def _assert_imported(someone: Someone, database: Database) -> None:
    receipt = someone.waits_direct("import-done", DONE_WITHIN, n=CONTACTS, audience=AUDIENCE)
    assert says(someone.says("import-added", n=CONTACTS))(receipt)
    with database.reading() as session:
        assert session.exec(select(func.count()).select_from(Contact)).one() == CONTACTS
        [line] = session.exec(select(JournalRow).where(JournalRow.what == "import")).all()
        assert line.n == CONTACTS
