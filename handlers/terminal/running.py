"""`cleaned run` and `cleaned migrate`."""

import logging
import os
from contextlib import closing
from typing import NoReturn

from bot.core import settings
from bot.core.errors import CleanedError, Faults
from bot.core.settings import Reading
from bot.workspaces import databases, workspaces
from handlers import logs, serve
from handlers.terminal import errors
from handlers.terminal.checks import start
from handlers.words import Words

# How Slack's own command line tool names the tokens of the app that it has installed.
SLACK_CLI_TOKENS = {"SLACK_CLI_XOXB": "SLACK_BOT_TOKEN", "SLACK_CLI_XAPP": "SLACK_APP_TOKEN"}

log = logging.getLogger(__name__)


def run(words: Words) -> int:
    """Serves Slack until SIGTERM or SIGINT. Raises CleanedError, Faults, SlackApiError, OSError."""
    _use_tokens_of_slack_cli()
    reading = settings.read()
    is_json = reading.settings.log_format == "json"
    logs.set_up(as_json=is_json)
    try:
        _serve(reading)
    except Exception as error:
        if not is_json:
            raise
        for each in error.faults if isinstance(error, Faults) else (error,):
            log.critical("%s", errors.sentence(words, each))
        return 1


def migrate(words: Words) -> int:
    """Migrates the database, and that of each workspace, to this program's version. Raises CleanedError, Faults."""
    faults: list[CleanedError] = []
    with closing(databases.open_any_version(settings.load().database_url)) as database:
        has_changed = databases.migrate(database)
        for workspace in workspaces.list_all(database):
            try:
                has_changed = workspaces.migrate(database, workspace.place) or has_changed
            except CleanedError as error:  # the others are migrated all the same
                faults.append(error)
    if faults:
        raise Faults(faults)
    print(words("terminal-migrated" if has_changed else "terminal-up-to-date"))
    return 0


def _serve(reading: Reading) -> NoReturn:
    if faults := list(start.faults(reading)):
        raise Faults(faults)
    databases.open_current(reading.settings.database_url).close()
    logs.take_over()
    serve.run(reading.settings)


def _use_tokens_of_slack_cli() -> None:
    """`slack run` starts the app that it has made, also where `.env` has the tokens of another one."""
    for given, setting in SLACK_CLI_TOKENS.items():
        if token := os.environ.get(given):
            os.environ[setting] = token
            os.environ.pop(setting + settings.FILE, None)
