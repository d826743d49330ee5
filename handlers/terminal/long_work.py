"""Runs a job in this process, with a progress bar. An interrupted job is released, and another process can resume it."""

from contextlib import suppress
from time import sleep
from typing import NoReturn

from tqdm import tqdm

from bot.core.errors import CleanedError
from bot.jobs import jobs
from bot.jobs.jobs import AnyJob, Job, ProgressT, ResultT, TaskT, Work
from handlers.clock import utc_now
from storage.core.database import Database
from storage.files.spreadsheet_errors import SpreadsheetError
from storage.jobs.jobs import LeaseLost
from storage.jobs.tables import ENDED, JobState
from storage.mailchimp.api.errors import MailchimpError

POLL_SECONDS = 0.3  # while another process holds the audience's lock or the job


def run_to_end(
    database: Database,
    job: Job[TaskT, ProgressT, ResultT],
    work: Work[TaskT, ProgressT, ResultT],
    bar: "tqdm[NoReturn]",
    interrupted: str,
) -> Job[TaskT, ProgressT, ResultT]:
    """Returns the job once it is done or failed, by this process or another. `interrupted`: a key in words.

    Raises KeyboardInterrupt with that key, and MailchimpError where another try may succeed; both release the job.
    """
    owner = jobs.owner()
    while job.state not in ENDED:
        if claimed := jobs.claim_one(database, job, owner, utc_now()):
            job = _work(database, claimed, work, bar, interrupted)
        else:
            sleep(POLL_SECONDS)
            job = jobs.get_in_transaction(database, job.type, job.id) or job
            _show(bar, job)
    return job


def _work(
    database: Database,
    job: Job[TaskT, ProgressT, ResultT],
    work: Work[TaskT, ProgressT, ResultT],
    bar: "tqdm[NoReturn]",
    interrupted: str,
) -> Job[TaskT, ProgressT, ResultT]:
    try:
        steps = work(database, job, utc_now) if job.state == JobState.RUNNING else ()
        for step in steps:
            job = step
            _show(bar, job)
    except (CleanedError, SpreadsheetError, MailchimpError) as error:
        if isinstance(error, MailchimpError) and error.is_retryable:
            jobs.release(database, job)
            raise
        job = jobs.fail(database, job, utc_now(), error.key, **error.values)
    except LeaseLost:
        return jobs.get_in_transaction(database, job.type, job.id) or job
    except KeyboardInterrupt:
        jobs.release(database, job)
        raise KeyboardInterrupt(interrupted) from None
    except Exception:
        with suppress(Exception):  # a full disk may fail this write too
            jobs.release(database, job)
        raise
    if job.recipient:
        jobs.release(database, job)  # someone in Slack waits for it: the bot posts the outcome
    else:
        jobs.mark_told(database, job, utc_now())
    return job


def _show(bar: "tqdm[NoReturn]", job: AnyJob) -> None:
    bar.total = job.total or None
    bar.update(job.done - bar.n)
