"""`cleaned sync`: the mirrors of Mailchimp's audiences are brought up to date here and now."""

import sys
from collections.abc import Sequence
from functools import partial
from typing import NoReturn

from tqdm import tqdm

from bot.core import audiences, databases, jobs, settings
from bot.core.audiences import Audience
from bot.mailchimp import account
from bot.mailchimp.account import NotMirrored
from bot.mailchimp.mirror import sync as mirror_sync
from handlers.clock import utc_now
from handlers.slack.views.mailchimp.mirror import differs
from handlers.terminal.long_work import to_its_end
from handlers.words import Words
from storage.core.database import Database
from storage.core.tables import JobRow
from storage.mailchimp.client import Client

BY = "terminal"
WRONG_USE = 2


def run(words: Words, *, audience: str | None) -> int:
    """Brings that audience up to date, or all; 1 if one can't be, 2 without a key. Raises CleanedError, MailchimpError."""
    given = settings.load()
    client = account.account(given)
    if client is None:
        _complain(words("error-no-mailchimp-key"))
        return WRONG_USE
    with client:
        database = databases.ready(given.database_url)
        try:
            return sync(words, database, client, audience)
        finally:
            database.close()


def sync(words: Words, database: Database, client: Client, audience: str | None = None) -> int:
    """As `run`, into that database."""
    jobs.free_dead(database)
    found = mirror_sync.discover(database, client, utc_now())
    status = 0
    for each in _chosen(database, found, audience):
        job = _sync(words, database, client, each)
        if job.state == "failed":
            _complain(f"{each.name}: {words(job.result['error'], **job.result['values'])}")
            status = 1
            continue
        figures = {name: job.result[name] for name in ("added", "changed", "unchanged", "refused")}
        print(words("terminal-synced", name=each.name, **figures), flush=True)
        if difference := differs(words, job.result):
            print(f"  {difference}", flush=True)
    if not found:
        print(words("terminal-sync-none"))
    return status


def _chosen(database: Database, found: Sequence[int], name: str | None) -> list[Audience]:
    """Raises UnknownAudience, NotMirrored."""
    named = audiences.choose(database, name) if name else None
    if named is None:
        return [audiences.by_id(database, each) for each in found]
    if not named.is_mirror:
        raise NotMirrored(name=named.name)
    return [named]


def _sync(words: Words, database: Database, client: Client, audience: Audience) -> JobRow:
    """The finished job, done or failed. Progress is shown on a terminal."""
    job = mirror_sync.request(database, audience.id, by=BY, now=utc_now())
    if job.cursor:
        print(words("terminal-sync-carries-on", name=audience.name), file=sys.stderr)
    bar: tqdm[NoReturn]
    with tqdm(
        total=None, unit=" contacts", unit_scale=True, desc=audience.name, leave=False, disable=None
    ) as bar:
        return to_its_end(database, job, partial(mirror_sync.work, client), bar, "terminal-sync-interrupted")


def _complain(sentence: str) -> None:
    print(f"cleaned: {sentence}", file=sys.stderr)
