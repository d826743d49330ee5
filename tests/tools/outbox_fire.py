"""An archive at Mailchimp under fire: each address's outcome, told by the bot, beside what happened there.

`python -m tests.tools.outbox_fire [--contacts N] [--kills N] [--seed N] [--postgresql]`

The whole bot runs as a process of its own, is killed (SIGKILL) again and again, and started anew. The account, here,
refuses one contact in a hundred, resets connections, asks to wait (429), and loses answers after their effect.
"""

import argparse
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from random import Random
from typing import NamedTuple

from bot.archives import archives
from bot.archives.jobs import ArchiveJob
from bot.jobs import jobs
from bot.mailchimp.outbox import job_results
from handlers.clock import utc_now
from handlers.standins.mailchimp.faults import FaultKind
from handlers.standins.mailchimp.standin import Standin
from handlers.standins.slack.server import Workspace
from handlers.terminal.demo import _environment
from storage.contacts.contacts import Segment
from storage.core import schema
from storage.core.database import Database
from storage.jobs.tables import JobState
from tests.support import figures, mirrors
from tests.support.audiences import statuses
from tests.support.kills.forked_run import ForkedRun
from tests.support.slack import OLIVIA
from tests.tools.webhook_load import database_url

MANIFEST = Path(__file__).parents[2] / "manifest.yml"
REFUSED_EVERY = 100
LOOK_SECONDS = 0.02
MOST_SECONDS = 1_800
KILLED_WITHIN = 1.8  # of 2: each contact counts when it is done there, and when its outcome is kept here
MOST_DELAY = 0.5  # seconds, of a kill


class Fire(NamedTuple):
    """What came of it: the moments of the kills, as parts of the work, and how many differences of which kind."""

    seconds: float
    kills: list[float]
    faults: Mapping[str, int]
    differences: Mapping[str, int]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--contacts", type=int, default=20_000)
    parser.add_argument("--kills", type=int, default=10)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--postgresql", action="store_true")
    given = parser.parse_args()
    with database_url(postgresql=given.postgresql) as url:
        fire = run(url, given.contacts, given.kills, given.seed)
    faults = ", ".join(f"{n:,} {kind}" for kind, n in fire.faults.items())
    verdict = ", ".join(f"{n:,} {what}" for what, n in fire.differences.items()) or "every outcome is true"
    print(
        f"{'PostgreSQL' if given.postgresql else 'SQLite'}: {given.contacts:,} contacts, "
        f"{len(fire.kills)} kills ({', '.join(f'{part:.0%}' for part in fire.kills)}), {faults}: "
        f"{fire.seconds:.0f} s; {verdict}"
    )
    if fire.differences or len(fire.kills) < given.kills:
        sys.exit(1)


def run(url: str, contacts: int, kills: int, seed: int) -> Fire:
    """An archive of so many contacts, in the database there."""
    database = Database(url)
    schema.migrate(database)
    try:
        with Standin() as mailchimp, Workspace(MANIFEST) as workspace:
            mailchimp.rules.archive_cleaned_allowed = True
            mailchimp.rules.archive_refused = {
                f"person{n}@example.com" for n in range(0, contacts, REFUSED_EVERY)
            }
            remote = mirrors.add(mailchimp, contacts)
            job = _confirm(database, mailchimp)
            _misbehave(mailchimp)
            environment = dict(_environment(workspace, url))
            environment |= {"MAILCHIMP_API_KEY": mailchimp.key, "MAILCHIMP_API_URL": mailchimp.url}
            start = time.perf_counter()
            killed = _kill(database, mailchimp, job, environment, kills, Random(seed))
            with _bot(environment):
                _wait(lambda: _look(database, job).finished_at is not None)
            seconds = time.perf_counter() - start
            happened = Counter(str(kind) for kind, _, _ in mailchimp.faults.happened)
            return Fire(seconds, killed, happened, _differences(database, mailchimp, remote, job))
    finally:
        database.close()


def _confirm(database: Database, mailchimp: Standin) -> ArchiveJob:
    with mirrors.client_of(mailchimp) as client:
        audience = mirrors.sync(database, client)
    wanted = Segment(audience_id=audience)
    planned = archives.plan(database, wanted, by=OLIVIA, word="ARCHIVE", now=utc_now())
    return archives.confirm(database, planned.id, "ARCHIVE", by=OLIVIA, now=utc_now())


def _misbehave(mailchimp: Standin) -> None:
    mailchimp.rules.latency, mailchimp.rules.batch_seconds = 0.02, 0.5
    add = mailchimp.faults.add
    add(FaultKind.RESET, "POST", "/batches", times=None, every=5, afterwards=True)
    add(FaultKind.RESET, "DELETE", mirrors.MEMBER_PATH, times=None, every=7, afterwards=True)
    add(FaultKind.RESET, times=None, every=11)
    add(FaultKind.TOO_MANY, times=None, every=13)


def _kill(
    database: Database,
    mailchimp: Standin,
    job: ArchiveJob,
    environment: Mapping[str, str],
    kills: int,
    random: Random,
) -> list[float]:
    """At random moments of the work, each time after the bot has asked Mailchimp for something."""
    killed = []
    for moment in sorted(random.uniform(0, KILLED_WITHIN) * job.total for _ in range(kills)):
        with _bot(environment, is_killed=True):
            _wait(partial(_is_past, database, mailchimp, job, len(mailchimp.requests), moment))
            time.sleep(random.uniform(0, MOST_DELAY))
        if _look(database, job).finished_at is not None:
            break
        killed.append(_work(database, mailchimp, job) / job.total / 2)
    return killed


def _is_past(database: Database, mailchimp: Standin, job: ArchiveJob, asked: int, moment: float) -> bool:
    return len(mailchimp.requests) > asked and _work(database, mailchimp, job) >= moment


@contextmanager
def _bot(environment: Mapping[str, str], *, is_killed: bool = False) -> Iterator[None]:
    process = ForkedRun(environment)
    try:
        yield
        assert not process.has_ended, "the bot ended by itself"
        if not is_killed:
            assert process.terminate(30) == 0
    finally:
        process.kill()


def _wait(is_so: Callable[[], bool]) -> None:
    until = time.monotonic() + MOST_SECONDS
    while not is_so():
        assert time.monotonic() < until, "it does not end"
        time.sleep(LOOK_SECONDS)


def _look(database: Database, job: ArchiveJob) -> ArchiveJob:
    found = jobs.get_in_transaction(database, job.type, job.id)
    assert found
    return found


def _work(database: Database, mailchimp: Standin, job: ArchiveJob) -> int:
    """How many contacts are done there, and how many have their outcome here."""
    batches = list(mailchimp._api.batches.all.values())
    return sum(len(batch.outcomes) for batch in batches) + _look(database, job).done


def _differences(database: Database, mailchimp: Standin, remote: str, job: ArchiveJob) -> dict[str, int]:
    """How many addresses are wrong in which way; none is 0."""
    ended, theirs = _look(database, job), mirrors.truth(mailchimp, remote)
    ours = statuses(database, ended.audience_id)
    lines = {line.address: line for line in job_results.outcomes(database, ended)}
    asked = {address for address in theirs if address.startswith("person")}
    refused = mailchimp.rules.archive_refused
    figures.assert_exact(database)
    found = {
        "receipts wrong": ended.state != JobState.DONE
        or (ended.outcome.n, ended.outcome.refusals, ended.outcome.waiting)
        != (len(asked - refused), {"method-refused": len(refused)}, 0),
        "without an outcome": len(asked ^ lines.keys()),
        "told wrongly": sum(
            line.state != ("done" if theirs[address] == "archived" else "refused")
            for address, line in lines.items()
        ),
        "refused for nothing": sum(
            (line.state == "refused") != (address in refused) for address, line in lines.items()
        ),
        "mirrored wrongly": len(dict(ours.items() ^ theirs.items())),
        "archived twice": sum(n > 1 for n in mirrors.effects(mailchimp).values()),
        "deleted permanently": len(mailchimp.permanent_deletions),
    }
    return {what: n for what, n in found.items() if n}


if __name__ == "__main__":
    main()
