"""A workspace with the bot in it, in this process: as `cleaned run` starts it."""

import socket
import ssl
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace
from functools import partial
from typing import Any

import pytest
from slack_bolt import App
from slack_bolt.adapter.socket_mode.builtin import SocketModeHandler
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.socket_mode.builtin import internals
from slack_sdk.socket_mode.builtin.connection import Connection
from slack_sdk.socket_mode.interval_runner import IntervalRunner

from bot.core.settings import Settings, load
from handlers import serve
from handlers.slack import listeners, manifest
from handlers.slack.app import build_app
from handlers.slack.context import AppContext
from handlers.slack.jobs import long_work, worker
from handlers.slack.workspaces import Only, Served
from handlers.standins.slack.server import Workspace

PATIENCE = 20.0  # seconds for an answer: Slack waits three, a busy machine may need more; other tests look at the time

_UNUSED_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # trusts nobody


def settings_of(workspace: Workspace, database_url: str, **more: Any) -> Settings:
    """What makes a bot the workspace's; nothing of this machine's settings."""
    return load(
        _env_file=None,
        slack_api_url=workspace.api_url,
        slack_bot_token=workspace.bot_token,
        slack_app_token=workspace.app_token,
        database_url=database_url,
        CLEANED_PORT=0,
        **more,
    )


def app_of(context: AppContext, identity: AuthorizeResult) -> App:
    """The Bolt app of one workspace, whatever team a request names."""
    served = replace(Served.of(context, identity), asked=context)
    return build_app(Only(served).find, context.settings)


@contextmanager
def quick() -> Iterator[None]:
    """Bots that don't wait where Slack needs a moment, which the local workspace does not, and that stop at once."""
    disconnect = Connection.disconnect

    def wake_and_disconnect(connection: Connection) -> None:
        """Its reading thread holds the lock for up to three seconds."""
        if connection.sock is not None:
            with suppress(OSError):
                connection.sock.shutdown(socket.SHUT_RDWR)
        disconnect(connection)

    with pytest.MonkeyPatch.context() as patch:
        # The thread needs a second or two for its end, which nobody has to await.
        patch.setattr(IntervalRunner, "shutdown", lambda runner: runner.event.set())
        patch.setattr(serve, "SocketModeHandler", partial(SocketModeHandler, ping_interval=1))
        patch.setattr(Connection, "disconnect", wake_and_disconnect)
        # It reads the certificates for each connection (16 ms), although the local workspace has no TLS.
        patch.setattr(internals, "_use_or_create_ssl_context", lambda given: given or _UNUSED_TLS)
        patch.setattr(long_work, "FIRST_MESSAGE_SECONDS", 0.05)
        patch.setattr(worker, "POLL_SECONDS", 0.1)
        patch.setattr(listeners, "SETTLE_SECONDS", 0.05)
        yield


@contextmanager
def bot(database_url: str, **more: Any) -> Iterator[tuple[Workspace, AppContext]]:
    """What is to be there when it starts comes before: the bot carries on all work that it finds."""
    with (
        quick(),
        Workspace(manifest.path(), ack_seconds=PATIENCE) as workspace,
        ExitStack() as running,
    ):
        yield workspace, serve.start(settings_of(workspace, database_url, **more), running)
