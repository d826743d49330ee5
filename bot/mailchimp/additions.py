"""Adds corrected contacts at Mailchimp: a submitted form becomes a job, which ends with Mailchimp's answer.

The job first checks that Mailchimp does not have the address, and stores that. From then on a contact with the address
is the job's own, and adding it again changes nothing. So wherever a process dies, another one can carry the job on, and
there is one contact and one consent.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from bot.audiences.audiences import Audience, require
from bot.core.addresses import Address
from bot.core.errors import CleanedError, PlanGone
from bot.corrections import corrections, walks
from bot.corrections.corrections import Correction, CorrectionPlan, FilledForm, Form, NoPermission
from bot.corrections.required_fields import NoMailchimp, resolve_choices
from bot.jobs import jobs, plans
from bot.jobs.jobs import Clock, Recipient
from bot.mailchimp import adding
from bot.mailchimp.fixes import Fixed
from bot.mailchimp.jobs import ADD, AddJob, AddProgress, AddResult, AddTask, FixOutcome
from storage.audiences import audiences
from storage.contacts import bulk, contacts
from storage.contacts.tables import Contact
from storage.contacts.values import Status
from storage.core.database import Database, Session
from storage.core.tables import AudienceRow, AudienceSource
from storage.mailchimp.api.client import Client
from storage.mailchimp.api.errors import MailchimpError
from storage.mailchimp.api.members import Member

# Failures after which Mailchimp may have the contact all the same: it was added, and the answer got lost.
_MAY_HAVE_BEEN_ADDED = ("error-corrections-no-answer", "error-corrections-key", "error-gave-up")


class FieldMissing(CleanedError):
    """A required field is empty. Values: field (its key; `first-name` and `last-name` for the names)."""

    key = "error-corrections-missing"


@dataclass(frozen=True, slots=True)
class AdditionReceipt:
    """An addition that is done. `tags_lost` are tags of the old contact that Mailchimp did not take.

    `is_profile_lost`: the old contact's groups, language and VIP mark are unknown, because Mailchimp has it no more.
    """

    correction: Correction
    status: Status
    tags_lost: tuple[str, ...]
    is_profile_lost: bool = False


@dataclass(frozen=True, slots=True)
class AdditionState:
    """What the message about a job shows: its audience, and what came of the walk's corrections before it."""

    audience: str
    earlier: Sequence[Fixed]


def request(
    database: Database,
    plan_id: str,
    filled: FilledForm,
    *,
    by: str,
    now: datetime,
    recipient: Recipient | None = None,
) -> AddJob:
    """Turns a submitted form into a job, once. Does not call Mailchimp.

    Raises NoAudience, PlanGone, AlreadyDone, NotCleaned, AbuseComplaint, NoPermission, FieldMissing, AddressFault.
    """
    with database.transaction() as session:
        row = plans.use(session, plan_id, by, now)
        plan = corrections.read_plan(row)
        audience = require(session, row.audience_id)
        if audience.source != AudienceSource.MAILCHIMP or plan.fields is None:
            raise PlanGone
        old = corrections.get_fixable(session, audience, plan.contact)
        address = corrections.check_new_address(session, audience, old, filled.address, plan.absent)
        if not filled.permission:
            raise NoPermission
        filled = replace(filled, fields=resolve_choices(plan.fields, filled.fields))
        _check_required(plan, filled)
        walk = walks.begin(session, plan.walk, by=by, audience_id=row.audience_id, now=now)
        job = jobs.create(
            session,
            ADD,
            _task(plan, filled, address, walk),
            by=by,
            now=now,
            audience_id=row.audience_id,
            recipient=_where_walk_is_told(session, walk, recipient),
            progress=AddProgress(absent=address.key if plan.absent == address.key else None),
        )
        walks.add_job(session, walk, job.id)
        return job


def work(client: Client | None, database: Database, job: AddJob, clock: Clock) -> Iterator[AddJob]:
    """Carries on an addition to its end. Raises TryLater.

    Raises AlreadyAtMailchimp, MustSignUpAgain, DeletedForGood, InvalidFields, KeyRejected, NoAnswer, OtherRefusal or
    NoMailchimp if the contact can't be added.
    """
    with database.reading() as session:
        audience, old = _audience_and_contact(session, job)
    if client is None or audience.remote_id is None:
        raise NoMailchimp(audience=audience.name)
    try:
        if not job.progress.absent:
            adding.check_absent(client, audience, job.task)
            progress = replace(job.progress, absent=job.task.key)
            yield (job := jobs.save_progress(database, job, clock(), progress))
        member, tags_lost, is_profile_lost = adding.add(client, audience, old, job.task, job.attempts)
    except MailchimpError as error:
        if error.is_retryable and job.attempts < adding.MOST_TRIES:
            yield jobs.save_progress(database, job, clock(), replace(job.progress, trying=True))
            raise adding.TryLater from None
        raise adding.error_for_person(error, audience, job.task) from None
    result = AddResult(member.status, tuple(tags_lost), is_profile_lost)
    yield _finish(database, job, member, result, clock())


def state(database: Database, job: AddJob) -> AdditionState:
    """Returns what the message about the job shows, besides its receipt. Raises NoAudience."""
    with database.reading() as session:
        audience = require(session, job.audience_id)
        earlier = []
        for other in _of_walk(session, job.task.walk, before=job.id):
            # What was refused and tried again is told once.
            old = contacts.by_id(session, job.audience_id, other.task.contact)
            if old and other.task.contact != job.task.contact and (other.result or other.failure):
                outcome = FixOutcome(
                    old.id,
                    other.result.status if other.result else None,
                    None if other.result else other.failure,
                    other.result.tags_lost if other.result else (),
                    is_profile_lost=bool(other.result and other.result.is_profile_lost),
                )
                earlier.append(Fixed(old.address, other.task.address, outcome))
    return AdditionState(audience.name, earlier)


def receipt(database: Database, job: AddJob) -> AdditionReceipt:
    """Returns the receipt of a job that is done. Raises PlanGone."""
    with database.reading() as session:
        audience, old = _audience_and_contact(session, job)
    correction = Correction(
        audience=Audience.of(audience),
        old_address=old.address,
        address=job.task.address,
        at=job.finished_at or job.made_at,
        continue_after=walks.find_continuation(
            database,
            old.audience_id,
            walks.step_of(job.task.number, job.task.of, job.task.week, old),
            job.task.walk,
        ),
        week=job.task.week,
    )
    return AdditionReceipt(correction, job.outcome.status, job.outcome.tags_lost, job.outcome.is_profile_lost)


def reopen_form(
    database: Database,
    job_id: str,
    *,
    by: str,
    now: datetime,
    wording: str,
    language: str,
    mailchimp: Client | None,
) -> Form:
    """Returns a new form for a job that failed, filled in as it was, with a plan of its own.

    Raises PlanGone, and the errors of `corrections.begin`.
    """
    job = jobs.get_in_transaction(database, ADD, job_id)
    if job is None or job.made_by != by or job.failure is None:
        raise PlanGone
    with database.reading() as session:
        _, old = _audience_and_contact(session, job)
    step = walks.step_of(job.task.number, job.task.of, job.task.week, old)
    invalid = job.failure.values.get("fields", [])
    form = corrections.begin(
        database,
        old.audience_id,
        old.id,
        by=by,
        now=now,
        wording=wording,
        language=language,
        step=replace(step, walk=job.task.walk) if step else None,
        mailchimp=mailchimp,
        problems=[(tag, message) for tag, _, message in invalid if tag],
        absent=job.progress.absent if job.failure.key in _MAY_HAVE_BEEN_ADDED else None,
    )
    return replace(form, typed=adding.filled_form(job.task), already=None)


def _of_walk(session: Session, walk_id: str, before: str = "") -> Sequence[AddJob]:
    """Returns the jobs of the walk, oldest first; of a contact the last one. `before`: up to that job."""
    ids = walks.look(session, walk_id).jobs if walk_id else ()
    ids = ids[: ids.index(before)] if before in ids else ids
    found = [job for id_ in ids if (job := jobs.get(session, ADD, id_))]
    return list({job.task.contact: job for job in found}.values())


def _task(plan: CorrectionPlan, filled: FilledForm, address: Address, walk: str) -> AddTask:
    return AddTask(
        contact=plan.contact,
        address=address.address,
        key=address.key,
        first_name=filled.first_name,
        last_name=filled.last_name,
        fields=plan.fields or (),
        values=filled.fields,
        permissions=plan.permissions,
        ticked=tuple(sorted(filled.permissions)),
        wording=_wording(plan, filled.permissions),
        language=plan.language,
        number=plan.number,
        of=plan.of,
        week=plan.week,
        walk=walk,
    )


def _where_walk_is_told(session: Session, walk: str, recipient: Recipient | None) -> Recipient | None:
    """The recipient with the message that tells of the walk's earlier corrections, if there is one."""
    told = [job.recipient for job in _of_walk(session, walk) if job.recipient and job.recipient.ts]
    if recipient and told:
        return replace(recipient, channel=told[-1].channel, ts=told[-1].ts)
    return recipient


def _check_required(plan: CorrectionPlan, filled: FilledForm) -> None:
    """Raises FieldMissing for the first required input that is empty."""
    names = {"first-name": filled.first_name, "last-name": filled.last_name}
    empty = [
        name
        for (name, typed), required in zip(names.items(), plan.names, strict=True)
        if required and not (typed or "").strip()
    ]
    empty += [
        field.key
        for field in plan.fields or ()
        if field.required and not filled.fields.get(field.key, "").strip()
    ]
    if empty:
        raise FieldMissing(field=empty[0])


def _wording(plan: CorrectionPlan, ticked: Collection[str]) -> str:
    """Returns the permission's words, then a line for each of Mailchimp's permissions, with its tick."""
    lines = [f"[{'x' if id_ in ticked else ' '}] {text}" for id_, text in plan.permissions]
    return "\n".join([plan.wording, *lines])


def _audience_and_contact(session: Session, job: AddJob) -> tuple[AudienceRow, Contact]:
    """Returns the audience and the cleaned contact. Raises PlanGone."""
    audience = audiences.get(session, job.audience_id)
    old = contacts.by_id(session, job.audience_id, job.task.contact)
    if audience is None or old is None:
        raise PlanGone
    return audience, old


def _finish(database: Database, job: AddJob, member: Member, result: AddResult, now: datetime) -> AddJob:
    """Adds the contact to the mirror, stores consent and journal entry, and ends the job, in one transaction."""
    with database.transaction() as session:
        audience = bulk.lock(session, job.audience_id)
        _, old = _audience_and_contact(session, job)
        adding.record(session, audience, old, member, job.task, (job.made_by, job.made_at, now))
        return jobs.finish(session, job, now, result)
