"""A corrected contact is added at Mailchimp: the form becomes a job, once, and the job says what Mailchimp said.

Mailchimp is asked first whether it has the address, and what it said is kept; from then on adding it again changes
nothing. So a process that dies at any moment leaves a job that another carries on: one contact, one consent.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from json import loads as parsed

from bot.contacts import rows, upsert
from bot.contacts.upsert import NO_ROWS
from bot.core import jobs, plans
from bot.core.audiences import Audience, require
from bot.core.errors import CleanedError, PlanGone
from bot.core.jobs import Clock, Recipient
from bot.corrections import corrections
from bot.corrections.corrections import Correction, CorrectionPlan, Filled, Form, NoPermission
from bot.corrections.required_fields import NoMailchimp, chosen, is_incomplete, merge_values
from bot.mailchimp.jobs import ADD, AddJob, AddProgress, AddResult, AddTask
from bot.mailchimp.mirror import members
from bot.mailchimp.mirror import tags as member_tags
from storage.contacts import bulk, contacts
from storage.contacts.tables import Contact
from storage.contacts.values import Status
from storage.core import audiences
from storage.core.database import Database, Session
from storage.core.tables import AudienceRow, AudienceSource
from storage.corrections.tables import Consent
from storage.mailchimp.client import Client
from storage.mailchimp.errors import (
    BadAnswer,
    Forbidden,
    Forgotten,
    InComplianceState,
    InvalidResource,
    KeyRefused,
    MailchimpError,
    MemberExists,
    NotFound,
    WrongDataCentre,
)
from storage.mailchimp.members import Member
from storage.mailchimp.remote_state import RemoteState
from storage.mailchimp.values import MergeValue, member_hash

# After these the contact may be there now, added by us: an earlier try had no answer.
_UNKNOWN = ("error-corrections-no-answer", "error-corrections-key", "error-gave-up")
TRIES = 5  # while Mailchimp does not answer; then the person is told


class NotNow(Exception):
    """Mailchimp does not answer: the job is given back and tried again."""


class FieldMissing(CleanedError):
    """A required field is empty. Values: field (its key; `first-name` and `last-name` for the names)."""

    key = "error-corrections-missing"


class ThereAlready(CleanedError):
    """Mailchimp has the address. Values: address, audience, status; signup, where only they can come back."""

    key = "error-corrections-there"


class OnlyThemselves(CleanedError):
    """They unsubscribed or were cleaned there. Values: address, audience, signup (the form's URL, if known)."""

    key = "error-corrections-compliance"


class DeletedForGood(CleanedError):
    """The contact was deleted permanently there. Values: address, audience, signup (the form's URL, if known)."""

    key = "error-corrections-forgotten"


class NotTaken(CleanedError):
    """Mailchimp finds something invalid. Values: audience, detail, fields ([tag, name, message] each)."""

    key = "error-corrections-invalid"


class KeyNotTaken(CleanedError):
    """Mailchimp refuses the key, or it lacks a right."""

    key = "error-corrections-key"


class NoAnswer(CleanedError):
    """Mailchimp did not answer, several times, or not so that it can be read. Values: address, audience."""

    key = "error-corrections-no-answer"


class Refused(CleanedError):
    """Mailchimp refused for another reason. Values: address, audience, title, detail."""

    key = "error-corrections-refused"


@dataclass(frozen=True, slots=True)
class Added:
    """What was done. `tags_lost`: those of the old contact that could not be given."""

    correction: Correction
    status: Status
    tags_lost: tuple[str, ...]


def request(
    database: Database,
    draft_id: str,
    filled: Filled,
    *,
    by: str,
    now: datetime,
    recipient: Recipient | None = None,
) -> AddJob:
    """The form becomes a job, once. Asks nothing of Mailchimp.

    Raises PlanGone, AlreadyDone, NotCleaned, AbuseComplaint, NoPermission, FieldMissing, and what is an AddressFault.
    """
    with database.transaction() as session:
        draft = plans.use(session, draft_id, by, now)
        plan = corrections.plan_of(draft)
        audience = require(session, draft.audience_id)
        if audience.source != AudienceSource.MAILCHIMP or plan.fields is None:
            raise PlanGone
        old = corrections.fixable(session, audience, plan.contact)
        address = corrections.addable(session, audience, old, filled.address, plan.absent)
        if not filled.permission:
            raise NoPermission
        values = chosen(plan.fields, filled.fields)
        _check_filled(plan, replace(filled, fields=values))
        task = AddTask(
            contact=plan.contact,
            address=address.address,
            key=address.key,
            first_name=filled.first_name,
            last_name=filled.last_name,
            fields=plan.fields,
            values=values,
            permissions=plan.permissions,
            ticked=tuple(sorted(filled.permissions)),
            wording=_wording(plan, filled.permissions),
            language=plan.language,
            number=plan.number,
            of=plan.of,
        )
        return jobs.create(
            session,
            ADD,
            task,
            by=by,
            now=now,
            audience_id=draft.audience_id,
            recipient=recipient,
            progress=AddProgress(absent=address.key if plan.absent == address.key else None),
        )


def work(client: Client | None, database: Database, job: AddJob, clock: Clock) -> Iterator[AddJob]:
    """Carries the addition on from where it is.

    Raises NotNow, to be tried again; and what the person is told: ThereAlready, OnlyThemselves, DeletedForGood,
    NotTaken, KeyNotTaken, NoAnswer, Refused, NoMailchimp.
    """
    with database.reading() as session:
        audience, old = _subjects(session, job)
    if client is None or audience.remote_id is None:
        raise NoMailchimp(audience=audience.name)
    try:
        if not job.progress.absent:
            _check_absent(client, audience, job)
            progress = replace(job.progress, absent=job.task.key)
            yield (job := jobs.save_progress(database, job, clock(), progress))
        member, tags_lost = _add(client, audience, old, job)
    except MailchimpError as error:
        if error.is_retryable and job.attempts < TRIES:
            yield jobs.save_progress(database, job, clock(), replace(job.progress, trying=True))
            raise NotNow from None
        raise _told(error, audience, job) from None
    yield _finish(database, job, member, tags_lost, clock())


def done(database: Database, job: AddJob) -> Added:
    """What a job that is done has done."""
    with database.reading() as session:
        audience, old = _subjects(session, job)
    correction = Correction(
        audience=Audience.of(audience),
        old_address=old.address,
        address=job.task.address,
        at=job.finished_at or job.made_at,
        further=corrections.further(
            database, old.audience_id, corrections.step_of(job.task.number, job.task.of, old)
        ),
    )
    return Added(correction, job.outcome.status, job.outcome.tags_lost)


def again(
    database: Database,
    job_id: str,
    *,
    by: str,
    now: datetime,
    wording: str,
    language: str,
    mailchimp: Client | None,
) -> Form:
    """The form of a job that Mailchimp refused, filled in as it was, with a plan of its own.

    Raises PlanGone, and what `corrections.begin` raises.
    """
    job = jobs.look(database, ADD, job_id)
    if job is None or job.made_by != by or job.failure is None:
        raise PlanGone
    with database.reading() as session:
        _, old = _subjects(session, job)
    refused = job.failure.values.get("fields", [])
    form = corrections.begin(
        database,
        old.audience_id,
        old.id,
        by=by,
        now=now,
        wording=wording,
        language=language,
        step=corrections.step_of(job.task.number, job.task.of, old),
        mailchimp=mailchimp,
        problems=[(tag, message) for tag, _, message in refused if tag],
        absent=job.progress.absent if job.failure.key in _UNKNOWN else None,
    )
    return replace(form, typed=_filled(job.task), already=None)


def _check_filled(plan: CorrectionPlan, filled: Filled) -> None:
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
    """The permission, then Mailchimp's, each with whether it was ticked."""
    lines = [f"[{'x' if id_ in ticked else ' '}] {text}" for id_, text in plan.permissions]
    return "\n".join([plan.wording, *lines])


def _filled(task: AddTask) -> Filled:
    return Filled(
        address=task.address,
        permission=True,
        first_name=task.first_name,
        last_name=task.last_name,
        fields=task.values,
        permissions=task.ticked,
    )


def _subjects(session: Session, job: AddJob) -> tuple[AudienceRow, Contact]:
    """The audience and the cleaned contact."""
    audience = audiences.get(session, job.audience_id)
    old = contacts.by_id(session, job.audience_id, job.task.contact)
    if audience is None or old is None:
        raise PlanGone
    return audience, old


def _check_absent(client: Client, audience: AudienceRow, job: AddJob) -> None:
    """Adding would change a contact that is there. Raises ThereAlready."""
    member = _member(client, audience, job.task.address)
    if member:
        raise _there(audience, job, member.status)


def _member(client: Client, audience: AudienceRow, address: str) -> Member | None:
    try:
        return client.member(audience.remote_id or "", member_hash(address))
    except NotFound:
        return None


def _there(audience: AudienceRow, job: AddJob, status: str) -> ThereAlready:
    themselves = status in (Status.UNSUBSCRIBED, Status.NONSUBSCRIBED)
    form = {"signup": RemoteState.from_json(audience.remote).signup_url} if themselves else {}
    return ThereAlready(address=job.task.address, audience=audience.name, status=str(status), **form)


def _add(client: Client, audience: AudienceRow, old: Contact, job: AddJob) -> tuple[Member, list[str]]:
    """The new member with the old one's tags, and those that could not be given."""
    before = _member(client, audience, old.address)
    member = _put(client, audience, job, _values(audience, old, before, job))
    if member.status not in (Status.SUBSCRIBED, Status.PENDING):  # somebody was quicker
        raise _there(audience, job, member.status)
    tags = list(before.tags) if before else _tags(old)
    if not tags:
        return member, []
    try:
        if before and member_tags.has_more(before):
            tags = list(client.tags(audience.remote_id or "", before.hash))
        client.add_tags(audience.remote_id or "", member.hash, tags)
    except MailchimpError as error:
        if error.is_retryable and job.attempts < TRIES:
            raise
        return member, tags  # the contact is added, whatever becomes of its tags
    return member.with_tags(dict.fromkeys([*member.tags, *tags])), []


def _put(
    client: Client, audience: AudienceRow, job: AddJob, merge_fields: Mapping[str, MergeValue]
) -> Member:
    address = job.task.address
    double_optin = RemoteState.from_json(audience.remote).double_optin
    try:
        # No signup address or time: they would be the operator's, not the contact's.
        return client.put_member(
            audience.remote_id or "",
            address,
            status_if_new=Status.PENDING if double_optin else Status.SUBSCRIBED,
            merge_fields=merge_fields,
            permissions={id_: id_ in job.task.ticked for id_, _ in job.task.permissions},
        )
    except MemberExists:
        member = _member(client, audience, address)
        raise _there(audience, job, member.status if member else "unknown") from None


def _values(audience: AudienceRow, old: Contact, before: Member | None, job: AddJob) -> dict[str, MergeValue]:
    """The old contact's merge fields, with what was typed; by tag, empty ones left out."""
    fields = RemoteState.from_json(audience.remote).merge_fields
    tags = {field.name: field.tag for field in fields}
    names = corrections.typed_names(audience, _filled(job.task))
    # The mirror has an address on one line, which Mailchimp does not take back.
    plain = {field.name for field in fields if field.type != "address"}
    mirrored = {tags[name]: value for name, value in old.merge_fields.items() if name in plain}
    typed = merge_values(job.task.fields, job.task.values)
    values: dict[str, MergeValue] = {**(before.merge_fields if before else mirrored)}
    values |= {tags[name]: value for name, value in names.items() if name in tags}
    values = {tag: value for tag, value in values.items() if not is_incomplete(value)} | typed
    return {tag: value for tag, value in values.items() if value not in ("", {})}


def _tags(old: Contact) -> list[str]:
    """As a file has them: JSON texts with commas between."""
    return [str(tag) for tag in parsed(f"[{old.tags or ''}]")]


def _told(error: MailchimpError, audience: AudienceRow, job: AddJob) -> CleanedError:
    """What the person is told. What Mailchimp says in its own words is for their eyes alone."""
    about = {"address": job.task.address, "audience": audience.name}
    match error:
        case InComplianceState():
            return OnlyThemselves(**about, signup=RemoteState.from_json(audience.remote).signup_url)
        case Forgotten():
            return DeletedForGood(**about, signup=RemoteState.from_json(audience.remote).signup_url)
        case InvalidResource():
            return NotTaken(**about, detail=error.detail, fields=_named(audience, error.fields))
        case KeyRefused() | Forbidden() | WrongDataCentre():
            return KeyNotTaken()
        case _ if error.is_retryable or isinstance(error, BadAnswer):
            return NoAnswer(**about)
    return Refused(**about, title=str(error.values.get("title", "")), detail=error.detail)


def _named(audience: AudienceRow, said: Sequence[tuple[str, str]]) -> list[list[str]]:
    """Each with the field's tag (empty where it is none) and name."""
    names = RemoteState.from_json(audience.remote).labels
    found = [(field.rpartition(".")[2], field, message) for field, message in said]
    return [[tag if tag in names else "", names.get(tag, field), message] for tag, field, message in found]


def _finish(
    database: Database, job: AddJob, member: Member, tags_lost: Sequence[str], now: datetime
) -> AddJob:
    """The mirror has the contact, the consent and the journal's line are kept, the job is done: all or nothing."""
    with database.transaction() as session:
        audience = bulk.lock(session, job.audience_id)
        _, old = _subjects(session, job)
        contact_id = _mirror(session, audience, member, now)
        consent = Consent(
            audience_id=audience.id,
            old_contact_id=old.id,
            old_address=old.address,
            contact_id=contact_id,
            address=member.address,
            given_by=job.made_by,
            given_at=job.made_at,
            wording=job.task.wording,
            language=job.task.language,
        )
        corrections.record(session, consent, now)
        return jobs.finish(session, job, now, AddResult(member.status, tuple(tags_lost)))


def _mirror(session: Session, audience: AudienceRow, member: Member, now: datetime) -> int:
    """Takes the member in, or changes it, where a sync was quicker; the contact's id."""
    row = members.row(member, audience.id, RemoteState.from_json(audience.remote).labels)
    revision, at = audience.revision, bulk.encode_time(now)
    upsert.upsert_rows(
        session,
        audience,
        [row],
        lambda new, contact_id: members.added(new, contact_id, revision, at),
        lambda old, new: members.merged(old, new, revision, at),
        NO_ROWS,
    )
    contact = contacts.by_key(session, audience.id, rows.address_key_of(row))
    assert contact, "just taken in"
    return contact.id
