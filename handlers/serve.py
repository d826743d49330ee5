"""`cleaned run`: puts the parts of the bot together and serves Slack until the process is told to stop."""

import gc
import logging
import os
import signal
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from threading import Event, Timer
from typing import NoReturn

from slack_bolt import App
from slack_bolt.adapter.socket_mode.builtin import SocketModeHandler
from slack_bolt.authorization import AuthorizeResult

from bot.core import databases, jobs, task_leases
from bot.core.settings import Settings
from bot.core.workspaces import Workspace
from bot.mailchimp import account
from handlers import logs
from handlers import scheduler as scheduling
from handlers.slack import app, sdk_workarounds
from handlers.slack.context import AppContext
from handlers.slack.features import home
from handlers.slack.long_work import Worker
from handlers.slack.metrics import ACKNOWLEDGEMENT
from handlers.slack.people import People
from handlers.slack.sdk_workarounds import UnansweredRequests
from handlers.slack.workspaces import Served, only, web_client
from handlers.web import server as web_server
from handlers.web.health import Check, Health
from storage.core.database import Database

# Service managers usually kill a process ten seconds after SIGTERM.
GIVE_UP_JOBS_AFTER_SECONDS = 8.0
EXIT_AFTER_SECONDS = 9.5  # even if the database does not answer
SIGNAL_CHECK_SECONDS = 0.5

log = logging.getLogger(__name__)


def run(settings: Settings) -> NoReturn:
    """Serves Slack until SIGTERM or SIGINT; jobs under way are finished or released. Ends the process.

    Uses Socket Mode if there is an app token, else HTTP. The database has to be at this program's version.
    """
    stop = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    with ExitStack() as running:
        _, worker = _start(settings, running)
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
    """Starts all parts of the bot; `running` stops them in reverse order.

    Raises MailchimpError if the Mailchimp key is malformed, SlackApiError if the bot token is refused.
    """
    return _start(settings, running)[0]


def _start(settings: Settings, running: ExitStack) -> tuple[AppContext, Worker]:
    database = Database(settings.database_url)
    running.callback(database.close)
    worker = Worker(app.job_handlers, home.after_work)
    served = _of_bot_token(settings, database, worker.wake)
    if served.context.mailchimp:
        running.callback(served.context.mailchimp.close)
    # People wait for what they ask for; jobs and the scheduler have time.
    bolt = app.build_app(only(served), settings)
    worker.start(lambda: [served.context])
    running.callback(worker.stop)
    owner = jobs.owner()
    running.callback(lambda: task_leases.release_all(database, owner, served.context.clock()))
    heartbeat = scheduling.Heartbeat()
    scheduler = scheduling.start(owner, heartbeat, [served.context])
    running.callback(scheduler.shutdown, wait=False)
    checks: dict[str, Check] = {
        "database": partial(databases.fault, database),
        "workers": worker.fault,
        "scheduler": heartbeat.fault,
    }
    _listen(bolt, served.context, running, checks)
    running.callback(worker.stop_soon)
    return served.context, worker


def _of_bot_token(settings: Settings, database: Database, wake: Callable[[], None]) -> Served:
    """The workspace of the bot token, which uses the main database. Raises SlackApiError, MailchimpError."""
    client = web_client(settings)
    identity = AuthorizeResult.from_auth_test_response(
        auth_test_response=client.auth_test(), bot_token=client.token
    )
    team_id = identity.team_id or ""
    context = AppContext(
        database=database,
        settings=settings,
        client=client,
        people=People(sdk_workarounds.less_patient(client), settings.operators, team_id),
        mailchimp=account.account(settings),
        wake=wake,
        workspace=Workspace(team_id, identity.team or team_id),
    )
    return Served.of(context, identity)


def _limit_shutdown(worker: Worker) -> None:
    """Ends the process before it is killed: jobs that are still running are released for other processes."""

    def release_jobs_and_exit() -> None:
        worker.hand_over()
        os._exit(0)

    for seconds, action in (
        (GIVE_UP_JOBS_AFTER_SECONDS, release_jobs_and_exit),
        (EXIT_AFTER_SECONDS, lambda: os._exit(0)),
    ):
        timer = Timer(seconds, action)
        timer.daemon = True
        timer.start()


def _listen(bolt: App, context: AppContext, running: ExitStack, checks: dict[str, Check]) -> None:
    settings = context.settings
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
    health = Health(checks, logs.last_error)
    running.callback(health.close)
    server = web_server.start(
        bolt, settings, context.database, context.clock, slack_threads=app.LISTENER_THREADS, health=health
    )
    running.callback(server.stop)
