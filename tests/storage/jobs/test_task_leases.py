"""One process at a time looks, and another when that one is gone."""

import socket
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from bot.archives.jobs import ARCHIVE, ArchiveTask
from bot.jobs import jobs, task_leases
from storage.audiences import audiences
from storage.contacts.contacts import Segment
from storage.core.database import Database
from tests.conftest import NOW

MINUTE = timedelta(minutes=1)

on_postgresql = pytest.mark.parametrize("engine_name", ["postgresql"], indirect=True)


def takes(database: Database, owner: str, minutes: float, name: str = "mailbox") -> bool:
    return task_leases.acquire(database, name, owner, NOW + minutes * MINUTE, 2 * MINUTE)


@on_postgresql
def test_who_has_the_turn_keeps_it_and_nobody_else_has_it(database: Database):
    assert takes(database, "a", 0)
    assert not takes(database, "b", 1)
    assert takes(database, "a", 1.9)
    assert not takes(database, "b", 3.8)
    assert takes(database, "b", 4)
    assert not takes(database, "a", 5)
    assert takes(database, "a", 5, name="mirror")


@on_postgresql
def test_a_turn_taken_before_the_clock_was_put_back_is_nobodys(database: Database):
    assert takes(database, "a", 60)
    assert takes(database, "b", 0)


@on_postgresql
def test_a_turn_given_back_is_anyones_at_once(database: Database):
    assert takes(database, "a", 0)
    assert takes(database, "a", 0, name="mirror")
    task_leases.release_all(database, "a", NOW)
    assert takes(database, "b", 0)
    assert takes(database, "c", 0, name="mirror")


@on_postgresql
def test_a_turn_of_a_process_that_is_gone_is_anyones_at_once(database: Database):
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    assert takes(database, f"{socket.gethostname()}:{gone.pid}:a1b2c3", 0)
    assert takes(database, "elsewhere:1:a1b2c3", 0, name="mirror")
    task_leases.release_dead(database, NOW)
    assert takes(database, "b", 0)
    assert not takes(database, "b", 0, name="mirror")


@on_postgresql
def test_of_eight_that_ask_at_once_one_has_it(database: Database):
    for n in range(20):
        with ThreadPoolExecutor(8) as pool:
            assert sum(pool.map(lambda who, n=n: takes(database, f"{who}", 0, name=f"{n}"), range(8))) == 1


def test_sqlite_has_one_process_and_it_is_the_one(tmp_path):
    database = Database(f"sqlite:///{tmp_path / 'none.db'}")
    assert takes(database, "a", 0)
    task_leases.release_dead(database, NOW)
    task_leases.release_all(database, "a", NOW)


def test_two_jobs_of_an_audience_are_not_claimed_at_once(database: Database):
    for n in range(20):
        with database.transaction() as session:
            into = audiences.get_or_add(session, f"{n}", NOW)
            for _ in range(4):
                task = ArchiveTask(Segment(audience_id=into.id))
                jobs.create(session, ARCHIVE, task, by="U1", now=NOW, audience_id=into.id)
        with ThreadPoolExecutor(4) as pool:
            claims = list(pool.map(lambda who: jobs.claim(database, [ARCHIVE], f"{who}", NOW), range(4)))
        assert len([job for job in claims if job]) == 1
