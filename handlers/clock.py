"""APScheduler: what runs when. Its jobs only look; what is due is in our own tables."""

import logging
from collections.abc import Callable
from datetime import UTC, datetime

from apscheduler.schedulers.background import BackgroundScheduler

from bot import digests, jobs, mail
from bot.tidy import tidy
from handlers import faults, mirror
from handlers.digests import post
from handlers.parts import Parts
from handlers.words import words
from storage.imap import MailboxFault
from storage.imap_address import Place

DIGEST_SECONDS = 20
TIDY_HOURS = 1
MAILBOX_MINUTES = 2
MIRROR_MINUTES = 5

log = logging.getLogger(__name__)


def start(parts: Parts) -> BackgroundScheduler:
    """The scheduler, running; the first look is at once, for what was missed while nothing ran."""
    # A look that is late is still worth it, and one makes up for those that were missed.
    defaults = {"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
    scheduler = BackgroundScheduler(timezone=UTC, job_defaults=defaults)
    now, owner = datetime.now(UTC), jobs.owner()
    scheduler.add_job(
        _guarded, "interval", (lambda: send_due(parts, owner),), seconds=DIGEST_SECONDS, next_run_time=now
    )
    scheduler.add_job(
        _guarded,
        "interval",
        (lambda: tidy(parts.database, parts.clock()),),
        hours=TIDY_HOURS,
        next_run_time=now,
    )
    if place := parts.settings.mailbox:
        scheduler.add_job(
            _guarded,
            "interval",
            (lambda: look_into(parts, place),),
            minutes=MAILBOX_MINUTES,
            next_run_time=now,
        )
    if account := parts.mailchimp:
        scheduler.add_job(
            _guarded,
            "interval",
            (lambda: mirror.look(parts, account),),
            minutes=MIRROR_MINUTES,
            next_run_time=now,
        )
    scheduler.start()
    return scheduler


def send_due(parts: Parts, owner: str) -> None:
    """Posts the digest if one is due and nobody else has it."""
    if claim := digests.claim_due(parts.database, parts.clock(), owner):
        log.info("the digest: %s", post(parts, claim, tell=claim.settings.set_by))


def look_into(parts: Parts, place: Place) -> None:
    """Takes in the bounces that wait in the mailbox. What is wrong with it is one line in the log."""
    try:
        outcome = mail.look(parts.database, place, parts.clock())
    except MailboxFault as error:
        log.warning("the mailbox: %s", words("en")(error.key, **error.values))
        return
    if outcome.messages:
        log.info("the mailbox: %d messages, %s", outcome.messages, outcome.intake)


def _guarded(look: Callable[[], object]) -> None:
    try:
        look()
    except Exception as error:  # noqa: BLE001  the next look comes whatever happens
        log.error("clock: %s", faults.trace(error))  # noqa: TRY400  a message may hold an address
