"""A job done here and now, with a progress bar; what is interrupted, whoever comes next carries on."""

from contextlib import suppress
from time import sleep
from typing import NoReturn

from tqdm import tqdm

from bot.core import jobs
from bot.core.errors import CleanedError
from bot.core.jobs import Work
from handlers.slack.context import utc_now
from storage.core.database import Database
from storage.core.jobs import LeaseLost
from storage.core.tables import JobRow
from storage.files.spreadsheet_errors import SpreadsheetError
from storage.mailchimp.errors import MailchimpError

LOOK_SECONDS = 0.3  # while another process has the audience, or does the work


def to_its_end(
    database: Database, job: JobRow, work: Work, bar: "tqdm[NoReturn]", interrupted: str
) -> JobRow:
    """The job, done or failed; it is waited for while another process does it. `interrupted`: a sentence's key.

    Raises KeyboardInterrupt with that key; MailchimpError where it is worth another try: then too, it is carried on.
    """
    owner = jobs.owner()
    while job.state not in ("done", "failed"):
        if claimed := jobs.claim_one(database, job.id, owner, utc_now()):
            job = _work(database, claimed, work, bar, interrupted)
        else:
            sleep(LOOK_SECONDS)
            job = jobs.look(database, job.id) or job
            _show(bar, job)
    return job


def _work(database: Database, job: JobRow, work: Work, bar: "tqdm[NoReturn]", interrupted: str) -> JobRow:
    try:
        steps = work(database, job, utc_now) if job.state == "running" else ()
        for step in steps:
            job = step
            _show(bar, job)
    except (CleanedError, SpreadsheetError, MailchimpError) as error:
        if isinstance(error, MailchimpError) and error.is_retryable:
            jobs.release(database, job)
            raise
        job = jobs.fail(database, job, utc_now(), error.key, **error.values)
    except LeaseLost:
        return jobs.look(database, job.id) or job
    except KeyboardInterrupt:
        jobs.release(database, job)
        raise KeyboardInterrupt(interrupted) from None
    except Exception:
        with suppress(Exception):  # a full disk may have no room for that either
            jobs.release(database, job)
        raise
    if job.notify:
        jobs.release(database, job)  # somebody in Slack waits for it: the bot tells them
    else:
        jobs.told(database, job, utc_now())
    return job


def _show(bar: "tqdm[NoReturn]", job: JobRow) -> None:
    bar.total = job.total or None
    bar.update(job.done - bar.n)
