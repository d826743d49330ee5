"""Cleaned contacts whose address is likely mistyped: as pages, one after another, and marked as right by a person."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache, partial
from itertools import islice
from typing import TYPE_CHECKING

from bot.audiences.audiences import Audience, require
from bot.contacts.weeks import Week
from bot.core.errors import PlanGone
from bot.corrections.cleaned_contact import CleanedContact, cleaned_contact
from bot.corrections.suggestions.values import PROTECTED_FROM, Suggestion
from storage.audiences import journal
from storage.contacts import contacts, figures
from storage.contacts.contacts import PageKey
from storage.contacts.tables import Contact
from storage.core.database import Database, Session
from storage.corrections import corrections
from storage.corrections.tables import NotTypo

if TYPE_CHECKING:
    from bot.corrections.suggestions.suggestions import Suggester

PAGE = 10
MOST_COUNTED = 1_000  # likely typos; a larger number is shown as "more than"
MOST_DOMAINS = 20_000  # domains of cleaned contacts that are checked, the most frequent first
ROWS_AT_ONCE = 200
FEW = 20_000  # contacts of mistyped domains, up to which they are found by domain: a fiftieth of a million


@dataclass(frozen=True, slots=True)
class Typo:
    """A likely mistyped contact, whose suggested address the audience doesn't have yet."""

    contact: CleanedContact
    suggestion: Suggestion


@dataclass(frozen=True, slots=True)
class Typos:
    """A page of likely typos, newest first. `before` and `after` lead to the pages beside it, None if there is none."""

    audience: Audience
    found: Sequence[Typo]
    before: PageKey | None
    after: PageKey | None


@dataclass(frozen=True, slots=True)
class Step:
    """The position in a walk through the likely typos: number `number` of `total`, whose contact is at `place`.

    A `total` above MOST_COUNTED means that there may be more. With a `week`, the walk is through the contacts cleaned
    in it. `walk` is its id (see `walks`), once something was corrected in it.
    """

    number: int
    total: int
    place: PageKey | None
    week: Week | None = None
    walk: str = ""


def page(
    database: Database,
    audience_id: int,
    *,
    after: PageKey | None = None,
    before: PageKey | None = None,
    week: Week | None = None,
    size: int = PAGE,
) -> Typos:
    """Returns the page of likely typos, of all or of those cleaned in the week, after a place or before it.

    Raises NoAudience.

    Contacts whose suggested address the audience has already are left out: there is nothing to add.
    """
    with database.reading() as session:
        audience = require(session, audience_id)
        rows = list(islice(_typos(session, audience_id, week, after=after, before=before), size + 1))
    has_more, rows = len(rows) > size, rows[:size]
    typos = [Typo(cleaned_contact(audience, contact), suggestion) for contact, suggestion in rows]
    first, last = (page_key(rows[0][0]), page_key(rows[-1][0])) if rows else (None, None)
    if before:  # found in reverse order, from the place backwards
        return Typos(Audience.of(audience), typos[::-1], last if has_more else None, first)
    return Typos(Audience.of(audience), typos, first if after else None, last if has_more else None)


def next_step(
    database: Database,
    audience_id: int,
    step: Step | None = None,
    *,
    back: bool = False,
    week: Week | None = None,
) -> tuple[int, Step] | None:
    """Returns the id of the next contact of a walk and its step, None at the end.

    Without a step it is the first one, of a walk through that week's likely typos or through all.
    """
    with database.reading() as session:
        step = step or Step(0, count(session, audience_id, week), None, week)
        after, before = (None, step.place) if back else (step.place, None)
        for contact, _ in _typos(session, audience_id, step.week, after=after, before=before):
            number = max(step.number + (-1 if back else 1), 1)
            found = replace(step, number=number, total=max(step.total, number), place=page_key(contact))
            return contact.id, found
    return None


def count(session: Session, audience_id: int, week: Week | None = None) -> int:
    """Returns how many likely typos can be corrected, of those cleaned in the week or of all.

    At most MOST_COUNTED + 1.
    """
    return sum(1 for _ in domains(session, audience_id, week))


def any_left(session: Session, audience_id: int, week: Week | None = None) -> bool:
    """Whether any likely typo can be corrected, of those cleaned in the week or of all."""
    return next(_typos(session, audience_id, week), None) is not None


def domains(session: Session, audience_id: int, week: Week | None = None) -> Iterator[tuple[str, str]]:
    """Yields the domain of each of these likely typos and the domain that was meant, at most MOST_COUNTED + 1."""
    rows = _typos(session, audience_id, week, at_once=MOST_COUNTED + 1)
    for contact, suggestion in islice(rows, MOST_COUNTED + 1):
        yield contact.domain, suggestion.address.rpartition("@")[2]


def ids(
    session: Session, audience_id: int, most: int = MOST_COUNTED, among: Collection[int] | None = None
) -> tuple[int, ...]:
    """Returns the ids of the likely typos that can be corrected, newest first, at most so many.

    `among`: of these contacts only.
    """
    rows = _typos(session, audience_id, at_once=most, among=among)
    return tuple(contact.id for contact, _ in islice(rows, most))


def mark_not_a_typo(
    database: Database, audience_id: int, contact_id: int, *, by: str, now: datetime
) -> CleanedContact:
    """Stores that the address is right, once; returns the contact. Raises NoAudience, PlanGone."""
    with database.transaction() as session:
        audience = require(session, audience_id)
        contact = _contact(session, audience_id, contact_id)
        mark = NotTypo(audience_id=audience_id, contact_id=contact_id, said_by=by, said_at=now)
        if corrections.mark_not_typo(session, mark):
            _write(session, "not-typo", by, now, contact)
        return cleaned_contact(audience, contact)


def unmark_not_a_typo(
    database: Database, audience_id: int, contact_id: int, *, by: str, now: datetime
) -> None:
    """Deletes that mark. Raises PlanGone."""
    with database.transaction() as session:
        contact = _contact(session, audience_id, contact_id)
        if corrections.unmark_not_typo(session, audience_id, contact_id):
            _write(session, "maybe-typo", by, now, contact)


def suggested_status(session: Session, audience_id: int, suggestion: Suggestion | None) -> str | None:
    """Returns the status of the suggested address, None if the audience doesn't have it."""
    if suggestion is None:
        return None
    key = suggestion.address.lower()
    return corrections.statuses_by_key(session, audience_id, [key]).get(key)


def suggester(session: Session, audience_id: int) -> "Suggester":
    """Returns the suggester for the audience's domains, cached."""
    healthy = figures.subscribed_domains(session, audience_id)
    # Domains with fewer contacts have no effect on suggestions: left out, they don't change the cache's key.
    return _suggester(tuple((domain, n) for domain, n in healthy.items() if n >= PROTECTED_FROM))


def page_key(contact: Contact) -> PageKey:
    assert contact.cleaned_at  # a constraint of the table
    return PageKey(contact.cleaned_at, contact.id)


def _typos(
    session: Session,
    audience_id: int,
    week: Week | None = None,
    *,
    after: PageKey | None = None,
    before: PageKey | None = None,
    at_once: int = ROWS_AT_ONCE,
    among: Collection[int] | None = None,
) -> Iterator[tuple[Contact, Suggestion]]:
    """Yields the likely typos that can be corrected, with the suggestion, after a place or before it in reverse order.

    Contacts whose suggested address the audience has already are left out: there is nothing to add.
    """
    suggestions = suggester(session, audience_id)
    cleaned_domains = figures.cleaned_domains(session, audience_id, most=MOST_DOMAINS)
    mistyped = {domain: n for domain, n in cleaned_domains.items() if suggestions.is_likely_typo(domain)}
    find = partial(
        corrections.find_uncorrected,
        session,
        audience_id,
        mistyped,
        most=at_once,
        are_few=week is not None or sum(mistyped.values()) <= FEW,
        period=(week.since, week.until) if week else None,
        among=among,
    )
    while rows := find(after=after, before=before):
        pairs = [
            (contact, suggestion) for contact in rows if (suggestion := suggestions.suggest(contact.address))
        ]
        keys = [suggestion.address.lower() for _, suggestion in pairs]
        statuses = corrections.statuses_by_key(session, audience_id, keys)
        yield from (pair for pair, key in zip(pairs, keys, strict=True) if key not in statuses)
        last = page_key(rows[-1])
        after, before = (None, last) if before else (last, None)


@lru_cache(maxsize=16)
def _suggester(healthy: tuple[tuple[str, int], ...]) -> "Suggester":
    from bot.corrections.suggestions.suggestions import Suggester  # noqa: PLC0415  6 MB, when a typo is first looked for

    return Suggester(dict(healthy))


def _contact(session: Session, audience_id: int, contact_id: int) -> Contact:
    contact = contacts.by_id(session, audience_id, contact_id)
    if contact is None or contact.cleaned_at is None:
        raise PlanGone
    return contact


def _write(session: Session, what: str, by: str, now: datetime, contact: Contact) -> None:
    journal.write(
        session, who=by, what=what, at=now, n=1, audience_id=contact.audience_id, contact=contact.id
    )
