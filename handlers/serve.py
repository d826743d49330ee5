"""`cleaned run`: puts the parts of the bot together and serves Slack until the process is told to stop."""

import gc
import logging
import os
import signal
from contextlib import ExitStack
from dataclasses import replace
from functools import partial
from threading import Event, Timer
from typing import NoReturn

from slack_bolt import App
from slack_bolt.adapter.socket_mode.builtin import SocketModeHandler

from bot.core import databases, jobs, task_leases
from bot.core.settings import Settings
from bot.mailchimp import account
from handlers import logs
from handlers import scheduler as scheduling
from handlers.slack import app, sdk_workarounds
from handlers.slack.context import AppContext
from handlers.slack.features import home
from handlers.slack.features.home_refresh import HomeRefresher
from handlers.slack.long_work import Worker
from handlers.slack.metrics import ACKNOWLEDGEMENT
from handlers.slack.people import People
from handlers.slack.sdk_workarounds import UnansweredRequests
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
        context, worker = _start(settings, running)
        gc.collect()
        gc.freeze()  # no later collection has to traverse the loaded modules
        log.info("The bot is running.")
        # With a time-out, because Python runs signal handlers between two bytecodes of this thread: a signal that
        # comes just before a wait without end would not be handled.
        while not stop.wait(SIGNAL_CHECK_SECONDS):
            pass
        log.info("The bot is stopping.")
        _limit_shutdown(worker, context.database)
    # Everything is closed. Python's own finalization would take another second or more.
    logging.shutdown()
    os._exit(0)


def start(settings: Settings, running: ExitStack) -> AppContext:
    """Starts all parts of the bot; `running` stops them in reverse order.

    Raises MailchimpError if the Mailchimp key is malformed, SlackApiError if the bot token is refused.
    """
    return _start(settings, running)[0]


def _start(settings: Settings, running: ExitStack) -> tuple[AppContext, Worker]:
    client = app.web_client(settings)
    identity = app.identify(client)
    database = Database(settings.database_url)
    running.callback(database.close)
    mailchimp = account.account(settings)
    if mailchimp:
        running.callback(mailchimp.close)
    hasty_client = sdk_workarounds.less_patient(client)
    context = AppContext(
        database=database,
        settings=settings,
        client=client,
        people=People(hasty_client, settings.operators, identity.team_id or ""),
        mailchimp=mailchimp,
    )
    worker = Worker(app.job_handlers(context), home.after_work)
    context = replace(context, wake=worker.wake)
    # People wait for what they ask for; jobs and the scheduler have time.
    bolt = app.build_app(replace(context, client=hasty_client), identity)
    worker.start(context)
    running.callback(worker.stop)
    refresher = HomeRefresher(context)
    refresher.start()
    running.callback(refresher.stop)
    owner = jobs.owner()
    running.callback(lambda: task_leases.release_all(database, owner, context.clock()))
    heartbeat = scheduling.Heartbeat()
    scheduler = scheduling.start(context, owner, heartbeat)
    running.callback(scheduler.shutdown, wait=False)
    checks: dict[str, Check] = {
        "database": partial(databases.fault, database),
        "workers": worker.fault,
        "scheduler": heartbeat.fault,
    }
    _listen(bolt, context, running, checks)
    running.callback(worker.stop_soon)
    return context, worker


def _limit_shutdown(worker: Worker, database: Database) -> None:
    """Ends the process before it is killed: jobs that are still running are released for other processes."""

    def release_jobs_and_exit() -> None:
        worker.hand_over(database)
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
