"""How a claimed digest is posted: once, and a person is told if it can't be."""

import logging
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from prometheus_client import Counter

from bot.digests import digests, reports
from bot.digests.digests import Claim
from bot.digests.reports import Report
from bot.jobs.jobs import Clock
from storage.core.database import Database
from storage.core.db_errors import TransientFault, transient_fault

log = logging.getLogger(__name__)


class PostingOutcome(StrEnum):
    """What became of a claimed digest."""

    SENT = "sent"
    SENT_LATER = "sent-later"  # it is tried again without anyone doing anything
    NOT_SENT = "not-sent"  # a person has to correct something first


OUTCOMES = Counter("cleaned_digests", "Digests that this process had to post, by outcome.", ["outcome"])
for _outcome in PostingOutcome:
    OUTCOMES.labels(_outcome)  # 0 from the start, so that the first one is an increase


class PostFailed(Exception):
    """The service did not answer, or is in trouble; another try may succeed."""


class PostRefused(Exception):
    """The service refuses until a person corrects something. `code` is the service's own."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class DigestPoster(Protocol):
    """Port: the service that digests are posted to."""

    def find(self, claim: Claim, channel: str) -> str | None:
        """Returns the id of the claim's message in the channel, if it was posted. Raises PostFailed, PostRefused."""

    def post(self, claim: Claim, report: Report) -> str:
        """Posts the message in the claim's channel, and returns its id. Raises PostFailed, PostRefused.

        It makes one attempt: repeated after a lost answer, the message could be posted twice.
        """

    def tell_refusal(self, user_id: str, claim: Claim, code: str) -> None:
        """Tells the person what to correct. Raises nothing if they can't be told."""


@dataclass(frozen=True, slots=True)
class PostedDigest:
    """Where the message of a digest is."""

    channel: str
    ts: str


def post(
    database: Database, claim: Claim, poster: DigestPoster, clock: Clock, *, notify: str
) -> PostingOutcome:
    """Posts the claimed digest, unless an earlier owner did, and records how that ended.

    `notify` is the id of the person who is told what to correct if the service refuses.
    """
    outcome = _find_or_post(database, claim, poster, clock, notify)
    OUTCOMES.labels(outcome).inc()
    return outcome


def _find_or_post(
    database: Database, claim: Claim, poster: DigestPoster, clock: Clock, notify: str
) -> PostingOutcome:
    try:
        message = _find(claim, poster) or _post(database, claim, poster, clock)
    except PostFailed as error:
        log.warning("the digest was not posted, it will be tried again: %s", error)
        digests.give_back(database, claim)
        return PostingOutcome.SENT_LATER
    except PostRefused as refusal:
        log.warning("the digest was not posted: %s", refusal.code)
        digests.mark_failed(database, claim, refusal.code)
        poster.tell_refusal(notify, claim, refusal.code)
        return PostingOutcome.NOT_SENT
    except Exception as error:
        if (fault := transient_fault(error)) != TransientFault.GONE:
            raise
        # One of several servers may be gone, and the run still be given back: that does not count as an attempt.
        log.warning("the digest was not posted, it will be tried again: the database is %s", fault)
        digests.give_back(database, claim)
        return PostingOutcome.SENT_LATER
    if message is None:
        return PostingOutcome.SENT_LATER
    digests.mark_posted(database, claim, message.channel, message.ts, clock())
    return PostingOutcome.SENT


def _find(claim: Claim, poster: DigestPoster) -> PostedDigest | None:
    """Finds the message that an earlier owner posted without recording it. Raises PostFailed."""
    channel = claim.may_be_posted_in
    if not channel:
        return None
    try:
        ts = poster.find(claim, channel)
    except PostRefused as refusal:
        log.warning("whether the digest was posted can't be looked up: %s", refusal.code)
        return None
    return PostedDigest(channel, ts) if ts else None


def _post(database: Database, claim: Claim, poster: DigestPoster, clock: Clock) -> PostedDigest | None:
    """Makes the report and posts it; None if that took so long that another process has taken the run over."""
    report = reports.report(database, claim.settings, claim.week)
    if not digests.mark_posting(database, claim, clock()):
        return None
    return PostedDigest(claim.settings.channel, poster.post(claim, report))
