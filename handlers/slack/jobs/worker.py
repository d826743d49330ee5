"""Worker threads: claim the jobs of all workspaces, and run them."""

import logging
import sys
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from functools import partial
from threading import Condition, Event, Thread
from time import monotonic
from typing import Any

from bot.jobs import jobs
from bot.jobs.jobs import AnyJob, JobType
from handlers import logs
from handlers.slack import errors
from handlers.slack.context import AppContext
from handlers.slack.jobs.long_work import ENDED, JobHandler, JobRun
from storage.core.database import Database
from storage.core.db_errors import transient_fault
from storage.jobs.jobs import LeaseLost
from storage.jobs.tables import JobKind, JobState

THREADS = 2
POLL_SECONDS = 1.0  # for jobs of other processes
# In which a workspace is left alone whose database could not be used: each try may take a while.
REST_SECONDS = 5.0
# Twice a job's lease, for a pause that Slack asks for is no fault.
STUCK_AFTER_SECONDS = 2 * jobs.LEASE.total_seconds()

log = logging.getLogger(__name__)


class Worker:
    """The threads that run jobs.

    Syncs may wait long for Mailchimp, so they have a thread of their own. So may archives and Undos, so one more
    thread takes none of these, and nobody's export waits behind two of them. Each thread serves all workspaces in
    turn. `handlers` returns how the jobs of a workspace run; `after_work` is called with the user whose job has ended.
    """

    def __init__(
        self,
        handlers: Callable[[AppContext], Collection[JobHandler]],
        after_work: Callable[[AppContext, str], None] = lambda *_: None,
    ) -> None:
        self._handlers = handlers
        self._after_work = after_work
        self._idle = Condition()  # what the threads without work wait for
        self._wakes = 0  # how often there may have been new work
        self._is_watched = False  # whether one of the idle threads looks at the database
        self._contexts: Callable[[], Sequence[AppContext]] = tuple
        self._made: dict[str, tuple[AppContext, Mapping[JobKind, JobHandler]]] = {}  # by workspace
        self._rests_until: dict[str, float] = {}  # by workspace
        self._stopping = Event()
        self._threads: dict[str, Thread] = {}  # by the owner of its leases
        self._moved: dict[str, float] = {}  # when each thread that isn't idle has got on

    def start(self, contexts: Callable[[], Sequence[AppContext]], *, more_come: bool = False) -> None:
        """Begins to run the jobs of these workspaces. `more_come`: others than there are now will be among them."""
        self._contexts = contexts
        for_each(contexts(), lambda context: jobs.release_dead(context.database))
        kinds = (
            set(JobKind) if more_come else {kind for each in contexts() for kind in self._handlers_of(each)}
        )
        for kind in kinds:
            for state in JobState.DONE, JobState.FAILED:
                ENDED.labels(kind, state)  # 0 from the start, so that the first one is an increase
        for n, lane in enumerate(_lanes(kinds)):
            owner = jobs.owner()
            thread = Thread(target=self._run, args=(lane, owner), name=f"worker-{n}")
            thread.start()
            self._threads[owner] = thread

    def wake(self) -> None:
        """Makes the idle threads look for work."""
        with self._idle:
            self._wakes += 1
            self._idle.notify_all()

    def stop_soon(self) -> None:
        """Lets each thread end its step and give its job back."""
        self._stopping.set()
        self.wake()

    def stop(self, seconds: float = 8) -> None:
        """As `stop_soon`, and waits for at most so long."""
        until = monotonic() + seconds
        self.stop_soon()
        for thread in self._threads.values():
            thread.join(max(0.0, until - monotonic()))

    def fault(self) -> str:
        """Which of the threads have ended although nobody told them to, or are stuck, in a few words; "" if none."""
        if self._stopping.is_set():
            return ""
        latest = monotonic() - STUCK_AFTER_SECONDS
        dead = [thread.name for thread in self._threads.values() if not thread.is_alive()]
        stuck = [
            thread.name
            for owner, thread in self._threads.items()
            if thread.is_alive() and self._moved.get(owner, latest) < latest
        ]
        found = {"ended": dead, "stuck": stuck}
        return "; ".join(f"{how}: {', '.join(names)}" for how, names in found.items() if names)

    def hand_over(self) -> None:
        """Ends the leases of threads that did not stop in time. To be called just before the process ends."""
        for owner in self._threads:
            self._release(owner)

    def _handlers_of(self, context: AppContext) -> Mapping[JobKind, JobHandler]:
        """How each kind of job of the workspace runs. Its context is another one when its token was renewed."""
        made_for, handlers = self._made.get(context.workspace.id, (None, {}))
        if made_for is not context:
            handlers = {handler.type.kind: handler for handler in self._handlers(context)}
            self._made[context.workspace.id] = context, handlers
        return handlers

    def _run(self, kinds: Collection[JobKind], owner: str) -> None:
        has_worked = False
        while not self._stopping.is_set():
            wakes = self._wakes
            # One job of each workspace, so that none waits for all the work of another.
            ran = [self._run_next(context, kinds, owner) for context in self._contexts()]
            if any(ran):
                has_worked = True
                continue
            self._moved.pop(owner, None)
            if has_worked:
                _return_memory()
                has_worked = False
            self._wait(wakes)
        # An archive at Mailchimp holds the lease of its sync too.
        self._release(owner)

    def _release(self, owner: str) -> None:
        for_each(self._contexts(), lambda context: jobs.release_all(context.database, owner))

    def _run_next(self, context: AppContext, kinds: Collection[JobKind], owner: str) -> bool:
        """Runs the oldest available job of these kinds in the workspace; returns whether there may be another one."""
        if self._stopping.is_set() or self._rests(context):
            return False
        self._move(owner)
        handlers = self._handlers_of(context)
        types = [handler.type for kind, handler in handlers.items() if kind in kinds]
        try:
            job = self._claim(context, types, owner)
            if job is None:
                return False
            with logs.referenced(job.id):
                JobRun(
                    context,
                    handlers[job.kind],
                    job,
                    self._stopping,
                    self._after_work,
                    partial(self._move, owner),
                ).run()
        except LeaseLost:
            log.warning("a job was taken over by another process")
        except Exception as error:  # noqa: BLE001  a worker thread never ends by a fault
            kind = transient_fault(error)
            log.error("worker: %s", f"the database is {kind}" if kind else errors.trace(error))  # noqa: TRY400  a message may hold an address
        else:
            return True
        return False

    def _rests(self, context: AppContext) -> bool:
        return monotonic() < self._rests_until.get(context.workspace.id, 0.0)

    def _claim(
        self, context: AppContext, types: Collection[JobType[Any, Any, Any]], owner: str
    ) -> AnyJob | None:
        try:
            return jobs.claim(context.database.with_short_wait(), types, owner, context.clock())
        except Exception:
            self._rests_until[context.workspace.id] = monotonic() + REST_SECONDS
            raise

    def _move(self, owner: str) -> None:
        """The thread gets on."""
        self._moved[owner] = monotonic()

    def _wait(self, wakes: int) -> None:
        """Returns when there may be work that the thread, which has looked for it after so many wakes, doesn't know of.

        One of the idle threads looks at the databases for all of them, for jobs of other processes and for those whose
        pause is over. When it has found something, all look for what they may take.
        """
        with self._idle:
            self._idle.wait_for(lambda: self._wakes != wakes or not self._is_watched)
            if self._wakes != wakes:
                return
            self._is_watched = True
        try:
            while not self._is_woken(wakes):
                awake = [each for each in self._contexts() if not self._rests(each)]
                if any(_may_have_work(context.database) for context in awake):
                    self.wake()
                    return
        finally:
            with self._idle:
                self._is_watched = False
                self._idle.notify()  # another one looks from now on

    def _is_woken(self, wakes: int) -> bool:
        with self._idle:
            return self._idle.wait_for(lambda: self._wakes != wakes, POLL_SECONDS)


def _return_memory() -> None:
    """Gives the system back what jobs have freed, which glibc keeps otherwise: after an import, half of its memory."""
    if sys.platform == "linux":
        import ctypes  # noqa: PLC0415  1 MB that a bot without work doesn't need

        if trim := getattr(ctypes.CDLL(None), "malloc_trim", None):  # musl has none
            trim(0)


def for_each(contexts: Sequence[AppContext], change: Callable[[AppContext], object]) -> None:
    """Ends leases of each workspace; one whose database is broken is left out, since leases expire by themselves."""
    for context in contexts:
        try:
            change(context)
        except Exception as error:  # noqa: BLE001  whatever is wrong with one workspace
            log.warning("leases of %s could not be ended: %s", context.workspace.id, errors.name(error))


def _lanes(kinds: AbstractSet[JobKind]) -> Iterator[Collection[JobKind]]:
    """The kinds of jobs that each thread takes."""
    syncs = kinds & {JobKind.SYNC}
    others = kinds - syncs
    slow = others & {JobKind.ARCHIVE, JobKind.RESTORE}
    yield from [others] * THREADS
    if slow and others - slow:
        yield others - slow
    if syncs:
        yield syncs


def _may_have_work(database: Database) -> bool:
    try:
        return jobs.may_have_work(database)
    except Exception:  # noqa: BLE001  the claim that follows logs it
        return True
