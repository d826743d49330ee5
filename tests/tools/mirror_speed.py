"""A first sync beside what ten connections allow, both measured in the same run, and one that is killed ten times.

`python -m tests.tools.mirror_speed [--contacts N] [--latency SECONDS] [--engine sqlite|postgresql] [--kills N] [--reasons]
[--connections N] [--changes N]`

The reference fetches the same pages by ten bare threads, and neither decodes nor keeps them. It knows the totals, so that it
asks for all pages at once. The sync may use as many connections, which is not the default of the bot: with eight it can't be
quicker than four fifths of the reference. The account is a process of its own, which has made all pages before.
With `--changes`, so many contacts change after a first sync, and the next sync is measured instead.
"""

import argparse
import gc
import resource
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path

import httpx

from bot.jobs import jobs
from bot.mailchimp.mirror import sync
from bot.mailchimp.mirror.jobs import SYNC
from bot.workspaces import databases
from handlers.cli import GC_THRESHOLDS, SWITCH_SECONDS
from handlers.clock import utc_now
from handlers.standins.mailchimp.api import reads
from handlers.standins.mailchimp.standin import Standin
from storage.contacts import figures as kept_figures
from storage.contacts.values import Status
from storage.core import schema
from storage.core.database import Database
from storage.mailchimp.api import fields
from storage.mailchimp.api.client import MAX_PAGE_SIZE, Client
from tests.support import figures
from tests.tools.webhook_load import database_url

CONNECTIONS = 10
KILLED_WITHIN = 0.9  # of the contacts
LOOK_SECONDS = 0.05
PAGE: dict[str, str | int] = {
    "fields": fields.MEMBERS,
    "count": MAX_PAGE_SIZE,
    "sort_field": "last_changed",
    "sort_dir": "ASC",
}


@dataclass(frozen=True)
class Account:
    """Where the stand-in is, and its audience."""

    url: str
    key: str
    audience: str


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--contacts", type=int, default=200_000)
    parser.add_argument("--latency", type=float, default=0.1)
    parser.add_argument("--engine", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--kills", type=int, default=10)
    parser.add_argument("--connections", type=int, default=CONNECTIONS, help="of the sync")
    parser.add_argument("--reasons", action="store_true", help="also wait for why contacts were cleaned")
    parser.add_argument("--changes", type=int, default=0, help="measure a sync of so many")
    parser.add_argument("--child", nargs=5, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.child:
        _child(*given.child)
        return
    with _account(given.contacts, given.latency) as (account, pipe):
        if given.changes:
            with database_url(postgresql=given.engine == "postgresql") as url:
                _sync_changes(account, pipe, url, given.changes)
            return
        with database_url(postgresql=given.engine == "postgresql") as url:
            _compare(account, url, given.connections, reasons=given.reasons)
        if not given.kills:
            return
        with database_url(postgresql=given.engine == "postgresql") as url:
            _kill(account, url, given.kills, given.contacts)


def _compare(account: Account, url: str, connections: int, *, reasons: bool) -> None:
    before, threads = _fetch_barely(account), f"{CONNECTIONS} bare threads"
    _make(url)
    with subprocess.Popen(
        _command(account, url, connections, reasons), stdout=subprocess.PIPE, text=True
    ) as child:
        assert child.stdout
        marks = dict(line.split(": ") for line in child.stdout.read().splitlines())
    after = _fetch_barely(account)
    seconds = float(marks["contacts stored after"])
    print(f"{threads}, nothing kept: {before:.2f} s before, {after:.2f} s after")
    print(
        f"the sync, {connections} connections: contacts stored after {seconds:.2f} s, {(before + after) / 2 / seconds:.0%} of that speed"
    )
    for name, value in marks.items():
        print(f"  {name}: {value}")
    _check(account, url)


def _sync_changes(account: Account, pipe: Connection, url: str, changes: int) -> None:
    _make(url)
    subprocess.run(_command(account, url), stdout=subprocess.DEVNULL, check=True)
    pipe.send(changes)
    pipe.recv()
    subprocess.run(_command(account, url), check=True)
    _check(account, url)


def _kill(account: Account, url: str, kills: int, contacts: int) -> None:
    _make(url)
    for n in range(1, kills + 1):
        with subprocess.Popen(_command(account, url), stdout=subprocess.DEVNULL) as child:
            while _stored(url) < n * contacts * KILLED_WITHIN // kills:
                time.sleep(LOOK_SECONDS)
            child.kill()
        print(f"killed with {_stored(url):,} contacts stored")
    subprocess.run(_command(account, url), stdout=subprocess.DEVNULL, check=True)
    _check(account, url)
    print(f"after {kills} kills: complete and right")


def _fetch_barely(account: Account) -> float:
    """Seconds for all pages that the sync fetches."""
    path = f"{account.url}/lists/{account.audience}/members"
    with httpx.Client(
        limits=httpx.Limits(max_connections=CONNECTIONS), auth=("any", account.key), timeout=120
    ) as http:

        def fetch(place: tuple[str, int]) -> int:
            asked = {"status": place[0]} if place[0] else {}
            answer = http.get(path, params={**PAGE, **asked, "offset": place[1]})
            return len(answer.raise_for_status().content)

        totals = {of: int(http.get(path, params=_total(of)).json()["total_items"]) for of in ("", "archived")}
        places = [(of, at) for of, n in totals.items() for at in range(0, n, MAX_PAGE_SIZE - 25)]
        with ThreadPoolExecutor(CONNECTIONS) as pool:
            list(pool.map(fetch, places))  # now all are made
            start = time.perf_counter()
            list(pool.map(fetch, places))
            return time.perf_counter() - start


def _total(of: str) -> dict[str, str | int]:
    return {"count": 1, "fields": "total_items", **({"status": of} if of else {})}


def _check(account: Account, url: str) -> None:
    """Every contact is there with its status, and the figures are exact."""
    database = Database(url)
    with Client(account.key, account.url) as client:
        there = {
            member.address.lower(): str(member.status)
            for status in (None, Status.ARCHIVED)
            for offset in range(0, client.members(account.audience, 0, 1, status=status).total, MAX_PAGE_SIZE)
            for member in client.members(account.audience, offset, status=status).members
        }
    here = {row["address_key"]: row["status"] for row in figures.contacts(database)}
    assert here == there, Counter(here.items() ^ there.items())
    figures.assert_exact(database)
    database.close()


def _make(url: str) -> None:
    database = Database(url)
    database.probe()
    schema.migrate(database)
    database.close()


def _stored(url: str) -> int:
    database = Database(url)
    with database.reading() as session:
        n = sum(kept_figures.by_status_and_reason(session, 1).values())
    database.close()
    return n


def _command(account: Account, url: str, connections: int = CONNECTIONS, reasons: bool = True) -> list[str]:
    end = "reasons" if reasons else "contacts"
    given = [account.url, account.key, url, str(connections), end]
    return [sys.executable, "-m", "tests.tools.mirror_speed", "--child", *given]


def _child(base: str, key: str, url: str, connections: str, end: str) -> None:
    """Does what there is to do to its end, and says when and with how much memory."""
    gc.freeze()  # as `cleaned run` does
    gc.set_threshold(*GC_THRESHOLDS)
    sys.setswitchinterval(SWITCH_SECONDS)
    database = databases.open_current(url)
    jobs.release_dead(database)
    with Client(key, base, int(connections)) as client:
        (audience_id,) = sync.discover(database, client, utc_now())
        sync.request(database, audience_id, by="U1", now=utc_now())
        job = jobs.claim(database, [SYNC], jobs.owner(), utc_now())
        assert job
        before, began = resource.getrusage(resource.RUSAGE_SELF), time.process_time()
        start, early, stage = time.perf_counter(), 0, 0
        for step in sync.work(client, database, job, utc_now):
            early = early or (_resident() if step.done * 5 > step.total > 0 else 0)
            if step.progress.stage == len(sync.STAGES) > stage:
                print(f"contacts stored after: {time.perf_counter() - start:.2f}")
                used = resource.getrusage(resource.RUSAGE_SELF)
                print(
                    f"processor: {used.ru_utime - before.ru_utime:.2f} s, {used.ru_stime - before.ru_stime:.2f} s of the system"
                )
                print(f"memory: {early} MB with a fifth of them, {_resident()} MB with all")
                stage = step.progress.stage
                if end == "contacts":
                    return
        processor = time.process_time() - began
        print(
            f"all done after: {time.perf_counter() - start:.2f} s with reasons of {step.progress.asked:,} cleaned, {processor:.2f} s of processor"
        )
        print(f"difference: {step.outcome.difference}")
        jobs.mark_told(database, step, utc_now())  # the next one is another job
    database.close()


def _resident() -> int:
    status = Path("/proc/self/status").read_text()
    return int(status.split("VmRSS:")[1].split()[0]) // 1024


@contextmanager
def _account(contacts: int, latency: float) -> Iterator[tuple[Account, Connection]]:
    """Where it is, and a pipe: it changes as many contacts as it is sent, and then answers."""
    context = get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_serve, args=(theirs, contacts, latency))
    process.start()
    try:
        yield ours.recv(), ours
    finally:
        ours.send(None)
        process.join()


def _serve(pipe: Connection, contacts: int, latency: float) -> None:
    # Each page is made once: the link is to be measured, not how quickly the stand-in writes.
    make = reads.members
    made: dict[tuple[tuple[str, str], ...], str] = {}
    reads.members = lambda call: (
        made.get(of := tuple(sorted(call.query.items()))) or made.setdefault(of, make(call))
    )
    with Standin() as standin:
        audience = standin.add_list("Trail news")
        standin.fill(audience, contacts, seed=1)
        standin.rules.latency = latency
        pipe.send(Account(standin.url, standin.key, audience))
        while changes := pipe.recv():
            _change(standin, audience, changes)
            made.clear()
            pipe.send(changes)


def _change(standin: Standin, audience: str, n: int) -> None:
    """Of subscribed contacts, a tenth is cleaned; the others are renamed."""
    subscribed = [member.email for member in standin.members(audience) if member.status == "subscribed"]
    for i, address in enumerate(subscribed[:: len(subscribed) // n][:n]):
        if i % 10:
            standin.change_profile(audience, address, FNAME=f"Zoé {i}")
        else:
            standin.clean(audience, address)


if __name__ == "__main__":
    main()
