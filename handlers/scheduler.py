"""Recurring tasks, run by APScheduler. It holds no state: what is due is read from the bot's own tables."""

import logging
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from apscheduler.schedulers.background import BackgroundScheduler

from bot.bounces import mailbox
from bot.core import task_leases
from bot.digests import digests
from bot.maintenance.cleanup import delete_expired
from bot.maintenance.retention import Retention
from handlers.slack import errors
from handlers.slack.context import AppContext
from handlers.slack.features.bounces import held, incidents
from handlers.slack.features.digests import post
from handlers.slack.features.mailchimp import mirror
from handlers.words import words
from storage.bounces.imap import MailboxError
from storage.bounces.imap_address import ImapAddress

DIGEST_INTERVAL = timedelta(seconds=20)
QUESTIONS_INTERVAL = timedelta(seconds=20)
CLEANUP_INTERVAL = timedelta(hours=1)
MAILBOX_INTERVAL = timedelta(minutes=2)
MIRROR_INTERVAL = timedelta(minutes=5)

KeepLease = Callable[
    [], bool
]  # renews the task's lease; False if another process holds it or the scheduler stops
Task = Callable[[KeepLease], object]

log = logging.getLogger(__name__)


def start(context: AppContext, owner: str) -> BackgroundScheduler:
    """Returns the running scheduler. Every task runs at once, to make up for the time when no process ran.

    Of several processes only the one that holds the lease of a task runs it; `owner` names this process in leases.
    Digests and questions need no lease: each is claimed by itself.
    """
    task_leases.release_dead(context.database, context.clock())
    # A late run is still wanted, and one run makes up for all that were missed.
    defaults = {"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
    scheduler = BackgroundScheduler(timezone=UTC, job_defaults=defaults)

    def add(interval: timedelta, task: Task, *, lease: str = "") -> None:
        def has_lease() -> bool:
            return not lease or task_leases.acquire(context.database, lease, owner, context.clock(), interval)

        def keep_lease() -> bool:
            return scheduler.running and has_lease()

        seconds, now = interval.total_seconds(), datetime.now(UTC)
        scheduler.add_job(_run, "interval", (task, keep_lease), seconds=seconds, next_run_time=now)

    add(DIGEST_INTERVAL, lambda _: send_due(context, owner))
    add(QUESTIONS_INTERVAL, lambda _: held.ask(context))
    add(QUESTIONS_INTERVAL, lambda _: incidents.tell(context), lease="incidents")
    retention = Retention.of(context.settings)
    add(
        CLEANUP_INTERVAL,
        lambda _: delete_expired(context.database, context.clock(), retention),
        lease="delete_expired",
    )
    if address := context.settings.mailbox:
        add(MAILBOX_INTERVAL, lambda keep_lease: read_mailbox(context, address, keep_lease), lease="mailbox")
    if account := context.mailchimp:
        add(MIRROR_INTERVAL, lambda _: mirror.sync_all(context, account), lease="mirror")
    scheduler.start()
    return scheduler


def send_due(context: AppContext, owner: str) -> None:
    """Posts the digest if one is due and no other process has claimed it."""
    if claim := digests.claim_due(context.database, context.clock(), owner):
        log.info("digest: %s", post(context, claim, notify=claim.settings.set_by))


def read_mailbox(context: AppContext, address: ImapAddress, keep_lease: KeepLease) -> None:
    """Takes in the unread bounces of the mailbox; logs one line if the mailbox can't be read."""
    try:
        outcome = mailbox.take_in_unseen(
            context.database, address, context.clock(), keep_lease, context.settings.return_path_secret
        )
    except MailboxError as error:
        log.warning("mailbox: %s", words("en")(error.key, **error.values))
        return
    if outcome.messages:
        log.info("mailbox: %d messages, %s", outcome.messages, outcome.intake)


def _run(task: Task, keep_lease: KeepLease) -> None:
    try:
        if keep_lease():
            task(keep_lease)
    except Exception as error:  # noqa: BLE001  the next run comes whatever happens
        log.error("scheduled task failed: %s", errors.trace(error))  # noqa: TRY400  a message may hold an address
