"""The bot killed by SIGKILL at random moments of one piece of work, and what the next start makes of it.

Each round begins with the same database, in which one job (or one digest) waits. A child process, the whole `cleaned
run`, is killed at a random moment of it; a second one carries on. What there is then, in the database and in Slack, is
compared with rounds that nobody killed. Children are forked from a process that has imported everything.
"""

import os
import re
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from multiprocessing import get_context
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from random import Random
from typing import Any

from sqlmodel import SQLModel, select

from handlers.standins.slack.server import Workspace
from handlers.terminal.demo import _environment
from storage.archives.tables import Archive, ArchiveMember
from storage.audiences.tables import JournalRow
from storage.contacts.tables import Contact
from storage.core.database import Database
from storage.digests.tables import DigestRun
from storage.exports.tables import Export
from storage.jobs.tables import JobRow
from tests.support import figures
from tests.support.databases import copied
from tests.support.slack import NEWS, Json, Person
from tests.support.slack import words as words_of

CHUNK = 100  # contacts in a transaction, so that a small audience has many
COMES_TO_ITS_END_WITHIN = 60.0
LOOK_SECONDS = 0.02

# Moments differ, and a sync that is carried on reads the last of the contacts before once more.
_DIFFERS = re.compile(r"<!date\^[^>]*>|\n\*Unchanged:\* \S+")
CONTEXT = get_context("forkserver")
CONTEXT.set_forkserver_preload(
    [
        "handlers.terminal.running",
        "handlers.serve",
        "tests.support.kills.killed_bot",
        "tests.support.kills.preload",
    ]
)


@dataclass(frozen=True)
class Place:
    """Where rounds happen: Slack, who asks, and more of the bot's environment."""

    workspace: Workspace
    person: Person
    folder: Path
    more: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Found:
    """What there is at the end of a round, without what differs from run to run."""

    contacts: list[dict[str, Any]]
    rows: Counter[str]
    """The journal, archives, exports, digests: each once."""
    told: Counter[str]
    """Every message, as the person sees it."""


@dataclass(frozen=True)
class Round:
    """`when`: how far the work was as the kill came: before, within, untold, after. `seconds`: to the end, unkilled."""

    found: Found
    when: str
    seconds: tuple[float, float]


@dataclass
class Tally:
    """What came of many kills."""

    kills: int = 0
    when: Counter[str] = field(default_factory=Counter)
    lost: int = 0
    """Rounds whose contacts, figures or records are not those of an unkilled one."""
    untold: int = 0
    twice: int = 0
    differences: list[str] = field(default_factory=list)


def run(place: Place, template: str, kills: int, random: Random, *, unkilled: int = 2) -> Tally:
    """Kills so many times, each in a round of its own on a copy of the template, a database URL."""
    references = [_round(place, template, None) for _ in range(unkilled)]
    expected = references[0].found
    for each in references:
        assert each.found == expected, (
            f"rounds that nobody killed differ: {_difference(each.found, expected)}"
        )
    start, end = (min(each.seconds[n] for each in references) for n in (0, 1))
    tally, span = Tally(), end - start
    for _ in range(kills):
        after = random.uniform(-0.1, 1) * span
        made = _round(place, template, after)
        _judge(tally, made, expected, after)
        # How long the work takes changes with what else the machine does: a kill after the end tells nothing.
        span *= 0.9 if made.when == "after" else 1.02
    return tally


def _judge(tally: Tally, made: Round, expected: Found, after: float) -> None:
    tally.kills += 1
    tally.when[made.when] += 1
    found = made.found
    tally.lost += found.contacts != expected.contacts or found.rows != expected.rows
    tally.untold += bool(expected.told - found.told)
    tally.twice += bool(found.told - expected.told)
    if found != expected:
        tally.differences.append(f"{after:.3f} s, {made.when}: {_difference(found, expected)}")


def _difference(found: Found, expected: Found) -> str:
    pairs = list(zip(found.contacts, expected.contacts, strict=False))
    changed = Counter(name for a, b in pairs for name in a if a[name] != b[name])
    rows = f"rows {found.rows - expected.rows} for {expected.rows - found.rows}"
    told = f"told {found.told - expected.told} for {expected.told - found.told}"
    return f"{len(found.contacts) - len(expected.contacts)} contacts more, others in {dict(changed)}; {rows}; {told}"


def _round(place: Place, template: str, kill_after: float | None) -> Round:
    with copied(template, place.folder) as url:
        _forget_messages(place)
        database = Database(url)
        try:
            when = _begin(place, url, database, kill_after) if kill_after is not None else "never"
            seconds = _carry_on(place, url, database)
            figures.assert_exact(database)
            # Revisions only tell who changed together, and after a kill the transactions are others.
            contacts = figures.contacts(database, without=("revision",))
            found = Found(contacts, _records(database), _told(place))
            return Round(found, when, seconds)
        finally:
            database.close()


def _begin(place: Place, url: str, database: Database, kill_after: float) -> str:
    """Kills so many seconds after the work was begun; below nought: before it is."""
    child = _start(place, url)
    if kill_after > 0:
        while _how_far(database) == "before":
            time.sleep(LOOK_SECONDS)
    time.sleep(abs(kill_after))  # the moment of a kill is what this is about
    child.kill()
    child.join()
    return _how_far(database)


def _carry_on(place: Place, url: str, database: Database) -> tuple[float, float]:
    """Seconds until the work is begun, and until it is told."""
    began = 0.0
    start = time.monotonic()
    child = _start(place, url)
    try:
        while (far := _how_far(database)) != "after":
            began = began or (time.monotonic() - start if far != "before" else 0.0)
            assert child.is_alive(), "the bot stopped by itself"
            assert time.monotonic() < start + COMES_TO_ITS_END_WITHIN, f"it hangs: {far}"
            time.sleep(LOOK_SECONDS)
        return began, time.monotonic() - start
    finally:
        child.kill()
        child.join()


def _how_far(database: Database) -> str:
    with database.reading() as session:
        run = session.exec(select(DigestRun)).first()
        jobs = [job for job in session.exec(select(JobRow)) if job.notify]
    if not jobs:
        return "before" if run is None else "after" if run.posted_at else "within"
    [job] = jobs
    if job.told_at:
        return "after"
    return {"waiting": "before", "running": "within"}.get(job.state, "untold")


def _start(place: Place, url: str) -> ForkServerProcess:
    environment = {
        **_environment(place.workspace, url),
        "SLACK_APP_TOKEN": "",  # HTTP: there is no socket to wait for
        "CLEANED_OPERATORS": place.person.user,
        **place.more,
    }
    child = CONTEXT.Process(target=_bot, args=(environment, str(place.folder / "bots.log")))
    child.start()
    return child


def _bot(environment: dict[str, str], log: str) -> None:
    """`cleaned run`, with small chunks and little waiting."""
    from bot.archives import archives, restores
    from bot.digests import digests
    from bot.exports import exports
    from bot.imports import imports
    from handlers.slack.jobs import long_work
    from handlers.terminal import running
    from handlers.words import words

    os.environ.clear()
    os.environ.update(environment)
    said = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.dup2(said, 1)
    os.dup2(said, 2)
    imports.ROWS_PER_CHUNK = archives.CONTACTS_PER_CHUNK = restores.CONTACTS_PER_CHUNK = CHUNK
    exports.RENEW_BYTES = 4_000
    digests.ABANDONED_AFTER = timedelta(0)  # two minutes would make a hundred kills last all day
    long_work.FIRST_MESSAGE_SECONDS = 0.02
    running.run(words("en"))


def _records(database: Database) -> Counter[str]:
    """Every row that says what was done, without moments and what Slack calls it."""
    parts: dict[type[SQLModel], Callable[[Any], object]] = {
        JournalRow: lambda row: (row.who, row.what, row.n, row.audience_id, _detail(row)),
        Archive: lambda row: (row.id, row.n, row.restored, row.left_alone),
        ArchiveMember: lambda row: (row.archive_id, row.contact_id, row.status_before, bool(row.restored_at)),
        Contact: lambda row: (row.audience_id, row.id) if row.archive_number else None,
        Export: lambda row: (row.id, row.n, row.channel),
        DigestRun: lambda row: (row.due_at, row.since, bool(row.posted_at), row.failed),
        JobRow: lambda row: (row.id, row.kind, row.state, row.done, row.total) if row.notify else None,
    }
    with database.reading() as session:
        rows = [(table, part(row)) for table, part in parts.items() for row in session.exec(select(table))]
    return Counter(f"{table.__name__} {said}" for table, said in rows if said is not None)


def _detail(row: JournalRow) -> list[tuple[str, Any]]:
    return sorted((name, value) for name, value in row.detail.items() if name != "unchanged")


def _messages(place: Place) -> list[Json]:
    where = (place.person.direct_messages(), NEWS)
    return [message for channel in where for message in place.person.messages(channel)]


def _forget_messages(place: Place) -> None:
    """The job of every round is the same one: its message would be found again, as its own of before a kill."""
    for channel in place.workspace.state.channels.values():
        channel.messages.clear()


def _told(place: Place) -> Counter[str]:
    return Counter(_DIFFERS.sub("", words_of(message)) for message in _messages(place))
