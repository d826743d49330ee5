"""Corrections: adds a contact with the right address beside the cleaned one, and records the consent.

A cleaned contact is never changed: it keeps its address and stays cleaned.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from bot.audiences.audiences import Audience, require
from bot.contacts import rows
from bot.contacts.names import name_labels
from bot.contacts.weeks import Week
from bot.core.addresses import Address, InvalidAddress, find_addresses, validate
from bot.core.errors import CleanedError, PlanGone
from bot.corrections import likely_typos, walks
from bot.corrections.cleaned_contact import CleanedContact, cleaned_contact
from bot.corrections.likely_typos import Step
from bot.corrections.required_fields import Field, Permission, Problems, Requirements, find_requirements
from bot.corrections.suggestions.values import Suggestion
from bot.jobs import plans
from bot.jobs.json_values import from_json, to_json
from storage.audiences import journal
from storage.contacts import bulk, contacts, figures
from storage.contacts import values as contact_values
from storage.contacts.contacts import Segment
from storage.contacts.figures import FigureChanges
from storage.contacts.reachable import reachable
from storage.contacts.tables import Contact
from storage.contacts.values import CleanReason, Status
from storage.core.database import Database, Session
from storage.core.tables import AudienceRow, AudienceSource
from storage.corrections import corrections
from storage.corrections.tables import Consent
from storage.jobs.tables import PlanRow
from storage.mailchimp.api.client import Client
from storage.privacy import forgotten

KIND = "fix"


class NoSuchContact(CleanedError):
    """No audience has that address. Values: address."""

    key = "error-no-such-contact"


class NotCleaned(CleanedError):
    """The contact exists but is not cleaned. Values: address, audience, status."""

    key = "error-not-cleaned"


class AbuseComplaint(CleanedError):
    """The contact complained about the mail: no other address of theirs is added. Values: address."""

    key = "error-abuse-complaint"


class NoPermission(CleanedError):
    """The permission is not ticked."""

    key = "error-no-permission"


class AddressFault(CleanedError):
    """The corrected address can't be added."""


class NotAnAddress(AddressFault):
    """It is not an address. Values: reason (a BadAddressReason)."""

    key = "error-not-an-address"


class SameAddress(AddressFault):
    """It is the cleaned contact's address."""

    key = "error-same-address"


class AlreadyThere(AddressFault):
    """The audience has a contact with it. Values: status, audience."""

    key = "error-already-there"


class ForgottenAddress(AddressFault):
    """The person with that address was erased, and is let in by nobody but an administrator."""

    key = "error-forgotten-address"


@dataclass(frozen=True, slots=True, repr=False)  # it holds an address
class FilledForm:
    """What a person typed and ticked in the form.

    A name is None if the form has no input for it. In a mirrored audience, `fields` are texts by `Field.key`, and
    `permissions` the ids of the marketing permissions that are ticked.
    """

    address: str
    permission: bool
    first_name: str | None = None
    last_name: str | None = None
    fields: Mapping[str, str] = field(default_factory=dict)
    permissions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CorrectionPlan:
    """What is stored of a form until it is submitted.

    `contact` is the cleaned contact's id and `wording` the permission as the person sees it. `number`, `of`, `week`
    and `walk` are those of the form's `Step`, in a walk. The others are for mirrored audiences: the form asks for `fields` (None in a
    local audience) and `permissions`; `names` says whether it requires the first and the last name; `absent` is an
    address, in lower case, that an earlier try may have added at Mailchimp.
    """

    contact: int
    wording: str
    language: str
    number: int | None = None
    of: int | None = None
    week: Week | None = None
    walk: str = ""
    fields: tuple[Field, ...] | None = None
    permissions: tuple[Permission, ...] = ()
    names: tuple[bool, bool] = (False, False)
    absent: str | None = field(default=None, repr=False)

    def at(self, step: Step | None) -> "CorrectionPlan":
        """The plan of a form at this step of a walk."""
        if step is None:
            return self
        return replace(self, number=step.number, of=step.total, week=step.week, walk=step.walk)

    def with_inputs(self, requirements: Requirements | None) -> "CorrectionPlan":
        """The plan of a form that asks for these, if it is for a mirrored audience."""
        if requirements is None:
            return self
        return replace(
            self,
            fields=tuple(replace(field, value="", problem="") for field in requirements.fields),
            permissions=requirements.permissions,
            names=(requirements.first_name, requirements.last_name),
        )


@dataclass(frozen=True, slots=True)
class Form:
    """A form as it is shown; it is submitted with the id of its plan.

    `already` is the status of the suggested address, if the audience has it: then there is nothing to add. `said_by` is
    the user who marked the address as right: then nothing is suggested. `step` is the form's position in a walk through
    the likely typos. `requirements` are Mailchimp's, in a mirrored audience. `typed` is what an earlier try had.
    """

    plan_id: str
    contact: CleanedContact
    suggestion: Suggestion | None
    already: str | None = None
    said_by: str | None = None
    step: Step | None = None
    requirements: Requirements | None = None
    typed: FilledForm | None = None


@dataclass(frozen=True, slots=True)
class Correction:
    """A correction that was made. `continue_after`: see `walks.find_continuation`.

    `walk` is the id of its walk, `made` the old and the new address of each of the walk's corrections, and `week` the
    week that the walk is about.
    """

    audience: Audience
    old_address: str
    address: str
    at: datetime
    continue_after: Step | None
    walk: str = ""
    made: Sequence[tuple[str, str]] = ()
    week: Week | None = None


def look_up(database: Database, text: str) -> Sequence[CleanedContact]:
    """Returns the cleaned contacts with the address that the text contains, at most one per audience.

    Raises NoSuchContact, NotCleaned, AbuseComplaint.
    """
    addresses = find_addresses(text)
    address = addresses[0] if addresses else text.strip()
    by_id = {audience.id: audience for audience in reachable(database)}
    with database.reading() as session:
        matches = contacts.with_key(session, address.lower(), by_id)
        cleaned = [contact for contact in matches if contact.status == Status.CLEANED]
        fixable = [contact for contact in cleaned if not _has_complained(session, contact)]
    if not matches:
        raise NoSuchContact(address=address)
    if not cleaned:
        first = matches[0]
        raise NotCleaned(address=address, audience=by_id[first.audience_id].name, status=str(first.status))
    if not fixable:
        raise AbuseComplaint(address=address)
    return [cleaned_contact(by_id[contact.audience_id], contact) for contact in fixable]


def search(database: Database, audience_id: int, text: str, most: int = 20) -> Sequence[CleanedContact]:
    """Returns cleaned contacts that have the text in their address or in a merge field, newest first.

    In a large audience only the newest contacts are searched; one with exactly this address is always found.
    """
    with database.reading() as session:
        audience = require(session, audience_id)
        text = text.strip()
        matches = list(contacts.search(session, Segment(audience_id=audience_id, text=text or None), most))
        exact = contacts.by_key(session, audience_id, text.lower())
        if exact and exact.status == Status.CLEANED and exact not in matches:
            matches = [exact, *matches[: most - 1]]
        return [cleaned_contact(audience, contact) for contact in matches]


def begin(
    database: Database,
    audience_id: int,
    contact_id: int,
    *,
    by: str,
    now: datetime,
    wording: str,
    language: str,
    step: Step | None = None,
    mailchimp: Client | None = None,
    problems: Problems = (),
    absent: str | None = None,
) -> Form:
    """Stores a plan for a cleaned contact and returns its form. May ask Mailchimp.

    `wording` and `absent` are as in `CorrectionPlan`; `problems` are what Mailchimp refused of an earlier try. Raises
    NoAudience, PlanGone, NotCleaned, AbuseComplaint, NoMailchimp, TooManyFields, RequirementsUnknown.
    """
    with database.reading() as session:
        audience = require(session, audience_id)
        contact = get_fixable(session, audience, contact_id)
    # Outside of the transactions: Mailchimp's answer can take seconds.
    requirements = find_requirements(mailchimp, audience, contact, problems)
    with database.transaction() as session:
        contact = get_fixable(session, audience, contact_id)
        plan = CorrectionPlan(contact_id, wording, language, absent=absent).at(step).with_inputs(requirements)
        row = plans.create(
            session, KIND, user_id=by, audience_id=audience_id, now=now, data=to_json(plan), n=1
        )
        mark = corrections.get_not_typo(session, audience_id, contact_id)
        suggestion = None if mark else likely_typos.suggester(session, audience_id).suggest(contact.address)
        return Form(
            plan_id=row.id,
            contact=cleaned_contact(audience, contact),
            suggestion=suggestion,
            already=likely_typos.suggested_status(session, audience_id, suggestion),
            said_by=mark.said_by if mark else None,
            step=step,
            requirements=requirements,
        )


def cleaned_address(database: Database, plan_id: str, *, by: str) -> str:
    """Returns the address that a person's form corrects. Raises NoAudience, PlanGone, NotCleaned, AbuseComplaint."""
    with database.reading() as session:
        row = plans.get(session, plan_id, by)
        audience = require(session, row.audience_id)
        return get_fixable(session, audience, read_plan(row).contact).address


def add(database: Database, plan_id: str, filled: FilledForm, *, by: str, now: datetime) -> Correction:
    """Adds the corrected contact to a local audience, once, in one transaction with the consent.

    Raises PlanGone, AlreadyDone, NotCleaned, AbuseComplaint, NoPermission, AddressFault.
    """
    with database.transaction() as session:
        row = plans.use(session, plan_id, by, now)
        plan = read_plan(row)
        audience = bulk.lock(session, row.audience_id)
        if audience.source != AudienceSource.LOCAL:
            raise PlanGone  # `bot.mailchimp.additions` adds to mirrored ones
        old = get_fixable(session, audience, plan.contact)
        address = check_new_address(session, audience, old, filled.address)
        if not filled.permission:
            raise NoPermission
        consent = add_contact(session, audience, old, address, filled, (by, now, plan.wording, plan.language))
        walk_id = walks.begin(session, plan.walk, by=by, audience_id=row.audience_id, now=now)
        walks.add_consent(session, walk_id, consent)
        made = walks.changes(session, walks.look(session, walk_id))
    return Correction(
        audience=Audience.of(audience),
        old_address=old.address,
        address=address.address,
        at=now,
        continue_after=walks.find_continuation(
            database, row.audience_id, walks.step_of(plan.number, plan.of, plan.week, old), walk_id
        ),
        walk=walk_id,
        made=made,
        week=plan.week,
    )


def add_contact(
    session: Session,
    audience: AudienceRow,
    old: Contact,
    address: Address,
    filled: FilledForm,
    given: tuple[str, datetime, str, str],
) -> int:
    """Adds the corrected contact to a local audience, which is locked; returns the id of the recorded consent.

    `given`: by whom the consent was given, when, its wording and language.
    """
    by, now, wording, language = given
    contact_id = _insert(session, audience, address, _merge_fields(audience, old, filled), now)
    consent = Consent(
        audience_id=audience.id,
        old_contact_id=old.id,
        old_address=old.address,
        contact_id=contact_id,
        address=address.address,
        given_by=by,
        given_at=now,
        wording=wording,
        language=language,
    )
    record_consent(session, consent, now)
    return consent.id


def read_plan(row: PlanRow) -> CorrectionPlan:
    return from_json(CorrectionPlan, row.data)


def get_fixable(session: Session, audience: AudienceRow, contact_id: int) -> Contact:
    """Returns the cleaned contact, which may be corrected. Raises PlanGone, NotCleaned, AbuseComplaint."""
    contact = contacts.by_id(session, audience.id, contact_id)
    if contact is None:
        raise PlanGone
    if contact.status != Status.CLEANED:
        raise NotCleaned(address=contact.address, audience=audience.name, status=str(contact.status))
    if _has_complained(session, contact):
        raise AbuseComplaint(address=contact.address)
    return contact


def check_new_address(
    session: Session, audience: AudienceRow, old: Contact, text: str, allowed: str | None = None
) -> Address:
    """Returns the address that was typed, which the audience does not have yet. Raises AddressFault.

    `allowed` is an address, in lower case, that it may have.
    """
    try:
        address = validate(text)
    except InvalidAddress as error:
        raise NotAnAddress(reason=str(error.reason)) from None
    if address.key == old.address_key:
        raise SameAddress
    if address.key in forgotten.load(session):
        raise ForgottenAddress
    existing = contacts.by_key(session, audience.id, address.key)
    if existing and address.key != allowed:
        raise AlreadyThere(status=str(existing.status), audience=audience.name)
    return address


def record_consent(session: Session, consent: Consent, now: datetime) -> None:
    """Stores the consent and an entry of the journal."""
    corrections.add_consent(session, consent)
    journal.write(
        session,
        who=consent.given_by,
        what="fix",
        at=now,
        n=1,
        audience_id=consent.audience_id,
        old_contact=consent.old_contact_id,
        contact=consent.contact_id,
    )


def typed_names(audience: AudienceRow, filled: FilledForm) -> dict[str, str]:
    """Returns the names that were typed, by their merge fields' labels."""
    names = zip(name_labels(audience.merge_labels), (filled.first_name, filled.last_name), strict=True)
    return {label: name.strip() for label, name in names if label and name is not None}


def _has_complained(session: Session, contact: Contact) -> bool:
    """Whether the contact was cleaned for abuse, or a complaint was received, whatever it was cleaned for."""
    if contact.clean_reason == CleanReason.ABUSE:
        return True
    return bool(corrections.with_complaint(session, contact.audience_id, [contact.id]))


def _insert(
    session: Session, audience: AudienceRow, address: Address, merge_fields: Mapping[str, str], now: datetime
) -> int:
    """Adds a subscribed contact and returns its id. The audience is locked."""
    contact_id = audience.next_contact_id
    values = {
        "audience_id": audience.id,
        "id": contact_id,
        "address": address.address,
        "address_key": address.key,
        "domain": address.domain,
        "status": str(Status.SUBSCRIBED),
        "revision": audience.revision,
        "merge_fields": json.dumps(merge_fields, ensure_ascii=False, separators=(",", ":")),
        "optin_time": now.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S"),
    }
    row = tuple(values.get(name) for name in contact_values.COLUMNS)
    added = bulk.insert(session, [row])
    assert added, "no contact has the address: it was checked under the lock"
    audience.next_contact_id += 1
    figures.apply_changes(session, audience.id, FigureChanges([rows.figure_key(row)]))
    return contact_id


def _merge_fields(audience: AudienceRow, old: Contact, filled: FilledForm) -> dict[str, str]:
    """Returns the old contact's merge fields with the names that were typed, without empty ones."""
    values = old.merge_fields | typed_names(audience, filled)
    return {label: value for label, value in values.items() if value}
