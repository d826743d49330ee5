"""The outbox: sends changes of contacts to Mailchimp until the outcome of each is stored.

The mirror is refreshed before changes are sent, so that contacts that have changed since the person saw them are left
as they are. A change is marked as sent before its call is made: if the process dies, the next one knows whose outcome
is in doubt, and asks Mailchimp. A call is repeated only if Mailchimp does not show its effect.
"""

import time
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import replace
from datetime import timedelta
from typing import Any, TypeVar

from bot.archives.jobs import RemoteJob
from bot.jobs import jobs
from bot.jobs.jobs import Clock, Failure
from bot.mailchimp.mirror import sync
from bot.mailchimp.outbox import refusals, roads
from bot.mailchimp.outbox.refusals import REFUSED_METHOD
from bot.mailchimp.outbox.remote_changes import RemoteChange
from storage.contacts import bulk
from storage.contacts.reachable import reachable
from storage.core.database import Database
from storage.mailchimp import outgoing
from storage.mailchimp.api.client import Client
from storage.mailchimp.api.errors import BadAnswer, MailchimpError, NoContactApi, NotFound, Unavailable
from storage.mailchimp.api.values import Batch, BatchStatus
from storage.mailchimp.outgoing import SINGLE_CALL, STARTING, OutboxKey
from storage.mailchimp.tables import OutgoingState

MOST_SINGLE_CALLS = 500  # contacts; more are sent in batches
CALLS_PER_STEP = 100
CONTACTS_PER_CHUNK = 5_000
OPERATIONS_PER_BATCH = 500
FRUITLESS_ROUNDS = 6  # consecutive rounds that changed no outcome, after which the work stops
PARALLEL_CALLS = 10  # Mailchimp's limit
RENEW_SECONDS = 5.0  # the longest wait without a step, which renews the lease
FIRST_PAUSE, LONGEST_PAUSE = 1.0, 60.0  # seconds between rounds, doubled after each fruitless one
LONGEST_POLL = 15.0  # seconds between two requests for the status of a batch
SEARCHES_FOR_A_BATCH = 3  # it may be listed late
POLLS_FOR_A_TOTAL = 8  # of a new batch, a minute and a half in all
CLOCKS_DIFFER = timedelta(minutes=10)  # at most, this machine's and Mailchimp's
REFRESH_AFTER = timedelta(minutes=1)  # of sending, the mirror is refreshed again

ResultT = TypeVar("ResultT")
Pause = Callable[[float], None]
Outcomes = Mapping[int, MailchimpError | None]


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
        yield from _SendingRun(change, client, database, job, clock, pause, pool).rounds()
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def stop(database: Database, job: RemoteJob, clock: Clock, failure: Failure) -> RemoteJob:
    """Stores why nothing more is sent. Outcomes so far stay. The job is not finished here."""
    return jobs.save_progress(database, job, clock(), replace(job.progress, stopped_by=failure))


class _SendingRun:
    """The work of one process on one job."""

    def __init__(
        self,
        change: RemoteChange,
        client: Client,
        database: Database,
        job: RemoteJob,
        clock: Clock,
        pause: Pause,
        pool: ThreadPoolExecutor,
    ) -> None:
        self._change, self._client, self._database = change, client, database
        self._job, self._clock, self._pause, self._pool = job, clock, pause, pool
        self._key = OutboxKey(job.audience_id, job.id)
        self._error: MailchimpError | None = None  # of this round: calls for another one, or ends the work
        self._refreshed_at = clock()
        self._tried_otherwise: set[int] = set()

    def rounds(self) -> Iterator[RemoteJob]:
        """Repeats rounds until all changes have an outcome, an error is final, or FRUITLESS_ROUNDS have passed."""
        fruitless, before = 0, self._count_by_state()
        while fruitless < FRUITLESS_ROUNDS:
            self._error = None
            try:
                yield from self._round()
            except MailchimpError as error:
                self._error = error
                if not refusals.may_succeed_later(error):
                    break
            after = self._count_by_state()
            if self._job.progress.filled and not after.keys() & {OutgoingState.WAITING, OutgoingState.SENT}:
                return
            fruitless, before = fruitless + 1 if after == before else 0, after
            if fruitless < FRUITLESS_ROUNDS:
                yield from self._sleep(min(LONGEST_PAUSE, FIRST_PAUSE * 2**fruitless))
        reason = self._error or Unavailable("no answer")
        yield stop(self._database, self._job, self._clock, Failure(reason.key, reason.values))

    def _round(self) -> Iterator[RemoteJob]:
        """Finds the outcomes of what was sent before, then sends what is waiting. Raises MailchimpError."""
        yield from self._find_starting_batch()
        yield from self._await_batches()
        yield from self._refresh()
        yield from self._fill()
        yield from self._send_single_calls() if self._are_few_waiting() else self._send_batches()
        if self._error is None and self._has_doubts():
            # A repeated call is refused if the first one had its effect; the mirror shows whether it had.
            yield from self._refresh()
        if self._error is None and self._change.has_other_call:
            yield from self._call_otherwise()

    def _call_otherwise(self) -> Iterator[RemoteJob]:
        """Tries the other call for contacts whose method was refused: one first, which tells whether there is one."""
        with self._database.reading() as session:
            refused = outgoing.refused(session, self._key, REFUSED_METHOD)
            contact_ids = [id_ for id_ in refused if id_ not in self._tried_otherwise]
            if not contact_ids or not roads.may_try_contact(session, self._key.audience_id, self._clock()):
                return
        for chunk in [contact_ids[:1], *_chunks(contact_ids[1:], CALLS_PER_STEP)]:
            with self._database.transaction() as session:
                unchanged = self._change.still_as_seen(session, chunk)
                targets = outgoing.targets(session, self._key.audience_id, sorted(unchanged))
            self._tried_otherwise.update(chunk)
            calls = {
                self._pool.submit(self._change.call_otherwise, self._client, target): target.id
                for target in targets
            }
            while wait(calls, timeout=RENEW_SECONDS).not_done:
                yield self._step()
            outcomes = {contact_id: _error_of(call) for call, contact_id in calls.items()}
            yield self._note_other_outcomes(outcomes)
            if any(isinstance(error, NoContactApi) for error in outcomes.values()):
                return
            self._raise_if_final()

    def _note_other_outcomes(self, outcomes: Outcomes) -> RemoteJob:
        """Stores what the other call did. A refusal leaves that of the first call; other errors start both again."""
        now = self._clock()
        done = [id_ for id_, error in outcomes.items() if error is None]
        errors = {id_: error for id_, error in outcomes.items() if error and not refusals.is_refusal(error)}
        has_api = not any(isinstance(error, NoContactApi) for error in errors.values())
        again = {id_: error for id_, error in errors.items() if not isinstance(error, NoContactApi)}
        in_doubt = [id_ for id_, error in again.items() if refusals.may_have_been_done(error)]
        self._remember_errors(list(again.values()))
        self._tried_otherwise.difference_update(again)
        progress = replace(self._job.progress, by_contact=self._job.progress.by_contact + len(done))
        with self._database.transaction() as session:
            revision = bulk.lock(session, self._key.audience_id).revision
            self._change.apply(session, done, revision, now)
            outgoing.mark_done(session, self._key, done)
            outgoing.mark_waiting(session, self._key, list(again))
            outgoing.mark_sent(session, self._key, in_doubt, SINGLE_CALL)
            if not has_api:
                roads.note(session, self._key.audience_id, no_contact_api=now)
            n = self._job.done - len(again)  # refused ones are counted, and these are so no more
            self._job = jobs.step(session, self._job, now, done=n, progress=progress)
        return self._job

    def _refresh(self) -> Iterator[RemoteJob]:
        """Updates the mirror, and stores the outcomes in doubt that it shows."""
        for job in sync.refresh(self._client, self._database, self._job, self._clock):
            self._job = job
            yield job
        self._refreshed_at = self._clock()
        with self._database.reading() as session:
            sent = outgoing.sent(session, self._key, SINGLE_CALL)
            refused = outgoing.refused(session, self._key, REFUSED_METHOD)
            changed = {
                contact_id
                for chunk in _chunks([*sent, *refused], CONTACTS_PER_CHUNK)
                for contact_id in self._change.already_changed(session, chunk)
            }
        for chunk in _chunks(sent, CONTACTS_PER_CHUNK):
            yield self._note_fetched(chunk, changed)
        changed_though_refused = [contact_id for contact_id in refused if contact_id in changed]
        for chunk in _chunks(changed_though_refused, CONTACTS_PER_CHUNK):
            yield self._note_fetched(chunk, changed, are_counted=True)

    def _refresh_if_old(self) -> Iterator[RemoteJob]:
        """Refreshes during long work, so that contacts that change meanwhile are left as they are."""
        if self._clock() - self._refreshed_at >= REFRESH_AFTER:
            yield from self._refresh()

    def _note_fetched(
        self, contact_ids: Sequence[int], changed: set[int], *, are_counted: bool = False
    ) -> RemoteJob:
        """Stores outcomes: done if the contact is in `changed`, else it is to be sent again.

        `are_counted`: whether the job's `done` already includes these contacts.
        """
        done = [contact_id for contact_id in contact_ids if contact_id in changed]
        unchanged = [contact_id for contact_id in contact_ids if contact_id not in changed]
        with self._database.transaction() as session:
            revision = bulk.lock(session, self._key.audience_id).revision
            self._change.apply(session, done, revision, self._clock())
            outgoing.mark_done(session, self._key, done)
            outgoing.mark_waiting(session, self._key, unchanged)
            n = self._job.done + (0 if are_counted else len(done))
            self._job = jobs.step(session, self._job, self._clock(), done=n)
        return self._job

    def _fill(self) -> Iterator[RemoteJob]:
        """Adds a row to the outbox for each contact that is as the person saw it, once."""
        if self._job.progress.filled:
            return
        with self._database.reading() as session:
            contact_ids = self._change.contacts(session, self._job.progress.after)
        for chunk in _chunks(contact_ids, CONTACTS_PER_CHUNK):
            with self._database.transaction() as session:
                unchanged = self._change.still_as_seen(session, chunk)
                outgoing.add(session, self._key, [id_ for id_ in chunk if id_ in unchanged])
                progress = replace(self._job.progress, after=chunk[-1])
                self._job = jobs.step(session, self._job, self._clock(), progress=progress)
            yield self._job
        yield self._step(filled=True)

    def _count_by_state(self) -> Mapping[OutgoingState, int]:
        with self._database.reading() as session:
            return outgoing.count_by_state(session, self._key)

    def _are_few_waiting(self) -> bool:
        with self._database.reading() as session:
            waiting = outgoing.waiting(session, self._key, 0, MOST_SINGLE_CALLS + 1)
        return len(waiting) <= MOST_SINGLE_CALLS

    def _has_doubts(self) -> bool:
        with self._database.reading() as session:
            refused = outgoing.refused(session, self._key, REFUSED_METHOD)
            return bool(refused or outgoing.sent(session, self._key, SINGLE_CALL))

    def _take(self, after: int, most: int, batch_id: str, **progress: Any) -> Sequence[int]:
        """Marks the next waiting contacts as sent and returns them; returns none when none is left.

        Deletes the rows of contacts that have changed since the person saw them.
        """
        while True:
            with self._database.transaction() as session:
                waiting = outgoing.waiting(session, self._key, after, most)
                unchanged = self._change.still_as_seen(session, waiting)
                outgoing.delete_contacts(session, self._key, [id_ for id_ in waiting if id_ not in unchanged])
                taken = [id_ for id_ in waiting if id_ in unchanged]
                outgoing.mark_sent(session, self._key, taken, batch_id)
                moved = replace(self._job.progress, **progress)
                self._job = jobs.step(session, self._job, self._clock(), progress=moved)
            if taken or not waiting:
                return taken

    def _send_single_calls(self) -> Iterator[RemoteJob]:
        after = 0
        while contact_ids := self._take(after, CALLS_PER_STEP, SINGLE_CALL):
            after, before = contact_ids[-1], self._job.done
            yield from self._call(contact_ids)
            if self._job.done == before:
                return  # no call was answered: the next round begins after a pause
            yield from self._refresh_if_old()

    def _call(self, contact_ids: Sequence[int]) -> Iterator[RemoteJob]:
        with self._database.reading() as session:
            targets = outgoing.targets(session, self._key.audience_id, contact_ids)
        calls = {self._pool.submit(self._change.call, self._client, target): target.id for target in targets}
        pending = set(calls)
        while pending:
            ended, pending = wait(pending, timeout=RENEW_SECONDS)
            if ended:
                outcomes = {calls[call]: _error_of(call) for call in ended}
                yield from self._check_audience(outcomes)
                yield self._note_outcomes(outcomes)
            else:
                yield self._step()
        self._raise_if_final()

    def _check_audience(self, outcomes: Outcomes) -> Iterator[RemoteJob]:
        """Raises NotFound if a contact was not found because the audience is gone, and with it all contacts."""
        if any(isinstance(error, NotFound) for error in outcomes.values()):
            yield from self._renewing(lambda: self._client.audience(self._change.remote_id))

    def _note_outcomes(self, outcomes: Outcomes, lost: Sequence[int] = ()) -> RemoteJob:
        """Stores the outcomes of calls, None for success. `lost` are contacts whose outcome is unknown."""
        now, errors = self._clock(), {id_: error for id_, error in outcomes.items() if error}
        done = [id_ for id_, error in outcomes.items() if error is None]
        refused = {
            id_: (refusals.key_of(error), error.detail)
            for id_, error in errors.items()
            if refusals.is_refusal(error)
        }
        not_sent = [
            id_
            for id_, error in errors.items()
            if id_ not in refused and not refusals.may_have_been_done(error)
        ]
        in_doubt = [id_ for id_ in errors if id_ not in refused and id_ not in not_sent]
        self._remember_errors(list(errors.values()))
        with self._database.transaction() as session:
            revision = bulk.lock(session, self._key.audience_id).revision
            self._change.apply(session, done, revision, now)
            outgoing.mark_done(session, self._key, done)
            outgoing.mark_refused(session, self._key, refused)
            outgoing.mark_waiting(session, self._key, not_sent)
            outgoing.mark_sent(session, self._key, [*in_doubt, *lost], SINGLE_CALL)
            n = self._job.done + len(done) + len(refused)
            self._job = jobs.step(session, self._job, now, done=n)
        return self._job

    def _remember_errors(self, errors: Sequence[MailchimpError]) -> None:
        """Keeps an error that calls for another round; one that ends the work replaces it."""
        for error in errors:
            if not refusals.is_refusal(error) and (
                self._error is None or not refusals.may_succeed_later(error)
            ):
                self._error = error

    def _raise_if_final(self) -> None:
        if self._error and not refusals.may_succeed_later(self._error):
            raise self._error

    def _send_batches(self) -> Iterator[RemoteJob]:
        after = 0
        # One at a time, so that a process that carries on knows which contacts the batch has.
        while contact_ids := self._take(after, OPERATIONS_PER_BATCH, STARTING, starting=self._clock()):
            after = contact_ids[-1]
            yield from self._start_batch(contact_ids)
            yield from self._refresh_if_old()
        yield from self._await_batches()

    def _start_batch(self, contact_ids: Sequence[int]) -> Iterator[RemoteJob]:
        with self._database.reading() as session:
            targets = outgoing.targets(session, self._key.audience_id, contact_ids)
        operations = [self._change.operation(self._operation_id(target.id), target) for target in targets]
        try:
            batch = yield from self._renewing(lambda: self._client.start_batch(operations))
        except MailchimpError as error:
            if not refusals.may_have_been_done(error):
                with self._database.transaction() as session:
                    outgoing.mark_waiting(session, self._key, contact_ids)
                    self._job = jobs.step(session, self._job, self._clock())
            raise
        yield self._note_batch(contact_ids, batch.id)

    def _note_batch(self, contact_ids: Sequence[int], batch_id: str) -> RemoteJob:
        with self._database.transaction() as session:
            outgoing.mark_sent(session, self._key, contact_ids, batch_id)
            self._job = jobs.step(session, self._job, self._clock())
        return self._job

    def _operation_id(self, contact_id: int) -> str:
        """Returns an id that no operation of another job has."""
        return f"{self._job.id}-{contact_id}"

    def _find_starting_batch(self) -> Iterator[RemoteJob]:
        """Finds the batch that was being started when the answer was lost, if Mailchimp has it."""
        with self._database.reading() as session:
            contact_ids = outgoing.sent(session, self._key, STARTING)
            known = outgoing.known_batches(session, [row.id for row in reachable(self._database)])
        if not contact_ids:
            return
        since = (self._job.progress.starting or self._job.made_at) - CLOCKS_DIFFER
        for search in range(SEARCHES_FOR_A_BATCH):
            if search:
                yield from self._sleep(RENEW_SECONDS)
            for listed in (yield from self._renewing(lambda: self._client.batches_since(since))):
                if listed.id in known:
                    continue
                batch = (yield from self._with_total(listed)) if not listed.total else listed
                if batch.total != len(contact_ids):
                    continue  # another one
                known.add(batch.id)
                yield from self._await_batch(batch.id)
                if (yield from self._results(batch.id, contact_ids)):
                    yield self._note_batch(contact_ids, batch.id)
                    return
        yield self._note_batch(contact_ids, SINGLE_CALL)

    def _with_total(self, batch: Batch) -> Generator[RemoteJob, None, Batch]:
        """The batch once it has a total, which a new one lacks for a while; as it is if that takes too long."""
        for polls in range(POLLS_FOR_A_TOTAL):
            if batch.total or batch.status is BatchStatus.FINISHED:
                break
            yield from self._sleep(min(LONGEST_POLL, FIRST_PAUSE * 2**polls))
            batch = yield from self._batch(batch.id)
        return batch

    def _await_batch(self, batch_id: str) -> Iterator[RemoteJob]:
        polls = 0
        while (yield from self._batch(batch_id)).status is not BatchStatus.FINISHED:
            yield from self._sleep(min(LONGEST_POLL, FIRST_PAUSE * 2**polls))
            polls += 1

    def _await_batches(self) -> Iterator[RemoteJob]:
        """Reads the results of each batch once it has finished."""
        polls = 0
        while batches := self._open_batches():
            for batch_id in batches:
                yield from self._read_if_finished(batch_id)
            if self._open_batches():
                yield from self._sleep(min(LONGEST_POLL, FIRST_PAUSE * 2**polls))
                polls += 1
        self._raise_if_final()

    def _open_batches(self) -> Sequence[str]:
        with self._database.reading() as session:
            return outgoing.open_batches(session, self._key)

    def _read_if_finished(self, batch_id: str) -> Iterator[RemoteJob]:
        with self._database.reading() as session:
            contact_ids = outgoing.sent(session, self._key, batch_id)
        try:
            batch = yield from self._batch(batch_id)
        except NotFound:  # Mailchimp deletes batches after a week
            yield self._note_outcomes({}, lost=contact_ids)
            return
        if batch.status is BatchStatus.FINISHED:
            yield from self._read_results(batch, contact_ids)

    def _read_results(self, batch: Batch, contact_ids: Sequence[int]) -> Iterator[RemoteJob]:
        """Stores each operation's outcome. In a finished batch, operations may have failed."""
        outcomes = yield from self._results(batch.id, contact_ids)
        yield from self._check_audience(outcomes)
        lost = [contact_id for contact_id in contact_ids if contact_id not in outcomes]
        if lost:
            self._remember_errors([BadAnswer(reason=f"{len(outcomes)} of {batch.total} results")])
        yield self._note_outcomes(outcomes, lost)

    def _batch(self, batch_id: str) -> Generator[RemoteJob, None, Batch]:
        return (yield from self._renewing(lambda: self._client.batch(batch_id)))

    def _results(
        self, batch_id: str, contact_ids: Sequence[int]
    ) -> Generator[RemoteJob, None, dict[int, MailchimpError | None]]:
        """Returns the outcomes of this job's operations in the batch, by contact; None for success."""
        by_operation = {self._operation_id(contact_id): contact_id for contact_id in contact_ids}
        results = yield from self._renewing(lambda: list(self._client.results(batch_id)))
        return {
            by_operation[result.operation_id]: result.problem
            for result in results
            if result.operation_id in by_operation
        }

    def _renewing(self, call: Callable[[], ResultT]) -> Generator[RemoteJob, None, ResultT]:
        """Makes the call in another thread, renews the lease meanwhile, and returns the result."""
        future = self._pool.submit(call)
        while wait([future], timeout=RENEW_SECONDS).not_done:
            yield self._step()
        return future.result()

    def _sleep(self, seconds: float) -> Iterator[RemoteJob]:
        """Waits, and renews the lease meanwhile."""
        while seconds > 0:
            self._pause(min(seconds, RENEW_SECONDS))
            seconds -= RENEW_SECONDS
            yield self._step()

    def _step(self, **progress: Any) -> RemoteJob:
        """Renews the lease, and stores these fields of the progress."""
        moved = replace(self._job.progress, **progress)
        self._job = jobs.save_progress(self._database, self._job, self._clock(), moved)
        return self._job


def _error_of(call: Future[None]) -> MailchimpError | None:
    error = call.exception()
    if error is None or isinstance(error, MailchimpError):
        return error
    raise error


def _chunks(ids: Sequence[int], size: int) -> Iterator[Sequence[int]]:
    for start in range(0, len(ids), size):
        yield ids[start : start + size]
