"""The outbox: sends changes of contacts to Mailchimp until the outcome of each is stored.

The mirror is refreshed before changes are sent, so that contacts that have changed since the person saw them are left
as they are. A change is marked as sent before its call is made: if the process dies, the next one knows whose outcome
is in doubt, and asks Mailchimp. A call is repeated only if Mailchimp does not show its effect.
"""

import time
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import replace

from bot.archives.jobs import RemoteJob
from bot.jobs import jobs
from bot.jobs.jobs import Clock, Failure
from bot.mailchimp.outbox import refusals, roads
from bot.mailchimp.outbox.batches import Batches
from bot.mailchimp.outbox.refusals import REFUSED_METHOD
from bot.mailchimp.outbox.remote_changes import RemoteChange
from bot.mailchimp.outbox.run import RENEW_SECONDS, Outcomes, Pause, Run, chunks
from storage.contacts import bulk
from storage.core.database import Database
from storage.mailchimp import outgoing
from storage.mailchimp.api.client import Client
from storage.mailchimp.api.errors import MailchimpError, NoContactApi, Unavailable
from storage.mailchimp.outgoing import SINGLE_CALL
from storage.mailchimp.tables import OutgoingState

MOST_SINGLE_CALLS = 500  # contacts; more are sent in batches
CALLS_PER_STEP = 100
FRUITLESS_ROUNDS = 6  # consecutive rounds that changed no outcome, after which the work stops
PARALLEL_CALLS = 10  # Mailchimp's limit
FIRST_PAUSE, LONGEST_PAUSE = 1.0, 60.0  # seconds between rounds, doubled after each fruitless one


def work(
    change: RemoteChange,
    client: Client,
    database: Database,
    job: RemoteJob,
    clock: Clock,
    pause: Pause = time.sleep,
) -> Iterator[RemoteJob]:
    """Sends the change of each contact until all have an outcome, or until it has to stop.

    If it stops, `progress.stopped_by` says why. The job is not finished here. `pause` sleeps for that many seconds.
    """
    if job.progress.stopped_by:
        return
    pool = ThreadPoolExecutor(PARALLEL_CALLS, thread_name_prefix="mailchimp")
    try:
        run = Run(change, client, database, job, clock, pause, pool)
        yield from _Rounds(run).until_done()
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def stop(database: Database, job: RemoteJob, clock: Clock, failure: Failure) -> RemoteJob:
    """Stores why nothing more is sent. Outcomes so far stay. The job is not finished here."""
    return jobs.save_progress(database, job, clock(), replace(job.progress, stopped_by=failure))


class _Rounds:
    """Calls for single contacts, or batches, until no outcome is missing."""

    def __init__(self, run: Run) -> None:
        self._run, self._batches = run, Batches(run)
        self._tried_otherwise: set[int] = set()

    def until_done(self) -> Iterator[RemoteJob]:
        """Repeats rounds until all changes have an outcome, an error is final, or FRUITLESS_ROUNDS have passed."""
        run = self._run
        fruitless, before = 0, run.count_by_state()
        while fruitless < FRUITLESS_ROUNDS:
            run.error = None
            try:
                yield from self._round()
            except MailchimpError as error:
                run.error = error
                if not refusals.may_succeed_later(error):
                    break
            after = run.count_by_state()
            if run.job.progress.filled and not after.keys() & {
                OutgoingState.WAITING,
                OutgoingState.SENT,
            }:
                return
            fruitless, before = fruitless + 1 if after == before else 0, after
            if fruitless < FRUITLESS_ROUNDS:
                yield from run.sleep(min(LONGEST_PAUSE, FIRST_PAUSE * 2**fruitless))
        reason = run.error or Unavailable("no answer")
        yield stop(run.database, run.job, run.clock, Failure(reason.key, reason.values))

    def _round(self) -> Iterator[RemoteJob]:
        """Finds the outcomes of what was sent before, then sends what is waiting. Raises MailchimpError."""
        run = self._run
        yield from self._batches.find_starting()
        yield from self._batches.await_all()
        yield from run.refresh()
        yield from run.fill()
        yield from self._send_single_calls() if self._are_few_waiting() else self._batches.send()
        if run.error is None and self._has_doubts():
            # A repeated call is refused if the first one had its effect; the mirror shows whether it had.
            yield from run.refresh()
        if run.error is None and run.change.has_other_call:
            yield from self._call_otherwise()

    def _call_otherwise(self) -> Iterator[RemoteJob]:
        """Tries the other call for contacts whose method was refused: one first, which tells whether there is one."""
        run = self._run
        with run.database.reading() as session:
            refused = outgoing.refused(session, run.key, REFUSED_METHOD)
            contact_ids = [id_ for id_ in refused if id_ not in self._tried_otherwise]
            if not contact_ids or not roads.may_try_contact(session, run.key.audience_id, run.clock()):
                return
        for chunk in [contact_ids[:1], *chunks(contact_ids[1:], CALLS_PER_STEP)]:
            with run.database.transaction() as session:
                unchanged = run.change.still_as_seen(session, chunk)
                targets = outgoing.targets(session, run.key.audience_id, sorted(unchanged))
            self._tried_otherwise.update(chunk)
            calls = {
                run.pool.submit(run.change.call_otherwise, run.client, target): target.id
                for target in targets
            }
            while wait(calls, timeout=RENEW_SECONDS).not_done:
                yield run.step()
            outcomes = {contact_id: _error_of(call) for call, contact_id in calls.items()}
            yield self._note_other_outcomes(outcomes)
            if any(isinstance(error, NoContactApi) for error in outcomes.values()):
                return
            run.raise_if_final()

    def _note_other_outcomes(self, outcomes: Outcomes) -> RemoteJob:
        """Stores what the other call did. A refusal leaves that of the first call; other errors start both again."""
        run = self._run
        now = run.clock()
        done = [id_ for id_, error in outcomes.items() if error is None]
        errors = {id_: error for id_, error in outcomes.items() if error and not refusals.is_refusal(error)}
        has_api = not any(isinstance(error, NoContactApi) for error in errors.values())
        again = {id_: error for id_, error in errors.items() if not isinstance(error, NoContactApi)}
        in_doubt = [id_ for id_, error in again.items() if refusals.may_have_been_done(error)]
        run.remember_errors(list(again.values()))
        self._tried_otherwise.difference_update(again)
        progress = replace(run.job.progress, by_contact=run.job.progress.by_contact + len(done))
        with run.database.transaction() as session:
            revision = bulk.lock(session, run.key.audience_id).revision
            run.change.apply(session, done, revision, now)
            outgoing.mark_done(session, run.key, done)
            outgoing.mark_waiting(session, run.key, list(again))
            outgoing.mark_sent(session, run.key, in_doubt, SINGLE_CALL)
            if not has_api:
                roads.note(session, run.key.audience_id, no_contact_api=now)
            n = run.job.done - len(again)  # refused ones are counted, and these are so no more
            run.job = jobs.step(session, run.job, now, done=n, progress=progress)
        return run.job

    def _are_few_waiting(self) -> bool:
        with self._run.database.reading() as session:
            waiting = outgoing.waiting(session, self._run.key, 0, MOST_SINGLE_CALLS + 1)
        return len(waiting) <= MOST_SINGLE_CALLS

    def _has_doubts(self) -> bool:
        with self._run.database.reading() as session:
            refused = outgoing.refused(session, self._run.key, REFUSED_METHOD)
            return bool(refused or outgoing.sent(session, self._run.key, SINGLE_CALL))

    def _send_single_calls(self) -> Iterator[RemoteJob]:
        run = self._run
        after = 0
        while contact_ids := run.take(after, CALLS_PER_STEP, SINGLE_CALL):
            after, before = contact_ids[-1], run.job.done
            yield from self._call(contact_ids)
            if run.job.done == before:
                return  # no call was answered: the next round begins after a pause
            yield from run.refresh_if_old()

    def _call(self, contact_ids: Sequence[int]) -> Iterator[RemoteJob]:
        run = self._run
        with run.database.reading() as session:
            targets = outgoing.targets(session, run.key.audience_id, contact_ids)
        calls = {run.pool.submit(run.change.call, run.client, target): target.id for target in targets}
        pending = set(calls)
        while pending:
            ended, pending = wait(pending, timeout=RENEW_SECONDS)
            if ended:
                outcomes = {calls[call]: _error_of(call) for call in ended}
                yield from run.check_audience(outcomes)
                yield run.note_outcomes(outcomes)
            else:
                yield run.step()
        run.raise_if_final()


def _error_of(call: Future[None]) -> MailchimpError | None:
    error = call.exception()
    if error is None or isinstance(error, MailchimpError):
        return error
    raise error
