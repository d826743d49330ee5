"""The part of `cleaned check` that looks whether others can read the files with secrets and addresses."""

import os
import shlex
import stat
from collections.abc import Iterable, Iterator
from pathlib import Path

from bot.core.settings import ENV_FILE
from handlers.terminal.checks.finding import Finding, Make
from storage.core.database import BadUrl, Database

_GROUP = stat.S_IRGRP | stat.S_IWGRP
_OTHERS = stat.S_IROTH | stat.S_IWOTH


def findings(database_url: str, fault: Make) -> Iterator[Finding]:
    """A fault for each file that has to be closed; nothing where all are, or where files have no such modes."""
    if os.name != "posix":
        return
    for path, mode in _exposed((Path(ENV_FILE), *_database_files(database_url))):
        yield fault("check-file-open", path=str(path), command=f"chmod {mode} {shlex.quote(str(path))}")


def _database_files(url: str) -> tuple[Path, ...]:
    try:
        return Database(url).files
    except BadUrl:  # another check reports it
        return ()


def _exposed(paths: Iterable[Path]) -> Iterator[tuple[Path, str]]:
    """Each file that others can read or change, and the mode that keeps them from it."""
    for path in paths:
        try:
            found = path.stat()
        except OSError:  # it is not there
            continue
        if found.st_uid == os.geteuid() or os.geteuid() == 0:
            if found.st_mode & (_GROUP | _OTHERS):
                yield path, "600"
        elif found.st_mode & _OTHERS:
            # Somebody else's file: its group may be how the bot reads it.
            yield path, "o-rwx"
