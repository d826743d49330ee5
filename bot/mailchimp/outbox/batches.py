"""Sends changes in batches, which Mailchimp carries out by itself, and reads what came of each operation."""

from collections.abc import Generator, Iterator, Sequence
from datetime import timedelta

from bot.archives.jobs import RemoteJob
from bot.jobs import jobs
from bot.mailchimp.outbox import refusals
from bot.mailchimp.outbox.run import RENEW_SECONDS, Run
from storage.contacts.reachable import reachable
from storage.mailchimp import outgoing
from storage.mailchimp.api.errors import BadAnswer, MailchimpError, NotFound
from storage.mailchimp.api.values import Batch, BatchStatus
from storage.mailchimp.outgoing import SINGLE_CALL, STARTING

OPERATIONS_PER_BATCH = 500
FIRST_POLL, LONGEST_POLL = 1.0, 15.0  # seconds between two requests for a batch's status, doubled each time
SEARCHES_FOR_A_BATCH = 3  # it may be listed late
POLLS_FOR_A_TOTAL = 8  # of a new batch, a minute and a half in all
CLOCKS_DIFFER = timedelta(minutes=10)  # at most, this machine's and Mailchimp's


class Batches:
    """The batches of one job."""

    def __init__(self, run: Run) -> None:
        self._run = run

    def send(self) -> Iterator[RemoteJob]:
        after = 0
        # One at a time, so that a process that carries on knows which contacts the batch has.
        while contact_ids := self._run.take(
            after, OPERATIONS_PER_BATCH, STARTING, starting=self._run.clock()
        ):
            after = contact_ids[-1]
            yield from self._start_batch(contact_ids)
            yield from self._run.refresh_if_old()
        yield from self.await_all()

    def find_starting(self) -> Iterator[RemoteJob]:
        """Finds the batch that was being started when the answer was lost, if Mailchimp has it."""
        run = self._run
        with run.database.reading() as session:
            contact_ids = outgoing.sent(session, run.key, STARTING)
            known = outgoing.known_batches(session, [row.id for row in reachable(run.database)])
        if not contact_ids:
            return
        since = (run.job.progress.starting or run.job.made_at) - CLOCKS_DIFFER
        for search in range(SEARCHES_FOR_A_BATCH):
            if search:
                yield from run.sleep(RENEW_SECONDS)
            for listed in (yield from run.renewing(lambda: run.client.batches_since(since))):
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

    def await_all(self) -> Iterator[RemoteJob]:
        """Reads the results of each batch once it has finished."""
        polls = 0
        while batches := self._open_batches():
            for batch_id in batches:
                yield from self._read_if_finished(batch_id)
            if self._open_batches():
                yield from self._run.sleep(min(LONGEST_POLL, FIRST_POLL * 2**polls))
                polls += 1
        self._run.raise_if_final()

    def _start_batch(self, contact_ids: Sequence[int]) -> Iterator[RemoteJob]:
        run = self._run
        with run.database.reading() as session:
            targets = outgoing.targets(session, run.key.audience_id, contact_ids)
        operations = [run.change.operation(self._operation_id(target.id), target) for target in targets]
        try:
            batch = yield from run.renewing(lambda: run.client.start_batch(operations))
        except MailchimpError as error:
            if not refusals.may_have_been_done(error):
                with run.database.transaction() as session:
                    outgoing.mark_waiting(session, run.key, contact_ids)
                    run.job = jobs.step(session, run.job, run.clock())
            raise
        yield self._note_batch(contact_ids, batch.id)

    def _note_batch(self, contact_ids: Sequence[int], batch_id: str) -> RemoteJob:
        run = self._run
        with run.database.transaction() as session:
            outgoing.mark_sent(session, run.key, contact_ids, batch_id)
            run.job = jobs.step(session, run.job, run.clock())
        return run.job

    def _operation_id(self, contact_id: int) -> str:
        """Returns an id that no operation of another job has."""
        return f"{self._run.job.id}-{contact_id}"

    def _with_total(self, batch: Batch) -> Generator[RemoteJob, None, Batch]:
        """The batch once it has a total, which a new one lacks for a while; as it is if that takes too long."""
        for polls in range(POLLS_FOR_A_TOTAL):
            if batch.total or batch.status is BatchStatus.FINISHED:
                break
            yield from self._run.sleep(min(LONGEST_POLL, FIRST_POLL * 2**polls))
            batch = yield from self._batch(batch.id)
        return batch

    def _await_batch(self, batch_id: str) -> Iterator[RemoteJob]:
        polls = 0
        while (yield from self._batch(batch_id)).status is not BatchStatus.FINISHED:
            yield from self._run.sleep(min(LONGEST_POLL, FIRST_POLL * 2**polls))
            polls += 1

    def _open_batches(self) -> Sequence[str]:
        with self._run.database.reading() as session:
            return outgoing.open_batches(session, self._run.key)

    def _read_if_finished(self, batch_id: str) -> Iterator[RemoteJob]:
        with self._run.database.reading() as session:
            contact_ids = outgoing.sent(session, self._run.key, batch_id)
        try:
            batch = yield from self._batch(batch_id)
        except NotFound:  # Mailchimp deletes batches after a week
            yield self._run.note_outcomes({}, lost=contact_ids)
            return
        if batch.status is BatchStatus.FINISHED:
            yield from self._read_results(batch, contact_ids)

    def _read_results(self, batch: Batch, contact_ids: Sequence[int]) -> Iterator[RemoteJob]:
        """Stores each operation's outcome. In a finished batch, operations may have failed."""
        outcomes = yield from self._results(batch.id, contact_ids)
        yield from self._run.check_audience(outcomes)
        lost = [contact_id for contact_id in contact_ids if contact_id not in outcomes]
        if lost:
            self._run.remember_errors([BadAnswer(reason=f"{len(outcomes)} of {batch.total} results")])
        yield self._run.note_outcomes(outcomes, lost)

    def _batch(self, batch_id: str) -> Generator[RemoteJob, None, Batch]:
        return (yield from self._run.renewing(lambda: self._run.client.batch(batch_id)))

    def _results(
        self, batch_id: str, contact_ids: Sequence[int]
    ) -> Generator[RemoteJob, None, dict[int, MailchimpError | None]]:
        """Returns the outcomes of this job's operations in the batch, by contact; None for success."""
        by_operation = {self._operation_id(contact_id): contact_id for contact_id in contact_ids}
        results = yield from self._run.renewing(lambda: list(self._run.client.results(batch_id)))
        return {
            by_operation[result.operation_id]: result.problem
            for result in results
            if result.operation_id in by_operation
        }
