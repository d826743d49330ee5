"""Adds corrected contacts at Mailchimp: a submitted form becomes a job, which ends with Mailchimp's answer.

The job first checks that Mailchimp does not have the address, and stores that. From then on a contact with the address
is the job's own, and adding it again changes nothing. So wherever a process dies, another one can carry the job on, and
there is one contact and one consent.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from json import loads as parse_json

from bot.contacts import rows, upsert
from bot.contacts.upsert import NO_ROWS
from bot.core import jobs, plans
from bot.core.audiences import Audience, require
from bot.core.errors import CleanedError, PlanGone
from bot.core.jobs import Clock, Recipient
from bot.corrections import corrections
from bot.corrections.corrections import Correction, CorrectionPlan, FilledForm, Form, NoPermission
from bot.corrections.required_fields import NoMailchimp, is_incomplete_address, merge_values, resolve_choices
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

# Failures after which Mailchimp may have the contact all the same: it was added, and the answer got lost.
_MAY_HAVE_BEEN_ADDED = ("error-corrections-no-answer", "error-corrections-key", "error-gave-up")
MOST_TRIES = 5  # without an answer; then the job fails


class TryLater(Exception):
    """Mailchimp does not answer. The worker gives the job back, and it is tried again."""


class FieldMissing(CleanedError):
    """A required field is empty. Values: field (its key; `first-name` and `last-name` for the names)."""

    key = "error-corrections-missing"


class AlreadyAtMailchimp(CleanedError):
    """Mailchimp has the address. Values: address, audience, status; signup, if only they can subscribe again."""

    key = "error-corrections-there"


class MustSignUpAgain(CleanedError):
    """The contact unsubscribed or was cleaned there, and only they can subscribe again.

    Values: address, audience, signup (the URL of the sign-up form, if known).
    """

    key = "error-corrections-compliance"


class DeletedForGood(CleanedError):
    """The contact was deleted permanently there. Values: address, audience, signup (as in MustSignUpAgain)."""

    key = "error-corrections-forgotten"


class InvalidFields(CleanedError):
    """Mailchimp refused merge fields. Values: address, audience, detail, fields (a [tag, name, message] each)."""

    key = "error-corrections-invalid"


class KeyRejected(CleanedError):
    """Mailchimp refused the API key, or the key may not add contacts."""

    key = "error-corrections-key"


class NoAnswer(CleanedError):
    """Mailchimp did not answer several times, or its answer is not readable. Values: address, audience."""

    key = "error-corrections-no-answer"


class OtherRefusal(CleanedError):
    """Mailchimp refused for another reason. Values: address, audience, title, detail."""

    key = "error-corrections-refused"


@dataclass(frozen=True, slots=True)
class AdditionReceipt:
    """An addition that is done. `tags_lost` are tags of the old contact that Mailchimp did not take.

    `is_profile_lost`: the old contact's groups, language and VIP mark are unknown, because Mailchimp has it no more.
    """

    correction: Correction
    status: Status
    tags_lost: tuple[str, ...]
    is_profile_lost: bool = False


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
        values = resolve_choices(plan.fields, filled.fields)
        _check_required(plan, replace(filled, fields=values))
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
            week=plan.week,
        )
        return jobs.create(
            session,
            ADD,
            task,
            by=by,
            now=now,
            audience_id=row.audience_id,
            recipient=recipient,
            progress=AddProgress(absent=address.key if plan.absent == address.key else None),
        )


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
            _check_absent(client, audience, job)
            progress = replace(job.progress, absent=job.task.key)
            yield (job := jobs.save_progress(database, job, clock(), progress))
        member, tags_lost, is_profile_lost = _add(client, audience, old, job)
    except MailchimpError as error:
        if error.is_retryable and job.attempts < MOST_TRIES:
            yield jobs.save_progress(database, job, clock(), replace(job.progress, trying=True))
            raise TryLater from None
        raise _error_for_person(error, audience, job) from None
    result = AddResult(member.status, tuple(tags_lost), is_profile_lost)
    yield _finish(database, job, member, result, clock())


def receipt(database: Database, job: AddJob) -> AdditionReceipt:
    """Returns the receipt of a job that is done. Raises PlanGone."""
    with database.reading() as session:
        audience, old = _audience_and_contact(session, job)
    correction = Correction(
        audience=Audience.of(audience),
        old_address=old.address,
        address=job.task.address,
        at=job.finished_at or job.made_at,
        continue_after=corrections.find_continuation(
            database, old.audience_id, corrections.step_of(job.task.number, job.task.of, job.task.week, old)
        ),
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
    invalid = job.failure.values.get("fields", [])
    form = corrections.begin(
        database,
        old.audience_id,
        old.id,
        by=by,
        now=now,
        wording=wording,
        language=language,
        step=corrections.step_of(job.task.number, job.task.of, job.task.week, old),
        mailchimp=mailchimp,
        problems=[(tag, message) for tag, _, message in invalid if tag],
        absent=job.progress.absent if job.failure.key in _MAY_HAVE_BEEN_ADDED else None,
    )
    return replace(form, typed=_filled_form(job.task), already=None)


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


def _filled_form(task: AddTask) -> FilledForm:
    return FilledForm(
        address=task.address,
        permission=True,
        first_name=task.first_name,
        last_name=task.last_name,
        fields=task.values,
        permissions=task.ticked,
    )


def _audience_and_contact(session: Session, job: AddJob) -> tuple[AudienceRow, Contact]:
    """Returns the audience and the cleaned contact. Raises PlanGone."""
    audience = audiences.get(session, job.audience_id)
    old = contacts.by_id(session, job.audience_id, job.task.contact)
    if audience is None or old is None:
        raise PlanGone
    return audience, old


def _check_absent(client: Client, audience: AudienceRow, job: AddJob) -> None:
    """Raises AlreadyAtMailchimp if Mailchimp has the address: to add it would change that contact."""
    member = _member(client, audience, member_hash(job.task.address))
    if member:
        raise _already_there(audience, job, member.status)


def _member(client: Client, audience: AudienceRow, hash_: str) -> Member | None:
    try:
        return client.member(audience.remote_id or "", hash_)
    except NotFound:
        return None


def _already_there(audience: AudienceRow, job: AddJob, status: str) -> AlreadyAtMailchimp:
    error = AlreadyAtMailchimp(address=job.task.address, audience=audience.name, status=str(status))
    if status in (Status.UNSUBSCRIBED, Status.NONSUBSCRIBED):  # only they can subscribe again
        error.values["signup"] = RemoteState.from_json(audience.remote).signup_url
    return error


def _add(client: Client, audience: AudienceRow, old: Contact, job: AddJob) -> tuple[Member, list[str], bool]:
    """Adds the contact with the old contact's tags, groups, language and VIP mark.

    Returns the new member, the tags that it was not given, and whether the rest was lost.
    """
    before = _member(client, audience, member_hash(old.address, old.remote_hash))
    member = _put(client, audience, before, job, _merge_values(audience, old, before, job))
    if member.status not in (
        Status.SUBSCRIBED,
        Status.PENDING,
    ):  # it was added by another between check and call
        raise _already_there(audience, job, member.status)
    tags = list(before.tags) if before else _mirrored_tags(old)
    if not tags:
        return member, [], before is None
    try:
        if before and member_tags.has_more(before):
            tags = list(client.tags(audience.remote_id or "", before.hash))
        client.add_tags(audience.remote_id or "", member.hash, tags)
    except MailchimpError as error:
        if error.is_retryable and job.attempts < MOST_TRIES:
            raise
        return member, tags, before is None  # the contact is added all the same
    return member.with_tags(dict.fromkeys([*member.tags, *tags])), [], before is None


def _put(
    client: Client,
    audience: AudienceRow,
    before: Member | None,
    job: AddJob,
    merge_fields: Mapping[str, MergeValue],
) -> Member:
    address = job.task.address
    double_optin = RemoteState.from_json(audience.remote).double_optin
    try:
        # Without an IP address and time of the sign-up: they would be the operator's, not the contact's.
        return client.put_member(
            audience.remote_id or "",
            address,
            status_if_new=Status.PENDING if double_optin else Status.SUBSCRIBED,
            merge_fields=merge_fields,
            permissions={id_: id_ in job.task.ticked for id_, _ in job.task.permissions},
            interests=[id_ for id_, is_in in before.interests.items() if is_in] if before else (),
            language=before.language if before else "",
            vip=before.vip if before else False,
        )
    except MemberExists:
        member = _member(client, audience, member_hash(address))
        raise _already_there(audience, job, member.status if member else "unknown") from None


def _merge_values(
    audience: AudienceRow, old: Contact, before: Member | None, job: AddJob
) -> dict[str, MergeValue]:
    """Returns the old contact's merge fields, updated with what was typed, by tag, without empty ones.

    `before` is the old contact at Mailchimp, if it is still there; if not, the mirror's fields are taken.
    """
    fields = RemoteState.from_json(audience.remote).merge_fields
    tags = {field.name: field.tag for field in fields}
    names = corrections.typed_names(audience, _filled_form(job.task))
    # The mirror has an address as one line of text, which Mailchimp does not accept.
    plain = {field.name for field in fields if field.type != "address"}
    mirrored = {tags[name]: value for name, value in old.merge_fields.items() if name in plain}
    typed = merge_values(job.task.fields, job.task.values)
    values: dict[str, MergeValue] = {**(before.merge_fields if before else mirrored)}
    values |= {tags[name]: value for name, value in names.items() if name in tags}
    values = {tag: value for tag, value in values.items() if not is_incomplete_address(value)} | typed
    return {tag: value for tag, value in values.items() if value not in ("", {}, None)}


def _mirrored_tags(old: Contact) -> list[str]:
    """Returns the tags of the mirror's contact, which are stored as JSON strings separated by commas."""
    return [str(tag) for tag in parse_json(f"[{old.tags or ''}]")]


def _error_for_person(error: MailchimpError, audience: AudienceRow, job: AddJob) -> CleanedError:
    """Returns the error that the person sees. Mailchimp's own words may hold an address: they are never logged."""
    about = {"address": job.task.address, "audience": audience.name}
    match error:
        case InComplianceState():
            return MustSignUpAgain(**about, signup=RemoteState.from_json(audience.remote).signup_url)
        case Forgotten():
            return DeletedForGood(**about, signup=RemoteState.from_json(audience.remote).signup_url)
        case InvalidResource():
            return InvalidFields(
                **about, detail=error.detail, fields=_with_field_names(audience, error.fields)
            )
        case KeyRefused() | Forbidden() | WrongDataCentre():
            return KeyRejected()
        case _ if error.is_retryable or isinstance(error, BadAnswer):
            return NoAnswer(**about)
    return OtherRefusal(**about, title=str(error.values.get("title", "")), detail=error.detail)


def _with_field_names(audience: AudienceRow, messages: Sequence[tuple[str, str]]) -> list[list[str]]:
    """Returns [tag, name, message] for each (field, message); the tag is "" if it is not a merge field."""
    names = RemoteState.from_json(audience.remote).labels
    fields = []
    for field, message in messages:
        tag = field.rpartition(".")[2]
        fields.append([tag if tag in names else "", names.get(tag, field), message])
    return fields


def _finish(database: Database, job: AddJob, member: Member, result: AddResult, now: datetime) -> AddJob:
    """Adds the contact to the mirror, stores consent and journal entry, and ends the job, in one transaction."""
    with database.transaction() as session:
        audience = bulk.lock(session, job.audience_id)
        _, old = _audience_and_contact(session, job)
        contact_id = _mirror(session, audience, member)
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
        corrections.record_consent(session, consent, now)
        return jobs.finish(session, job, now, result)


def _mirror(session: Session, audience: AudienceRow, member: Member) -> int:
    """Adds the member to the mirror, or updates it if a sync has added it before. Returns the contact's id."""
    row = members.row(member, audience.id, RemoteState.from_json(audience.remote).labels)
    revision = audience.revision
    upsert.upsert_rows(
        session,
        audience,
        [row],
        lambda new, contact_id: members.added(new, contact_id, revision),
        lambda old, new: members.merged(old, new, revision),
        NO_ROWS,
    )
    contact = contacts.by_key(session, audience.id, rows.address_key_of(row))
    assert contact, "it was just added"
    return contact.id
