"""APScheduler: what runs when. Its jobs only look; what is due is in our own tables."""

import logging
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from apscheduler.schedulers.background import BackgroundScheduler

from bot.bounces import mailbox
from bot.core import leases
from bot.digests import digests
from bot.maintenance.cleanup import delete_expired
from handlers.slack import errors
from handlers.slack.context import AppContext
from handlers.slack.features import mirror
from handlers.slack.features.digests import post
from handlers.words import words
from storage.bounces.imap import MailboxFault
from storage.bounces.imap_address import ImapAddress

DIGEST = timedelta(seconds=20)
TIDY = timedelta(hours=1)
MAILBOX = timedelta(minutes=2)
MIRROR = timedelta(minutes=5)

GoOn = Callable[[], bool]  # whether it is this process that looks; asked now and then, it stays so
Look = Callable[[GoOn], object]

log = logging.getLogger(__name__)


def start(parts: AppContext, owner: str) -> BackgroundScheduler:
    """The scheduler, running; the first look is at once, for what was missed while nothing ran.

    Of several processes, one tidies, looks into the mailbox and finds what to mirror; `owner` is this one.
    """
    leases.free_dead(parts.database, parts.clock())
    # A look that is late is still worth it, and one makes up for those that were missed.
    defaults = {"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
    scheduler = BackgroundScheduler(timezone=UTC, job_defaults=defaults)

    def add(every: timedelta, look: Look, *, turn: str = "") -> None:
        def is_ours() -> bool:
            return not turn or leases.take(parts.database, turn, owner, parts.clock(), every)

        def go_on() -> bool:
            return scheduler.running and is_ours()

        seconds, now = every.total_seconds(), datetime.now(UTC)
        scheduler.add_job(_guarded, "interval", (look, go_on), seconds=seconds, next_run_time=now)

    add(DIGEST, lambda _: send_due(parts, owner))
    add(TIDY, lambda _: delete_expired(parts.database, parts.clock()), turn="tidy")
    if place := parts.settings.mailbox:
        add(MAILBOX, lambda go_on: look_into(parts, place, go_on), turn="mailbox")
    if account := parts.mailchimp:
        add(MIRROR, lambda _: mirror.look(parts, account), turn="mirror")
    scheduler.start()
    return scheduler


def send_due(parts: AppContext, owner: str) -> None:
    """Posts the digest if one is due and nobody else has it."""
    if claim := digests.claim_due(parts.database, parts.clock(), owner):
        log.info("the digest: %s", post(parts, claim, tell=claim.settings.set_by))


def look_into(parts: AppContext, place: ImapAddress, go_on: GoOn) -> None:
    """Takes in the bounces that wait in the mailbox. What is wrong with it is one line in the log."""
    try:
        outcome = mailbox.look(parts.database, place, parts.clock(), go_on)
    except MailboxFault as error:
        log.warning("the mailbox: %s", words("en")(error.key, **error.values))
        return
    if outcome.messages:
        log.info("the mailbox: %d messages, %s", outcome.messages, outcome.intake)


def _guarded(look: Look, go_on: GoOn) -> None:
    try:
        if go_on():
            look(go_on)
    except Exception as error:  # noqa: BLE001  the next look comes whatever happens
        log.error("clock: %s", errors.trace(error))  # noqa: TRY400  a message may hold an address
