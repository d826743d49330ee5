"""`cleaned run` and `cleaned migrate`."""

import logging

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
    """Serves Slack until it is told to stop. Raises CleanedError, SlackApiError, OSError."""
    logging.basicConfig(format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    logging.getLogger("handlers").setLevel(logging.INFO)
    given = settings.load()
    _check(given)
    databases.ready(given.database_url).close()
    serve.run(given)


def migrate(words: Words) -> int:
    """Brings the database to this program's version. Raises CleanedError."""
    database = databases.reached(settings.load().database_url)
    try:
        moved = databases.migrate(database)
    finally:
        database.close()
    print(words("terminal-migrated" if moved else "terminal-up-to-date"))
    return 0


def _check(given: Settings) -> None:
    if not given.slack_bot_token:
        raise NoBotToken
    if not given.slack_app_token and not given.slack_signing_secret:
        raise NoWayIn
