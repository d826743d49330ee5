"""`cleaned run` and `cleaned migrate`."""

import logging
from contextlib import closing

from bot.core import databases, settings
from bot.core.errors import CleanedError
from bot.core.settings import Settings
from handlers import serve
from handlers.words import Words


class NoBotToken(CleanedError):
    """`SLACK_BOT_TOKEN` is not set."""

    key = "error-no-bot-token"


class NoWayIn(CleanedError):
    """Neither an app token for Socket Mode nor a signing secret for HTTP is set."""

    key = "error-no-way-in"


def run(_words: Words) -> int:
    """Serves Slack until SIGTERM or SIGINT. Raises CleanedError, SlackApiError, OSError."""
    logging.basicConfig(format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    logging.getLogger("handlers").setLevel(logging.INFO)
    config = settings.load()
    _check(config)
    databases.open_current(config.database_url).close()
    serve.run(config)


def migrate(words: Words) -> int:
    """Migrates the database to this program's version. Raises CleanedError."""
    with closing(databases.open_any_version(settings.load().database_url)) as database:
        has_changed = databases.migrate(database)
    print(words("terminal-migrated" if has_changed else "terminal-up-to-date"))
    return 0


def _check(config: Settings) -> None:
    if not config.slack_bot_token:
        raise NoBotToken
    if not config.slack_app_token and not config.slack_signing_secret:
        raise NoWayIn
