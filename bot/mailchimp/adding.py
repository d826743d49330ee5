"""Mailchimp's calls that add one corrected contact, and what a person is told when it refuses."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from json import loads as parse_json

from bot.contacts import rows, upsert
from bot.contacts.upsert import NO_ROWS
from bot.core.errors import CleanedError
from bot.corrections import corrections
from bot.corrections.corrections import FilledForm
from bot.corrections.required_fields import is_incomplete_address, merge_values
from bot.mailchimp.jobs import AddTask
from bot.mailchimp.mirror import members
from bot.mailchimp.mirror import tags as member_tags
from storage.contacts import contacts
from storage.contacts.tables import Contact
from storage.contacts.values import Status
from storage.core.database import Session
from storage.core.tables import AudienceRow
from storage.corrections.tables import Consent
from storage.mailchimp.api.client import Client
from storage.mailchimp.api.errors import (
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
from storage.mailchimp.api.members import Member
from storage.mailchimp.api.values import MergeValue, member_hash
from storage.mailchimp.remote_state import RemoteState

MOST_TRIES = 5  # without an answer; then the job fails


class TryLater(Exception):
    """Mailchimp does not answer. The worker gives the job back, and it is tried again."""


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


def check_absent(client: Client, audience: AudienceRow, task: AddTask) -> None:
    """Raises AlreadyAtMailchimp if Mailchimp has the address: to add it would change that contact."""
    member = _member(client, audience, member_hash(task.address))
    if member:
        raise _already_there(audience, task, member.status)


def _member(client: Client, audience: AudienceRow, hash_: str) -> Member | None:
    try:
        return client.member(audience.remote_id or "", hash_)
    except NotFound:
        return None


def _already_there(audience: AudienceRow, task: AddTask, status: str) -> AlreadyAtMailchimp:
    error = AlreadyAtMailchimp(address=task.address, audience=audience.name, status=str(status))
    if status in (Status.UNSUBSCRIBED, Status.NONSUBSCRIBED):  # only they can subscribe again
        error.values["signup"] = RemoteState.from_json(audience.remote).signup_url
    return error


def add(
    client: Client, audience: AudienceRow, old: Contact, task: AddTask, attempts: int
) -> tuple[Member, list[str], bool]:
    """Adds the contact with the old contact's tags, groups, language and VIP mark.

    Returns the new member, the tags that it was not given, and whether the rest was lost.
    """
    before = _member(client, audience, member_hash(old.address, old.remote_hash))
    member = _put(client, audience, before, task, _merge_values(audience, old, before, task))
    if member.status not in (
        Status.SUBSCRIBED,
        Status.PENDING,
    ):  # it was added by another between check and call
        raise _already_there(audience, task, member.status)
    tags = list(before.tags) if before else _mirrored_tags(old)
    if not tags:
        return member, [], before is None
    try:
        if before and member_tags.has_more(before):
            tags = list(client.tags(audience.remote_id or "", before.hash))
        client.add_tags(audience.remote_id or "", member.hash, tags)
    except MailchimpError as error:
        if error.is_retryable and attempts < MOST_TRIES:
            raise
        return member, tags, before is None  # the contact is added all the same
    return member.with_tags(dict.fromkeys([*member.tags, *tags])), [], before is None


def _put(
    client: Client,
    audience: AudienceRow,
    before: Member | None,
    task: AddTask,
    merge_fields: Mapping[str, MergeValue],
) -> Member:
    address = task.address
    double_optin = RemoteState.from_json(audience.remote).double_optin
    try:
        # Without an IP address and time of the sign-up: they would be the operator's, not the contact's.
        return client.put_member(
            audience.remote_id or "",
            address,
            status_if_new=Status.PENDING if double_optin else Status.SUBSCRIBED,
            merge_fields=merge_fields,
            permissions={id_: id_ in task.ticked for id_, _ in task.permissions},
            interests=[id_ for id_, is_in in before.interests.items() if is_in] if before else (),
            language=before.language if before else "",
            vip=before.vip if before else False,
        )
    except MemberExists:
        member = _member(client, audience, member_hash(address))
        raise _already_there(audience, task, member.status if member else "unknown") from None


def _merge_values(
    audience: AudienceRow, old: Contact, before: Member | None, task: AddTask
) -> dict[str, MergeValue]:
    """Returns the old contact's merge fields, updated with what was typed, by tag, without empty ones.

    `before` is the old contact at Mailchimp, if it is still there; if not, the mirror's fields are taken.
    """
    fields = RemoteState.from_json(audience.remote).merge_fields
    tags = {field.name: field.tag for field in fields}
    names = corrections.typed_names(audience, filled_form(task))
    # The mirror has an address as one line of text, which Mailchimp does not accept.
    plain = {field.name for field in fields if field.type != "address"}
    mirrored = {tags[name]: value for name, value in old.merge_fields.items() if name in plain}
    typed = merge_values(task.fields, task.values)
    values: dict[str, MergeValue] = {**(before.merge_fields if before else mirrored)}
    values |= {tags[name]: value for name, value in names.items() if name in tags}
    values = {tag: value for tag, value in values.items() if not is_incomplete_address(value)} | typed
    return {tag: value for tag, value in values.items() if value not in ("", {}, None)}


def _mirrored_tags(old: Contact) -> list[str]:
    """Returns the tags of the mirror's contact, which are stored as JSON strings separated by commas."""
    return [str(tag) for tag in parse_json(f"[{old.tags or ''}]")]


def error_for_person(error: MailchimpError, audience: AudienceRow, task: AddTask) -> CleanedError:
    """Returns the error that the person sees. Mailchimp's own words may hold an address: they are never logged."""
    about = {"address": task.address, "audience": audience.name}
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


def record(
    session: Session,
    audience: AudienceRow,
    old: Contact,
    member: Member,
    task: AddTask,
    given: tuple[str, datetime, datetime],
) -> None:
    """Adds the contact to the mirror, and stores consent and journal entry. The audience is locked.

    `given`: by whom the consent was given, when, and the time now.
    """
    by, given_at, now = given
    contact_id = _mirror(session, audience, member)
    consent = Consent(
        audience_id=audience.id,
        old_contact_id=old.id,
        old_address=old.address,
        contact_id=contact_id,
        address=member.address,
        given_by=by,
        given_at=given_at,
        wording=task.wording,
        language=task.language,
    )
    corrections.record_consent(session, consent, now)


def filled_form(task: AddTask) -> FilledForm:
    """Returns the form as it was filled in."""
    return FilledForm(
        address=task.address,
        permission=True,
        first_name=task.first_name,
        last_name=task.last_name,
        fields=task.values,
        permissions=task.ticked,
    )


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
