"""Corrections: the right address is added beside the cleaned one, with the person's permission on record.

A cleaned contact is never changed: its address stays, and it stays cleaned.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from bot.contacts import rows
from bot.contacts.names import name_labels
from bot.core import plans
from bot.core.addresses import Address, InvalidAddress, find_addresses, validate
from bot.core.audiences import Audience, require
from bot.core.errors import CleanedError, PlanGone
from bot.core.json_values import from_json, to_json
from bot.corrections import typos
from bot.corrections.cleaned_contact import CleanedContact, cleaned_contact
from bot.corrections.required_fields import Field, Permission, Problems, Wanted, wanted
from bot.corrections.suggestions import Suggestion
from bot.corrections.typos import Step
from storage.contacts import bulk, contacts, figures
from storage.contacts import values as contact_values
from storage.contacts.contacts import Segment
from storage.contacts.figures import FigureChanges
from storage.contacts.tables import Contact
from storage.contacts.values import CleanReason, Status
from storage.core import audiences, journal
from storage.core.database import Database, Session
from storage.core.tables import AudienceRow, AudienceSource, PlanRow
from storage.corrections import corrections
from storage.corrections.tables import Consent
from storage.mailchimp.client import Client

KIND = "fix"


class NoSuchContact(CleanedError):
    """No audience has that address. Values: address."""

    key = "error-no-such-contact"


class NotCleaned(CleanedError):
    """The contact is there and isn't cleaned. Values: address, audience, status."""

    key = "error-not-cleaned"


class AbuseComplaint(CleanedError):
    """Who complained about the mail gets no more, at any address. Values: address."""

    key = "error-abuse-complaint"


class NoPermission(CleanedError):
    """The permission isn't ticked."""

    key = "error-no-permission"


class AddressFault(CleanedError):
    """The corrected address can't be added."""


class NotAnAddress(AddressFault):
    """It is no address. Values: reason (a BadAddressReason)."""

    key = "error-not-an-address"


class SameAddress(AddressFault):
    """It is the cleaned one."""

    key = "error-same-address"


class AlreadyThere(AddressFault):
    """The audience has it. Values: status, audience."""

    key = "error-already-there"


@dataclass(frozen=True, slots=True)
class Filled:
    """What the person typed and ticked. For Mailchimp also `fields`, by their inputs' keys, and `permissions`, by id."""

    address: str
    permission: bool
    first_name: str | None = None
    last_name: str | None = None
    fields: Mapping[str, str] = field(default_factory=dict)
    permissions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CorrectionPlan:
    """What is kept of a form until it is submitted.

    `wording` is the permission as the person sees it. `number` and `of` are the form's step in a walk through the
    typos. In a mirrored audience: `fields` and `permissions` that the form asks for, whether it requires the two
    `names`, and `absent`, an address in lower case that may be at Mailchimp by now because an earlier try added it.
    """

    contact: int
    wording: str
    language: str
    number: int | None = None
    of: int | None = None
    fields: tuple[Field, ...] | None = None
    permissions: tuple[Permission, ...] = ()
    names: tuple[bool, bool] = (False, False)
    absent: str | None = None


@dataclass(frozen=True, slots=True)
class Form:
    """A correction that waits for its confirmation.

    `already`: the status of the suggested address, where the audience has it: then there is nothing to add.
    `said_by`: who said that the address is no typo; nothing is suggested then. `step`: in a walk through the typos.
    `wanted`: what Mailchimp asks besides, in a mirrored audience. `typed`: what an earlier try was filled in with.
    """

    draft_id: str
    contact: CleanedContact
    suggestion: Suggestion | None
    already: str | None = None
    said_by: str | None = None
    step: Step | None = None
    wanted: Wanted | None = None
    typed: Filled | None = None


@dataclass(frozen=True, slots=True)
class Correction:
    """What was done. `further`: where a walk through the likely typos that remain goes on."""

    audience: Audience
    old_address: str
    address: str
    at: datetime
    further: Step | None


def look_up(database: Database, text: str) -> Sequence[CleanedContact]:
    """The cleaned contacts with that address, one an audience.

    Raises NoSuchContact, NotCleaned, AbuseComplaint.
    """
    written = find_addresses(text)
    address = written[0] if written else text.strip()
    with database.reading() as session:
        there = contacts.with_key(session, address.lower())
        known = {each.id: each for each in audiences.every(session)}
        angry = {(each.audience_id, each.id) for each in there if _complained(session, each)}
    if not there:
        raise NoSuchContact(address=address)
    still = [each for each in there if each.status == Status.CLEANED]
    if not still:
        raise NotCleaned(
            address=address, audience=known[there[0].audience_id].name, status=str(there[0].status)
        )
    fixable = [each for each in still if (each.audience_id, each.id) not in angry]
    if not fixable:
        raise AbuseComplaint(address=address)
    return [cleaned_contact(known[each.audience_id], each) for each in fixable]


def search(database: Database, audience_id: int, text: str, most: int = 20) -> Sequence[CleanedContact]:
    """CleanedContact contacts that have the text in the address or a merge field, the newest first.

    Of very many, only the newest are looked at, and the one whose address it is.
    """
    with database.reading() as session:
        audience = require(session, audience_id)
        wanted = text.strip()
        found = list(contacts.search(session, Segment(audience_id=audience_id, text=wanted or None), most))
        exact = contacts.by_key(session, audience_id, wanted.lower())
        if exact and exact.status == Status.CLEANED and exact not in found:
            found = [exact, *found[: most - 1]]
        return [cleaned_contact(audience, each) for each in found]


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
    """The form for a cleaned contact. `wording`: the permission as the person sees it.

    `problems`: what Mailchimp refused of an earlier try; `absent`: as in `CorrectionPlan`. Raises PlanGone,
    NotCleaned, AbuseComplaint, NoMailchimp, TooManyFields, MailchimpSilent.
    """
    with database.reading() as session:
        audience = require(session, audience_id)
        contact = fixable(session, audience, contact_id)
    asked = wanted(mailchimp, audience, contact, problems)  # takes its time: never within a transaction
    with database.transaction() as session:
        contact = fixable(session, audience, contact_id)
        plan = CorrectionPlan(
            contact=contact_id,
            wording=wording,
            language=language,
            number=step.number if step else None,
            of=step.total if step else None,
            absent=absent,
        )
        if asked:
            plan = replace(
                plan,
                fields=tuple(replace(each, value="", problem="") for each in asked.fields),
                permissions=asked.permissions,
                names=(asked.first_name, asked.last_name),
            )
        draft = plans.keep(
            session, KIND, user_id=by, audience_id=audience_id, now=now, data=to_json(plan), n=1
        )
        said = corrections.get_not_typo(session, audience_id, contact_id)
        suggestion = None if said else typos.suggester(session, audience_id).suggest(contact.address)
        return Form(
            draft_id=draft.id,
            contact=cleaned_contact(audience, contact),
            suggestion=suggestion,
            already=typos.suggested_status(session, audience_id, suggestion),
            said_by=said.said_by if said else None,
            step=step,
            wanted=asked,
        )


def written(database: Database, draft_id: str, *, by: str) -> str:
    """The address that a person's form is about. Raises PlanGone, NotCleaned, AbuseComplaint."""
    with database.reading() as session:
        draft = plans.look(session, draft_id, by)
        audience = require(session, draft.audience_id)
        return fixable(session, audience, plan_of(draft).contact).address


def add(database: Database, draft_id: str, filled: Filled, *, by: str, now: datetime) -> Correction:
    """Adds the corrected contact, once; all or nothing.

    Raises PlanGone, AlreadyDone, NotCleaned, AbuseComplaint, NoPermission, and what is an AddressFault.
    """
    with database.transaction() as session:
        draft = plans.use(session, draft_id, by, now)
        plan = plan_of(draft)
        audience = bulk.lock(session, draft.audience_id)
        if audience.source != AudienceSource.LOCAL:
            raise PlanGone  # only what asks Mailchimp may add there
        old = fixable(session, audience, plan.contact)
        address = addable(session, audience, old, filled.address)
        if not filled.permission:
            raise NoPermission
        contact_id = _insert(session, audience, address, merge_fields(audience, old, filled), now)
        consent = Consent(
            audience_id=audience.id,
            old_contact_id=old.id,
            old_address=old.address,
            contact_id=contact_id,
            address=address.address,
            given_by=by,
            given_at=now,
            wording=plan.wording,
            language=plan.language,
        )
        record(session, consent, now)
    return Correction(
        audience=Audience.of(audience),
        old_address=old.address,
        address=address.address,
        at=now,
        further=further(database, draft.audience_id, step_of(plan.number, plan.of, old)),
    )


def plan_of(row: PlanRow) -> CorrectionPlan:
    return from_json(CorrectionPlan, row.data)


def step_of(number: int | None, of: int | None, old: Contact) -> Step | None:
    """The step of a walk that the form for a contact is; None outside of one. `number`, `of`: as its plan has them."""
    if number is None or of is None:
        return None
    return Step(number, of, typos.page_key(old))


def further(database: Database, audience_id: int, step: Step | None) -> Step | None:
    """Where to go on from after that step; None where nothing is left to correct."""
    following = typos.next_step(database, audience_id, step)
    return step or Step(0, following[1].total, None) if following else None


def fixable(session: Session, audience: AudienceRow, contact_id: int) -> Contact:
    """The cleaned contact. Raises PlanGone, NotCleaned, AbuseComplaint."""
    contact = contacts.by_id(session, audience.id, contact_id)
    if contact is None:
        raise PlanGone
    if contact.status != Status.CLEANED:
        raise NotCleaned(address=contact.address, audience=audience.name, status=str(contact.status))
    if _complained(session, contact):
        raise AbuseComplaint(address=contact.address)
    return contact


def _complained(session: Session, contact: Contact) -> bool:
    """Whether it was cleaned for abuse, or a complaint came in whatever it was cleaned for."""
    told = corrections.with_complaint(session, contact.audience_id, [contact.id])
    return contact.clean_reason == CleanReason.ABUSE or bool(told)


def addable(
    session: Session, audience: AudienceRow, old: Contact, text: str, ours: str | None = None
) -> Address:
    """The address that was typed. `ours`: a lower-case one that may be there already. Raises what is an AddressFault."""
    try:
        address = validate(text)
    except InvalidAddress as error:
        raise NotAnAddress(reason=str(error.reason)) from None
    if address.key == old.address_key:
        raise SameAddress
    there = contacts.by_key(session, audience.id, address.key)
    if there and address.key != ours:
        raise AlreadyThere(status=str(there.status), audience=audience.name)
    return address


def _insert(
    session: Session, audience: AudienceRow, address: Address, merge_fields: Mapping[str, str], now: datetime
) -> int:
    """Adds the contact, subscribed; returns its id. The audience is locked."""
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
    assert added, "looked for under the lock"
    audience.next_contact_id += 1
    figures.apply_changes(session, audience.id, FigureChanges([rows.figure_key(row)]))
    return contact_id


def record(session: Session, consent: Consent, now: datetime) -> None:
    """Stores the consent, and a line in the journal."""
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


def merge_fields(audience: AudienceRow, old: Contact, filled: Filled) -> dict[str, str]:
    """The old contact's, with the names as the person left them."""
    found = old.merge_fields | typed_names(audience, filled)
    return {label: value for label, value in found.items() if value}


def typed_names(audience: AudienceRow, filled: Filled) -> dict[str, str]:
    """The names that the form had inputs for, by their fields' labels."""
    names = zip(name_labels(audience.merge_labels), (filled.first_name, filled.last_name), strict=True)
    return {label: name.strip() for label, name in names if label and name is not None}
