"""`cleaned export`: the CSV of `/cleaned-export`, to a file or to standard output."""

import sys
from pathlib import Path

from bot.core import audiences, databases, settings
from bot.core.errors import UnknownAudience
from bot.exports import exports
from handlers.clock import utc_now
from handlers.terminal.files import whole_file
from handlers.terminal.imports import BY
from handlers.words import Words
from storage.core.database import Database


def run(words: Words, *, audience: str, output: str | None) -> int:
    """Writes the CSV: a whole file, or none. Raises CleanedError, OSError."""
    database = databases.ready(settings.load().database_url)
    try:
        chosen = audiences.choose(database, audience)
        if chosen is None:
            raise UnknownAudience(name=audience, known=", ".join(_names(database)))
        if output is None:
            exports.write(database, chosen.name, sys.stdout.buffer, now=utc_now(), by=BY)
            return 0
        with whole_file(Path(output)) as file:
            n = exports.write(database, chosen.name, file, now=utc_now(), by=BY)
    finally:
        database.close()
    print(words("terminal-exported", n=n, path=output))
    return 0


def _names(database: Database) -> list[str]:
    return [each.name for each in audiences.every(database)]
