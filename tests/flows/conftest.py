"""The whole bot in a local workspace, on both engines; what people see is compared with the bot's own sentences."""

import http.client
import io
import threading
import time
import zipfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from bot.imports import imports
from bot.imports.jobs import IMPORT
from handlers import serve
from handlers.clock import utc_now
from handlers.slack import manifest
from handlers.slack.context import AppContext
from handlers.standins.slack.server import Workspace
from handlers.words import Words, words
from storage.core.database import Database
from tests.support import samples
from tests.support.audiences import run
from tests.support.bots import PATIENCE, quick, settings_of
from tests.support.databases import copied
from tests.support.slack import CAMILLE, OLIVIA, SAM, Json, Person

AUDIENCE = "Newsletter"
CONTACTS = 5_000
CLEANED = samples.counts(CONTACTS)["cleaned"]
# Rows that are no contacts, for the file of an archive's cleaned contacts.
REFUSED = ("nobody-at-example.com", "two words@example.com", "x@localhost")
THREADS = ("worker-", "listener", "web")


@dataclass
class Someone:
    """A person and the words they are spoken to with."""

    person: Person
    said: Words
    direct: str = field(init=False)

    def __post_init__(self) -> None:
        self.direct = self.person.direct_messages()

    def says(self, key: str, **values: Any) -> str:
        """The sentence as mrkdwn has it."""
        return str(self.said.md(key, **values))

    def waits_direct(self, key: str, seconds: float = 20, **values: Any) -> Json:
        """The newest direct message that says it, once there is one."""
        return self.person.wait_message(self.says(key, **values), channel=self.direct, seconds=seconds)

    def direct_messages(self) -> list[Json]:
        return self.person.messages(self.direct)

    def files(self) -> list[Json]:
        return [file for message in self.direct_messages() for file in message.get("files", [])]


@dataclass
class Flow:
    """A running bot, its database, and the people."""

    workspace: Workspace
    parts: AppContext
    olivia: Someone
    camille: Someone
    sam: Someone

    @property
    def database(self) -> Database:
        return self.parts.database


def fill(database_url: str, contacts: int = CONTACTS, audience: str = AUDIENCE) -> None:
    """Imports a sample while no bot runs."""
    database = Database(database_url)
    file = io.BytesIO(_sample(contacts))
    imports.receive(database, file, name="audience.zip", audience=audience, by=OLIVIA, now=utc_now())
    run(database, IMPORT, imports.work)
    database.close()


def write_sample(path: Path, contacts: int = CONTACTS, refused: tuple[str, ...] = REFUSED) -> Path:
    """An export archive whose file of cleaned contacts ends with rows that are none."""
    with (
        zipfile.ZipFile(io.BytesIO(_sample(contacts))) as made,
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as written,
    ):
        for name in made.namelist():
            rows = "".join(f"{row}\r\n" for row in refused) if name.startswith("cleaned") else ""
            written.writestr(name, made.read(name) + rows.encode())
    return path


_sample = cache(samples.archive)


def wait_until(fact: Callable[[], bool], seconds: float = 10) -> None:
    """For what nobody sees in Slack."""
    until = time.monotonic() + seconds
    while not fact():
        assert time.monotonic() < until, "it did not happen"
        time.sleep(0.02)


def answers(port: int) -> bool:
    """Whether a bot answers on this machine's port. To connect is not enough: a free port can be connected to itself."""
    asked = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    try:
        asked.request("GET", "/healthz")
        return asked.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        asked.close()


@pytest.fixture
def workspace() -> Iterator[Workspace]:
    with Workspace(manifest.path(), ack_seconds=PATIENCE) as running:
        yield running


@pytest.fixture
def people(workspace: Workspace) -> Iterator[tuple[Someone, Someone, Someone]]:
    with (
        Person(workspace, OLIVIA) as olivia,
        Person(workspace, CAMILLE) as camille,
        Person(workspace, SAM) as sam,
    ):
        yield Someone(olivia, words("en")), Someone(camille, words("fr")), Someone(sam, words("en"))


@contextmanager
def running(
    workspace: Workspace, people: tuple[Someone, Someone, Someone], database_url: str
) -> Iterator[Flow]:
    """The bot, as `cleaned run` starts it; no thread of it is left at the end."""
    before = set(threading.enumerate())  # other tests of this process may have left idle ones
    with ExitStack() as stack:
        parts = serve.start(settings_of(workspace, database_url, CLEANED_OPERATORS=OLIVIA), stack)
        people[0].person.wait_bot()
        yield Flow(workspace, parts, *people)
    # A call that Slack refused sleeps for as long as Slack asked, at most ten seconds in these tests.
    wait_until(
        lambda: (
            not any(
                thread.name.startswith(THREADS) for thread in threading.enumerate() if thread not in before
            )
        ),
        15,
    )


@pytest.fixture
def _quick() -> Iterator[None]:
    with quick():
        yield


@pytest.fixture
def flow(
    workspace: Workspace, people: tuple[Someone, Someone, Someone], database_url: str, _quick: None
) -> Iterator[Flow]:
    """With no audience."""
    with running(workspace, people, database_url) as started:
        yield started


@pytest.fixture(scope="session")
def sqlite_filled(sqlite_template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with copied(sqlite_template, tmp_path_factory.mktemp("filled")) as url:
        fill(url)
        yield url


@pytest.fixture(scope="session")
def postgresql_filled(postgresql_template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with copied(postgresql_template, tmp_path_factory.mktemp("filled")) as url:
        fill(url)
        yield url


@pytest.fixture
def filled(
    workspace: Workspace,
    people: tuple[Someone, Someone, Someone],
    engine_name: str,
    request: pytest.FixtureRequest,
    tmp_path: Path,
    _quick: None,
) -> Iterator[Flow]:
    """With one audience of 5,000 contacts, imported once for all tests of a session."""
    template = request.getfixturevalue(f"{engine_name}_filled")
    with copied(template, tmp_path) as url, running(workspace, people, url) as started:
        yield started


@pytest.fixture(params=["en", "fr"])
def someone(request: pytest.FixtureRequest, people: tuple[Someone, Someone, Someone]) -> Someone:
    """Olivia in English, Camille in French."""
    return people[0] if request.param == "en" else people[1]
