"""Kills the bot for real, again and again, and says what was lost.

`python -m tests.tools.kills [import export …] [--times 100] [--engine sqlite|postgresql] [--contacts N] [--seed N]`

Prints a table: what was done, how often, what was lost, how the person was told.
"""

import argparse
import logging
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from random import Random

from handlers.slack import manifest
from handlers.standins.mailchimp.standin import Standin
from handlers.standins.slack.server import Workspace
from storage.core import schema
from storage.core.database import Database
from tests.support.kills import killed_bot, pending_work
from tests.support.kills.killed_bot import Place, Tally
from tests.support.slack import OLIVIA, Person
from tests.tools.webhook_load import database_url

CONTACTS = 2_000
HEADER = ("what was killed", "kills", "when: before, within, untold, after", "lost", "told", "told twice")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("kinds", nargs="*", default=[*pending_work.WORKS])
    parser.add_argument("--times", type=int, default=100)
    parser.add_argument("--engine", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--contacts", type=int, default=CONTACTS)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    logging.getLogger("aiohttp").setLevel(logging.CRITICAL)  # of calls that a kill cut
    _print(HEADER)
    _print(["---"] * len(HEADER))
    tallies = [
        _killed(kind, given.times, given.engine, given.contacts, Random(f"{kind} {given.seed}"))
        for kind in given.kinds
    ]
    return 1 if any(tally.lost or tally.untold for tally in tallies) else 0


def _killed(kind: str, times: int, engine: str, contacts: int, random: Random) -> Tally:
    with world(kind, contacts) as (place, mailchimp), database_url(postgresql=engine == "postgresql") as url:
        wanted = pending_work.Wanted(place.person, contacts, place.folder, mailchimp)
        tally = killed_bot.run(place, template(kind, wanted, url), times, random)
    when = ", ".join(str(tally.when[name]) for name in ("before", "within", "untold", "after"))
    told = f"{tally.kills - tally.untold} of {tally.kills}"
    _print([f"{kind}, {engine}", str(tally.kills), when, str(tally.lost), told, str(tally.twice)])
    for each in tally.differences:
        print(f"  {each}", file=sys.stderr, flush=True)
    return tally


@contextmanager
def world(kind: str, contacts: int) -> Iterator[tuple[Place, Standin]]:
    """Slack and Mailchimp on this machine, and a folder; only for a sync does the bot have the account."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="cleaned-faults-")))
        workspace = stack.enter_context(Workspace(manifest.path()))
        person = stack.enter_context(Person(workspace, OLIVIA))
        mailchimp = stack.enter_context(pending_work.account(contacts))
        key = {"MAILCHIMP_API_KEY": mailchimp.key, "MAILCHIMP_API_URL": mailchimp.url}
        yield Place(workspace, person, folder, key if kind == "sync" else {}), mailchimp


def template(kind: str, wanted: pending_work.Wanted, url: str) -> str:
    """The database's URL, once that work waits in it and nobody is connected."""
    database = Database(url)
    database.probe()
    schema.migrate(database)
    pending_work.leave(kind, wanted, database)
    if database.is_sqlite:
        with database.engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    database.close()
    return url


def _print(cells: Sequence[str]) -> None:
    print(f"| {' | '.join(cells)} |", flush=True)


if __name__ == "__main__":
    sys.exit(main())
