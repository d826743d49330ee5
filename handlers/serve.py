"""The bot for real: puts the parts together, runs until it is told to stop."""

import gc
import json
import logging
import os
import signal
from collections.abc import Callable
from contextlib import ExitStack, suppress
from dataclasses import replace
from functools import partial
from socket import SHUT_RDWR
from threading import Event, Lock, Timer
from time import monotonic, sleep, time
from typing import NoReturn

from slack_bolt import App
from slack_bolt.adapter.socket_mode.builtin import SocketModeHandler
from slack_sdk.socket_mode.builtin.client import SocketModeClient
from slack_sdk.socket_mode.builtin.connection import Connection, ConnectionState

from bot.core import jobs, leases
from bot.core.settings import Settings
from bot.mailchimp import account
from handlers import scheduler as scheduling
from handlers.slack import app
from handlers.slack.context import AppContext
from handlers.slack.long_work import Worker
from handlers.slack.people import People
from handlers.web import server as web_server
from storage.core.database import Database

SOCKET_THREADS = 24
# Whoever runs the bot kills it after ten. What still waits for Slack then is given to whoever carries it on.
STOPS_WITHIN_SECONDS = 8.0
ANSWERED_WITHIN_SECONDS = 2.0
LOOKS_UP_EVERY_SECONDS = 0.5
LEAVES_WITHIN_SECONDS = 9.5  # even if the database does not answer

log = logging.getLogger(__name__)


def run(settings: Settings) -> NoReturn:
    """Serves Slack until SIGTERM or SIGINT; what is under way is finished or given back. Ends the program.

    Socket Mode when there is an app token, else HTTP. The database is at this program's version.
    """
    stop = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    with ExitStack() as running:
        parts, worker = _start(settings, running)
        gc.collect()
        gc.freeze()  # what is loaded stays: no look for garbage goes through it, while Slack waits
        log.info("The bot is running.")
        # Python hands a signal on between two steps of this thread: one that comes just as it goes to sleep would be lost.
        while not stop.wait(LOOKS_UP_EVERY_SECONDS):
            pass
        log.info("The bot stops.")
        _stop_in_time(worker, parts.database)
    # All is closed. Python would take a second or more to take itself apart, while whoever stops it waits.
    logging.shutdown()
    os._exit(0)


def start(settings: Settings, running: ExitStack) -> AppContext:
    """Starts everything; `running` stops it, the last one first. Raises MailchimpError for a key that is none.

    SlackApiError is for a refused token.
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
    parts = AppContext(
        database=database,
        settings=settings,
        client=client,
        people=People(client, settings.operators),
        mailchimp=mailchimp,
    )
    worker = Worker(app.kinds(parts))
    parts = replace(parts, wake=worker.wake)
    bolt = app.build_app(parts, identity)
    worker.start(parts)
    running.callback(worker.stop)
    owner = jobs.owner()
    running.callback(lambda: leases.give_back(database, owner, parts.clock()))
    scheduler = scheduling.start(parts, owner)
    running.callback(scheduler.shutdown, wait=False)
    _listen(bolt, parts, running)
    running.callback(worker.stop_soon)
    return parts, worker


def _stop_in_time(worker: Worker, database: Database) -> None:
    def leave() -> None:
        worker.hand_over(database)
        os._exit(0)

    for seconds, ending in ((STOPS_WITHIN_SECONDS, leave), (LEAVES_WITHIN_SECONDS, lambda: os._exit(0))):
        timer = Timer(seconds, ending)
        timer.daemon = True
        timer.start()


def _listen(bolt: App, parts: AppContext, running: ExitStack) -> None:
    settings = parts.settings
    running.callback(bolt.listener_runner.listener_executor.shutdown)
    if settings.slack_app_token:
        token = settings.slack_app_token.get_secret_value()
        socket = SocketModeHandler(bolt, token, concurrency=SOCKET_THREADS)
        socket.client.current_session_runner.target = partial(read, socket.client)
        under_way = _UnderWay(socket)
        socket.connect()  # type: ignore[no-untyped-call]  # the SDK's
        running.callback(_close, socket)
        running.callback(under_way.wait, partial(_hang_up, socket))
    server = web_server.start(bolt, settings, parts.database, parts.clock)
    running.callback(server.stop)


def read(client: SocketModeClient) -> None:
    """Hears the client's connection until that is closed or replaced: what the SDK's reading thread is to do.

    By itself it asks a flag that stands beside the connection. Where it looks just as both are replaced, it takes the
    old flag: that is never raised, and the thread stays with its connection for ever, deaf to the next one.
    """
    session = client.current_session
    if session is not None and session.is_active():
        # One that never answers a ping is silent too.
        session.last_ping_pong_time = session.last_ping_pong_time or time()
        session.run_until_completion(_Reading(client, session))


class _Reading(ConnectionState):
    """Whether a connection is still to be heard."""

    def __init__(self, client: SocketModeClient, session: Connection) -> None:
        self._client, self._session = client, session
        super().__init__()  # type: ignore[no-untyped-call]  # the SDK's

    @property
    def terminated(self) -> bool:
        return self._ended or self._client.closed or self._client.current_session is not self._session

    @terminated.setter
    def terminated(self, ended: bool) -> None:
        self._ended = ended


class _UnderWay:
    """What came by the socket and has no answer yet: cut off, the person would see that the command failed."""

    def __init__(self, socket: SocketModeHandler) -> None:
        self._open: set[str] = set()
        self._lock = Lock()
        # Called when a message has come, and, after the SDK's own listener, when its answer was sent.
        socket.client.on_message_listeners.append(self._note)
        socket.client.socket_mode_request_listeners.append(lambda _, asked: self._turn(asked.envelope_id))

    def wait(self, close: Callable[[], None]) -> None:
        """Until there is nothing, or ANSWERED_WITHIN_SECONDS; then closes, before anything else is noted."""
        until = monotonic() + ANSWERED_WITHIN_SECONDS
        while True:
            with self._lock:
                if not self._open or monotonic() > until:
                    return close()
            sleep(0.005)

    def _note(self, message: str) -> None:
        if '"envelope_id"' in message:
            self._turn(json.loads(message)["envelope_id"])

    def _turn(self, envelope_id: str) -> None:
        """In, or out again. An answer may be sent before the SDK has told that the message came."""
        with self._lock:
            self._open ^= {envelope_id}


def _hang_up(handler: SocketModeHandler) -> None:
    """The SDK alone first waits up to three seconds, in which more comes that it can't answer."""
    client = handler.client
    client.closed, client.auto_reconnect_enabled = True, False
    if client.current_session and (line := client.current_session.sock):
        with suppress(OSError):
            line.shutdown(SHUT_RDWR)


def _close(handler: SocketModeHandler) -> None:
    try:
        handler.close()  # type: ignore[no-untyped-call]
    except AttributeError:  # the SDK's own thread was quicker to drop the connection
        handler.close()  # type: ignore[no-untyped-call]
