"""The outbox: changes that Mailchimp has to make, each address with its outcome, kept and told.

Nothing is sent that a person did not see: before anything is, what changed at Mailchimp is fetched. A change is noted as
sent before it goes, so that a process that dies leaves no outcome unknown: whoever carries on asks what became of it.
A call is sent again only when Mailchimp does not show its effect.
"""

import time
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from datetime import datetime, timedelta
from typing import Any, TypeVar

from bot.core import jobs
from bot.core.jobs import Clock
from bot.mailchimp.mirror import sync
from bot.mailchimp.outbox import refusals
from bot.mailchimp.outbox.refusals import REFUSED_METHOD
from bot.mailchimp.outbox.remote_changes import RemoteChange
from storage.contacts import bulk
from storage.core.database import Database
from storage.core.tables import JobRow
from storage.mailchimp import outgoing
from storage.mailchimp.client import Client
from storage.mailchimp.errors import BadAnswer, MailchimpError, NotFound, Unavailable
from storage.mailchimp.outgoing import ALONE, STARTING, OutboxKey
from storage.mailchimp.values import Batch, BatchStatus

MOST_ALONE = 500  # contacts, side by side; more go by batches
CALLS_A_STEP = 100
CONTACTS_A_CHUNK = 5_000
OPERATIONS_A_BATCH = 500
ROUNDS_IN_VAIN = 6  # one after the other that changed nothing; each sends what is still waiting
SIDE_BY_SIDE = 10  # calls: Mailchimp's own limit
RENEW_SECONDS = 5.0  # between two steps, each of which renews the lease
FIRST_PAUSE, LONGEST_PAUSE = 1.0, 60.0  # seconds; doubled each time
LONGEST_LOOK = 15.0  # seconds between two looks at a batch
LOOKS_FOR_A_BATCH = 3
CLOCKS_DIFFER = timedelta(minutes=10)
LOOK_AGAIN = timedelta(minutes=1)  # after which what changed at Mailchimp is fetched anew, between two sends

Value = TypeVar("Value")
Pause = Callable[[float], None]
Outcomes = Mapping[int, MailchimpError | None]


def work(
    errand: RemoteChange,
    client: Client,
    database: Database,
    job: JobRow,
    clock: Clock,
    pause: Pause = time.sleep,
) -> Iterator[JobRow]:
    """Carries the errand on until each contact has its outcome, or nothing more can be done.

    In the latter case `cursor["stopped"]` has the error's key and values. The job isn't finished by this.
    `pause`: sleeps some seconds.
    """
    if stopped(job):
        return
    pool = ThreadPoolExecutor(SIDE_BY_SIDE, thread_name_prefix="mailchimp")
    try:
        yield from _Run(errand, client, database, job, clock, pause, pool).rounds()
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def stop(database: Database, job: JobRow, now: datetime, key: str, **values: Any) -> JobRow:
    """The work can't go on, for that reason: what was done before counts. The job isn't finished by this."""
    with database.transaction() as session:
        cursor = {**job.cursor, "stopped": {"error": key, "values": values}}
        return jobs.step(session, job, now, cursor=cursor)


def stopped(job: JobRow) -> Mapping[str, Any] | None:
    """The error that ended the work: `error`, a key, and its `values`."""
    found: Mapping[str, Any] | None = job.cursor.get("stopped")
    return found


class _Run:
    """One process's work at an errand."""

    def __init__(
        self,
        errand: RemoteChange,
        client: Client,
        database: Database,
        job: JobRow,
        clock: Clock,
        pause: Pause,
        pool: ThreadPoolExecutor,
    ) -> None:
        self._errand, self._client, self._database = errand, client, database
        self._job, self._clock, self._pause, self._pool = job, clock, pause, pool
        self._box = OutboxKey(job.audience_id or 0, job.id)
        self._trouble: MailchimpError | None = None
        self._looked = clock()

    def rounds(self) -> Iterator[JobRow]:
        in_vain, before = 0, self._states()
        while in_vain < ROUNDS_IN_VAIN:
            self._trouble = None
            try:
                yield from self._round()
            except MailchimpError as error:
                self._trouble = error
                if not refusals.is_passing(error):
                    break
            after = self._states()
            if self._job.cursor.get("filled") and not after.keys() & {"waiting", "sent"}:
                return
            in_vain, before = in_vain + 1 if after == before else 0, after
            if in_vain < ROUNDS_IN_VAIN:
                yield from self._rest(min(LONGEST_PAUSE, FIRST_PAUSE * 2**in_vain))
        trouble = self._trouble or Unavailable("no answer")
        yield stop(self._database, self._job, self._clock(), trouble.key, **trouble.values)

    def _round(self) -> Iterator[JobRow]:
        """What was sent before gets its outcome, then what waits is sent. Raises MailchimpError."""
        yield from self._find_starting()
        yield from self._await_batches()
        yield from self._refresh()
        yield from self._fill()
        yield from self._send_alone() if self._is_small() else self._send_batches()
        if self._trouble is None and self._has_doubts():
            # Of a call that was sent twice the second one is refused: the effect is there.
            yield from self._refresh()

    def _refresh(self) -> Iterator[JobRow]:
        """What changed at Mailchimp comes in; of what was in doubt it tells the outcome."""
        for job in sync.refresh(self._client, self._database, self._job, self._clock):
            self._job = job
            yield job
        self._looked = self._clock()
        with self._database.reading() as session:
            sent = outgoing.sent(session, self._box, ALONE)
            refused = outgoing.refused(session, self._box, REFUSED_METHOD)
            have_it = {
                each
                for some in _chunks([*sent, *refused], CONTACTS_A_CHUNK)
                for each in self._errand.have_it(session, some)
            }
        for some in _chunks(sent, CONTACTS_A_CHUNK):
            yield self._note_known(some, have_it)
        for some in _chunks([each for each in refused if each in have_it], CONTACTS_A_CHUNK):
            yield self._note_known(some, have_it, were_told=True)

    def _refresh_old(self) -> Iterator[JobRow]:
        """A long errand sends nothing that changed while it was under way."""
        if self._clock() - self._looked >= LOOK_AGAIN:
            yield from self._refresh()

    def _note_known(self, some: Sequence[int], have_it: set[int], *, were_told: bool = False) -> JobRow:
        done = [each for each in some if each in have_it]
        with self._database.transaction() as session:
            revision = bulk.lock(session, self._box.audience_id).revision
            self._errand.note(session, done, revision, self._clock())
            outgoing.done(session, self._box, done)
            outgoing.wait(session, self._box, [each for each in some if each not in have_it])
            n = self._job.done + (0 if were_told else len(done))
            self._job = jobs.step(session, self._job, self._clock(), done=n)
        return self._job

    def _fill(self) -> Iterator[JobRow]:
        """Every contact that the errand is about has a row, once."""
        if self._job.cursor.get("filled"):
            return
        with self._database.reading() as session:
            ids = self._errand.all(session, self._job.cursor.get("after", 0))
        for some in _chunks(ids, CONTACTS_A_CHUNK):
            with self._database.transaction() as session:
                still = self._errand.still(session, some)
                outgoing.add(session, self._box, [each for each in some if each in still])
                cursor = {**self._job.cursor, "after": some[-1]}
                self._job = jobs.step(session, self._job, self._clock(), cursor=cursor)
            yield self._job
        yield self._step(filled=True)

    def _states(self) -> Mapping[str, int]:
        with self._database.reading() as session:
            return outgoing.states(session, self._box)

    def _is_small(self) -> bool:
        with self._database.reading() as session:
            return len(outgoing.waiting(session, self._box, 0, MOST_ALONE + 1)) <= MOST_ALONE

    def _has_doubts(self) -> bool:
        with self._database.reading() as session:
            return bool(
                outgoing.refused(session, self._box, REFUSED_METHOD)
                or outgoing.sent(session, self._box, ALONE)
            )

    def _take_up(self, after: int, most: int, batch_id: str, **cursor: Any) -> Sequence[int]:
        """The next that wait are noted as sent; those that changed meanwhile are dropped. Empty: none is left."""
        while True:
            with self._database.transaction() as session:
                some = outgoing.waiting(session, self._box, after, most)
                still = self._errand.still(session, some)
                outgoing.drop(session, self._box, [each for each in some if each not in still])
                chosen = [each for each in some if each in still]
                outgoing.send(session, self._box, chosen, batch_id)
                into = {**self._job.cursor, **cursor}
                self._job = jobs.step(session, self._job, self._clock(), cursor=into)
            if chosen or not some:
                return chosen

    def _send_alone(self) -> Iterator[JobRow]:
        after = 0
        while ids := self._take_up(after, CALLS_A_STEP, ALONE):
            after, before = ids[-1], self._job.done
            yield from self._call(ids)
            if self._job.done == before:
                return  # Mailchimp answers nobody: the next round comes after a while
            yield from self._refresh_old()

    def _call(self, ids: Sequence[int]) -> Iterator[JobRow]:
        with self._database.reading() as session:
            targets = outgoing.targets(session, self._box.audience_id, ids)
        calls = {self._pool.submit(self._errand.call, self._client, each): each.id for each in targets}
        going = set(calls)
        while going:
            ended, going = wait(going, timeout=RENEW_SECONDS)
            yield self._note({calls[each]: _outcome(each) for each in ended}) if ended else self._step()
        self._raise_if_final()

    def _note(self, outcomes: Outcomes, lost: Sequence[int] = ()) -> JobRow:
        """Keeps what came of calls. `lost`: of these there is no outcome, so they are in doubt."""
        now, told = self._clock(), {each: error for each, error in outcomes.items() if error}
        done = [each for each, error in outcomes.items() if error is None]
        refused = {
            each: (refusals.key_of(error), error.detail)
            for each, error in told.items()
            if refusals.is_refusal(error)
        }
        unsent = [
            each for each, error in told.items() if each not in refused and not refusals.may_be_done(error)
        ]
        doubtful = [each for each in told if each not in refused and each not in unsent]
        self._mind(list(told.values()))
        with self._database.transaction() as session:
            revision = bulk.lock(session, self._box.audience_id).revision
            self._errand.note(session, done, revision, now)
            outgoing.done(session, self._box, done)
            outgoing.refuse(session, self._box, refused)
            outgoing.wait(session, self._box, unsent)
            outgoing.send(session, self._box, [*doubtful, *lost], ALONE)
            n = self._job.done + len(done) + len(refused)
            self._job = jobs.step(session, self._job, now, done=n)
        return self._job

    def _mind(self, errors: Sequence[MailchimpError]) -> None:
        """Remembers what calls for another round, or for none any more."""
        for error in errors:
            if not refusals.is_refusal(error) and (self._trouble is None or not refusals.is_passing(error)):
                self._trouble = error

    def _raise_if_final(self) -> None:
        if self._trouble and not refusals.is_passing(self._trouble):
            raise self._trouble

    def _send_batches(self) -> Iterator[JobRow]:
        after = 0
        # One at a time is being started: whoever carries on knows which contacts are in it.
        while ids := self._take_up(after, OPERATIONS_A_BATCH, STARTING, starting=self._clock().isoformat()):
            after = ids[-1]
            yield from self._start(ids)
            yield from self._refresh_old()
        yield from self._await_batches()

    def _start(self, ids: Sequence[int]) -> Iterator[JobRow]:
        with self._database.reading() as session:
            targets = outgoing.targets(session, self._box.audience_id, ids)
        operations = [self._errand.operation(self._operation(each.id), each) for each in targets]
        try:
            batch = yield from self._held(lambda: self._client.start_batch(operations))
        except MailchimpError as error:
            if not refusals.may_be_done(error):
                with self._database.transaction() as session:
                    outgoing.wait(session, self._box, ids)
                    self._job = jobs.step(session, self._job, self._clock())
            raise
        yield self._name(ids, batch.id)

    def _name(self, ids: Sequence[int], batch_id: str) -> JobRow:
        with self._database.transaction() as session:
            outgoing.send(session, self._box, ids, batch_id)
            self._job = jobs.step(session, self._job, self._clock())
        return self._job

    def _operation(self, contact_id: int) -> str:
        """A name that no other job's operation has."""
        return f"{self._job.id}-{contact_id}"

    def _find_starting(self) -> Iterator[JobRow]:
        """The batch that was being started when the answer was lost is looked for: it may have begun."""
        with self._database.reading() as session:
            ids, others = outgoing.sent(session, self._box, STARTING), outgoing.known_batches(session)
        if not ids:
            return
        since = datetime.fromisoformat(self._job.cursor["starting"]) - CLOCKS_DIFFER
        for look in range(LOOKS_FOR_A_BATCH):
            if look:
                yield from self._rest(RENEW_SECONDS)
            for batch in (yield from self._held(lambda: self._client.batches_since(since))):
                if batch.id in others or batch.total != len(ids):
                    continue
                others.add(batch.id)
                yield from self._await(batch.id)
                if (yield from self._outcomes(batch.id, ids)):
                    yield self._name(ids, batch.id)
                    return
        yield self._name(ids, ALONE)

    def _await(self, batch_id: str) -> Iterator[JobRow]:
        """Until it is finished."""
        looks = 0
        while (yield from self._batch(batch_id)).status is not BatchStatus.FINISHED:
            yield from self._rest(min(LONGEST_LOOK, FIRST_PAUSE * 2**looks))
            looks += 1

    def _await_batches(self) -> Iterator[JobRow]:
        """Reads the results of each batch as it finishes."""
        looks = 0
        while batches := self._open_batches():
            for batch_id in batches:
                yield from self._look(batch_id)
            if self._open_batches():
                yield from self._rest(min(LONGEST_LOOK, FIRST_PAUSE * 2**looks))
                looks += 1
        self._raise_if_final()

    def _open_batches(self) -> Sequence[str]:
        with self._database.reading() as session:
            return outgoing.batches(session, self._box)

    def _look(self, batch_id: str) -> Iterator[JobRow]:
        with self._database.reading() as session:
            ids = outgoing.sent(session, self._box, batch_id)
        try:
            batch = yield from self._batch(batch_id)
        except NotFound:  # Mailchimp forgets batches after a week
            yield self._note({}, lost=ids)
            return
        if batch.status is BatchStatus.FINISHED:
            yield from self._read(batch, ids)

    def _read(self, batch: Batch, ids: Sequence[int]) -> Iterator[JobRow]:
        """A finished batch is not a successful one: each operation has its result, or is in doubt."""
        outcomes = yield from self._outcomes(batch.id, ids)
        lost = [each for each in ids if each not in outcomes]
        if lost:
            self._mind([BadAnswer(reason=f"{len(outcomes)} of {batch.total} results")])
        yield self._note(outcomes, lost)

    def _batch(self, batch_id: str) -> Generator[JobRow, None, Batch]:
        return (yield from self._held(lambda: self._client.batch(batch_id)))

    def _outcomes(
        self, batch_id: str, ids: Sequence[int]
    ) -> Generator[JobRow, None, dict[int, MailchimpError | None]]:
        names = {self._operation(each): each for each in ids}
        found = yield from self._held(lambda: list(self._client.results(batch_id)))
        return {names[each.operation_id]: each.problem for each in found if each.operation_id in names}

    def _held(self, call: Callable[[], Value]) -> Generator[JobRow, None, Value]:
        """What the call gives; the lease is kept while it lasts."""
        future = self._pool.submit(call)
        while wait([future], timeout=RENEW_SECONDS).not_done:
            yield self._step()
        return future.result()

    def _rest(self, seconds: float) -> Iterator[JobRow]:
        """Waits, and keeps the lease."""
        while seconds > 0:
            self._pause(min(seconds, RENEW_SECONDS))
            seconds -= RENEW_SECONDS
            yield self._step()

    def _step(self, **cursor: Any) -> JobRow:
        with self._database.transaction() as session:
            into = {**self._job.cursor, **cursor}
            self._job = jobs.step(session, self._job, self._clock(), cursor=into)
        return self._job


def _outcome(call: Future[None]) -> MailchimpError | None:
    error = call.exception()
    if error is None or isinstance(error, MailchimpError):
        return error
    raise error


def _chunks(ids: Sequence[int], size: int) -> Iterator[Sequence[int]]:
    for start in range(0, len(ids), size):
        yield ids[start : start + size]
