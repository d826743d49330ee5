"""`cleaned import`: imports files in this process. The same command, or the bot, resumes an interrupted import."""

import shutil
import sys
from collections.abc import Sequence
from contextlib import closing
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryFile
from typing import BinaryIO, NoReturn

from tqdm import tqdm

from bot.imports import imports
from bot.imports import refused as refused_rows
from bot.imports.jobs import ImportJob
from bot.jobs import jobs
from bot.workspaces import databases
from handlers.clock import utc_now
from handlers.slack.jobs.refused_rows import csv
from handlers.terminal import errors, workspaces
from handlers.terminal.files import print_json, whole_file
from handlers.terminal.long_work import run_to_end
from handlers.words import Words
from storage.core.database import Database

BY = "terminal"


def run(
    words: Words,
    *,
    files: Sequence[str],
    audience: str,
    status: str = "nonsubscribed",
    refused: str | None = None,
    url: str | None = None,
    as_json: bool = False,
) -> int:
    """Imports the files one after the other; returns 1 if one can't be imported.

    `refused`: the file for refused rows; `url`: the database, if it is not that of the settings; `as_json`: the figures
    for programs, at the end. Raises CleanedError, SpreadsheetError, OSError.
    """
    say = _say_nothing if as_json else _say
    figures: list[dict[str, object]] = []
    done: list[ImportJob] = []
    with closing(databases.open_current(url or workspaces.load().database_url)) as database:
        jobs.release_dead(database)
        for path in files:
            job = _import(words, database, Path(path), audience, status)
            if job.failure:
                break
            done.append(job)
            say(words("terminal-imported", name=path, **asdict(job.outcome)))
            if n := job.outcome.forgotten:
                say(f"  {words('forget-left-out', n=n)}")
            target = Path(refused or f"{path}.refused.csv") if job.outcome.refused else None
            figures.append({"file": path, **asdict(job.outcome), "refused_rows": target and str(target)})
            if target:
                _write_refused(words, database, target, done if refused else [job])
                say(words("terminal-refused", path=str(target)))
        if len(done) > 1:
            say(words("terminal-imported", name=words("terminal-in-all"), **_total(done)))
        for imported in done:
            refused_rows.delete(database, imported.id)
    if as_json:
        print_json(figures)
    if job.failure:
        print(f"cleaned: {errors.in_terminal(words, job.failure.key, job.failure.values)}", file=sys.stderr)
        return 1
    return 0


def _say(sentence: str) -> None:
    print(sentence, flush=True)


def _say_nothing(_sentence: str) -> None:
    """For figures that are printed as JSON at the end."""


def _write_refused(words: Words, database: Database, target: Path, done: Sequence[ImportJob]) -> None:
    with whole_file(target) as file:
        file.writelines(csv(words, database, [job.id for job in done]))


def _import(words: Words, database: Database, path: Path, audience: str, status: str) -> ImportJob:
    """Returns the job once it is done or failed. Shows a progress bar if standard error is a terminal."""
    with path.open("rb") as source, TemporaryFile() as copy:
        file = source if source.seekable() else _copied(source, copy)
        job = imports.under_way(database, audience=audience, digest=imports.sha256(file))
        if job:
            print(words("terminal-carries-on", name=path.name), file=sys.stderr)
        else:
            job = imports.receive(
                database, file, name=path.name, audience=audience, by=BY, now=utc_now(), status=status
            )
    bar: tqdm[NoReturn]
    with tqdm(total=job.total, unit="B", unit_scale=True, desc=path.name, leave=False, disable=None) as bar:
        return run_to_end(database, job, imports.work, bar, "terminal-import-interrupted")


def _copied(pipe: BinaryIO, copy: BinaryIO) -> BinaryIO:
    shutil.copyfileobj(pipe, copy)
    return copy


def _total(done: Sequence[ImportJob]) -> dict[str, int]:
    outcomes = [asdict(job.outcome) for job in done]
    return {name: sum(outcome[name] for outcome in outcomes) for name in outcomes[0]}
