"""Worker threads: run jobs step by step, and tell the person in one message that is updated."""

import logging
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from threading import Condition, Event, Thread
from time import monotonic
from typing import Any

from prometheus_client import Counter
from slack_sdk.errors import SlackApiError, SlackClientError

from bot.core import jobs
from bot.core.errors import CleanedError
from bot.core.files import GIVE_UP_AFTER
from bot.core.jobs import AnyJob, Clock, JobType, Recipient
from handlers import logs, tracing
from handlers.slack import errors, posted_message, sdk_workarounds
from handlers.slack.context import AppContext
from handlers.slack.elements import blocks, newer
from handlers.slack.elements.blocks import Block, Message
from handlers.slack.posted_message import MessageMetadata
from handlers.slack.uploads import direct_messages
from handlers.words import Words, words
from storage.core.database import Database
from storage.core.db_errors import TransientFault, transient_fault
from storage.core.jobs import LeaseLost
from storage.core.tables import JobKind, JobState
from storage.files.spreadsheet_errors import SpreadsheetError
from storage.mailchimp.errors import MailchimpError

THREADS = 2
POLL_SECONDS = 1.0  # for jobs of other processes
# In which a workspace is left alone whose database could not be used: each try may take a while.
REST_SECONDS = 5.0
# Twice a job's lease, for a pause that Slack asks for is no fault.
STUCK_AFTER_SECONDS = 2 * jobs.LEASE.total_seconds()
TELL_SECONDS = 1.5  # chat.update allows about 50 a minute
# Slack may show the view that answers a submission after one of ours that follows it: the first message waits.
FIRST_MESSAGE_SECONDS = 0.6
EVENT = "cleaned_work"
TELLS_WITHIN = timedelta(days=1)  # after its end, while Slack doesn't answer

ENDED = Counter(
    "cleaned_jobs_ended", "Jobs that ended in this process, by kind and by how.", ["kind", "state"]
)

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class JobHandler:
    """How jobs of a type run, and what their message says.

    `message` makes the message of a job as it is: its progress, its receipt or its failure. `title` is the key of
    the modal's title. `after` tells Slack what else it has to know of a job that has ended, and is called again if that
    fails or the process dies meanwhile: other messages, the end of a workflow's step. `in_window`: the ids of
    buttons that the modal shows too, besides links; others would open a modal on top, and Slack stacks three at most.
    `is_told`: whether another message, a file's, is the receipt of a job that is done; then the job's own is removed.
    """

    type: JobType[Any, Any, Any]
    work: Callable[[Database, Any, Clock], Iterator[AnyJob]]
    title: str
    message: Callable[[Database, Words, Any], Message]
    after: Callable[[AppContext, Any], None] = lambda *_: None
    in_window: Collection[str] = ()
    is_told: Callable[[Any], bool] = lambda _: False


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
        while not self._stopping.is_set():
            wakes = self._wakes
            # One job of each workspace, so that none waits for all the work of another.
            ran = [self._run_next(context, kinds, owner) for context in self._contexts()]
            if not any(ran):
                self._moved.pop(owner, None)
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
                _JobRun(
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


class _JobRun:
    """One job in one thread."""

    def __init__(
        self,
        context: AppContext,
        handler: JobHandler,
        job: AnyJob,
        stopping: Event,
        after_work: Callable[[AppContext, str], None],
        move: Callable[[], None] = lambda: None,
    ) -> None:
        """`move` is called as the job gets on."""
        self._context, self._handler, self._job, self._stopping = context, handler, job, stopping
        self._after_work, self._move = after_work, move
        self._database = context.database
        self._next_message = monotonic() + FIRST_MESSAGE_SECONDS
        self._may_have_posted = False

    @property
    def _words(self) -> Words:
        return words(self._job.language)

    def run(self) -> None:
        """Runs the job and sends its receipt; gives it back when the program stops or a fault occurs."""
        kind, workspace = self._job.kind, self._context.workspace.id
        with tracing.span(f"job {kind}", kind=kind, workspace=workspace, attempts=self._job.attempts):
            try:
                self._work_and_tell()
            except LeaseLost:
                raise
            except Exception as error:
                if not (fault := transient_fault(error)):
                    raise
                self._wait_for_database(fault)
            finally:
                tracing.note(state=self._job.state)

    def _work_and_tell(self) -> None:
        if self._job.state == JobState.RUNNING:
            if not self._work():
                return
            ENDED.labels(self._job.kind, self._job.state).inc()
        for tell in (self._tell, self._after):
            try:
                tell()
            except Exception as error:
                if transient_fault(error):
                    raise
                if self._job.attempts < GIVE_UP_AFTER or self._may_succeed_later(error):
                    self._give_back()
                    raise
                log.error("job %s: nobody could be told", self._job.id)  # noqa: TRY400  no address in it
        jobs.mark_told(self._database, self._job, self._context.clock())
        if recipient := self._job.recipient:
            self._after_work(self._context, recipient.user)

    def _work(self) -> bool:
        """Whether the job ended, done or failed."""
        try:
            return self._steps()
        except LeaseLost:
            raise
        except MailchimpError as error:
            if not self._job.recipient:
                log.warning("job %s: %s", self._job.id, error)
                if error.is_retryable:
                    self._give_back()
                    return False
            self._fail(error.key, **error.values)
        except (CleanedError, SpreadsheetError) as error:
            self._fail(error.key, **error.values)
        except Exception as error:
            if transient_fault(error):
                raise
            if self._job.attempts < GIVE_UP_AFTER:
                self._give_back()
                raise
            log.error("job %s given up: %s", self._job.id, errors.trace(error))  # noqa: TRY400  no address in it
            self._fail("error-gave-up", reference=self._job.id)
        return True

    def _steps(self) -> bool:
        for job in self._handler.work(self._database, self._job, self._clock):
            self._job = job
            if job.state == JobState.RUNNING:
                if self._stopping.is_set():
                    jobs.release(self._database, job)
                    return False
                if monotonic() >= self._next_message:
                    self._tell_progress()
        # The receipt comes after the view that answers the submission.
        self._stopping.wait(max(0.0, min(FIRST_MESSAGE_SECONDS, self._next_message - monotonic())))
        return True

    def _clock(self) -> datetime:
        """What the work takes the time from, with every step: also while it waits for somebody and renews its lease."""
        self._move()
        return self._context.clock()

    def _fail(self, key: str, **values: object) -> None:
        self._job = jobs.fail(self._database, self._job, self._context.clock(), key, **values)

    def _give_back(self) -> None:
        jobs.retry_later(self._database, self._job, self._context.clock())

    def _may_succeed_later(self, error: Exception) -> bool:
        ended = self._job.finished_at
        in_time = ended is not None and self._context.clock() < ended + TELLS_WITHIN
        return in_time and errors.is_transient(error)

    def _wait_for_database(self, kind: TransientFault) -> None:
        """Tells the person, and gives the job back as soon as the database can be written again."""
        log.warning("job %s waits: the database is %s", self._job.id, kind)
        if self._job.state == JobState.RUNNING and self._job.recipient:
            self._tell_trouble(kind)
        while not self._stopping.wait(POLL_SECONDS):
            self._move()
            try:
                jobs.retry_later_uncounted(self._database, self._job, self._context.clock())
            except LeaseLost:
                raise
            except Exception as error:
                if not transient_fault(error):
                    raise
            else:
                return

    def _tell_trouble(self, kind: TransientFault) -> None:
        text = self._words.md("trouble-work", kind=str(kind))
        try:
            recipient = self._send(blocks.message(text, [blocks.section(text)]))
            self._job = replace(self._job, recipient=recipient)
        except (SlackClientError, OSError) as error:
            log.warning("the trouble was not told: %s", errors.name(error))

    def _tell_progress(self) -> None:
        try:
            self._tell()
        except (SlackClientError, OSError) as error:
            log.warning("progress was not told: %s", errors.name(error))

    def _after(self) -> None:
        """Raises errors after which another try may succeed: a workflow waits until it knows of the end."""
        try:
            self._handler.after(self._context, self._job)
        except (SlackClientError, OSError) as error:
            if errors.is_transient(error):
                raise
            log.warning("job %s: Slack was not told of its end: %s", self._job.id, errors.name(error))

    def _tell(self) -> None:
        self._next_message = monotonic() + TELL_SECONDS
        if not self._job.recipient:
            return  # started in the terminal
        message = self._handler.message(self._database, self._words, self._job)
        is_told = self._job.state == JobState.DONE and self._handler.is_told(self._job)
        recipient = self._remove() if is_told else self._send(message)
        if recipient.ts != self._job.recipient.ts or recipient.channel != self._job.recipient.channel:
            self._job = replace(self._job, recipient=recipient)
            self._job = jobs.set_recipient(self._database, self._job, self._context.clock(), recipient)
        if recipient.view:
            self._show_in_modal(recipient.view, message)

    def _send(self, message: Message) -> Recipient:
        """Posts the job's one message, or updates it. Returns the recipient with where it is."""
        recipient, client = self._job.recipient, self._context.client
        if recipient is None:
            raise ValueError("A job without a recipient has no message.")
        channel = recipient.channel or direct_messages(client, recipient.user)
        if ts := recipient.ts or self._find_message(channel):
            client.chat_update(channel=channel, ts=ts, **message)
        else:
            self._may_have_posted = True  # an answer can get lost
            once = sdk_workarounds.without_connection_retries(client)
            ts = str(once.chat_postMessage(channel=channel, metadata=self._metadata, **message)["ts"])
        return replace(recipient, channel=channel, ts=ts)

    def _remove(self) -> Recipient:
        """Deletes the job's message, if there is one. Returns the recipient without it."""
        recipient, client = self._job.recipient, self._context.client
        if recipient is None:
            raise ValueError("A job without a recipient has no message.")
        channel = recipient.channel or direct_messages(client, recipient.user)
        if ts := recipient.ts or self._find_message(channel):
            try:
                client.chat_delete(channel=channel, ts=ts)
            except SlackApiError as error:
                if error.response["error"] != "message_not_found":
                    raise
        return replace(recipient, channel=channel, ts=None)

    @property
    def _metadata(self) -> MessageMetadata:
        return {"event_type": EVENT, "event_payload": {"job": self._job.id}}

    def _find_message(self, channel: str) -> str | None:
        """The message that a process posted and crashed before recording it; None also if that can't be looked up."""
        if self._job.attempts == 1 and not self._may_have_posted:
            return None
        try:
            return posted_message.find(self._context.client, channel, self._metadata, self._job.made_at)
        except SlackApiError as error:
            log.warning("job %s: its message can't be looked up: %s", self._job.id, errors.name(error))
            return None

    def _in_window(self, block: Block) -> Block | None:
        """The block as the modal shows it."""
        if block["type"] != "actions":
            return block
        buttons = [
            button
            for button in block["elements"]
            if "url" in button or button["action_id"] in self._handler.in_window
        ]
        return blocks.actions(buttons, block["block_id"]) if buttons else None

    def _show_in_modal(self, view_id: str, message: Message) -> None:
        rows = newer.all_older(message["blocks"])  # a task's card is for messages only
        shown = [shown for block in rows if (shown := self._in_window(block))]
        view = blocks.modal(self._words(self._handler.title), shown, close=self._words("close"))
        try:
            self._context.client.views_update(view_id=view_id, view=view)
        except SlackApiError:
            pass  # it was closed; the message says everything
        except SlackClientError as error:
            log.warning("a modal was not updated: %s", errors.name(error))
