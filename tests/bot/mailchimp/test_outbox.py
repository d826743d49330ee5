"""Archive and Undo at Mailchimp: each address has its true outcome, whatever fails and whenever the process dies."""

import re
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest
from sqlmodel import select

from bot.archives import restores
from bot.archives.jobs import ARCHIVE, RESTORE, ArchiveResult, RestoreResult
from bot.core.errors import AlreadyDone
from bot.jobs import jobs
from bot.jobs.jobs import AnyJob, JobType
from bot.mailchimp.mirror.members import contact_id
from bot.mailchimp.outbox import batches, job_results, outbox, roads
from bot.mailchimp.outbox import run as outbox_run
from handlers.standins.mailchimp.account import StoredMergeField
from handlers.standins.mailchimp.faults import FaultKind
from handlers.standins.mailchimp.standin import NAMES, Standin
from storage.contacts import bulk
from storage.core.database import Database
from storage.jobs.tables import JobRow
from storage.mailchimp import mirrors as mirror_rows
from storage.mailchimp.api.client import Client
from storage.mailchimp.api.values import member_hash
from tests.support import mirrors
from tests.support.audiences import claim, statuses
from tests.support.bot.outbox import (
    archive,
    assert_outcomes,
    assert_true,
    calls,
    confirm,
    plan,
    rows,
    run,
    steps,
    undo,
)
from tests.support.figures import assert_exact
from tests.support.mirrors import now, truth

MEMBER = r"/lists/\w+/members/\w+"


@pytest.mark.parametrize("is_batch", [False, True])
def test_an_undo_brings_back_contacts_whose_required_fields_are_empty(
    database: Database, standin: Standin, client: Client, is_batch: bool, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(outbox, "MOST_SINGLE_CALLS", 5 if is_batch else 500)
    remote = standin.add_list("News", merge_fields=(*NAMES, StoredMergeField("TOWN", "Town", required=True)))
    for n in range(12):
        town = "" if n % 2 else "Bern"
        standin.put(remote, f"person{n}@example.com", "cleaned", merge=f'{{"TOWN": "{town}"}}')
    before = truth(standin, remote)
    job = archive(database, client, mirrors.sync(database, client))
    assert set(truth(standin, remote).values()) == {"archived"}
    assert undo(database, client, job).outcome == RestoreResult(n=12, changed=0, refusals={}, waiting=0)
    assert truth(standin, remote) == before
    assert bool(calls(standin, "POST", "/batches")) == is_batch


@pytest.mark.parametrize("n", [30, 700])
def test_contacts_are_archived_at_mailchimp_and_here_and_undone(
    database: Database, standin: Standin, client: Client, n: int
):
    remote = mirrors.add(standin, n)
    audience = mirrors.sync(database, client)
    job = archive(database, client, audience)
    assert job.state == "done"
    assert job.outcome.link
    assert job.outcome.link.startswith("https://us6.admin.mailchimp.com/lists/members/?id=")
    assert replace(job.outcome, link=None) == ArchiveResult(
        n=n, left_alone=0, newer=0, refusals={}, waiting=0
    )
    assert Counter(truth(standin, remote).values()) == {"archived": n, "subscribed": 5}
    assert_true(database, standin, remote, job)
    assert bool(calls(standin, "POST", "/batches")) == (n > outbox.MOST_SINGLE_CALLS)
    back = undo(database, client, job)
    assert back.outcome == RestoreResult(n=n, changed=0, refusals={}, waiting=0)
    assert Counter(truth(standin, remote).values()) == {"cleaned": n, "subscribed": 5}
    assert_true(database, standin, remote, back)


@pytest.mark.parametrize("n", [30, 700])
def test_where_mailchimp_refuses_the_contacts_stay_cleaned_and_the_reason_is_kept(
    database: Database, standin: Standin, client: Client, n: int
):
    standin.rules.archive_cleaned_allowed = False
    remote = mirrors.add(standin, n)
    job = archive(database, client, mirrors.sync(database, client))
    assert job.state == "done"
    assert (job.outcome.n, job.outcome.refusals) == (0, {"method-refused": n})
    assert job.outcome.newer == job.outcome.left_alone == 0
    assert all("Can not archive" in line.detail for line in job_results.outcomes(database, job))
    assert_true(database, standin, remote, job)


CONTACT = r"/audiences/\w+/contacts/\w+/actions/archive"


@pytest.mark.parametrize("is_batch", [False, True])
@pytest.mark.parametrize("fault", [None, FaultKind.RESET, FaultKind.SERVER_ERROR])
def test_contacts_that_the_list_refuses_are_archived_by_the_contacts_own_call_and_undone(
    database: Database,
    standin: Standin,
    client: Client,
    is_batch: bool,
    fault: FaultKind | None,
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setattr(outbox, "MOST_SINGLE_CALLS", 5 if is_batch else 500)
    standin.rules.archive_refused = {f"person{i}@example.com" for i in range(0, 12, 2)}
    standin.rules.audiences_api = standin.rules.contact_archives_cleaned = True
    remote = mirrors.add(standin, 12)
    audience = mirrors.sync(database, client)
    if fault:
        standin.faults.add(fault, "POST", CONTACT, times=15, every=2, afterwards=True)
    job = archive(database, client, audience)
    assert (job.state, job.outcome.n, job.outcome.refusals) == ("done", 12, {})
    assert job.done == job.total == 12
    assert_true(database, standin, remote, job)
    assert fault or job.outcome.by_contact == 6
    known = roads.known(database)
    assert known.by_list == job.finished_at
    assert fault or known.by_contact == job.finished_at
    assert known.no_contact_api is None
    assert undo(database, client, job).outcome.n == 12
    assert Counter(truth(standin, remote).values()) == {"cleaned": 12, "subscribed": 5}


@pytest.mark.parametrize("status", [403, 404])
def test_an_account_without_the_other_call_is_asked_once(
    database: Database, standin: Standin, client: Client, status: int, monkeypatch: pytest.MonkeyPatch
):
    standin.rules.archive_cleaned_allowed = False
    standin.rules.audiences_api_refusal = status
    remote = mirrors.add(standin, 8)
    audience = mirrors.sync(database, client)
    for _ in range(2):
        job = archive(database, client, audience)
        assert (job.state, job.outcome.n, job.outcome.refusals) == ("done", 0, {"method-refused": 8})
        assert_true(database, standin, remote, job)
    asked = [call.path for call in standin.requests if call.path.startswith("/audiences/")]
    assert len(asked) == 1
    assert roads.known(database).no_contact_api
    monkeypatch.setattr(roads, "ASK_AGAIN_AFTER", timedelta(0))
    standin.rules.audiences_api = standin.rules.contact_archives_cleaned = True
    assert archive(database, client, audience).outcome.by_contact == 8
    monkeypatch.undo()
    standin.put(remote, "late@example.com", "cleaned")
    audience = mirrors.sync(database, client)
    assert archive(database, client, audience).outcome.by_contact == 1, "it is known that there is one"


def test_what_both_calls_refuse_stays_cleaned_and_is_asked_for_once(
    database: Database, standin: Standin, client: Client
):
    standin.rules.archive_cleaned_allowed = False
    standin.rules.audiences_api = True
    remote = mirrors.add(standin, 8)
    job = archive(database, client, mirrors.sync(database, client))
    assert (job.state, job.outcome.n, job.outcome.refusals) == ("done", 0, {"method-refused": 8})
    assert len([call for call in standin.requests if call.path.startswith("/audiences/")]) == 8
    assert_true(database, standin, remote, job)


def test_what_the_other_call_archives_in_name_only_is_not_said_to_be_archived(
    database: Database, standin: Standin, client: Client, monkeypatch: pytest.MonkeyPatch
):
    """The Audiences API has a status apart from the list's."""
    standin.rules.archive_cleaned_allowed = False
    standin.rules.audiences_api = standin.rules.contact_archives_cleaned = True
    remote = mirrors.add(standin, 3)
    audience = mirrors.sync(database, client)
    monkeypatch.setattr(standin._account, "put", lambda _audience, member: member)
    job = archive(database, client, audience)
    assert (job.outcome.n, job.outcome.refusals) == (0, {"method-refused": 3})
    assert_true(database, standin, remote, job)


@pytest.mark.usefixtures("_small")
def test_two_thousand_with_one_in_a_hundred_refused_resets_and_too_many_calls(
    database: Database, standin: Standin, client: Client, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(batches, "OPERATIONS_PER_BATCH", 500)
    monkeypatch.setattr(outbox_run, "CONTACTS_PER_CHUNK", 500)
    remote = mirrors.add(standin, 2_000)
    standin.rules.archive_refused = {f"person{i}@example.com" for i in range(0, 2_000, 100)}
    audience = mirrors.sync(database, client)
    standin.faults.add(FaultKind.RESET, times=None, every=5)
    standin.faults.add(FaultKind.TOO_MANY, times=None, every=7)
    standin.faults.add(FaultKind.RESET, "POST", "/batches", afterwards=True)
    job = archive(database, client, audience)
    assert job.state == "done"
    assert (job.outcome.n, job.outcome.refusals) == (1_980, {"method-refused": 20})
    assert_true(database, standin, remote, job)


def test_calls_whose_answers_are_lost_after_their_effect_are_known_to_be_done(
    database: Database, standin: Standin, client: Client
):
    remote = mirrors.add(standin, 40)
    audience = mirrors.sync(database, client)
    standin.rules.archive_refused = {"person7@example.com"}
    standin.faults.add(FaultKind.RESET, "DELETE", MEMBER, times=90, every=2, afterwards=True)
    standin.faults.add(FaultKind.SERVER_ERROR, "DELETE", MEMBER, times=60, every=3)
    job = archive(database, client, audience)
    assert (job.outcome.n, job.outcome.refusals) == (39, {"method-refused": 1})
    assert_true(database, standin, remote, job)


@pytest.mark.usefixtures("_small")
@pytest.mark.parametrize(
    ("type_", "n"),
    [(ARCHIVE, 8), (ARCHIVE, 20), (RESTORE, 8)],
    ids=["archive-8", "archive-20", "restore-8"],
)
def test_a_process_that_dies_at_any_step_leaves_work_that_ends_right(
    database: Database, standin: Standin, client: Client, n: int, type_: JobType[Any, Any, Any]
):
    remote = mirrors.add(standin, n)
    standin.rules.archive_refused, standin.rules.batch_polls = {"person3@example.com"}, 1
    audience = mirrors.sync(database, client)
    ends = 0
    # Each takes a whole archive. The steps are the same on both engines, and of more contacts only more alike.
    for dies_after in range(1, 200, 1 if database.is_sqlite and n == 8 else 3):
        for member in standin.members(remote):
            standin.put(remote, member.email, "subscribed" if "reader" in member.email else "cleaned")
        mirrors.sync(
            database, client
        )  # carries on the one that died, which may be past what changed just now
        mirrors.sync(database, client)
        job: AnyJob = confirm(database, plan(database, audience))
        if type_ is RESTORE:
            archived = run(database, client, ARCHIVE)
            job = restores.undo(database, audience, archived.id, by="U1", now=now())
        work = steps(database, client, claim(database, type_, now()))
        if len([step for step, _ in zip(work, range(dies_after), strict=False)]) < dies_after:
            ends += 1
        work.close()
        with database.transaction() as session:
            for dead in session.exec(select(JobRow)):
                dead.lease_until = None
        again = jobs.claim_one(database, job, jobs.owner(), now())
        assert again
        if again.state == "running":
            *_, again = steps(database, client, again)
        jobs.mark_told(database, again, now())
        assert again.outcome.n == n - 1
        assert_outcomes(database, standin, remote, again)
        if ends:
            return
    pytest.fail("it never ended")


@pytest.mark.usefixtures("_small")
def test_a_batch_that_was_started_without_being_noted_is_found_again(
    database: Database, standin: Standin, client: Client, monkeypatch: pytest.MonkeyPatch
):
    remote = mirrors.add(standin, 30)
    audience = mirrors.sync(database, client)
    confirm(database, plan(database, audience))
    work = steps(database, client, claim(database, ARCHIVE, now()))
    monkeypatch.setattr(batches.Batches, "_note_batch", lambda *_: pytest.fail("killed"))
    with pytest.raises(pytest.fail.Exception):
        list(work)
    monkeypatch.undo()
    monkeypatch.setattr(outbox, "MOST_SINGLE_CALLS", 10)
    monkeypatch.setattr(batches, "OPERATIONS_PER_BATCH", 8)
    *_, job = steps(database, client, claim(database, ARCHIVE, now() + timedelta(minutes=5)))
    assert job.outcome.n == 30
    assert len(calls(standin, "POST", "/batches")) == 4
    assert_true(database, standin, remote, job)


@pytest.mark.parametrize("type_", [ARCHIVE, RESTORE], ids=lambda type_: type_.kind)
def test_what_was_done_when_the_process_died_before_noting_it_is_known(
    database: Database,
    standin: Standin,
    client: Client,
    monkeypatch: pytest.MonkeyPatch,
    type_: JobType[Any, Any, Any],
):
    remote = mirrors.add(standin, 20)
    audience = mirrors.sync(database, client)
    confirm(database, plan(database, audience))
    if type_ is RESTORE:
        done = run(database, client, ARCHIVE)
        restores.undo(database, audience, done.id, by="U1", now=now())
    with monkeypatch.context() as killed:
        killed.setattr(outbox_run.Run, "note_outcomes", lambda *_: pytest.fail("killed"))
        with pytest.raises(pytest.fail.Exception):
            list(steps(database, client, claim(database, type_, now())))
    asked = len(standin.requests)
    *_, job = steps(database, client, claim(database, type_, now() + timedelta(minutes=5)))
    assert job.outcome.n == 20
    assert {call.method for call in standin.requests[asked:]} == {"GET"}, "something was sent again"
    assert_true(database, standin, remote, job)


@pytest.mark.usefixtures("_small")
def test_a_slow_answer_does_not_cost_the_lease(
    database: Database, standin: Standin, client: Client, monkeypatch: pytest.MonkeyPatch
):
    mirrors.add(standin, 12)
    confirm(database, plan(database, mirrors.sync(database, client)))
    monkeypatch.setattr(outbox_run, "RENEW_SECONDS", 0.05)
    standin.faults.add(FaultKind.SLOW, "POST", "/batches", seconds=3.0)
    held = [now() for _ in steps(database, client, claim(database, ARCHIVE, now()))]
    assert max(after - before for before, after in pairwise(held)) < timedelta(seconds=2.5)


def test_a_lost_batch_is_known_although_it_says_that_it_has_no_operations(
    database: Database, standin: Standin, client: Client, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(outbox, "MOST_SINGLE_CALLS", 5)
    remote = mirrors.add(standin, 12)
    audience = mirrors.sync(database, client)
    standin.faults.add(FaultKind.RESET, "POST", "/batches", afterwards=True)
    job = archive(database, client, audience)
    assert (job.state, job.outcome.n) == ("done", 12)
    assert len(calls(standin, "POST", "/batches")) == 1
    assert_true(database, standin, remote, job)


@pytest.mark.usefixtures("_small")
def test_operations_without_a_result_are_asked_for_again(
    database: Database, standin: Standin, client: Client, monkeypatch: pytest.MonkeyPatch
):
    remote = mirrors.add(standin, 30)
    audience = mirrors.sync(database, client)
    results = client.results
    monkeypatch.setattr(client, "results", lambda batch_id: list(results(batch_id))[1:])
    job = archive(database, client, audience)
    assert (job.state, job.outcome.n) == ("done", 30)
    assert_true(database, standin, remote, job)


def test_a_plan_confirmed_twice_is_done_once(database: Database, standin: Standin, client: Client):
    remote = mirrors.add(standin, 5)
    planned = plan(database, mirrors.sync(database, client))
    confirm(database, planned)
    with pytest.raises(AlreadyDone):
        confirm(database, planned)
    job = run(database, client, ARCHIVE)
    assert len(calls(standin, "DELETE", MEMBER)) == 5
    assert_true(database, standin, remote, job)


@pytest.mark.usefixtures("_small")
@pytest.mark.parametrize("n", [6, 30])
def test_a_refused_key_ends_the_work_and_what_was_done_is_told(
    database: Database, standin: Standin, client: Client, n: int
):
    remote = mirrors.add(standin, n)
    audience = mirrors.sync(database, client)
    confirm(database, plan(database, audience))
    with mirrors.client_of(standin, standin.read_only_key) as reader:
        job = run(database, reader, ARCHIVE)
    assert job.state == "failed"
    assert job.failure
    assert job.failure.key == "mailchimp-forbidden"
    assert (job.outcome.n, job.outcome.waiting, job.outcome.left_alone) == (0, n, 0)
    assert_true(database, standin, remote, job)
    again = archive(database, client, audience)
    assert again.outcome.n == n


@pytest.mark.usefixtures("_small")
@pytest.mark.parametrize("n", [6, 30])
@pytest.mark.parametrize("is_undo", [False, True])
def test_an_audience_that_vanishes_during_the_calls_costs_no_contact_and_comes_back(
    database: Database,
    standin: Standin,
    client: Client,
    n: int,
    is_undo: bool,
    monkeypatch: pytest.MonkeyPatch,
):
    """Every call is answered as for a contact that was deleted for good."""
    remote = mirrors.add(standin, n)
    audience = mirrors.sync(database, client)
    before = truth(standin, remote)
    done = archive(database, client, audience) if is_undo else None
    theirs, ours = truth(standin, remote), statuses(database, audience)
    real, kept = outbox_run.Run.take, standin._account.audiences[remote]

    def take(*arguments: Any, **named: Any) -> Any:
        standin._account.audiences.pop(remote, None)
        return real(*arguments, **named)

    with monkeypatch.context() as patched:
        patched.setattr(outbox_run.Run, "take", take)
        job = undo(database, client, done) if done else archive(database, client, audience)
    assert job.failure
    assert (job.state, job.failure.key) == ("failed", "mailchimp-not-found")
    assert (job.outcome.n, job.outcome.refusals, job.outcome.waiting) == (0, {}, n)
    assert statuses(database, audience) == ours
    standin._account.audiences[remote] = kept
    mirrors.sync(database, client)
    assert truth(standin, remote) == theirs
    done = done or archive(database, client, audience)
    assert undo(database, client, done).outcome.n == n
    assert truth(standin, remote) == statuses(database, audience) == before


def test_mailchimp_out_of_reach_leaves_everything_waiting_and_says_so(
    database: Database, standin: Standin, client: Client
):
    remote = mirrors.add(standin, 12)
    audience = mirrors.sync(database, client)
    standin.faults.add(FaultKind.SERVER_ERROR, "DELETE", times=None)
    job = archive(database, client, audience)
    assert job.failure
    assert (job.state, job.failure.key) == ("failed", "mailchimp-unavailable")
    assert (job.outcome.n, job.outcome.waiting) == (0, 12)
    assert_true(database, standin, remote, job)


@pytest.mark.usefixtures("_small")
@pytest.mark.parametrize("n", [4, 20])
def test_restoring_tells_what_mailchimp_refuses(database: Database, standin: Standin, client: Client, n: int):
    remote = mirrors.add(standin, n)
    audience = mirrors.sync(database, client)
    job = archive(database, client, audience)
    standin._account.audience(remote).members.remove(member_hash("person1@example.com"))
    back = undo(database, client, job)
    assert back.state == "done"
    assert back.outcome == RestoreResult(n=n - 1, changed=0, refusals={"not-found": 1}, waiting=0)
    assert Counter(truth(standin, remote).values()) == {"cleaned": n - 1, "subscribed": 5}
    assert_exact(database)


@pytest.mark.parametrize("knows", [False, True])
def test_undo_of_contacts_deleted_for_good_says_so_and_is_offered_no_more(
    database: Database, standin: Standin, client: Client, knows: bool
):
    """Whether a sync found out before (`knows`) or Mailchimp says so now."""
    remote = mirrors.add(standin, 4)
    audience = mirrors.sync(database, client)
    job = archive(database, client, audience)
    for n in (1, 2):
        standin._account.audience(remote).members.remove(member_hash(f"person{n}@example.com"))
    if knows:
        with database.transaction() as session:
            keys = ["person1@example.com", "person2@example.com"]
            found = bulk.find_by_address_keys(session, audience, keys)
            mirror_rows.delete_contacts(session, audience, [contact_id(row) for row in found.values()])
    back = undo(database, client, job)
    assert back.outcome == RestoreResult(n=2, changed=0, refusals={"not-found": 2}, waiting=0)
    assert restores.get_archive(database, audience, job.id).is_restored
    with pytest.raises(restores.AlreadyRestored):
        restores.undo(database, audience, job.id, by="U2", now=now())


def test_an_archive_whose_contacts_were_all_deleted_for_good_is_listed_no_more(
    database: Database, standin: Standin, client: Client
):
    remote = mirrors.add(standin, 2)
    audience = mirrors.sync(database, client)
    job = archive(database, client, audience)
    for n in range(2):
        standin._account.audience(remote).members.remove(member_hash(f"person{n}@example.com"))
    assert undo(database, client, job).outcome.refusals == {"not-found": 2}
    assert restores.earlier_archives(database).archives == []
    with pytest.raises(restores.NothingLeft):
        restores.undo(database, audience, job.id, by="U2", now=now())


def test_ticked_contacts_alone_are_restored(database: Database, standin: Standin, client: Client):
    remote = mirrors.add(standin, 6)
    job = archive(database, client, mirrors.sync(database, client))
    chosen = [row.contact_id for row in rows(database, job)][:2]
    back = undo(database, client, job, ids=chosen)
    assert back.outcome.n == 2
    assert Counter(truth(standin, remote).values()) == {"archived": 4, "cleaned": 2, "subscribed": 5}
    rest = undo(database, client, job)
    assert rest.outcome.n == 4
    assert_outcomes(database, standin, remote, rest)


def test_no_error_of_the_work_names_an_address(database: Database, standin: Standin, client: Client, caplog):
    mirrors.add(standin, 6)
    standin.rules.archive_cleaned_allowed = False
    standin.faults.add(FaultKind.RESET, "DELETE", times=3)
    caplog.set_level("DEBUG")
    archive(database, client, mirrors.sync(database, client))
    assert "example.com" not in caplog.text
    assert not re.search("[0-9a-f]{32}", caplog.text)
