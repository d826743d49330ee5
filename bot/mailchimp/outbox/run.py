"""The work of one process on one job of the outbox: its lease, its errors, the mirror, and the rows of its contacts."""

from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import replace
from datetime import timedelta
from typing import Any, TypeVar

from bot.archives.jobs import RemoteJob
from bot.jobs import jobs
from bot.jobs.jobs import Clock
from bot.mailchimp.mirror import sync
from bot.mailchimp.outbox import refusals
from bot.mailchimp.outbox.refusals import REFUSED_METHOD
from bot.mailchimp.outbox.remote_changes import RemoteChange
from storage.contacts import bulk
from storage.core.database import Database
from storage.mailchimp import outgoing
from storage.mailchimp.api.client import Client
from storage.mailchimp.api.errors import MailchimpError, NotFound
from storage.mailchimp.outgoing import SINGLE_CALL, OutboxKey
from storage.mailchimp.tables import OutgoingState

CONTACTS_PER_CHUNK = 5_000
RENEW_SECONDS = 5.0  # the longest wait without a step, which renews the lease
REFRESH_AFTER = timedelta(minutes=1)  # of sending, the mirror is refreshed again

ResultT = TypeVar("ResultT")
Pause = Callable[[float], None]
Outcomes = Mapping[int, MailchimpError | None]


class Run:
    """The job as it was stored last, and what a round has to know of the calls before."""

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
        self.change, self.client, self.database = change, client, database
        self.job, self.clock, self.pool = job, clock, pool
        self.key = OutboxKey(job.audience_id, job.id)
        self.error: MailchimpError | None = None  # of this round: calls for another one, or ends the work
        self._pause, self._refreshed_at = pause, clock()

    def fill(self) -> Iterator[RemoteJob]:
        """Adds a row to the outbox for each contact that is as the person saw it, once."""
        if self.job.progress.filled:
            return
        with self.database.reading() as session:
            contact_ids = self.change.contacts(session, self.job.progress.after)
        for chunk in chunks(contact_ids, CONTACTS_PER_CHUNK):
            with self.database.transaction() as session:
                unchanged = self.change.still_as_seen(session, chunk)
                outgoing.add(session, self.key, [id_ for id_ in chunk if id_ in unchanged])
                progress = replace(self.job.progress, after=chunk[-1])
                self.job = jobs.step(session, self.job, self.clock(), progress=progress)
            yield self.job
        yield self.step(filled=True)

    def take(self, after: int, most: int, batch_id: str, **progress: Any) -> Sequence[int]:
        """Marks the next waiting contacts as sent and returns them; returns none when none is left.

        Deletes the rows of contacts that have changed since the person saw them.
        """
        while True:
            with self.database.transaction() as session:
                waiting = outgoing.waiting(session, self.key, after, most)
                unchanged = self.change.still_as_seen(session, waiting)
                outgoing.delete_contacts(session, self.key, [id_ for id_ in waiting if id_ not in unchanged])
                taken = [id_ for id_ in waiting if id_ in unchanged]
                outgoing.mark_sent(session, self.key, taken, batch_id)
                moved = replace(self.job.progress, **progress)
                self.job = jobs.step(session, self.job, self.clock(), progress=moved)
            if taken or not waiting:
                return taken

    def note_outcomes(self, outcomes: Outcomes, lost: Sequence[int] = ()) -> RemoteJob:
        """Stores the outcomes of calls, None for success. `lost` are contacts whose outcome is unknown."""
        now, errors = self.clock(), {id_: error for id_, error in outcomes.items() if error}
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
        self.remember_errors(list(errors.values()))
        with self.database.transaction() as session:
            revision = bulk.lock(session, self.key.audience_id).revision
            self.change.apply(session, done, revision, now)
            outgoing.mark_done(session, self.key, done)
            outgoing.mark_refused(session, self.key, refused)
            outgoing.mark_waiting(session, self.key, not_sent)
            outgoing.mark_sent(session, self.key, [*in_doubt, *lost], SINGLE_CALL)
            n = self.job.done + len(done) + len(refused)
            self.job = jobs.step(session, self.job, now, done=n)
        return self.job

    def check_audience(self, outcomes: Outcomes) -> Iterator[RemoteJob]:
        """Raises NotFound if a contact was not found because the audience is gone, and with it all contacts."""
        if any(isinstance(error, NotFound) for error in outcomes.values()):
            yield from self.renewing(lambda: self.client.audience(self.change.remote_id))

    def remember_errors(self, errors: Sequence[MailchimpError]) -> None:
        """Keeps an error that calls for another round; one that ends the work replaces it."""
        for error in errors:
            if not refusals.is_refusal(error) and (
                self.error is None or not refusals.may_succeed_later(error)
            ):
                self.error = error

    def raise_if_final(self) -> None:
        if self.error and not refusals.may_succeed_later(self.error):
            raise self.error

    def count_by_state(self) -> Mapping[OutgoingState, int]:
        with self.database.reading() as session:
            return outgoing.count_by_state(session, self.key)

    def refresh(self) -> Iterator[RemoteJob]:
        """Updates the mirror, and stores the outcomes in doubt that it shows."""
        for job in sync.refresh(self.client, self.database, self.job, self.clock):
            self.job = job
            yield job
        self._refreshed_at = self.clock()
        with self.database.reading() as session:
            sent = outgoing.sent(session, self.key, SINGLE_CALL)
            refused = outgoing.refused(session, self.key, REFUSED_METHOD)
            changed = {
                contact_id
                for chunk in chunks([*sent, *refused], CONTACTS_PER_CHUNK)
                for contact_id in self.change.already_changed(session, chunk)
            }
        for chunk in chunks(sent, CONTACTS_PER_CHUNK):
            yield self._note_fetched(chunk, changed)
        changed_though_refused = [contact_id for contact_id in refused if contact_id in changed]
        for chunk in chunks(changed_though_refused, CONTACTS_PER_CHUNK):
            yield self._note_fetched(chunk, changed, are_counted=True)

    def refresh_if_old(self) -> Iterator[RemoteJob]:
        """Refreshes during long work, so that contacts that change meanwhile are left as they are."""
        if self.clock() - self._refreshed_at >= REFRESH_AFTER:
            yield from self.refresh()

    def _note_fetched(
        self, contact_ids: Sequence[int], changed: set[int], *, are_counted: bool = False
    ) -> RemoteJob:
        """Stores outcomes: done if the contact is in `changed`, else it is to be sent again.

        `are_counted`: whether the job's `done` already includes these contacts.
        """
        done = [contact_id for contact_id in contact_ids if contact_id in changed]
        unchanged = [contact_id for contact_id in contact_ids if contact_id not in changed]
        with self.database.transaction() as session:
            revision = bulk.lock(session, self.key.audience_id).revision
            self.change.apply(session, done, revision, self.clock())
            outgoing.mark_done(session, self.key, done)
            outgoing.mark_waiting(session, self.key, unchanged)
            n = self.job.done + (0 if are_counted else len(done))
            self.job = jobs.step(session, self.job, self.clock(), done=n)
        return self.job

    def renewing(self, call: Callable[[], ResultT]) -> Generator[RemoteJob, None, ResultT]:
        """Makes the call in another thread, renews the lease meanwhile, and returns the result."""
        future = self.pool.submit(call)
        while wait([future], timeout=RENEW_SECONDS).not_done:
            yield self.step()
        return future.result()

    def sleep(self, seconds: float) -> Iterator[RemoteJob]:
        """Waits, and renews the lease meanwhile."""
        while seconds > 0:
            self._pause(min(seconds, RENEW_SECONDS))
            seconds -= RENEW_SECONDS
            yield self.step()

    def step(self, **progress: Any) -> RemoteJob:
        """Renews the lease, and stores these fields of the progress."""
        moved = replace(self.job.progress, **progress)
        self.job = jobs.save_progress(self.database, self.job, self.clock(), moved)
        return self.job


def chunks(ids: Sequence[int], size: int) -> Iterator[Sequence[int]]:
    for start in range(0, len(ids), size):
        yield ids[start : start + size]
