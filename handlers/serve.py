"""`cleaned run`: puts the parts of the bot together and serves Slack until the process is told to stop."""

import gc
import logging
import os
import signal
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from threading import Event, Timer
from typing import TYPE_CHECKING, NoReturn

from apscheduler.schedulers.background import BackgroundScheduler
from slack_bolt import App
from slack_bolt.adapter.socket_mode.builtin import SocketModeHandler
from slack_bolt.authorization import AuthorizeResult

from bot.core import settings as reading
from bot.core.settings import Settings
from bot.jobs import jobs, task_leases
from bot.mailchimp import account
from bot.maintenance.cleanup import delete_expired, delete_expired_of_removed
from bot.maintenance.retention import Retention
from bot.workspaces import databases, workspaces
from bot.workspaces.workspaces import Workspace
from handlers import logs, tracing
from handlers import scheduler as scheduling
from handlers.clock import utc_now
from handlers.scheduler import KeepLease
from handlers.slack import app
from handlers.slack.context import AppContext
from handlers.slack.features import home
from handlers.slack.features.home_refresh import HomeRefresher
from handlers.slack.installation.installations import Installations
from handlers.slack.installation.rotation import INTERVAL, Rotation
from handlers.slack.jobs.worker import Worker, for_each
from handlers.slack.people import People
from handlers.slack.web_api import sdk_workarounds
from handlers.slack.web_api.metrics import ACKNOWLEDGEMENT
from handlers.slack.web_api.sdk_workarounds import UnansweredRequests
from handlers.slack.workspaces import Only, Served, Workspaces, web_client
from handlers.web import server as web_server
from handlers.web.health import Check, Health
from storage.core.database import Database

if TYPE_CHECKING:
    from handlers.slack.installation.flow import Flow

# Service managers usually kill a process ten seconds after SIGTERM.
GIVE_UP_JOBS_AFTER_SECONDS = 8.0
EXIT_AFTER_SECONDS = 9.5  # even if the database does not answer
FLUSH_AT_THE_END_SECONDS = 1.0  # for traces
SIGNAL_CHECK_SECONDS = 0.5
WORKSPACES_INTERVAL = timedelta(
    seconds=20
)  # between two looks at what other processes have installed or removed

log = logging.getLogger(__name__)


def run(settings: Settings) -> NoReturn:
    """Serves Slack until SIGTERM or SIGINT; jobs under way are finished or released. Ends the process.

    Uses Socket Mode if there is an app token, else HTTP. The database has to be at this program's version.
    """
    stop = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    with ExitStack() as running:
        running.callback(tracing.stop)
        tracing.start(reading.open_telemetry())
        worker = start_parts(settings, running).worker
        gc.collect()
        gc.freeze()  # no later collection has to traverse the loaded modules
        log.info("The bot is running.")
        # With a time-out, because Python runs signal handlers between two bytecodes of this thread: a signal that
        # comes just before a wait without end would not be handled.
        while not stop.wait(SIGNAL_CHECK_SECONDS):
            pass
        log.info("The bot is stopping.")
        _limit_shutdown(worker)
    # Everything is closed. Python's own finalization would take another second or more.
    logging.shutdown()
    os._exit(0)


def start(settings: Settings, running: ExitStack) -> AppContext:
    """Starts all parts of the bot for the workspace of the bot token; `running` stops them in reverse order.

    Raises MailchimpError if the Mailchimp key is malformed, SlackApiError if the bot token is refused.
    """
    served = start_parts(settings, running).of_token
    assert served
    return served.context


@dataclass(frozen=True, kw_only=True)
class OAuth:
    """What serves the workspaces where people install the app themselves."""

    installations: Installations
    rotation: Rotation
    workspaces: Workspaces
    flow: "Flow"


@dataclass(frozen=True, kw_only=True)
class Parts:
    """What runs. `of_token`: the workspace of the bot token; `workspaces`: with OAuth, that one and all others."""

    worker: Worker
    of_token: Served | None
    workspaces: Workspaces | None
    scheduler: BackgroundScheduler
    port: int


def start_parts(settings: Settings, running: ExitStack) -> Parts:
    """As `start`, also where there is no bot token, since the app is installed by OAuth."""
    database = Database(settings.database_url)
    running.callback(database.close)
    worker = Worker(app.job_handlers, home.after_work)
    of_token = _of_bot_token(settings, database, worker.wake) if settings.slack_bot_token else None
    if of_token and of_token.context.mailchimp:
        running.callback(of_token.context.mailchimp.close)
    oauth = _oauth(settings, database, worker.wake) if settings.uses_oauth else None
    if oauth:
        running.callback(oauth.workspaces.close)
    served = oauth.workspaces if oauth else Only(of_token)
    bolt = app.build_app(served.find, settings)
    owner = jobs.owner()
    running.callback(_release_leases, served.contexts, owner)
    heartbeat = scheduling.Heartbeat()
    scheduler = scheduling.start(owner, heartbeat, [] if oauth else served.contexts())
    running.callback(scheduler.shutdown, wait=False)
    if oauth:
        _serve_installed(settings, database, oauth, scheduler, owner, of_token)
    worker.start(served.contexts, more_come=oauth is not None)
    running.callback(worker.stop)
    refresher = HomeRefresher(served.contexts)
    refresher.start()
    running.callback(refresher.stop)
    checks: dict[str, Check] = {
        "database": partial(databases.fault, database),
        "workers": worker.fault,
        "scheduler": heartbeat.fault,
    }
    if oauth:
        checks["workspaces"] = oauth.workspaces.fault
    port = _listen(bolt, settings, database, served.contexts, oauth.flow if oauth else None, running, checks)
    running.callback(worker.stop_soon)
    return Parts(
        worker=worker,
        of_token=of_token,
        workspaces=oauth.workspaces if oauth else None,
        scheduler=scheduler,
        port=port,
    )


def _oauth(settings: Settings, database: Database, wake: Callable[[], None]) -> OAuth:
    from handlers.slack.installation.flow import Flow  # noqa: PLC0415  only here: few bots need it

    installations = Installations(database, settings)
    rotation = Rotation(installations, database, settings, utc_now)
    workspaces = Workspaces(settings, database, installations, rotation, wake)
    flow = Flow(installations, database, settings, utc_now, workspaces.install)
    return OAuth(installations=installations, rotation=rotation, workspaces=workspaces, flow=flow)


def _serve_installed(
    settings: Settings,
    database: Database,
    oauth: OAuth,
    scheduler: BackgroundScheduler,
    owner: str,
    of_token: Served | None,
) -> None:
    """Serves every workspace that is installed, and those to come."""
    workspaces, rotation = oauth.workspaces, oauth.rotation
    workspaces.changed = lambda served: scheduling.add_workspace(scheduler, served.context, owner)
    workspaces.gone = partial(scheduling.remove_workspace, scheduler)
    if of_token:
        workspaces.add(of_token)
    rotation.rotate_due()  # no process may have run for longer than a token is good for
    workspaces.reload()
    add = partial(scheduling.add_task, scheduler)
    add("main/tokens", "tokens", INTERVAL, rotation.rotate_due)
    add("main/workspaces", "workspaces", WORKSPACES_INTERVAL, lambda _: workspaces.reload())
    if not of_token:  # the installations that nobody ended are in the main database
        retention = Retention.of(settings)

        def clean_up(_: KeepLease) -> None:
            delete_expired(database, utc_now(), retention)

        add("main/cleanup", "cleanup", scheduling.CLEANUP_INTERVAL, clean_up)

    def clean_up_removed(_: KeepLease) -> bool:
        return delete_expired_of_removed(database, settings, utc_now())

    add("main/removed", "cleanup", scheduling.CLEANUP_INTERVAL, clean_up_removed)


def _release_leases(contexts: Callable[[], Sequence[AppContext]], owner: str) -> None:
    for_each(contexts(), lambda context: task_leases.release_all(context.database, owner, context.clock()))


def _of_bot_token(settings: Settings, database: Database, wake: Callable[[], None]) -> Served:
    """The workspace of the bot token, which uses the main database unless it has another one already.

    Raises SlackApiError, MailchimpError, CleanedError.
    """
    client = web_client(settings)
    identity = AuthorizeResult.from_auth_test_response(
        auth_test_response=client.auth_test(), bot_token=client.token
    )
    team_id = identity.team_id or ""
    workspace = workspaces.get(database, team_id) or Workspace(team_id, identity.team or team_id)
    context = AppContext(
        database=workspaces.open_current(database, workspace.place),
        settings=settings,
        client=client,
        people=People(sdk_workarounds.less_patient(client), settings.operators, team_id),
        mailchimp=account.account(settings),
        wake=wake,
        workspace=workspace,
    )
    return Served.of(context, identity)


def _limit_shutdown(worker: Worker) -> None:
    """Ends the process before it is killed: jobs that are still running are released for other processes."""

    def release_jobs_and_exit() -> None:
        worker.hand_over()
        tracing.stop(FLUSH_AT_THE_END_SECONDS)
        os._exit(0)

    for seconds, action in (
        (GIVE_UP_JOBS_AFTER_SECONDS, release_jobs_and_exit),
        (EXIT_AFTER_SECONDS, lambda: os._exit(0)),
    ):
        timer = Timer(seconds, action)
        timer.daemon = True
        timer.start()


def _listen(
    bolt: App,
    settings: Settings,
    database: Database,
    contexts: Callable[[], Sequence[AppContext]],
    install: "Flow | None",
    running: ExitStack,
    checks: dict[str, Check],
) -> int:
    running.callback(bolt.listener_runner.listener_executor.shutdown)
    if settings.slack_app_token:
        token = settings.slack_app_token.get_secret_value()
        handler = SocketModeHandler(bolt, token, concurrency=app.LISTENER_THREADS)
        sdk_workarounds.replace_reader(handler.client)
        unanswered = UnansweredRequests(handler.client, ACKNOWLEDGEMENT.labels("socket").observe)
        handler.connect()  # type: ignore[no-untyped-call]  # Bolt's
        running.callback(sdk_workarounds.close, handler.client)
        running.callback(unanswered.wait, partial(sdk_workarounds.hang_up, handler.client))
        checks["socket"] = partial(sdk_workarounds.socket_fault, handler.client)
    health = Health(checks, logs.last_error, partial=("workspaces",))
    running.callback(health.close)
    server = web_server.start(
        bolt,
        settings,
        database,
        contexts,
        utc_now,
        slack_threads=app.LISTENER_THREADS,
        health=health,
        install=install,
    )
    running.callback(server.stop)
    return server.port
