"""Runs a job step by step, and tells the person in one message that is updated."""

import logging
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from threading import Event
from time import monotonic
from typing import Any

from prometheus_client import Counter
from slack_sdk.errors import SlackApiError, SlackClientError

from bot.core.errors import CleanedError
from bot.jobs import jobs
from bot.jobs.files import GIVE_UP_AFTER
from bot.jobs.jobs import AnyJob, Clock, JobType, Recipient
from handlers import tracing
from handlers.slack import errors
from handlers.slack.context import AppContext
from handlers.slack.elements import blocks, newer
from handlers.slack.elements.blocks import Block, Message
from handlers.slack.jobs import posted_message
from handlers.slack.jobs.posted_message import MessageMetadata
from handlers.slack.jobs.uploads import direct_messages
from handlers.slack.web_api import modals, sdk_workarounds
from handlers.words import Words, words
from storage.core.database import Database
from storage.core.db_errors import TransientFault, transient_fault
from storage.files.spreadsheet_errors import SpreadsheetError
from storage.jobs.jobs import LeaseLost
from storage.jobs.tables import JobState
from storage.mailchimp.api.errors import MailchimpError

POLL_SECONDS = 1.0  # between two looks at a database that can't be written
TELL_SECONDS = 1.5  # chat.update allows about 50 a minute
# Slack may show the view that answers a submission after one of ours that follows it: the first message waits.
FIRST_MESSAGE_SECONDS = 0.6
ANSWERED_WITHIN, ANSWERED_WAITS = timedelta(seconds=5), (0.5, 1.0)
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


class JobRun:
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
        is_over = self._job.state != JobState.RUNNING
        try:
            # A job that an earlier version made has Slack's id of the modal.
            if "." not in view_id:
                self._context.client.views_update(view_id=view_id, view=view)
            elif is_over and self._context.clock() < self._job.made_at + ANSWERED_WITHIN:
                modals.show_answer(self._context.client, view_id, view, ANSWERED_WAITS)
            else:
                modals.update_named(self._context.client, view_id, view)
        except SlackApiError:
            pass  # it was closed, or Slack refuses it; the message says everything
        except SlackClientError as error:
            log.warning("a modal was not updated: %s", errors.name(error))
