"""The bot killed for real, at any moment: the next start carries on, and nothing is there twice."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from random import Random

import pytest
from sqlmodel import select

from handlers.standins.slack.server import Workspace
from storage.core.database import Database
from storage.jobs.tables import JobRow
from tests.flows.conftest import AUDIENCE, Someone, wait_until, write_sample
from tests.support import samples
from tests.support.figures import assert_exact, contacts
from tests.support.kills.child import STARTS_WITHIN, Child
from tests.support.slack import Json, says

CONTACTS = 25_000
CLEANED = samples.counts(CONTACTS)["cleaned"]
KILLS = 2


@pytest.fixture
def child(
    workspace: Workspace, people: tuple[Someone, Someone, Someone], database_url: str
) -> Iterator[Child]:
    made = Child(workspace, people[0], database_url)
    made.start()
    yield made
    made.close()


@pytest.fixture
def looking(database_url: str) -> Iterator[Database]:
    database = Database(database_url)
    yield database
    database.close()


def test_killed_again_and_again_all_is_whole_in_the_end(
    child: Child,
    workspace: Workspace,
    people: tuple[Someone, Someone, Someone],
    looking: Database,
    tmp_path: Path,
    engine_name: str,
) -> None:
    olivia, random = people[0], Random(engine_name)
    person = olivia.person

    person.command(f"/cleaned-import {AUDIENCE}")
    person.wait_modal(olivia.says("import-what"))
    file = person.upload(write_sample(tmp_path / "audience.zip", CONTACTS, ()))
    assert person.submit(**{"import-file": [file]}) == {}
    with _killed(child, looking, olivia, random, most_seconds=1.0):
        receipt = olivia.waits_direct("import-done", 40, n=CONTACTS, audience=AUDIENCE)
    _assert_told(child, olivia, "import-done", CONTACTS)
    assert says(olivia.says("import-added", n=CONTACTS))(receipt)
    assert len(contacts(looking)) == CONTACTS
    assert_exact(looking)

    person.dismiss(everything=True)
    person.command("/cleaned-export")
    person.wait_modal(olivia.says("exports-headline", n=CLEANED, audience=AUDIENCE))
    # The moment when the file is there, and the database does not know it yet, lasts longer.
    workspace.faults.slow_down("files.completeUploadExternal", 0.3)
    assert person.submit() == {}
    with _killed(child, looking, olivia, random, most_seconds=0.6):
        olivia.waits_direct("exports-done", 40, n=CLEANED, audience=AUDIENCE)
    _assert_told(child, olivia, "exports-done", CLEANED)
    [exported] = olivia.files()
    assert len(person.download(exported).splitlines()) == 1 + CLEANED

    person.dismiss(everything=True)
    person.command("/cleaned-archive")
    person.wait_modal(olivia.says("archives-headline", n=CLEANED, audience=AUDIENCE))
    assert person.submit(**{"archives-word": "ARCHIVE"}) == {}
    with _killed(child, looking, olivia, random, most_seconds=0.6):
        receipt = olivia.waits_direct("archives-done", 40, n=CLEANED, audience=AUDIENCE)
    _assert_told(child, olivia, "archives-done", CLEANED)
    assert sum(c["status"] == "archived" for c in contacts(looking)) == CLEANED
    assert_exact(looking)

    # Told to stop while it works, it gives the work back; whoever comes carries it on.
    person.dismiss(everything=True)
    person.click("archives-undo", in_=receipt)
    assert child.terminate() == 0
    child.start()
    olivia.waits_direct("restores-done", 40, n=CLEANED, audience=AUDIENCE)
    assert sum(c["status"] == "cleaned" for c in contacts(looking)) == CLEANED
    assert_exact(looking)
    assert [job.state for job in _jobs(looking)] == ["done"] * 4


@pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
def test_told_to_stop_while_slack_lets_it_wait_it_stops_in_time(
    child: Child,
    workspace: Workspace,
    people: tuple[Someone, Someone, Someone],
    looking: Database,
    tmp_path: Path,
) -> None:
    olivia = people[0]
    olivia.person.command(f"/cleaned-import {AUDIENCE}")
    olivia.person.wait_modal(olivia.says("import-what"))
    file = olivia.person.upload(write_sample(tmp_path / "audience.zip", 500, ()))
    workspace.faults.rate_limit("chat.postMessage", times=1, retry_after=60)
    olivia.person.submit(**{"import-file": [file]})
    wait_until(lambda: workspace.faults.rate_limits["chat.postMessage"][0] == 0)
    assert child.terminate() == 0
    assert [job.lease_until for job in _jobs(looking)] == [None], "it is anyone's at once"
    child.start()
    olivia.waits_direct("import-done", n=500, audience=AUDIENCE)
    assert len(_saying(olivia, "import-done", 500)) == 1


@contextmanager
def _killed(
    child: Child, database: Database, someone: Someone, random: Random, most_seconds: float
) -> Iterator[None]:
    """Kills and starts again, some times; what is within waits for the end, then all is told."""
    for _ in range(KILLS):
        time.sleep(random.uniform(0, most_seconds))  # the moment of a kill is what this is about
        child.kill()
        child.unnoted = _unnoted(someone, database)
        child.start()
    yield
    wait_until(lambda: all(job.told_at for job in _jobs(database)), STARTS_WITHIN)


def _unnoted(someone: Someone, database: Database) -> int:
    """Messages that were posted in the instant before a kill: the bot does not know of them, and says it again."""
    known = {job.notify.get("ts") for job in _jobs(database)}
    return sum(message["ts"] not in known for message in someone.direct_messages() if "files" not in message)


def _assert_told(child: Child, someone: Someone, key: str, n: int) -> None:
    """Once; at least once where a kill came between the message and the note of it."""
    assert 1 <= len(_saying(someone, key, n)) <= 1 + child.unnoted


def _saying(someone: Someone, key: str, n: int) -> list[Json]:
    wanted = someone.says(key, n=n, audience=AUDIENCE)
    return [message for message in someone.direct_messages() if says(wanted)(message)]


def _jobs(database: Database) -> Sequence[JobRow]:
    with database.reading() as session:
        return session.exec(select(JobRow).order_by(JobRow.made_at)).all()  # type: ignore[arg-type]  # a column
