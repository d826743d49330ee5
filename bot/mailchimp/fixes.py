"""Corrects the ticked typos of a page together, as one job: in a local audience, or at Mailchimp.

Each contact is added in one transaction with its consent and its outcome, so that wherever a process dies, another one
carries on with the next. At Mailchimp, each is added as `bot.mailchimp.additions` adds a single one.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from bot.audiences.audiences import Audience, require
from bot.core.errors import CleanedError
from bot.corrections import corrections, likely_typos, tick_list
from bot.corrections.corrections import FilledForm
from bot.corrections.required_fields import NoMailchimp
from bot.corrections.tick_list import Offer, TickedTypos
from bot.jobs import jobs
from bot.jobs.jobs import Clock, Failure, Recipient
from bot.mailchimp import adding
from bot.mailchimp.jobs import FIX, AddTask, FixJob, FixOutcome, FixProgress, FixResult, FixTask
from storage.contacts import bulk, contacts
from storage.contacts.values import Status
from storage.core.database import Database
from storage.core.tables import AudienceRow, AudienceSource
from storage.mailchimp.api.client import Client
from storage.mailchimp.api.errors import MailchimpError


@dataclass(frozen=True, slots=True)
class Fixed:
    """One of the corrections: the old and the new address, and what came of it."""

    old_address: str
    address: str
    outcome: FixOutcome


@dataclass(frozen=True, slots=True)
class FixReceipt:
    """What the message about a job shows. `has_more`: whether the audience, or the week, has other likely typos."""

    job: FixJob
    audience: Audience
    fixed: Sequence[Fixed]
    has_more: bool

    def with_status(self, statuses: Collection[Status]) -> Sequence[Fixed]:
        """Those that were added with one of these statuses."""
        return [fix for fix in self.fixed if fix.outcome.status in statuses]


def request(
    database: Database,
    plan_id: str,
    submitted: TickedTypos,
    *,
    by: str,
    now: datetime,
    wording: str,
    language: str,
    client: Client | None,
    recipient: Recipient | None = None,
) -> FixJob:
    """Turns a submitted page of the tick list into a job, once. Calls nothing of Mailchimp.

    `wording` is the consent as the person saw it. Raises NoAudience, PlanGone, AlreadyDone, NothingTicked, OtherNumber,
    NoMailchimp.
    """
    with database.transaction() as session:
        audience_id, week, offers = tick_list.use(session, plan_id, submitted, by=by, now=now)
        audience = require(session, audience_id)
        if audience.source == AudienceSource.MAILCHIMP and client is None:
            raise NoMailchimp(audience=audience.name)
        items = tuple(_task(offer, wording, language) for offer in offers)
        return jobs.create(
            session,
            FIX,
            FixTask(items, week),
            by=by,
            now=now,
            audience_id=audience_id,
            total=len(items),
            recipient=recipient,
        )


def work(client: Client | None, database: Database, job: FixJob, clock: Clock) -> Iterator[FixJob]:
    """Adds the contacts that are left, one after another. Raises TryLater while Mailchimp doesn't answer."""
    while len(job.progress.outcomes) < len(job.task.items):
        item = job.task.items[len(job.progress.outcomes)]
        try:
            for step in _add(client, database, job, item, clock):
                yield (job := step)
        except CleanedError as error:
            outcome = FixOutcome(item.contact, failure=Failure(error.key, error.values))
            with database.transaction() as session:
                job = jobs.step(
                    session, job, clock(), progress=_with(job, outcome), done=len(job.progress.outcomes) + 1
                )
            yield job
    with database.transaction() as session:
        job = jobs.finish(session, job, clock(), FixResult(job.progress.outcomes))
    yield job


def receipt(database: Database, job: FixJob) -> FixReceipt:
    """Returns what the message about the job shows. Raises NoAudience."""
    outcomes = job.result.outcomes if job.result else job.progress.outcomes
    with database.reading() as session:
        audience = require(session, job.audience_id)
        fixed = []
        for item, outcome in zip(job.task.items, outcomes, strict=False):
            old = contacts.by_id(session, audience.id, item.contact)
            fixed.append(Fixed(old.address if old else "", item.address, outcome))
        has_more = job.result is not None and likely_typos.any_left(session, audience.id, job.task.week)
        return FixReceipt(job, Audience.of(audience), fixed, has_more)


def _task(offer: Offer, wording: str, language: str) -> AddTask:
    """The list asks for nothing but the consent."""
    return AddTask(
        contact=offer.contact,
        address=offer.suggestion.address,
        key=offer.suggestion.address.lower(),
        first_name=None,
        last_name=None,
        fields=(),
        values={},
        permissions=(),
        ticked=(),
        wording=wording,
        language=language,
    )


def _add(
    client: Client | None, database: Database, job: FixJob, item: AddTask, clock: Clock
) -> Iterator[FixJob]:
    with database.reading() as session:
        audience = require(session, job.audience_id)
        old = corrections.get_fixable(session, audience, item.contact)
        corrections.check_new_address(session, audience, old, item.address, job.progress.absent)
    if audience.source == AudienceSource.LOCAL:
        yield _add_here(database, job, item, clock())
    elif client is None:
        raise NoMailchimp(audience=audience.name)
    else:
        yield from _add_at_mailchimp(client, database, job, audience, item, clock)


def _add_here(database: Database, job: FixJob, item: AddTask, now: datetime) -> FixJob:
    """Adds the contact to the local audience, with consent and outcome, in one transaction."""
    with database.transaction() as session:
        audience = bulk.lock(session, job.audience_id)
        old = corrections.get_fixable(session, audience, item.contact)
        address = corrections.check_new_address(session, audience, old, item.address)
        filled = FilledForm(item.address, permission=True)
        given = (job.made_by, job.made_at, item.wording, item.language)
        corrections.add_contact(session, audience, old, address, filled, given)
        progress = _with(job, FixOutcome(item.contact, Status.SUBSCRIBED))
        return jobs.step(session, job, now, progress=progress, done=len(progress.outcomes))


def _add_at_mailchimp(
    client: Client, database: Database, job: FixJob, audience: AudienceRow, item: AddTask, clock: Clock
) -> Iterator[FixJob]:
    """The same at Mailchimp. From the first step on, a contact with the address is the job's own."""
    with database.reading() as session:
        old = corrections.get_fixable(session, audience, item.contact)
    try:
        if not job.progress.absent:
            adding.check_absent(client, audience, item)
            progress = replace(job.progress, absent=item.key)
            yield (job := jobs.save_progress(database, job, clock(), progress))
        member, tags_lost, is_profile_lost = adding.add(client, audience, old, item, job.attempts)
    except MailchimpError as error:
        if error.is_retryable and job.attempts < adding.MOST_TRIES:
            yield jobs.save_progress(database, job, clock(), replace(job.progress, trying=True))
            raise adding.TryLater from None
        raise adding.error_for_person(error, audience, item) from None
    outcome = FixOutcome(
        item.contact, member.status, tags_lost=tuple(tags_lost), is_profile_lost=is_profile_lost
    )
    with database.transaction() as session:
        locked = bulk.lock(session, job.audience_id)
        adding.record(session, locked, old, member, item, (job.made_by, job.made_at, clock()))
        progress = _with(job, outcome)
        job = jobs.step(session, job, clock(), progress=progress, done=len(progress.outcomes))
    yield job


def _with(job: FixJob, outcome: FixOutcome) -> FixProgress:
    """The progress with one more outcome."""
    return FixProgress((*job.progress.outcomes, outcome))
