"""`cleaned forget` and `cleaned person`: erases a person; shows all that is kept of one."""

import json
import sys
from contextlib import closing
from datetime import date, datetime
from typing import Any, NoReturn

from tqdm import tqdm

from bot.jobs import jobs
from bot.privacy import forget, person
from bot.workspaces import databases
from handlers.clock import utc_now
from handlers.slack.views import forget as views
from handlers.terminal import workspaces
from handlers.terminal.long_work import run_to_end
from handlers.words import Words
from storage.core.database import Database

BY = "terminal"


def run_forget(words: Words, *, address: str, lift: bool) -> int:
    """Erases the person once the word is typed, which is read from standard input. Raises CleanedError."""
    config = workspaces.load()
    with closing(databases.open_current(config.database_url)) as database:
        if lift:
            lifted = forget.lift(database, address, by=BY, now=utc_now())
            print(words("forget-lifted" if lifted else "forget-not-lifted", address=address))
            return 0 if lifted else 1
        return _forget(words, database, address, config.confirmation_word or words("forget-word"))


def run_person(words: Words, *, address: str, as_json: bool) -> int:
    """Prints what is kept of the person: all of it as JSON, else how much in which table. Raises CleanedError."""
    with closing(databases.open_current(workspaces.load().database_url)) as database:
        record = person.kept(database, address)
    if as_json:
        print(json.dumps(record.to_json(), ensure_ascii=False, indent=2, default=_text))
        return 0
    if record.is_forgotten:
        print(words("person-forgotten", address=address))
    if not record.tables:
        print(words("person-none", address=address))
    for table, rows in record.tables.items():
        print(f"{table:<16} {words.number(len(rows)):>6}")
    return 0


def _forget(words: Words, database: Database, address: str, word: str) -> int:
    names = person.audiences_of(database, address)
    print(
        words("forget-contacts", address=address, n=len(names), audiences=", ".join(names)), file=sys.stderr
    )
    print(words("forget-prompt", word=word), end=" ", file=sys.stderr, flush=True)
    job = forget.request(database, address, sys.stdin.readline(), word=word, by=BY, now=utc_now())
    jobs.release_dead(database)
    bar: tqdm[NoReturn]
    with tqdm(total=None, leave=False, disable=None) as bar:
        job = run_to_end(database, job, forget.work, bar, "terminal-interrupted")
    if job.failure:
        print(f"cleaned: {words(job.failure.key, **job.failure.values)}", file=sys.stderr)
        return 1
    print(words("forget-done", n=sum(job.outcome.rows.values())))
    for table, n in sorted(job.outcome.rows.items()):
        print(f"  {table:<16} {words.number(n):>6}")
    for line in views.details(words, forget.receipt(database, job)):
        print(line)
    return 0


def _text(value: Any) -> str:
    if isinstance(value, datetime | date):
        return value.isoformat()
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
