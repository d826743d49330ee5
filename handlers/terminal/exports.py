"""`cleaned export`: writes the CSV of `/cleaned-export` to a file or to standard output."""

import sys
from contextlib import closing
from pathlib import Path

from bot.audiences import audiences
from bot.core.errors import UnknownAudience
from bot.exports import exports
from bot.workspaces import databases
from handlers.clock import utc_now
from handlers.terminal import workspaces
from handlers.terminal.files import print_json, whole_file
from handlers.terminal.imports import BY
from handlers.words import Words
from storage.core.database import Database
from storage.files.csv_files import CsvFormat


def run(
    words: Words, *, audience: str, output: str | None, for_excel: bool = False, as_json: bool = False
) -> int:
    """Writes the CSV: to a complete file or none, or to standard output. Raises CleanedError, OSError.

    `as_json`: the number of contacts for programs, which needs a file.
    """
    form = CsvFormat.for_excel(words.language) if for_excel else CsvFormat.PLAIN
    with closing(databases.open_current(workspaces.load().database_url)) as database:
        selected = audiences.choose(database, audience)
        if selected is None:
            raise UnknownAudience(name=audience, known=", ".join(_names(database)))
        if output is None:
            exports.write(database, selected.name, sys.stdout.buffer, now=utc_now(), by=BY, form=form)
            return 0
        with whole_file(Path(output)) as file:
            n = exports.write(database, selected.name, file, now=utc_now(), by=BY, form=form)
    if as_json:
        print_json({"contacts": n, "file": output})
    else:
        print(words("terminal-exported", n=n, path=output))
    return 0


def _names(database: Database) -> list[str]:
    return [known.name for known in audiences.list_all(database)]
