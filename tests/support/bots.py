"""A workspace with the bot in it, in this process: as `cleaned run` starts it."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from typing import Any

from slack_bolt import App
from slack_bolt.authorization import AuthorizeResult

from bot.core.settings import Settings, load
from handlers import serve
from handlers.slack import manifest
from handlers.slack.app import build_app
from handlers.slack.context import AppContext
from handlers.slack.workspaces import Only, Served
from handlers.standins.slack.server import Workspace

PATIENCE = 20.0  # seconds for an answer: Slack waits three, a busy machine may need more; other tests look at the time


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
def bot(database_url: str, **more: Any) -> Iterator[tuple[Workspace, AppContext]]:
    """What is to be there when it starts comes before: the bot carries on all work that it finds."""
    with Workspace(manifest.path(), ack_seconds=PATIENCE) as workspace, ExitStack() as running:
        yield workspace, serve.start(settings_of(workspace, database_url, **more), running)
