"""Corrections: the right address is added beside the cleaned one, with the person's permission on record.

A cleaned contact is never changed: its address stays, and it stays cleaned.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache

from bot import drafts, rows
from bot.addresses import Address, BadAddress, find_addresses, validate
from bot.audiences import Audience
from bot.errors import CleanedError, PlanGone
from bot.suggestions import PROTECTED_FROM, Suggester, Suggestion
from storage import audiences, contacts, corrections, journal, loading, tallies
from storage.contacts import Place, Segment
from storage.database import Database, Session
from storage.tables import Audience as AudienceRow
from storage.tables import Consent, Contact, Draft, Reason, Status
from storage.tallies import Tally

PAGE = 10
KIND = "fix"
FIRST_NAMES = frozenset({"first name", "firstname", "fname", "given name", "prénom", "prenom", "vorname"})
LAST_NAMES = frozenset({"last name", "lastname", "lname", "surname", "family name", "nom", "nom de famille"})


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
class Cleaned:
    """A cleaned contact as it is shown. A name is None where the audience has no field for it."""

    audience: Audience
    id: int
    address: str
    domain: str
    reason: str
    cleaned_at: datetime
    campaign: str | None
    diagnostic: str | None
    first_name: str | None
    last_name: str | None


@dataclass(frozen=True, slots=True)
class Typo:
    """A cleaned contact that looks mistyped."""

    contact: Cleaned
    suggestion: Suggestion


@dataclass(frozen=True, slots=True)
class Typos:
    """A page of likely typos, newest first. `after`: where the next page starts; None on the last."""

    audience: Audience
    found: Sequence[Typo]
    after: Place | None


@dataclass(frozen=True, slots=True)
class Form:
    """A correction that waits for its confirmation."""

    draft_id: str
    contact: Cleaned
    suggestion: Suggestion | None


@dataclass(frozen=True, slots=True)
class Filled:
    """What the person typed and ticked."""

    address: str
    permission: bool
    first_name: str | None = None
    last_name: str | None = None


@dataclass(frozen=True, slots=True)
class Correction:
    """What was done. `more`: whether likely typos remain."""

    audience: Audience
    old_address: str
    address: str
    at: datetime
    more: bool


def look_up(database: Database, text: str) -> Sequence[Cleaned]:
    """The cleaned contacts with that address, one an audience.

    Raises NoSuchContact, NotCleaned, AbuseComplaint.
    """
    written = find_addresses(text)
    address = written[0] if written else text.strip()
    with database.reading() as session:
        there = contacts.with_key(session, address.lower())
        known = {each.id: each for each in audiences.every(session)}
    if not there:
        raise NoSuchContact(address=address)
    cleaned = [each for each in there if each.status == Status.CLEANED]
    if not cleaned:
        raise NotCleaned(
            address=address, audience=known[there[0].audience_id].name, status=str(there[0].status)
        )
    fixable = [each for each in cleaned if each.clean_reason != Reason.ABUSE]
    if not fixable:
        raise AbuseComplaint(address=address)
    return [_cleaned(known[each.audience_id], each) for each in fixable]


def search(database: Database, audience_id: int, text: str, most: int = 20) -> Sequence[Cleaned]:
    """Cleaned contacts that have the text in the address or a merge field, the newest first."""
    with database.reading() as session:
        audience = _audience(session, audience_id)
        segment = Segment(audience_id=audience_id, text=text.strip() or None)
        return [_cleaned(audience, each) for each in contacts.page(session, segment, most)]


def typos(database: Database, audience_id: int, after: Place | None = None, size: int = PAGE) -> Typos:
    """The cleaned contacts that look mistyped, whose corrected address isn't there yet."""
    with database.reading() as session:
        audience = _audience(session, audience_id)
        found: list[tuple[Contact, Suggestion]] = []
        for pair in _typos(session, audience_id, after):
            found.append(pair)
            if len(found) > size:
                break
    last = found[size - 1][0] if len(found) > size else None
    return Typos(
        audience=Audience(audience_id, audience.name),
        found=[Typo(_cleaned(audience, contact), suggestion) for contact, suggestion in found[:size]],
        after=Place(last.cleaned_at, last.id) if last and last.cleaned_at else None,
    )


def begin(
    database: Database,
    audience_id: int,
    contact_id: int,
    *,
    by: str,
    now: datetime,
    wording: str,
    language: str,
) -> Form:
    """The form for a cleaned contact. `wording`: the permission as the person sees it.

    Raises PlanGone, NotCleaned, AbuseComplaint.
    """
    with database.transaction() as session:
        audience = _audience(session, audience_id)
        contact = _fixable(session, audience, contact_id)
        data = {"contact": contact_id, "wording": wording, "language": language}
        draft = drafts.keep(session, KIND, user_id=by, audience_id=audience_id, now=now, data=data, n=1)
        suggestion = _suggester(session, audience_id).suggest(contact.address)
        return Form(draft.id, _cleaned(audience, contact), suggestion)


def add(database: Database, draft_id: str, filled: Filled, *, by: str, now: datetime) -> Correction:
    """Adds the corrected contact, once; all or nothing.

    Raises PlanGone, AlreadyDone, NotCleaned, AbuseComplaint, NoPermission, and what is an AddressFault.
    """
    with database.transaction() as session:
        draft = drafts.use(session, draft_id, by, now)
        audience = loading.lock(session, draft.audience_id)
        old = _fixable(session, audience, draft.data["contact"])
        address = _addable(session, audience, old, filled.address)
        if not filled.permission:
            raise NoPermission
        contact_id = _insert(session, audience, address, _merge_fields(audience, old, filled), now)
        _record(session, draft, old, contact_id, address, now)
    return Correction(
        audience=Audience(draft.audience_id, audience.name),
        old_address=old.address,
        address=address.address,
        at=now,
        more=bool(typos(database, draft.audience_id, size=1).found),
    )


def _fixable(session: Session, audience: AudienceRow, contact_id: int) -> Contact:
    contact = contacts.by_id(session, audience.id or 0, contact_id)
    if contact is None:
        raise PlanGone
    if contact.status != Status.CLEANED:
        raise NotCleaned(address=contact.address, audience=audience.name, status=str(contact.status))
    if contact.clean_reason == Reason.ABUSE:
        raise AbuseComplaint(address=contact.address)
    return contact


def _addable(session: Session, audience: AudienceRow, old: Contact, text: str) -> Address:
    try:
        address = validate(text)
    except BadAddress as error:
        raise NotAnAddress(reason=str(error.reason)) from None
    if address.key == old.address_key:
        raise SameAddress
    there = contacts.by_key(session, audience.id or 0, address.key)
    if there:
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
    row = tuple(values.get(name) for name in loading.COLUMNS)
    added = loading.insert(session, [row])
    assert added, "looked for under the lock"
    audience.next_contact_id += 1
    tallies.apply(session, audience.id or 0, Tally([rows.cell(row)]))
    return contact_id


def _record(
    session: Session, draft: Draft, old: Contact, contact_id: int, address: Address, now: datetime
) -> None:
    consent = Consent(
        audience_id=draft.audience_id,
        old_contact_id=old.id,
        old_address=old.address,
        contact_id=contact_id,
        address=address.address,
        given_by=draft.user_id,
        given_at=now,
        wording=draft.data["wording"],
        language=draft.data["language"],
    )
    corrections.record(session, consent)
    journal.write(
        session,
        who=draft.user_id,
        what="fix",
        at=now,
        n=1,
        audience_id=draft.audience_id,
        old_contact=old.id,
        contact=contact_id,
    )


def _merge_fields(audience: AudienceRow, old: Contact, filled: Filled) -> dict[str, str]:
    """The old contact's, with the names as the person left them."""
    names = {
        _label(audience, FIRST_NAMES): filled.first_name,
        _label(audience, LAST_NAMES): filled.last_name,
    }
    typed = {label: (name or "").strip() for label, name in names.items() if label and name is not None}
    return {label: value for label, value in (old.merge_fields | typed).items() if value}


def _typos(session: Session, audience_id: int, after: Place | None) -> Iterator[tuple[Contact, Suggestion]]:
    """Every likely typo after that place."""
    suggester = _suggester(session, audience_id)
    cleaned = tallies.cleaned_domains(session, audience_id, most=MOST_DOMAINS)
    domains = [domain for domain in cleaned if suggester.is_likely_typo(domain)]
    while some := corrections.uncorrected(session, audience_id, domains, most=ROWS_AT_ONCE, after=after):
        pairs = [(each, found) for each in some if (found := suggester.suggest(each.address))]
        there = corrections.there(session, audience_id, [s.address.lower() for _, s in pairs])
        yield from (pair for pair in pairs if pair[1].address.lower() not in there)
        last = some[-1]
        assert last.cleaned_at  # the table's own condition
        after = Place(last.cleaned_at, last.id)


MOST_DOMAINS = 20_000  # cleaned domains that are looked at, the most frequent first
ROWS_AT_ONCE = 200


def _suggester(session: Session, audience_id: int) -> Suggester:
    healthy = tallies.subscribed_domains(session, audience_id)
    # One that few use is neither protected nor a target: it need not make another suggester.
    return _kept_suggester(tuple((domain, n) for domain, n in healthy.items() if n >= PROTECTED_FROM))


@lru_cache(maxsize=16)
def _kept_suggester(healthy: tuple[tuple[str, int], ...]) -> Suggester:
    return Suggester(dict(healthy))


def _audience(session: Session, audience_id: int) -> AudienceRow:
    audience = audiences.get(session, audience_id)
    if audience is None:
        raise PlanGone
    return audience


def _cleaned(audience: AudienceRow, contact: Contact) -> Cleaned:
    assert contact.cleaned_at  # the table's own condition
    first, last = _label(audience, FIRST_NAMES), _label(audience, LAST_NAMES)
    return Cleaned(
        audience=Audience(contact.audience_id, audience.name),
        id=contact.id,
        address=contact.address,
        domain=contact.domain,
        reason=contact.clean_reason or str(Reason.UNKNOWN),
        cleaned_at=contact.cleaned_at,
        campaign=contact.clean_campaign_title,
        diagnostic=contact.clean_diagnostic,
        first_name=None if first is None else contact.merge_fields.get(first, ""),
        last_name=None if last is None else contact.merge_fields.get(last, ""),
    )


def _label(audience: AudienceRow, names: frozenset[str]) -> str | None:
    """The audience's merge field of one of these names."""
    return next((label for label in audience.merge_labels if label.strip().casefold() in names), None)
