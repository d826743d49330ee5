"""Recurring tasks, run by APScheduler. It holds no state: what is due is read from the bot's own tables."""

import logging
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from time import monotonic

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler
from prometheus_client import Counter

from bot.digests import digests
from bot.jobs import task_leases
from bot.maintenance.cleanup import delete_expired
from bot.maintenance.retention import Retention
from bot.workspaces import breakdowns
from bot.workspaces.breakdowns import Place
from handlers import logs, tracing
from handlers.slack import errors
from handlers.slack.context import AppContext
from handlers.slack.features.bounces import held, incidents
from handlers.slack.features.digests import post
from handlers.slack.features.mailchimp import mirror
from handlers.words import words
from storage.bounces.imap_address import ImapAddress

DIGEST_INTERVAL = timedelta(seconds=20)
QUESTIONS_INTERVAL = timedelta(seconds=20)
CLEANUP_INTERVAL = timedelta(hours=1)
MAILBOX_INTERVAL = timedelta(minutes=2)
MIRROR_INTERVAL = timedelta(minutes=5)
HEARTBEAT_INTERVAL = timedelta(seconds=5)
STOPPED_AFTER_SECONDS = 20.0  # without a heartbeat
THREADS = 10  # for the tasks of all workspaces, and as many more for those below
WAITING = "waiting"  # tasks that may wait long for another server

KeepLease = Callable[
    [], bool
]  # renews the task's lease; False if another process holds it or the scheduler stops
Task = Callable[[KeepLease], object]
"""Returns False if it could not be done."""
OUTCOMES = DONE, FAILED = "done", "failed"
RUNS = Counter(
    "cleaned_scheduled_runs",
    "Runs of recurring tasks in this process, by how they ended.",
    ["task", "outcome"],
)

log = logging.getLogger(__name__)


class Heartbeat:
    """When the scheduler ran something last, by a clock that nobody can set back."""

    def __init__(self) -> None:
        self._last = monotonic()

    def beat(self) -> None:
        self._last = monotonic()

    def fault(self) -> str:
        """That the scheduler has stopped, and for how long, in a few words; "" if it runs."""
        seconds = monotonic() - self._last
        return f"stopped for {seconds:.0f} s" if seconds > STOPPED_AFTER_SECONDS else ""


def start(
    owner: str, heartbeat: Heartbeat | None = None, contexts: Sequence[AppContext] = ()
) -> BackgroundScheduler:
    """Returns the running scheduler, with the tasks of these workspaces.

    Of several processes only the one that holds the lease of a task runs it; `owner` names this process in leases.
    Digests and questions need no lease: each is claimed by itself.
    """
    # A late run is still wanted, and one run makes up for all that were missed.
    defaults = {"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
    # Nobody's digest waits for the mailboxes and Mailchimp accounts of others.
    executors = {"default": ThreadPoolExecutor(THREADS), WAITING: ThreadPoolExecutor(THREADS)}
    scheduler = BackgroundScheduler(timezone=UTC, job_defaults=defaults, executors=executors)
    if heartbeat:
        scheduler.add_job(heartbeat.beat, "interval", seconds=HEARTBEAT_INTERVAL.total_seconds())
    for context in contexts:
        add_workspace(scheduler, context, owner)
    scheduler.start()
    return scheduler


def add_workspace(scheduler: BackgroundScheduler, context: AppContext, owner: str) -> None:
    """Adds the tasks of a workspace, in the place of those that it has.

    Every task runs at once, to make up for the time when no process ran.
    """
    task_leases.release_dead(context.database, context.clock())

    def add(
        name: str, interval: timedelta, task: Task, *, lease: str = "", executor: str = "default"
    ) -> None:
        def has_lease() -> bool:
            return not lease or task_leases.acquire(context.database, lease, owner, context.clock(), interval)

        job_id = _job_id(context.workspace.id, name)
        add_task(scheduler, job_id, name, interval, task, has_lease, executor)

    _add_tasks(add, context, owner)


def remove_workspace(scheduler: BackgroundScheduler, workspace_id: str) -> None:
    """Removes the tasks of a workspace."""
    for job in scheduler.get_jobs():
        if job.id.startswith(_job_id(workspace_id, "")):
            scheduler.remove_job(job.id)


def add_task(
    scheduler: BackgroundScheduler,
    job_id: str,
    name: str,
    interval: timedelta,
    task: Task,
    has_lease: KeepLease = lambda: True,
    executor: str = "default",
) -> None:
    """Adds a recurring task, in the place of the one with the id; it runs for the first time at once."""

    def keep_lease() -> bool:
        return scheduler.running and has_lease()

    for outcome in OUTCOMES:
        RUNS.labels(name, outcome)  # 0 from the start, so that the first one is an increase
    scheduler.add_job(
        _run,
        "interval",
        (name, task, keep_lease),
        id=job_id,
        executor=executor,
        replace_existing=True,
        seconds=interval.total_seconds(),
        next_run_time=datetime.now(UTC),
    )


def _job_id(workspace_id: str, name: str) -> str:
    return f"{workspace_id}/{name}"


def _add_tasks(add: Callable[..., None], context: AppContext, owner: str) -> None:
    add("digest", DIGEST_INTERVAL, lambda _: send_due(context, owner))
    add("questions", QUESTIONS_INTERVAL, lambda _: held.ask(context))
    add("incidents", QUESTIONS_INTERVAL, lambda _: incidents.tell(context), lease="incidents")
    retention = Retention.of(context.settings)
    add(
        "cleanup",
        CLEANUP_INTERVAL,
        lambda _: delete_expired(context.database, context.clock(), retention),
        lease="delete_expired",
    )
    if address := context.settings.mailbox:
        add(
            "mailbox",
            MAILBOX_INTERVAL,
            lambda keep_lease: read_mailbox(context, address, keep_lease),
            lease="mailbox",
            executor=WAITING,
        )
    if account := context.mailchimp:
        sync_all = partial(mirror.sync_all, context, account)
        add("mirror", MIRROR_INTERVAL, lambda _: sync_all(), lease="mirror", executor=WAITING)


def send_due(context: AppContext, owner: str) -> None:
    """Posts the digest if one is due and no other process has claimed it."""
    if claim := digests.claim_due(context.database, context.clock(), owner):
        log.info("digest: %s", post(context, claim, notify=claim.settings.set_by))


def read_mailbox(context: AppContext, address: ImapAddress, keep_lease: KeepLease) -> bool:
    """Takes in the unread bounces of the mailbox; if it can't be read, logs one line and returns False."""
    # Only here: most bots have no mailbox.
    from bot.bounces import mailbox  # noqa: PLC0415
    from storage.bounces.imap import MailboxError  # noqa: PLC0415

    try:
        outcome = mailbox.take_in_unseen(
            context.database, address, context.clock(), keep_lease, context.settings.return_path_secret
        )
    except MailboxError as error:
        log.warning("mailbox: %s", words("en")(error.key, **error.values))
        breakdowns.note(context.database, Place.MAILBOX, error.key, error.values, context.clock())
        return False
    breakdowns.clear(context.database, Place.MAILBOX)
    if outcome.messages:
        log.info("mailbox: %d messages, %s", outcome.messages, outcome.intake)
    return True


def _run(name: str, task: Task, keep_lease: KeepLease) -> None:
    with logs.referenced():
        try:
            if not keep_lease():
                return
            with tracing.span(f"task {name}", task=name):
                has_failed = task(keep_lease) is False
                tracing.note(outcome=FAILED if has_failed else DONE)
        except Exception as error:  # noqa: BLE001  the next run comes whatever happens
            has_failed = True
            log.error("scheduled task %s failed: %s", name, errors.trace(error))  # noqa: TRY400  a message may hold an address
    RUNS.labels(name, FAILED if has_failed else DONE).inc()
