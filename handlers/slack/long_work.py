"""Long work: takes jobs, does them step by step, and tells the person in one message that moves on."""

import logging
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import timedelta
from threading import Event, Thread
from time import monotonic

from slack_sdk.errors import SlackApiError, SlackClientError

from bot.core import audiences, jobs
from bot.core.errors import CleanedError
from bot.core.jobs import Work
from handlers.slack import errors, posted_message
from handlers.slack.context import AppContext
from handlers.slack.elements import blocks
from handlers.slack.elements.blocks import Message
from handlers.slack.features import home
from handlers.slack.posted_message import MessageMetadata
from handlers.words import Words, words
from storage.core.database import Database
from storage.core.db_errors import Trouble, trouble
from storage.core.jobs import LeaseLost
from storage.core.tables import JobRow
from storage.files.spreadsheet_errors import SpreadsheetError
from storage.mailchimp.errors import MailchimpError

THREADS = 2
POLL_SECONDS = 1.0  # for what another process left
TELL_SECONDS = 1.5  # chat.update takes about 50 a minute
# Slack may show the view that answers a submission after ours that follows: the first word waits for it.
FIRST_WORD_SECONDS = 0.6
GIVE_UP_AFTER = 5  # attempts that all ended in an unexpected fault
EVENT = "cleaned_work"
TELLS_WITHIN = timedelta(days=1)  # of its end: so long Slack may be away

log = logging.getLogger(__name__)

Tell = Callable[[Words, JobRow, str], Message]


@dataclass(frozen=True)
class JobHandler:
    """A kind of long work.

    `tell` makes the message of a job as it stands: its progress, its receipt, its failure. It is given the
    words, the job and the audience's name. `title` is the key of the modal's title. `after` tells what else has
    changed by a job that ended.
    """

    work: Work
    title: str
    tell: Tell
    after: Callable[[AppContext, JobRow], None] = lambda *_: None


class Worker:
    """The threads that do the jobs of these kinds: job kind → how it is done and told.

    A sync may wait long for Mailchimp: it has a thread of its own. So may archives and Undos: one thread takes none of
    them, so that nobody's export waits for two of these.
    """

    def __init__(self, kinds: Mapping[str, JobHandler]) -> None:
        self._kinds = kinds
        self._awake = Event()
        self._stopping = Event()
        self._threads: dict[str, Thread] = {}  # by the owner of what it works on

    def start(self, parts: AppContext) -> None:
        jobs.free_dead(parts.database)
        syncs, outgoing = self._kinds.keys() & {jobs.SYNC}, self._kinds.keys() & {jobs.ARCHIVE, jobs.RESTORE}
        others = self._kinds.keys() - syncs
        further = [others - outgoing if outgoing else set(), syncs]
        lanes = [others] * THREADS + [lane for lane in further if lane]
        for n, lane in enumerate(lanes):
            owner = jobs.owner()
            thread = Thread(target=self._run, args=(parts, lane, owner), name=f"worker-{n}")
            thread.start()
            self._threads[owner] = thread

    def wake(self) -> None:
        self._awake.set()

    def stop_soon(self) -> None:
        """The step under way ends, its job is given back."""
        self._stopping.set()
        self._awake.set()

    def stop(self, seconds: float = 8) -> None:
        """As `stop_soon`; waits for that so long at most."""
        until = monotonic() + seconds
        self.stop_soon()
        for thread in self._threads.values():
            thread.join(max(0.0, until - monotonic()))

    def hand_over(self, database: Database) -> None:
        """What did not end in time is anyone's. To be called when this process ends at once."""
        for owner in self._threads:
            jobs.free(database, owner)

    def _run(self, parts: AppContext, lane: Collection[str], owner: str) -> None:
        while not self._stopping.is_set():
            try:
                job = jobs.claim(parts.database, lane, owner, parts.clock())
                if job:
                    _Run(parts, self._kinds[job.kind], job, self._stopping).to_its_end()
                    continue
            except LeaseLost:
                log.warning("a job was carried on by another process")
            except Exception as error:  # noqa: BLE001  a thread of work never ends by a fault
                kind = trouble(error)
                log.error("work: %s", f"the database is {kind}" if kind else errors.trace(error))  # noqa: TRY400  a message may hold an address
            self._awake.wait(POLL_SECONDS)
            self._awake.clear()
        # An archive at Mailchimp holds the lease of its sync too.
        try:
            jobs.free(parts.database, owner)
        except Exception as error:  # noqa: BLE001  its leases run out by themselves
            log.warning("work: nothing could be given back: %s", errors.name(error))


class _Run:
    """One job in one thread's hands."""

    def __init__(self, parts: AppContext, kind: JobHandler, job: JobRow, stopping: Event) -> None:
        self._parts, self._kind, self._job, self._stopping = parts, kind, job, stopping
        self._next_word = monotonic() + FIRST_WORD_SECONDS
        self._has_posted = False

    @property
    def _words(self) -> Words:
        return words(self._job.notify.get("language"))

    def to_its_end(self) -> None:
        """Does the work and tells the receipt; gives the job back when the program stops or a fault comes."""
        try:
            self._to_its_end()
        except LeaseLost:
            raise
        except Exception as error:
            if not (kind := trouble(error)):
                raise
            self._sit_out(kind)

    def _to_its_end(self) -> None:
        if self._job.state == "running" and not self._work():
            return
        try:
            self._tell()
        except Exception as error:
            if trouble(error):
                raise
            if self._job.attempts < GIVE_UP_AFTER or self._may_be_told_yet(error):
                self._give_back()
                raise
            log.error("job %s: nobody could be told", self._job.id)  # noqa: TRY400  no address in it
        self._tell_what_else()
        jobs.told(self._parts.database, self._job, self._parts.clock())
        if user := self._job.notify.get("user"):
            home.after_work(self._parts, user)

    def _work(self) -> bool:
        """Whether the work came to an end, good or bad."""
        try:
            return self._steps()
        except LeaseLost:
            raise
        except MailchimpError as error:
            if not self._job.notify:
                log.warning("job %s: %s", self._job.id, error)
                if error.is_retryable:
                    self._give_back()
                    return False
            self._fail(error.key, **error.values)
        except (CleanedError, SpreadsheetError) as error:
            self._fail(error.key, **error.values)
        except Exception as error:
            if trouble(error):
                raise
            if self._job.attempts < GIVE_UP_AFTER:
                self._give_back()
                raise
            log.error("job %s given up: %s", self._job.id, errors.trace(error))  # noqa: TRY400  no address in it
            self._fail("error-gave-up", reference=self._job.id)
        return True

    def _steps(self) -> bool:
        for job in self._kind.work(self._parts.database, self._job, self._parts.clock):
            self._job = job
            if self._job.state == "running":
                if self._stopping.is_set():
                    jobs.release(self._parts.database, self._job)
                    return False
                if monotonic() >= self._next_word:
                    self._tell_progress()
        # The receipt comes after the view that answered the submission.
        self._stopping.wait(max(0.0, min(FIRST_WORD_SECONDS, self._next_word - monotonic())))
        return True

    def _fail(self, key: str, **values: object) -> None:
        self._job = jobs.fail(self._parts.database, self._job, self._parts.clock(), key, **values)

    def _give_back(self) -> None:
        jobs.give_back(self._parts.database, self._job, self._parts.clock())

    def _may_be_told_yet(self, error: Exception) -> bool:
        ended = self._job.finished_at
        in_time = ended is not None and self._parts.clock() < ended + TELLS_WITHIN
        return in_time and errors.passes(error)

    def _sit_out(self, kind: Trouble) -> None:
        """The database takes nothing: the person is told, and the job is given back once it does again."""
        log.warning("job %s waits: the database is %s", self._job.id, kind)
        if self._job.state == "running" and self._job.notify:
            self._tell_trouble(kind)
        while not self._stopping.wait(POLL_SECONDS):
            try:
                jobs.give_back_unharmed(self._parts.database, self._job, self._parts.clock())
            except LeaseLost:
                raise
            except Exception as error:
                if not trouble(error):
                    raise
            else:
                return

    def _tell_trouble(self, kind: Trouble) -> None:
        text = self._words.md("trouble-work", kind=str(kind))
        try:
            self._send(blocks.message(text, [blocks.section(text)]))
        except (SlackClientError, OSError) as error:
            log.warning("the trouble was not told: %s", errors.name(error))

    def _tell_progress(self) -> None:
        try:
            self._tell()
        except (SlackClientError, OSError) as error:
            log.warning("progress was not told: %s", errors.name(error))

    def _tell_what_else(self) -> None:
        try:
            self._kind.after(self._parts, self._job)
        except (SlackClientError, OSError) as error:
            log.warning("what else job %s changed was not told: %s", self._job.id, errors.name(error))

    def _tell(self) -> None:
        job = self._job
        self._next_word = monotonic() + TELL_SECONDS
        if not job.notify:
            return  # from the terminal
        message = self._kind.tell(self._words, job, self._audience_name())
        if not self._send(message):
            self._job = jobs.note(self._parts.database, job, self._parts.clock())
        if view := job.notify.get("view"):
            self._show_in_modal(view, message)

    def _send(self, message: Message) -> bool:
        """The job's one message moves on; False when it is the first, whose place is to be noted."""
        notify, client = self._job.notify, self._parts.client
        channel, noted = notify["channel"], notify.get("ts")
        if ts := noted or self._stands(channel):
            client.chat_update(channel=channel, ts=ts, **message)
        else:
            self._has_posted = True  # perhaps: an answer may get lost
            ts = posted_message.once(client).chat_postMessage(
                channel=channel, metadata=self._mark, **message
            )["ts"]
        self._job.notify = {**notify, "ts": ts}
        return noted is not None

    @property
    def _mark(self) -> MessageMetadata:
        return {"event_type": EVENT, "event_payload": {"job": self._job.id}}

    def _stands(self, channel: str) -> str | None:
        """The message of a process that died before it noted where it is. Where that can't be looked up: None."""
        if self._job.attempts == 1 and not self._has_posted:
            return None
        try:
            return posted_message.find(self._parts.client, channel, self._mark, self._job.made_at)
        except SlackApiError as error:
            log.warning("whether job %s was told can't be looked up: %s", self._job.id, errors.name(error))
            return None

    def _show_in_modal(self, view_id: str, message: Message) -> None:
        shown = [block for block in message["blocks"] if block["type"] != "actions"]
        view = blocks.modal(self._words(self._kind.title), shown, close=self._words("close"))
        try:
            self._parts.client.views_update(view_id=view_id, view=view)
        except SlackApiError:
            pass  # it was closed: the message tells it all
        except SlackClientError as error:
            log.warning("a modal was not updated: %s", errors.name(error))

    def _audience_name(self) -> str:
        job = self._job
        return audiences.by_id(self._parts.database, job.audience_id).name if job.audience_id else ""
