"""`cleaned sync`: brings the mirrors of Mailchimp audiences up to date in this process."""

import sys
from collections.abc import Iterator
from contextlib import closing
from functools import partial
from typing import NoReturn

from tqdm import tqdm

from bot.audiences import audiences
from bot.audiences.audiences import Audience
from bot.jobs import jobs
from bot.mailchimp import account
from bot.mailchimp.account import NotMirrored
from bot.mailchimp.mirror import sync as mirror_sync
from bot.mailchimp.mirror.jobs import SyncJob, SyncResult
from bot.workspaces import databases
from handlers.clock import utc_now
from handlers.slack.views.mailchimp.mirror import differs
from handlers.terminal import workspaces
from handlers.terminal.files import print_json
from handlers.terminal.long_work import run_to_end
from handlers.words import Words
from storage.core.database import Database
from storage.mailchimp.api.client import Client
from storage.mailchimp.api.errors import MailchimpError
from storage.mailchimp.remote_state import Trouble

BY = "terminal"
WRONG_USE = 2


def run(words: Words, *, audience: str | None, as_json: bool = False) -> int:
    """Syncs that audience, or all; returns 1 if one failed, 2 without a Mailchimp key.

    One that fails stops no other. Raises CleanedError, MailchimpError.
    """
    config = workspaces.load()
    client = account.account(config)
    if client is None:
        _print_error(words("error-no-mailchimp-key"))
        return WRONG_USE
    with client, closing(databases.open_current(config.database_url)) as database:
        return sync(words, database, client, audience, as_json=as_json)


def sync(
    words: Words, database: Database, client: Client, audience: str | None = None, *, as_json: bool = False
) -> int:
    """As `run`, with that database and client."""
    out = sys.stderr if as_json else sys.stdout  # standard output is for the figures
    synced: list[dict[str, object]] = []
    jobs.release_dead(database)
    audience_ids = mirror_sync.discover(database, client.patient(), utc_now())
    status = 0
    for mirror in _selected(database, audience):
        if mirror.trouble:
            # Not a failure where nobody asked for it: what is missing today is missing tomorrow.
            is_failure = mirror.trouble == Trouble.UNREADABLE or audience
            sentence = words(f"mirror-{mirror.trouble}", audience=mirror.name)
            print(f"{mirror.name}: {sentence}", file=sys.stderr if is_failure else out, flush=True)
            status = 1 if is_failure else status
            continue
        try:
            job = _sync(words, database, client, mirror)
        except MailchimpError as error:
            _print_error(f"{mirror.name}: {words(error.key, **error.values)}")
            status = 1
            continue
        if job.failure:
            _print_error(f"{mirror.name}: {words(job.failure.key, **job.failure.values)}")
            status = 1
            continue
        figures = {name: getattr(job.outcome, name) for name in ("added", "changed", "unchanged", "refused")}
        synced.append({"audience": mirror.name, **figures})
        if as_json:
            continue
        print(words("terminal-synced", name=mirror.name, **figures), flush=True)
        for remark in _remarks(words, job.outcome):
            print(f"  {remark}", flush=True)
    if as_json:
        print_json(synced)
    if not audience_ids:
        print(words("terminal-sync-none"), file=out)
    return status


def _remarks(words: Words, outcome: SyncResult) -> Iterator[str]:
    """Who was left out, and what differs."""
    if n := outcome.without_address:
        yield words("mirror-without-address", n=n)
    if n := outcome.forgotten:
        yield words("forget-still-at-mailchimp", n=n)
    if difference := differs(words, outcome):
        yield difference


def _selected(database: Database, name: str | None) -> list[Audience]:
    """Raises UnknownAudience, NotMirrored."""
    selected = audiences.choose(database, name) if name else None
    if selected is None:
        return [audience for audience in audiences.list_all(database) if audience.is_mirror]
    if not selected.is_mirror:
        raise NotMirrored(name=selected.name)
    return [selected]


def _sync(words: Words, database: Database, client: Client, audience: Audience) -> SyncJob:
    """Returns the job once it is done or failed. Shows a progress bar if standard error is a terminal."""
    job = mirror_sync.request(database, audience.id, by=BY, now=utc_now())
    if job.progress.started:
        print(words("terminal-sync-carries-on", name=audience.name), file=sys.stderr)
    bar: tqdm[NoReturn]
    with tqdm(
        total=None, unit=" contacts", unit_scale=True, desc=audience.name, leave=False, disable=None
    ) as bar:
        return run_to_end(database, job, partial(mirror_sync.work, client), bar, "terminal-sync-interrupted")


def _print_error(sentence: str) -> None:
    print(f"cleaned: {sentence}", file=sys.stderr)
