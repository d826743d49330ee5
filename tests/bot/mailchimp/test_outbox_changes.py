"""What changes at Mailchimp before or while the outbox works is left as it is there."""

from datetime import timedelta

import pytest

from bot.archives.jobs import ARCHIVE
from bot.mailchimp.outbox import job_results, outbox
from bot.mailchimp.outbox import run as outbox_run
from bot.maintenance.cleanup import OUTCOMES_KEPT, delete_expired
from handlers.standins.mailchimp.standin import Standin
from storage.core.database import Database
from storage.mailchimp.api.client import Client
from tests.support import mirrors
from tests.support.audiences import claim
from tests.support.bot.outbox import (
    archive,
    assert_outcomes,
    assert_true,
    confirm,
    plan,
    run,
    steps,
    undo,
)
from tests.support.mirrors import now, truth


@pytest.mark.usefixtures("_small")
@pytest.mark.parametrize("n", [6, 30])
def test_what_changed_at_mailchimp_after_the_preview_is_left_alone(
    database: Database, standin: Standin, client: Client, n: int
):
    remote = mirrors.add(standin, n)
    audience = mirrors.sync(database, client)
    planned = plan(database, audience)
    standin.subscribe(remote, "person0@example.com")
    standin.change_profile(remote, "person1@example.com", FNAME="Ann")
    standin.archive(remote, "person2@example.com")
    standin.clean(remote, "reader0@example.com")
    confirm(database, planned)
    job = run(database, client, ARCHIVE)
    assert (job.outcome.n, job.outcome.left_alone, job.outcome.newer) == (n - 3, 3, 2)
    theirs = truth(standin, remote)
    assert [theirs[f"person{i}@example.com"] for i in range(4)] == [
        *("subscribed", "cleaned", "archived", "archived"),
    ]
    assert theirs["reader0@example.com"] == "cleaned"
    assert_true(database, standin, remote, job)


@pytest.mark.usefixtures("_small")
@pytest.mark.parametrize("n", [10, 30])
def test_what_changes_at_mailchimp_while_a_long_archive_is_under_way_is_left_alone(
    database: Database, standin: Standin, client: Client, monkeypatch: pytest.MonkeyPatch, n: int
):
    monkeypatch.setattr(outbox_run, "REFRESH_AFTER", timedelta(0))
    monkeypatch.setattr(outbox, "CALLS_PER_STEP", 5)
    remote = mirrors.add(standin, n)
    confirm(database, plan(database, mirrors.sync(database, client)))
    back = ""
    for step in steps(database, client, claim(database, ARCHIVE, now())):
        job, theirs = step, truth(standin, remote)
        if not back and "archived" in theirs.values():
            *_, back = (address for address, status in theirs.items() if status == "cleaned")
            standin.subscribe(remote, back)
    assert (job.outcome.n, job.outcome.left_alone) == (n - 1, 1)
    assert truth(standin, remote)[back] == "subscribed"
    assert_true(database, standin, remote, job)


def test_restoring_leaves_whom_mailchimp_changed_since(database: Database, standin: Standin, client: Client):
    remote = mirrors.add(standin, 4)
    job = archive(database, client, mirrors.sync(database, client))
    standin.subscribe(remote, "person1@example.com")
    back = undo(database, client, job)
    assert (back.outcome.n, back.outcome.changed) == (3, 1)
    assert truth(standin, remote)["person1@example.com"] == "subscribed"
    assert_outcomes(database, standin, remote, back)


def test_who_came_back_and_was_archived_by_somebody_else_is_not_subscribed_by_undo(
    database: Database, standin: Standin, client: Client
):
    remote = mirrors.add(standin, 4)
    job = archive(database, client, mirrors.sync(database, client))
    standin.subscribe(remote, "person1@example.com")
    mirrors.sync(database, client)
    standin.archive(remote, "person1@example.com")
    back = undo(database, client, job)
    assert (back.outcome.n, back.outcome.changed) == (3, 1)
    assert truth(standin, remote)["person1@example.com"] == "archived"
    assert_outcomes(database, standin, remote, back)


@pytest.mark.parametrize("at_once", [1, 3, 20_000])
def test_what_became_of_each_address_is_kept_for_a_month_and_the_archive_longer(
    database: Database, standin: Standin, client: Client, monkeypatch: pytest.MonkeyPatch, at_once: int
):
    monkeypatch.setattr("bot.maintenance.cleanup.OUTCOMES_AT_ONCE", at_once)
    mirrors.add(standin, 3)
    job = archive(database, client, mirrors.sync(database, client))
    told = now()
    delete_expired(database, told + OUTCOMES_KEPT - timedelta(minutes=1))
    assert len(list(job_results.outcomes(database, job))) == 3
    delete_expired(database, told + OUTCOMES_KEPT + timedelta(minutes=1))
    assert list(job_results.outcomes(database, job)) == []
    assert undo(database, client, job).outcome.n == 3
