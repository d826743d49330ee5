"""Mailchimp goes on with a batch when this program has given it up: nobody archived so is beyond Undo."""

from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import select

from bot.archives import archives, restores
from bot.archives.jobs import ARCHIVE, RESTORE
from bot.jobs import jobs
from bot.jobs.jobs import AnyJob, JobType
from bot.mailchimp.outbox import job_results, outbox, work
from handlers.slack.views.archives import archives as views
from handlers.standins.mailchimp.faults import FaultKind
from handlers.standins.mailchimp.standin import Standin
from handlers.words import words
from storage.archives.tables import Archive
from storage.core.database import Database
from storage.mailchimp.api.client import Client
from tests.support import mirrors
from tests.support.audiences import claim
from tests.support.bot.outbox import assert_outcomes, calls, confirm, plan, run, steps
from tests.support.mirrors import now


@pytest.mark.usefixtures("_small")
@pytest.mark.parametrize("type_", [ARCHIVE, RESTORE], ids=lambda type_: type_.kind)
def test_what_mailchimp_did_after_the_work_had_ended_is_in_the_archive(
    database: Database,
    standin: Standin,
    client: Client,
    monkeypatch: pytest.MonkeyPatch,
    type_: JobType[Any, Any, Any],
):
    monkeypatch.setattr("bot.mailchimp.outbox.late_answers.CONTACTS_PER_STEP", 12)
    remote = mirrors.add(standin, 30)
    audience = mirrors.sync(database, client)
    job: AnyJob = confirm(database, plan(database, audience))
    if type_ is RESTORE:
        job = restores.undo(database, audience, run(database, client, ARCHIVE).id, by="U1", now=now())
    before = len(calls(standin, "POST", "/batches"))
    for step in steps(database, client, claim(database, type_, now())):
        job = step
        if len(calls(standin, "POST", "/batches")) == before + 4:
            standin.faults.add(FaultKind.SERVER_ERROR, times=None)
    jobs.mark_told(database, job, now())
    assert (job.state, job.outcome.n, job.outcome.waiting) == ("failed", 0, 30)
    standin.faults.clear()
    for batch in client.batches_since(now() - timedelta(hours=1)):
        while client.batch(batch.id).status != "finished":
            pass
    mirrors.sync(database, client)
    with database.reading() as session:
        [made] = session.exec(select(Archive)).all()
    assert (made.n, made.restored) == (30, 30 if type_ is RESTORE else 0)
    assert {line.state for line in job_results.outcomes(database, job)} == {"done"}
    assert_outcomes(database, standin, remote, job)


def test_a_key_taken_away_in_mid_work_leaves_a_receipt_of_what_was_done(
    database: Database, standin: Standin, client: Client, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(outbox, "CALLS_PER_STEP", 4)
    remote = mirrors.add(standin, 12)
    job = confirm(database, plan(database, mirrors.sync(database, client)))
    sending = steps(database, client, claim(database, ARCHIVE, now()))
    while (job := next(sending)).done < 4:
        pass
    sending.close()
    *_, job = work.archive(None, lambda *_: pytest.fail("no person to hand a file to"), database, job, now)
    assert job.failure
    assert (job.state, job.failure.key) == ("failed", "error-archives-no-mailchimp")
    assert (job.outcome.n, job.outcome.waiting) == (4, 8)
    assert "4" in str(views.message(words("en"), archives.receipt(database, job)))
    jobs.mark_told(database, job, now())
    back = restores.undo(database, job.audience_id, job.id, by="U1", now=now())
    assert run(database, client, RESTORE).outcome.n == back.total == 4
    assert_outcomes(database, standin, remote, job)
